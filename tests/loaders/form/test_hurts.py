"""Every way people hurt a form, by name: what is taken afterwards, and what is said about it, where."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from kpi.collection.workflow import Past, Reading
from loaders.form import definition as d
from loaders.services.batch_reading import read_return
from loaders.workbook.cells import column_letters
from tests import hurt
from tests.campaign.marked import mostly
from tests.factory import (
    AGRI,
    COUNT,
    CUT,
    FY,
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TARGETS_ROUND,
    TOTAL,
    TRADE,
    UNSET,
    filled_form,
    tiny_answers,
    tiny_brief,
    tiny_plan,
    with_plan,
)

Key = tuple[str, str]
Said = tuple[str, str, str]  # code, severity, cell ("" where the finding is about the file)


@cache
def sound(department: str) -> bytes:
    return filled_form(department=department)


def read(data: bytes, filename: str = "回答.xlsx", *, department: str = "", round_id: str = "") -> Reading:
    return read_return(data, filename, tiny_brief(), round_id=round_id, department_id=department)


def values(reading: Reading) -> dict[Key, object]:
    """Everything taken."""
    return {(a.subject_id, k): e.value for a in reading.answers for k, e in a.entries.items() if e.value is not None}


def said(reading: Reading) -> list[Said]:
    return [(i.code, str(i.severity), i.cell) for i in reading.issues]


@cache
def before(department: str) -> tuple[dict[Key, object], frozenset[Said]]:
    reading = read(sound(department))
    return values(reading), frozenset(said(reading))


@dataclass(frozen=True)
class Case:
    """One hurt: what becomes of the values, and what must be said. ``changed`` None: the value is not taken."""

    name: str
    do: Callable[[bytes], bytes]
    says: tuple[Said, ...] = ()
    changed: dict[Key, object] = field(default_factory=dict)
    department: str = POLICY
    gone: tuple[str, ...] = ()  # indicators without an answer
    new_places: bool = False  # cells stand elsewhere afterwards


def cell(name: str, value: object, taken: object, *says: tuple[str, str], key: str = "value", fmt: str = "",
         who: str = PAPER, **more: object) -> Case:  # fmt: skip
    """A hurt of one cell: written so, taken so, said so at that cell."""
    department = {COUNT: TRADE, TOTAL: TRADE, CUT: AGRI}.get(who, POLICY)
    ref = PLACES[who, key]
    changed: dict[Key, object] = {(who, key): taken}
    changed |= {(who, k): v for k, v in more.items()}
    if key in d.keys_on("contact"):  # a 課 says it once for all that it answers for
        changed |= {(i, key): taken for i in (COUNT, TOTAL)}
    return Case(
        name,
        lambda data: hurt.put(data, who, fmt, **{key: value}),
        tuple((code, severity, ref) for code, severity in says),
        changed,
        department,
    )


ROWS = {RATE: 6, SURVEY: 7, PAPER: 8, UNSET: 9, COUNT: 6, TOTAL: 7, CUT: 6}
LETTERS = {key: column_letters(place) for key, place in d.positions("annual").items()}
PLACES = {(i, k): f"{letter}{row}" for i, row in ROWS.items() for k, letter in LETTERS.items()}
PLACES |= {
    (i, k): hurt.cell(hurt.form(load_workbook(BytesIO(sound(who)))), i, k).coordinate
    for who, i in ((POLICY, PAPER), (TRADE, COUNT))
    for k in ("evidence", "analysis", "actions", "section", "person", "contact")
}
NOTE, ASK, FIX = "note", "ask", "fix"

SHEETS = (
    Case("sheet renamed", hurt.rename_sheet, (("form.renamed", NOTE, ""),)),
    Case("sheets reordered", hurt.reorder_sheets),
    Case("sheets added", hurt.add_sheets, (("sheet.unread", NOTE, "A1"),)),
    Case("hidden sheet deleted", hurt.delete_meta, (("form.identity_missing", NOTE, ""),)),
    Case("sheet copied unchanged", hurt.copy_sheet, (("form.copy_ignored", NOTE, ""),)),
    Case(
        "sheet copied and changed", lambda b: hurt.copy_sheet(b, PAPER, value=4600),
        (("form.several_tables", NOTE, ""), ("sheet.differs", ASK, "N8")), {(PAPER, "value"): None},
    ),
    Case("text below the table", lambda b: hurt.below(b, "課は移転しました。"), (("row.outside", NOTE, "C11"),)),
    Case("a doubt below the table", hurt.below, (("row.outside_asked", ASK, "C11"),)),
)  # fmt: skip

MOVES = (
    Case("rows inserted", hurt.insert_rows, new_places=True),
    Case("columns inserted", hurt.insert_columns, new_places=True),
    Case("rows sorted with their marks", hurt.sort_rows, new_places=True),
    Case(
        "rows sorted without their marks", lambda b: hurt.sort_rows(b, first_column=2),
        tuple(("row.token_conflict", ASK, f"D{r}") for r in (6, 7, 8, 9)), new_places=True,
    ),
    Case("column moved", lambda b: hurt.move_column(b, "value"), new_places=True),
    Case("row hidden", lambda b: hurt.hide_row(b, PAPER), (("row.hidden", NOTE, "D8"),)),
    Case("column hidden", lambda b: hurt.hide_column(b, "value"), (("column.hidden", NOTE, "N8"),)),
    Case("row deleted", lambda b: hurt.delete_row(b, PAPER), (("row.missing", ASK, ""),), gone=(PAPER,),
         new_places=True),
    Case(
        "entry column deleted", lambda b: hurt.delete_column(b, "value"), (("column.missing", FIX, ""),),
        {(PAPER, "value"): None, (RATE, "value"): None}, new_places=True,
    ),
    Case("row twice with the same answer", lambda b: hurt.copy_row(b, PAPER), (("row.same_twice", NOTE, "8行"),)),
    Case(
        "row twice with two answers", lambda b: hurt.copy_row(b, PAPER, value=4600),
        (("row.twice", ASK, "N8"),), {(PAPER, "value"): None},
    ),
    Case(
        "row of another department pasted", lambda b: hurt.paste_row(b, sound(TRADE), COUNT),
        (("row.other_department", FIX, "D10"),),
    ),
    Case(
        "name of another row pasted over", lambda b: hurt.put(b, PAPER, name="DXに取り組んでいる市町村の割合"),
        (("row.conflict", FIX, "D8"),), gone=(PAPER,),
    ),
    Case("heading slightly edited", lambda b: hurt.heading(b, "value", "今回の値(実績)"), (("heading.edited", NOTE, "N5"),)),
    Case("heading given another unit", lambda b: hurt.heading(b, "value", "今回の値(千枚)"),
         (("heading.guessed", ASK, "N5"),)),
    Case("heading given another meaning", lambda b: hurt.heading(b, "value", "前回の値"),
         (("heading.guessed", ASK, "N5"),)),
    Case("heading replaced", lambda b: hurt.heading(b, "value", "R6"), (("heading.guessed", ASK, "N5"),)),
    Case("heading emptied", lambda b: hurt.heading(b, "value", None), (("heading.guessed", ASK, "N5"),)),
    Case(
        "value merged over two rows", lambda b: hurt.merge(b, "value", PAPER, UNSET),
        (("cell.merged_value", ASK, "N8"),), {(PAPER, "value"): None},
    ),
    Case("every number retyped as text", hurt.all_text),
    Case("note on a cell", lambda b: hurt.note(b, PAPER, "value", "要確認"), (("cell.comment", NOTE, "N8"),)),
    Case("name with phonetic text", lambda b: hurt.phonetic(b, "コピー用紙使用量", "コピーヨウシシヨウリョウ")),
)  # fmt: skip

NUMBERS = (
    cell("full-width digits and point", "４５１２．５", 4512.5, ("number.fullwidth", NOTE)),
    cell("full-width comma", "４，５１２", 4512.0, ("number.fullwidth", NOTE)),
    cell("full-width percent", "６５．０％", 65.0, ("number.fullwidth", NOTE), who=RATE),
    cell("half-width comma", "4,512.5", 4512.5),
    cell("unit in the cell", "1,405件", 1405.0, ("number.unit_ignored", NOTE), who=COUNT),
    cell("percent sign in the cell", "65.0％", 65.0, ("number.unit_ignored", NOTE), who=RATE),
    cell("full-width minus", "－3.1", None, ("number.reduction_sign", ASK), who=CUT),
    cell("△ under a reduction rate", "△1.2", None, ("number.reduction_sign", ASK), who=CUT),
    cell("▲ as minus", "▲3.1", -3.1, ("number.triangle", NOTE), who=RATE),
    cell("△ as minus", "△3.1", -3.1, ("number.triangle", NOTE), who=RATE),
    cell("about", "約500件", None, ("number.approximate", ASK), who=COUNT),
    cell("roughly", "概ね1,405", None, ("number.approximate", ASK), who=COUNT),
    cell("or more", "1,405以上", None, ("number.approximate", ASK), who=COUNT),
    cell("1.2万", "1.2万", 12000.0, ("number.kanji_scale", NOTE), who=COUNT),
    cell("3億2千万", "3億2千万", 320000000.0, ("number.kanji_scale", NOTE), who=COUNT),
    cell("a note beside the number", "1,405※", 1405.0, ("number.note_ignored", NOTE), who=COUNT),
    cell("a line break in the number", "1,405\n", 1405.0, who=COUNT),
    cell("percent-formatted fraction", 0.65, 65.0, ("number.percent_format", NOTE), who=RATE, fmt="0.0%"),
    cell("fraction under a rate", 0.65, None, ("number.percent_scale", ASK), who=RATE),
    cell("zero", 0, 0.0, who=COUNT),
    cell("a range", "1,400～1,500", None, ("number.range", ASK), who=COUNT),
    cell("two values", "1,405(うち新規120)", None, who=COUNT),
    cell("a hyphen", "-", None, ("number.missing_mark", ASK), who=COUNT),
    cell("a full-width hyphen", "－", None, ("number.missing_mark", ASK), who=COUNT),
    cell("a dash", "―", None, ("number.missing_mark", ASK), who=COUNT),
    cell("an ellipsis", "…", None, ("number.missing_mark", ASK), who=COUNT),
    cell("X for secrecy", "X", None, ("value.as_missing", NOTE), who=COUNT, missing_reason="suppressed"),
    cell("three stars", "***", None, who=COUNT),
    cell("未集計 in the value cell", "未集計", None, ("value.as_missing", NOTE), who=COUNT,
         missing_reason="not_compiled"),
    cell("調査中 in the value cell", "調査中", None, who=COUNT, missing_reason="not_compiled"),
    cell("該当なし in the value cell", "該当なし", None, ("value.as_missing", NOTE), who=COUNT,
         missing_reason="not_applicable"),
    cell("an error value", "#REF!", None, ("number.error", FIX), who=COUNT),
    cell("another error value", "#N/A", None, ("number.error", FIX), who=COUNT),
    cell("a date in the value cell", date(2025, 1, 2), None, ("number.date", FIX), who=COUNT, fmt="m/d"),
    cell("a unit slip", 140500, 140500.0, ("value.scale", ASK), who=COUNT),
    cell("last time's value again", 1278, 1278.0, ("value.same_as_last", ASK), who=COUNT),
    cell("a release word in the value cell", "1,405(速報)", None, ("number.release_asked", ASK), who=COUNT),
    cell("TRUE", True, None, ("number.boolean", FIX), who=COUNT),
    cell("確定 in the value cell", "確定", None, ("entry.wrong_column", FIX), who=COUNT),
    cell("a formula without a result", "=1400+5", None, ("formula.uncached", FIX), who=COUNT),
    cell("a number in the reason cell", "77.4", None, ("entry.wrong_column", FIX), who=COUNT, key="missing_reason"),
    cell("a word that is no choice", "たぶん", None, ("choice.unknown", FIX), who=COUNT, key="release"),
    cell("a choice with a word added", "速報（暫定）", "provisional", ("choice.folded", NOTE), who=COUNT, key="release"),
    cell("two choices at once", "確定・速報", None, ("choice.several", ASK), who=COUNT, key="release"),
    cell("value and reason together", "未集計", "not_compiled", ("missing.with_value", ASK), who=COUNT,
         key="missing_reason"),
)  # fmt: skip

LEFT_OUT = tuple(
    cell(f"{text} in {key}, which needs nothing", text, None, ("cell.dash", NOTE), who=who, key=key)
    for who, key in ((COUNT, "correction"), (COUNT, "correction_kind"), (COUNT, "next_release"),
                     (COUNT, "missing_reason"), (COUNT, "numerator"), (UNSET, "value"), (UNSET, "period"))
    for text in ("－", "なし")
)  # fmt: skip

CONTRADICTIONS = (
    cell("last year named beside the number", "1,278(R5年度)", None, ("number.note_matters", ASK), who=COUNT),
    cell("this year named beside the number", "1,405(令和6年度)", 1405.0, ("number.note_ignored", NOTE), who=COUNT),
    Case(
        "確定 in the cell beside 速報", lambda b: hurt.put(b, COUNT, value="1,405(確定)", release="速報"),
        (("number.release_asked", ASK, "N6"),),
        {(COUNT, "value"): None, (COUNT, "release"): "provisional"}, TRADE,
    ),
    cell("速報 in the period beside 確定", "R6年度(速報)", "FY2024", who=COUNT, key="period"),
    cell("未確定 is not 確定", "未確定", None, ("choice.doubtful", ASK), who=COUNT, key="release"),
    cell("暫定", "暫定", "provisional", who=COUNT, key="release"),
    Case(
        "parts of a rate beside a reason", lambda b: hurt.put(b, RATE, value=None, missing_reason="未公表"),
        (("rate.with_missing", ASK, "S6"),), {(RATE, "value"): None, (RATE, "missing_reason"): "unpublished"},
    ),
    Case(
        "parts of a rate beside 未公表 in the value cell", lambda b: hurt.put(b, RATE, value="未公表"),
        (("rate.with_missing", ASK, "S6"),), {(RATE, "value"): None, (RATE, "missing_reason"): "unpublished"},
    ),
    cell("a word in front of the number for minus", "マイナス3.1", None, ("number.reduction_sign", ASK), who=CUT),
    cell("less in words under a reduction rate", "1.2％減", None, ("number.change_word", ASK), who=CUT),
    cell("a change in place of the value", "12件増", None, ("number.change_word", ASK), who=COUNT),
    cell("a format General with the unit", 1405, 1405.0, who=COUNT, fmt='General"件"'),
    Case(
        "counters beside 分子 and 分母", lambda b: hurt.put(b, RATE, numerator="26市町村", denominator="40市町村"),
        (("number.unit_ignored", NOTE, "O6"), ("number.unit_ignored", NOTE, "P6")), {(RATE, "numerator"): 26.0},
    ),
    Case(
        "分子 in thousands", lambda b: hurt.put(b, RATE, numerator="26千人"),
        (("number.scale", ASK, "O6"),), {(RATE, "numerator"): None},
    ),
    Case(
        "correction ten times too large", lambda b: hurt.put(b, COUNT, correction=12780, correction_kind="確報"),
        (("correction.large", ASK, "U6"),),
        {(COUNT, "correction"): 12780.0, (COUNT, "correction_kind"): "finalised", (COUNT, "last_period"): "FY2023"},
        TRADE,
    ),
    Case(
        "cumulative below its corrected last value",
        lambda b: hurt.put(b, TOTAL, correction=8, correction_kind="確報", value=7),
        (("value.cumulative_falls", ASK, "N7"),),
        {(TOTAL, "value"): 7.0, (TOTAL, "correction"): 8.0, (TOTAL, "correction_kind"): "finalised",
         (TOTAL, "last_period"): "FY2023"},
        TRADE,
    ),
    Case(
        "value for a year without survey",
        lambda b: hurt.put(b, SURVEY, value=31.5, period="令和6年", release="確定", missing_reason=None),
        (("value.survey_year", ASK, "N7"),),
        {(SURVEY, "value"): 31.5, (SURVEY, "period"): "CY2024", (SURVEY, "release"): "final",
         (SURVEY, "missing_reason"): None},
    ),
)  # fmt: skip

PERIODS = (
    cell("令6年度", "令6年度", "FY2024", key="period"),
    cell("R6実績", "R6実績", "FY2024", ("period.note_ignored", NOTE), key="period"),
    cell("令和6年度", "令和6年度", "FY2024", key="period"),
    cell("R6", "R6", "FY2024", key="period"),
    cell("full-width R６", "Ｒ６", "FY2024", key="period"),
    cell("2024年度", "2024年度", "FY2024", key="period"),
    cell("R6.9末", "R6.9末", "2024-09", ("period.not_expected", ASK), key="period"),
    cell("R6上期", "R6上期", "FY2024H1", ("period.not_expected", ASK), key="period"),
    cell("2024/9", "2024/9", "2024-09", ("period.not_expected", ASK), key="period"),
    cell("令和元年度", "令和元年度", "FY2019", ("period.not_expected", ASK), key="period"),
    cell("平成31年度", "平成31年度", "FY2019", ("period.not_expected", ASK), key="period"),
    cell("令和元年", "令和元年", None, ("period.year_kind", ASK), key="period"),
    cell("平成31年", "平成31年", None, ("period.year_kind", ASK), key="period"),
    cell("H31", "H31", "FY2019", ("period.not_expected", ASK), key="period"),
    cell("a date as a date", date(2025, 3, 31), "FY2024", ("period.same_end", NOTE), key="period", fmt="yyyy/m/d"),
    cell("a date as a serial", 45747, "FY2024", ("period.serial", NOTE), key="period", fmt="General"),
    cell("first day of a month", date(2026, 9, 1), None, ("period.month_or_day", ASK), key="next_release", who=UNSET,
         fmt="yyyy/m/d"),
    cell("next release in words", "令和8年9月", "2026-09", key="next_release", who=UNSET),
    cell("last year's period", "令和5年度", "FY2023", ("period.not_expected", ASK), key="period"),
    cell("period emptied", None, None, ("period.missing", ASK), key="period"),
    cell("a period that cannot be", "いつか", None, ("period.unreadable", FIX), key="period"),
)  # fmt: skip

WORDS = (
    *(cell(f"{text} is not 確定", text, None, ("choice.doubtful", ASK), who=COUNT, key="release")
      for text in ("不確定", "仮確定", "確定待ち", "確定（12月予定）", "一部確定", "確定？", "速報のみ", "確定作業中")),
    *(cell(f"{text} is 確定", text, "final", who=COUNT, key="release") for text in ("ｶｸﾃｲ", "カクテイ", "かくてい", "確定値")),
    *(cell(f"{text} is 確定 with a note", text, "final", ("choice.folded", NOTE), who=COUNT, key="release")
      for text in ("「確定」", "確定済", "○確定", "確定（確報）")),
    *(Case(f"{text} as a reason", lambda b, t=text: hurt.put(b, COUNT, value=None, release=None, missing_reason=t),
           (("choice.doubtful", ASK, PLACES[COUNT, "missing_reason"]),),
           {(COUNT, "value"): None, (COUNT, "release"): None}, TRADE)
      for text in ("未公表でなくなった", "未集計か不明", "未集計(45)", "該当なしではない")),
    *(Case(f"{text} for a value", lambda b, t=text: hurt.put(b, COUNT, value=t),
           ((code, ASK, PLACES[COUNT, "value"]),), {(COUNT, "value"): None}, TRADE)
      for text, code in (("未公表でなくなった", "number.missing_mark"), ("未集計(45)", "number.missing_mixed"),
                         ("未公表→公表済", "number.missing_mark"))),
    Case("a reason in kana", lambda b: hurt.put(b, COUNT, value=None, release=None, missing_reason="ﾐｼｭｳｹｲ"), (),
         {(COUNT, "value"): None, (COUNT, "release"): None, (COUNT, "missing_reason"): "not_compiled"}, TRADE),
    cell("速 behind the figure beside 確定", "1,405(速)", None, ("number.release_asked", ASK), who=COUNT),
    cell("r behind the figure beside 確定", "1,405(r)", None, ("number.revised_mark", ASK), who=COUNT),
    cell("速 by number format beside 確定", 1405, None, ("number.release_asked", ASK), who=COUNT, fmt='#,##0"(速)"'),
    cell("社 by number format", 1405, 1405.0, ("number.format_counter", NOTE), who=COUNT, fmt='#,##0"社"'),
    *(cell(f"{text} in 分子", text, None, (code, ASK), who=RATE, key="numerator")
      for text, code in (("26(R5年度)", "number.note_matters"), ("26(速)", "number.release_asked"),
                         ("1.234", "number.dot_grouping"), ("26(令和五年度)", "number.note_matters"))),
    cell("this year named in 分母", "40(令和六年度)", 40.0, ("number.note_ignored", NOTE), who=RATE, key="denominator"),
    cell("確定 in 分母", "40(確)", 40.0, ("number.release_in_cell", NOTE), who=RATE, key="denominator"),
    *(Case(f"{text} as a correction", lambda b, t=text: hurt.put(b, COUNT, correction=t, correction_kind="確報"),
           ((code, ASK, PLACES[COUNT, "correction"]),),
           {(COUNT, "correction_kind"): "finalised"}, TRADE)
      for text, code in (("1,290(速報)", "number.release_asked"), ("1,290(R6年度)", "number.note_matters"))),
    Case("a correction that names its own year",
         lambda b: hurt.put(b, COUNT, correction="1,290(令和五年度確報)", correction_kind="確報"), (),
         {(COUNT, "correction"): 1290.0, (COUNT, "correction_kind"): "finalised", (COUNT, "last_period"): "FY2023"}, TRADE),
    *(Case(f"dust {dust!r}", lambda b, v=dust: hurt.put(b, COUNT, value=v), (("value.jump", ASK, PLACES[COUNT, "value"]),),
           {(COUNT, "value"): 0.0}, TRADE) for dust in (-2.7755575615628914e-17, 1e-15, -0.0)),
    *(cell(f"noise {noise!r}", noise, 4512.5, key="value") for noise in (4512.500000000001, 4512.499999999999)),
    *(cell(f"{text} alone in {key}", text, text, ("text.number", ASK), who=COUNT, key=key)
      for text, key in (("437", "evidence"), ("４３７", "analysis"), ("437件", "actions"), ("1,405", "section"), ("△3", "person"),
                        ("65.2％", "person"), ("3,119千人", "analysis"), ("12団体", "evidence"))),
    *(cell(f"{text} in {key} is a text", text, text, who=COUNT, key=key)
      for text, key in (("2345", "contact"), ("2024", "evidence"), ("p.3", "evidence"), ("3号", "evidence"), ("第2係", "section"), ("DX推進課3班", "section"), ("令和6年度", "evidence"), ("第3表", "evidence"),
                        ("DX推進課", "section"), ("437件に増えた。", "analysis"), ("2024年度調査", "evidence"))),
    *(cell(f"words about another row in {key}: {text}", text, text, ("text.other_row", ASK), who=PAPER, key=key)
      for text, key in (("DXに取り組んでいる市町村の割合は、支援により増加した。", "analysis"),
                        ("「DXに取り組んでいる市町村の割合」について、伴走支援を続ける。", "actions"),
                        ("・ＤＸに取り組んでいる市町村の割合：増加", "analysis"),
                        ("「DXに取り組んでいる市町村の割合」の集計表", "evidence"))),
    *(cell(f"words that mention another row: {text}", text, text, who=PAPER, key="analysis")
      for text in ("コピー用紙使用量は、DXに取り組んでいる市町村の割合とともに改善した。", "電子化を進めた(DXに取り組んでいる市町村の割合は別掲)。",
                   "DXに取り組んでいる市町村の割合とコピー用紙使用量は、いずれも改善した。")),
    *(Case(f"{text} in the period beside 確定", lambda b, t=text: hurt.put(b, COUNT, period=t),
           (("release.elsewhere", ASK, PLACES[COUNT, "release"]),), {(COUNT, "period"): "FY2024"}, TRADE)
      for text in ("R6(速)", "令和6年度(p)", "R6年度※速報", "令和六年度(見)", "R6年度(確定前)")),
    *(cell(f"{text} in the period agrees", text, "FY2024", who=COUNT, key="period") for text in ("R6(確)", "R6(r)", "R6年度確定")),
    *(cell(f"{text}, one year", text, "FY2024", who=COUNT, key="period")
      for text in ("2024（令和6）年度", "令和6（2024）年度", "ﾚｲﾜ6年度", "令和六年度")),
    Case("headings marked 必須", lambda b: hurt.heading(hurt.heading(b, "numerator", "分子(必須)"), "value", "今回の値（必須）"),
         (("heading.edited", NOTE, "O5"), ("heading.edited", NOTE, "N5"))),
    Case("a heading with a star", lambda b: hurt.heading(b, "denominator", "★分母"), (("heading.edited", NOTE, "P5"),)),
    *(Case(f"a row {text} below the table", lambda b, t=text: hurt.total(b, t), (("row.outside", NOTE, "D10"),))
      for text in ("平均", "小計", "合計(再掲)", "構成比", "参考", "合　計", "部局計", "前年比", "参考：全国")),
    Case("figures below the table that nobody names", lambda b: hurt.total(b, "コピー用紙の計"),
         (("row.unidentified", FIX, "N10"),)),
)  # fmt: skip

PREFILLED = (
    cell("target changed", 90, None, ("prefilled.changed", ASK), who=RATE, key="target"),
    cell("baseline changed", 40, None, ("prefilled.changed", ASK), who=RATE, key="baseline"),
    cell("last value changed", 56.5, None, ("prefilled.changed", ASK), who=RATE, key="last_value"),
    cell("unit changed", "千枚", None, ("prefilled.changed", ASK), key="unit"),
    Case("name edited", lambda b: hurt.put(b, PAPER, name="コピー用紙の使用量"), (("prefilled.changed", ASK, "D8"),)),
    Case(
        "number and name emptied", lambda b: hurt.put(b, PAPER, name=None, number=None),
        (("row.by_token", ASK, "A8"),),
    ),
    cell("writing in a cell not asked for", 5, None, ("entry.not_asked", ASK), who=COUNT, key="numerator"),
)  # fmt: skip
CASES = SHEETS + MOVES + NUMBERS + LEFT_OUT + CONTRADICTIONS + PERIODS + WORDS + PREFILLED


_BY_NAME = {case.name: case for case in CASES}
assert len(_BY_NAME) == len(CASES)


@cache
def hurt_reading(name: str) -> Reading:
    """What is read of a form with that hurt."""
    case = _BY_NAME[name]
    return read(case.do(sound(case.department)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hurt(case: Case) -> None:
    reading = hurt_reading(case.name)
    expected = {k: v for k, v in before(case.department)[0].items() if k[0] not in case.gone} | case.changed
    assert values(reading) == {k: v for k, v in expected.items() if v is not None}
    for told in case.says:
        assert told in said(reading)
    if not case.says and not case.changed:
        assert {s[0] for s in said(reading)} <= {s[0] for s in before(case.department)[1]} | {"number.spaces"}
    for issue in reading.issues:
        assert issue.message
        assert "{" not in issue.message


@pytest.mark.parametrize(
    "case", [c for c in WORDS if not any(s in (ASK, FIX) for _, s, _ in c.says)], ids=lambda case: case.name
)
def test_a_sound_way_of_writing_asks_nothing(case: Case) -> None:
    told = {(i.code, i.cell) for i in hurt_reading(case.name).issues if i.severity != NOTE}
    assert told <= {(code, ref) for code, severity, ref in before(case.department)[1] if severity != NOTE}


@pytest.mark.parametrize("department", [POLICY, TRADE, AGRI])
def test_a_sound_form_is_taken_whole_with_nothing_to_mend(department: str) -> None:
    reading = read(sound(department))
    wanted = {(i, k): v for i, row in tiny_answers().items() for k, v in row.items() if v is not None}
    owned = {a.subject_id for a in reading.answers}
    assert {k: v for k, v in wanted.items() if k[0] in owned}.items() <= values(reading).items()
    assert not [i for i in reading.issues if i.severity == FIX]
    assert reading.matched_by == "identity"
    assert (reading.round_id, reading.department_id) == (ROUND, department)


def test_every_value_not_taken_is_told() -> None:
    """A written entry that was not understood never passes without a question or a fault."""
    for case in NUMBERS + PERIODS:
        reading = hurt_reading(case.name)
        open_ = {(i.subject_id, i.key) for i in reading.issues if i.severity != NOTE}
        taken_as_reason = {i.cell for i in reading.issues if i.code == "value.as_missing"}
        for answer in reading.answers:
            for key, entry in answer.entries.items():
                if entry.written.strip() and entry.value is None and entry.cell not in taken_as_reason:
                    assert (answer.subject_id, key) in open_, (case.name, entry)


def test_formula_with_a_cached_value_is_taken_with_a_note() -> None:
    data = hurt.cached(hurt.put(sound(TRADE), COUNT, value="=1400+5"), "1405")
    reading = read(data)
    assert values(reading)[COUNT, "value"] == 1405.0
    assert ("formula.cached", NOTE, "N6") in said(reading)


def test_formula_on_another_file_is_asked() -> None:
    data = hurt.cached(hurt.put(sound(TRADE), COUNT, value="='[集計.xlsx]Sheet1'!A1"), "1405")
    reading = read(data)
    assert (COUNT, "value") not in values(reading)
    issue = next(i for i in reading.issues if i.code == "formula.external")
    assert issue.severity == ASK
    assert issue.choices[0].changes == {"value": 1405.0}


def test_a_formula_on_a_table_of_the_workbook_is_taken() -> None:
    data = hurt.put(sound(TRADE), COUNT, value="=1400+5")
    data = hurt.patch(
        data, "sheet2.xml", lambda xml: xml.replace(b"<f>1400+5</f>", "<f>SUM(テーブル1[件数])</f>".encode())
    )
    reading = read(hurt.cached(data, "1405"))
    assert values(reading)[COUNT, "value"] == 1405.0
    assert ("formula.cached", NOTE, "N6") in said(reading)


@pytest.mark.parametrize(("text", "asked"), [
    ("1,160(R3年度)", True), ("1,160(R4年度)", False), ("1,160(速報)", True), ("1,160(令和四年度)", False), ("1,160(確定)", False),
])  # fmt: skip
def test_a_remark_in_the_baseline_is_read_as_in_a_value(text: str, asked: bool) -> None:
    own = {i.code for i in targets(COUNT, baseline=text).issues if i.key == "baseline" and i.severity != NOTE}
    assert bool(own & {"number.note_matters", "number.release_asked"}) is asked


def test_a_fraction_of_a_counted_part_is_asked() -> None:
    def issue(**parts: object) -> set[str]:
        return {i.code for i in read(hurt.put(sound(POLICY), RATE, **parts)).issues if i.severity == ASK}

    assert "rate.fraction_of_count" in issue(numerator=26.5)
    assert "rate.fraction_of_count" in issue(denominator="40.25")
    assert "rate.fraction_of_count" not in issue(numerator=26.000000000000004)


def test_a_rate_worked_out_has_no_noise() -> None:
    reading = read(hurt.put(sound(POLICY), RATE, value=None, numerator=412, denominator=1000))
    assert values(reading)[RATE, "value"] == 41.2


def test_last_years_form_is_told() -> None:
    reading = read(filled_form(department=TRADE), round_id="fy2025h1")
    issue = next(i for i in reading.issues if i.code == "form.other_round")
    assert issue.severity == FIX
    assert "令和6年度実績" in issue.message
    assert reading.round_id == ROUND


def test_form_of_another_department_is_told() -> None:
    reading = read(sound(TRADE), department=POLICY)
    assert ("form.other_department", FIX, "") in said(reading)
    assert reading.department_id == TRADE


@pytest.mark.parametrize("bare", [False, True], ids=["with identity", "by content"])
def test_department_under_its_old_name_finds_its_way(bare: bool) -> None:
    data = hurt.edit(
        sound(POLICY), lambda b: setattr(hurt.form(b)["B1"], "value", "回答様式　令和6年度実績　企画政策部")
    )
    reading = read(hurt.delete_meta(data) if bare else data)
    assert reading.department_id == POLICY
    assert ("form.old_name", NOTE, "") in said(reading)


def test_without_identity_and_title_the_rows_tell_the_department_and_the_page_the_round() -> None:
    data = hurt.edit(hurt.delete_meta(sound(TRADE)), lambda b: setattr(hurt.form(b)["B1"], "value", "回答"))
    assert read(data).round_id == ""
    assert ("form.unknown_round", FIX, "") in said(read(data))
    reading = read(data, round_id=ROUND)
    assert reading.department_id == TRADE
    assert values(reading) == before(TRADE)[0]
    assert reading.matched_by == "content"


def test_targets_form_without_identity_is_known_by_its_headings() -> None:
    data = filled_form({UNSET: {"baseline": 3.0, "baseline_period": "FY2022", "target": 9.0}}, round_id=TARGETS_ROUND)
    reading = read(hurt.delete_meta(data))
    assert reading.round_id == TARGETS_ROUND
    assert values(reading)[UNSET, "target"] == 9.0


def test_rate_is_worked_out_from_its_parts() -> None:
    reading = read(hurt.put(sound(POLICY), RATE, value=None))
    entry = next(a for a in reading.answers if a.subject_id == RATE).entries["value"]
    assert (entry.value, entry.cell) == (65.0, "O6/P6")
    assert ("rate.worked_out", NOTE, "O6/P6") in said(reading)


def test_rate_that_differs_from_its_parts_is_asked() -> None:
    reading = read(hurt.put(sound(POLICY), RATE, value=66.0))
    assert ("rate.differs", ASK, "N6") in said(reading)


def test_reason_and_word_in_the_value_cell_that_differ_are_asked() -> None:
    reading = read(hurt.put(sound(TRADE), COUNT, value="未集計", missing_reason="秘匿"))
    assert ("value.two_missing", ASK, "S6") in said(reading)
    assert (COUNT, "missing_reason") not in values(reading)


def test_release_named_in_the_period_cell_is_asked() -> None:
    reading = read(hurt.put(sound(TRADE), COUNT, period="R6年度(速報)"))
    assert ("release.elsewhere", ASK, PLACES[COUNT, "release"]) in said(reading)


def test_a_dash_for_a_correction_never_sets_the_reason_for_having_no_value() -> None:
    reading = read(hurt.put(sound(TRADE), COUNT, correction="-", correction_kind="確報"))
    issue = next(i for i in reading.issues if i.key == "correction" and i.severity == ASK)
    assert [c.changes for c in issue.choices] == [{"correction": None}]


@pytest.mark.parametrize(("who", "value", "code"), [
    (COUNT, 11500, "value.jump"), (COUNT, 115000, "value.scale"), (TOTAL, 3, "value.cumulative_falls"),
    (COUNT, 1150, "value.same_as_last"),
])  # fmt: skip
def test_first_value_is_judged_by_the_baseline(who: str, value: float, code: str) -> None:
    brief = tiny_brief(history=False)
    data = hurt.put(filled_form(department=TRADE, brief=brief), who, value=value)
    issue = next(i for i in read_return(data, "回答.xlsx", brief).issues if i.code == code)
    assert issue.severity == ASK
    assert "前回" not in issue.message


def targets(who: str, **values: object) -> Reading:
    def change(book: Workbook) -> None:
        sheet = hurt.form(book)
        for key, value in values.items():
            sheet[hurt.place(sheet, who, key, kind="targets")].value = value

    department = {COUNT: TRADE}.get(who, POLICY)
    return read(hurt.edit(filled_form({}, department=department, round_id=TARGETS_ROUND), change))


@pytest.mark.parametrize(("key", "value", "said"), [
    ("target", 200000, "単位を取り違えて"), ("target", 20000, "と登録され"), ("target", None, "と登録され"),
    ("baseline", 1160, "と登録され"), ("baseline_period", "R5", "と登録され"),
    ("target_period", "R3", "後ではありません"), ("baseline_period", "令和4年", "年度か、"),
])  # fmt: skip
def test_a_target_form_that_departs_from_the_card_is_asked(key: str, value: object, said: str) -> None:
    (issue,) = (i for i in targets(COUNT, **{key: value}).issues if str(i.severity) == ASK)
    assert (issue.key, said in issue.message) == (key, True)
    assert not [i for i in targets(COUNT).issues if str(i.severity) == ASK]


def test_usual_ways_of_writing_periods_are_taken_in_a_target_form() -> None:
    reading = targets(UNSET, baseline=3.0, baseline_period="R4", target="9.0", target_period="R11.3末")
    assert values(reading)[UNSET, "baseline_period"] == "FY2022"
    assert values(reading)[UNSET, "target_period"] == "FY2028"
    assert not [i for i in reading.issues if i.severity != NOTE and i.subject_id == UNSET]


def test_a_forecast_of_a_year_not_over_is_taken_and_says_what_is_left_out() -> None:
    reading = read(hurt.put(sound(TRADE), COUNT, value=1500, period="R7", release="見込"))
    own = [(i.code, str(i.severity)) for i in reading.issues if i.subject_id == COUNT]
    assert ("release.forecast_ahead", NOTE) in own
    assert {s for _, s in own} == {NOTE}
    far = read(hurt.put(sound(TRADE), COUNT, value=1500, period="R15", release="見込"))
    assert ("period.not_expected", ASK, "Q6") in said(far)


@pytest.mark.parametrize(("numerator", "value", "code"), [
    (4_620_000_000, None, "rate.scale"), (4_620_000, None, "rate.scale"),
    (4_620_000, 6600, "rate.other_scale"), (4_620_000, 6700, "rate.differs"),
])  # fmt: skip
def test_parts_of_a_quotient_counted_in_another_scale(numerator: int, value: float | None, code: str) -> None:
    """千円/人: the parts alone do not say whether they are counted in thousands or millions, the value does."""
    unit = {"unit": "千円/人"}
    plan = tiny_plan()
    indicators = tuple(replace(i, **unit) if i.id == RATE else i for i in plan.indicators)
    brief = with_plan(tiny_brief(), indicators=indicators)
    brief = replace(brief, history={RATE: (Past(FY[2022], 6400.0), Past(FY[2023], 6480.0))})
    said_ = {RATE: tiny_answers()[RATE] | {"value": value, "numerator": numerator, "denominator": 700_000}}
    reading = read_return(filled_form(said_, brief=brief), "回答.xlsx", brief)
    issue = next(i for i in reading.issues if i.code == code)
    if code == "rate.scale":
        assert [c.changes for c in issue.choices] == [{"value": 6600.0}]


def test_xlsm_is_read() -> None:
    assert values(read(hurt.as_xlsm(sound(TRADE)), "回答.xlsm")) == before(TRADE)[0]


@pytest.mark.parametrize(("suffix", "code"), mostly([("xlsx", ""), ("xls", ""), ("ods", "file.ods")], every=3))
def test_saved_by_libreoffice(tmp_path: Path, suffix: str, code: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "form.xlsx").write_bytes(sound(TRADE))
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix,
         "--outdir", str(tmp_path), str(tmp_path / "in" / "form.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    reading = read((tmp_path / f"form.{suffix}").read_bytes(), f"form.{suffix}")
    if code:
        assert [i.code for i in reading.issues] == [code]
        assert ".xlsx" in reading.issues[0].advice
    else:
        assert values(reading) == before(TRADE)[0]
        assert {c for c, s, _ in said(reading) if s != NOTE} <= {c for c, s, _ in before(TRADE)[1] if s != NOTE}
