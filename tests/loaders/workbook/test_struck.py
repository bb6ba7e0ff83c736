"""What is struck through or raised in a returned form is asked or told with its words, and never joined or dropped."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders.form import definition as d
from loaders.services.batch_reading import read_return
from tests import hurt
from tests.factory import AGRI, COUNT, CUT, TARGETS_ROUND, TRADE, filled_form, tiny_brief

PLAIN, BOLD, STRUCK = InlineFont(), InlineFont(b=True), InlineFont(strike=True)
RAISED, SUNK = InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript")
LOOKS = {"": PLAIN, "b": BOLD, "s": STRUCK, "^": RAISED, "_": SUNK}
Runs = list[tuple[str, str]]


@cache
def sound(department: str, round_id: str = "fy2024") -> bytes:
    return filled_form(department=department, round_id=round_id)


def rich(*runs: tuple[str, str]) -> CellRichText:
    return CellRichText(*(TextBlock(LOOKS[look], text) for look, text in runs))


def changed(indicator: str, department: str = AGRI, *, strike: str = "", **cells: object) -> bytes:
    """A sound form with rich texts in an indicator's row, and columns whose cells are struck through as a whole."""
    book = load_workbook(BytesIO(sound(department)), rich_text=True)
    sheet = hurt.form(book)
    found = {key: hurt.cell(sheet, indicator, key) for key in (*cells, *strike.split())}
    for key, value in cells.items():
        found[key].value = value
    for key in strike.split():
        found[key].font = Font(strike=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes) -> Reading:
    return read_return(data, "回答.xlsx", tiny_brief())


def value(reading: Reading, key: str, indicator: str = CUT) -> object:
    (answer,) = [a for a in reading.answers if a.subject_id == indicator]
    return answer.entries[key].value


def about(reading: Reading, key: str, indicator: str = CUT) -> list[Issue]:
    """What is said of a cell that is not said of the sound form."""
    before = {(i.code, i.subject_id, i.key) for i in read(sound(AGRI if indicator == CUT else TRADE)).issues}
    found = [i for i in reading.issues if i.subject_id == indicator and i.key == key]
    return [i for i in found if (i.code, i.subject_id, i.key) not in before]


def one(issues: list[Issue]) -> Issue:
    assert len(issues) == 1, [i.message for i in issues]
    return issues[0]


@pytest.mark.parametrize(
    ("runs", "outcomes"),
    [
        ([("", "8."), ("s", "1"), ("", "2")], [8.2, 8.12]),
        ([("s", "8.1"), ("", "8.4")], [8.4, 8.1]),
        ([("", "8.4"), ("s", "8.1")], [8.4, 8.1]),
        ([("", "8.4"), ("s", "9")], [8.4, 8.49]),
        ([("s", "8.1"), ("", "\n8.4")], [8.4, 8.1]),
        ([("s", "-"), ("", "8.4")], [8.4]),
        ([("", "8"), ("s", "."), ("", "4")], [84.0, 8.4]),
        ([("s", "約"), ("", "8.4")], [8.4]),
        ([("s", "8.1％"), ("", "8.4％")], [8.4, 8.1]),
    ],
)
def test_a_figure_with_struck_digits_is_asked_and_never_joined(runs: Runs, outcomes: list[float]) -> None:
    reading = read(changed(CUT, value=rich(*runs)))
    issue = one(about(reading, "value"))
    assert (issue.code, issue.severity, value(reading, "value")) == ("cell.struck", Severity.ASK, None)
    assert [c.changes["value"] for c in issue.choices][: len(outcomes)] == outcomes
    struck = "".join(text for look, text in runs if look == "s")
    assert f"「{struck}」に取り消し線" in issue.message
    assert issue.value == "".join(text for _, text in runs)


def test_a_struck_unit_or_comma_changes_no_figure_and_is_told() -> None:
    for runs, number in (([("", "1,405"), ("s", "件")], 1405.0), ([("", "1"), ("s", ","), ("", "405")], 1405.0)):
        reading = read(changed(COUNT, TRADE, value=rich(*runs)))
        assert value(reading, "value", COUNT) == number
        assert [i.severity for i in about(reading, "value", COUNT)] == [Severity.NOTE] * len(
            about(reading, "value", COUNT)
        )
        assert any(i.code == "cell.struck_left_out" for i in about(reading, "value", COUNT))


@pytest.mark.parametrize("cell", [8.1, "8.1", rich(("s", "8.1"))])
def test_a_figure_struck_as_a_whole_is_asked_withdrawn_or_not(cell: object) -> None:
    reading = read(changed(CUT, strike="" if isinstance(cell, CellRichText) else "value", value=cell))
    issue = one(about(reading, "value"))
    assert (issue.code, issue.severity, value(reading, "value")) == ("cell.struck_whole", Severity.ASK, None)
    assert [c.changes["value"] for c in issue.choices] == [8.1, None]


def test_a_reason_written_beside_a_struck_figure_is_offered() -> None:
    reading = read(changed(CUT, value=rich(("s", "8.1"), ("", "未集計"))))
    issue = one(about(reading, "value"))
    assert issue.severity is Severity.ASK
    assert issue.choices[0].changes == {"value": None, "missing_reason": "not_compiled"}
    assert value(reading, "missing_reason") is None


def test_a_struck_period_and_a_struck_choice_are_asked() -> None:
    runs = rich(("s", "令和5年度"), ("", "令和6年度"))
    reading = read(changed(CUT, period=runs, release=rich(("s", "速報"), ("", "確定"))))
    assert [c.changes["period"] for c in one(about(reading, "period")).choices] == ["FY2024", "FY2023"]
    assert [c.changes["release"] for c in one(about(reading, "release")).choices] == ["final", "provisional"]
    assert (value(reading, "period"), value(reading, "release")) == (None, None)


def test_what_is_struck_in_an_explanation_is_left_out_with_its_words() -> None:
    reading = read(changed(CUT, analysis=rich(("", "面積が"), ("s", "減少した"), ("", "広がった。CO"), ("_", "2"))))
    issue = one(about(reading, "analysis"))
    assert (issue.code, issue.severity) == ("cell.struck_left_out", Severity.NOTE)
    assert "減少した" in issue.message
    assert value(reading, "analysis") == "面積が広がった。CO2"
    gone = read(changed(CUT, strike="evidence"))
    assert about(gone, "evidence")[0].code == "cell.struck_left_out"
    assert value(gone, "evidence") is None


@pytest.mark.parametrize("mark", ["1", "1)", "(2)", "注1", "※", "*", "**", "注", "※1", "a"])
def test_a_raised_footnote_behind_a_figure_is_left_out_with_a_note(mark: str) -> None:
    reading = read(changed(CUT, value=rich(("", "8.1"), ("^", mark))))
    assert value(reading, "value") == 8.1
    issue = one(about(reading, "value"))
    assert (issue.code, issue.severity) == ("cell.raised", Severity.NOTE)
    assert f"「{mark}」" in issue.message


@pytest.mark.parametrize(
    ("runs", "outcomes"),
    [
        ([("", "10"), ("^", "3")], [10.0, 1000.0]),
        ([("", "1.2×10"), ("^", "3")], [1200.0]),
        ([("", "8.1km"), ("^", "2")], []),
        ([("^", "1"), ("", "8.1")], [8.1, 18.1]),
        ([("", "8"), ("^", "."), ("", "1")], [81.0, 8.1]),
        ([("", "8.1"), ("^", "25.5")], [8.1]),
        ([("", "8.1"), ("_", "千")], []),
    ],
)
def test_what_may_be_an_exponent_or_is_no_footnotes_mark_is_asked(runs: Runs, outcomes: list[float]) -> None:
    reading = read(changed(CUT, value=rich(*runs)))
    issue = one([i for i in about(reading, "value") if i.severity is not Severity.NOTE])
    assert (issue.severity, value(reading, "value")) == (Severity.ASK, None)
    assert [c.changes["value"] for c in issue.choices][: len(outcomes)] == outcomes


def test_a_raised_mark_beside_a_period_or_a_choice_is_left_out_with_a_note() -> None:
    reading = read(changed(CUT, period=rich(("", "令和6年度"), ("^", "1)")), release=rich(("", "確定"), ("^", "※"))))
    assert (value(reading, "period"), value(reading, "release")) == ("FY2024", "final")
    assert {i.code for key in ("period", "release") for i in about(reading, key)} == {"cell.raised"}


@pytest.mark.parametrize(
    "runs", [[("b", "8"), ("", ".1")], [("", "8.1"), ("s", " ")], [("^", "8.1")], [("", "8.1"), ("^", "%")]]
)
def test_other_looks_are_no_question(runs: Runs) -> None:
    reading = read(changed(CUT, value=rich(*runs)))
    assert value(reading, "value") == 8.1
    assert all(i.severity is Severity.NOTE for i in about(reading, "value"))


def test_a_strike_over_what_the_form_gave_is_one_question_in_its_row() -> None:
    reading = read(changed(CUT, strike="name target target_period"))
    issue = one([i for i in reading.issues if i.code == "prefilled.struck"])
    assert (issue.severity, issue.subject_id) == (Severity.ASK, CUT)
    for word in ("指標名", "目標値", "30"):
        assert word in issue.message
    assert value(reading, "value") == 8.1
    part = read(changed(CUT, target=rich(("s", "30"), ("", "35"))))
    (issue,) = [i for i in part.issues if i.subject_id == CUT and i.key == "target"]
    assert "「30」に取り消し線" in issue.message
    assert "残りは「35」" in issue.message


def test_a_strike_in_the_targets_form_is_asked() -> None:
    book = load_workbook(BytesIO(filled_form({}, department=AGRI, round_id=TARGETS_ROUND)))
    sheet = hurt.form(book)
    place = hurt.place(sheet, CUT, "target", kind="targets")
    sheet[place].value, sheet[place].font = 35, Font(strike=True)
    out = BytesIO()
    book.save(out)
    reading = read(out.getvalue())
    (issue,) = [i for i in reading.issues if i.subject_id == CUT and i.key == "target" and i.severity != "note"]
    assert issue.code == "cell.struck_whole"
    assert value(reading, "target") is None


def test_headings_and_names_are_known_whatever_is_raised_or_struck_in_them() -> None:
    book = load_workbook(BytesIO(sound(AGRI)), rich_text=True)
    sheet = hurt.form(book)
    heading = sheet.cell(d.HEADING_ROW, d.positions("annual")["value"])
    release = sheet.cell(d.HEADING_ROW, d.positions("annual")["release"])
    name = sheet[hurt.place(sheet, CUT, "name")]
    half = len(name.value) // 2
    heading.value = rich(("", str(heading.value)), ("^", "注1"))
    release.font = Font(strike=True)
    name.value = rich(("", name.value[:half]), ("_", name.value[half:]))
    out = BytesIO()
    book.save(out)
    reading = read(out.getvalue())
    assert value(reading, "value") == 8.1
    assert value(reading, "release") == "final"
    assert not [i for i in reading.issues if i.severity is not Severity.NOTE and i.code.startswith(("row", "heading"))]
    assert not [i for i in reading.issues if i.code == "prefilled.changed"]
