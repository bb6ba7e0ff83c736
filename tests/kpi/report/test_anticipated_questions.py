"""想定問答: every question is answered from the data or says whom to ask, and what people write stands in its place."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from kpi.assessment import Assessment
from kpi.people import OPERATOR, Audience
from kpi.period import Period
from kpi.plan import Division
from kpi.report.anticipated_questions import WHOLE, anticipated, own_key
from kpi.report.blocks import ANSWER_KEY, INTERNAL, Heading, Passage, QuestionAnswer, Table
from kpi.story import simple_extension
from kpi.summary import explanation, judged_code
from loaders.services import Services
from tests.factory import COUNT, HALF_ROUND, PAPER, POLICY, RATE, ROUND, TRADE, UNSET, tiny_plan
from tests.samplekit import PLAN, store_of, with_samples, with_store
from tests.storekit import answer, later, new_store, reading, save_and_send

DAY = date(2026, 11, 21)
WORDS = {"analysis": "担当者が不足した", "actions": "研修を行う。"}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Of the tiny plan: one behind with words, one behind without, one achieved, one that is not published."""
    store = new_store(tmp_path_factory.mktemp("data"))
    policy = (
        answer(RATE, value=43.0, period="FY2024", release="final", **WORDS),
        answer(PAPER, value=3500.0, period="FY2024", release="final"),
        answer(UNSET, missing_reason="unpublished", next_release="2027-03"),
    )
    save_and_send(store, reading(*policy), b"1", later(1))
    save_and_send(store, reading(answer(COUNT, value=1100.0, period="FY2024"), department=TRADE), b"2", later(2))
    return store.snapshot("tiny")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    return store_of(with_samples(tmp_path_factory.mktemp("data"))).snapshot(PLAN)


def judged(snapshot, day=DAY):
    return Assessment.of(snapshot, day)


def paper_of(snapshot, before=None, day=DAY):
    state = judged(snapshot, day)
    return anticipated(state, state.plan.rounds[1], snapshot, before=before)


def exchanges(paper):
    return {
        b.answer.key.removeprefix(ANSWER_KEY): b for p in paper.parts for b in p.blocks if isinstance(b, QuestionAnswer)
    }


def said(snapshot, key, **given):
    return exchanges(paper_of(snapshot, **given))[key].answer.text


def with_columns(snapshot, **columns):
    known = snapshot.observations
    return replace(snapshot, observations=known.assign(**{k: [v] * len(known) for k, v in columns.items()}))


def with_indicator(snapshot, indicator_id, **changes):
    own = [replace(i, **changes) if i.id == indicator_id else i for i in snapshot.plan.indicators]
    return replace(snapshot, plan=replace(snapshot.plan, indicators=tuple(own)))


def with_card(snapshot, indicator_id, **changes):
    return replace(snapshot, cards={**snapshot.cards, indicator_id: replace(snapshot.cards[indicator_id], **changes)})


# --- what the data answers --------------------------------------------------------------------------------------------


def test_why_and_what_next_are_the_departments_words(snapshot):
    assert said(snapshot, f"{RATE}:behind") == "担当者が不足した。"
    assert said(snapshot, f"{RATE}:actions") == "研修を行う。"
    assert said(snapshot, f"{RATE}:status").startswith("現状値42.5%(R4)→目標100.0%(R10)")


def test_where_nobody_has_told_anything_it_says_whom_to_ask(snapshot):
    told = exchanges(paper_of(snapshot))
    for name in ("behind", "actions", "verification", "limits"):
        one = told[f"{COUNT}:{name}"]
        assert (one.answer.text, one.open, one.whom) == ("(記載なし。担当 商工労働部に確認)", True, "商工労働部")
    assert told[f"{PAPER}:after_target"].open  # it has reached its target
    assert f"{RATE}:after_target" not in told


def test_the_課_that_answers_is_named(snapshot):
    divided = [
        replace(d, divisions=(Division("dx", "産業DX課", (COUNT,)),)) if d.id == TRADE else d
        for d in snapshot.plan.departments
    ]
    told = exchanges(paper_of(replace(snapshot, plan=replace(snapshot.plan, departments=tuple(divided)))))
    assert told[f"{COUNT}:behind"].whom == "商工労働部 産業DX課"


def test_how_a_figure_was_verified_and_what_it_cannot_say_come_from_the_form(tmp_path):
    store = new_store(tmp_path)
    texts = {"verification": "台帳と突き合わせた", "limits": "個人事業主を含まない", "after_target": "目標を見直す"}
    told = [answer(i, value=v, period="FY2024", release="final", **texts) for i, v in ((RATE, 43.0), (PAPER, 3500.0))]
    save_and_send(store, reading(*told), b"1", later(1))
    asked = store.snapshot("tiny")
    assert said(asked, f"{RATE}:verification") == "台帳と突き合わせた。"
    assert said(asked, f"{RATE}:limits") == "個人事業主を含まない。"
    assert said(asked, f"{RATE}:after_target") == "目標を見直す。"
    assert not exchanges(paper_of(asked))[f"{PAPER}:after_target"].open


def test_whether_the_target_is_reached_is_the_simple_extension(samples):
    state, told = judged(samples), exchanges(paper_of(samples))
    extended = [i for i in state.plan.indicators if simple_extension(state, i)]
    assert extended
    for indicator in extended:
        text = told[f"{indicator.id}:extension"].answer.text
        assert "県の見通しではありません" in text or state.row(indicator.id)["status"] == "achieved"
        assert "−" not in text  # a negative number has the sign of papers


def test_where_nothing_can_be_extended_it_says_why(snapshot):
    assert "2つに満たない" in said(snapshot, f"{RATE}:extension")
    assert "目標を満たしている" in said(snapshot, f"{PAPER}:extension")
    assert "目標値が未設定" in said(snapshot, f"{UNSET}:extension")
    reached = with_card(snapshot, RATE, target_period=Period("FY", 2024))
    assert "目標の時点(R6)に達している" in said(reached, f"{RATE}:extension")


def test_a_plan_without_extensions_has_none_here_either(samples):
    plan = replace(samples.plan, scheme=replace(samples.plan.scheme, show_outlook=False))
    told = {k: b for k, b in exchanges(paper_of(replace(samples, plan=plan))).items() if k.endswith(":extension")}
    assert told
    assert not [b for b in told.values() if "単純延長" in b.answer.text]
    assert [b for b in told.values() if b.open]


def test_beside_the_nation_it_tells_gap_and_rank_or_why_there_is_none(samples, snapshot):
    state, told = judged(samples), exchanges(paper_of(samples))
    ranked = [
        i
        for i in state.plan.indicators
        if f"{i.id}:nation" in told and "都道府県中" in told[f"{i.id}:nation"].answer.text
    ]
    assert ranked
    assert all("全国" in told[f"{i.id}:nation"].answer.text for i in ranked)
    assert "公表されていない" in said(snapshot, f"{RATE}:nation")


def test_the_ground_of_a_target_is_its_decision_or_its_evidence(snapshot):
    assert exchanges(paper_of(snapshot))[f"{RATE}:ground"].open
    decided = with_card(snapshot, RATE, reason="第2回本部会議で決定")
    assert said(decided, f"{RATE}:ground") == "目標は100.0%(R10)。決めたときの記録: 第2回本部会議で決定。"
    rows = snapshot.observations
    proved = rows.assign(
        round_id=rows["round_id"].where(rows["indicator_id"] != RATE, "targets"),
        evidence=rows["evidence"].where(rows["indicator_id"] != RATE, "国の計画値"),
    )
    assert "国の計画値" in said(replace(snapshot, observations=proved), f"{RATE}:ground")
    assert exchanges(paper_of(snapshot))[f"{UNSET}:ground"].open  # no target, and nobody says when


@pytest.mark.parametrize("kind", ["miscounted", ""])
def test_why_a_value_is_another_is_the_reason_of_its_correction(snapshot, kind):
    rows = snapshot.observations
    mine = rows["indicator_id"] == PAPER
    corrected = rows.assign(
        value=rows["value"].where(~mine, 3550.0), correction_kind=rows["correction_kind"].where(~mine, kind)
    )
    told = exchanges(paper_of(replace(snapshot, observations=corrected), judged(snapshot)))
    one = told[f"{PAPER}:changed"]
    assert one.answer.text.startswith("値の訂正: 3,500.0万枚(R6 確定) → 3,550.0万枚(R6 確定)")
    assert ("集計誤り" in one.answer.text) is bool(kind)
    assert one.open is not bool(kind)
    assert f"{RATE}:changed" not in told


def test_a_changed_target_is_told_with_its_decision(snapshot):
    changed = with_card(snapshot, PAPER, target=3400.0, reason="本部決定")
    assert "目標の変更: 3,600.0万枚(R10) → 3,400.0万枚(R10)。(本部決定)" in said(
        changed, f"{PAPER}:changed", before=judged(snapshot)
    )


def test_why_there_is_no_value_and_when_there_will_be(snapshot):
    assert said(snapshot, f"{UNSET}:no_value") == "理由は「未公表」。次回の公表予定はR9.3末。"
    late = exchanges(paper_of(snapshot, day=date(2027, 6, 1)))[f"{UNSET}:no_value"]
    assert late.open
    assert "この予定は過ぎている" in late.answer.text
    unsaid = with_columns(snapshot, next_release="")
    assert exchanges(paper_of(unsaid))[f"{UNSET}:no_value"].open


def test_an_old_value_is_asked_about(snapshot):
    told = exchanges(paper_of(snapshot, day=date(2029, 6, 1)))
    assert "R6のもの" in told[f"{RATE}:old"].answer.text
    assert f"{RATE}:old" not in exchanges(paper_of(snapshot, day=date(2025, 9, 20)))


def test_a_changed_definition_and_a_break_of_the_series_are_told(snapshot):
    renamed = with_indicator(snapshot, RATE, definition="数え方を改めた")
    assert "定義" in said(renamed, f"{RATE}:definition", before=judged(snapshot))
    broken = replace(
        with_indicator(snapshot, RATE, series_id="s1"),
        breaks=pd.DataFrame({"series_id": ["s1"], "period": ["FY2023"], "reason": ["調査の方法が変わった"]}),
    )
    assert said(broken, f"{RATE}:definition").startswith("R5から系列が途切れている(調査の方法が変わった)。")


def test_the_whole_is_told_as_the_first_page_tells_it(snapshot):
    told = exchanges(paper_of(snapshot))
    assert told[f"{WHOLE}:overall"].answer.text.startswith("7指標のうち")
    assert "産業・しごと分野で1指標(2)" in told[f"{WHOLE}:behind"].answer.text
    assert told[f"{WHOLE}:owed"].answer.text.startswith("説明を要する指標は")


# --- the order, the page of what has no answer, the figures -----------------------------------------------------------


def test_what_is_likely_to_be_asked_stands_first(samples):
    paper, state = paper_of(samples), judged(samples)
    assert [p.title for p in paper.parts][:3] == ["答えのない問い", "全体について", "遅れている指標"]
    assert paper.parts[-1].title == "その他の指標"
    assert {p.kind for p in paper.parts} == {"anticipated"}
    numbers = [b.number for p in paper.parts for b in p.blocks if isinstance(b, QuestionAnswer)]
    assert numbers == list(range(1, len(numbers) + 1))
    headings = [b.text for p in paper.parts for b in p.blocks if isinstance(b, Heading)]
    assert sorted(headings) == sorted(f"{i.number}　{i.name}" for i in state.plan.indicators)


def test_a_correction_a_new_target_and_the_nation_make_a_question_likely(snapshot):
    rows = snapshot.observations
    corrected = replace(snapshot, observations=rows.assign(value=rows["value"].where(rows["value"] != 3500.0, 3550.0)))
    changed = with_card(snapshot, PAPER, target=3400.0)
    before = judged(snapshot)
    for other, title in (
        (corrected, "値を訂正した指標"),
        (changed, "目標・定義を変えた指標"),
        (snapshot, "その他の指標"),
    ):
        paper = paper_of(other, before)
        (part,) = [p for p in paper.parts if any(isinstance(b, Heading) and "コピー用紙" in b.text for b in p.blocks)]
        assert part.title == title
    assert len([k for k in exchanges(paper_of(changed, before)) if k.startswith(PAPER)]) > len(
        [k for k in exchanges(paper_of(snapshot, before)) if k.startswith(PAPER)]
    )


def test_what_has_no_answer_is_listed_first_with_whom_to_ask(snapshot):
    paper = paper_of(snapshot)
    table = next(b for b in paper.parts[0].blocks if isinstance(b, Table))
    listed = [tuple(cell.text for cell in row) for row in table.rows]
    open_ = [b for b in exchanges(paper).values() if b.open]
    assert [(row[0], row[2], row[3]) for row in listed] == [(str(b.number), b.question, b.whom) for b in open_]
    assert ("商工労働部", "2　県内企業のデジタル化・DX支援件数") in {(row[3], row[1]) for row in listed}


def test_a_short_number_stands_beside_each_figure(samples):
    state, paper = judged(samples), paper_of(samples)
    told = [b.text for p in paper.parts for b in p.blocks if isinstance(b, Passage) and b.label == "数値"]
    codes = {code for i in state.plan.indicators if (code := judged_code(state, i.id))}
    assert codes
    assert all(any(f"出所 {code}" in text for text in told) for code in codes)
    assert paper.handling == INTERNAL


def test_where_nothing_is_set_it_invents_nothing(tmp_path):
    empty = store_of(with_store(tmp_path)).snapshot(PLAN)
    paper = paper_of(empty)
    told = exchanges(paper)
    assert told[f"{WHOLE}:behind"].answer.text == "判定した指標がまだない。"
    unset = [i.id for i in empty.plan.indicators]
    assert all(told[f"{i}:no_value"].answer.text and told[f"{i}:ground"].open for i in unset)
    assert not any(f"{i}:status" in told for i in unset)


# --- what people write ------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    found = new_store(tmp_path)
    save_and_send(found, reading(answer(RATE, value=43.0, period="FY2024", release="final")), b"1", later(1))
    return found


def office(store, hours=3):
    return Services(store, OPERATOR, store.path.parent, lambda: later(hours))


def found(store, key, hours=3):
    return exchanges(office(store, hours).anticipated_questions("tiny", ROUND)).get(key)


def test_a_written_answer_stands_until_it_is_given_back_and_is_no_longer_open(store):
    key = f"{ANSWER_KEY}{RATE}:behind"
    assert found(store, f"{RATE}:behind").open
    assert office(store).edit_question("tiny", ROUND, key, " 人手が\n足りない。 ") == ()
    one = found(store, f"{RATE}:behind")
    assert (one.answer.text, one.open, one.answer.outdated) == ("人手が 足りない。", False, False)
    assert one.answer.who
    assert office(store).edit_question("tiny", ROUND, key, "") == ()
    assert found(store, f"{RATE}:behind").open
    entries = office(store).log("tiny", kind="edit_summary")
    assert len(entries) == 2


def test_a_written_answer_above_changed_data_is_marked_even_where_nobody_asks_any_more(store):
    office(store).edit_question("tiny", ROUND, f"{ANSWER_KEY}{RATE}:behind", "人手が足りない。")
    again = reading(answer(RATE, value=99.0, period="FY2024", release="final"))
    save_and_send(store, again, b"2", later(4))
    one = found(store, f"{RATE}:behind", 5)
    assert (one.answer.text, one.answer.outdated) == ("人手が足りない。", True)


def test_a_question_of_ones_own_is_kept_beside_its_indicator_and_warns_when_the_data_changes(store):
    office(store).add_question("tiny", ROUND, RATE, "市と町村の違いは。", "市は全て取り組んでいる。")
    office(store).add_question("tiny", ROUND, "", "予算はいくらか。", "財政課と調整中である。")
    key = own_key(RATE, "市と町村の違いは。").removeprefix(ANSWER_KEY)
    one = found(store, key)
    assert (one.question, one.answer.text, one.answer.outdated) == (
        "市と町村の違いは。",
        "市は全て取り組んでいる。",
        False,
    )
    assert found(store, f"{WHOLE}:own:予算はいくらか。").answer.text == "財政課と調整中である。"
    assert one.answer.made.startswith(explanation(judged(store.snapshot("tiny")), tiny_plan().indicator(RATE))[:10])
    save_and_send(store, reading(answer(RATE, value=50.0, period="FY2024", release="final")), b"2", later(4))
    assert found(store, key, 5).answer.outdated
    office(store, 6).edit_question("tiny", ROUND, f"{ANSWER_KEY}{key}", "")
    assert found(store, key, 7) is None


def test_what_cannot_be_a_question_or_an_answer_is_refused(store):
    (long,) = office(store).edit_question("tiny", ROUND, f"{ANSWER_KEY}{RATE}:behind", "長" * 601)
    assert "601字" in long.message
    (empty,) = office(store).add_question("tiny", ROUND, RATE, " ", "答え")
    assert empty.code == "report.no_question"
    (wide,) = office(store).add_question("tiny", ROUND, RATE, "問" * 101, "答え")
    assert "101字" in wide.message
    with pytest.raises(KeyError):
        office(store).edit_question("tiny", ROUND, f"{ANSWER_KEY}{RATE}:nothing", "文")
    with pytest.raises(KeyError):
        office(store).add_question("tiny", ROUND, "none", "問", "答")


def test_what_is_written_stays_with_its_round_and_is_not_in_the_paper_or_in_others_sight(store):
    office(store).edit_question("tiny", ROUND, f"{ANSWER_KEY}{RATE}:behind", "部内だけの答え")
    other = exchanges(office(store).anticipated_questions("tiny", HALF_ROUND))
    assert not any(one.answer.edited for one in other.values())
    assert "部内だけの答え" not in str(office(store).report("tiny", ROUND))
    assert "部内だけの答え" in str(store.snapshot("tiny").edited)
    for audience in (Audience.PUBLIC, Audience("department", frozenset({POLICY}))):
        assert not store.snapshot("tiny", None, audience, datetime(2026, 1, 1)).edited


def test_the_paper_before_is_that_of_the_round_that_closed_last(store):
    plan = tiny_plan()
    first, second = plan.round(ROUND), plan.round(HALF_ROUND)
    assert office(store, 4).close_round("tiny", ROUND) == ()
    seen = store.snapshot("tiny")
    assert seen.told_before(second.id, seen.told_at(second.id)) == later(4)
    assert seen.told_before(first.id, seen.told_at(first.id)) is None
    save_and_send(store, reading(answer(RATE, value=44.0, period="FY2024", correction="miscounted", release="final"),
                                 round_id=HALF_ROUND), b"3", later(5))  # fmt: skip
    told = exchanges(office(store, 6).anticipated_questions("tiny", HALF_ROUND))
    assert "43.0%" in told[f"{RATE}:changed"].answer.text
