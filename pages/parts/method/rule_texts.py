"""The words of 算定方法・用語 about no single method; what a method says of itself stands in kpi.schemes."""

from __future__ import annotations

from collections.abc import Mapping

#: Why there is no value, as the table of rules names the words for it.
WITHOUT_VALUE = ("unpublished", "not_survey_year", "suppressed", "unanswered")

#: Of a plan with indicators.
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
    ("値なし", "まだ値を求められていないか、求められる値がまだ公表されていません。"),
    ("未設定", "現状値や目標値が決まっていません。数値を仮に置くことはしません。"),
    ("更新・訂正", "前回から新しくなった値が更新、前に公表した値を改めたものが訂正です。赤い字で示します。"),
    ("単純延長", "これまでの値の傾きをそのまま目標の時点まで延ばした線。県の見通しではありません。"),
    ("ポイント", "割合どうしの差の単位。40%と45%の差は5ポイントです。"),
    ("判定が変わりうる", "四捨五入や境目のわずかな違いで判定が変わる値です。"),
    ("時点が古い", "周期と公表までの月数を過ぎても、新しい値が入っていません。"),
)
#: Of a plan that asks departments.
OF_ANSWERS: tuple[tuple[str, str], ...] = (
    ("未回答", "求められた回答がまだありません。"),
    ("未確認", "部局から送られた値や取組の回答で、事務局の確認が済んでいません。"),
    (
        "画面で記入",
        "指標(取組の見直しでは取組)が3件までの部局・課が、Excelを開かずに回答する方法です。記入した内容は同じ回答様式のセルに入り、"
        "ファイルを入れたときと同じように点検し、その様式を原本として保管します。4件以上のときは、回答様式に記入します。",
    ),
)
#: Of every plan.
OF_PLANS: tuple[tuple[str, str], ...] = (
    ("想定", "計画の文書に書かれていないため、理由を添えて置いたものです。"),
    (
        "プラン定義書",
        "計画のすべて(分野、項目、指標と判定条件、取組、部局と課、照会、語)を書いた1つのExcelです。計画の改定と、新しい計画に使います。",
    ),
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
    "start": ("計画全体", "計画期間の始まり"),
    "end": ("計画全体", "計画期間の終わり"),
    "initiatives": ("", "取組の位置付け"),
}
