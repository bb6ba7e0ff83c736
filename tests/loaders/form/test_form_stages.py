"""The reader of a form goes one way, and the form is a list of its sheets."""

import ast
from pathlib import Path

import pytest

from loaders.form import definition as d
from loaders.form import own_text
from loaders.form.reading.form_answers import READERS
from loaders.form.writing import writer
from tests import ROOT

READING = ROOT / "loaders" / "form" / "reading"
#: The stages of reading in their order; a stage knows those before it and none after it.
STAGES = (
    ("struck", "headings", "indicator_names"),
    ("location", "prose_sheet", "sheet_choice", "identification"),
    ("row_matching", "contacts", "prose_ownership"),
    ("understanding",),
    ("repeated_rows", "form_answers"),
    ("leftover",),
    ("reader",),
)
STAGE = {name: number for number, names in enumerate(STAGES) for name in names}
#: What the sweep is told of the tables that have been read.
TOLD = {"loaders.form.reading.leftover.read_table"}
MODULES = sorted(path for path in READING.rglob("*.py") if path.name != "__init__.py")


def case(path: Path) -> str:
    return str(path.relative_to(READING))


def stage(dotted: str) -> int:
    return STAGE[dotted.removeprefix("loaders.form.reading.").split(".")[0]]


@pytest.mark.parametrize("path", MODULES, ids=case)
def test_a_stage_of_reading_knows_only_those_before_it(path):
    own = STAGE[path.relative_to(READING).parts[0].removesuffix(".py")]
    named = {node.module for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)}
    reading = {name for name in named if name and name.startswith("loaders.form.reading.")} - TOLD
    assert {name for name in reading if stage(name) > own} == set()


@pytest.mark.parametrize("path", MODULES, ids=case)
def test_what_a_stage_hands_on_cannot_be_written_into(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for mark in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            if "dataclass" in ast.unparse(mark):
                assert "frozen=True" in ast.unparse(mark), node.name


def test_every_sheet_of_the_form_is_drawn_marked_and_read():
    seen = {sheet for sheet in d.SHEETS if not sheet.hidden}
    assert set(writer.DRAWN) == set(own_text.ZONES) == seen
    assert set(READERS) == {sheet for sheet in d.SHEETS if sheet.stands}
    assert {stands for sheet in d.SHEETS for stands in sheet.stands} == {column.stands for column in d.COLUMNS}
