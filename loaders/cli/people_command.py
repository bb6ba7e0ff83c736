"""The command about 課, 連絡先 and people: their table written, compared with what stands, and put in force."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from kpi.issue import Severity
from kpi.people import OPERATOR
from loaders import settings
from loaders.cli import arguments, terminal
from loaders.cli.arguments import Refused
from loaders.cli.usage import FAILED
from loaders.directory.differences import Change
from loaders.directory.directory_cells import HOW_WORDS
from loaders.directory.directory_rows import workbook
from loaders.services import Services
from loaders.text.characters import one_line

_GOOD, _LOOK = 0, 1


def options(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("file", nargs="?", default="", metavar="ファイル", help="記入した表(省くと --out だけ)")
    command.add_argument(
        "--out", dest="table", default="", metavar="保存先", help="いまの課・連絡先・利用者の表を書き出します"
    )
    command.add_argument("--apply", action="store_true", help="変わるところを表示するだけでなく、変更します")
    command.add_argument("--end", action="store_true", help="表にない課・利用者を廃止・削除します")
    command.add_argument("--reason", default="", metavar="理由", help="記録に残す理由")
    command.add_argument("--by", default=OPERATOR.name, metavar="名前", help="行った人として記録する名前")


def run(given: argparse.Namespace) -> int:
    """Write the table, or tell what one would change and, where that is wanted, do it."""
    if not given.file and not given.table:
        raise Refused("記入した表のファイルか、--out で保存先を指定してください。")
    store = arguments.store(given.data, given.db, given.plan)
    plan_id = given.plan or store.plan_ids()[0]
    services = Services(store, replace(OPERATOR, name=one_line(given.by) or OPERATOR.name), given.data)
    if given.table:
        path = Path(given.table)
        path.write_bytes(workbook(services.directory_rows(plan_id), store.plan(plan_id), settings.today()))
        print(f"課・連絡先・利用者の表を書き出しました: {path}", file=given.out)
    return _taken(given, services, plan_id) if given.file else _GOOD


def _taken(given: argparse.Namespace, services: Services, plan_id: str) -> int:
    path = Path(given.file)
    if not path.is_file():
        raise Refused(f"ファイルがありません: {path}")
    lines, wrong = services.read_directory(plan_id, path.read_bytes(), path.name)
    found = services.compare_directory(plan_id, lines, ending=given.end)
    issues = (*wrong, *found.issues)
    terminal.issues(issues, given.out)
    terminal.table([_row(change) for change in found.changes], given.out)
    if found.absent:
        print(f"表にない行(--end を付けると廃止・削除します): {len(found.absent)}件", file=given.out)
        terminal.table([_row(change) for change in found.absent], given.out)
    if not lines and any(issue.severity is Severity.FIX for issue in wrong):
        return FAILED
    left = bool(found.absent) or any(issue.severity is not Severity.NOTE for issue in issues)
    if not found.changes:
        print("変わるところはありません。", file=given.out)
        return _LOOK if left else _GOOD
    if not given.apply:
        count = len(found.changes)
        print(f"{count}件が変わります。--apply を付けると変更します。", file=given.out)
        return _LOOK
    done = services.apply_directory(plan_id, lines, found.changes, ending=given.end, reason=given.reason)
    terminal.issues(done.issues, given.out)
    print(f"{len(found.changes)}件のうち{len(done.done)}件を変更しました。", file=given.out)
    if not done.done:
        return FAILED
    return _LOOK if left or done.issues else _GOOD


def _row(change: Change) -> dict[str, object]:
    return {
        "すること": HOW_WORDS[change.how],
        "対象": change.what,
        "いま": change.before or "―",
        "変更後": change.after or "―",
    }
