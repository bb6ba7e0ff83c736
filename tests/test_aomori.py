"""The plan that the program comes with, pinned: against a list written independently of its files, with its samples.

Everything else is tested on the toy plans of ``tests/plans``: an indicator added to the plan fails here and nowhere else.
"""

# Tables of cases are read a case a line, and Japanese counts double.
# ruff: noqa: E501

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from kpi.assessment import Assessment
from kpi.collection.acts import Act
from kpi.collection.lifecycle import of_values, of_work
from kpi.collection.round_proposal import name_of, new_id, problems, working_day
from kpi.collection.schedule import expected_period
from kpi.initiatives.initiative import asked
from kpi.initiatives.movement import MOVE_WORDS, half_years, moves
from kpi.initiatives.review_calendar import reviews
from kpi.initiatives.work_state import work_of
from kpi.period import Period
from kpi.plan import Plan
from loaders.benchmarks.benchmark_files import load_benchmarks
from loaders.plan.folder import load_plan
from loaders.services.operations import open_store
from loaders.services.samples.sample_files import VALUES, build
from loaders.services.samples.sample_reviews import NOTE, REVIEWS
from loaders.services.samples.sample_rounds import load_samples
from loaders.store import Store, commands
from tests import ROOT

DATA = ROOT / "data"
ID = "aomori-dx-2024"
AT = datetime(2026, 12, 10, 10, 0)


@pytest.fixture(scope="module")
def aomori() -> Plan:
    plan, issues = load_plan(DATA / "plans" / ID)
    assert issues == ()
    assert plan is not None
    return plan


def test_every_fact_of_the_plan_as_a_whole_that_no_source_gives_is_assumed(aomori: Plan) -> None:
    wanted = {
        "scheme",
        "number",
        "departments.planning",
        "departments.education",
        "series.school-system",
        "initiatives",
    }
    assert set(aomori.assumptions) == wanted
    assert all(len(reason) > 20 for reason in aomori.assumptions.values())
    # What is assumed of a department or a series is of one that there is.
    series = set(load_benchmarks(DATA / "benchmarks")[0].series["series_id"])
    known = {f"departments.{d.id}" for d in aomori.departments} | {f"series.{s}" for s in series}
    assert {k for k in aomori.assumptions if "." in k} <= known


def test_a_department_with_dated_names_and_a_twin_among_the_statistics_are_assumed(aomori: Plan) -> None:
    renamed = [d.id for d in aomori.departments if len(d.names) > 1]
    assert [k for d in renamed if (k := f"departments.{d}") not in aomori.assumptions] == []
    twins = [i for i in aomori.indicators if i.series_id]
    assert twins
    assert all("series_id" in i.assumptions for i in twins)
    assert all("17時" in r.assumption for r in aomori.rounds)


def test_a_figure_of_the_plan_that_counts_as_final_says_that_this_is_assumed(aomori: Plan) -> None:
    values = load_benchmarks(DATA / "benchmarks")[0].values
    own = values[(values["confidence"] == "plan") & (values["release"] != "")]
    assert set(own["series_id"]) == {k.removeprefix("series.") for k in aomori.assumptions if k.startswith("series.")}
    assert all("確定と想定" in note for note in own["note"])


# ---- the real plan, against a list written independently of its files

ITEMS = {
    "産業・しごと分野": {"商工業・サービス業": (1, 6), "農林水産業": (1, 5), "観光業": (2, 3), "働き方": (2, 3)},
    "暮らし・まち分野": {
        "医療・福祉": (2, 5), "子育て": (1, 3), "学校教育": (1, 5), "地域公共交通": (1, 3), "安全・安心": (1, 4),
        "防災・危機管理": (1, 3), "インフラ": (1, 2),
    },
    "行政経営分野": {"住民の利便性の向上": (1, 3), "質の高い自治体運営": (1, 5), "情報セキュリティ対策": (1, 4)},
    "各分野を支える基盤整備": {
        "デジタル人財": (3, 0), "誰でも安全・安心に使えるデジタル": (2, 0), "データの利活用": (2, 0), "デジタル基盤の整備": (2, 0),
    },
}  # fmt: skip

#: Name, source, department in 2023, direction, field (empty: a basic goal).
INDICATORS = [
    ("労働生産性(県内総生産/生産年齢人口)", "県民経済計算(2021-2026)", "企画政策部", "increase", ""),
    ("DXに取り組んでいる県内中小企業者の割合", "県企画政策部調べ", "企画政策部", "increase", ""),
    ("DXに取り組んでいる市町村の割合", "県企画政策部調べ", "企画政策部", "increase", ""),
    ("県内企業のデジタル化・DX支援件数", "県商工労働部調べ", "商工労働部", "increase", "産業・しごと分野"),
    ("稲作の10a当たりの労働時間削減率", "県農林水産部調べ", "農林水産部", "increase", "産業・しごと分野"),
    ("「青森ファンクラブ」参画DMO数", "県観光国際戦略局調べ", "観光国際戦略局", "increase", "産業・しごと分野"),
    ("生活行動「学習・自己啓発・訓練」行動率", "社会生活基本調査※5年ごと", "企画政策部", "increase", "産業・しごと分野"),
    ("遠隔医療に係る施設基準の届出を行っている医療機関数", "県健康福祉部調べ", "健康福祉部", "increase", "暮らし・まち分野"),
    ("ICT導入補助を利用した介護事業所数", "県健康福祉部調べ", "健康福祉部", "increase", "暮らし・まち分野"),
    ("青森県子育てポータルサイトへのアクセス数", "県健康福祉部調べ", "健康福祉部", "increase", "暮らし・まち分野"),
    (
        "教員が授業にICTを活用して指導する能力", "学校における教育の情報化の実態等に関する調査", "教育庁", "increase",
        "暮らし・まち分野",
    ),
    (
        "デジタル技術やデータを活用した利便性の向上等に取り組む交通事業者数", "県企画政策部調べ", "企画政策部", "increase",
        "暮らし・まち分野",
    ),
    ("青森県警察防犯アプリ「まもリン」ダウンロード数", "県警察本部調べ", "警察本部", "increase", "暮らし・まち分野"),
    (
        "「あおもり防災」SNSアカウント(You Tube及びX(旧Twitter))の登録者数", "県危機管理局調べ", "危機管理局", "increase",
        "暮らし・まち分野",
    ),
    ("ICT活用工事件数", "県県土整備部調べ", "県土整備部", "increase", "暮らし・まち分野"),
    ("橋梁定期点検AI活用率", "県県土整備部調べ", "県土整備部", "increase", "暮らし・まち分野"),
    ("オンライン化された行政手続き数", "県企画政策部調べ", "企画政策部", "increase", "行政経営分野"),
    ("コピー用紙使用量", "県環境生活部調べ", "環境生活部", "decrease", "行政経営分野"),
    ("セキュリティ自己点検の遵守率", "県総務部調べ", "総務部", "increase", "行政経営分野"),
]  # fmt: skip


def test_fields_items_visions_and_policies_are_all_there(aomori: Plan) -> None:
    held = {f.name: {i.name: (len(i.visions), len(i.policies)) for i in f.items} for f in aomori.fields}
    assert held == ITEMS
    assert [len(f.items) for f in aomori.fields if not f.foundation] == [4, 7, 3]
    assert [len(f.pictures) for f in aomori.fields] == [2, 3, 2, 0]
    assert all(f.policy and f.slogan == f"「{f.short}」を支えるDX" for f in aomori.fields if not f.foundation)
    assert len(aomori.initiatives) == 54
    assert len({i.id for i in aomori.initiatives}) == 54


def test_indicators_are_named_sourced_and_owned_as_the_source_says(aomori: Plan) -> None:
    day = date(2023, 12, 1)
    held = []
    for indicator in aomori.indicators:
        owner = aomori.owner(indicator.id, day)
        assert owner is not None
        field = aomori.field_by_id(indicator.field_id).name if indicator.field_id else ""
        direction = aomori.card(indicator.id).direction
        held.append((indicator.name, indicator.source, owner.name(day), direction, field))
    assert held == INDICATORS
    assert [i.level for i in aomori.indicators] == ["goal"] * 3 + ["field"] * 16


def test_every_item_but_the_foundations_has_an_indicator(aomori: Plan) -> None:
    measured = {i.item_id for i in aomori.indicators if i.item_id}
    assert measured == {i.id for f in aomori.fields if not f.foundation for i in f.items}


def test_no_baseline_and_no_target_is_invented(aomori: Plan) -> None:
    assert {(c.baseline, c.target, c.milestones) for c in aomori.cards} == {(None, None, ())}


def test_the_plan_says_what_stands_on_its_cover(aomori: Plan) -> None:
    assert (aomori.name, aomori.slogan) == ("青森県DX推進プラン", "青森県はDXでもっとおもしろくなる")
    assert (aomori.start, aomori.end, aomori.area_code) == (Period("FY", 2024), Period("FY", 2028), "02")
    assert [(p.name, len(p.points)) for p in aomori.priorities] == [("産業のDX", 3), ("教育のDX", 3), ("防災のDX", 2)]
    assert [s.word for s in aomori.stances] == ["変革", "挑戦", "見える化"]
    assert aomori.ideals[0] == "新たなしごとや働き方で、産業を未来へ紡ぐ。"


@pytest.mark.parametrize(
    "phrase",
    [
        "県内IT産業の振興のための人財の育成・確保",
        "女性や高齢者、障がい者など多様な人財が生活スタイルや体力に合わせて活躍できるためのデジタルスキルの向上などの支援",
        "ICT教育サポーターなどの外部人材の活用と教科の指導等におけるICT活用、校務のデジタル化による働き方改革",
        "一人ひとりが「体験したくなる」「誰かに教えたいくなる」最適な観光コンテンツ等の情報などが提示され、青森ファンが集う地域",
        "スマート農・林・畜・水産業の推進による効率化と生産性の向上（アグリテックの促進）",
        "保健所業務のDXの推進",
        "職員に対する情報リテラシー教育（情報セキュリティ研修）の徹底",
    ],
)
def test_texts_keep_the_sources_own_spelling(aomori: Plan, phrase: str) -> None:
    items = [i for f in aomori.fields for i in f.items]
    assert phrase in [t for i in items for t in (*i.visions, *i.policies)] + [
        t for p in aomori.priorities for t in p.points
    ]


def test_late_and_rare_statistics_are_told_by_their_cards(aomori: Plan) -> None:
    labor, learning = aomori.card("labor-productivity"), aomori.card("learning-participation")
    assert (labor.baseline_period, labor.target_period) == (Period("FY", 2021), Period("FY", 2026))
    assert learning.survey_years == (2016, 2021, 2026)
    assert learning.target_period == Period("CY", 2026)
    last = aomori.round("fy2028")
    assert expected_period(labor, aomori.indicator(labor.indicator_id), last) == (labor.target_period, True)


def test_what_the_source_does_not_say_is_an_assumption_with_a_reason(aomori: Plan) -> None:
    for indicator in aomori.indicators:
        assert {"unit", "direction", "kind", "decimals", "lag_months", "target_period"} <= set(indicator.assumptions)
        assert ("item_id" in indicator.assumptions) == (indicator.level == "field")
        assert ("numerator" in indicator.assumptions) == indicator.is_rate
        assert ("department" in indicator.assumptions) == ("調べ" not in indicator.source)
        assert all(len(reason) > 10 for reason in indicator.assumptions.values())
    assert all(r.assumption for r in aomori.rounds)


def test_rounds_run_from_the_targets_to_the_plans_last_year(aomori: Plan) -> None:
    rounds = of_values(aomori).rounds
    assert [(r.kind, r.period.code) for r in rounds] == [
        ("targets", "FY2023"), *(("annual", f"FY{y}") for y in range(2024, 2029)),
    ]  # fmt: skip
    assert [str(r.due) for r in rounds[:3]] == ["2024-01-31", "2025-11-28", "2026-11-30"]


def test_each_half_year_of_the_plan_has_its_review_on_working_days_and_says_that_its_dates_are_ours(
    aomori: Plan,
) -> None:
    reviews = of_work(aomori).rounds
    wanted = [Period("H", year, part) for year in range(2024, 2029) for part in (1, 2)]
    assert [r.period for r in reviews] == wanted
    assert [(r.id, r.name) for r in reviews] == [
        (new_id(replace(aomori, rounds=()), "initiatives", half), name_of(aomori, "initiatives", half))
        for half in wanted
    ]
    for one in reviews:
        assert one.opens
        assert one.due
        assert one.period.end < one.opens < one.due
        month, until = (10, 15) if one.period.part == 1 else (4, 20)
        assert (one.opens.month, one.due.month) == (month, month)
        assert one.due == working_day(one.due.replace(day=until))
        assert one.opens.weekday() < 5
        assert "概ね半期ごと" in one.assumption
        assert not [i for i in problems(aomori, one, one.opens) if i.severity != "note"]
    assert [r.due for r in aomori.rounds] == sorted(r.due for r in aomori.rounds if r.due)


def test_the_words_of_the_house_are_data(aomori: Plan) -> None:
    assert aomori.scheme.words["regressed"] == "目標に向かっていない"
    assert aomori.scheme.words["target_unset"] == "目標値設定中"
    assert (aomori.words["revision"], aomori.words["fix"]) == ("修正依頼", "要修正")
    assert not {"△", "▲", "×"} & set("".join([*aomori.scheme.words.values(), *aomori.words.values()]))


def test_every_national_counterpart_is_a_series_that_exists_in_the_same_unit(aomori: Plan) -> None:
    with (DATA / "benchmarks" / "series.csv").open(encoding="utf-8-sig", newline="") as file:
        units = {row["series_id"]: row["unit"] for row in csv.DictReader(file)}
    linked = {i.id: i.series_id for i in aomori.indicators if i.series_id}
    assert linked == {"learning-participation": "learning-participation", "teacher-ict": "ict-teaching-b"}
    assert all(units[series] == aomori.indicator(i).unit for i, series in linked.items())


# --- its samples ---


def cells(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(BytesIO(data))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_the_sample_files_are_what_their_numbers_make_and_raise_no_question(tmp_path: Path) -> None:
    # Each is taken in while they are made: one with a question would be refused.
    kept = {p.relative_to(DATA / "samples"): p.read_bytes() for p in (DATA / "samples").glob("*/*.xlsx")}
    made = {p.relative_to(tmp_path): p.read_bytes() for p in build(DATA, tmp_path)}
    assert set(made) == set(kept)
    # Another zlib may pack the same sheets into other bytes.
    assert [str(p) for p in made if made[p] != kept[p] and cells(made[p]) != cells(kept[p])] == []


def test_every_number_of_the_samples_is_marked_as_invented() -> None:
    for name in (VALUES, REVIEWS):
        with (DATA / "samples" / name).open(encoding="utf-8-sig", newline="") as file:
            assert {row["note"] for row in csv.DictReader(file)} == {NOTE}


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(DATA, tmp_path_factory.mktemp("samples") / "kpi.duckdb", at=AT)
    load_samples(store, DATA, ID, Act("", AT))
    return store


def test_two_half_years_of_the_work_are_among_the_samples(aomori: Plan, sampled: Store) -> None:
    state = Assessment.of(sampled.snapshot(ID), AT.date())
    work = work_of(state)
    assert half_years(work.own) == (Period("H", 2026, 1), Period("H", 2025, 2))
    assert all(review.sample and review.confirmed for track in work.own for review in track.reviews)
    counted = dict(work.counts(work.own))
    assert set(counted) == {"on_schedule", "slightly_late", "late", "done", "considering", "unanswered"}
    assert sum(counted.values()) == len(asked(aomori.initiatives))
    moved = moves(work.own, Period("H", 2026, 1))
    assert {move.kind for move in moved} == set(MOVE_WORDS)
    slips = [move for move in moved if move.kind == "schedule"]
    assert slips
    assert all(move.reason and "サンプル" in move.decided_by for move in slips)
    assert all(move.reason for move in moved if move.kind == "late")
    assert "見直し" in {move.after for move in moved if move.kind == "course"}
    assert [one.late for one in reviews(state)] == [True, False]


def test_a_schedule_of_the_samples_is_never_the_plans(aomori: Plan, sampled: Store) -> None:
    planned = {(one.planned_start, one.planned_end) for one in aomori.initiatives}
    assert planned == {(None, None)}
    assert {(one.planned_start, one.planned_end) for one in sampled.snapshot(ID).plan.initiatives} == planned
    assert work_of(Assessment.of(sampled.snapshot(ID), AT.date())).is_scheduled


def test_with_the_samples_the_work_goes_too(sampled: Store, tmp_path: Path) -> None:
    store = Store(sampled.backup(tmp_path / "copy.duckdb", Act("", AT)))
    store.do(commands.remove_samples, Act("", AT))
    after = Assessment.of(store.snapshot(ID), AT.date())
    assert after.snapshot.reviews == {}
    assert not work_of(after).is_scheduled
    assert [one.late for one in reviews(after)] == [False]
    assert store.verify() == ()
