"""The command line: forms, returns, figures and the store itself without a browser. ``python -m loaders --help``."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import duckdb

from kpi.assessment import Assessment
from kpi.collection.lifecycle import turns
from kpi.issue import Issue, Severity
from kpi.people import OPERATOR
from kpi.place import Place
from kpi.snapshot import Snapshot
from loaders import settings
from loaders.cli import (
    arguments,
    interrupt,
    people_command,
    plan_command,
    plan_workbook_command,
    report_command,
    round_command,
    terminal,
)
from loaders.cli.arguments import Refused
from loaders.cli.usage import FAILED, Parser, file_fault
from loaders.documents.parquet.export_folder import DICTIONARY, NotOurs
from loaders.services import Services, intake, nightly, operations
from loaders.services.batch_reading import expand
from loaders.settings import WrongSetting, data_folder
from loaders.store import Store
from loaders.store.file.lock import StoreError
from loaders.text.characters import one_line

#: Exit codes: all is well; something wants a person's eye. With FAILED nothing could be done.
GOOD, LOOK = 0, 1
__all__ = ["FAILED", "GOOD", "LOOK", "main"]


def main(argv: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run one command; the exit code."""
    _prepare_streams()
    given = argparse.Namespace(debug=bool(os.environ.get("KPI_DEBUG")))
    try:
        given = _parser().parse_args(argv, given)
        given.out = out or sys.stdout
        logging.basicConfig(level=logging.ERROR if given.debug else logging.CRITICAL)
        interrupt.is_raised()
        code: int = given.run(given)
        given.out.flush()
        interrupt.comes_too_late()
        return code
    except (Exception, KeyboardInterrupt) as error:
        interrupt.comes_too_late()
        interrupted = isinstance(error, KeyboardInterrupt) or interrupt.came()
        if given.debug and not interrupted and not isinstance(error, (Refused, WrongSetting)):
            logging.getLogger(__name__).exception("a command failed")
        said = interrupt.SAID if interrupted else _said(error)
        if isinstance(error, OSError):
            _let_go()
    with suppress(OSError, ValueError):
        if said:
            print(said, file=sys.stderr, flush=True)
    with suppress(OSError, ValueError):
        if said and getattr(given, "json", False):
            terminal.show_json({"files": [], "issues": [], "error": said}, given.out)
            given.out.flush()
    return interrupt.CODE if interrupted else FAILED


def _prepare_streams() -> None:
    """Make writing safe: a file name may hold what the terminal cannot show, and a stream may be closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (open as long as the program)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go() -> None:
    """Throw away what could not be written out, or Python would try once more at its end and complain in English."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(error: Exception | KeyboardInterrupt) -> str:
    """What a person reads of an error, in one Japanese sentence or two; nothing where nobody reads any more."""
    match error:
        case BrokenPipeError():  # who reads has seen enough, as ``head`` does
            return ""
        case StoreError() | Refused() | WrongSetting():
            return str(error)
        case OSError():
            return file_fault(error)
        case duckdb.Error():
            return _UNREADABLE
        case MemoryError():
            return "メモリが足りないため、中止しました。ファイルを分けて、もう一度お試しください。"
        case _:
            return _UNEXPECTED


_UNEXPECTED = (
    "予期しない誤りが起きたため、中止しました。--debug を付けてもう一度実行し、"
    "表示された内容を添えて、システムの管理者に連絡してください。"
)
_UNREADABLE = (
    "データファイルを読み書きできませんでした。ファイルが壊れているか、ディスクの空きが足りないおそれがあります。"
    "空きを確かめ、直らないときはバックアップから戻してください。"
)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m loaders", description="KPIデータの取込・確認・書出しを行います。")
    _shared(parser, data=data_folder(), db=None, plan="")
    commands = parser.add_subparsers(title="コマンド", metavar="コマンド", required=True, parser_class=Parser)
    for name, (run, text, declare) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        declare(command)
        # Not given again behind the command, they leave alone what was given before it.
        _shared(command, data=argparse.SUPPRESS, db=argparse.SUPPRESS, plan=argparse.SUPPRESS)
    return parser


def _named(text: str) -> Path:
    """A path that was typed; an empty one, as a variable without a value leaves it, is not the folder one stands in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected one argument")
    return Path(text)


def _shared(parser: argparse.ArgumentParser, *, data: object, db: object, plan: object) -> None:
    """The options of every command, before or behind its name."""
    group = parser.add_argument_group("どのコマンドにも付けられるオプション")
    group.add_argument(
        "--data", type=_named, default=data, metavar="フォルダー",
        help="計画と統計のフォルダー(既定: 環境変数 KPI_DATA、なければ data)",
    )  # fmt: skip
    group.add_argument(
        "--db", type=_named, default=db, metavar="データファイル", help="既定: データのフォルダーの kpi.duckdb"
    )
    group.add_argument("--plan", default=plan, metavar="計画ID", help="既定: 最初の計画")
    group.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="誤りの詳しい記録も表示します(環境変数 KPI_DEBUG)",
    )


# --- commands ------------------------------------------------------------------------------------------------------


def _open(given: argparse.Namespace) -> Store:
    return arguments.store(given.data, given.db, given.plan)


def _services(given: argparse.Namespace, store: Store, by: str = "") -> Services:
    """The services of who works at the server: all that is written goes through it, and stands in the log."""
    return Services(store, replace(OPERATOR, name=one_line(by) or OPERATOR.name), given.data)


def _plan_id(given: argparse.Namespace, store: Store) -> str:
    return given.plan or store.plan_ids()[0]


def _snapshot(given: argparse.Namespace) -> tuple[Store, Snapshot]:
    store = _open(given)
    return store, store.snapshot(_plan_id(given, store), at=settings.now())


def _init(given: argparse.Namespace) -> int:
    store = _open(given)
    loaded = operations.load_data(given.data)
    terminal.issues(loaded.issues, given.out)
    print(f"データファイル: {store.path}", file=given.out)
    for plan in loaded.plans:
        print(f"計画: {plan.name}({len(plan.indicators)}指標)", file=given.out)
    print(f"公表統計: {len(loaded.benchmarks.values):,}件", file=given.out)
    return LOOK if any(i.severity is not Severity.NOTE for i in loaded.issues) else GOOD


def _template(given: argparse.Namespace) -> int:
    _, snapshot = _snapshot(given)
    plan, day = snapshot.plan, settings.today()
    wanted = arguments.round_of(plan, given.round) if given.round else arguments.current_round(plan, snapshot.life, day)
    if given.department:
        department = arguments.department_of(plan, given.department, day)
        name, data = operations.make_form(snapshot, Place(snapshot.plan.id, wanted.id, department.id), day=day)
    else:
        name, data = (
            operations.forms_name(snapshot, wanted.id, day=day),
            operations.make_forms(snapshot, wanted.id, day=day),
        )
    path = given.output / name if given.output.is_dir() else given.output
    path.write_bytes(data)
    print(f"回答様式を書き出しました: {path}", file=given.out)
    return GOOD


def _load(given: argparse.Namespace) -> int:
    if given.workers < 1:
        raise Refused(f"--workers には1以上の数を指定してください: {given.workers}")
    store, snapshot = _snapshot(given)
    at = settings.now()
    round_id = arguments.round_of(snapshot.plan, given.round).id if given.round else ""
    owner = arguments.department_of(snapshot.plan, given.department, at.date()).id if given.department else ""
    missing = [p for p in given.paths if not p.exists()]
    if missing:
        raise Refused(f"ファイルがありません: {'、'.join(str(p) for p in missing)}")
    found = list(expand(given.paths))
    faults = [i for i in found if isinstance(i, Issue)]
    files = [f for f in found if not isinstance(f, Issue)]
    progress = terminal.Progress(len(files))
    services = _services(given, store, given.by)
    place = Place(snapshot.plan.id, round_id, owner)
    reads = services.take_files(place, files, workers=given.workers, tick=lambda _name: progress.tick())
    taken = list(reads)
    if given.send:
        held = [] if round_id else [t for t in taken if _answered_long_ago(t, snapshot, at.date())]
        sent = iter(services.send_returns([t for t in taken if t not in held]))
        taken = [replace(t, unsent=(_HELD,)) if t in held else next(sent) for t in taken]
    if given.json:
        terminal.show_load_json(taken, faults, given.out)
    else:
        terminal.show_load(taken, faults, snapshot, given.out)
    if not any(t.saved or t.aside for t in taken):
        return FAILED
    return LOOK if faults or any(t.open or t.unsent or not t.saved for t in taken) else GOOD


_HELD = Issue(
    "return.held",
    Severity.ASK,
    "期限の過ぎた照会への、すでに回答のある部局のファイルです。送らずに下書きとして残しました。",
    "前の回答を差し替えるときは、--round で照会を指定してください。",
)


def _answered_long_ago(one: intake.Taken, snapshot: Snapshot, day: date) -> bool:
    """Whether a file would take the place of an answer to a round that is past its due date: last year's form."""
    if one.reading is None or one.saved is None or one.saved.duplicate_of:
        return False
    due = snapshot.plan.round(one.reading.round_id).due
    place = (one.reading.round_id, one.reading.department_id, one.reading.division_id)
    table = snapshot.submissions
    answered = table[table["state"] == "sent"][["round_id", "department_id", "division_id"]]
    return bool(due and due < day and place in set(answered.itertuples(index=False, name=None)))


def _status(given: argparse.Namespace) -> int:
    store, snapshot = _snapshot(given)
    plan, now = snapshot.plan, settings.now()
    state = Assessment.of(snapshot, now.date())
    print(f"計画: {plan.name}  データファイル: {store.path}", file=given.out)
    print(f"指標: {len(plan.indicators)}  値: {len(snapshot.observations)}", file=given.out)
    if snapshot.has_samples:
        print("サンプルを含みます(samples --remove で消せます)。", file=given.out)
    terminal.table(list(terminal.status_rows(state, now)), given.out)
    for planned in turns(plan, snapshot.life, state.day):
        print(f"次の照会(予定): {planned.name}(round start {planned.id} で始めます)", file=given.out)
    return GOOD


def _trace(given: argparse.Namespace) -> int:
    found = _services(given, _open(given)).trace(one_line(given.query))
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
    if given.parquet:
        return _export_parquet(given, store)
    for path in _services(given, store).export(_plan_id(given, store), given.folder):
        print(f"書き出しました: {path}", file=given.out)
    return GOOD


def _export_parquet(given: argparse.Namespace, store: Store) -> int:
    try:
        state = _services(given, store).export_parquet(_plan_id(given, store), given.folder)
    except NotOurs as error:
        raise Refused(
            f"フォルダー {given.folder} には、この計画の書出しではないものがあります。"
            "空のフォルダーか、ない名前を指定してください。"
        ) from error
    print(f"書き出しました: {given.folder}(列の説明: {DICTIONARY})", file=given.out)
    if state.snapshot.has_samples:
        print("サンプルを含みます(sample の列が true の行)。", file=given.out)
    return GOOD


def _verify(given: argparse.Namespace) -> int:
    """Without looking into the store first: it may be what is damaged."""
    if odd := [end for end in given.end if not re.fullmatch(r"\d+-[0-9a-f]{6,64}", end.strip())]:
        raise Refused(f"照合値として読めません: {odd[0]}(例: 123-0f3a5b7c9d1e)")
    arguments.database(given.data, given.db)
    found = _services(given, operations.store_of(given.data, given.db)).verify(given.end)
    terminal.issues(found, given.out)
    print("問題はありません。" if not found else f"{len(found)}件の問題があります。", file=given.out)
    return LOOK if found else GOOD


def _rebuild(given: argparse.Namespace) -> int:
    store = _open(given)
    if not given.dest.parent.is_dir():
        raise Refused(f"保存先のフォルダー {given.dest.parent} がありません。")
    progress = terminal.Progress(sum(len(store.snapshot(p).submissions) for p in store.plan_ids()))
    found = _services(given, store).rebuild(given.dest, progress.tick)
    terminal.issues(found, given.out)
    print("作り直した結果は同じです。" if not found else f"{len(found)}件の違いがあります。", file=given.out)
    return LOOK if found else GOOD


def _backup(given: argparse.Namespace) -> int:
    if given.nightly:
        return _nightly(given)
    if given.dest is None:
        raise Refused("保存先を指定してください。")
    made = _services(given, _open(given)).backup(given.dest)
    if not isinstance(made, Path):
        terminal.issues(made, given.out)
        return FAILED
    print(f"控えを保存しました: {made}({made.stat().st_size:,}バイト)", file=given.out)
    return GOOD


def _nightly(given: argparse.Namespace) -> int:
    wanted = nightly.configured()
    if wanted is None:
        raise Refused("環境変数 KPI_BACKUP_DIR に、控えを置くフォルダーを指定してください。")
    found = nightly.run(_open(given), wanted, settings.now())
    terminal.issues(found, given.out)
    if found:
        return FAILED
    print(f"控えを保存しました: {wanted.folder}", file=given.out)
    return GOOD


def _restore(given: argparse.Namespace) -> int:
    """Without looking into the store first: it may be what is damaged."""
    path = arguments.database(given.data, given.db)
    there = os.path.lexists(path)
    found = _services(given, Store(path)).restore(given.source)
    terminal.issues(found, given.out)
    if found:
        return FAILED
    print(f"控えから戻しました: {given.source}", file=given.out)
    if there:
        print("それまでのデータは、同じフォルダーに別の名前で残しました。", file=given.out)
    return GOOD


def _samples(given: argparse.Namespace) -> int:
    store = _open(given)
    if given.remove:
        counts = _services(given, store).remove_samples()
        words = f"回答{counts['submissions']}件、値{counts['observations']}件、ファイル{counts['workbooks']}件"
        print(f"サンプルを消しました({words})。", file=given.out)
        return GOOD
    taken = _services(given, store).load_samples(_plan_id(given, store))
    print(f"サンプルを読み込みました({len(taken)}件、うち回答済{sum(1 for t in taken if t.sent)}件)。", file=given.out)
    return GOOD if taken else LOOK


# --- what each command takes -----------------------------------------------------------------------------------------


def _nothing(command: argparse.ArgumentParser) -> None:
    """No options of its own."""


def _template_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--round", default="", metavar="照会", help="照会のIDか名前(既定: いま行っている照会)")
    command.add_argument("--department", default="", metavar="部局", help="部局のIDか名前(省くと全部局をzipで)")
    command.add_argument("-o", "--output", type=_named, default=Path(), metavar="保存先", help="ファイルかフォルダー")


def _load_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", type=_named, metavar="ファイル", help="ファイル、フォルダー、zip")
    command.add_argument("--round", default="", metavar="照会", help="ファイルから分からないときの照会のIDか名前")
    command.add_argument("--department", default="", metavar="部局", help="ファイルから分からないときの部局のIDか名前")
    command.add_argument("--send", action="store_true", help="要確認・要修正のないものは回答まで済ませます")
    command.add_argument("--workers", type=int, default=1, metavar="数", help="同時に読むファイルの数(既定: 1)")
    command.add_argument("--by", default="コマンド", metavar="名前", help="取り込んだ人として記録する名前")
    command.add_argument("--json", action="store_true", help="結果をJSONで表示します")


def _query(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", metavar="番号", help="値の番号(例: K7Q-0219)か指標のID・番号・名前")


def _export_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=_named, metavar="フォルダー", help="書き出すフォルダー")
    command.add_argument(
        "--parquet",
        action="store_true",
        help="値・判定条件・判定・公表統計を、計画と年で分けたParquetと列の説明に書き出します(前の書出しは置き換えます)",
    )


def _dest(command: argparse.ArgumentParser) -> None:
    command.add_argument("dest", type=_named, metavar="保存先", help="新しいデータファイルの名前")


def _source(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", type=_named, metavar="控え", help="backup で保存した控え")


def _verify_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--end", action="append", default=[], metavar="照合値", help="紙や控えの名前にある照合値(例: 123-0f3a5b7c9d1e)"
    )


def _backup_options(command: argparse.ArgumentParser) -> None:
    whole = "控えの名前(後ろに照合値が付きます)"
    command.add_argument("dest", nargs="?", type=_named, metavar="保存先", help=whole)
    command.add_argument(
        "--nightly", action="store_true", help="環境変数 KPI_BACKUP_DIR のフォルダーに控えを作り、古い控えを整理します"
    )


def _samples_options(command: argparse.ArgumentParser) -> None:
    choice = command.add_mutually_exclusive_group(required=True)
    choice.add_argument("--load", action="store_true", help="サンプルを読み込みます")
    choice.add_argument("--remove", action="store_true", help="サンプルをすべて消します")


_Command = tuple[Callable[[argparse.Namespace], int], str, Callable[[argparse.ArgumentParser], None]]
_COMMANDS: Mapping[str, _Command] = {
    "init": (_init, "データファイルを作り、計画と公表統計を読み込みます。", _nothing),
    "new-plan": (plan_command.run, "空の計画のフォルダーを作ります。", plan_command.options),
    "plans": (
        plan_command.run_list,
        "計画の一覧を表示します。画面で選べるようにする、または選べなくします。",
        plan_command.list_options,
    ),
    "plan-workbook": (
        plan_workbook_command.run,
        "計画の定義書(Excel)を書き出します。定義書から変わるところを表示し、改定するか、新しい計画を始めるか、計画のフォルダーを作ります。",
        plan_workbook_command.options,
    ),
    "template": (_template, "回答様式を作ります。", _template_options),
    "load": (_load, "戻ってきた回答様式を取り込みます。", _load_options),
    "round": (
        round_command.run,
        "照会の一覧を表示します。予定の照会を始める、または取りやめます。",
        round_command.options,
    ),
    "people": (
        people_command.run,
        "課・連絡先・利用者の表を書き出します。記入した表で変わるところを表示し、変更します。",
        people_command.options,
    ),
    "status": (_status, "照会ごとに、部局と課の状態を表示します。", _nothing),
    "trace": (_trace, "値の出どころ(ファイルとセル)をたどります。", _query),
    "export": (_export, "値と判定条件をCSVとExcelに、または分析用にParquetに書き出します。", _export_options),
    "report": (report_command.run, "会議の資料(概要、一覧、個票)を書き出します。", report_command.options),
    "verify": (_verify, "データファイルに矛盾がないか確かめます。", _verify_options),
    "rebuild": (_rebuild, "保存した元のファイルからデータを作り直し、比べます。", _dest),
    "backup": (_backup, "使用中でも正しい控えを保存します。", _backup_options),
    "restore": (_restore, "控えから戻します。いまのデータは横に残します。", _source),
    "samples": (_samples, "サンプルを読み込む、または消します。", _samples_options),
}
