"""A value that is to be maintained: its band stands where others have a target, and no side is ahead by size alone."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from openpyxl import load_workbook

from kpi.assessment import Assessment
from kpi.cards.revision import band_text, has_target, target_text
from kpi.compare.gaps import latest_pair, pairs, sentence
from kpi.compare.ranks import ranking
from kpi.handover.history import card_facts
from kpi.plan import Card
from kpi.printing.rollup import counts
from kpi.progress import assess, cards_table
from kpi.story import story
from kpi.summary import summary
from loaders.documents.takeaway_tables import indicator_table
from loaders.form.approval_page import settlement_sheet
from loaders.form.reading.reader import read_form
from loaders.form.writing.writer import write_form
from loaders.rules import check_answers
from loaders.workbook.cells import Book, open_book
from tests.factory import FY, POLICY, ROUND, TARGETS_ROUND, UNSET, tiny_answers, tiny_brief, tiny_plan
from tests.kpi.compare.test_compare import NATION, OURS, both, made, value
from tests.storekit import new_store

BANDS = [
    ((95.0, None), "95.0%以上"),
    ((90.0, 110.0), "90.0～110.0%"),
    ((None, 50.0), "50.0%以下"),
    ((0.0, None), "0.0%以上"),
    ((99.95, None), "99.95%以上"),
    ((-5.0, 5.0), "−5.0～5.0%"),
]


def held(band, indicator=UNSET, **more) -> Card:
    return Card(indicator, 1, "maintain", "level", 1, band=band, baseline=96.0, baseline_period=FY[2022], **more)


def view_of(store, card) -> Assessment:
    snapshot = store.snapshot("tiny")
    snapshot = replace(snapshot, cards={**snapshot.cards, card.indicator_id: card})
    judged = assess(
        cards_table(snapshot.cards.values()),
        snapshot.observations,
        as_of=date(2025, 9, 10),
        scheme=snapshot.plan.scheme,
    ).set_index("indicator_id", drop=False)
    return Assessment(snapshot, date(2025, 9, 10), judged, None, judged, "test")


@pytest.mark.parametrize(("band", "text"), BANDS)
def test_a_band_is_said_as_it_was_stated(band, text):
    card = held(band)
    assert (band_text(card, "%"), target_text(card, "%"), has_target(card)) == (text, text, True)


def test_what_has_neither_band_nor_target_is_unset_and_a_band_is_of_what_is_maintained():
    assert target_text(held((None, None)), "%") == "未設定"
    assert not has_target(held((None, None)))
    up = Card(UNSET, 1, "increase", "level", 1, target=80.0, band=(90.0, None))
    assert target_text(up, "%") == "80.0%"
    assert band_text(held((None, 50.0)), "件") == "50.0件以下"


@pytest.mark.parametrize(("band", "text"), BANDS)
def test_every_screen_shows_the_band_and_counts_it_as_set(tmp_path, band, text):
    view = view_of(new_store(tmp_path), held(band))
    indicator = view.plan.indicator(UNSET)
    shown = summary(view, indicator)
    assert shown.target == text
    assert "目標値" not in shown.advice
    assert dict(card_facts(view, indicator))["目標値"] == text
    assert text in story(view, indicator).words
    row = indicator_table(view).set_index("番号").loc[indicator.number]
    assert (row["維持の範囲"], row["目標の時点"]) == (text, "")
    bare = view_of(new_store(tmp_path), held((None, None)))
    assert counts(view.assessed, view.plan)[0].settled == counts(bare.assessed, bare.plan)[0].settled + 1


def texts(data: bytes) -> list[str]:
    return [str(c.value) for s in load_workbook(io.BytesIO(data)) for line in s.iter_rows() for c in line if c.value]


@pytest.mark.parametrize(("band", "text"), BANDS)
def test_forms_and_the_page_for_the_ketsuzai_show_the_band_and_ask_for_no_target(band, text):
    brief = tiny_brief(**{UNSET: held(band)})
    form = write_form(brief, ROUND, POLICY, answers=tiny_answers())
    assert text in texts(form)
    book = open_book(form, "回答.xlsx")
    assert isinstance(book, Book)
    read = read_form(book, brief)
    said = [i for i in (*read.issues, *check_answers(read, brief)) if i.subject_id == UNSET]
    assert not [i for i in said if i.key in ("target", "direction")]
    page = settlement_sheet(brief, brief.plan.round(ROUND), brief.plan.department(POLICY), read.answers)
    assert text in texts(page)
    asked = texts(write_form(brief, TARGETS_ROUND, POLICY))
    assert f"維持({text})" in asked
    page = settlement_sheet(brief, brief.plan.round(TARGETS_ROUND), brief.plan.department(POLICY), ())
    assert text in texts(page)


def test_a_form_from_before_the_band_was_set_is_read_without_a_word():
    before, after = tiny_brief(**{UNSET: held((None, None))}), tiny_brief(**{UNSET: held((95.0, None))})
    book = open_book(write_form(before, ROUND, POLICY, answers=tiny_answers()), "回答.xlsx")
    assert isinstance(book, Book)
    assert not [i for i in read_form(book, after).issues if i.subject_id == UNSET and i.key == "direction"]


# --- comparison -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "nation", "ahead", "word"),
    [
        (60, 50, "neither", "県が大きい(値を保つ指標。大小は良し悪しではない)"),
        (50, 60, "neither", "県が小さい(値を保つ指標。大小は良し悪しではない)"),
        (50, 50, "even", "県と全国が同じ"),
    ],
)
def test_of_what_is_maintained_no_side_is_ahead(ours, nation, ahead, word):
    row = latest_pair(made(*both("FY2022", ours, nation), direction="maintain"), "s", OURS)
    assert (row["ahead"], row["ahead_word"]) == (ahead, word)
    assert row["gap"] == ours - nation


def test_the_head_of_the_screen_says_so():
    kept = made(*both("FY2022", 60, 50), direction="maintain")
    up = made(*both("FY2022", 60, 50))
    alone, told = pairs(kept, OURS), [pairs(up, OURS), pairs(kept, OURS)]
    assert sentence(alone) == "1組は値を保つ指標のため、どちらが先とは言いません。"
    assert sentence(pd.concat(told)) == (
        "2組のうち1組で全国を上回ります。1組は値を保つ指標のため、どちらが先とは言いません。"
        "時点はどの組も分かっています。"
    )


def test_a_rank_of_what_is_maintained_says_that_it_is_the_order_of_size():
    rows = [value(code, "FY2022", v) for code, v in (("01", 90), (OURS, 80), ("03", 80), (NATION, 85))]
    assert (
        ranking(made(*rows, direction="maintain"), "s", area=OURS).text == "値のある3都道府県中2位(大きい順、同順位2)"
    )
    assert ranking(made(*rows), "s", area=OURS).text == "値のある3都道府県中2位(同順位2)"
    assert ranking(made(*rows[:1], rows[3], value("04", "FY2022", 1), direction="maintain"), "s", area="01").text == (
        "値のある2都道府県中1位(大きい順)"
    )


def test_the_plans_own_card_says_whether_a_side_can_be_ahead(tmp_path):
    view = view_of(new_store(tmp_path), held((95.0, None)))
    plan = tiny_plan()
    linked = replace(
        plan, indicators=tuple(replace(i, series_id="s1") if i.id == UNSET else i for i in plan.indicators)
    )
    view = replace(view, snapshot=replace(view.snapshot, plan=linked))
    assert view.benchmarks.one("s1")["direction"] == "maintain"
