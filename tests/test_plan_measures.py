"""The plans that the program comes with, held against lists of their documents' measures, typed from the documents.

The lists stand in ``plans/measures``; the documents do not stand in the repository. Where ``KPI_SOURCES`` names the
folder that holds them, lists and texts of the plans are held against their words too.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpi.initiatives.initiative import Initiative
from kpi.period import Period
from kpi.plan import Plan
from loaders.plan.folder import load_plan
from tests import ROOT

LISTS = ROOT / "tests" / "plans" / "measures"
#: In a list, the mark of a measure that has none of its own, under a heading that is marked.
UNDER_HEADING = "見出しの再掲"
SOURCES = os.environ.get("KPI_SOURCES", "")


@dataclass(frozen=True)
class Document:
    """A document, its plan, and where in its text the measures stand."""

    number: str
    plan_id: str
    years: tuple[int, int]
    first: str
    last: str
    #: Headings of the measures' part that are neither a measure nor the plan's own text.
    frame: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        plan, issues = load_plan(ROOT / "data" / "plans" / self.plan_id)
        assert issues == ()
        assert plan is not None
        return plan

    @property
    def text(self) -> str:
        """The document without what is only layout: line breaks, spaces between letters, emphasis."""
        return bare(next(Path(SOURCES).glob(f"{self.number}_*.txt")).read_text(encoding="utf-8"))

    @property
    def measures(self) -> tuple[dict[str, str], ...]:
        with (LISTS / f"{self.number}.csv").open(encoding="utf-8-sig", newline="") as file:
            return tuple(csv.DictReader(file))


DOCUMENTS = (
    Document(
        "000", "aomori-ict-2019", (2019, 2023), "第3章4つの基本方針に係る施策の展開方向", "第4章",
        ("第3章4つの基本方針に係る施策の展開方向(例示)", "検討委員会や庁内で検討⇒事務局で原案取りまとめ", "【再掲】"),
    ),
    Document(
        "001", "aomori-dx-2024", (2024, 2028), "産業・しごと分野—2040年の青森県—", "デジタル人財-",
        ("—2040年の青森県—", "–2040年の青森県–"),
    ),
    Document("002", "miyagi-ict-2017", (2017, 2020), "第2章重点目標における", "第3章主な取組一覧", (
        "第2章重点目標における取組の基本方向と主な取組",
    )),
    Document(
        "003", "ibaraki-data-2018", (2018, 2021), "官民データ活用推進に関する施策の基本的な方針", "\0",
        ("について", "【再掲】", "〈主な推進方策〉", "等"),
    ),
    Document(
        "004", "ibaraki-it-proposal", (2005, 2005), "第1章", "新しいIT戦略推進指針",
        (
            "第一基本目標", "第二基本方針及び具体的方策", "【基本方針】", "【実現のための具体的方策例】",
            "＜再掲＞", "<再掲>", "など",
        ),
    ),
)  # fmt: skip
every = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.plan_id)


def bare(text: str) -> str:
    """Letters and marks alone."""
    return re.sub(r"\s|\*\*|\|", "", text)


def rows(plan: Plan) -> list[tuple[str, str, Initiative]]:
    """Each measure under the names of its field and its item, in the plan's order."""
    under = {i.id: (f.name, i.name) for f in plan.fields for i in f.items}
    return [(*under[one.item_id], one) for one in plan.initiatives]


@every
def test_every_measure_of_the_list_stands_in_the_plan_word_for_word_and_none_more(document: Document) -> None:
    listed, held = document.measures, rows(document.plan)
    assert [m["measure"] for m in listed] == [one.name for _, _, one in held]
    for measure, (field, item, _) in zip(listed, held, strict=True):
        assert field in measure["chapter"]
        assert item in measure["heading"]


@every
def test_what_is_marked_as_a_repetition_refers_to_the_place_where_it_stands_first(document: Document) -> None:
    held = rows(document.plan)
    assert [bool(m["mark"]) for m in document.measures] == [bool(one.refers_to) for _, _, one in held]
    places = {one.id: place for place, (_, _, one) in enumerate(held)}
    for place, (_, _, one) in enumerate(held):
        if one.refers_to:
            main = document.plan.initiative(one.refers_to)
            assert places[main.id] < place
            assert not main.refers_to
            # Another wording than there (commas apart), or no mark of its own: then the reference is an assumption.
            differs = re.sub(r"[，、,・]", "", main.name) != re.sub(r"[，、,・]", "", one.name)
            unmarked = document.measures[place]["mark"] == UNDER_HEADING
            assert (f"initiatives.{one.id}" in document.plan.assumptions) == (differs or unmarked)


@every
def test_what_is_assumed_of_a_plan_is_of_something_that_there_is_and_says_why(document: Document) -> None:
    plan = document.plan
    known = {f"initiatives.{one.id}" for one in plan.initiatives}
    assert {k for k in plan.assumptions if k.startswith("initiatives.")} <= known
    assert all(len(reason) > 20 for reason in plan.assumptions.values())
    assert "scheme" in plan.assumptions


@every
def test_a_plan_names_its_years_and_invents_no_indicator_and_nobody_who_answers_without_a_reason(
    document: Document,
) -> None:
    plan = document.plan
    assert (plan.start, plan.end) == tuple(Period("FY", year) for year in document.years)
    assert ("start" in plan.assumptions) == (document.number == "004")  # the only one that tells no years
    if document.number != "001":
        assert plan.indicators == ()
    if document.number not in ("000", "001"):
        assert (plan.departments, plan.ownerships, plan.rounds) == ((), (), ())
    # Who is asked, and when, stands as 想定 with its reason where the document names nobody.
    if plan.ownerships and document.number != "001":
        assert {f"departments.{d.id}" for d in plan.departments} <= set(plan.assumptions)
        assert "initiatives" in plan.assumptions
        assert all(one.assumption for one in plan.rounds)


def test_only_the_plans_of_one_prefecture_are_offered() -> None:
    assert {d.plan_id for d in DOCUMENTS if d.plan.offered} == {"aomori-ict-2019", "aomori-dx-2024"}
    assert {d.plan.area_code for d in DOCUMENTS if d.plan.offered} == {"02"}


def test_what_the_later_plan_carries_on_stands_in_the_earlier_one() -> None:
    by_id = {d.plan_id: d.plan for d in DOCUMENTS}
    carried = {
        (later.name, by_id[plan_id].initiative(one).name)
        for plan in by_id.values()
        for later in plan.initiatives
        for plan_id, one in (c.split("/") for c in later.continues)
    }
    assert carried == {
        ("行政手続きのオンライン化の推進", "行政手続におけるICT利用の促進（オンライン化原則）"),
        ("県内IT産業の振興のための人財の育成・確保", "ICT関連産業の振興（新事業・新産業の創出支援）"),
        ("県内IT産業の振興のための人財の育成・確保", "IT人財の育成・確保（ワークライフバランスの推進）"),
    }


def test_the_kinds_of_the_law_are_those_under_whose_headings_the_document_puts_its_measures() -> None:
    by_id = {d.plan_id: d.plan for d in DOCUMENTS}
    kinds = {one.item_id: one.law_kinds for one in by_id.pop("ibaraki-data-2018").initiatives}
    assert kinds == {
        "online": ("online",), "open-data": ("open_data",), "divide": ("divide",), "standards": ("standards",),
        "security": (),
    }  # fmt: skip
    assert not any(one.law_kinds for plan in by_id.values() for one in plan.initiatives)


def test_what_a_document_gives_as_a_number_alone_stands_as_that_number() -> None:
    plan = next(d.plan for d in DOCUMENTS if d.number == "002")
    sections = {s.id: s for s in plan.sections}
    counts = [int(found[1]) for p in sections["projects"].points if (found := re.search(r"(\d+)事業$", p))]
    assert counts == [26, 15, 23, 36]
    assert sections["projects"].title == f"主な取組 {sum(counts)}事業"
    assert sections["sites"].title == "情報発信サイト等 29種類"
    assert all(sections[one].unset for one in ("projects", "sites"))


# ---- against the documents themselves


needs_sources = pytest.mark.skipif(not SOURCES, reason="KPI_SOURCES does not name the folder of the documents")


@needs_sources
@every
def test_the_list_holds_every_word_of_the_measures_part_of_the_text(document: Document) -> None:
    text, plan = document.text, document.plan
    begin = text.rindex(document.first)
    part = text[begin : end if (end := text.find(document.last, begin)) > 0 else None]
    known = sorted(_known(plan, document.frame), key=len, reverse=True)
    rest, place = [], 0
    for one in document.measures:
        found = _find(part, bare(one["measure"]), place, known)
        assert found >= 0, f"not in the text, or not at its place: {one['measure']}"
        rest.append(part[place:found])
        place = found + len(bare(one["measure"]))
        mark = one["mark"]
        assert mark in ("", UNDER_HEADING) or mark in part[place : place + 12].split("-")[0]
        assert mark or "再掲" not in part[place : place + 8].split("・")[0].split("-")[0]
    left = "".join([*rest, part[place:]])
    for own in known:
        left = left.replace(own, "")
    assert re.sub(r"[-・○#、，,「」()（）「」①-⑮\d第章]", "", left) == ""


def _find(part: str, measure: str, place: int, known: list[str]) -> int:
    """Where a measure stands from a place on, and not as a piece of the plan's own text."""
    around = [own for own in known if measure in own and own != measure]
    found = part.find(measure, place)
    while found >= 0 and any(part.startswith(own, found - own.index(measure)) for own in around):
        found = part.find(measure, found + 1)
    return found


def _known(plan: Plan, frame: tuple[str, ...]) -> set[str]:
    """What of a measures part is the plan's own text: fields, items and what is said of them."""
    own = [t for f in plan.fields for t in (f.name, f.slogan, f.policy, *f.pictures)]
    own += [t for f in plan.fields for i in f.items for t in (i.name, i.note, *i.visions)]
    return {bare(t) for t in (*own, *frame)} - {""}


@needs_sources
@every
def test_the_plans_text_is_the_documents(document: Document) -> None:
    text, plan = re.sub(r"[-・]", "", document.text), document.plan
    said = [t for s in plan.sections for t in (*s.text, *s.points)]
    said += [t for f in plan.fields for i in f.items for t in (f.policy, *f.pictures, *i.visions, i.name)]
    if document.number == "004":  # a field's goal of two sentences stands on two lines there, as everything does
        assert all(f.policy for f in plan.fields[:4])
        assert plan.fields[4].policy == ""
    missing = [t for t in said if not all(re.sub(r"[-・]", "", bare(part)) in text for part in _parts(t))]
    assert missing == []


def _parts(text: str) -> list[str]:
    """A point that names where its note stands (第1章: …), or numbers its line, in the pieces that stand in a text."""
    return [p for p in re.split(r"⇒|→|^[^:]{1,8}: |^\d |[①-⑮] ", text) if p]
