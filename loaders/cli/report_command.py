"""The command that writes the paper of a round: the same files as on the screen 報告書."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from kpi.people import OPERATOR
from kpi.plan import Plan, Round
from kpi.report.comparison_table import Compared, not_wrong_words, wrong
from kpi.report.versions import Version
from loaders import settings
from loaders.cli import arguments
from loaders.cli.arguments import Refused
from loaders.documents.paper.comparison_files import DOCUMENTS, Document, files
from loaders.documents.paper.paper_files import (
    FORMATS,
    NOT_MADE,
    QUESTION_FORMATS,
    Drawn,
    Format,
    file_name,
    formats_of,
)
from loaders.documents.paper.pdf import chromium
from loaders.services import Services
from loaders.services.reporting import Edition

_DONE, _LOOK = 0, 1


def options(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("--round", default="", metavar="照会", help="照会のIDか名前(既定: 始まった中で最新の照会)")
    command.add_argument(
        "--out", dest="folder", default=".", metavar="フォルダー", help="書き出すフォルダー(既定: いまのフォルダー)"
    )
    known = " ".join(FORMATS)  # apart by spaces: a line of help breaks there and not within a name
    command.add_argument(
        "--format", action="append", default=[], choices=list(FORMATS), metavar="形式",
        help=f"{known} のどれか。何度でも指定できます(既定: 作れるものすべて)",
    )  # fmt: skip
    command.add_argument(
        "--version", default="", metavar="版", help="残した版のファイルを、残したときのまま書き出します(例: 本部会議案)"
    )
    command.add_argument("--department", default="", metavar="部局", help="この部局の指標だけの資料にします")
    command.add_argument(
        "--against", default="", metavar="版",
        help="残したこの版と比べて、新旧対照表、正誤表、差替えのページを書き出します(例: 本部会議案)",
    )  # fmt: skip
    command.add_argument("--only", action="append", default=[], metavar="指標", help="個票にする指標の番号(何度でも)")
    command.add_argument(
        "--anticipated", action="store_true",
        help=f"部内限の想定問答だけを書き出します(形式は {' '.join(QUESTION_FORMATS)})",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    """Write the files of one paper."""
    store = arguments.store(given.data, given.db, given.plan)
    snapshot = store.snapshot(given.plan or store.plan_ids()[0], at=settings.now())
    plan = snapshot.plan
    wanted = (
        arguments.round_of(plan, given.round)
        if given.round
        else arguments.told_round(plan, snapshot.life, settings.today())
    )
    forms = _forms(given, plan)
    whose, only = _scope(given, plan)
    folder = _folder(given.folder)
    own = Services(store, OPERATOR, given.data)
    if given.version:
        versions = snapshot.versions.get(wanted.id, ())
        return _kept(given, folder, own, wanted, plan, versions[_version(versions, given.version, wanted.name)])
    if given.against:
        old = _version(snapshot.versions.get(wanted.id, ()), given.against, wanted.name)
        new = Edition(anew=True, kind=snapshot.versions[wanted.id][-1].kind)
        compared = own.compare_reports(plan.id, wanted.id, Edition(version=old), new)
        return _write(given, folder, (one for d in DOCUMENTS.values() for one in _compared(given, compared, d)))
    if given.anticipated:
        made = own.anticipated_questions(plan.id, wanted.id)
    else:
        made = own.report(plan.id, wanted.id, department_id=whose, only=only)
    if made.working:
        print(f"「{wanted.name}」は締め切られていないため、作業中の資料です。", file=given.out)
    drawn = Drawn.of(made)
    wanted_files = ((form, file_name(made, form), partial(form.make, drawn)) for form in forms)
    return _write(given, folder, wanted_files)


def _scope(given: argparse.Namespace, plan: Plan) -> tuple[str, list[str]]:
    """The ids of the department and of the indicators that were named; empty where none was."""
    if given.version and (given.department or given.only or given.anticipated or given.against):
        raise Refused("--version は残したファイルをそのまま書き出します。--format のほかは一緒に指定できません。")
    if given.against and (given.department or given.only or given.anticipated):
        raise Refused("--against は計画の全体を比べます。--department、--only、--anticipated は一緒に指定できません。")
    numbers = {i.number: i.id for i in plan.indicators}
    if odd := [n for n in given.only if n not in numbers]:
        raise Refused(f"指標の番号「{odd[0]}」がありません。指標: {'、'.join(numbers)}")
    if not given.department:
        return "", [numbers[n] for n in given.only]
    department = arguments.department_of(plan, given.department, settings.today())
    own = {i.number for i in plan.owned_by(department.id, settings.today())}
    if odd := [n for n in given.only if n not in own]:
        name = department.name(settings.today())
        raise Refused(f"指標「{odd[0]}」は{name}の指標ではありません。--only を確かめてください。")
    return department.id, [numbers[n] for n in given.only]


def _kept(given: argparse.Namespace, folder: Path, own: Services, wanted: Round, plan: Plan, version: Version) -> int:
    """Write the files of a version as they were kept; whether all that were named were there."""
    chosen = [one for one in version.files if not given.format or one.format in given.format]
    for one in chosen:
        name, data = own.report_file(plan.id, wanted.id, one.sha256)
        print(f"書き出しました: {_written(folder / name, data)}", file=given.out)
    lacking = [FORMATS[name].word for name in given.format if name not in {one.format for one in chosen}]
    if lacking:
        print(f"{version.word}には、{'、'.join(lacking)}のファイルが残っていません。", file=given.out)
    return _LOOK if lacking else _DONE


File = tuple[Format, str, Callable[[], bytes]]


def _version(made: Sequence[Version], named: str, round_name: str) -> int:
    """The place of a version among those made, by its word."""
    words = [version.word for version in made]
    if named not in words:
        known = f"残した版: {'、'.join(words)}" if words else "残した版はまだありません。"
        raise Refused(f"「{round_name}」に版「{named}」がありません。{known}")
    return words.index(named)


def _compared(given: argparse.Namespace, compared: Compared, document: Document) -> Iterator[File]:
    """The files of one document of two papers; of 正誤表 none where nothing was wrong, which is said."""
    if document is DOCUMENTS["errata"]:
        if others := not_wrong_words(compared):
            print(f"誤りの訂正ではないため、正誤表に入れていません: {others}", file=given.out)
        if not wrong(compared):
            print("誤りの訂正はないため、正誤表は書き出しません。", file=given.out)
            return
    for name, form, file, make in files(compared, document):
        if name in given.format or (not given.format and (chromium() or not form.printed)):
            yield form, file, make


def _write(given: argparse.Namespace, folder: Path, wanted: Iterable[File]) -> int:
    """Write files, telling of each; whether all could be made."""
    found = _DONE
    for form, name, make in wanted:
        try:
            path = _written(folder / name, make())
        except NOT_MADE as error:
            print(f"{form.word}: {error}", file=given.out)
            found = _LOOK
        else:
            print(f"書き出しました: {path}", file=given.out)
    return found


def _forms(given: argparse.Namespace, plan: Plan) -> list[Format]:
    """What was named; else all that can be made here."""
    known: Mapping[str, Format] = QUESTION_FORMATS if given.anticipated else formats_of(plan)
    named: Sequence[str] = given.format
    if given.anticipated and (given.department or given.only):
        raise Refused("想定問答は計画の全体について作ります。--department と --only は指定できません。")
    if odd := [name for name in named if name not in known]:
        what = "想定問答" if given.anticipated else "指標のない計画の資料"
        raise Refused(f"{what}は「{odd[0]}」では作れません。形式: {'、'.join(known)}")
    return [form for name, form in known.items() if name in named or (not named and (chromium() or not form.printed))]


def _folder(named: str) -> Path:
    folder = Path(named)
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} はフォルダーではありません。--out を確かめてください。")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _written(path: Path, data: bytes) -> Path:
    """The file, whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    os.replace(beside, path)
    return path
