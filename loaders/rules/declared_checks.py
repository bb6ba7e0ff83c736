"""Findings whose words stand with the code that makes them, told as checks for the one list people read."""

from __future__ import annotations

from loaders.rules.check_registry import FIX, Check
from loaders.text.findings import FINDINGS
from loaders.workbook.isolation.refusals import WORDS


def checks_elsewhere() -> tuple[Check, ...]:
    """The findings of numbers and periods, and the reasons for refusing a whole file."""
    cells = [Check(code, t.severity, t.condition, t.message, t.advice) for code, t in FINDINGS.items()]
    files = [Check(f"file.{code}", FIX, "ファイルを開くとき", *words) for code, words in WORDS.items()]
    return (*cells, *files)
