"""No printed pair, quotient or difference contradicts the status beside it: read back from the texts themselves.

The reader in here knows nothing of how the figures are made: it takes the numbers out of sentences, formulas, cards,
labels and exported rows, and asks of each what someone with a pencil would ask.
"""

import csv
import io
import json
import math
import random
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from kpi.assessment import Assessment
from kpi.charts.trajectory import trajectory
from kpi.collection.lifecycle import Life
from kpi.collection.review.answer_words import entry_words
from kpi.collection.workflow import Entry
from kpi.compare.gaps import latest_pair
from kpi.compare.published import Benchmarks
from kpi.compare.ranks import _table
from kpi.outlook import outlook
from kpi.period import Period
from kpi.plan import Card, Indicator, Plan, Scheme
from kpi.printing.explanation import calculation, explain
from kpi.printing.printed_figures import brief_texts, difference_text, exact_text, value_text
from kpi.progress import assess, cards_table
from kpi.schemes import METHODS
from kpi.status import rank, standing
from kpi.story import story
from kpi.summary import summary
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.documents.takeaway_tables import indicator_table
from tests.campaign.marked import length, lengthened
from tests.kpi.test_status import R4, R6, R10, card, judged, seen

DAY = date(2031, 1, 1)
NUM = r"−?[\d,]+(?:\.\d+)?"
#: A formula's pieces: numbers, a negative one in brackets.
TERM = rf"\(?({NUM})\)?"


def read(text):
    return Decimal(text.replace(",", "").replace("−", "-"))


def after(word, text, behind=""):
    """The number printed behind a word, or None."""
    found = re.search(rf"{word}({NUM}){behind}", text)
    return read(found[1]) if found else None


def digits(shown):
    return max(0, -shown.as_tuple().exponent)


def last_place(shown):
    return Decimal(1).scaleb(-digits(shown))


def like(value, shown):
    """A number rounded as a printed one is."""
    return value.quantize(last_place(shown), ROUND_HALF_UP)


#: What the screen of a test shows.
SHOWN = []

# --- made-up cards, with values near everything that decides --------------------------------------------------------

SCHEMES = (
    Scheme(), Scheme(thresholds={"on_track": 0.9, "mostly": 0.75}), Scheme(name="milestone"),
    Scheme(name="milestone", thresholds={"on_track": 0.95}),
    Scheme(name="achievement_ratio", show_achievement=True), Scheme(show_achievement=True),
    *(Scheme(name) for name in METHODS if name not in ("linear_pace", "milestone", "achievement_ratio")),
)  # fmt: skip
UNITS = ("%", "件", "人", "万枚", "百万円", "")


def limits_of(scheme):
    """The thresholds of a way as the plan sets them, the highest first: those of its method, else of the default."""
    method = METHODS[scheme.name] if METHODS[scheme.name].measure in ("pace", "milestone") else METHODS["linear_pace"]
    return tuple(method.limits(scheme).values())


def made_up(rng, scheme, name):
    """A card and its value."""
    decimals, direction = rng.randint(0, 3), rng.choice(("increase", "decrease", "maintain"))
    size = 10.0 ** rng.choice((0, 1, 2, 2, 3, 4, 6, 7, 8, 9, 12))
    finer = min(decimals + rng.choice((0, 0, 0, 1, 2)), 5 if size < 1e9 else 3)
    base = round(rng.uniform(-0.2, 1) * size, finer)
    way = (
        round(rng.choice((rng.uniform(0.01, 1) * size, max(rng.randint(1, 9) * 10.0**-decimals, size / 1e6))), finer)
        or 1.0
    )
    sign = -1 if direction == "decrease" else 1
    target = round(base + sign * way * rng.choice((1, 1, 1, 1, 1, -1)), finer)
    goal = round(base + (target - base) * rng.choice((0.25, 0.5, 0.4, 0.75)), finer)
    given = {
        "indicator_id": name, "version": 1, "direction": direction, "decimals": decimals,
        "kind": rng.choice(("level", "annual", "cumulative")) if scheme.name != "achievement_ratio" else "annual",
        "baseline": base, "baseline_period": R4, "target": target, "target_period": R10,
    }  # fmt: skip
    period = rng.choice((R6, R6, Period("FY", 2025), Period("CY", 2024), Period("FY", 2023), R10))
    if scheme.name == "milestone" or rng.random() < 0.3:
        given["milestones"] = ((period if period != R10 else R6, goal),)
    if direction == "maintain":
        sides = sorted((base, round(base + abs(way), finer)))
        band = rng.choice(((sides[0], None), (None, sides[1]), tuple(sides)))
        given |= {"band": band, "target": None}
    elif rng.random() < 0.05:
        given["target"] = None
    elif rng.random() < 0.05:
        given |= {"baseline": None, "baseline_period": None}
    one = Card(**given)
    span = (period.position - R4.position) / (R10.position - R4.position)
    line = base + (target - base) * span
    anchors = [base, target, goal, line, *(side for side in one.band if side is not None)]
    anchors += [base + limit * (anchor - base) for limit in limits_of(scheme) for anchor in (line, goal)]
    anchors += [target * 0.9, target * 0.8, target / 0.9, target / 0.8, rng.uniform(-0.1, 1.2) * size]
    unit = 10.0**-decimals
    step = rng.choice((0.0, 0.49, 0.04, 0.004, 4e-4, 4e-5, 1e-6, 1e-9, 1.0, size * 0.004 / unit))
    value = rng.choice(anchors) + rng.choice((1, -1)) * step * unit
    return one, float(round(value, rng.choice((decimals, finer, 6, 12)))), period


def case(number, scheme, seed=20251127):
    rng = random.Random(seed + number)
    return made_up(rng, scheme, f"i{number}")


def world(cases, scheme):
    """The judgement of many cards at once, as the screens hold it."""
    cards = [one for one, _, _ in cases]
    rows = [
        seen(value, period, indicator_id=one.indicator_id)
        | {"observation_id": n, "sample": False, "review": "confirmed", "code": f"V{n}", "correction_kind": ""}
        for n, (one, value, period) in enumerate(cases)
    ]
    observations = pd.DataFrame(rows)
    told = assess(cards_table(cards), observations, as_of=DAY, scheme=scheme).set_index("indicator_id", drop=False)
    units = [UNITS[int(one.indicator_id[1:]) % len(UNITS)] for one in cards]
    indicators = tuple(
        Indicator(one.indicator_id, str(n), "goal", f"指標{n}", unit, "")
        for n, (one, unit) in enumerate(zip(cards, units, strict=True))
    )
    plan = Plan("p", "計画", "02", "青森県", Period("FY", 2024), R10, indicators=indicators, scheme=scheme)
    snapshot = SimpleNamespace(
        life=Life(),
        plan=plan, cards={one.indicator_id: one for one in cards}, observations=observations, as_of=None,
        live_indicators=lambda day: indicators, values=pd.DataFrame(), breaks=pd.DataFrame(),
        series=pd.DataFrame({"series_id": [], "direction": []}),
    )  # fmt: skip
    return Assessment(snapshot, DAY, told, None, told, "k")


# --- what a reader asks ----------------------------------------------------------------------------------------------


def side_of(one):
    return {"increase": 1, "decrease": -1}.get(one.direction, 0)


def met(value, one, target):
    """Whether a printed value meets what the card is printed to ask for; None where it asks for nothing."""
    if one.direction == "maintain":
        low, high = (None if side is None else Decimal(repr(side)) for side in one.band)
        return None if low is high is None else (low is None or value >= low) and (high is None or value <= high)
    return None if target is None else side_of(one) * (value - target) >= 0


def quarrels(row, one, unit, scheme, said, steps):
    """What is wrong with a sentence and its calculation, each as a word and the numbers."""
    status, reason, side = row["status"], row["reason"], side_of(one)
    base, target = after("現状値", said, unit), after("→目標", said, unit) if one.direction != "maintain" else None
    value, line, goal = after("実績", said), after("計画線", said), after("の目安値", said)
    share, pace, ratio = after("進捗率", said, "%"), after("ペース", said), after("達成率", said, "%")
    found = []

    def ask(word, holds, *numbers):
        if not holds:
            found.append((word, *map(str, numbers)))

    for limit, shown in ((one.baseline, base), (one.target if side else None, target)):
        if limit is not None:
            ask(
                "stated otherwise",
                shown is not None and abs(shown - Decimal(repr(limit))) < Decimal("1e-6"),
                limit,
                shown,
            )
    reached = met(value, one, target)
    if status == "achieved":
        ask("met and printed short", reached, value, target, one.band)
    elif status != "not_assessable":
        ask("not met and printed met", not reached, value, target, one.band)
    if reason == "moved_away":
        ask("away and not printed so", side * (value - base) < 0 and share < 0, value, base, share)
    elif share is not None:
        ask("share over its end", 0 <= share < 100 or status == "achieved", share)
    if reason == "pace":
        ask("pace of another class", status == class_of(pace, scheme), pace)
        ask("line against pace", (side * (value - line) >= 0) == (pace >= 1), value, line, pace)
        planned = Decimal(row["position"] - R4.position) / Decimal(R10.position - R4.position)
        if not one.milestones:
            again = (value - base) / (target - base) / planned
            near = min(abs(again - Decimal(str(edge))) for edge in limits_of(scheme))
            ask(
                "computed again it is another class", class_of(again, scheme) == status or near < Decimal("1e-8"), again
            )
    if reason == "flat_path":
        ask("line against status", (side * (value - line) >= 0) == (standing(status) == "on_track"), value, line)
    if goal is not None:
        hit = side * (value - goal) >= 0
        if "目安値を満たす" in said:
            ask("目安値 not met in print", hit, value, goal)
        elif limits_of(scheme)[0] == 1:
            ask("目安値 met in print", not hit, value, goal)
        if base is not None and goal != base and reason == "milestone":
            way = (value - base) / (goal - base)
            near = abs(way - Decimal(str(limits_of(scheme)[1]))) < Decimal("1e-8")
            as_told = (way >= Decimal(str(limits_of(scheme)[1]))) == (status == "mostly_on_track")
            ask("the way to the 目安値", as_told or near, value, base, goal)
    if reason == "ratio":
        ask("class of the ratio", status == ratio_class(ratio, scheme), ratio)
        again = 100 * (value / target if side > 0 else target / value)
        ask(
            "value by target",
            status == ratio_class(again + Decimal("1e-6"), scheme) or status == ratio_class(again, scheme),
            value,
            target,
        )
    change = re.search(rf"現状値から([+−±])({NUM})", said)
    if change and value is not None and base is not None:
        ask("difference", value - base == read(change[2]) * (-1 if change[1] == "−" else 1), value, base, change[0])
        ask("word of a difference", (change[1] == "±") == ("(横ばい)" in said), said)
    return found + formula_quarrels(row, said, steps, (share, pace))


def class_of(pace, scheme, reason="pace"):
    """The status of a printed figure: that of the class which it stands in."""
    method = METHODS[scheme.name]
    classes = sorted({o.status for o in method.outcomes if o.reason == reason}, key=rank)
    assert len(classes) == len(method.thresholds) + 1
    return classes[sum(pace >= Decimal(str(limit)) for limit in method.limits(scheme).values())]


def ratio_class(ratio, scheme):
    return class_of(ratio / 100, scheme, "ratio")


def formula_quarrels(row, said, steps, sentence):
    found, told = [], {label: (how, result) for label, how, result in steps}
    share, pace = sentence
    if "ペース" in told:
        how, result = told["ペース"]
        over, under = map(read, re.findall(NUM, how))
        shown = read(result)
        # Next to a threshold the pace is cut to its side at the last decimals: then it is a quotient cut, not rounded.
        close = abs(over / under - shown) < last_place(shown) if under and digits(shown) >= 5 else False
        if under == 0 or not (close or like(over / under, shown) == shown):
            found.append(("quotient", how, result))
        if row["reason"] == "pace" and (over >= under) != (shown >= 1):
            found.append(("shares against pace", how, result))
        if pace is not None and pace != shown:
            found.append(("another pace in the sentence", result, str(pace)))
        if share is not None and share != over:
            found.append(("another share in the sentence", how, str(share)))
    term = re.fullmatch(rf"\({TERM}−{TERM}\)÷\({TERM}−{TERM}\)", told.get("進捗率", ("", ""))[0])
    if term:
        v, b, t, _ = map(read, term.groups())
        shown = read(told["進捗率"][1].rstrip("%"))
        # A float tells a large number only so well, and their difference no better.
        blur = Decimal(800 * math.ulp(float(max(abs(v), abs(b), abs(t))))) / abs(t - b)
        if abs(100 * (v - b) / (t - b) - shown) > last_place(shown) * (2 if digits(shown) > 3 else 1) + blur * (
            1 + abs(shown) / 100
        ):
            found.append(("share of the formula", told["進捗率"][0], str(shown)))
    for label in ("これまでの動き", "今後必要な動き"):
        how, result = told.get(label, ("", ""))
        term = re.fullmatch(rf"\({TERM}−{TERM}\)÷(?:\((\d+)÷12\)|({NUM}))年", how)
        if term and "未満" not in result:
            years = Decimal(term[3]) / 12 if term[3] else read(term[4])
            sign, shown = re.match(rf"年([+−±])({NUM})", result).groups()
            rate, shown = (read(term[1]) - read(term[2])) / years, read(shown) * (-1 if sign == "−" else 1)
            if abs(rate - shown) > Decimal("0.51").scaleb(shown.as_tuple().exponent) + abs(rate) * Decimal("1e-6"):
                found.append((label, how, result))
    return found


def row_quarrels(row, one, scheme, cells):
    """What is wrong with a row of the table that people take away."""
    found = []
    value, target, share, planned, pace = (
        Decimal(str(cells[name])) if cells[name] not in ("", None) else None
        for name in ("今回", "目標", "進捗率(%)", "計画上の進捗(%)", "ペース")
    )
    reached = met(value, one, target)
    if reached is not None and row["status"] != "not_assessable" and reached != (row["status"] == "achieved"):
        found.append(("row: target", str(value), str(target)))
    if row["reason"] == "pace" and class_of(pace, scheme) != row["status"]:
        found.append(("row: pace", str(pace)))
    if row["reason"] == "pace" and abs(share / planned - pace) >= last_place(pace):
        found.append(("row: quotient", str(share), str(planned), str(pace)))
    return found


def amount(label, unit):
    """What a label in 万 or 億 says, in the unit."""
    found = re.match(rf"({NUM})(万|億|)", label.removesuffix(unit) if unit else label)
    return read(found[1]) * {"万": 10**4, "億": 10**8, "": 1}[found[2]]


def chart_quarrels(view, indicator, row, one, cells):
    found, told, unit = [], story(view, indicator), indicator.unit
    now = next(p for p in told.actual if p.period.code == row["period"])
    words = told.words
    spoken = after(f"{now.period.short}は", words), after("目標は[^。]*?の", words)
    for what, value, target in (
        ("label", amount(now.label, unit), told.target and amount(told.target.label, unit)),
        ("tooltip", amount(now.text, unit), told.target and amount(told.target.text, unit)),
        ("alternative text", *spoken),
    ):
        reached = met(value, one, target)
        if reached is not None and row["status"] != "not_assessable" and reached != (row["status"] == "achieved"):
            found.append((what, str(value), str(target)))
    if told.target and amount(told.target.label, unit) != Decimal(repr(one.target)):
        found.append(("the target's label", told.target.label, str(one.target)))
    return found


# --- the properties --------------------------------------------------------------------------------------------------

#: How many made-up cards are read in sentences and formulas, how many of them in the card on the screens and in the
#: exported row, and how many in their chart: label, tooltip, alternative text.
CARDS, ROWS, CHARTS = length((3_000, 360, 72), (10_002, 1_200, 240))


def all_quarrels(cards=CARDS, rows=ROWS, charts=CHARTS):
    """Every contradiction of so many cards: each as the card, its value and what is wrong."""
    found = []
    for place, scheme in enumerate(SCHEMES):
        cases = [case(number, scheme) for number in range(place, cards, len(SCHEMES))]
        view = world(cases, scheme)
        indicators = {i.id: i for i in view.plan.indicators}
        records = view.everything.to_dict("records")
        for (one, value, _), row in zip(cases, records, strict=True):
            indicator = indicators[one.indicator_id]
            said, steps = (make(row, one, indicator, scheme) for make in (explain, calculation))
            found += [(one, value, q) for q in quarrels(row, one, indicator.unit, scheme, said, steps)]
        each = len(SCHEMES)
        found += of_parts(cases[: rows // each], scheme, screen_quarrels)
        found += of_parts([c for c in cases if side_of(c[0])][: charts // each], scheme, chart_quarrels)
    return found


def of_parts(cases, scheme, ask):
    """What is wrong on screens and in files, asked of a plan of usual size at a time."""
    found = []
    for start in range(0, len(cases), 50):
        view = world(cases[start : start + 50], scheme)
        exported = exported_rows(view)
        for indicator in view.plan.indicators:
            one, row = view.snapshot.cards[indicator.id], view.row(indicator.id)
            found += [(one, row["value"], q) for q in ask(view, indicator, row, one, exported[indicator.number])]
    return found


def screen_quarrels(view, indicator, row, one, cells):
    """What is wrong with the card of an indicator and with its exported row."""
    item, said = summary(view, indicator), explain(row, one, indicator, view.plan.scheme)
    shown = re.search(rf"実績({NUM})", said)[1] + indicator.unit
    found = [] if item.value == shown else [("card", item.value, said)]
    return found + row_quarrels(row, one, view.plan.scheme, cells)


def exported_rows(view):
    """The rows of the CSV by their number, as text."""
    text = to_csv(indicator_table(view)).decode("utf-8-sig")
    return {row["番号"]: row for row in csv.DictReader(io.StringIO(text))}


@lengthened
def test_no_printed_pair_contradicts_the_status_in_sentences_rows_cards_and_charts():
    found = all_quarrels()
    assert not found, (
        f"{len(found)} contradictions in {len({one.indicator_id for one, _, _ in found})} cards: {found[:3]}"
    )


# --- the kinds, one by one -------------------------------------------------------------------------------------------

INDICATOR = Indicator("a", "1", "field", "率", "%", "")


def told(one, value, scheme=None, period=R6):
    row = judged(one, seen(value, period), scheme=scheme or Scheme(), as_of=DAY)
    return explain(row, one, INDICATOR, scheme or Scheme())


def steps_of(one, value, scheme=None):
    row = judged(one, seen(value), scheme=scheme or Scheme())
    return {label: (how, result) for label, how, result in calculation(row, one, INDICATOR, scheme)}


HUNDRED = card(baseline=0.0, target=100.0)


@pytest.mark.parametrize(
    ("one", "value", "text"),
    [
        (HUNDRED, 99.96, "99.96%"), (HUNDRED, 99.9996, "99.9996%"), (HUNDRED, 99.99996, "99.9999%"),
        (HUNDRED, 100.0, "100.0%"), (HUNDRED, 100 - 1e-12, "100.0%"), (HUNDRED, 99.94, "99.9%"),
        (card(direction="decrease", baseline=80.0, target=50.0), 50.04, "50.04%"),
        (card(direction="maintain", target=None, band=(None, 50.0)), 50.04, "50.04%"),
        (card(direction="maintain", target=None, band=(60.0, None)), 59.97, "59.97%"),
        (card(decimals=0, target=82.4), 82.0, "82%"), (card(decimals=0, target=82.5), 82.5, "82.5%"),
        (card(decimals=0, target=83.0), 82.5, "82.5%"), (card(target=82.45), 82.449, "82.449%"),
        (card(target=82.45), 82.45, "82.45%"), (card(decimals=0, target=80.0), 79.9999999, "79.999%"),
        (card(), 55.004, "55.004%"), (card(decimals=0, target=5.0000004, baseline=1.0), 5.0, "4.999999999%"),
    ],
)  # fmt: skip
def test_a_value_gets_decimals_until_it_stands_on_its_side_and_then_is_cut(one, value, text):
    assert value_text(value, one, "%") == text


@pytest.mark.parametrize(
    ("one", "head"),
    [
        (card(target=82.45), "現状値55.0%(R4)→目標82.45%(R10)"),
        (card(baseline=55.125, decimals=0), "現状値55.125%(R4)→目標80%(R10)"),
        (card(direction="maintain", target=None, band=(60.25, None)), "現状値55.0%(R4)→目標60.25%以上を維持(R10)"),
        (card(target=1084620267643.856), "現状値55.0%(R4)→目標1,084,620,267,643.856%(R10)"),
    ],
)
def test_what_was_stated_is_printed_as_stated(one, head):
    assert told(one, 61.5).startswith(head)


@pytest.mark.parametrize(
    ("value", "line", "rate"),
    [
        (63.32, "計画線63.33%に対し実績63.32%", "進捗率33.28%、ペース0.998のため『概ね順調』"),
        (61.66, "計画線63.33%に対し実績61.66%", "進捗率26.64%、ペース0.799のため『進捗に遅れ』"),
        (63.3333, "計画線63.3334%に対し実績63.3333%", "ペース0.99999のため『概ね順調』"),
        (63.4, "計画線63.3%に対し実績63.4%", "進捗率33.6%、ペース1.01のため『順調』"),
        (61.5, "計画線63.3%に対し実績61.5%", "進捗率26.0%、ペース0.78のため『進捗に遅れ』"),
    ],
)
def test_a_sentence_never_prints_the_line_or_a_class_reached_that_is_not(value, line, rate):
    said = told(card(), value)
    assert line in said
    assert rate in said


def test_the_pace_in_a_formula_is_that_of_the_sentence_under_the_plans_own_thresholds():
    scheme = Scheme(thresholds={"on_track": 0.9, "mostly": 0.7})
    one = card(baseline=0.0, target=90.0)
    said = told(one, 26.9985, scheme)  # p = 0.29998, e = 1/3, r = 0.89995
    assert after("ペース", said) < Decimal("0.9")
    assert steps_of(one, 26.9985, scheme)["ペース"][1] == re.search(r"ペース([\d.]+)", said)[1]


def test_forty_by_forty_never_stands_beside_less_than_one():
    one = card(baseline=0.0, target=100.0, target_period=Period("FY", 2027))  # e = 2/5
    how, pace = steps_of(one, 39.96)["ペース"]
    assert (how, pace) == ("39.96%÷40.00%", "0.999")


@pytest.mark.parametrize(
    ("value", "scheme", "words"),
    [
        (64.96, Scheme(name="milestone"), "目安値65.0%に対し実績64.96%で目安値までの80%以上のため『概ね順調』"),
        (62.99, Scheme(name="milestone"), "目安値65.0%に対し実績62.99%で目安値までの80%未満のため『進捗に遅れ』"),
        (65.0, Scheme(name="milestone"), "目安値65.0%に対し実績65.0%で目安値を満たすため『順調』"),
        (64.2, Scheme(name="milestone", thresholds={"on_track": 0.9}), "実績64.2%で目安値までの90%以上のため『順調』"),
        (
            63.2,
            Scheme(name="milestone", thresholds={"mostly": 0.825}),
            "実績63.2%で目安値までの82.5%未満のため『進捗に遅れ』",
        ),
    ],
)
def test_a_sentence_about_a_milestone_holds_in_print(value, scheme, words):
    assert words in told(card(milestones=((R6, 65.0),)), value, scheme)


@pytest.mark.parametrize(
    ("ratio", "word"), [(89.96, "達成不十分"), (90.0, "概ね達成"), (79.96, "著しく不十分"), (99.96, "概ね達成")]
)
def test_a_ratio_never_seems_to_reach_a_class_it_misses(ratio, word):
    said = told(card(kind="annual", baseline=0.0, target=100.0), ratio, Scheme(name="achievement_ratio"))
    assert f"実績{ratio}%、達成率{ratio}%のため『{word}』" in said


@pytest.mark.parametrize(
    ("value", "since"),
    [(55.04, "+0.04ポイント(改善)"), (54.996, "−0.004ポイント(悪化)"), (55.0, "±0.0ポイント(横ばい)")],
)  # fmt: skip
def test_a_change_in_print_is_no_zero_where_it_is_called_better_or_worse(value, since):
    assert f"現状値から{since}" in told(card(target=None), value)


def test_a_value_judged_to_have_moved_away_is_printed_behind_its_baseline():
    one = card(decimals=2, baseline=-0.19, target=-0.18)
    assert "実績−0.19001%、進捗率−0.00001%で現状値より目標から離れた" in told(one, -0.19000000001)


def test_a_movement_within_a_band_is_not_called_no_movement():
    one = card(direction="maintain", target=None, band=(50.0, 70.0))
    assert "+3.0ポイント(改善でも悪化でもない)" in told(one, 58.0, Scheme(name="figures_only"))


def test_a_yearly_rate_over_months_comes_out_of_its_formula():
    one = card(target_period=Period("M", 2028, 7))
    how, result = steps_of(one, 61.5)["今後必要な動き"]
    assert how == "(80.0−61.5)÷(40÷12)年"
    assert result == "年+5.6ポイント"  # 18.5 ÷ 3.3333


@pytest.mark.parametrize(
    ("last", "words"),
    [(79.98, "79.98%(目標の −0.02ポイント"), (80.02, "80.02%(目標の +0.02ポイント"),
     (80.0, "80.0%(目標の ±0.0ポイント"), (71.0, "71.0%(目標の −9.0ポイント")],
)  # fmt: skip
def test_an_extension_and_its_gap_agree(last, words):
    points = [(Period("FY", 2024 + n), last) for n in range(2)]
    assert words in outlook(card(target_period=Period("FY", 2026)), points, "%").sentence


@pytest.mark.parametrize(
    ("shown", "unit", "texts"),
    [
        ([(3_844_000, False), (3_840_000, True)], "枚", ["384.4万枚", "384万枚"]),
        ([(3_840_400, False), (3_840_000, True)], "枚", ["384.04万枚", "384万枚"]),
        ([(104_000_000, False), (100_000_000, True)], "円", ["1.04億円", "1.0億円"]),
        ([(38_420_000, False), (41_300_000, True)], "枚", ["3,842万枚", "4,130万枚"]),
        ([(3_840_001, False), (3_840_000, True)], "枚", ["", ""]),
        ([(4_464_610, False), (4_500_000, True)], "百万円", ["", ""]),
        ([(1_282_929.6, True), (900.0, False)], "件", ["", ""]),
    ],
)
def test_labels_in_myriads_differ_where_their_figures_differ(shown, unit, texts):
    assert brief_texts(shown, unit) == texts


def test_a_chart_draws_the_labels_told_apart():
    one = card(indicator_id="i3", decimals=0, baseline=1_000_000.0, target=3_840_000.0, direction="increase")
    view = world([(one, 3_844_000.0, R6)], Scheme())
    drawn = str(trajectory(story(view, view.plan.indicators[0])))
    assert "384.4万万枚" not in drawn  # the unit is itself a magnitude
    assert "3,844,000万枚" in drawn
    view = world([(Card(**{**vars(one), "indicator_id": "i1"}), 3_844_000.0, R6)], Scheme())
    drawn = str(trajectory(story(view, view.plan.indicators[0])))
    assert "'384.4万件'" in drawn
    assert "目標\\n384万件" in drawn


def test_values_as_they_were_sent_differ_as_a_reader_finds():
    one = card()
    assert exact_text(41.2087, one, "%") == "41.2087%"
    assert exact_text(79.9999999, one, "%") == "79.999999%"
    assert difference_text(65.0, 42.53, one, "%") == "+22.47ポイント"
    assert difference_text(82.41, 82.44, one, "%") == "−0.03ポイント"
    assert difference_text(1.0, 1.0, one, "%") == "±0.0ポイント"
    assert difference_text(1.0000001, 1.0, one, "%") == "+0.000001ポイント未満"
    assert difference_text(None, 1.0, one, "%") == "―"


def test_the_workbook_to_take_away_has_the_figures_of_the_sentence():
    view = world([(Card(**{**vars(HUNDRED), "indicator_id": "i0"}), 99.96, R6)], Scheme())
    table = indicator_table(view)
    sheet = load_workbook(io.BytesIO(to_xlsx(table, title="指標一覧"))).active
    cells = dict(zip(*([c.value for c in row] for row in sheet.iter_rows(min_row=3, max_row=4)), strict=True))
    assert (cells["今回"], cells["目標"], cells["進捗率(%)"], cells["ペース"]) == (99.96, 100, 99.96, 2.999)
    assert exported_rows(view)["0"]["ペース"] == "2.999"


def pair_of(ours, nation, decimals=0, unit="人"):
    rows = [
        {"series_id": "s", "area_code": code, "area": area, "period": "FY2024", "position": 2025.25, "value": value,
         "release": "final", "vintage": "", "confidence": "exact", "note": "", "source_title": "", "source": ""}
        for code, area, value in (("02", "青森県", ours), ("00", "全国", nation))
    ]  # fmt: skip
    series = {
        "series_id": "s", "name": "s", "topic": "", "pair": False, "definition": "", "unit": unit,
        "decimals": decimals, "direction": "increase", "small_sample": "", "source_title": "",
    }  # fmt: skip
    breaks = pd.DataFrame(columns=["series_id", "period", "reason"])
    return latest_pair(Benchmarks(pd.DataFrame([series]), pd.DataFrame(rows), breaks), "s", "02")


@pytest.mark.parametrize(
    ("ours", "nation"),
    [(77.4, 58.9), (2_500_000_000.4, 2_500_000_000.0), (41.2087912, 41.2087908),
     (1e12 + 0.5, 1e12), (0.1 + 0.2, 0.3), (58.949, 58.951)],
)  # fmt: skip
def test_a_gap_to_the_nation_is_the_difference_of_the_two_as_printed(ours, nation):
    pair = pair_of(ours, nation)
    gap = read(pair["gap_text"].removesuffix("人").lstrip("+"))
    assert amount(pair["area_text"], "人") - amount(pair["nation_text"], "人") == gap
    assert ("同じ" in pair["ahead_word"]) == (gap == 0)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([99.9996, 41.2], "%.15g"),  # with separators the framework shows three decimals at most
        ([99.96, 1234567.891], "localized"),
        ([Decimal("99.96"), None, Decimal("1405")], "localized"),
        ([Decimal("99.9996"), Decimal("1405")], "%.15g"),
    ],
)
def test_a_table_on_the_screen_rounds_no_figure(values, texts):
    def whole():
        import pandas as pd

        from pages.parts.shared.layout import grid
        from tests.kpi.test_figures import SHOWN

        grid(pd.DataFrame({"値": SHOWN}), "表")

    SHOWN[:] = values
    drawn = AppTest.from_function(whole).run()
    assert not drawn.exception
    assert json.loads(drawn.dataframe[0].proto.columns)["値"]["type_config"]["format"] == texts
    assert pd.api.types.is_float_dtype(drawn.dataframe[0].value["値"])


def test_what_was_sent_anew_is_another_value_however_small_the_difference():
    old, new = (entry_words(INDICATOR, card(), Entry("value", "", "", "", value)) for value in (82.44, 82.41))
    assert (old, new) == ("82.44%", "82.41%")


def test_areas_printed_alike_share_a_rank():
    series = {"decimals": 1, "direction": "increase", "unit": "%"}
    rows = [
        {"area_code": f"{n:02}", "area": "県", "value": v, "confidence": "exact"}
        for n, v in ((1, 41.2087912), (2, 41.2087908), (3, 40.0))
    ]
    table = _table(series, rows, rows)
    assert list(table["text"]) == ["41.208791%", "41.208791%", "40.000000%"]
    assert list(table["rank"]) == [1, 1, 3]


def test_progress_rates_that_stand_below_one_another_have_one_number_of_decimals_and_keep_their_side():
    for scheme in SCHEMES:
        state = world([case(number, scheme) for number in range(60)], scheme)
        told = {i.id: (summary(state, i).progress, state.figures(i.id).progress) for i in state.plan.indicators}
        rates = {one: (read(text.removesuffix("%")), whole) for one, (text, whole) in told.items() if text != "―"}
        assert rates
        assert {digits(listed) for listed, _ in rates.values()} == {1}
        for one, (listed, whole) in rates.items():
            assert abs(listed - whole) <= Decimal("0.1"), one
            assert [(listed >= stop) for stop in (0, 100)] == [(whole >= stop) for stop in (0, 100)], one
        assert {one for one, (_, whole) in told.items() if whole is None} == told.keys() - rates.keys()
