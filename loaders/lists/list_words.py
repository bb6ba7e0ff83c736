"""What headings and row labels of lists of indicators mean: the words seen in published lists, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loaders.text.characters import canonical

#: What a column may be, and what a person calls it. The first are values; see :data:`VALUE_ROLES`.
COLUMN_WORDS: Mapping[str, str] = {
    "baseline": "現状値(基準)",
    "actual": "実績値",
    "target": "目標値(最終)",
    "milestone": "途中の目標(目安値)",
    "series": "値(行の見出しのとおり)",
    "period": "時点",
    "name": "指標名",
    "child": "指標名の内訳",
    "field": "分野・施策",
    "number": "番号",
    "definition": "定義",
    "unit": "単位",
    "source": "出典",
    "owner": "担当",
    "lines": "行の見出し",
    "skip": "読まない",
}
#: What a figure of a list may be.
VALUE_ROLES = ("baseline", "actual", "target", "milestone")
#: What the lines of one indicator may be.
LINE_WORDS: Mapping[str, str] = {
    **{role: COLUMN_WORDS[role] for role in VALUE_ROLES},
    "value": "値",
    "period": "時点",
    "skip": "読まない",
}

#: Headings, longest match first: which words tell what a column is. A heading may hold a period and a note besides.
_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        r"年度当初値|[前昨]年度(?:末?値|実績値?)?|[今本当]年度(?:実績値?|見込値?)?|最新値|実績(?:見込)?値?|直近値?|達成値|進捗値|速報値?|暫定値?|見込値?",
        "actual",
    ),
    (r"[今本当]?年度(?:の)?目標値?|期待値|目安値|中間目標値?|計画値", "milestone"),
    (r"長期的?目標値?|最終目標値?|目標値?|最終(?:年度)?|到達目標|数値目標値", "target"),
    (r"策定時(?:点|の値)?|計画策定時|基準値?|当初値|策定時現状値?|現状値?|現況値?|出発値", "baseline"),
    (
        r"評価|達成状況|(?:(?:最終)?目標(?:値)?(?:に対する)?)?(?:達成[度率]|進捗[度率])|判定|進捗(?:状況)?|増減[率数]?|伸び?率"
        r"|対?前年度?(?:比|差|増減[率数]?)|ランク|自己評価",
        "skip",
    ),
    (r"指標の?定義|定義|指標の?説明|算出方法|算定方法|考え方|内容", "definition"),
    (r"(?:出典|出所)[・、/と].*|出典|出所|資料|根拠|統計(?:調査)?名|データ元|調査名", "source"),
    (r"担当(?:部局|課室?|部署)?|所管(?:部局|課室?)?|部局名?|課名|主管課", "owner"),
    (r"備考|摘要|注|コメント", "skip"),
    (r"単位", "unit"),
    (r"番号|no\.?|№|整理番号", "number"),
    (r"時点|年度|年次|基準年度?|目標年度?|調査年度?", "period"),
    (r"(?:成果|目標|評価|数値|活動|重要業績評価)?指標(?:名|項目)?|kpi|指標\(kpi\)|数値目標|目標項目|項目名", "name"),
    (r"(?:指標の?)?(?:内訳|細目|細区分|対象)", "child"),
    (r"分野|施策|政策|柱|基本目標|大項目|区分|項目|方針|取組|使命", "field"),
    (r"数値|値", "series"),
)
_COMPILED = tuple((re.compile(words), role) for words, role in _HEADINGS)

#: Headings of the values of today: where another column has those of the plan's beginning, they are no baseline.
TODAY = re.compile(r"現状値?|現況値?")

#: Row labels, in a column of their own beside the values.
_LINES: tuple[tuple[str, str], ...] = (
    (r"年度当初値|前年度(?:値|実績値?)?|今年度実績値?|実績値?|実数", "actual"),
    (r"今年度目標値?|期待値|目安値|計画値?|年度目標値?", "milestone"),
    (r"長期的?目標値?|最終目標値?|目標値?", "target"),
    (r"基準値?|策定時(?:の値)?|現状値?|当初値", "baseline"),
    (r"数値|値", "value"),
    (r"時点|年度|年次|年", "period"),
    (r"評価|達成度|達成率|達成状況|判定|進捗率?", "skip"),
)
_COMPILED_LINES = tuple((re.compile(words), role) for words, role in _LINES)

#: Headings of columns of years that say whose year it is.
_WHOSE_YEAR: tuple[tuple[str, str], ...] = (
    (r"(?:基準|策定|当初|現状|現況|出発)(?:時|値)?", "baseline"),
    (r"(?:最終|到達|数値|達成)?目標値?|達成", "target"),
    (r"実績値?|直近値?|最新値?|達成値|調査値?", "actual"),
)
_COMPILED_YEARS = tuple((re.compile(rf"({words})の?(?:年度?|年次|時点|年月)"), role) for words, role in _WHOSE_YEAR)
_STEM = re.compile(r"基準|策定|当初|現状|現況|目標|実績|直近|最新|達成|調査")

_BRACKETS = re.compile(r"\([^()]*\)|※.*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
#: What is left of a heading once the period in it is taken away may have these around it.
_AROUND = re.compile(r"^[の:・]|(?:末?(?:時点|現在)|[の:・])$")
#: What may follow a year and makes a part of it the period.
_PART = r"年度?\s?\d{1,2}月(?:\d{1,2}日|末)?|年?度?\s?[上下]半?期"
#: A period inside a heading.
YEAR_IN = re.compile(
    rf"(?:令和|平成|昭和|[rhs])\s?(?:元|\d{{1,2}})(?:{_PART}|年度末?|年|\.\d{{1,2}}(?:\.\d{{1,2}}|月?末|月)?)?"
    rf"|(?<!\d)(?:19|20)\d\d(?:{_PART}|年度末?|年|(?:[-/.]\d{{1,2}}){{1,2}})?(?!\d)",
    re.IGNORECASE,
)


#: What every heading that is a year alone is known by.
A_YEAR = "(年)"


def heading_key(text: str) -> str:
    """A heading without its year and what stands in brackets: what the same heading is called next year too.

    A year alone is one whatever year it is.
    """
    shown = canonical(text)
    bare = _BRACKETS.sub("", shown)
    plain = YEAR_IN.sub("", bare)
    dated = "" if plain != bare else plain  # 「時点」 alone is a word, of 「R5時点」 a year is left
    return _AROUND.sub("", plain) or dated or (A_YEAR if YEAR_IN.search(shown) else "")


def column_role(text: str) -> str:
    """What a heading says its column is; empty where it says nothing, ``year`` where it is a year alone."""
    key = heading_key(text)
    if key == A_YEAR:  # 「R6(実績)」 says beside its year what its values are
        beside = (_role(words) for words in _IN_BRACKETS.findall(canonical(text)))
        return next((role for role in beside if role in VALUE_ROLES), "year")
    if whose_year(text) and key != "策定時":  # 「策定時点」 is the value of that time
        return "period"
    return _role(key)


def _role(words: str) -> str:
    return next((role for pattern, role in _COMPILED if pattern.fullmatch(words)), "")


def whose_year(text: str) -> str:
    """The kind of value whose year a column tells by its heading (実績年度, 直近値の年度); empty for none."""
    plain = _BRACKETS.sub("", canonical(text))
    return next((role for pattern, role in _COMPILED_YEARS if pattern.fullmatch(plain)), "")


def stem(text: str) -> str:
    """The word by which a value and its year are called alike: 目標 of 目標値 and 目標年度; empty for none."""
    found = _STEM.search(canonical(text))
    return found[0] if found else ""


def line_role(text: str) -> str:
    """What a row's label says its cells are; empty where it is no such label."""
    key = _BRACKETS.sub("", canonical(text))
    return next((role for pattern, role in _COMPILED_LINES if pattern.fullmatch(key)), "")
