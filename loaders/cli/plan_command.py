"""The commands about plans: the folder of a new one is made; what there is, and which may be chosen on the screens."""

from __future__ import annotations

import argparse
from dataclasses import replace

from kpi.collection.lifecycle import over
from kpi.initiatives.initiative import count_words
from kpi.people import OPERATOR
from kpi.plan import in_order
from loaders import settings
from loaders.benchmarks.benchmark_files import write_empty
from loaders.cli import arguments, terminal
from loaders.cli.arguments import Refused, year_of
from loaders.cli.usage import FAILED
from loaders.plan.new_plan import is_plan_id, write_plan
from loaders.services import Services, operations
from loaders.store import Store
from loaders.text.characters import one_line


def options(command: argparse.ArgumentParser) -> None:
    """What stands behind ``new-plan``."""
    command.add_argument("plan_id", metavar="計画のID", help="フォルダーの名前(英小文字・数字・ハイフン)")
    command.add_argument("--name", default="", metavar="名称", help="計画の名称")
    command.add_argument("--start", default="", metavar="年度", help="計画の始まり(例: FY2029)")
    command.add_argument("--end", default="", metavar="年度", help="計画の終わり(例: FY2033)")
    command.add_argument("--area-code", default="", metavar="コード", help="JIS X 0401 の都道府県コード(例: 02)")
    command.add_argument("--area-name", default="", metavar="名称", help="都道府県の名称(例: 青森県)")


def run(given: argparse.Namespace) -> int:
    """Write the folder; it loads without a fault and is offered at once."""
    if not is_plan_id(given.plan_id):
        raise Refused(f"計画のIDには、英小文字・数字・ハイフンを使ってください: {given.plan_id}")
    start, end = year_of("--start", given.start), year_of("--end", given.end)
    if end < start:
        raise Refused(f"計画の終わり({given.end})が、始まり({given.start})より前です。")
    code, name = _area(given)
    folder = given.data / "plans" / given.plan_id
    try:
        made = write_plan(folder, given.name or given.plan_id, start, end, code, name)
    except FileExistsError as error:
        raise Refused(f"計画のフォルダー {folder} には、すでに計画があります。") from error
    for path in (*made, *write_empty(given.data / "benchmarks")):
        print(f"作りました: {path}", file=given.out)
    print("init を実行するか、管理の「読み込み直す」を押すと、この計画を選べます。", file=given.out)
    return 0


def list_options(command: argparse.ArgumentParser) -> None:
    """What stands behind ``plans``."""
    which = command.add_mutually_exclusive_group()
    which.add_argument("--offer", default="", metavar="計画ID", help="計画を画面で選べるようにします")
    which.add_argument("--withdraw", default="", metavar="計画ID", help="計画を画面で選べなくします(回答は残ります)")
    command.add_argument("--reason", default="", metavar="理由", help="記録に残す理由")
    command.add_argument("--by", default=OPERATOR.name, metavar="名前", help="行った人として記録する名前")


def run_list(given: argparse.Namespace) -> int:
    """List the plans, or let one be chosen on the screens, or no more."""
    store = arguments.store(given.data, given.db, given.plan)
    if wanted := given.offer or given.withdraw:
        return _offer(given, store, wanted)
    terminal.table(_rows(store), given.out)
    return 0


def _offer(given: argparse.Namespace, store: Store, wanted: str) -> int:
    plan = next((p for p in store.plans() if p.id == wanted), None)
    if plan is None:
        raise Refused(f"計画「{wanted}」がありません。計画: {'、'.join(store.plan_ids())}")
    if plan.offered == bool(given.offer):
        print(f"{plan.name}は、すでに{'選べます' if plan.offered else '選べません'}。", file=given.out)
        return 0
    services = Services(store, replace(OPERATOR, name=one_line(given.by) or OPERATOR.name), given.data)
    found = services.offer_plan(plan.id, bool(given.offer), given.reason)
    terminal.issues(found, given.out)
    if found:
        return FAILED
    print(f"{plan.name}を、{'選べるように' if given.offer else '選べなく'}しました。", file=given.out)
    return 0


def _rows(store: Store) -> list[dict[str, object]]:
    today = settings.today()
    return [
        {
            "ID": plan.id,
            "計画": plan.name,
            "期間": f"{plan.start.code}-{plan.end.code}",
            "指標": len(plan.indicators),
            "取組": count_words(plan.initiatives),
            "状態": "期間終了" if over(plan, store.life(plan.id), today) else "",
            "画面": "選べる" if plan.offered else "選べない",
        }
        for plan in in_order(store.plans(), today)
    ]


def _area(given: argparse.Namespace) -> tuple[str, str]:
    """The prefecture as given, else that of the plans that are there."""
    there = operations.load_data(given.data).plans if given.data.is_dir() else ()
    code = given.area_code or next((p.area_code for p in there), "")
    name = given.area_name or next((p.area_name for p in there), "")
    if not code or not name:
        raise Refused(
            "--area-code と --area-name で都道府県を指定してください(例: --area-code 02 --area-name 青森県)。"
        )
    return code, name
