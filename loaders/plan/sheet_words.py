"""What is wrong with a plan in the words of its workbook: files become sheets, keys headings, codes words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kpi.issue import Issue
from loaders.plan.columns import CSV_SHAPES
from loaders.plan.columns import PLAN as PLAN_SHAPE
from loaders.plan.plan_sheets import FLAGS, SHEET_OF, SHEETS, PlanSheet

_SHEET_OF_FILE = {shape.file: SHEET_OF[shape.table] for shape in (PLAN_SHAPE, *CSV_SHAPES)}
_FILES: Mapping[str, str] = {
    **{file: f"シート「{sheet.name}」" for file, sheet in _SHEET_OF_FILE.items()},
    **{f"[{sheet.shape.table}]": f"シート「{sheet.name}」" for sheet in SHEETS},
}
_BY_NAME = {sheet.name: sheet for sheet in SHEETS}


def in_words(issue: Issue) -> Issue:
    """The issue as whoever has the workbook before them reads it; what is quoted stays letter for letter."""
    sheet = _SHEET_OF_FILE.get(issue.sheet) or _BY_NAME.get(issue.sheet)
    if sheet is None:
        return issue
    words = _words(sheet, issue.key)
    found = re.compile(
        "「[^」]*」| ?(?:" + "|".join(re.escape(one) for one in _FILES)
        + rf") ?| ?(?<![\w.;:/-])(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?![\w.;:/-]) ?",
        re.ASCII,
    )  # fmt: skip

    def told(text: str) -> str:
        return found.sub(lambda m: _FILES.get(m[0].strip()) or words.get(m[0].strip()) or m[0], text)

    name = sheet.name if issue.sheet in _SHEET_OF_FILE else issue.sheet
    return replace(issue, sheet=name, message=told(issue.message), advice=told(issue.advice))


def _words(sheet: PlanSheet, key: str) -> Mapping[str, str]:
    """What the keys of a sheet's columns and the codes of one column are called."""
    return {
        "id": "「記号」",  # of the table that is named, where the sheet has none of its own
        **{str(flag).lower(): word for flag, word in FLAGS.items()},
        **{one: f"「{heading}」" for one, heading in sheet.headings.items()},
        **sheet.words.get(key, {}),
    }
