"""What the command line says: tables that line up, issues, a figure's passport, a bar; nothing is decided here."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage
from kpi.collection.turnout import REPLACING
from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS
from kpi.issue import SEVERITY_WORDS, Issue, Severity
from kpi.printing.number_words import as_it_is
from kpi.provenance.passport import Passport
from kpi.snapshot import Snapshot
from loaders.documents.export import file_name
from loaders.rules import UNREAD
from loaders.services import intake
from loaders.services.batch_versions import SAME_ANSWERS
from loaders.settings import today


def text_width(text: str) -> int:
    """Places a text takes on a terminal: a full-width sign takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def table(rows: Sequence[Mapping[str, object]], out: TextIO) -> None:
    """Columns that line up though a full-width sign takes two places; numbers stand on the right."""
    if not rows:
        return
    names = list(rows[0])
    widths = {n: max(text_width(n), *(text_width(str(r[n])) for r in rows)) for n in names}
    right = {n for n in names if isinstance(rows[0][n], int | float)}
    for row in ({n: n for n in names}, {n: "-" * widths[n] for n in names}, *rows):
        print("  ".join(_padded(row[n], widths[n], right=n in right) for n in names).rstrip(), file=out)


def _padded(value: object, width: int, *, right: bool = False) -> str:
    gap = " " * (width - text_width(str(value)))
    return gap + str(value) if right else str(value) + gap


def issues(found: Iterable[Issue], out: TextIO) -> None:
    """Issues, one a line, with their address."""
    for i in found:
        place = f"[{i.address}] " if i.address else ""
        print(f"{SEVERITY_WORDS[i.severity]}: {place}{i.message} {i.advice}".rstrip(), file=out)


def _issue_json(i: Issue) -> dict[str, object]:
    return {
        "code": i.code,
        "severity": str(i.severity),
        "message": i.message,
        "advice": i.advice,
        "sheet": i.sheet,
        "cell": i.cell,
        "value": i.value,
        "indicator_id": i.subject_id,
        "key": i.key,
    }


class Progress:
    """A bar on the terminal; silent where nobody watches."""

    def __init__(self, total: int) -> None:
        self._total, self._done = max(1, total), 0
        self._shown = sys.stderr.isatty()

    def tick(self) -> None:
        """One more is done."""
        self._done += 1
        if self._shown:
            filled = round(30 * self._done / self._total)
            line = f"\r[{'#' * filled}{'.' * (30 - filled)}] {self._done}/{self._total}"
            print(line, end="\n" if self._done >= self._total else "", file=sys.stderr, flush=True)


def show_load(taken: Sequence[intake.Taken], faults: Sequence[Issue], snapshot: Snapshot, out: TextIO) -> None:
    """What became of each file, and what a person has to look at."""
    table([_taken_row(t, snapshot) for t in taken], out)
    issues(faults, out)
    for one in taken:
        unread = (i for i in one.issues if i.code in UNREAD)
        if told := (*one.open, *one.unsent, *unread):
            print(f"\n{one.filename}", file=out)
            issues(told, out)
    kept = sum(1 for t in taken if t.saved)
    print(f"\n{len(taken)}件中{kept}件を取り込みました。", file=out)


def show_load_json(taken: Sequence[intake.Taken], faults: Sequence[Issue], out: TextIO) -> None:
    """The same for a program to read."""
    show_json({"files": [_taken_json(t) for t in taken], "issues": [_issue_json(i) for i in faults]}, out)


def show_json(told: Mapping[str, object], out: TextIO) -> None:
    """One line of JSON, in signs that the terminal or the pipe can hold."""
    text = json.dumps(told, ensure_ascii=False)
    try:
        text.encode(getattr(out, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(told)
    print(text, file=out)


def _taken_row(one: intake.Taken, snapshot: Snapshot) -> dict[str, object]:
    reading, plan = one.reading, snapshot.plan
    department = next((d for d in plan.departments if reading and d.id == reading.department_id), None)
    asked = next((r for r in plan.rounds if reading and r.id == reading.round_id), None)
    return {
        "ファイル": one.filename,
        "部局": department.name(today()) if department else "不明",
        "照会": asked.name if asked else "不明",
        "結果": _result(one),
        "指標": len(reading.answers) if reading else 0,
        "要修正": sum(1 for i in one.issues if i.severity is Severity.FIX),
        "要確認": sum(1 for i in one.issues if i.severity is Severity.ASK),
    }


def _result(one: intake.Taken) -> str:
    if one.saved is None:
        return "未取込(要選択)" if one.aside else "取込不可"
    if one.sent is not None:
        return "回答済"
    if one.saved.duplicate_of:
        return "取込済(同じ内容)" if any(i.code == SAME_ANSWERS for i in one.issues) else "取込済(同じファイル)"
    return "下書き(送っていません)" if one.unsent else "下書き"


def _taken_json(one: intake.Taken) -> dict[str, object]:
    return {
        "file": one.filename,
        "round": one.reading.round_id if one.reading else "",
        "department": one.reading.department_id if one.reading else "",
        "submission": one.saved.submission_id if one.saved else None,
        "duplicate_of": one.saved.duplicate_of if one.saved else "",
        "sent": one.sent is not None,
        "answers": len(one.reading.answers) if one.reading else 0,
        "unsent": [_issue_json(i) for i in one.unsent],
        "issues": [_issue_json(i) for i in one.issues],
    }


def status_rows(state: Assessment, now: datetime) -> Iterator[dict[str, object]]:
    """The board of every round that has begun, as the screens show it: each department asked, its 課 below it."""
    submissions = state.snapshot.submissions
    begun = set(submissions[submissions["state"].isin(["draft", "passed", "sent"])]["round_id"])
    files = dict(zip(submissions["submission_id"], submissions["filename"], strict=True))
    for asked in reversed(state.rounds):
        if state.stage(asked) is Stage.PLANNED and asked.id not in begun:
            continue
        for row in state.board(asked, now):
            yield {
                "照会": asked.name,
                "部局・課": f"　{row.name}" if row.division_id else row.name,
                "指標": row.asked,
                "状態": f"{row.word}・{REPLACING}" if row.replacing else row.word,
                "期限": row.timing_words,
                "要修正": row.open_fix,
                "要確認": row.open_ask,
                "ファイル": file_name(str(files.get(row.submission_id, ""))) if row.submission_id else "",
            }


def show_passport(p: Passport, out: TextIO) -> None:
    """A figure, where it comes from, and what else is known of it."""
    lines = {
        "番号": p.code + ("(サンプル)" if p.sample else "") + ("(後の回答で差替え済)" if p.superseded else ""),
        "指標": f"{p.number} {p.name}",
        "値": _value(p.value, p.state, p.unit),
        "時点": p.period.label,
        "区分": RELEASE_WORDS.get(p.release, ""),
        "回答": f"{p.round_name} {p.department} {p.known_at:%Y-%m-%d %H:%M} {p.sent_by}",
        "ファイル": f"{file_name(p.filename)}(SHA-256 {p.sha256})",
        "セル": f"{p.sheet}!{p.cell}",
        "記載内容": p.written,
        "画面での修正": p.mended,
        "根拠資料": p.evidence,
        "ほかの値": "、".join(f"{e.code} {_value(e.value, e.state, p.unit)}({e.known_at:%Y-%m-%d})" for e in p.earlier),
    }
    width = max(text_width(k) for k in lines)
    for key, text in lines.items():
        if text:
            print(f"{_padded(key, width)}  {text}", file=out)
    print(file=out)


def _value(value: float | None, state: str, unit: str) -> str:
    return MISSING_WORDS.get(state, state) if value is None else f"{as_it_is(value)}{unit}"
