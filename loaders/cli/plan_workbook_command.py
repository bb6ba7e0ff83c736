"""The command about the workbook of a plan: written, compared and put in force, begun, or made a folder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

from kpi.people import OPERATOR
from kpi.plan import Plan
from loaders import settings
from loaders.cli import arguments, terminal
from loaders.cli.arguments import Refused
from loaders.cli.usage import FAILED
from loaders.plan.new_plan import contents
from loaders.plan.plan_files import write_folder
from loaders.plan.plan_revision import HOW_WORDS, MOVED_ON, RowChange
from loaders.plan.plan_workbook import write_workbook
from loaders.plan.plan_workbook_reading import ReadPlan, read_workbook
from loaders.services import Services
from loaders.services.maintenance import Decision
from loaders.text.characters import one_line, shortened
from loaders.text.typed_day import read_day

_GOOD, _LOOK = 0, 1


def options(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("--out", dest="book", default="", metavar="保存先", help="計画の定義書を書き出します")
    command.add_argument("--next", default="", metavar="計画のID", help="--out で、次の計画の定義書として書き出します")
    command.add_argument("--name", default="", metavar="名称", help="次の計画の名称(既定: いまの計画の名称)")
    command.add_argument("--start", default="", metavar="年度", help="次の計画の始まり(例: FY2029)")
    command.add_argument("--end", default="", metavar="年度", help="次の計画の終わり(例: FY2033)")
    command.add_argument(
        "--in", dest="file", default="", metavar="ファイル", help="定義書を読み、変わるところを表示します"
    )
    command.add_argument("--folder", action="store_true", help="--in の定義書から、計画のフォルダーを作ります")
    command.add_argument(
        "--begin", action="store_true", help="--in の定義書の記号の計画がまだないとき、新しい計画として始めます"
    )
    command.add_argument("--apply", action="store_true", help="変わるところを表示するだけでなく、改定します")
    command.add_argument("--decided-on", default="", metavar="日付", help="決定の日付(既定: きょう)")
    command.add_argument("--decision", default="本部決定", metavar="決定", help="何による決定か")
    command.add_argument("--from-day", default="", metavar="日付", help="欠番・終了とする日(既定: 決定の日付)")
    command.add_argument("--reason", default="", metavar="理由", help="改定の理由")
    command.add_argument("--by", default=OPERATOR.name, metavar="名前", help="行った人として記録する名前")


def run(given: argparse.Namespace) -> int:
    """Write the workbook, or tell what one would change and, where that is wanted, do it."""
    if bool(given.book) == bool(given.file):
        raise Refused("--out で保存先を、または --in で定義書のファイルを指定してください。")
    if given.begin and (given.book or given.folder or given.apply):
        raise Refused("--begin は --in と一緒に指定してください。--out、--folder、--apply とは一緒に指定できません。")
    if given.file and given.folder:
        return _folder(given)
    store = arguments.store(given.data, given.db, given.plan)
    plan_id = given.plan or store.plan_ids()[0]
    services = Services(store, replace(OPERATOR, name=one_line(given.by) or OPERATOR.name), given.data)
    return _compared(given, services, plan_id) if given.file else _written(given, services, plan_id)


def _written(given: argparse.Namespace, services: Services, plan_id: str) -> int:
    path = Path(given.book)
    if given.next:
        now = services.store.plan(plan_id)
        start, end = arguments.year_of("--start", given.start), arguments.year_of("--end", given.end)
        made = services.next_plan(plan_id, given.next, given.name or now.name, start, end)
        if not isinstance(made, Plan):
            terminal.issues(made, given.out)
            return FAILED
        data = write_workbook(made, settings.today())
    else:
        _, data = services.plan_workbook(plan_id)
    path.write_bytes(data)
    print(f"プラン定義書を書き出しました: {path}", file=given.out)
    return _GOOD


def _folder(given: argparse.Namespace) -> int:
    """The files of a plan from its workbook; what is wrong with it is told, and nothing is made then."""
    path = _there(given.file)
    read = read_workbook(path.read_bytes(), path.name)
    terminal.issues(read.issues, given.out)
    if read.plan is None or not read.sound:
        print("直すところがあるため、計画のフォルダーは作っていません。", file=given.out)
        return FAILED
    folder = given.data / "plans" / read.plan.id
    try:
        made = write_folder(folder, read.plan)
    except FileExistsError as error:
        raise Refused(f"計画のフォルダー {folder} には、すでに計画があります。") from error
    for one in made:
        print(f"作りました: {one}", file=given.out)
    print("init を実行するか、管理の「読み込み直す」を押すと、この計画を選べます。", file=given.out)
    return _GOOD


def _compared(given: argparse.Namespace, services: Services, plan_id: str) -> int:
    path = _there(given.file)
    data = path.read_bytes()
    decided_on = _day("--decided-on", given.decided_on, settings.today())
    from_day = _day("--from-day", given.from_day, decided_on)
    read = services.read_plan_workbook(data, path.name)
    terminal.issues(read.issues, given.out)
    if read.plan is not None and read.plan.id not in services.store.plan_ids():
        return _begun(given, services, read, (path.name, data))
    if read.plan is None or not read.sound:
        print("直すところがあるため、比べていません。", file=given.out)
        return FAILED
    if given.begin:
        raise Refused(f"計画「{read.plan.id}」は、すでにあります。--begin を付けずに指定すると、改定します。")
    found = services.compare_plan(plan_id, read.plan, from_day)
    terminal.issues(found.issues, given.out)
    terminal.table([_row(change) for change in found.changes], given.out)
    if found.issues:
        return FAILED
    if not found.changes:
        print("変わるところはありません。", file=given.out)
        return _GOOD
    if services.has_moved_on(plan_id, read):
        print(MOVED_ON, file=given.out)
    if not given.apply:
        print(f"{len(found.changes)}か所が変わります。--apply を付けると改定します。", file=given.out)
        return _LOOK
    decision = Decision(decided_on, from_day, given.reason, given.decision)
    refused = services.revise_plan(plan_id, read.plan, found.changes, decision, (path.name, data))
    terminal.issues(refused, given.out)
    if refused:
        return FAILED
    left = services.compare_plan(plan_id, read.plan, from_day).changes
    print(f"{len(found.changes)}か所のうち{len(found.changes) - len(left)}か所を改定しました。", file=given.out)
    if left:
        print(
            "残りは判定条件の変更です。提案として残しました。別の担当者が決定を記録すると変わります。", file=given.out
        )
    return _LOOK if left else _GOOD


def _begun(given: argparse.Namespace, services: Services, read: ReadPlan, book: tuple[str, bytes]) -> int:
    """What the workbook of a plan that is not there yet says; and, where that is wanted, the plan begun."""
    plan = read.plan
    if plan is None:
        return FAILED
    terminal.table([{"項目": word, "読み取ったもの": text} for word, text in contents(plan)], given.out)
    if not read.sound:
        print("直すところがあるため、計画は始めていません。", file=given.out)
        return FAILED
    if given.apply:
        raise Refused(f"計画「{plan.id}」は、まだありません。--begin を付けると、新しい計画として始めます。")
    if not given.begin:
        print(f"計画「{plan.id}」は、まだありません。--begin を付けると、新しい計画として始めます。", file=given.out)
        return _LOOK
    refused = services.begin_plan_from_workbook(read, book, given.reason)
    terminal.issues(refused, given.out)
    if refused:
        return FAILED
    more = "" if plan.offered else f"plans --offer {plan.id} で、画面で選べるようになります。"
    print(f"「{plan.name}」を始めました。{more}", file=given.out)
    return _GOOD


def _there(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise Refused(f"ファイルがありません: {path}")
    return path


def _day(option: str, written: str, otherwise: date) -> date:
    if not written:
        return otherwise
    found, why = read_day(written)
    if found is None:
        raise Refused(f"{option} には 2026-11-21 のように日付を指定してください: {written} {why}".rstrip())
    return found


def _row(change: RowChange) -> dict[str, object]:
    return {
        "すること": HOW_WORDS[change.how],
        "表": change.sheet,
        "対象": shortened(change.what, 30) or "―",
        "項目": change.column or "―",
        "いま": shortened(change.before, 40) or "―",
        "変更後": shortened(change.after, 40) or "―",
    }
