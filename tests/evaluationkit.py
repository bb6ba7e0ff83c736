"""Schemes of self-evaluation of prefectures and cities as a plan's file tells them, and plans with one each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.issue import Issue
from kpi.plan import Plan
from loaders.plan.folder import load_plan
from tests import ROOT
from tests.worktools import work_plan

COAST = ROOT / "tests" / "plans" / "coast"


def _graded(**meanings: str) -> str:
    grades = (
        f'[[self_evaluation_grade]]\nword = "{word.replace("_plus", "+")}"\nmeaning = "{meaning}"\n'
        for word, meaning in meanings.items()
    )
    return '[self_evaluation]\nname = "自己評価"\n' + "".join(grades)


#: By whom, and what stands in ``plan.toml``; the last has none.
SCHEMES: Mapping[str, str] = {
    "words": '[self_evaluation]\nname = "自己評価"\nasks = "指標の達成度又は取組の性質に応じた自己評価"\n',
    "smooth": (
        '[self_evaluation]\nname = "施策の評価"\naspects = ["必要性", "有効性", "効率性"]\n'
        + "".join(
            f'[[self_evaluation_grade]]\nword = "{word}"\n'
            for word in ("順調", "概ね順調", "やや遅れている", "遅れている")
        )
    ),
    "hamamatsu": _graded(A="目標より進んでいる", B="目標どおり", C="遅れている", D="評価できない"),
    "gunma": _graded(A="達成", B="前進", C="横ばい", D="後退"),
    "ibaraki": _graded(
        A="期待値の100%以上", B_plus="期待値の80%以上100%未満", B="期待値の50%以上80%未満", C="期待値の50%未満"
    ),
    "none": "",
}


def loaded(text: str) -> tuple[Plan, tuple[Issue, ...]]:
    """The toy plan of the coast with a text added to its ``plan.toml``, and what is wrong with it."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / COAST.name
        shutil.copytree(COAST, copy)
        path = copy / "plan.toml"
        path.write_text(path.read_text("utf-8") + "\n" + text, "utf-8")
        plan, issues = load_plan(copy)
    assert plan is not None
    return plan, tuple(issues)


@cache
def scheme(name: str) -> SelfEvaluation | None:
    """One of :data:`SCHEMES` as a plan holds it."""
    return loaded(SCHEMES[name])[0].self_evaluation


def evaluated_plan(name: str) -> Plan:
    """The tiny plan of the work with one of the schemes."""
    return replace(work_plan(), self_evaluation=scheme(name))
