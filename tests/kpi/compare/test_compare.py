"""Gaps, trends and ranks beside the nation: hand-worked cases, the traps of the figures, and what must always hold."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.compare.gaps import gap_trend, history, latest_pair, not_comparable, pairs, sentence
from kpi.compare.published import BREAK_COLUMNS, SERIES_COLUMNS, VALUE_COLUMNS, Benchmarks, number_text, segments
from kpi.compare.ranks import ranking
from kpi.period import Period
from loaders.benchmarks.benchmark_files import AREAS, load_benchmarks
from tests import ROOT

DATA = ROOT / "data" / "benchmarks"
OURS, NATION = "02", "00"


@pytest.fixture(scope="module")
def published():
    return load_benchmarks(DATA)[0]


def value(area, period, number, **changes):
    row = {
        "series_id": "s",
        "area_code": area,
        "area": AREAS.get(area, "町"),
        "period": period,
        "position": Period.parse(period).position if period else float("nan"),
        "value": float(number),
        "release": "",
        "vintage": "",
        "source_title": "調査",
        "source": "",
        "confidence": "exact",
        "note": "",
    }
    return row | changes


def made(*values, breaks=(), **series):
    one = {
        "series_id": "s",
        "name": "利用率",
        "topic": "",
        "definition": "定義",
        "unit": "%",
        "decimals": 1,
        "direction": "increase",
        "source_title": "調査",
        "small_sample": "",
        "note": "",
        "pair": False,
    }
    return Benchmarks(
        pd.DataFrame([one | series], columns=list(SERIES_COLUMNS)),
        pd.DataFrame(list(values), columns=list(VALUE_COLUMNS)),
        pd.DataFrame([("s", *b) for b in breaks], columns=list(BREAK_COLUMNS)),
    )


def both(period, ours, nation, **changes):
    return value(OURS, period, ours, **changes), value(NATION, period, nation, **changes)


# The eight pairs, worked by hand from the plan's page.
EIGHT = [
    ("sme-dx-awareness", "77.4%", "58.9%", "+18.5ポイント", "県が上回る", "令和4年度(2022年度)"),
    ("sme-digital", "76.9%", "91.8%", "−14.9ポイント", "県が下回る", "令和4年度(2022年度)"),
    ("doctors-facility", "212.5人", "256.6人", "−44.1人", "県が下回る", "令和2年12月31日(2020年)"),
    ("school-system", "49.4%", "81.0%", "−31.6ポイント", "県が下回る", "令和4年3月1日(2022年)"),
    ("fiber-coverage", "99.98%", "99.72%", "+0.26ポイント", "県が上回る", "時点の記載なし"),
    ("5g-coverage", "89.5%", "93.2%", "−3.7ポイント", "県が下回る", "時点の記載なし"),
    ("internet-use", "75.2%", "84.9%", "−9.7ポイント", "県が下回る", "令和4年(2022年)(推定)"),
    ("smartphone-plan", "66.7%", "83.6%", "−16.9ポイント", "県が下回る", "時点の記載なし"),
]


def test_the_eight_pairs_stand_as_the_plan_gives_them_and_in_its_order(published):
    table = pairs(published, OURS, only_plan=True)
    columns = ["series_id", "area_text", "nation_text", "gap_text", "ahead_word", "period_label"]
    assert list(table[columns].itertuples(index=False, name=None)) == EIGHT
    assert set(table["confidence"]) == {"plan"}
    assert sentence(table) == "8組のうち2組で全国を上回り、6組で下回ります。時点が分かるのは5組です。"


def test_pairs_beyond_the_plan_follow_and_what_cannot_be_compared_has_a_reason(published):
    table, rest = pairs(published, OURS), not_comparable(published, OURS)
    assert list(table["series_id"][:8]) == [row[0] for row in EIGHT]
    assert len(table) + len(rest) == len(published.series)
    reasons = dict(zip(rest["series_id"], rest["reason"], strict=True))
    assert reasons["mynumber-held"] == "県の値がない"
    assert reasons["online-procedures-32"] == "全国の値がない"


def test_no_number_is_made_up(published):
    """Every value in pairs, histories and rankings stands in the file."""
    known = set(
        zip(published.values["series_id"], published.values["area_code"], published.values["value"], strict=True)
    )
    for row in pairs(published, OURS).to_dict("records"):
        assert (row["series_id"], OURS, row["area_value"]) in known
        assert (row["series_id"], NATION, row["nation_value"]) in known
    for series in published.series["series_id"]:
        drawn = history(published, series, [OURS, NATION])
        filed = published.values[published.values["series_id"] == series]
        filed = filed[filed["area_code"].isin([OURS, NATION]) & (filed["period"] != "")]
        assert set(zip(drawn["area"], drawn["period"], strict=True)) == set(
            zip(filed["area_code"], filed["period"], strict=True)
        )
        assert {(series, a, v) for a, v in zip(drawn["area"], drawn["value"], strict=True)} <= known
        ranked = ranking(published, series, area=OURS)
        if ranked:
            table = ranked.table
            assert {(series, a, v) for a, v in zip(table["area"], table["value"], strict=True)} <= known


def test_trap_1_cards_held_are_never_set_against_cards_issued(published):
    row = latest_pair(published, "mynumber-issued", OURS)
    assert (row["period"], row["area_text"], row["nation_text"]) == ("2022-12-31", "53.6%", "57.1%")
    assert latest_pair(published, "mynumber-held", OURS) is None


def test_trap_2_a_preliminary_value_is_not_subtracted_from_a_final_one(published):
    row = latest_pair(published, "school-system", OURS)
    assert (row["release"], row["nation_value"]) == ("final", 81.0)
    assert "全国の同じ時点の別の公表値: 79.9%(速報)" in row["notes"]
    mixed = made(value(OURS, "FY2022", 50, release="final"), value(NATION, "FY2022", 60, release="provisional"))
    assert latest_pair(mixed, "s", OURS) is None
    assert not_comparable(mixed, OURS)["reason"].tolist() == ["同じ時点・区分・公表の版の値がそろわない"]


def test_trap_2_a_pair_of_preliminary_values_says_so():
    row = latest_pair(made(*both("FY2022", 50, 60, release="provisional")), "s", OURS)
    assert "速報値" in row["notes"]


def test_trap_3_a_comparison_says_its_vintage_and_the_other_published_value(published):
    row = latest_pair(published, "income-per-capita", OURS)
    assert (row["area_text"], row["nation_text"], row["gap_text"]) == ("2,858千円", "3,330千円", "−472千円")
    assert "公表の版: SSDSE-E-2026" in row["notes"]
    assert any("2,857.544千円(令和3年度公表系列)" in note for note in row["notes"])
    restated = made(value(OURS, "FY2021", 50, vintage="初回"), value(NATION, "FY2021", 60, vintage="改定"))
    assert latest_pair(restated, "s", OURS) is None


def test_trap_3_a_line_is_not_drawn_from_one_vintage_to_another(published):
    drawn = history(published, "income-per-capita", [OURS]).set_index("period")
    assert drawn["segment"]["FY2011"] == drawn["segment"]["FY2019"]
    assert drawn["segment"]["FY2019"] != drawn["segment"]["FY2021"]
    assert drawn["segment"]["FY2021"] != drawn["segment"]["FY2022"]
    assert drawn["value"]["FY2017"] == 2614.0
    assert "2,490千円(当時の公表)" in drawn["note"]["FY2017"]


def test_trap_4_all_doctors_are_not_set_against_doctors_in_facilities(published):
    table = pairs(published, OURS).set_index("series_id")
    assert table["period"]["doctors-facility"] == "2020-12-31"
    assert table["period"]["doctors-all"] == "2010-12-31"
    assert table["gap_text"]["doctors-all"] == "−38.5人"


def test_trap_5_the_smartphone_series_keep_their_own_pairs(published):
    table = pairs(published, OURS).set_index("series_id")
    assert table["gap_text"]["smartphone-person"] == "−14.2ポイント"
    assert table["gap_text"]["smartphone-household"] == "−8.9ポイント"
    assert table["gap_text"]["internet-by-smartphone"] == "−11.6ポイント"
    assert any("定義(個人か世帯か)の記載なし" in note for note in table["notes"]["smartphone-plan"])


def test_trap_6_no_line_crosses_a_break(published):
    drawn = history(published, "internet-by-smartphone", [NATION]).set_index("period")["segment"]
    assert drawn["CY2015"] == drawn["CY2018"] != drawn["CY2022"] == drawn["CY2024"]
    around = made(*(value(NATION, f"CY{year}", year) for year in (2018, 2019, 2020)), breaks=[("CY2019", "別の調査票")])
    assert list(history(around, "s", [NATION])["segment"]) == ["00-0", "00-1", "00-1"]


def test_trap_6_the_trend_begins_after_the_break(published):
    trend = gap_trend(published, "internet-use", OURS)
    assert trend.periods == ("CY2020", "CY2022")
    assert trend.gaps == (-8.1, -9.7)
    assert trend.word == "拡大"


def test_trap_6_a_break_stands_beside_the_number(published):
    row = latest_pair(published, "fiber-coverage", OURS)
    assert any(note.startswith("系列の断絶: 令和5年度") for note in row["notes"])


def test_trap_7_the_small_sample_stands_beside_gap_trend_and_rank(published):
    assert any("793人" in note for note in latest_pair(published, "internet-use", OURS)["notes"])
    assert any("793人" in note for note in gap_trend(published, "internet-use", OURS).notes)
    assert any("793人" in note for note in ranking(published, "internet-use", area=OURS).notes)


def test_trap_8_an_inferred_date_says_so(published):
    ranked = ranking(published, "online-procedures-32", area=OURS)
    assert ranked.period_label == "令和6年7月12日(2024年)(推定)"
    assert any(note.startswith("時点は推定") for note in ranked.notes)


def test_trap_9_the_years_between_surveys_stay_empty(published):
    assert list(history(published, "learning-participation", [OURS])["period"]) == ["CY2016", "CY2021"]
    trend = gap_trend(published, "learning-participation", OURS)
    assert (trend.periods, trend.gaps, trend.word) == (("CY2016", "CY2021"), (-12.1, -14.2), "拡大")


def test_a_value_without_a_period_is_compared_only_inside_the_plans_own_pair():
    rows = both("", 99.98, 99.72, confidence="plan")
    row = latest_pair(made(*rows, pair=True), "s", OURS)
    assert (row["gap"], row["period_label"]) == (0.26, "時点の記載なし")
    assert "時点の記載なし" in row["notes"]
    assert latest_pair(made(*rows, pair=False), "s", OURS) is None
    assert latest_pair(made(*both("", 99.98, 99.72), pair=True), "s", OURS) is None
    assert history(made(*rows, pair=True), "s", [OURS]).empty


def test_the_plans_pair_shows_the_plans_values_though_a_surer_figure_differs():
    rows = (*both("FY2021", 49.4, 81.0, confidence="plan"), value(NATION, "FY2021", 81.2))
    assert latest_pair(made(*rows, pair=True), "s", OURS)["nation_value"] == 81.0
    assert latest_pair(made(*rows, pair=False), "s", OURS)["nation_value"] == 81.2
    assert list(history(made(*rows, pair=True), "s", [NATION])["value"]) == [81.2]


@pytest.mark.parametrize(
    ("better", "worse"), [("exact", "plan"), ("plan", "secondary"), ("exact", "secondary")], ids=lambda c: c
)
def test_what_was_read_at_its_origin_wins_then_the_plan_then_a_quotation(better, worse):
    for order in (1, -1):
        rows = [value(NATION, "FY2021", 1, confidence=better), value(NATION, "FY2021", 2, confidence=worse)][::order]
        assert list(history(made(*rows), "s", [NATION])["value"]) == [1.0]


def test_final_wins_over_preliminary_and_the_later_publication_over_the_earlier():
    rows = [value(NATION, "FY2021", 1, release="final"), value(NATION, "FY2021", 2, release="provisional")]
    assert list(history(made(*rows), "s", [NATION])["value"]) == [1.0]
    rows = [value(NATION, "FY2021", 1, vintage="a"), value(NATION, "FY2021", 2, vintage="b")]
    assert list(history(made(*rows), "s", [NATION])["value"]) == [2.0]


def test_a_pair_is_as_sure_as_the_less_sure_of_its_two():
    rows = (value(OURS, "FY2021", 1), value(NATION, "FY2021", 2, confidence="secondary"))
    row = latest_pair(made(*rows), "s", OURS)
    assert (row["confidence"], row["mark"]) == ("secondary", "※")
    assert "※二次資料(報道などの引用)を含む" in row["notes"]


def test_the_latest_comparable_period_is_taken_not_the_latest():
    rows = (*both("CY2020", 70, 80), *both("CY2021", 71, 80), value(NATION, "CY2023", 85), value(OURS, "CY2022", 75))
    assert latest_pair(made(*rows), "s", OURS)["period"] == "CY2021"


@pytest.mark.parametrize(
    ("direction", "ours", "nation", "ahead", "word"),
    [
        ("increase", 60, 50, "area", "県が上回る"),
        ("increase", 50, 60, "nation", "県が下回る"),
        ("decrease", 60, 50, "nation", "県が上回る(低いほど良い指標)"),
        ("decrease", 50, 60, "area", "県が下回る(低いほど良い指標)"),
        ("increase", 50, 50, "even", "県と全国が同じ"),
    ],
)
def test_the_words_say_who_is_ahead_given_the_direction(direction, ours, nation, ahead, word):
    row = latest_pair(made(*both("FY2022", ours, nation), direction=direction), "s", OURS)
    assert (row["ahead"], row["ahead_word"]) == (ahead, word)


def test_the_words_know_hokkaido_and_tokyo_are_not_ken():
    rows = (value("13", "FY2022", 60), value("01", "FY2022", 40), value(NATION, "FY2022", 50))
    assert latest_pair(made(*rows), "s", "13")["ahead_word"] == "都が上回る"
    assert latest_pair(made(*rows), "s", "01")["ahead_word"] == "道が下回る"


@pytest.mark.parametrize(
    ("gaps", "direction", "said"),
    [
        ([1, 1, -1], "increase", "3組のうち2組で全国を上回り、1組で下回ります。"),
        ([-1, -1], "increase", "2組のうち2組で全国を下回ります。"),
        ([1], "increase", "1組のうち1組で全国を上回ります。"),
        ([1, 0], "increase", "2組のうち1組で全国を上回り、1組で全国と同じです。"),
        ([0], "increase", "1組のうち1組で全国と同じです。"),
        ([1, -1], "decrease", "2組のうち1組で全国に先行し、1組で後れています。"),
        ([-1], "decrease", "1組のうち1組で全国に先行しています。"),
        ([], "increase", "全国と比べられる組はまだありません。"),
    ],
)
def test_the_head_of_the_screen(gaps, direction, said):
    tables = [pairs(made(*both("FY2022", 50 + g, 50), direction=direction), OURS) for g in gaps]
    table = pd.concat(tables) if tables else pairs(Benchmarks.empty(), OURS)
    assert sentence(table) == said + ("時点はどの組も分かっています。" if gaps else "")


@pytest.mark.parametrize(
    ("points", "word"),
    [
        ([(50, 60), (55, 60)], "縮小"),
        ([(55, 60), (50, 60)], "拡大"),
        ([(50, 60), (50.5, 60)], "横ばい"),
        ([(50, 60), (49.5, 60)], "横ばい"),
        ([(50, 60), (50.6, 60)], "縮小"),
        ([(58, 60), (65, 60)], "拡大"),
        ([(50, 60)], ""),
        ([], ""),
    ],
)
def test_the_trend_of_a_gap(points, word):
    rows = [row for n, point in enumerate(points) for row in both(f"FY{2020 + n}", *point)]
    trend = gap_trend(made(*rows), "s", OURS)
    assert trend.word == word
    assert trend.rule == "差の動きが0.5ポイント以内なら横ばい"
    assert ("入れ替わった" in trend.text) == (points == [(58, 60), (65, 60)])


def test_the_trend_of_a_count_has_a_threshold_of_its_own_and_says_so():
    rows = (*both("FY2020", 900, 1000), *both("FY2021", 909, 1000))
    trend = gap_trend(made(*rows, unit="人", decimals=0), "s", OURS)
    assert (trend.word, trend.rule) == ("横ばい", "差の動きが全国値の1%以内なら横ばい")
    assert trend.text == "全国との差は令和2年度(2020年度)の−100人から令和3年度(2021年度)の−91人で横ばい"


def test_a_trend_is_not_told_across_a_break_or_a_vintage():
    rows = (*both("FY2020", 50, 60), *both("FY2021", 55, 60))
    for cut in (
        made(*rows, breaks=[("FY2021", "推計の変更")]),
        made(*rows[:2], *(r | {"vintage": "改定"} for r in rows[2:])),
    ):
        trend = gap_trend(cut, "s", OURS)
        assert trend.word == ""
        assert trend.text.startswith("断絶や改定をまたがずに")


def test_a_trend_can_begin_at_a_period():
    rows = (*both("FY2010", 10, 60), *both("FY2020", 50, 60), *both("FY2021", 40, 60))
    assert gap_trend(made(*rows), "s", OURS).word == "縮小"
    assert gap_trend(made(*rows), "s", OURS, since="FY2020").periods == ("FY2020", "FY2021")
    assert gap_trend(made(*rows), "s", OURS, since="FY2020").word == "拡大"


def test_ties_share_a_rank_and_the_next_rank_is_skipped():
    rows = [value(code, "FY2022", v) for code, v in (("01", 90), (OURS, 80), ("03", 80), ("04", 70), (NATION, 85))]
    found = ranking(made(*rows), "s", area=OURS)
    ranks = dict(zip(found.table["area"], found.table["rank"], strict=True))
    assert {k: v for k, v in ranks.items() if k != NATION} == {"01": 1, OURS: 2, "03": 2, "04": 4}
    assert pd.isna(ranks[NATION])
    assert list(found.table["area"]) == ["01", NATION, OURS, "03", "04"]
    assert found.text == "値のある4都道府県中2位(同順位2)"
    assert "残る43都道府県は公表値の控えがなく、順位に入っていない" in found.notes
    assert list(found.table["label"])[:3] == ["北海道 1位", "全国", "青森県 2位"]


def test_a_rank_among_all_prefectures_says_47(published):
    found = ranking(published, "learning-participation", "CY2021", OURS)
    assert (found.text, found.among) == ("47都道府県中47位", 47)
    assert ranking(published, "online-procedures-32", area=OURS).text == "47都道府県中10位(同順位8)"


def test_where_less_is_better_the_least_is_first():
    rows = [value("01", "FY2022", 90), value(OURS, "FY2022", 80)]
    assert ranking(made(*rows, direction="decrease"), "s", area=OURS).rank == 1
    assert ranking(made(*rows), "s", area=OURS).rank == 2


def test_a_ranking_holds_one_release_and_one_vintage():
    rows = [value(code, "FY2022", n, release="final") for n, code in enumerate(("01", OURS, "03"))]
    rows += [value("04", "FY2022", 99, release="provisional"), value("05", "FY2022", 98, vintage="改定")]
    assert set(ranking(made(*rows), "s", area=OURS).table["area"]) == {"01", OURS, "03"}


def test_a_lone_area_has_no_rank_and_an_older_period_with_peers_is_taken(published):
    assert ranking(made(value(OURS, "FY2022", 1)), "s", area=OURS) is None
    found = ranking(published, "internet-use", area=OURS)
    assert (found.period, found.among) == ("CY2020", 39)
    assert ranking(published, "internet-use", "CY2022", OURS) is None


def test_municipalities_rank_among_those_of_their_prefecture():
    rows = [value(code, "FY2022", v) for code, v in (("02201", 46), ("02202", 35), ("03201", 99), (OURS, 89))]
    found = ranking(made(*rows), "s", area="02202")
    assert found.text == "2市町村中2位"


def test_figures_are_printed_as_published():
    assert number_text(99.98, "%", 2) == "99.98%"
    assert number_text(-44.1, "人", 1, signed=True) == "−44.1人"
    assert number_text(0.0, "ポイント", 1, signed=True) == "0.0ポイント"
    row = latest_pair(made(*both("FY2022", 99.96, 99.94)), "s", OURS)
    assert (row["area_text"], row["nation_text"], row["gap_text"]) == ("99.96%", "99.94%", "+0.02ポイント")


def test_an_unknown_series_or_area_is_nothing_not_an_error(published):
    assert latest_pair(published, "none", OURS) is None
    assert pairs(published, "47")["series_id"].tolist() == [
        "learning-participation",
        "mynumber-issued",
        "income-per-capita",
    ]
    assert pairs(published, NATION).empty
    assert history(published, "none", [OURS]).empty
    assert history(published, "internet-use", ["99"]).empty
    assert ranking(published, "none", area=OURS) is None
    assert gap_trend(published, "none", OURS).word == ""
    assert pairs(Benchmarks.empty(), OURS).empty
    assert not_comparable(Benchmarks.empty(), OURS).empty


def test_segments_count_breaks_and_vintages():
    assert segments([1, 2, 3, 4], ["a", "a", "a", "b"], [3]) == [0, 0, 1, 2]
    assert segments([], [], [3]) == []


numbers = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda v: round(v, 2))
rows_of_values = st.lists(
    st.tuples(
        st.sampled_from([OURS, NATION, "01", "13", "02201"]),
        st.sampled_from(["", "FY2019", "CY2020", "2021-03-01", "FY2022"]),
        numbers,
        st.sampled_from(["", "final", "provisional"]),
        st.sampled_from(["", "改定"]),
        st.sampled_from(["exact", "plan", "secondary"]),
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(ours=numbers, nation=numbers, direction=st.sampled_from(["increase", "decrease"]))
def test_the_gap_is_antisymmetric_and_someone_is_ahead_unless_even(ours, nation, direction):
    one = latest_pair(made(*both("FY2022", ours, nation), direction=direction), "s", OURS)
    other = latest_pair(made(*both("FY2022", nation, ours), direction=direction), "s", OURS)
    assert one["gap"] == -other["gap"]
    swapped = {"area": "nation", "nation": "area", "even": "even"}
    assert other["ahead"] == swapped[one["ahead"]]
    assert (one["ahead"] == "even") == (ours == nation)


@settings(max_examples=80, deadline=None)
@given(found=st.lists(numbers, min_size=2, max_size=47), direction=st.sampled_from(["increase", "decrease"]))
def test_a_rank_is_one_more_than_the_number_of_better_areas(found, direction):
    rows = [value(f"{n:02d}", "FY2022", v) for n, v in enumerate(found, start=1)]
    ranked = ranking(made(*rows, direction=direction), "s", area="01")
    assert ranked.among == len(found)
    for v, rank in zip(ranked.table["value"], ranked.table["rank"], strict=True):
        better = sum(w < v if direction == "decrease" else w > v for w in found)
        assert rank == better + 1


@settings(max_examples=80, deadline=None)
@given(
    rows=rows_of_values,
    breaks=st.lists(st.sampled_from(["CY2020", "FY2022"]), max_size=2, unique=True),
    pair=st.booleans(),
    area=st.sampled_from([OURS, NATION, "01", "02201", "99", ""]),
)
def test_nothing_raises_whatever_is_missing_and_nothing_is_invented(rows, breaks, pair, area):
    values = [
        value(code, period, number, release=release, vintage=vintage, confidence=confidence)
        for code, period, number, release, vintage, confidence in rows
    ]
    table = made(*values, breaks=[(b, "断絶") for b in breaks], pair=pair)
    row = latest_pair(table, "s", area)
    if row:
        known = {(v["area_code"], v["period"], v["release"], v["vintage"], v["value"]) for v in values}
        key = (row["period"], row["release"], row["vintage"])
        assert (area, *key, row["area_value"]) in known
        assert (NATION, *key, row["nation_value"]) in known
    assert len(pairs(table, area)) + len(not_comparable(table, area)) == 1
    drawn = history(table, "s", [area, NATION] if area != NATION else [NATION])
    assert not drawn.duplicated(["area", "period"]).any()
    for _, line in drawn.groupby("segment"):
        assert line["vintage"].nunique() == 1
        for code in breaks:
            cut = Period.parse(code).position
            assert (line["position"] >= cut).all() or (line["position"] < cut).all()
    gap_trend(table, "s", area)
    ranking(table, "s", area=area)
    sentence(pairs(table, area))
