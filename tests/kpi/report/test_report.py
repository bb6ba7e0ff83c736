"""The paper of a round: every figure is the judgement's, what people wrote stands, a closed round stays as it was."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from kpi.assessment import Assessment
from kpi.people import OPERATOR
from kpi.printing.rollup import counts, goals
from kpi.report.annual_calendar import calendar
from kpi.report.assembly import report
from kpi.report.blocks import LONGEST_SENTENCE, Chart, Note, Passage, Sentence, Table, paper_number
from kpi.report.indicator_entry import planned
from loaders.services import Services
from tests.factory import COUNT, RATE, ROUND, TRADE, tiny_plan
from tests.samplekit import PLAN, store_of, with_samples, with_store
from tests.storekit import answer, later, new_store, reading, save_and_send, save_return, send

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    store = store_of(with_samples(tmp_path_factory.mktemp("data")))
    return Assessment.of(store.snapshot(PLAN), DAY)


@pytest.fixture(scope="module")
def paper(state):
    return report(state, state.current_round, state.snapshot)


def table(part, caption):
    return next(b for b in part.blocks if isinstance(b, Table) and b.caption == caption)


def column(found, heading, nth=0):
    places = [n for n, c in enumerate(found.columns) if c.heading.startswith(heading)]
    return [row[places[nth]] for row in found.rows]


def services(store, now=NOW):
    return Services(store, OPERATOR, store.path.parent, lambda: now)


# --- figures ----------------------------------------------------------------------------------------


def test_every_figure_of_the_list_is_the_printed_one_of_the_judgement(state, paper):
    listed = table(paper.part("listing"), "KPI進捗状況一覧")
    numbers = [cell.text for cell in column(listed, "番号")]
    assert sorted(numbers) == sorted(i.number for i in state.plan.indicators)
    by_number = {i.number: i for i in state.plan.indicators}
    for heading, name in (("今回", "value"), ("進捗率", "progress"), ("計画線", "line"), ("現状値", "baseline")):
        for number, cell in zip(numbers, column(listed, heading), strict=True):
            shown = getattr(state.figures(by_number[number].id), name)
            assert cell.figure == shown, (heading, number)
            assert cell.figure is not None or cell.text, "a figure that is not there says why"
    words = [cell.text.rpartition("→")[2] for cell in column(listed, "進捗区分")]
    assert words == [state.word(by_number[n].id) for n in numbers]


def test_the_pages_of_the_fields_say_what_the_list_says(state, paper):
    whole = table(paper.part("listing"), "KPI進捗状況一覧")
    listed = dict(zip((c.text for c in column(whole, "番号")), whole.rows, strict=True))
    seen = []
    for part in paper.parts_of("field"):
        (own,) = (b for b in part.blocks if isinstance(b, Table))
        for row in own.rows:
            seen.append(row[0].text)
            assert {c.figure for c in row if c.figure is not None} <= {c.figure for c in listed[row[0].text]}
    assert seen == list(listed)


def test_the_counts_of_the_first_page_are_those_of_the_plan(state, paper):
    told = table(paper.part("overview"), "分野と進捗区分ごとの指標の数")
    words = [c.heading for c in told.columns[1:-1]]
    whole, *fields = counts(state.assessed, state.plan)
    groups = (whole, goals(state.assessed, state.plan), *fields)
    assert [row[0].printed for row in told.rows][:2] == ["全体", "基本目標"]
    assert sum(group.total for group in groups[1:]) == whole.total
    for group, row in zip(groups, told.rows, strict=True):
        found = [int(c.text.partition("(")[0]) if c.text not in ("", "－") else int(c.figure or 0) for c in row[1:-1]]
        assert dict(zip(words, found, strict=True)) == dict.fromkeys(words, 0) | {w: n for _, w, n in group.by_word}
        assert sum(found) == row[-1].figure == group.total


def test_the_texts_of_the_first_page_share_its_room(state):
    known = state.snapshot.observations.assign(analysis="要" * 150, actions="対" * 200)
    wordy = Assessment.of(replace(state.snapshot, observations=known), state.day)
    told = table(report(wordy, wordy.current_round, wordy.snapshot).part("overview"), "説明を要する指標")
    texts = [cell.printed for row in told.rows for cell in row[2:]]
    assert len(told.lines) > 3
    assert all(text.endswith("…") for text in texts)
    assert sum(map(len, texts)) <= 720


def test_each_indicator_has_a_page_with_its_years_its_chart_and_the_departments_words(state, paper):
    sheets = {part.subject_id: part for part in paper.parts_of("indicator")}
    assert list(sheets) == [e for e in sheets if e in {i.id for i in state.plan.indicators}]
    assert len(sheets) == len(state.plan.indicators)
    for indicator in state.plan.indicators:
        part, figures, row = sheets[indicator.id], state.figures(indicator.id), state.row(indicator.id)
        grid = table(part, "年度ごとの値")
        if row["period"].startswith("FY"):
            place = [c.heading for c in grid.columns].index(f"R{int(row['period'][2:]) - 2018}")
            line, value, progress = (r[place] for r in grid.rows)
            assert (value.figure, progress.figure) == (figures.value, figures.progress)
            assert figures.line is None or line.figure == figures.line
        assert any(isinstance(b, Chart) for b in part.blocks)
        assert {b.label for b in part.blocks if isinstance(b, Passage)} >= {"要因", "今後の対応", "判定の理由"}


def test_short_numbers_stand_in_the_list_of_origins_alone(state, paper):
    codes = set(state.snapshot.observations["code"])
    listed = {c.text for c in column(table(paper.part("origins"), "出所一覧"), "出所番号")} - {""}
    assert listed <= codes
    assert len(listed) == sum(state.row(i.id)["period"] != "" for i in state.plan.indicators)
    for part in paper.parts:
        if part.kind != "origins":
            said = " ".join(c.printed for b in part.blocks if isinstance(b, Table) for row in b.rows for c in row)
            assert not codes & set(said.split())


def test_a_sample_is_said_to_be_one(paper):
    assert paper.sample
    assert "サンプル" in paper.state_words
    for kind in ("overview", "listing", "indicator"):
        assert any(
            "サンプル" in b.text
            for b in paper.parts_of(kind)[1 if kind == "indicator" else 0].blocks
            if isinstance(b, Note)
        )


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Decimal("1234.50"), "1,234.50"),
        (Decimal("-0.7"), "△0.7"),
        (Decimal(0), "0"),
        (None, "―"),
        (Decimal(-1234), "△1,234"),
    ],
)
def test_a_number_on_paper(figure, text):
    assert paper_number(figure) == text


def test_the_planned_line_ends_where_its_stops_end(state):
    card, years = state.card(state.plan.indicators[1].id), [state.plan.start, state.plan.end]
    path = [(years[0], 10.0), (years[1], 20.0)]
    assert planned(card, path, years[0]).figure == 10
    assert planned(card, path[:1], years[0]).printed == ""
    assert planned(card, path, type(years[0])("FY", years[1].year + 1)).printed == ""


# --- a plan without anything ----------------------------------------------------------------------------------------


def test_where_nothing_is_set_the_paper_says_so_and_invents_nothing(tmp_path):
    store = store_of(with_store(tmp_path))
    state = Assessment.of(store.snapshot(PLAN), DAY)
    paper = report(state, state.plan.rounds[0], state.snapshot)
    listed = table(paper.part("listing"), "KPI進捗状況一覧")
    assert {c.printed for c in column(listed, "現状値")} == {"未設定"}
    assert {c.printed for c in column(listed, "進捗率")} == {"―"}
    assert not any(c.figure is not None for row in listed.rows for c in row)
    assert "比べられる前回の値がありません" in [r[0].text for r in table(paper.part("overview"), "前回からの変化").rows]
    assert not paper.sample


# --- what people write ----------------------------------------------------------------------------------------


def sentence(paper, key="overall"):
    return next(b for b in paper.part("overview").blocks if isinstance(b, Sentence) and b.key == key)


@pytest.fixture
def store(tmp_path):
    found = new_store(tmp_path)
    save_and_send(found, reading(answer(RATE, value=65.0, period="FY2024")), b"1", later(1))
    return found


def test_a_written_sentence_stands_until_it_is_given_back(store):
    office = services(store)
    made = sentence(office.report("tiny", ROUND)).made
    assert office.edit_summary("tiny", ROUND, "overall", " 全体として\n順調である。 ") == ()
    told = sentence(office.report("tiny", ROUND))
    assert (told.text, told.made, told.outdated) == ("全体として 順調である。", made, False)
    entry = office.log("tiny", kind="edit_summary").iloc[0]
    assert "全体として 順調である。" in str(entry.to_dict())
    assert office.edit_summary("tiny", ROUND, "overall", "") == ()
    assert sentence(office.report("tiny", ROUND)).text == made


def test_a_written_sentence_above_changed_data_is_marked(store):
    office = services(store)
    office.edit_summary("tiny", ROUND, "overall", "順調である。")
    save_and_send(store, reading(answer(COUNT, value=1405.0, period="CY2024"), department=TRADE), b"2", later(2))
    told = sentence(office.report("tiny", ROUND))
    assert (told.text, told.outdated) == ("順調である。", True)
    office.edit_summary("tiny", ROUND, "overall", "遅れている。")
    assert not sentence(office.report("tiny", ROUND)).outdated


def test_what_is_no_sentence_of_a_first_page_is_refused(store):
    office = services(store)
    (refused,) = office.edit_summary("tiny", ROUND, "overall", "長" * (LONGEST_SENTENCE + 1))
    assert refused.code == "report.long_sentence"
    with pytest.raises(KeyError):
        office.edit_summary("tiny", ROUND, "nothing", "文")
    with pytest.raises(KeyError):
        office.edit_summary("tiny", "none", "overall", "文")
    assert sentence(office.report("tiny", ROUND)).edited == ""


def test_what_somebody_else_wrote_since_is_not_overwritten(store):
    office = services(store)
    made = sentence(office.report("tiny", ROUND)).made
    assert office.edit_summary("tiny", ROUND, "overall", "順調である。", "") == ()
    (refused,) = office.edit_summary("tiny", ROUND, "overall", "遅れている。", "")
    assert refused.code == "report.moved"
    assert "「順調である。」" in refused.message
    assert sentence(office.report("tiny", ROUND)).text == "順調である。"
    assert office.edit_summary("tiny", ROUND, "overall", "順調である。", "") == ()  # the same by both
    assert office.edit_summary("tiny", ROUND, "overall", "遅れている。", "順調である。") == ()
    assert office.edit_summary("tiny", ROUND, "overall", "") == ()
    (refused,) = office.edit_summary("tiny", ROUND, "overall", "順調である。", "遅れている。")
    assert "値から作った文" in refused.message
    assert sentence(office.report("tiny", ROUND)).text == made


def test_a_sentence_of_another_round_is_another(store):
    office = services(store)
    other = next(r.id for r in tiny_plan().rounds if r.id != ROUND)
    office.edit_summary("tiny", ROUND, "overall", "この回の文。")
    assert sentence(office.report("tiny", other)).edited == ""


# --- a closed round ----------------------------------------------------------------------------------------


def test_a_closed_round_is_told_as_it_stood_at_its_closing(store):
    closing = later(3)
    assert services(store, closing).close_round("tiny", ROUND) == ()
    first = services(store, closing + timedelta(minutes=1)).report("tiny", ROUND)
    assert not first.working
    again = reading(answer(RATE, value=99.0, period="FY2024"))
    saved = save_return(store, again, b"3", "回答.xlsx", by="青森 花子", at=later(4))
    send(store, saved.submission_id, by="青森 花子", at=later(4), reason="誤り")
    assert store.snapshot("tiny").observations["value"].max() == 99.0
    services(store, later(5)).edit_summary("tiny", ROUND, "overall", "締切りのあとで書いた文。")
    then = services(store, later(6)).report("tiny", ROUND)
    assert then.part("listing") == first.part("listing")
    assert then.parts_of("indicator") == first.parts_of("indicator")
    assert sentence(then).text == "締切りのあとで書いた文。"


# --- of one department, and of a year ---------------------------------------------------------------------------------


def test_the_paper_of_a_department_has_its_own_indicators_and_their_figures(state, paper):
    department = next(d for d in state.plan.departments if len(state.plan.owned_by(d.id, DAY)) > 2)
    own = [i.id for i in state.plan.owned_by(department.id, DAY)]
    told = report(state, state.current_round, state.snapshot, department_id=department.id)
    assert told.scope == department.name(DAY)
    assert told.heading.endswith(told.scope)
    assert {p.subject_id for p in told.parts_of("indicator")} == set(own)
    whole = {p.subject_id: p for p in paper.parts_of("indicator")}
    for part in told.parts_of("indicator"):
        assert part.blocks == whole[part.subject_id].blocks
    total = table(told.part("overview"), "分野と進捗区分ごとの指標の数")
    assert next(iter(total.rows))[-1].figure == len(own)
    with pytest.raises(KeyError):
        report(state, state.current_round, state.snapshot, department_id="none")


def test_the_year_tells_what_comes_what_was_done_and_what_is_overdue(tmp_path):
    store = store_of(with_samples(tmp_path))
    office = services(store)
    before = calendar(Assessment.of(store.snapshot(PLAN), DAY))
    assert [e.day for e in before] == sorted(e.day for e in before)
    assert any("期限" in e.what for e in before)
    assert office.close_round(PLAN, "fy2025") == ()
    after = calendar(Assessment.of(store.snapshot(PLAN), DAY))
    (closed,) = [e for e in after if e.what.endswith("締切り") and e.day == DAY]
    assert closed.done
    late = calendar(Assessment.of(store.snapshot(PLAN), date(2028, 6, 1)))
    announced = [e for e in late if e.what.startswith("公表予定")]
    assert announced
    assert all(e.overdue == (e.day < date(2028, 6, 1)) for e in announced)
