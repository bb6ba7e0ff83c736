# ruff: noqa: E501 (one row of text for one code reads as a table)
"""What reading a number or a period can find, in the words of the person who wrote it.

One table, so that the checks shown on the help screen, the issues of a return and the tests speak of the same things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.issue import Choice, Issue, Severity

NOTE, ASK, FIX = Severity.NOTE, Severity.ASK, Severity.FIX


@dataclass(frozen=True)
class Finding:
    """One thing noticed in a cell; ``detail`` fills the text of its code."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class FindingText:
    """Severity, condition, message and advice of a code; ``{detail}`` stands for the finding's own part."""

    severity: Severity
    condition: str
    message: str
    advice: str = ""


def _texts(prefix: str, *rows: tuple[str, Severity, str, str, str]) -> dict[str, FindingText]:
    return {f"{prefix}.{code}": FindingText(*rest) for code, *rest in rows}  # type: ignore[arg-type]


_PICK = "取り込み方を選ぶか、セルに半角の数字だけを入力してください。"
_RETYPE = "セルに半角の数字だけを入力し直してください(例: 1234.5)。"

_NUMBER = _texts(
    "number",
    ("fullwidth", NOTE, "全角の数字や記号がある", "全角で書かれた数字を半角に直して読みました。", ""),
    ("spaces", NOTE, "空白や改行がある", "空白や改行を除いて読みました。", ""),
    ("apostrophe", NOTE, "先頭にアポストロフィがある", "先頭の「'」を除いて読みました。", ""),
    ("unit_ignored", NOTE, "指標と同じ単位が書かれている", "単位「{detail}」を除いて読みました。", ""),
    ("note_ignored", NOTE, "数値に注記が付いている", "注記「{detail}」を除いて読みました。", "必要な注記は要因分析の欄に書いてください。"),
    ("minus_sign", NOTE, "全角などの負号が使われている", "「{detail}」を負の数として読みました。", ""),
    ("plus_sign", NOTE, "正の符号が付いている", "先頭の「+」を除いて読みました。", ""),
    ("triangle", NOTE, "△▲が付いている", "「{detail}」を負の数として読みました。", ""),
    ("zero_sign", NOTE, "0に負号や△▲が付いている", "「{detail}」を0として読みました。", ""),
    ("format_counter", NOTE, "表示形式に、単位と同じ数え方の語がある", "表示形式の「{detail}」を、指標の単位と同じ数え方として読みました。", ""),
    ("kanji", NOTE, "漢数字で書かれている", "漢数字を{detail}と読みました。", ""),
    ("kanji_scale", NOTE, "万・億などが使われている", "万・億などを数に直して{detail}と読みました。", ""),
    ("trailing_dot", NOTE, "末尾に点がある", "末尾の点を除いて読みました。", ""),
    ("leading_dot", NOTE, "小数点より前の0がない", "{detail}と読みました。", ""),
    ("percent_format", NOTE, "表示形式がパーセントの数値", "表示形式がパーセントのため、表示どおり{detail}%と読みました。", ""),
    ("zero_shown_as_dash", NOTE, "0が「-」と表示される表示形式", "セルの値は0です(表示形式により「-」と見えます)。0として読みました。", "実績がない場合はセルを空にして、値がない理由を選んでください。"),
    ("other_sign", ASK, "表示形式により、値と違う符号が見えている", "セルの値は{detail}ですが、表示形式により違う符号に見えます。", _PICK),
    ("split_format", ASK, "表示形式により、数字の間に横線が見えている", "セルの値は{detail}ですが、表示形式により数字の間に横線が入って見えます。", _PICK),
    ("invisible", ASK, "表示形式により、値が見えない", "セルに値{detail}がありますが、表示形式により何も見えません。", _PICK),
    ("dot_grouping", ASK, "数えた値が「45.000」のように書かれている", "「{detail}」の「.」が、小数点か桁区切りか分かりません。", _PICK),
    ("release_in_cell", NOTE, "確定・速報などの語が数値に付いている", "「{detail}」の語を除いて読みました。", ""),
    ("missing_word", NOTE, "値がない理由が書かれている", "「{detail}」を、値がない理由として読みました。", ""),
    ("missing_mark", ASK, "値がないことを示す記号だけがある", "「{detail}」は値がないことを示していますが、理由が分かりません。", "値がない理由を選んでください。実績が0の場合は0と入力してください。"),
    ("missing_mixed", ASK, "数字と値がない旨の語が一緒にある", "数字と、値がないことを示す語が一緒に書かれています。", _PICK),
    ("approximate", ASK, "約・以上・程度などの語がある", "「{detail}」が付いていて、確かな値か分かりません。", _PICK),
    ("release_asked", ASK, "速報・見込の語や略号(速・p・rなど)が数値に付いている", "「{detail}」と書かれていますが、確定・速報・見込の欄と合っていません。", "取り込み方を選ぶか、確定・速報・見込の欄で選び直してください。"),
    ("revised_mark", ASK, "改定値の印(r)が数値に付いている", "「{detail}」は改定値の印ですが、確定値か、まだ変わる値か分かりません。", _PICK),
    ("note_matters", ASK, "注記が数値の意味を変えるかもしれない", "注記「{detail}」により、数値の意味が変わるかもしれません。", _PICK),
    ("reduction_sign", ASK, "削減率などの指標に負の数がある", "減少を表す指標に負の数が書かれています。減ったのか増えたのか分かりません。", "減少・増加のどちらかを選んでください。"),
    ("change_word", ASK, "増・減などの語が付いている", "「{detail}」は、値そのものではなく、どれだけ増減したかを書いたもののようです。", "前回からの増減ではなく、今回の値を入力してください。"),
    ("triangle_down", ASK, "▼▽が付いている", "「{detail}」が負の数を表すのか分かりません。", _PICK),
    ("sign_apart", ASK, "負号と数字が離れている", "「-」が負号か、箇条書きの印か分かりません。", _PICK),
    ("bracketed", ASK, "数字が括弧に入っている", "括弧の数字が負の数か、注の番号か分かりません。", _PICK),
    ("percent_scale", ASK, "%の指標に1前後より小さい数がある", "単位は%ですが、{detail}が%の値か、割合(1が100%)か分かりません。", "正しい値を選んでください。"),
    ("scale", ASK, "千・百万などの桁が指標の単位と違う", "「{detail}」の桁が指標の単位と違います。", "正しい値を選ぶか、指標の単位に直して入力してください。"),
    ("scaled_format", ASK, "千単位などで表示する表示形式", "表示形式により、セルの値と見た目の桁が違います({detail})。", "正しい値を選んでください。"),
    ("unit_differs", ASK, "指標と違う単位が書かれている", "「{detail}」は指標の単位と違います。", _PICK),
    ("words", ASK, "数字のほかに語がある", "数字のほかに「{detail}」と書かれています。", _PICK),
    ("grouping", ASK, "桁区切りの位置が正しくない", "「{detail}」は桁区切りか小数点か分かりません。", _PICK),
    ("spaced", ASK, "数字の間に空白がある", "数字の間に空白があり、一つの数か二つの数か分かりません。", _PICK),
    ("leading_zero", ASK, "0で始まる数字", "「{detail}」は0で始まっていて、数値か番号か分かりません。", _PICK),
    ("scientific", ASK, "指数で書かれている", "「{detail}」は指数の表記で、下の桁が失われているかもしれません。", _PICK),
    ("kanji_doubtful", ASK, "漢数字か記号か分からない", "「{detail}」が漢数字か、記号か分かりません。", _PICK),
    ("ten_thousands", ASK, "万・億の後の桁が足りない", "「{detail}」の万・億より下の桁が分かりません。", _PICK),
    ("circled", ASK, "丸数字・上付き文字がある", "「{detail}」が値か、番号や注か分かりません。", _PICK),
    ("range", ASK, "範囲で書かれている", "「{detail}」は範囲で、一つの値に決まりません。", "一つの値を選ぶか、入力し直してください。"),
    ("two_values", ASK, "一つのセルに二つ以上の数がある", "一つのセルに二つ以上の数があります。", "この指標の値を一つ選ぶか、入力し直してください。"),
    ("fraction", ASK, "分数で書かれている", "「{detail}」が分数か、月日か分かりません。", "計算した値を入力するか、分子と分母の欄に入力してください。"),
    ("period", ASK, "年・年度・日付のような値", "「{detail}」は年や日付のように見えます。", "値の欄には実績値を、時点の欄に年度や日付を入力してください。"),
    ("enormous", ASK, "桁が非常に大きい数", "数が非常に大きく、桁を誤っているかもしれません。", _PICK),
    ("precision", ASK, "有効桁数が多すぎる", "桁数が多すぎて、書かれたとおりには記録できません。", _PICK),
    ("unit_wrong", FIX, "指標の単位では表せない単位がある", "「{detail}」は指標の単位と違うため取り込めません。", "指標の単位による値を、半角の数字だけで入力してください。"),
    ("error", FIX, "Excelのエラー値", "セルがエラー({detail})になっています。", "数式の参照先を直すか、計算した結果の数値を直接入力してください。"),
    ("date", FIX, "数値の欄が日付になっている", "数値の欄が日付({detail})になっています。「1-2」などの入力をExcelが日付に変えたのかもしれません。", "セルの表示形式を「標準」にしてから、数値を入力し直してください。"),
    ("boolean", FIX, "TRUE/FALSEが入っている", "数値の欄に「{detail}」が入っています。", _RETYPE),
    ("not_finite", FIX, "数でない値", "「{detail}」は数値ではありません。", _RETYPE),
    ("script", FIX, "他の文字体系の数字", "「{detail}」は日本で使う数字ではありません。", _RETYPE),
    ("formula_text", FIX, "数式が文字のまま入っている", "数式が計算されず、文字のまま入っています。", "計算した結果の数値を直接入力してください。"),
    ("look_alike", FIX, "数字に似た文字が混じっている", "数字に似た文字「{detail}」が混じっています。", "O(オー)やl(エル)でなく、0や1の数字で入力し直してください。"),
    ("unreadable", FIX, "数値として読めない", "「{detail}」は数値として読めません。", "実績値は半角の数字だけで入力してください。値がない場合はセルを空にして、理由の欄で選んでください。"),
)  # fmt: skip

#: How a period is written.
WHEN_PERIOD = "年度は「R6」または「2024年度」、月は「R6.9末」、日は「R6.9.30」のように入力してください。"

_PERIOD = _texts(
    "period",
    ("note_ignored", NOTE, "時点に語が付いている", "「{detail}」を除いて読みました。", ""),
    ("about", NOTE, "頃・上旬などの語がある", "「{detail}」を除き、その月として読みました。", ""),
    ("year_end", NOTE, "年度末と書かれている", "年度末を{detail}と読みました。", ""),
    ("same_end", NOTE, "年度の最後の月・日で書かれている", "年度の終わりのため、{detail}と読みました。", ""),
    ("span", NOTE, "期間で書かれている", "期間を{detail}と読みました。", ""),
    ("era_overrun", NOTE, "改元後の年が前の元号で書かれている", "「{detail}」を改元後の年として読みました。", ""),
    ("carried_era", NOTE, "元号が省かれている", "上の行の元号により{detail}と読みました。", ""),
    ("serial", NOTE, "日付が数値になっている", "数値になっていた日付を{detail}と読みました。", ""),
    ("first_day", NOTE, "月がその1日の日付になっている", "月の1日の日付を{detail}と読みました。", ""),
    ("undecided", NOTE, "未定などの語", "「{detail}」を、時期が決まっていないものとして読みました。", ""),
    ("missing_mark", ASK, "時点の欄に記号だけがある", "「{detail}」では時点が分かりません。", WHEN_PERIOD),
    ("year_kind", ASK, "年度か暦年か分からない", "「{detail}」が年度か、1月から12月までの年か分かりません。", "年度・年のどちらかを選んでください。"),
    ("which_half", ASK, "半期の欄に年度や年だけがある", "「{detail}」は、上期か下期か分かりません。", "上期・下期のどちらかを選ぶか、「R8上期」「令和8年度下期」のように入力してください。"),
    ("in_half", ASK, "半期の欄に月や日が書かれている", "「{detail}」は半期ではありません。", "それを含む半期でよければ選んでください。違うときは「R8上期」「令和8年度下期」のように入力してください。"),
    ("half_kind", ASK, "年度の半期か暦年の半期か分からない", "「{detail}」が年度の半期か、暦年の半期か分かりません。", "年度の半期であれば選んでください。"),
    ("month_or_day", ASK, "月か、その1日か分からない", "日付が月の1日です。月全体か、その日か分かりません。", "月・日のどちらかを選んでください。"),
    ("serial_asked", ASK, "日付らしい数値", "「{detail}」は日付が数値になったもののようです。", "その日付でよければ選んでください。"),
    ("no_era", ASK, "元号がない", "「{detail}」は元号がなく、いつか分かりません。", WHEN_PERIOD),
    ("no_year", ASK, "年がない", "「{detail}」は年がなく、いつか分かりません。", WHEN_PERIOD),
    ("two_digit_year", ASK, "年が2桁", "「{detail}」が西暦か元号か分かりません。", WHEN_PERIOD),
    ("relative", ASK, "来年・今年度などの語", "「{detail}」は書いた日によって変わるため、いつか決まりません。", WHEN_PERIOD),
    ("far", ASK, "離れた年", "「{detail}」は離れた年です。元号や年の誤りかもしれません。", "よければ選び、誤りであれば入力し直してください。"),
    ("two_periods", ASK, "二つの時点がある", "「{detail}」に違う時点が二つ書かれています。", "正しい時点を選ぶか、入力し直してください。"),
    ("span_asked", ASK, "年度などに当たらない期間", "「{detail}」は年度・年・半期に当たらない期間です。", "正しい時点を選ぶか、入力し直してください。"),
    ("season", ASK, "季節で書かれている", "「{detail}」では月が分かりません。", WHEN_PERIOD),
    ("quarter", FIX, "四半期", "「{detail}」は四半期のため取り込めません。", "年度、半期、月または日で入力してください。"),
    ("impossible", FIX, "存在しない日付・年", "「{detail}」は存在しない年月日です。", WHEN_PERIOD),
    ("error", FIX, "Excelのエラー値", "セルがエラー({detail})になっています。", "数式の参照先を直すか、時点を直接入力してください。"),
    ("unreadable", FIX, "時点として読めない", "「{detail}」は時点として読めません。", WHEN_PERIOD),
)  # fmt: skip

#: Every code that reading numbers and periods can give.
FINDINGS: Mapping[str, FindingText] = {**_NUMBER, **_PERIOD}


def severity(finding: Finding) -> Severity:
    """How a finding binds."""
    return FINDINGS[finding.code].severity


def is_open(findings: Sequence[Finding]) -> bool:
    """Whether any finding wants an answer or a mend."""
    return any(severity(finding) is not NOTE for finding in findings)


def sentence(finding: Finding) -> tuple[str, str]:
    """Message and advice of a finding. The detail is what a person typed, so no format codes are obeyed in it."""
    text = FINDINGS[finding.code]
    return text.message.replace("{detail}", finding.detail), text.advice


def as_issues(
    findings: Sequence[Finding],
    choices: Sequence[Choice] = (),
    *,
    sheet: str = "",
    cell: str = "",
    value: str = "",
    indicator_id: str = "",
    key: str = "",
) -> tuple[Issue, ...]:
    """Findings as located issues; the choices go with the first question."""
    asks = [finding for finding in findings if severity(finding) is ASK]
    issues = []
    for finding in findings:
        message, advice = sentence(finding)
        own = tuple(choices) if asks and finding is asks[0] else ()
        issues.append(
            Issue(finding.code, severity(finding), message, advice, sheet, cell, value, indicator_id, key, own)
        )
    return tuple(issues)
