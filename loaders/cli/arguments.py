"""What a command names (a store, a plan, a round, a department): found, or refused with what there is."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from kpi.collection.lifecycle import Life, current, of_values, told_of
from kpi.period import Period
from kpi.plan import Department, Plan, Round, find_department
from loaders.cli import terminal
from loaders.plan.folder import plan_folders
from loaders.services import operations
from loaders.store import Store


class Refused(Exception):
    """The command cannot be carried out; the text says why."""


def store(data: Path, db: Path | None, plan_id: str) -> Store:
    """The store of a data folder with a plan in it; nothing is made in a place that was only mistyped."""
    path = database(data, db)
    if not data.is_dir():
        raise Refused(f"データのフォルダー {data} がありません。--data か環境変数 KPI_DATA を確かめてください。")
    if not path.parent.is_dir():
        raise Refused(f"データファイルのフォルダー {path.parent} がありません。--db を確かめてください。")
    if not path.exists() and not plan_folders(data):
        raise Refused(_no_plan(data))
    if path.is_file():
        path.open("rb").close()  # without the right to read it, the system says so; DuckDB would call it damaged
    found = operations.open_store(data, db)
    ids = found.plan_ids()
    if not ids:
        terminal.issues(operations.load_data(data).issues, sys.stderr)
        raise Refused(_no_plan(data))
    if plan_id and plan_id not in ids:
        raise Refused(f"計画「{plan_id}」がありません。計画: {'、'.join(ids)}")
    return found


def database(data: Path, db: Path | None) -> Path:
    """The store's file of a data folder; a device in its place is refused, for a new store would replace it."""
    path = db or data / operations.DATABASE
    if path.exists() and not path.is_file() and not path.is_dir():
        raise Refused(f"{path} はふつうのファイルではないため、データファイルにできません。--db を確かめてください。")
    return path


def _no_plan(data: Path) -> str:
    return f"読める計画がありません。{data / 'plans'} に計画のフォルダーを置くか、開く権限を確かめてください。"


def year_of(option: str, written: str) -> Period:
    """The fiscal year that an option gives."""
    try:
        found = Period.parse(written)
    except ValueError as error:
        raise Refused(f"{option} には FY2029 のように年度を指定してください: {written or '(なし)'}") from error
    if found.kind != "FY":
        raise Refused(f"{option} には FY2029 のように年度を指定してください: {written}")
    return found


def round_of(plan: Plan, wanted: str) -> Round:
    """The round of an id or a name."""
    found = next((r for r in plan.rounds if wanted.strip() in (r.id, r.name)), None)
    if found is None:
        rounds = "、".join(f"{r.id}({r.name})" for r in plan.rounds)
        raise Refused(f"照会「{wanted}」がありません。照会: {rounds or 'なし'}")
    return found


def told_round(plan: Plan, life: Life, day: date) -> Round:
    """The round whose paper is meant where none is named, as on the screen 報告書; before any has begun, the next."""
    found = told_of(of_values(plan), life) or told_of(plan, life)
    return found[0] if found else current_round(of_values(plan), life, day)


def current_round(plan: Plan, life: Life, day: date) -> Round:
    """The round that people are at; see :func:`kpi.collection.lifecycle.current`."""
    found = current(plan, life, day)
    if found is None:
        raise Refused("この計画には照会がありません。計画のファイルに照会を書いてください。")
    return found


def department_of(plan: Plan, wanted: str, day: date) -> Department:
    """The department of an id or a name, old names included."""
    by_id = (d for d in plan.departments if d.id == wanted.strip())
    found = next(by_id, None) or find_department(plan, wanted, day)
    if found is None:
        departments = "、".join(f"{d.id}({d.name(day)})" for d in plan.departments)
        raise Refused(f"部局「{wanted}」がありません。部局: {departments or 'なし'}")
    return found
