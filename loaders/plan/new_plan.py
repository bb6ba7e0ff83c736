"""A new plan: what it may be called, what it holds, and its folder of files with every column and no row."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from kpi.initiatives.initiative import count_words
from kpi.period import Period
from kpi.plan import Plan
from loaders.plan.columns import CSV_SHAPES, PLAN, TOML_SHAPES, Shape

#: What each table of plan.toml is about, in the order in which one fills it.
_TABLES = {
    "stance": "DXを進める際の基本姿勢",
    "priority": "重点的な取組",
    "field": "分野(foundation = true は基盤)",
    "item": "分野の中の項目",
    "department": "部局(名称は変わった日とともに書く)",
    "division": "課(department_id は部局の id、indicators は担当する指標と取組の id)",
    "round": "照会(kind は targets, annual, half, mid など)",
    "section": "計画の本文",
    "scheme": "判定の方法。書かなければ既定の方法で判定する",
    "self_evaluation": "取組の見直しでたずねる自己評価。書かなければたずねない",
    "self_evaluation_grade": "自己評価の段階(A、順調など)。なければ文章で書く",
}


_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def is_plan_id(text: str) -> bool:
    """Whether a text may be a plan's id, which is the name of its folder and stands in addresses."""
    return bool(_ID.fullmatch(text))


def contents(plan: Plan) -> tuple[tuple[str, str], ...]:
    """What a plan holds, as it is told before it is begun: what it is called, and in words how much."""
    return (
        ("計画の名称", plan.name),
        ("計画の記号", plan.id),
        ("期間", f"{plan.start.label}から{plan.end.label}まで"),
        ("分野", f"{len(plan.fields)}分野({sum(len(one.items) for one in plan.fields)}項目)"),
        ("指標", f"{len(plan.indicators)}件"),
        ("取組", count_words(plan.initiatives) if plan.initiatives else "0件"),
        ("部局", f"{len(plan.departments)}部局"),
        ("照会", f"{len(plan.rounds)}件"),
    )


def write_plan(folder: Path, name: str, start: Period, end: Period, area_code: str, area_name: str) -> tuple[Path, ...]:
    """Write the files of a plan into a new folder; their paths. FileExistsError where there is a plan already."""
    files = {"plan.toml": _toml(name, start, end, area_code, area_name), **{s.file: _csv(s) for s in CSV_SHAPES}}
    if any((folder / file).exists() for file in files):
        raise FileExistsError(17, "File exists", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return tuple(folder / file for file in files)


def _csv(shape: Shape) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([column.key for column in shape.columns])
    return out.getvalue().encode("utf-8-sig")  # with its mark Excel opens it as what it is


def _toml(name: str, start: Period, end: Period, area_code: str, area_name: str) -> bytes:
    given = {"name": name, "area_code": area_code, "area_name": area_name, "start": start.code, "end": end.code}
    lines = [
        "# 計画そのもののデータ。行の先頭の「#」を外し、値を書き入れて使う。",
        "# 指標は indicators.csv、担当部局は ownership.csv、取組は initiatives.csv、想定とその理由は assumptions.csv。",
        "",
        "[plan]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in given.items()),
        *(f"# {column.key} =" for column in PLAN.columns if column.key not in given),
    ]
    for shape in TOML_SHAPES:
        if shape.table in _TABLES:
            heading = f"[{shape.table}]" if not shape.key else f"[[{shape.table}]]"
            lines += ["", f"# ---- {_TABLES[shape.table]} ----", f"# {heading}"]
            lines += [f"# {column.key} =" for column in shape.columns]
    return ("\n".join(lines) + "\n").encode("utf-8")
