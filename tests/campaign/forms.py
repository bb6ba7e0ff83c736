"""Forms with known true answers: made blank once by the form's own writer, filled in cell by cell."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.period import Period
from loaders.form import definition as d
from loaders.form.prose_lines import Line, lines, places
from loaders.form.writing.prefill import Row, form_rows
from loaders.form.writing.writer import write_form
from loaders.workbook.cells import Book, open_book
from loaders.workbook.isolation import sandbox
from loaders.workbook.isolation.preflight import Limits
from tests.campaign.draft import Draft, Page, Spot, Truth
from tests.campaign.plan import DEPARTMENTS, ROUNDS, VARIANTS, brief, step

WORDS = {"release": RELEASE_WORDS, "missing_reason": MISSING_WORDS, "correction_kind": CORRECTION_WORDS}
_ANALYSIS = (
    "相談窓口を広げ、出張相談を月2回に増やしたため。", "改修が秋までかかり、動き出しが遅れた。", "説明動画を作り、利用が広がった。",
    "新しい様式に切り替え、\n入力の手間を減らした。", "協力事業者が減り、伸びが鈍った。",
)  # fmt: skip
_ACTIONS = (
    "引き続き周知する。",
    "来年度は対象を広げる。",
    "手順書を見直し、研修を年4回行う。",
    "広域での共同利用を進める。",
)
_EVIDENCE = ("業務統計(課内集計)", "利用ログの集計表", "毎月報告の第3表", "委託先の報告書p.12", "調査票A-2の集計")
_SECTIONS = ("情報システム課", "企画調整課", "教育企画課", "地域産業課")
_PEOPLE = ("見本 一郎", "仮名 花子", "試験 次郎")
_CONTACTS = ("madoguchi@example.jp", "内線1234", "shisui@example.jp")


class Here:
    """The child's own work done in this process."""

    limits = Limits()

    def ask(self, data: bytes) -> bytes:
        """The answer to one file."""
        return sandbox.answer(data, self.limits)


@dataclass(frozen=True)
class Sort:
    """Which form: variant of the brief, round, department, 課, and which earlier answers it is sent back with."""

    variant: str
    round_id: str
    department_id: str
    division_id: str = ""
    back: int = 0


def sorts() -> tuple[Sort, ...]:
    """Every form that goes to a whole department."""
    return tuple(Sort(v, r, x) for v in VARIANTS for r in ROUNDS for x in DEPARTMENTS)


def divisions(sort: Sort) -> tuple[str, ...]:
    """The 課 of a form's department."""
    return tuple(v.id for v in brief(sort.variant).plan.department(sort.department_id).divisions)


@cache
def rows(sort: Sort) -> tuple[Row, ...]:
    """The rows of a form."""
    told = brief(sort.variant)
    return form_rows(told, told.plan.round(sort.round_id), sort.department_id, {}, sort.division_id)


@cache
def prose(sort: Sort) -> tuple[Line, ...]:
    """The lines of a form's 記述, but for what is answered there."""
    told = brief(sort.variant)
    round_ = told.plan.round(sort.round_id)
    asked = rows(sort)
    if sort.back:
        asked = tuple(replace(row, reopened=frozenset()) for row in asked)
    return lines(told.plan, round_, told.plan.department(sort.department_id), asked, sort.division_id)


@cache
def blank(sort: Sort) -> tuple[Book, dict[Spot, float | str | None]]:
    """The workbook as it goes out, and the answers that stand in it already."""
    told = brief(sort.variant)
    given: dict[Spot, float | str | None] = {}
    asked: list[tuple[str, str, str]] = []
    answers: dict[str, dict[str, object]] = {}
    if sort.back:
        dice = random.Random(f"back {sort}")
        given = answered(sort, dice)
        for (indicator_id, key), value in given.items():
            answers.setdefault(indicator_id, {})[key] = value
        for row in dice.sample(rows(sort), max(1, len(rows(sort)) // 2)):
            key = "target" if sort.round_id == "targets" else dice.choice(("value", "analysis", "period", "evidence"))
            asked.append((row.indicator.id, key, "この欄をもう一度確かめてください。"))
    data = write_form(
        told, sort.round_id, sort.department_id, division_id=sort.division_id, answers=answers, questions=asked
    )
    book = open_book(data, "form.xlsx", pool=Here())  # type: ignore[arg-type]
    assert isinstance(book, Book)
    return book, given


def answered(sort: Sort, dice: random.Random) -> dict[Spot, float | str | None]:
    """Sound answers for every row of a form: figures, codes, periods and text; None for what stays empty."""
    told = brief(sort.variant)
    round_ = told.plan.round(sort.round_id)
    out: dict[Spot, float | str | None] = {}
    people: dict[str, dict[str, str | None]] = {}
    for row in rows(sort):
        home = next(
            (v.id for v in told.plan.department(sort.department_id).divisions if row.indicator.id in v.indicators), ""
        )
        if home not in people:
            people[home] = {
                "section": dice.choice(_SECTIONS) if dice.random() < 0.9 else None,
                "person": dice.choice(_PEOPLE), "contact": dice.choice(_CONTACTS),
            }  # fmt: skip
        mine = _row(row, sort, dice) | people[home]
        for column in d.columns_for(round_.kind):
            if row.enterable(column, round_):
                value = mine.get(column.key)
                out[row.indicator.id, column.key] = float(value) if isinstance(value, int) else value
    return out


def _row(row: Row, sort: Sort, dice: random.Random) -> dict[str, float | str | None]:
    card, said = row.card, dict[str, float | str | None]()
    if dice.random() < 0.9:
        said["evidence"] = dice.choice(_EVIDENCE)
    start = card.baseline if card.baseline is not None else 12.0
    said["baseline"], said["target"] = start, card.target if card.target is not None else start * 2
    said["baseline_period"] = (card.baseline_period or Period("FY", 2019)).code
    said["target_period"] = (card.target_period or Period("FY", 2028)).code
    if sort.round_id == "targets":
        return said
    if sort.round_id == "midterm" and dice.random() < 0.5 and card.target is not None:
        said["target"] = round(card.target + step(row.indicator.id), card.decimals)
    if dice.random() < 0.1:
        reason = dice.choice(("unpublished", "not_compiled", "suppressed", "not_applicable"))
        said |= {"missing_reason": reason, "value": None}
        if reason == "unpublished":
            said["next_release"] = "2026-03"
        return said
    last = row.past.value if row.past else start
    size = 0.5 if row.expected.kind == "H" else 1.0
    value = round(last + step(row.indicator.id) * size * dice.uniform(0.6, 1.2), card.decimals)
    if row.indicator.is_rate:
        under = float(dice.choice((1240, 2310, 3275)))
        over = float(round(value * under / 100))
        said |= {"numerator": over, "denominator": under}
        value = round(over / under * 100, card.decimals)
    said |= {"value": value, "period": row.expected.code, "release": dice.choice(("final", "final", "provisional"))}
    if dice.random() < 0.8:
        said |= {"analysis": dice.choice(_ANALYSIS), "actions": dice.choice(_ACTIONS)}
    if row.past and dice.random() < 0.15:
        said["correction"] = round(row.past.value + step(row.indicator.id) * 0.05 + 10.0**-card.decimals, card.decimals)
        said["correction_kind"] = dice.choice(("finalised", "miscounted"))
    return said


def filled(sort: Sort, dice: random.Random, changes: dict[Spot, float | str | None] | None = None) -> Draft:
    """A form filled in plainly. One sent back keeps the answers it came with, but for the cells asked about."""
    told, (book, given) = brief(sort.variant), blank(sort)
    round_ = told.plan.round(sort.round_id)
    plain = answered(sort, dice)
    if given:
        again = {row.indicator.id for row in rows(sort) if dice.random() < 0.5}
        fresh = {s for s in plain if s[0] in again and s[1] not in d.keys_on("contact")}
        plain = {s: plain[s] if s in fresh else given[s] for s in plain}
    plain |= changes or {}
    pages = [Page.of(sheet) for sheet in book.sheets]
    form = next(p for p in pages if p.name == d.FORM_SHEET)
    told_lines, by_name = prose(sort), {p.name: p for p in pages}
    where = places(d.positions(round_.kind), rows(sort), told_lines)
    ids = tuple(row.indicator.id for row in rows(sort))
    spots, shared = {}, {}
    for spot, value in plain.items():
        first = next(s for s in plain if where[s] == where[spot])
        if first != spot:  # a 課 says it once
            shared[first] = (*shared.get(first, ()), spot)
            continue
        sheet, row, column = where[spot]
        spots[spot] = by_name[sheet].mark(row, column)
        by_name[sheet].put(row, column, shown(spot[1], value))
    truth = {s: Truth(v.strip() or None if isinstance(v, str) else v) for s, v in plain.items() if s in spots}
    return Draft(
        told, round_, sort.department_id, sort.division_id, pages, form,
        next(p for p in pages if p.name == d.META_SHEET), next(p for p in pages if p.name == d.GUIDE_SHEET),
        spots, truth, plain, ids, next(p for p in pages if p.name == d.PROSE_SHEET), told_lines, shared,
    )  # fmt: skip


def shown(key: str, value: float | str | None) -> float | str | None:
    """What a person writes for an answer, plainly."""
    if value is None or isinstance(value, float):
        return value
    if key in WORDS:
        return WORDS[key][value]
    return d.period_text(Period.parse(value)) if d.column(key).kind == "period" else value
