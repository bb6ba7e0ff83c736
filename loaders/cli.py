"""The command line: everything a screen can do to data, without a browser. ``python -m loaders --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from kpi.issue import Issue, Severity
from kpi.plan import Plan, Round
from loaders import service, terminal
from loaders.intake import expand
from loaders.lock import StoreError
from loaders.store import Snapshot, Store

#: Exit codes: all is well; something wants a person's eye; nothing could be done.
GOOD, LOOK, FAILED = 0, 1, 2


class Refused(Exception):
    """The command cannot be carried out; the text says why."""


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    given.out = out or sys.stdout
    try:
        code: int = given.run(given)
    except (StoreError, Refused) as error:
        print(str(error), file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"ファイルを扱えませんでした: {error.filename or ''} {error.strerror or ''}".rstrip(), file=sys.stderr)
        return FAILED
    return code


class _Parser(argparse.ArgumentParser):
    """Argparse with its few words in Japanese."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Say that the command is not understood and how it is used."""
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"指定が正しくありません({message})。使い方は --help で確かめられます。\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m loaders", description="KPIデータの取込・確認・書出しを行います。", add_help=False)
    _help(parser)
    root = Path(__file__).resolve().parent.parent / "data"
    parser.add_argument(
        "--data", type=Path, default=root, metavar="フォルダー", help="計画と統計のフォルダー(既定: data)"
    )
    parser.add_argument(
        "--db", type=Path, metavar="ファイル", help="データファイル(既定: データのフォルダーの kpi.duckdb)"
    )
    parser.add_argument("--plan", default="", metavar="計画ID", help="計画(既定: 最初の計画)")
    commands = parser.add_subparsers(title="コマンド", metavar="コマンド", required=True, parser_class=_Parser)
    for name, (run, text, declare) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, add_help=False)
        _help(command)
        command.set_defaults(run=run)
        declare(command)
    return parser


def _help(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-h", "--help", action="help", help="この説明を表示します")


# --- commands ------------------------------------------------------------------------------------------------------


def _open(given: argparse.Namespace) -> Store:
    return service.open_store(given.data, given.db)


def _plan_id(given: argparse.Namespace, store: Store) -> str:
    ids = store.plan_ids()
    if given.plan and given.plan not in ids:
        raise Refused(f"計画「{given.plan}」がありません。計画: {'、'.join(ids) or 'なし'}")
    if not ids:
        raise Refused(f"計画がありません。{given.data / 'plans'} に計画のフォルダーを置いてください。")
    return given.plan or ids[0]


def _snapshot(given: argparse.Namespace) -> tuple[Store, Snapshot]:
    store = _open(given)
    return store, store.snapshot(_plan_id(given, store))


def _init(given: argparse.Namespace) -> int:
    loaded = service.load_data(given.data)
    store = _open(given)
    terminal.issues(loaded.issues, given.out)
    print(f"データファイル: {store.path}", file=given.out)
    for plan in loaded.plans:
        print(f"計画: {plan.name}({len(plan.indicators)}指標)", file=given.out)
    print(f"公表統計: {len(loaded.benchmarks.values):,}件", file=given.out)
    return LOOK if any(i.severity is not Severity.NOTE for i in loaded.issues) else GOOD


def _template(given: argparse.Namespace) -> int:
    _, snapshot = _snapshot(given)
    plan, day = snapshot.plan, service.now().date()
    asked = _asked_round(plan, given.round, day)
    if asked is None:
        raise Refused(f"照会「{given.round}」がありません。照会: {'、'.join(f'{r.id}({r.name})' for r in plan.rounds)}")
    if given.department:
        wanted = (d for d in plan.departments if given.department == d.id or given.department in d.all_names)
        department = next(wanted, None)
        if department is None:
            names = "、".join(f"{d.id}({d.name(day)})" for d in plan.departments)
            raise Refused(f"部局「{given.department}」がありません。部局: {names}")
        name, data = service.make_form(snapshot, asked.id, department.id, day=day)
    else:
        name, data = service.forms_name(snapshot, asked.id, day=day), service.make_forms(snapshot, asked.id, day=day)
    path = given.output / name if given.output.is_dir() else given.output
    path.write_bytes(data)
    print(f"回答様式を書き出しました: {path}", file=given.out)
    return GOOD


def _asked_round(plan: Plan, wanted: str, day: date) -> Round | None:
    """The round of an id or a name; unnamed, the one that opened last."""
    if wanted:
        return next((r for r in plan.rounds if wanted in (r.id, r.name)), None)
    opened = [r for r in plan.rounds if r.opens is not None and r.opens <= day]
    return max(opened, key=lambda r: r.opens or day) if opened else next(iter(plan.rounds), None)


def _load(given: argparse.Namespace) -> int:
    store, snapshot = _snapshot(given)
    missing = [p for p in given.paths if not p.exists()]
    if missing:
        raise Refused(f"ファイルがありません: {'、'.join(str(p) for p in missing)}")
    at = service.now()
    found = list(expand(given.paths))
    faults = [i for i in found if isinstance(i, Issue)]
    files = [f for f in found if not isinstance(f, Issue)]
    progress = terminal.Progress(len(files))
    taken: list[service.Taken] = []
    reads = service.take_files(
        store, files, snapshot=snapshot, by=given.by, at=at, workers=given.workers,
        round_id=given.round, department_id=given.department,
    )  # fmt: skip
    for one in reads:
        taken.append(one)
        progress.tick()
    if given.send:
        taken = service.send_returns(store, taken, by=given.by, at=at)
    if given.json:
        terminal.show_load_json(taken, faults, given.out)
    else:
        terminal.show_load(taken, faults, snapshot, given.out)
    if not any(t.saved for t in taken):
        return FAILED
    return LOOK if faults or any(t.open or not t.saved for t in taken) else GOOD


def _status(given: argparse.Namespace) -> int:
    store, snapshot = _snapshot(given)
    plan, day = snapshot.plan, service.now().date()
    print(f"計画: {plan.name}  データファイル: {store.path}", file=given.out)
    print(f"指標: {len(plan.indicators)}  値: {len(snapshot.observations)}", file=given.out)
    if snapshot.has_samples:
        print("サンプルを含みます(samples --remove で消せます)。", file=given.out)
    terminal.table(list(terminal.status_rows(snapshot, day)), given.out)
    return GOOD


def _trace(given: argparse.Namespace) -> int:
    found = _open(given).trace(given.query)
    if not found:
        print(
            f"「{given.query}」に当たる値はありません。番号(例: K7Q-0219)か指標の番号を指定してください。",
            file=sys.stderr,
        )
        return LOOK
    for passport in found:
        terminal.show_passport(passport, given.out)
    return GOOD


def _export(given: argparse.Namespace) -> int:
    store = _open(given)
    for path in service.export(store, _plan_id(given, store), given.folder):
        print(f"書き出しました: {path}", file=given.out)
    return GOOD


def _verify(given: argparse.Namespace) -> int:
    found = _open(given).verify()
    terminal.issues(found, given.out)
    print("問題はありません。" if not found else f"{len(found)}件の問題があります。", file=given.out)
    return LOOK if found else GOOD


def _rebuild(given: argparse.Namespace) -> int:
    store = _open(given)
    if given.dest.exists():
        raise Refused(f"{given.dest} はすでにあります。ない名前を指定してください。")
    progress = terminal.Progress(sum(len(store.snapshot(p).submissions) for p in store.plan_ids()))
    found = service.rebuild(store, given.dest, progress.tick)
    terminal.issues(found, given.out)
    print("作り直した結果は同じです。" if not found else f"{len(found)}件の違いがあります。", file=given.out)
    return LOOK if found else GOOD


def _backup(given: argparse.Namespace) -> int:
    found = _open(given).backup(given.dest)
    terminal.issues(found, given.out)
    if found:
        return FAILED
    print(f"控えを保存しました: {given.dest}({given.dest.stat().st_size:,}バイト)", file=given.out)
    return GOOD


def _samples(given: argparse.Namespace) -> int:
    store = _open(given)
    if given.remove:
        counts = store.remove_samples()
        words = f"回答{counts['submissions']}件、値{counts['observations']}件、ファイル{counts['workbooks']}件"
        print(f"サンプルを消しました({words})。", file=given.out)
        return GOOD
    taken = service.load_samples(store, given.data, _plan_id(given, store), at=service.now())
    print(f"サンプルを読み込みました({len(taken)}件、うち回答済{sum(1 for t in taken if t.sent)}件)。", file=given.out)
    return GOOD if taken else LOOK


# --- what each command takes -----------------------------------------------------------------------------------------


def _nothing(command: argparse.ArgumentParser) -> None:
    """No options of its own."""


def _template_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--round", default="", metavar="照会", help="照会のIDか名前(既定: 始まっている最新の照会)")
    command.add_argument("--department", default="", metavar="部局", help="部局のIDか名前(省くと全部局をzipで)")
    command.add_argument("-o", "--output", type=Path, default=Path(), metavar="保存先", help="ファイルかフォルダー")


def _load_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", type=Path, metavar="ファイル", help="ファイル、フォルダー、zip")
    command.add_argument("--round", default="", metavar="照会ID", help="ファイルから分からないときの照会")
    command.add_argument("--department", default="", metavar="部局ID", help="ファイルから分からないときの部局")
    command.add_argument("--send", action="store_true", help="要確認・要修正のないものは回答まで済ませます")
    command.add_argument("--workers", type=int, default=1, metavar="数", help="同時に読むファイルの数(既定: 1)")
    command.add_argument("--by", default="コマンド", metavar="名前", help="取り込んだ人として記録する名前")
    command.add_argument("--json", action="store_true", help="結果をJSONで表示します")


def _query(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", metavar="番号", help="値の番号(例: K7Q-0219)か指標のID・番号・名前")


def _folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, metavar="フォルダー", help="書き出すフォルダー")


def _dest(command: argparse.ArgumentParser) -> None:
    command.add_argument("dest", type=Path, metavar="保存先", help="新しいデータファイルの名前")


def _samples_options(command: argparse.ArgumentParser) -> None:
    choice = command.add_mutually_exclusive_group(required=True)
    choice.add_argument("--load", action="store_true", help="サンプルを読み込みます")
    choice.add_argument("--remove", action="store_true", help="サンプルをすべて消します")


_Command = tuple[Callable[[argparse.Namespace], int], str, Callable[[argparse.ArgumentParser], None]]
_COMMANDS: Mapping[str, _Command] = {
    "init": (_init, "データファイルを作り、計画と公表統計を読み込みます。", _nothing),
    "template": (_template, "回答様式を作ります。", _template_options),
    "load": (_load, "戻ってきた回答様式を取り込みます。", _load_options),
    "status": (_status, "照会と部局ごとの状態を表示します。", _nothing),
    "trace": (_trace, "値の出どころ(ファイルとセル)をたどります。", _query),
    "export": (_export, "値と判定条件をCSVとExcelに書き出します。", _folder),
    "verify": (_verify, "データファイルに矛盾がないか確かめます。", _nothing),
    "rebuild": (_rebuild, "保存した元のファイルからデータを作り直し、比べます。", _dest),
    "backup": (_backup, "使用中でも正しい控えを保存します。", _dest),
    "samples": (_samples, "サンプルを読み込む、または消します。", _samples_options),
}
