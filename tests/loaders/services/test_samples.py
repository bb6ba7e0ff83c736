"""The sample returns: made from their numbers, marked everywhere, taken in without a question, and gone at one word."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kpi.changes.judged_changes import changes
from kpi.collection.acts import Act
from kpi.progress import assess, cards_table
from kpi.snapshot import Snapshot
from loaders.form import definition as d
from loaders.form.prose_lines import PART, TEXT
from loaders.plan.tabular import Record
from loaders.services.intake import Taken
from loaders.services.operations import load_data, open_store
from loaders.services.samples.sample_files import SamplesFault, main, read_values
from loaders.services.samples.sample_reviews import NOTE, read_reviews
from loaders.services.samples.sample_rounds import load_samples
from loaders.store import Store
from tests.samplekit import PLAN, data_folder
from tests.storekit import do
from tests.worktools import AGAIN, DESK, SECOND, half, work_plan

AT = datetime(2026, 12, 10, 10, 0)

# What the numbers must come to, worked out by hand: p = (v − b) / (T − b), r = p / e.
# Baselines are of FY2022 and targets of FY2028, so e = 2/6 = 0.333 for FY2024 and 3/6 = 0.5 for FY2025.
#
#                       b          T          v FY2024   p      r     v FY2025    p      r
# sme-dx                41.2       70.0       50.3       .316   .948  57.9        .580   1.160
# municipality-dx       60.0       100.0      75.0       .375   1.13  85.0        .625   1.25
# dx-support            120        200        158        .475   1.43  204         1.05   v >= T
# rice-labor            12.4       25.0       15.9       .278   .833  (not answered: FY2024 stands)
# tourism-dmo           5          11         6          .167   .500  7           .333   .667
# telemedicine          24         60         38         .389   1.17  44          .556   1.11
# care-ict              86         260        140        .310   .931  168         .471   .943
# childcare-portal      84,000     150,000    101,500    .265   .795  118,400     .521   1.04
# teacher-ict           72.6       85.0       76.1       .282   .847  77.0        .355   .710  (FY2024 確報: 76.4)
# mamorin               32,400     60,000     41,900     .344   1.03  46,050      .495   .989
# bosai-sns             28,600     50,000     30,100     .070   .210  27,900     −.033
# ict-construction      95         180        104        .106   .318  (not answered)
# online-procedures     620        1,400      905        .365   1.10  1,120       .641   1.28
# copy-paper            48.2 mil.  36.0 mil.  44.6 mil.  .295   .885  41.3 mil.   .566   1.13  (decrease)
# security-check        91.5       100.0      93.1       .188   .565  97.2        .671   1.34
#
# No target: transport-dx. No baseline: bridge-ai. No value: labor-productivity, learning-participation.
EXPECTED = {
    "labor-productivity": ("no_data", "no_data"),
    "sme-dx": ("mostly_on_track", "on_track"),
    "municipality-dx": ("on_track", "on_track"),
    "dx-support": ("on_track", "achieved"),
    "rice-labor": ("mostly_on_track", "mostly_on_track"),
    "tourism-dmo": ("behind", "behind"),
    "learning-participation": ("no_data", "no_data"),
    "telemedicine": ("on_track", "on_track"),
    "care-ict": ("mostly_on_track", "mostly_on_track"),
    "childcare-portal": ("behind", "on_track"),
    "teacher-ict": ("mostly_on_track", "behind"),
    "transport-dx": ("not_assessable", "not_assessable"),
    "mamorin": ("on_track", "mostly_on_track"),
    "bosai-sns": ("behind", "regressed"),
    "ict-construction": ("behind", "behind"),
    "bridge-ai": ("not_assessable", "not_assessable"),
    "online-procedures": ("on_track", "on_track"),
    "copy-paper": ("mostly_on_track", "on_track"),
    "security-check": ("behind", "on_track"),
}
REASONS = {
    "labor-productivity": "unpublished",
    "learning-participation": "not_survey_year",
    "transport-dx": "target_unset",
    "bridge-ai": "baseline_unset",
}


@dataclass(frozen=True)
class Loaded:
    store: Store
    taken: list[Taken]
    snapshot: Snapshot
    told: list[tuple[int, int, str]]

    def judged(self, as_of: date) -> pd.DataFrame:
        known = self.snapshot.observations
        known = known[known["known_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
        table = cards_table(self.snapshot.cards.values())
        return assess(table, known, as_of=as_of, scheme=self.snapshot.plan.scheme).set_index("indicator_id", drop=False)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Loaded:
    store = open_store(data_folder(), tmp_path_factory.mktemp("samples") / "kpi.duckdb", at=AT)
    told: list[tuple[int, int, str]] = []
    taken = load_samples(store, data_folder(), PLAN, Act("", AT), tick=lambda *one: told.append(one))
    return Loaded(store, taken, store.snapshot(PLAN), told)


def samples() -> Path:
    return data_folder() / "samples"


def files() -> dict[str, Path]:
    return {f"{p.parent.name}/{p.name}": p for p in sorted(samples().glob("*/*.xlsx"))}


def of_round(round_id: str) -> set[str]:
    return {p.stem.rsplit("_", 1)[1] for p in (samples() / round_id).glob("*.xlsx")}


def rows() -> list[dict[str, str]]:
    with (samples() / "values.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cells(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(BytesIO(data))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


# --- the files -----------------------------------------------------------------------------------------------------


def test_every_file_says_that_it_is_a_sample():
    for path in files().values():
        assert path.name.startswith("サンプル_")
        found = cells(path.read_bytes())
        for sheet in (d.GUIDE_SHEET, d.FORM_SHEET, d.PROSE_SHEET):
            assert any(d.SAMPLE_MARK in str(value) for row in found[sheet][:3] for value in row), (path.name, sheet)
        assert ("sample", "1") in {row[:2] for row in found[d.META_SHEET]}, path.name


def test_departments_bear_the_name_of_the_day_their_returns_are_due():
    assert "企画政策部" in of_round("targets")
    assert "総合政策部" not in of_round("targets")
    assert "総合政策部" in of_round("fy2024") & of_round("fy2025")


def test_two_departments_still_have_to_answer_in_the_newest_round():
    assert of_round("fy2024") - of_round("fy2025") == {"農林水産部", "県土整備部"}
    assert len(of_round("targets")) == len(of_round("fy2024")) == 11


def test_a_form_shows_what_the_round_before_has_said():
    book = cells((samples() / "fy2025" / "サンプル_令和7年度実績照会_教育庁.xlsx").read_bytes())
    place = d.positions("annual")
    row = book[d.FORM_SHEET][d.FIRST_DATA_ROW - 1]
    said = {key: row[place[key] - 1] for key in ("last_value", "last_period", "baseline", "target")}
    assert said == {"last_value": 76.1, "last_period": "令和6年度", "baseline": 72.6, "target": 85}
    heading = d.heading_words(d.column("last_evidence"))
    last = next(line[TEXT - 1] for line in book[d.PROSE_SHEET] if line[PART - 1] == heading)
    assert last == "令和6年度学校における教育の情報化の実態等に関する調査(速報値)"


def test_contacts_are_addresses_that_belong_to_nobody():
    contacts = {row["value"] for row in rows() if row["key"] == "contact"}
    assert contacts
    assert all(contact.endswith("@example.jp") for contact in contacts)


# --- taken in ------------------------------------------------------------------------------------------------------


def test_every_sample_is_sent_without_a_question(loaded):
    assert [(t.filename, i.code) for t in loaded.taken for i in t.open] == []
    assert len(loaded.taken) == len(files())
    assert all(t.sent for t in loaded.taken)
    assert loaded.snapshot.has_samples
    assert set(loaded.snapshot.submissions["state"]) == {"sent"}
    assert loaded.snapshot.observations["sample"].all()


def test_how_far_it_is_is_told_after_every_file(loaded):
    assert loaded.told == [(n + 1, len(files()), t.filename) for n, t in enumerate(loaded.taken)]


def test_each_round_counts_as_sent_on_the_day_it_is_due(loaded):
    sent = loaded.snapshot.submissions.groupby("round_id")["sent_at"].agg(["min", "max"])
    due = {r.id: r.due for r in loaded.snapshot.plan.rounds}
    assert all(first.date() == last.date() == due[r] for r, first, last in sent.itertuples())


def test_the_statuses_are_those_worked_out_by_hand(loaded):
    before, now = loaded.judged(date(2025, 12, 1)), loaded.judged(AT.date())
    assert {i: (before.status[i], now.status[i]) for i in now.index} == EXPECTED
    assert {i: now.reason[i] for i in REASONS} == REASONS


def test_every_status_that_can_be_before_the_end_is_among_them(loaded):
    assert set(loaded.judged(AT.date()).status) == {
        "achieved", "on_track", "mostly_on_track", "behind", "regressed", "not_assessable", "no_data",
    }  # fmt: skip


def test_there_is_a_provisional_value_and_a_reason_with_its_date(loaded):
    seen = loaded.snapshot.observations.set_index(["indicator_id", "period"])
    assert loaded.judged(AT.date()).provisional["teacher-ict"]
    assert seen.loc[("labor-productivity", "FY2023"), "next_release"] == "2027-03"
    assert seen.loc[("learning-participation", "CY2025"), "state"] == "not_survey_year"


def test_the_last_round_brings_new_values_changed_statuses_and_a_final_figure(loaded):
    found = changes(loaded.judged(date(2025, 12, 1)), loaded.judged(AT.date()), loaded.snapshot.plan)
    assert sum(c.kind == "new_value" for c in found) == 14
    moved = {c.indicator_id: (c.before, c.after) for c in found if c.kind == "status"}
    assert moved == {i: pair for i, pair in EXPECTED.items() if pair[0] != pair[1]}
    told = ("new_value", "status", "stale")
    others = [(c.kind, c.indicator_id, c.before, c.after) for c in found if c.kind not in told]
    assert others == [("finalised", "teacher-ict", "76.1%(R6 速報)", "76.4%(R6 確定)")]
    assert {c.indicator_id for c in found if c.kind == "stale"} == {"rice-labor", "ict-construction", "bridge-ai"}


def test_whoever_is_behind_says_why_and_what_next(loaded):
    now = loaded.judged(AT.date())
    for indicator in now.index[now.status.isin(["behind", "regressed"])]:
        own = loaded.snapshot.observations
        last = own[(own["indicator_id"] == indicator) & (own["period"] == now.period[indicator])].iloc[-1]
        assert last["analysis"], indicator
        assert last["actions"], indicator


def test_nothing_is_left_once_the_samples_are_taken_out(loaded, tmp_path):
    store = Store(loaded.store.backup(tmp_path / "copy.duckdb", Act("", AT)))
    counts = do(
        store,
        "remove_samples",
    )
    after = store.snapshot(PLAN)
    assert counts["submissions"] == len(files())
    assert not after.has_samples
    assert after.observations.empty
    assert after.submissions.empty
    assert set(after.cards.values()) == set(after.plan.cards)
    assert store.verify() == ()


# --- numbers that cannot become returns ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan():
    return next(p for p in load_data(data_folder()).plans if p.id == PLAN)


def record(**changed: str) -> Record:
    said = {"note": NOTE, "round_id": "fy2025", "indicator_id": "sme-dx", "key": "value", "value": "57.9"}
    return Record("values.csv", 7, said | changed)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"note": ""}, "note"),
        ({"note": "実績"}, "note"),
        ({"round_id": "fy1999"}, "round_id"),
        ({"indicator_id": "nothing"}, "indicator_id"),
        ({"key": "last_value"}, "key"),
        ({"value": "57.9%"}, "value"),
        ({"key": "period", "value": "去年"}, "value"),
        ({"key": "release", "value": "確定"}, "value"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line_and_column(plan, changed, column):
    with pytest.raises(SamplesFault) as caught:
        read_values([record(**changed)], plan)
    assert [i.cell for i in caught.value.issues] == [f"7行 {column}"]


def test_two_values_for_one_cell_are_told(plan):
    with pytest.raises(SamplesFault, match="2行"):
        read_values([record(), record(value="58.0")], plan)


def test_a_return_that_would_be_questioned_is_not_written(tmp_path, capsys):
    shutil.copytree(data_folder() / "plans", tmp_path / "plans")
    (tmp_path / "samples").mkdir()
    lines = ["note,round_id,indicator_id,key,value"]
    lines += [f"{NOTE},targets,copy-paper,{k},{v}" for k, v in (("baseline", 100), ("target", 120), ("section", "課"))]
    lines.append(f"{NOTE},targets,copy-paper,baseline_period,FY2022")
    (tmp_path / "samples" / "values.csv").write_text("\n".join(lines), "utf-8")
    assert main(tmp_path) == 1
    told = capsys.readouterr().err
    assert "サンプル_目標値等設定照会_環境生活部.xlsx" in told
    assert "目指す方向" in told
    assert list((tmp_path / "samples").iterdir()) == [tmp_path / "samples" / "values.csv"]


# --- what is said of the work ----------------------------------------------------------------------------------------


def review(**changed: str) -> Record:
    said = {"note": NOTE, "round_id": SECOND, "initiative_id": DESK, "progress": "late", "planned_end": "FY2026H2",
            "performance": "窓口を開いた。"}  # fmt: skip
    return Record("reviews.csv", 7, said | changed)


def test_a_row_of_a_half_year_is_read_as_its_columns_need_it():
    said, issues = read_reviews([review()], work_plan())
    assert issues == []
    read = {"progress": "late", "planned_end": half("2026H2"), "performance": "窓口を開いた。"}
    assert said == {SECOND: {DESK: read}}


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"note": ""}, "note"),
        ({"round_id": "fy1999"}, "round_id"),
        ({"initiative_id": AGAIN}, "initiative_id"),  # a 再掲 has no answer of its own
        ({"progress": "遅れ"}, "progress"),
        ({"planned_end": "来年"}, "planned_end"),
        ({"interim_1": "12人"}, "interim_1"),
    ],
)
def test_a_row_of_a_half_year_that_cannot_be_read_is_told_with_its_line_and_column(changed, column):
    said, issues = read_reviews([review(**changed)], work_plan())
    assert [i.cell for i in issues] == [f"7行 {column}"]
    assert said == {}


def test_two_rows_of_one_initiative_are_told():
    _, issues = read_reviews([review(), review(performance="もう一度。")], work_plan())
    assert [i.code for i in issues] == ["samples.twice"]
