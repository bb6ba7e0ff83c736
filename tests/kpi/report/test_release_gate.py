"""What is looked at before a paper goes out: each check finds its fault, and nothing where all is well."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.assessment import Assessment
from kpi.report.anticipated_questions import anticipated
from kpi.report.assembly import report
from kpi.report.blocks import Cell, Chart, Heading, Note, Passage, QuestionAnswer, Sentence, Table
from kpi.report.release_gate import gate
from kpi.story import simple_extension, story
from kpi.summary import judged_code
from tests.samplekit import PLAN, store_of, with_samples

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return Assessment.of(store_of(with_samples(tmp_path_factory.mktemp("data"))).snapshot(PLAN), DAY)


@pytest.fixture(scope="module")
def paper(state):
    return report(state, state.current_round, state.snapshot)


def with_blocks(paper, kind, change):
    parts = [replace(p, blocks=tuple(map(change, p.blocks))) if p.kind == kind else p for p in paper.parts]
    return replace(paper, parts=tuple(parts))


def new(paper, other, state):
    """What is found in a paper that was tampered with, and was not before."""
    before = {f.message for f in gate(paper, state)}
    return [f for f in gate(other, state) if f.message not in before]


def cells(change, place):
    def changed(block):
        if not isinstance(block, Table):
            return block
        lines = list(block.lines)
        at = next(n for n, line in enumerate(lines) if not line.band and line.cells[place].figure is not None)
        row = list(lines[at].cells)
        row[place] = change(row[place])
        lines[at] = replace(lines[at], cells=tuple(row))
        return replace(block, lines=tuple(lines))

    return changed


def place_of(paper, heading):
    table = next(b for b in paper.part("listing").blocks if isinstance(b, Table))
    return [c.heading for c in table.columns].index(heading)


def test_what_is_sound_may_go_out(paper, state):
    assert not [f for f in gate(paper, state) if f.forbids]
    assert {f.check for f in gate(paper, state)} >= {"サンプル"}


@pytest.mark.parametrize("heading", ["今回", "現状値", "進捗率(%)"])
def test_a_figure_that_is_not_the_stores_forbids(paper, state, heading):
    off = cells(lambda cell: replace(cell, figure=cell.figure + Decimal("0.1")), place_of(paper, heading))
    (found,) = new(paper, with_blocks(paper, "listing", off), state)
    assert (found.check, found.forbids) == ("値の一致", True)


def test_a_provisional_value_without_its_mark_forbids(paper, state):
    place = place_of(paper, "速報・確定")

    def unmarked(block):
        if not isinstance(block, Table):
            return block
        lines = (
            line if line.band else replace(line, cells=(*line.cells[:place], Cell(), *line.cells[place + 1 :]))
            for line in block.lines
        )
        return replace(block, lines=tuple(lines))

    found = new(paper, with_blocks(paper, "listing", unmarked), state)
    assert [(f.check, f.forbids) for f in found] == [("速報", True)]


def test_a_short_number_in_the_body_forbids(paper, state):
    code = next(c for i in state.plan.indicators if (c := judged_code(state, i.id)))

    def told(block):
        return replace(block, text=f"{block.text} {code} による") if isinstance(block, Passage) else block

    found = new(paper, with_blocks(paper, "indicator", told), state)
    assert {(f.check, f.forbids) for f in found} == {("出所番号", True)}
    public = replace(paper, handling="公表")
    assert [f.forbids for f in new(paper, public, state) if f.check == "出所番号"] == [True]


def test_a_chart_that_cannot_be_read_forbids(paper, state):
    def silent(block):
        return replace(block, story=_Silent()) if isinstance(block, Chart) else block

    found = new(paper, with_blocks(paper, "indicator", silent), state)
    assert {(f.check, f.forbids) for f in found} == {("代替テキスト", True)}


class _Silent:
    words, heading, outlook, extension = " ", "", (), ""


@pytest.mark.parametrize("place", ["title", "heading", "alternative text", "within a word"])
def test_a_short_number_is_found_wherever_it_stands(paper, state, place):
    first = state.snapshot.observations.iloc[0]
    code = str(first["code"])
    assert code != judged_code(state, first["indicator_id"])  # of an older value too

    class Told(_Silent):
        words = f"{code}の推移。"

    def changed(block):
        if isinstance(block, Heading) and place == "heading":
            return Heading(code)
        if isinstance(block, Chart) and place == "alternative text":
            return replace(block, story=Told())
        within = isinstance(block, Note) and place == "within a word"
        return replace(block, text=f"{block.text}出所{code}による") if within else block

    other = with_blocks(paper, "indicator", changed)
    if place == "title":
        other = replace(paper, parts=tuple(replace(p, title=code) if p.kind == "field" else p for p in paper.parts))
    assert {(f.check, f.forbids) for f in new(paper, other, state)} == {("出所番号", True)}


def test_nothing_of_the_anticipated_questions_goes_out(paper, state):
    """Neither a part of them, nor one of them among other blocks, nor the paper itself."""
    told = anticipated(state, state.current_round, state.snapshot)
    taken = replace(paper, parts=(*paper.parts, *told.parts))
    assert "部内限" in {f.check for f in gate(taken, state) if f.forbids}
    one = next(b for p in told.parts for b in p.blocks if isinstance(b, QuestionAnswer))
    hidden = tuple(replace(p, blocks=(*p.blocks, one)) if p.kind == "overview" else p for p in paper.parts)
    assert [(f.check, f.forbids) for f in new(paper, replace(paper, parts=hidden), state)] == [("部内限", True)]
    assert [f.check for f in new(paper, replace(paper, handling="部内限"), state)] == ["部内限"]


@pytest.mark.parametrize("kind", ["overview", "listing", "field", "indicator", "origins"])
def test_no_simple_extension_goes_out(paper, state, kind):
    extended = next(one for i in state.plan.indicators if (one := simple_extension(state, i)))
    parts = [
        replace(p, blocks=(*p.blocks, Passage("見通し", extended.sentence))) if p.kind == kind else p
        for p in paper.parts
    ]
    found = new(paper, replace(paper, parts=tuple(parts)), state)
    assert {(f.check, f.forbids) for f in found} == {("部内限", True)}


def test_no_chart_with_a_simple_extension_goes_out(paper, state):
    drawn = next(i for i in state.plan.indicators if story(state, i, with_outlook=True).outlook)

    def extended(block):
        mine = isinstance(block, Chart) and block.indicator_id == drawn.id
        return replace(block, story=story(state, drawn, with_outlook=True)) if mine else block

    found = new(paper, with_blocks(paper, "indicator", extended), state)
    assert [(f.check, f.forbids) for f in found] == [("部内限", True)]


def test_lacking_sources_are_told(paper, state):
    def nameless(block):
        return Note("単位 件") if isinstance(block, Note) else block

    found = new(paper, with_blocks(paper, "indicator", nameless), state)
    assert {f.check for f in found} == {"出典・単位"}
    assert not any(f.forbids for f in found)


def test_written_sentences_are_looked_at_again(paper, state):
    def written(block):
        return replace(block, edited="順調である。", beneath="別の値") if isinstance(block, Sentence) else block

    other = with_blocks(paper, "overview", written)
    assert {f.check for f in new(paper, other, state)} == {"総括"}
    sound = with_blocks(
        paper, "overview", lambda b: replace(b, edited="文", beneath=b.made) if isinstance(b, Sentence) else b
    )
    assert new(paper, sound, state) == []
    public = replace(sound, handling="公表")
    assert [f for f in new(paper, public, state) if "人が書いた文" in f.message]


def test_a_status_that_owes_words_and_has_none_is_told(paper, state):
    known = state.snapshot.observations.assign(analysis="")
    silent = Assessment.of(replace(state.snapshot, observations=known), DAY)
    told = report(silent, silent.current_round, silent.snapshot)
    (found,) = [f for f in gate(told, silent) if f.check == "理由"]
    assert not found.forbids
    assert "暮7" in found.message


def test_what_nobody_has_confirmed_is_told(paper, state):
    known = state.snapshot.observations.assign(review="unconfirmed")
    doubted = Assessment.of(replace(state.snapshot, observations=known), DAY)
    inner = report(doubted, doubted.current_round, doubted.snapshot)
    for handling, words in (("公表", "公表版に入らない値"), (inner.handling, "確認していない値があります")):
        (told,) = [f for f in gate(replace(inner, handling=handling), doubted) if f.check == "確認"]
        assert words in told.message
        assert ("公表版" in told.message) == (handling == "公表")
