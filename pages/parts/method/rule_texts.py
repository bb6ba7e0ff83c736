"""The words of 算定方法・用語. The rules they tell stand in kpi.status and kpi.path; a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping

SCHEME_TEXTS: Mapping[str, str] = {
    "linear_pace": "現状値から目標値までまっすぐ進むとした線(計画線)と、実績とを比べて判定します。",
    "milestone": "年度ごとに定めた目安値と、実績とを比べて判定します。",
    "achievement_ratio": "目標値に対する実績の割合(達成率)で判定します。",
    "figures_only": "数値だけを示し、判定はしていません。",
}

_VALUE = (
    "使う値は、現状値の時点より後で、いちばん新しい時点の値です。同じ時点では確定が速報に優先し、後から分かった値が先の値に優先します。見込は判定に使いません。"
    "後の回答で秘匿・該当なしとされた値と、年度ごとに数える指標の年度途中までの値も使いません。"
)
_PROGRESS = "進捗率=(今回の値−現状値)÷(目標値−現状値)。0%未満も100%超もそのまま示します。"
_ROUNDING = (
    "四捨五入は表示するときだけで、判定には四捨五入する前の値を使います。"
    "目標に届いていない値が、表示のうえで目標と同じに見えることはありません。"
)
_COUNTS = (
    "分野の状況は判定ごとの指標の数で示します。割合の平均は、単位も向きも違う指標をならして遅れを隠すため、出しません。"
)
_REQUIRED = "必要なペース=(目標値−今回の値)÷目標までの年数。これまでのペースと並べて示します。"

#: How a judgement is worked out, under the default way of judging.
STEPS: tuple[str, ...] = (
    _VALUE,
    _PROGRESS,
    "計画上の進捗=(今回の時点−現状値の時点)÷(目標の時点−現状値の時点)。目安値があるときは、目安値を結んだ線で計算します。",
    "ペース=進捗率÷計画上の進捗。1なら計画線の上、1を下回るほど遅れています。",
    _REQUIRED,
    _ROUNDING,
    _COUNTS,
)
#: The same under each way of judging that a plan may choose.
SCHEME_STEPS: Mapping[str, tuple[str, ...]] = {
    "linear_pace": STEPS,
    "milestone": (
        _VALUE,
        _PROGRESS,
        "目安値までの進み=(今回の値−現状値)÷(今回と同じ時点の目安値−現状値)。1なら目安値に届いています。目安値のない時点の値は判定しません。",
        _REQUIRED,
        _ROUNDING,
        _COUNTS,
    ),
    "achievement_ratio": (
        _VALUE,
        "達成率=今回の値÷目標値。減らすことを目指す指標では、目標値÷今回の値。年度ごとに数える指標だけを判定します。",
        _ROUNDING,
        _COUNTS,
    ),
    "figures_only": (_VALUE, _PROGRESS, "判定はせず、現状値・目標値・今回の値と進捗率を並べて示します。", _ROUNDING),
}

_NO_VALUE = ("現状値の時点より後の値がない(理由を示す)", "no_data")
_NO_TARGET = ("目標値が未設定。現状値からの変化を改善・横ばい・悪化で示す", "not_assessable")
_MET = ("目標値に届いている", "achieved")
_NO_BASELINE = ("現状値が未設定", "not_assessable")
_AWAY = (
    ("維持する指標で範囲の外にある、または目標値が現状値より先にない", "regressed"),
    ("進捗率が0%より小さい", "regressed"),
    ("目標の時点を迎えた", "not_achieved"),
)

#: (condition, status) in the order in which they are tried. ``{on_track}`` and ``{mostly}`` are the plan's thresholds.
STATUS_RULES: tuple[tuple[str, str], ...] = (
    _NO_VALUE,
    _NO_TARGET,
    _MET,
    _NO_BASELINE,
    *_AWAY,
    ("ペースが{on_track}以上", "on_track"),
    ("ペースが{mostly}以上{on_track}未満", "mostly_on_track"),
    ("そのほか(進捗率0%を含む)", "behind"),
)
#: The same under each way of judging; ``figures_only`` is no status but what stands in place of one.
SCHEME_RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "linear_pace": STATUS_RULES,
    "milestone": (
        _NO_VALUE,
        _NO_TARGET,
        _MET,
        ("目標の時点より前で、目安値までの進みが{on_track}以上", "on_track"),
        ("目標の時点より前で、同じ時点の目安値がない", "not_assessable"),
        _NO_BASELINE,
        *_AWAY,
        ("目安値までの進みが{mostly}以上{on_track}未満", "mostly_on_track"),
        ("そのほか", "behind"),
    ),
    "achievement_ratio": (
        _NO_VALUE,
        _NO_TARGET,
        ("年度ごとに数える指標でない、または維持する指標", "not_assessable"),
        _MET,
        ("値か目標値が0または負で、達成率を計算できない", "not_assessable"),
        ("達成率が90%以上", "mostly_on_track"),
        ("達成率が80%以上90%未満", "behind"),
        ("達成率が80%未満", "not_achieved"),
    ),
    "figures_only": (_NO_VALUE, _NO_TARGET, _NO_BASELINE, ("そのほか", "figures_only")),
}

#: Why there is no value, as the table of rules names the words for it.
WITHOUT_VALUE = ("unpublished", "not_survey_year", "suppressed", "unanswered")

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("現状値", "計画をつくったときの値。進捗を測る出発点です。"),
    (
        "目標値",
        "計画の終わりにめざす値。判定に使うのは目標の「値の時点」で、公表の遅い統計では計画の最終年度より前になります。",
    ),
    ("目安値", "目標までの途中の年度に置いた値。置かれていなければ計画線はまっすぐです。"),
    ("計画線", "現状値と目標値(目安値があればそれも)を結んだ線。"),
    ("確定・速報・見込", "確定は確かめ終わった値、速報は後で改まることのある値、見込はこれからの値です。"),
    ("未公表", "調査の結果がまだ公表されていません。公表の予定を添えます。"),
    ("調査年でない", "数年ごとの調査で、今年は調査がありません。遅れではありません。"),
    ("未集計・秘匿・該当なし", "集計の途中、公表できない値、対象がない、のそれぞれです。どれも0ではありません。"),
    ("未回答", "求められた回答がまだありません。"),
    ("値なし", "まだ値を求められていないか、求められる値がまだ公表されていません。"),
    ("未設定", "現状値や目標値が決まっていません。数値を仮に置くことはしません。"),
    ("未確認", "部局から送られた値で、事務局の確認が済んでいません。"),
    ("更新・訂正", "前回から新しくなった値が更新、前に公表した値を改めたものが訂正です。赤い字で示します。"),
    ("想定", "計画の原案に書かれていないため、理由を添えて置いたものです。"),
    ("単純延長", "これまでの値の傾きをそのまま目標の時点まで延ばした線。県の見通しではありません。"),
    ("ポイント", "割合どうしの差の単位。40%と45%の差は5ポイントです。"),
    ("判定が変わりうる", "四捨五入や境目のわずかな違いで判定が変わる値です。"),
    ("時点が古い", "周期と公表までの月数を過ぎても、新しい値が入っていません。"),
)

#: The columns of ``indicators.csv`` for which a value may have been assumed, as people call them.
ASSUMED_WORDS = {
    "unit": "単位",
    "source": "出典",
    "definition": "定義",
    "direction": "目指す方向",
    "kind": "値の種類",
    "decimals": "小数の桁数",
    "cycle_months": "周期",
    "lag_months": "公表までの月数",
    "survey_years": "調査年",
    "baseline_period": "現状値の時点",
    "target_period": "目標の時点",
    "numerator": "分子",
    "denominator": "分母",
    "item_id": "項目",
    "department": "担当",
    "series_id": "全国比較の統計",
}

#: What of the plan as a whole may have been assumed: what it is about, and which attribute.
PLAN_ASSUMED_WORDS: Mapping[str, tuple[str, str]] = {
    "scheme": ("計画全体", "判定の方法としきい値"),
    "number": ("計画全体", "指標の番号"),
    "departments": ("", "部局の名称と期間"),
    "series": ("", "確定・速報の別"),
}
