"""The chart grammar, read from the finished specifications: what is drawn, from where, in which words."""

import json
import math
import re
from datetime import date
from itertools import pairwise

import altair as alt
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import ValidationError

from kpi.charts.comparison import gaps, history, ranking
from kpi.charts.gantt import gantt
from kpi.charts.placement import Box, place, samples, text_width
from kpi.charts.theme import (
    ACTUAL,
    BAND,
    FONT,
    INK,
    NATION,
    domain,
    number_axis,
    period_axis,
    spread,
    time_span,
)
from kpi.charts.trajectory import trajectory
from kpi.initiatives.half_year_review import Span
from kpi.initiatives.lanes import Lane, calendar_of
from kpi.period import Period
from kpi.story import Point, Story

FY = {year: Period("FY", year) for year in range(2018, 2030)}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


def point(year, value, note="", release="final", segment=0):
    return Point(FY[year], value, f"{value:g}%", note, release, segment)


def full_story(**more):
    """55 in R4 towards 80 in R10, a milestone, two values, the nation, an outlook."""
    parts = {
        "actual": (point(2023, 60.0), point(2024, 65.0, "速報・未確認")),
        "baseline": point(2022, 55.0, "現状値"),
        "target": point(2028, 80.0, "目標"),
        "path": (point(2022, 55.0), point(2026, 72.0), point(2028, 80.0)),
        "nation": (point(2022, 58.0, "全国"), point(2024, 61.0, "全国")),
        "outlook": ((FY[2024], 65.0, 65.0, 65.0), (FY[2028], 84.0, 79.0, 90.0)),
        "span": (FY[2023], FY[2028]),
    }
    return Story("%", **(parts | more))


def spec(chart):
    """The specification, each layer with its own rows; strict JSON, so no NaN and no infinity can hide in it."""
    drawn = json.loads(json.dumps(chart, allow_nan=False))
    for layer in drawn["layer"]:
        layer["rows"] = layer["data"]["values"]
    return drawn


def marks(drawn, kind, **style):
    """The layers of a mark type whose mark has this style."""
    return [
        layer
        for layer in drawn["layer"]
        if layer["mark"]["type"] == kind and all(layer["mark"].get(k) == v for k, v in style.items())
    ]


def words(drawn):
    """Every text layer's words with where they stand."""
    found = []
    for layer in marks(drawn, "text"):
        key = layer["encoding"]["text"]["field"]
        found += [(row[key], row.get("value"), layer["mark"].get("dy", 0)) for row in layer["rows"]]
    return found


def pairs(layer):
    return [(row["position"], row["value"]) for row in layer["rows"]]


# --- the grammar of one indicator ---


def test_a_part_of_a_year_is_drawn_on_no_line_and_says_that_it_is_one():
    half = Point(Period("H", 2025, 1), 75.0, "75%", "確定・年度の途中の値")
    drawn = spec(trajectory(full_story(parts=(half,))))
    spot = (half.period.position, 75.0)
    assert all(spot not in pairs(layer) for layer in marks(drawn, "line"))
    (mark,) = marks(drawn, "point", shape="square")
    assert pairs(mark) == [spot]
    assert mark["rows"][0]["備考"] == "確定・年度の途中の値"
    assert "75%(年度の途中)" in [text for text, _, _ in words(drawn)]
    alone = Story("%", parts=(half,))
    assert alone.drawable
    assert spec(trajectory(alone))["title"]["text"] == "県の実績値は年度途中のものだけです"


def test_the_actual_line_is_solid_and_starts_at_the_baseline():
    (line,) = marks(spec(trajectory(full_story())), "line", color=ACTUAL, strokeWidth=3)
    assert "strokeDash" not in line["mark"]
    assert pairs(line) == [(2023.25, 55.0), (2024.25, 60.0), (2025.25, 65.0)]


def test_the_baseline_is_a_white_dot_with_a_dark_rim():
    (dot,) = marks(spec(trajectory(full_story())), "point", fill="#ffffff", stroke=INK)
    assert pairs(dot) == [(2023.25, 55.0)]


def test_the_target_is_a_flag_on_a_pole():
    drawn = spec(trajectory(full_story()))
    (pole,) = marks(drawn, "rule")
    flags = [layer for layer in marks(drawn, "point") if str(layer["mark"].get("shape", "")).startswith("M")]
    assert [pairs(layer) for layer in (pole, *flags)] == [[(2029.25, 80.0)]] * 2


def test_the_planned_line_is_dashed_and_goes_over_the_milestones():
    (line,) = marks(spec(trajectory(full_story())), "line", color=INK)
    assert line["mark"]["strokeDash"]
    assert [value for _, value in pairs(line)] == [55.0, 72.0, 80.0]


def test_the_nation_is_thin_and_grey():
    drawn = spec(trajectory(full_story()))
    (nation,) = marks(drawn, "line", color=NATION)
    (actual,) = marks(drawn, "line", color=ACTUAL, strokeWidth=3)
    assert nation["mark"]["strokeWidth"] < actual["mark"]["strokeWidth"]


def test_the_outlook_is_a_pale_band_with_a_dotted_line():
    drawn = spec(trajectory(full_story()))
    (band,) = marks(drawn, "area", color=BAND)
    assert [(row["low"], row["high"]) for row in band["rows"]] == [(65.0, 65.0), (79.0, 90.0)]
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    dashes = [line["mark"].get("strokeDash") for line in marks(drawn, "line", color=ACTUAL)]
    assert [2, 3] in dashes


def test_the_band_lies_under_everything_and_the_actual_line_over_the_nation():
    drawn = spec(trajectory(full_story()))
    order = [(layer["mark"]["type"], layer["mark"].get("color")) for layer in drawn["layer"]]
    assert order[0] == ("area", BAND)
    assert order.index(("line", NATION)) < order.index(("line", INK))


def test_a_forecast_is_a_hollow_dot_and_never_part_of_the_line():
    told = full_story(actual=(point(2023, 60.0), point(2025, 70.0, "見込", "forecast")))
    drawn = spec(trajectory(told))
    (line,) = marks(drawn, "line", color=ACTUAL, strokeWidth=3)
    assert 70.0 not in [value for _, value in pairs(line)]
    dots = next(layer for layer in marks(drawn, "point", stroke=ACTUAL) if layer["mark"]["size"] == 70)
    assert [row["hollow"] for row in dots["rows"]] == [False, False, True]
    assert dots["encoding"]["color"]["condition"] == {"test": "datum.hollow", "value": "#ffffff"}


def test_only_forecasts_draw_dots_and_no_line():
    told = Story("%", actual=(point(2025, 70.0, "見込", "forecast"),))
    drawn = spec(trajectory(told))
    assert marks(drawn, "line") == []
    assert len(marks(drawn, "point")) == 1


def test_no_line_is_drawn_across_a_break():
    nation = (point(2020, 50.0), point(2021, 52.0), point(2022, 40.0, segment=1), point(2023, 41.0, segment=1))
    (line,) = marks(spec(trajectory(full_story(nation=nation))), "line", color=NATION)
    assert line["encoding"]["detail"]["field"] == "segment"
    assert [row["segment"] for row in line["rows"]] == [0, 0, 1, 1]


def test_a_baseline_at_or_after_the_first_value_does_not_bend_the_line_back():
    told = full_story(baseline=point(2023, 55.0))
    assert [p.period.year for p in told.walked] == [2023, 2024]


def test_labels_stand_beside_the_lines_and_no_legend_far_away():
    drawn = spec(trajectory(full_story()))
    assert {w for w, *_ in words(drawn)} == {"目標\n80%", "単純延長", "65%(未確認)", "全国 61%", "現状値 55%"}
    assert drawn["config"]["legend"] == {"disable": True}


def test_the_small_chart_says_less_and_keeps_the_grammar():
    big, small = spec(trajectory(full_story())), spec(trajectory(full_story(), height=150, compact=True))
    assert {w for w, *_ in words(small)} == {"目標\n80%", "65%", "全国"}
    kinds = [[(la["mark"]["type"], la["mark"].get("strokeDash")) for la in d["layer"]] for d in (big, small)]
    assert [k for k in kinds[0] if k[0] != "text"] == [k for k in kinds[1] if k[0] != "text"]
    assert small["height"] == 150
    ticks = [d["layer"][0]["encoding"]["x"]["axis"]["values"] for d in (big, small)]
    assert len(ticks[1]) < len(ticks[0])


@pytest.mark.parametrize("end", [80.0, 80.05, 79.9])
def test_target_and_extension_keep_their_words_apart_where_they_meet(end):
    told = full_story(outlook=((FY[2024], 65.0, 65.0, 65.0), (FY[2028], end, 79.0, 81.0)))
    drawn = spec(trajectory(told, height=300))
    at = {w: value for w, value, _ in words(drawn)}
    low, high = drawn["layer"][-1]["encoding"]["y"]["scale"]["domain"]
    pixels = abs(at["目標\n80%"] - at["単純延長"]) / (high - low) * (300 - 58)
    assert pixels >= 23.9  # a word of two lines and one of one, 16 pixels a line


def offsets(drawn):
    """How far from its point each word inside the drawing stands: {word: ((narrow dx, dy), (wide dx, dy))}."""
    found = {}
    for layer in marks(drawn, "text"):
        if isinstance(layer["mark"].get("dx"), dict):
            dx, dy = (re.fullmatch(r"width < \d+ \? (-?\d+) : (-?\d+)", layer["mark"][k]["expr"]) for k in ("dx", "dy"))
            found[layer["rows"][0]["label"]] = tuple((int(dx[n]), int(dy[n])) for n in (1, 2))
    return found


def test_a_value_is_marked_as_unconfirmed_at_every_width():
    (last,) = [m for m in marks(spec(trajectory(full_story())), "text") if m["rows"][0]["label"] == "65%(未確認)"]
    assert last["encoding"]["text"]["field"] == "label"
    assert "condition" not in last["encoding"]["text"]


@pytest.mark.parametrize("value", [41_300_000.0, 47_900_000.0, 36_100_000.0])
def test_no_word_inside_the_drawing_reaches_over_the_value_axis_however_early_its_point(value):
    brief = f"{value / 1e4:,.0f}万枚"
    told = Story(
        "枚",
        actual=(Point(FY[2023], value, brief, "未確認"),),
        baseline=Point(FY[2022], 48_200_000.0, "4,820万枚"),
        target=Point(FY[2028], 36_000_000.0, "3,600万枚"),
        path=(Point(FY[2022], 48_200_000.0, ""), Point(FY[2028], 36_000_000.0, "")),
    )
    left, right = time_span(told)
    for (narrow, wide), period in zip(offsets(spec(trajectory(told))).values(), (FY[2023], FY[2022]), strict=True):
        share = (period.position - left) / (right - left)
        assert narrow[0] + share * 230 >= -1
        assert wide[0] + share * 460 >= -1


def test_a_word_under_the_lowest_point_stays_off_the_axis_where_lines_over_the_chart_take_of_its_height():
    told = Story(
        "千円/人",
        baseline=Point(FY[2022], 6480.0, "6,480千円/人"),
        target=Point(FY[2026], 7100.0, "7,100千円/人"),
        path=(Point(FY[2022], 6480.0, ""), Point(FY[2026], 7100.0, "")),
    )
    assert told.lack
    inside = 154  # as measured of a chart of 260 pixels with a unit and a line over it
    low, high = domain([6480.0, 7100.0])
    at = (high - 6480.0) / (high - low) * inside
    for _, down in next(iter(offsets(spec(trajectory(told, height=260))).values())):
        assert at + down + 8 <= inside - 2


def test_a_chart_without_the_prefecture_says_so_and_names_the_nation_s_line():
    only = spec(trajectory(Story("%", nation=(point(2022, 58.0), point(2024, 61.0)))))
    assert only["title"]["text"] == "県の値はまだありません(全国のみ)"
    assert {w for w, *_ in words(only)} == {"全国 61%"}
    planned = spec(trajectory(full_story(actual=(), outlook=())))
    assert planned["title"]["text"] == "県の実績値はまだありません"
    assert "title" not in spec(trajectory(full_story()))


def test_the_axis_of_time_has_ticks_under_the_first_values_of_another_kind_too():
    told = Story("%", nation=(Point(Period.parse("2020-03-01"), 60.0, "60%"),), span=(FY[2023], FY[2028]))
    ticks = spec(trajectory(told, compact=False))["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert min(ticks) < FY[2022].position


# --- words beside points ---


def test_a_word_stands_over_its_point_where_nothing_is_in_the_way():
    box = place((100.0, 100.0), "65%", taken=(), drawn=(), frame=(300.0, 200.0))
    assert box.middle < 100 - box.height / 2
    assert box.left <= 100 <= box.left + box.width


def test_a_word_moves_off_lines_and_other_words():
    rising = samples([(0.0, 200.0), (100.0, 100.0), (300.0, 60.0)])
    first = place((100.0, 100.0), "1,234件", taken=(), drawn=rising, frame=(300.0, 220.0))
    assert not any(first.holds(spot) for spot in rising)
    second = place((104.0, 98.0), "全国 1,300件", taken=[first], drawn=rising, frame=(300.0, 220.0))
    assert first.overlap(second) == 0
    assert not any(second.holds(spot) for spot in rising)


@given(st.floats(0, 230), st.floats(0, 240), st.text("0123456789,.%万件", min_size=1, max_size=9))
def test_a_word_stays_inside_the_drawing_wherever_its_point_is(x, y, said):
    frame = (285.0, 242.0)
    assert place((x, y), said, taken=(), drawn=(), frame=frame).outside(frame) <= 0.001


def test_the_width_of_a_word_is_that_of_its_widest_line():
    assert text_width("目標\n3,600万枚") == text_width("3,600万枚") > text_width("目標")


def test_samples_lie_close_enough_that_no_word_slips_between_them():
    found = samples([(0.0, 0.0), (100.0, 30.0)])
    assert max(abs(b[0] - a[0]) for a, b in pairwise(found)) < 7
    assert samples([]) == []
    assert Box(0.0, 0.0, 10.0).overlap(Box(20.0, 0.0, 10.0)) == 0


def test_both_calendars_stand_on_the_axis_of_time():
    axis = spec(trajectory(full_story()))["layer"][0]["encoding"]["x"]["axis"]
    assert "'2025.250':['R6','2024']" in axis["labelExpr"]
    assert 2025.25 in axis["values"]


def test_what_the_tooltip_calls_its_rows_is_japanese():
    drawn = spec(trajectory(full_story()))
    tips = [tip.get("title", tip["field"]) for layer in drawn["layer"] for tip in layer["encoding"].get("tooltip", [])]
    assert set(tips) == {"期間", "値", "備考"}
    texts = {row["備考"] for layer in marks(drawn, "point") for row in layer["rows"] if "備考" in row}
    assert "速報・未確認" in texts
    assert "" not in texts


def test_what_has_nothing_to_tell_under_the_pointer_tells_nothing():
    """The drawing library would show the names of the columns."""
    for chart in (trajectory(full_story()), gaps(gap_table((50.0, 60.0)), area_name="青森県")):
        assert spec(chart)["config"]["mark"]["tooltip"] is None


# --- what must never raise, and never show a number that is none ---

AWKWARD = {
    "one value": Story("%", actual=(point(2024, 5.0),)),
    "only a baseline": Story("%", baseline=point(2022, 5.0)),
    "only a target": Story("%", target=point(2028, 5.0)),
    "only the nation": Story("%", nation=(point(2022, 5.0),)),
    "a path without values": full_story(actual=(), nation=(), outlook=()),
    "a path of one point": full_story(path=(point(2028, 80.0),)),
    "values but no path": full_story(path=(), baseline=None, target=None),
    "flat": full_story(actual=(point(2023, 55.0), point(2024, 55.0)), target=point(2028, 55.0), path=(), outlook=()),
    "all zero": Story("件", actual=(point(2023, 0.0), point(2024, 0.0))),
    "negative": Story("万円", actual=(point(2023, -5.0), point(2024, -8.0)), target=point(2028, -1.0)),
    "huge": Story("円", actual=(point(2023, 1.2e12), point(2024, 3.4e12)), target=point(2028, 9e12)),
    "tiny": Story("件", actual=(point(2023, 1e-9), point(2024, 2e-9))),
    "periods of many kinds": Story(
        "件",
        actual=tuple(Point(Period.parse(c), 1.0, "1件") for c in ("FY2022", "CY2023", "2024-09", "2024-12-25")),
        target=Point(Period.parse("FY2025H1"), 2.0, "2件"),
    ),
    "half years only": Story("件", actual=tuple(Point(Period("H", 2024, n), float(n), "件") for n in (1, 2))),
}


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("told", AWKWARD.values(), ids=AWKWARD)
def test_every_part_may_lack_and_every_value_may_be_awkward(told, compact):
    assert told.drawable
    drawn = spec(trajectory(told, compact=compact))
    assert all(v is not None for layer in drawn["layer"] for row in layer["rows"] for v in row.values())
    for name in ("x", "y"):
        low, high = drawn["layer"][0]["encoding"][name]["scale"]["domain"]
        assert low < high
    assert "nan" not in json.dumps(drawn).lower()


def test_nothing_to_draw_is_said_beforehand():
    assert not Story("%", span=(FY[2023], FY[2028])).drawable


finite = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-6)


@given(st.lists(finite, min_size=1, max_size=30))
@example([1e12, 1e12 - 1e-4])
def test_the_value_axis_holds_every_value_with_room(values):
    low, high = domain(values)
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert low < high
    assert low <= min(values)
    assert max(values) < high
    # Zero is the axis's foot only where the data come close to it; a negative axis is never invented.
    assert low >= 0 or min(values) < 0


@given(st.lists(st.floats(-1e6, 1e6), max_size=12), st.floats(0.001, 1e4))
def test_spread_keeps_order_and_distance(values, gap):
    placed = spread(values, gap)
    order = sorted(range(len(values)), key=values.__getitem__)
    for before, after in pairwise(order):
        assert placed[after] - placed[before] >= gap * (1 - 1e-6) - 1e-6


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12).map(sorted))
def test_spread_leaves_alone_what_lies_apart(values):
    apart = [value + index * 10 for index, value in enumerate(values)]
    assert spread(apart, 5.0) == pytest.approx(apart)


def test_spread_moves_both_neighbours_and_not_only_one():
    assert spread([10.0, 10.0], 4.0) == [8.0, 12.0]
    assert spread([], 4.0) == []


def test_the_axis_of_time_is_thinned_from_the_newest_period_backwards():
    axis = period_axis([FY[y] for y in (2020, 2021, 2022, 2023, 2024)], every=2).to_dict()
    assert axis["values"] == [2021.25, 2023.25, 2025.25]
    assert period_axis([FY[2024], FY[2024]]).to_dict()["values"] == [2025.25]


def test_the_unit_stands_on_the_axis():
    percent, count = number_axis("%", [99.5]).to_dict(), number_axis("件", [900]).to_dict()
    assert "+ '%'" in percent["labelExpr"]
    assert percent["title"] is None
    assert count["title"] == "単位 件"
    assert "'%'" not in count["labelExpr"]


@pytest.mark.parametrize(
    ("largest", "by", "myriad"), [(99_999, "1", ""), (160_000, "10000", "万"), (2e8, "1e+08", "億")]
)
def test_all_labels_of_an_axis_are_in_the_one_magnitude_of_its_largest_value(largest, by, myriad):
    told = number_axis("件", [1.0, -largest]).to_dict()["labelExpr"]
    assert f"datum.value / {by}," in told
    assert f"+ '{myriad}'" in told


def test_an_axis_in_a_unit_that_is_a_magnitude_has_plain_numbers():
    assert "万" not in number_axis("百万円", [4_371_734.0]).to_dict()["labelExpr"]
    assert "万" not in number_axis("千円/人", [640_000.0]).to_dict()["labelExpr"]


def test_whole_numbers_have_whole_ticks():
    assert number_axis("市町村", [6.0]).to_dict()["tickMinStep"] == 1
    assert "tickMinStep" not in number_axis("%", [57.9, 60.0]).to_dict()


def test_a_chart_of_samples_says_so_in_the_drawing_itself():
    assert spec(trajectory(full_story(sample=True)))["title"]["text"] == "サンプル"
    assert spec(trajectory(full_story(sample=True, actual=(), outlook=())))["title"]["text"].startswith("サンプル　")


def test_the_axis_of_an_indicator_has_the_magnitude_of_what_it_shows():
    told = Story("件", actual=(Point(FY[2024], 118_400.0, ""),), baseline=Point(FY[2022], 84_000.0, ""))
    axis = spec(trajectory(told))["layer"][0]["encoding"]["y"]["axis"]
    assert "+ '万'" in axis["labelExpr"]


# --- the prefecture beside the nation ---


def gap_table(*values):
    rows = [
        {
            "name": f"統計{n}", "area_value": a, "nation_value": b, "area_text": f"{a:g}%", "nation_text": f"{b:g}%",
            "gap_text": f"{a - b:+g}ポイント",
        }
        for n, (a, b) in enumerate(values)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "area_value", "nation_value", "area_text", "nation_text", "gap_text"])


def rank_table(values=(90.0, 70.0, 50.0), codes=("13", "02", "00")):
    return pd.DataFrame(
        {
            "area": list(codes),
            "label": [f"{n}位 {c}" for n, c in enumerate(codes, 1)],
            "value": list(values),
            "text": [f"{v:g}%" for v in values],
        }
    )


def past(*rows):
    made = [
        {
            "area": area, "period": FY[year].code, "position": FY[year].position, "value": value, "text": f"{value:g}%",
            "segment": segment, "note": "―",
        }
        for area, year, value, segment in rows
    ]  # fmt: skip
    return pd.DataFrame(made)


def history_chart(table, **more):
    return history(table, **({"unit": "%", "area_code": "02", "area_name": "青森県"} | more))


TWO_LINES = past(("00", 2022, 60.0, 0), ("00", 2023, 61.0, 0), ("02", 2022, 55.0, 0), ("02", 2023, 61.1, 1))


def test_a_gap_is_two_dots_on_one_line_in_the_order_given():
    drawn = spec(gaps(gap_table((60.0, 70.0), (80.0, 75.0)), area_name="青森県"))
    (rule,) = marks(drawn, "rule")
    assert (rule["encoding"]["x"]["field"], rule["encoding"]["x2"]["field"]) == ("area_value", "nation_value")
    assert rule["encoding"]["y"]["sort"] == ["統計0", "統計1"]
    assert {m["mark"].get("shape", "circle") for m in marks(drawn, "point")} == {"circle", "diamond"}


def test_the_two_numbers_of_a_gap_stand_on_opposite_sides():
    drawn = spec(gaps(gap_table((60.0, 70.0), (80.0, 75.0)), area_name="青森県"))
    side = {
        (row["name"], layer["encoding"]["text"]["field"]): layer["mark"]["align"]
        for layer in marks(drawn, "text")
        if layer["encoding"]["text"]["field"] != "name"
        for row in layer["rows"]
    }
    # The larger number stands to the right of its dot, the smaller to the left of its own.
    assert side[("統計0", "area_text")] == "right"
    assert side[("統計0", "nation_text")] == "left"
    assert side[("統計1", "area_text")] == "left"
    assert side[("統計1", "nation_text")] == "right"


@pytest.mark.parametrize("values", [(), ((50.0, 50.0),), ((-3.0, 120.0),)], ids=["none", "equal", "outside 0-100"])
def test_gaps_hold_whatever_comes(values):
    drawn = spec(gaps(gap_table(*values), area_name="青森県"))
    low, high = marks(drawn, "rule")[0]["encoding"]["x"]["scale"]["domain"]
    assert low <= min([0.0, *(v for pair in values for v in pair)])
    assert high >= max([100.0, *(v for pair in values for v in pair)])


def test_bars_start_at_zero():
    (bars,) = marks(spec(ranking(rank_table(), unit="%", area="02", nation="00")), "bar")
    assert bars["encoding"]["x"]["scale"]["zero"] is True
    assert "domain" not in bars["encoding"]["x"]["scale"]
    assert "x2" not in bars["encoding"]


def test_our_bar_and_the_nations_are_marked_by_colour_and_the_order_is_the_tables():
    (bars,) = marks(spec(ranking(rank_table(), unit="件", area="02", nation="00")), "bar")
    assert bars["encoding"]["y"]["sort"] == ["1位 13", "2位 02", "3位 00"]
    assert [c["value"] for c in bars["encoding"]["color"]["condition"]] == [ACTUAL, NATION]
    assert bars["encoding"]["color"]["condition"][0]["test"] == {"field": "area", "equal": "02"}


@pytest.mark.parametrize("values", [(5.0,), (0.0,), (-2.0, -9.0), (4e12, 1.0)])
def test_a_ranking_holds_whatever_comes(values):
    codes = ("02", "00")[: len(values)]
    drawn = spec(ranking(rank_table(values, codes), unit="件", area="02", nation="00"))
    assert [row["value"] for row in marks(drawn, "bar")[0]["rows"]] == list(values)


def test_history_is_one_line_an_area_cut_at_each_break():
    drawn = spec(history_chart(TWO_LINES))
    nation, ours = marks(drawn, "line")
    assert (nation["mark"]["color"], ours["mark"]["color"]) == (NATION, ACTUAL)
    assert nation["mark"]["strokeWidth"] < ours["mark"]["strokeWidth"]
    assert [row["segment"] for row in ours["rows"]] == [0, 1]
    assert all(line["encoding"]["detail"]["field"] == "segment" for line in (nation, ours))


def test_history_names_each_line_at_its_end_and_keeps_the_names_apart():
    drawn = spec(history_chart(TWO_LINES, height=260))
    at = {word: value for word, value, _ in words(drawn)}
    assert set(at) == {"全国 61%", "青森県 61.1%"}
    low, high = drawn["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert (at["青森県 61.1%"] - at["全国 61%"]) / (high - low) * 260 >= 16.9


def test_history_moves_words_and_never_dots():
    drawn = spec(history_chart(TWO_LINES))
    assert sorted(row["value"] for layer in marks(drawn, "point") for row in layer["rows"]) == [55.0, 60.0, 61.0, 61.1]


@pytest.mark.parametrize(
    "table",
    [
        past(("02", 2024, 5.0, 0)),
        past(("00", 2024, 5.0, 0)),
        past(("02", 2022, 5.0, 0), ("02", 2023, 5.0, 0)),
        past(("02", 2022, -5e11, 0), ("00", 2023, 3e12, 0)),
    ],
    ids=["one value", "only the nation", "flat", "huge and negative"],
)
def test_history_holds_whatever_comes(table):
    drawn = spec(history_chart(table))
    low, high = drawn["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < min(table["value"]) <= max(table["value"]) < high


H = {code: Period.parse(f"FY{code}") for code in ("2024H1", "2025H2", "2026H1")}
LANE = Lane(
    "one",
    "1　取組",
    Span(H["2024H1"], H["2025H2"]),
    Span(H["2024H1"], H["2026H1"]),
    Span(H["2025H2"], H["2026H1"]),
    tuple(
        (H[of], code, H[of].label) for of, code in (("2024H1", "considering"), ("2025H2", "late"), ("2026H1", "done"))
    ),
    "1半期遅らせた",
    "工程は未設定",
    "R8上期 完了",
)
EVERY_CHART = {
    "trajectory": trajectory(full_story()),
    "compact": trajectory(full_story(), compact=True),
    "gaps": gaps(gap_table((60.0, 70.0)), area_name="青森県"),
    "ranking": ranking(rank_table(), unit="%", area="02", nation="00"),
    "history": history_chart(TWO_LINES),
    "gantt": gantt((LANE,), calendar_of((LANE,), FY[2024], FY[2028], date(2026, 11, 21))),
}


_ALL_PARTS = full_story(
    parts=(Point(Period("FY", 2025, 1), 30.0, "30%", "年度の途中"),),
    actual=(point(2023, 60.0), point(2024, 65.0, "速報"), point(2025, 70.0, "見込", release="forecast")),
    sample=True,
)


@pytest.mark.parametrize("chart", [*EVERY_CHART.values(), trajectory(_ALL_PARTS)], ids=[*EVERY_CHART, "all parts"])
def test_every_chart_is_of_the_grammar(chart):
    """The screens take it as finished: whether it is, is asked here alone."""
    drawn = json.loads(json.dumps(chart))
    alt.LayerChart.from_dict(drawn)  # raises for what is not
    drawn["layer"][0]["encoding"]["x"] = {"field": "position", "type": "no such type"}
    with pytest.raises(ValidationError):
        alt.LayerChart.from_dict(drawn)


def test_equal_stories_and_tables_have_one_drawing_and_others_their_own():
    assert trajectory(full_story()) is trajectory(full_story())
    assert trajectory(full_story()) is not trajectory(full_story(), compact=True)
    assert trajectory(full_story(name="別の指標", sample=True)) != trajectory(full_story())
    assert gaps(gap_table((60.0, 70.0)), area_name="青森県") is EVERY_CHART["gaps"]
    assert gaps(gap_table((60.0, 71.0)), area_name="青森県") != EVERY_CHART["gaps"]
    assert gaps(gap_table((60.0, 70.0)), area_name="秋田県") != EVERY_CHART["gaps"]


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_every_chart_wears_the_house_clothes(chart):
    drawn = spec(chart)
    config = drawn["config"]
    assert config["font"] == FONT
    assert config["locale"]["number"]["thousands"] == ","
    assert config["locale"]["time"]["months"][0] == "1月"
    assert config["axis"]["labelColor"] == INK
    assert config["view"]["stroke"] is None
    assert drawn["width"] == "container"


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_no_title_that_people_read_is_a_column_name(chart):
    drawn = spec(chart)
    shown = []
    for layer in drawn["layer"]:
        code = layer["encoding"]
        shown += [tip.get("title", tip["field"]) for tip in code.get("tooltip", [])]
        for name in {"x", "y"} & code.keys():  # a line over all rows has no y
            axis = code[name].get("axis", {})
            if axis is not None and "field" in code[name]:
                title = (axis or {}).get("title", code[name]["field"])
                shown += [title] if title else []
    assert all(JAPANESE.search(word) for word in shown), shown


@pytest.mark.parametrize("chart", EVERY_CHART.values(), ids=EVERY_CHART)
def test_a_chart_uses_at_most_five_colours_beside_white(chart):
    told = json.dumps(spec(chart)["layer"])
    assert len(set(re.findall(r"#[0-9a-fA-F]{6}", told)) - {"#ffffff"}) <= 5


def test_a_ranking_names_its_unit_at_the_bars_and_nowhere_under_them():
    table = pd.DataFrame({"area": ["02"], "label": ["青森県 1位"], "value": [2704.0], "text": ["2,704千円"]})
    drawn = spec(ranking(table, unit="千円", area="02", nation="00"))
    assert [layer["encoding"]["x"]["axis"]["title"] for layer in drawn["layer"]] == [None, None]


def test_ends_of_different_dates_carry_their_dates_and_those_of_one_date_do_not():
    def ends(nation_until):
        rows = [("02", "FY2022", 191.9), ("00", "FY2022", 269.2), ("00", nation_until, 274.7)]
        table = pd.DataFrame(
            {
                "area": [area for area, *_ in rows],
                "period": [code for _, code, _ in rows],
                "position": [Period.parse(code).position for _, code, _ in rows],
                "value": [value for *_, value in rows],
                "text": [f"{value}人" for *_, value in rows],
                "segment": [f"{area}-0" for area, *_ in rows],
                "note": "",
            }
        )
        drawn = spec(history(table, unit="人", area_code="02", area_name="青森県"))
        return {row["word"] for layer in marks(drawn, "text") for row in layer["rows"]}

    assert ends("FY2024") == {"全国 274.7人(R6)", "青森県 191.9人(R4)"}
    assert ends("FY2021") == {"全国 269.2人", "青森県 191.9人"}
