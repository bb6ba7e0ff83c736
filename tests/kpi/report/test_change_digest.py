"""The digest of two states names exactly what was changed between them, each of one kind."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.assessment import Assessment
from kpi.changes.change import KINDS
from kpi.changes.change_digest import digest, since_last_round
from kpi.collection.workflow import CORRECTION_WORDS
from kpi.compare.published import NATION
from kpi.summary import updated_mark
from tests.campaign.marked import length
from tests.samplekit import PLAN, store_of, with_samples

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return store_of(with_samples(tmp_path_factory.mktemp("data"))).snapshot(PLAN)


@pytest.fixture(scope="module")
def valued(snapshot):
    """The indicators that have a value to judge."""
    state = judged(snapshot)
    return [i.id for i in snapshot.plan.indicators if state.row(i.id)["period"]]


def judged(snapshot):
    return Assessment.of(snapshot, DAY)


def newest(snapshot, indicator_id):
    """The place of the row that is judged."""
    known = snapshot.observations
    period = known[(known["indicator_id"] == indicator_id) & (known["state"] == "value")]["period"].iloc[-1]
    same = (known["indicator_id"] == indicator_id) & (known["period"] == period) & (known["state"] == "value")
    return known.index[same][-1]


def with_row(snapshot, place, **changed):
    told = snapshot.observations.copy()
    for column, value in changed.items():
        told.loc[place, column] = value
    return replace(snapshot, observations=told)


def with_card(snapshot, indicator_id, **changed):
    card = replace(snapshot.cards[indicator_id], **changed)
    return replace(snapshot, cards={**snapshot.cards, indicator_id: card})


def with_indicator(snapshot, indicator_id, **changed):
    told = tuple(replace(i, **changed) if i.id == indicator_id else i for i in snapshot.plan.indicators)
    return replace(snapshot, plan=replace(snapshot.plan, indicators=told))


def corrected(snapshot, indicator_id):
    place = newest(snapshot, indicator_id)
    value = snapshot.observations.loc[place, "value"]
    return with_row(snapshot, place, value=value + 1.5, correction_kind="miscounted", release="final")


def finalised(snapshot, indicator_id):
    place = newest(snapshot, indicator_id)
    return with_row(snapshot, place, value=snapshot.observations.loc[place, "value"] + 0.5, correction_kind="finalised")


def withdrawn(snapshot, indicator_id):
    known = snapshot.observations
    return replace(snapshot, observations=known[known["indicator_id"] != indicator_id].reset_index(drop=True))


def target(snapshot, indicator_id):
    return with_card(snapshot, indicator_id, target=12345.0, reason="本部決定")


def baseline(snapshot, indicator_id):
    return with_card(snapshot, indicator_id, baseline=0.25)


def rule(snapshot, indicator_id):
    return with_card(snapshot, indicator_id, decimals=3, reason="桁をそろえる")


def definition(snapshot, indicator_id):
    return with_indicator(snapshot, indicator_id, definition="新しい定義")


def dropped(snapshot, indicator_id):
    return with_card(snapshot, indicator_id, dropped_on=DAY, reason="廃止")


CHANGES = (corrected, finalised, withdrawn, target, baseline, rule, definition, dropped)


def apply(snapshot, wanted):
    for indicator_id, change in wanted.items():
        snapshot = change(snapshot, indicator_id)
    return snapshot


def told(before, after):
    """The kinds of each indicator, but for what follows from them: another status, an older newest value."""
    found = {}
    for one in digest(judged(before), judged(after)):
        if one.kind not in ("status", "stale", "late"):
            found.setdefault(one.indicator_id, []).append(one.kind)
    return found


@settings(max_examples=length(12, 300))
@given(data=st.data())
def test_it_names_exactly_what_was_changed(snapshot, valued, data):
    chosen = data.draw(st.lists(st.sampled_from(valued), unique=True, max_size=5))
    wanted = {i: data.draw(st.sampled_from(CHANGES)) for i in chosen}
    after = apply(snapshot, wanted)
    assert told(snapshot, after) == {i: [change.__name__] for i, change in wanted.items()}
    old, new = judged(snapshot), judged(after)
    found = digest(old, new)
    moved = {i.id for i in new.plan.indicators if old.word(i.id) != new.word(i.id)}
    assert {c.indicator_id for c in found if c.kind in ("status", "late")} == moved
    for one in found:
        sourced(snapshot, after, one, wanted[one.indicator_id].__name__)


def sourced(before, after, one, wanted):
    """What brought a change is told: of a value the row it stands in, of a decision the card, of a status its cause."""
    if one.kind in ("status", "late", "stale"):
        assert one.cause == wanted
        assert one.mark == KINDS[wanted][1]
    kind = one.cause or one.kind
    if kind in ("corrected", "finalised"):
        number = before.observations.loc[newest(before, one.indicator_id), "observation_id"]
        (row,) = after.observations[after.observations["observation_id"] == number].to_dict("records")
        department = next(d for d in after.plan.departments if d.id == row["department_id"])
        assert (one.at, one.submission_id) == (row["known_at"], row["submission_id"])
        why = CORRECTION_WORDS[row["correction_kind"]]
        assert (one.who, one.why) == (department.name(one.at.date()), f"{KINDS[kind][0]}、{why}" if one.cause else why)
        assert one.was_wrong == (kind == "corrected")
    elif kind in ("target", "rule", "dropped"):
        assert one.why.endswith(after.cards[one.indicator_id].reason)
        assert not one.was_wrong


def suppressed(snapshot, indicator_id):
    """The newest value taken back by a later answer (秘匿) of the same department."""
    row = snapshot.observations.loc[[newest(snapshot, indicator_id)]].copy()
    row["state"], row["value"], row["known_at"] = "suppressed", None, row["known_at"] + pd.Timedelta(hours=1)
    row["observation_id"] = snapshot.observations["observation_id"].max() + 1
    row["submission_id"], row["correction_kind"] = "S99999", ""
    return replace(snapshot, observations=pd.concat([snapshot.observations, row], ignore_index=True))


def test_a_value_taken_back_names_who_took_it_back_and_not_who_sent_what_is_judged_now(snapshot, valued):
    for indicator_id in valued:
        (one, *_) = digest(judged(snapshot), judged(suppressed(snapshot, indicator_id)))
        assert (one.kind, one.submission_id, one.why) == ("withdrawn", "S99999", "秘匿")
        assert one.was_wrong


def test_the_question_that_asked_for_a_correction_is_told(snapshot, valued):
    after = corrected(snapshot, valued[0])
    row = after.observations.loc[newest(snapshot, valued[0])]
    asked = {
        "question_id": "Q1", "round_id": row["round_id"], "department_id": row["department_id"], "submission_id": "S1",
        "subject_id": valued[0], "key": "value", "text": "出典と\n合いますか。", "who": "局",
        "asked_at": row["known_at"], "answered_by": row["submission_id"], "answered_at": row["known_at"],
        "sample": True,
    }  # fmt: skip
    (one, *_) = digest(judged(snapshot), judged(replace(after, questions=pd.DataFrame([asked]))))
    assert one.why == "集計誤り、修正依頼「出典と 合いますか。」による"


def test_a_status_that_only_days_have_changed_says_so(snapshot):
    later = Assessment.of(snapshot, date(2029, 4, 1))
    found = [c for c in digest(judged(snapshot), later) if c.kind in ("status", "late", "stale")]
    assert found
    assert {c.why for c in found} == {"R8.11.21からR11.4.1への経過"}


def test_another_way_of_judging_is_one_change_and_the_cause_of_every_status(snapshot):
    scheme = replace(snapshot.plan.scheme, thresholds={**snapshot.plan.scheme.thresholds, "on_track": 1.5})
    after = replace(snapshot, plan=replace(snapshot.plan, scheme=scheme))
    *moved, last = digest(judged(snapshot), judged(after))
    assert (last.kind, last.indicator_id) == ("rule", "")
    assert moved
    assert {(c.kind, c.cause) for c in moved} == {("status", "rule")}


def earlier_value(snapshot, indicator_id):
    """The place of a value of a period before the one judged; None where there is none."""
    state = judged(snapshot)
    known, period = snapshot.observations, state.row(indicator_id)["period"]
    mine = known[(known["indicator_id"] == indicator_id) & (known["state"] == "value") & (known["period"] != period)]
    return mine.index[0] if len(mine) else None


def test_a_correction_of_an_earlier_year_since_the_last_round_is_a_mark_on_screens_too(snapshot, valued):
    """The judgements show nothing of it: the value judged and the one before it are what they were."""
    state = judged(snapshot)
    assert since_last_round(state) == digest(state.earlier, state)
    for indicator_id in valued:
        place = earlier_value(snapshot, indicator_id)
        if place is None:
            continue
        row = snapshot.observations.loc[[place]].copy()
        newest_row = snapshot.observations.loc[newest(snapshot, indicator_id)]
        row["value"], row["correction_kind"] = row["value"] + 1, "miscounted"
        for column in ("known_at", "round_id", "submission_id"):
            row[column] = newest_row[column]
        row["observation_id"] = snapshot.observations["observation_id"].max() + 1
        after = judged(replace(snapshot, observations=pd.concat([snapshot.observations, row], ignore_index=True)))
        mine = [c for c in since_last_round(after) if c.indicator_id == indicator_id]
        assert "corrected" in {c.kind for c in mine}
        assert "訂正" in updated_mark(after, indicator_id)
        return
    pytest.fail("no indicator of the samples has two values")


def test_nothing_changed_is_nothing(snapshot):
    assert digest(judged(snapshot), judged(snapshot)) == ()


def test_a_new_indicator_is_told_as_one(snapshot):
    one = snapshot.plan.indicators[3].id
    before = dropped(snapshot, one)
    assert [c.kind for c in digest(judged(before), judged(snapshot))] == ["added"]


def test_a_comparison_that_was_restated_is_told_with_both_values(snapshot):
    values = snapshot.values.copy()
    national = values[(values["area_code"] == NATION) & (values["period"] != "")]
    indicator = next(i for i in snapshot.plan.indicators if i.series_id in set(national["series_id"]))
    nation = national.index[national["series_id"] == indicator.series_id]
    values.loc[nation[-1], "value"] += 1
    (one,) = digest(judged(snapshot), judged(replace(snapshot, values=values)))
    assert (one.kind, one.indicator_id, one.mark) == ("restated", indicator.id, "訂正")
    assert one.before != one.after
    assert one.before in one.text


def test_who_sent_a_value_and_why_a_rule_changed_is_told(snapshot, valued):
    indicator_id = valued[0]
    (value, *_) = digest(judged(snapshot), judged(corrected(snapshot, indicator_id)))
    assert value.who
    assert value.at is not None
    assert value.why == "集計誤り"
    changed = digest(judged(snapshot), judged(target(snapshot, indicator_id)))
    assert next(c for c in changed if c.kind == "target").why == "本部決定"


def decided(snapshot, indicator_id, *said):
    """Decisions made since: of each its day, what it changed, and the reason."""
    row = snapshot.proposals.iloc[0].to_dict() | {"indicator_id": indicator_id}
    new = [
        row | {"proposal_id": f"P9999{place}", "decided_on": day, "document": document, "decision": why, "reason": why}
        for place, (day, document, why) in enumerate(said)
    ]
    return replace(snapshot, proposals=pd.concat([snapshot.proposals, pd.DataFrame(new)], ignore_index=True))


def test_a_change_is_of_the_newest_decision_that_was_about_it(snapshot, valued):
    """Neither an older one of the same attribute nor a newer one of another is its reason."""
    after = decided(
        target(snapshot, valued[0]),
        valued[0],
        ("2026-11-12", '{"target":12345.0}', "幹事会を経た決定"),
        ("2026-11-10", '{"target":9999.0}', "前の決定"),
        ("2026-11-15", '{"decimals":1}', "桁の決定"),
    )
    (one,) = [c for c in digest(judged(snapshot), judged(after)) if c.kind == "target"]
    assert (one.who, one.why, one.at.date()) == ("幹事会を経た決定", "幹事会を経た決定", date(2026, 11, 12))


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.__name__)
def test_each_change_is_named_of_every_indicator_at_once(snapshot, valued, change):
    """Of one of them the newest answer is a 確報 of the period before: the value judged is not the last that came."""
    assert told(snapshot, apply(snapshot, dict.fromkeys(valued, change))) == {i: [change.__name__] for i in valued}
