"""確認の方法, 限界と補い方, 目標到達後の扱い: carried over, required where the plan says so, unknown to older forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from kpi.collection.workflow import Brief
from kpi.issue import Severity
from kpi.plan import STANDING_TEXTS
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.entry_fields import entry_blocks
from loaders.form.hidden_sheet import META_MARK
from loaders.form.writing.writer import write_form
from loaders.services.batch_reading import read_book
from loaders.workbook.cells import open_book
from tests import hurt
from tests.campaign.forms import Here
from tests.factory import PAPER, POLICY, RATE, ROUND, tiny_brief, with_plan
from tests.loaders.prose.kit import answers, found, open_codes, row_of, values, write

SAID = {"verification": "前年度の値と突合した。", "after_target": "維持を確かめる。"}


def brief(**required: object) -> Brief:
    return replace(with_plan(tiny_brief(), **required), standing={RATE: SAID})


def returned(data: bytes, about: Brief):
    return read_book(open_book(data, "回答.xlsx", pool=Here()), about, round_id="", department_id="")  # type: ignore[arg-type]


def form(about: Brief, said: Mapping[str, Mapping[str, object]] | None = None) -> bytes:
    return write_form(about, ROUND, POLICY, answers=said or answers())


def test_what_was_said_last_stands_ready_and_comes_back_as_said():
    read = returned(form(brief()), brief())
    assert {k: v for k, v in values(read).items() if k[1] in STANDING_TEXTS} == {(RATE, k): v for k, v in SAID.items()}
    assert open_codes(read) == set()


def test_it_may_be_changed_or_emptied():
    def change(book: Workbook) -> None:
        write(hurt.prose(book), "1", verification="抽出で確かめた。", limits="地域差は分からない。", after_target=None)

    read = values(returned(hurt.edit(form(brief()), change), brief()))
    assert (read[RATE, "verification"], read[RATE, "limits"]) == ("抽出で確かめた。", "地域差は分からない。")
    assert (RATE, "after_target") not in read


def test_on_the_screen_the_same_stands_ready():
    fields = {f.name: f for b in entry_blocks(brief(required_texts=("limits",)), ROUND, POLICY) for f in b.fields}
    assert (fields[f"verification {RATE}"].ready, fields[f"verification {PAPER}"].ready) == (SAID["verification"], None)
    assert (fields[f"limits {RATE}"].need, fields[f"verification {RATE}"].need) == ("【必須】", "")


@pytest.mark.parametrize("required", [("limits",), ("verification", "after_target"), tuple(STANDING_TEXTS)])
def test_a_value_without_what_the_plan_requires_is_asked_about(required: tuple[str, ...]):
    about = brief(required_texts=required)
    asked = {(i.subject_id, i.key) for i in found(returned(form(about), about), "text.required")}
    wanted = {(i, key) for i in (RATE, PAPER) for key in required} - {(RATE, key) for key in SAID}
    assert asked == wanted
    assert all(i.severity is Severity.ASK for i in returned(form(about), about).issues if i.code == "text.required")


def test_a_box_that_must_be_filled_is_yellow_while_empty():
    def colours(about: Brief) -> set[str]:
        sheet = hurt.prose(load_workbook(BytesIO(form(about))))
        place = f"D{row_of(sheet, 'limits', '6')}"
        rules = [r for where, rules in sheet.conditional_formatting._cf_rules.items() if place in str(where.sqref)
                 for r in rules]  # fmt: skip
        return {str(r.dxf.fill.bgColor.rgb)[-6:] for r in rules}

    assert colours(brief()) != colours(brief(required_texts=("limits",)))


def _version_2(book: Workbook) -> None:
    """A form of the layout before: without the three lines, and its hidden sheet says so."""
    sheet = hurt.prose(book)
    for row in range(sheet.max_row, ln.FIRST_ROW, -1):
        if any(str(sheet.cell(row, ln.PART).value).startswith(word) for word in STANDING_TEXTS.values()):
            sheet.delete_rows(row)
    for row in book[d.META_SHEET].iter_rows():
        if row[0].value == META_MARK:
            row[1].value = "2"


@pytest.mark.parametrize("hidden_sheet", [True, False])
def test_a_form_of_the_layout_before_is_read_as_it_is(hidden_sheet: bool):
    def change(book: Workbook) -> None:
        _version_2(book)
        if not hidden_sheet:
            book.remove(book[d.META_SHEET])

    about = brief(required_texts=tuple(STANDING_TEXTS))
    old, new = returned(hurt.edit(form(about), change), about), returned(form(brief()), brief())
    codes = {i.code for i in old.issues} - {"form.identity_missing", "form.inferred"}
    assert codes == {i.code for i in new.issues}
    assert values(old) == {k: v for k, v in values(new).items() if k[1] not in STANDING_TEXTS}
    if hidden_sheet:
        assert old.form_version == "2"


def test_lines_deleted_from_a_form_of_today_are_told():
    def change(book: Workbook) -> None:
        _version_2(book)
        for row in book[d.META_SHEET].iter_rows():
            if row[0].value == META_MARK:
                row[1].value = d.FORM_VERSION

    told = found(returned(hurt.edit(form(brief()), change), brief()), "part.missing")
    assert {i.subject_id for i in told} >= {RATE, PAPER}


@pytest.mark.parametrize(("letters", "told"), [(150, 0), (151, 1)])
def test_a_text_over_its_limit_is_taken_and_told(letters: int, told: int):
    said = answers()
    said[RATE]["analysis"] = "あ" * letters
    read = returned(form(brief(), said), brief())
    assert values(read)[RATE, "analysis"] == "あ" * letters
    noted = found(read, "text.over_limit")
    assert len(noted) == told
    assert all(i.severity is Severity.NOTE and f"{letters}字" in i.message and "150字" in i.message for i in noted)
