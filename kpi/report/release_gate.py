"""What a careful person checks before a paper goes out, and a program can: asked of the report and its ground."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.outlook import NO_FORECAST
from kpi.report.blocks import INTERNAL, Chart, Note, Passage, QuestionAnswer, Report, Sentence, Table, texts
from kpi.report.indicator_entry import entries
from kpi.status import concern
from kpi.summary import unconfirmed

#: Whatever looks like a short number, within a text or a word.
_CODE = re.compile(r"(?=([A-Z0-9]{3}-\d{4}))")


@dataclass(frozen=True)
class Finding:
    """One thing to look at. ``forbids``: it may not go out so; else somebody has to have seen it."""

    check: str
    message: str
    forbids: bool = False


def gate(report: Report, state: Assessment, known: Assessment | None = None) -> tuple[Finding, ...]:
    """Everything to look at before a version is made, what forbids it first.

    ``state`` is what the report tells; ``known`` what its makers see at that moment, where that is more.
    """
    checks = (*(_OF_INDICATORS if report.has_indicators else ()), *_OF_EVERY)
    found = [finding for check in checks for finding in check(report, state)]
    found += _open_questions(report, known or state)
    return tuple(sorted(found, key=lambda one: not one.forbids))


def _figures(report: Report, state: Assessment) -> Iterator[Finding]:
    """Every figure of the list is the store's."""
    table = next(b for b in report.part("listing").blocks if isinstance(b, Table))
    heads = [c.heading for c in table.columns]
    places = {
        name: heads.index(h) for name, h in (("baseline", "現状値"), ("value", "今回"), ("progress", "進捗率(%)"))
    }
    known = {one.indicator.number: one for one in entries(state)}
    for row in table.rows:
        one = known.get(row[0].printed)
        for name, place in places.items():
            if one is None or row[place].figure != getattr(one.figures, name):
                message = f"{row[0].printed}の{heads[place]}が、保存されている値と違います。資料を作り直してください。"
                yield Finding("値の一致", message, forbids=True)


def _reasons(report: Report, state: Assessment) -> Iterator[Finding]:
    """No status that owes an explanation stands without one."""
    lacking = [
        one.indicator.number
        for one in entries(state)
        if concern(one.row["status"]) is not None and not (one.said("analysis") and one.said("actions"))
    ]
    if lacking:
        yield Finding("理由", f"要因か今後の対応のない指標があります: {'、'.join(lacking)}。担当に記入を依頼できます。")


def _provisional(report: Report, state: Assessment) -> Iterator[Finding]:
    """What may still change says so, in the list and at its foot."""
    table = next(b for b in report.part("listing").blocks if isinstance(b, Table))
    place = [c.heading for c in table.columns].index("速報・確定")
    marked = {row[0].printed for row in table.rows if "速報" in row[place].printed}
    for one in entries(state):
        if one.row["release"] == "provisional" and one.row["period"] and one.indicator.number not in marked:
            yield Finding("速報", f"{one.indicator.number}は速報値ですが、その表示がありません。", forbids=True)


def _labels(report: Report, _state: Assessment) -> Iterator[Finding]:
    """Unit, source and date stand with every figure."""
    for part in report.parts_of("indicator"):
        notes = " ".join(b.text for b in part.blocks if isinstance(b, Note))
        lacking = [word for word in ("出典", "単位") if f"{word} " not in notes or f"{word} 未設定" in notes]
        if lacking:
            yield Finding("出典・単位", f"{part.title}の{'と'.join(lacking)}が未設定です。")


def _open_questions(report: Report, state: Assessment) -> Iterator[Finding]:
    """Questions that nobody has answered, and values that nobody has confirmed; who reads a 公表版 sees neither."""
    waiting = [q for q in state.snapshot.asked if q["round_id"] == report.round_id and not q["answered_by"]]
    if waiting:
        yield Finding("修正依頼", f"回答のない修正依頼が{len(waiting)}件あります。")
    doubted = "、".join(i.number for i in state.plan.indicators if unconfirmed(state, i.id))
    if doubted and report.handling == "公表":
        older = "公表版では、その前に確認した値(なければ値なし)になり、会議の資料と違います。先に確認してください。"
        yield Finding("確認", f"確認していないため公表版に入らない値があります: {doubted}。{older}")
    elif doubted:
        yield Finding("確認", f"確認していない値があります: {doubted}。")


def _written(report: Report, _state: Assessment) -> Iterator[Finding]:
    """Sentences that people wrote above data that has changed since."""
    for one in report.part("overview").blocks:
        if not isinstance(one, Sentence) or not one.edited:
            continue
        if one.outdated:
            yield Finding("総括", f"書いたあとで値が変わった文があります: 「{one.text}」")
        if report.handling == "公表":
            yield Finding("総括", f"人が書いた文です。公表していない値がないか確かめてください: 「{one.text}」")

    for part in report.parts_of("indicator"):
        if any(isinstance(block, Passage) and block.outdated for block in part.blocks):
            number = part.title.partition("　")[0]
            yield Finding("個票", f"{number}の主な取組と成果は、書いたあとで、もとの取組の回答が変わりました。")


def _alternatives(report: Report, _state: Assessment) -> Iterator[Finding]:
    """Every chart can be read by whoever does not see it."""
    for part in report.parts_of("indicator"):
        for one in part.blocks:
            if isinstance(one, Chart) and not one.story.words.strip():
                yield Finding("代替テキスト", f"{part.title}の図に、読み上げる文がありません。", forbids=True)


def _short_numbers(report: Report, state: Assessment) -> Iterator[Finding]:
    """Short numbers stand in the list of origins alone, and in nothing that goes out."""
    codes = set(state.snapshot.observations["code"])
    for part in report.parts:
        if part.kind == "origins":
            if report.handling == "公表":
                yield Finding("出所番号", "公表する資料に出所一覧が入っています。", forbids=True)
        elif shown := codes.intersection(_CODE.findall(" ".join(texts(part)))):
            yield Finding("出所番号", f"{part.title}に出所番号があります: {'、'.join(sorted(shown))}。", forbids=True)


def _internal(report: Report, _state: Assessment) -> Iterator[Finding]:
    """想定問答 and simple extensions are for the room alone."""
    if report.handling == INTERNAL or any(
        part.kind == "anticipated" or any(isinstance(block, QuestionAnswer) for block in part.blocks)
        for part in report.parts
    ):
        yield Finding(INTERNAL, "想定問答が入っています。部内限のため、版には入れられません。", forbids=True)
    for part in report.parts:
        drawn = any(isinstance(b, Chart) and (b.story.outlook or b.story.extension) for b in part.blocks)
        if drawn or any(NO_FORECAST in text for text in texts(part)):
            yield Finding(INTERNAL, f"{part.title}に単純延長(見通し)があります。部内限です。", forbids=True)


def _samples(report: Report, _state: Assessment) -> Iterator[Finding]:
    """No sample goes into a meeting unseen."""
    if report.sample:
        yield Finding("サンプル", "サンプルの値が入っています。どのページにもサンプルと表示されます。")


_Checks = Sequence[Callable[[Report, Assessment], Iterator[Finding]]]
_OF_INDICATORS: _Checks = (_figures, _reasons, _provisional, _labels)
_OF_EVERY: _Checks = (_written, _alternatives, _short_numbers, _internal, _samples)
