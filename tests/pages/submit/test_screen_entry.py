"""回答: a form of few indicators filled in on the page ends as the same file with the same text in it."""

import re

from kpi.collection.workflow import ReturnState
from kpi.issue import Issue, Severity
from kpi.people import Role
from kpi.plan import Division
from loaders.services import NotAllowed
from loaders.services.operations import rebuild
from loaders.services.submissions import Returning
from loaders.store import Receipt
from pages.parts.submit.screen_entry import MOST
from tests import hurt
from tests.pages.submit.kit import (
    BRIDGE,
    FY,
    GOOD,
    ICT,
    LAND,
    PLANNING,
    page,
    put_in,
    sent,
    settle,
    snapshot,
    staff,
)
from tests.samplekit import AT
from tests.screenkit import english, html, lead, move, press, run, said, sound, words
from tests.storekit import send

TRADE, SUPPORT = "commerce", "dx-support"
WHO = {"section": "道路課", "person": "八戸 花子", "contact": "内線1234"}


def widgets(at):
    return {w.key: w for kind in ("text_input", "text_area", "selectbox") for w in at.get(kind) if w.key}


def field(at, indicator, key):
    """The field of a column for an indicator; who answers stands once for all of them."""
    found = [w for k, w in widgets(at).items() if re.search(rf"-{key} (?:[\w-]+,)*{indicator}(?:,|$)", k)]
    assert len(found) == 1, (indicator, key, sorted(widgets(at)))
    return found[0]


def opened(at):
    return press(at, "entry-open")


def type_in(at, answers):
    for indicator, texts in answers.items():
        for key, text in texts.items():
            one = field(at, indicator, key)
            (one.select if one.type == "selectbox" else one.set_value)(text).run()
            assert sound(at)
    return at


def drafted(at, answers=None):
    at = press(type_in(opened(at), answers or {}), "entry-draft")
    assert sound(at)
    return at


def newest(store):
    return snapshot(store).submissions.iloc[-1]


def test_a_form_is_filled_in_and_sent_without_excel(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = drafted(page(), {ICT: GOOD[ICT] | WHO | {"analysis": "工事が増えた。"}, BRIDGE: GOOD[BRIDGE]})
    row = newest(store)
    assert row["filename"] == "回答様式_令和7年度実績照会_県土整備部_画面で記入.xlsx"
    assert (row["state"], row["saved_by"], row["on_behalf"]) == ("draft", "青森 花子", False)
    assert "画面で記入した内容で下書きを作りました。" in words(at)
    assert "県土整備部_画面で記入.xlsx を読み取りました。" in words(at)
    assert "entry-draft" not in {b.key for b in at.button}
    assert "「110」</span><small>KPI調査票!N6</small>" in html(at)
    assert english(said(at)) == {}
    answers = {a.subject_id: a for a in store.submission(row["submission_id"]).reading.answers}
    assert (answers[ICT].number("value"), answers[ICT].text("release")) == (110.0, "final")
    assert answers[BRIDGE].text("person") == "八戸 花子"
    assert answers[ICT].entries["analysis"].sheet == "記述"
    press(at, "send")
    assert store.submission(row["submission_id"]).state is ReturnState.SENT


def test_what_is_kept_is_the_forms_own_workbook_that_a_rebuild_reads_again(store, acting, tmp_path):
    acting(Role.DEPARTMENT, LAND)
    press(drafted(page(), {ICT: GOOD[ICT] | WHO, BRIDGE: GOOD[BRIDGE]}), "send")
    name, data = store.workbook(str(newest(store)["sha256"]))
    assert name.endswith("_画面で記入.xlsx")
    found = []
    hurt.edit(data, lambda book: found.append((book.sheetnames, hurt.form(book)["A6"].value)))
    assert found == [(["記入要領", "KPI調査票", "記述", "_様式情報"], ICT)]
    figure = snapshot(store).observations.iloc[-1]
    assert figure["submission_id"] == newest(store)["submission_id"]
    assert rebuild(store, tmp_path / "anew.duckdb") == ()
    assert store.verify() == ()


ODD = {
    ICT: {"value": "約80", "release": "速報"} | WHO,
    BRIDGE: {"value": "８０％(速報)", "analysis": "=1+1 と書いた", "period": "R5"} | WHO,
}
#: What one return brought, whatever it is called.
BROUGHT = ["indicator_id", "key", "value", "period", "release", "sheet", "cell", "written"]


def test_odd_text_is_asked_about_kept_and_mended_as_that_of_a_file(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = drafted(page(), ODD | {BRIDGE: {k: v for k, v in ODD[BRIDGE].items() if k not in WHO}})
    mine = newest(store)["submission_id"]
    assert "確認・修正していただくところ" in words(at)
    assert "「約80」" in html(at)
    before = store.submission(mine)
    assert {i.code for i in before.open} >= {"number.approximate"}
    settle(store, mine)
    assert isinstance(send(store, mine, at=AT), Receipt)
    theirs = put_in(store, LAND, ODD | {BRIDGE: ODD[BRIDGE] | {"analysis": "x"}})
    there = store.submission(theirs)
    assert [i for i in before.issues if i.key != "analysis"] == [i for i in there.issues if i.key != "analysis"]


def brought(store, one):
    found = snapshot(store).observations
    own = found[found["submission_id"] == one]
    return own[[c for c in BROUGHT if c in own.columns]].sort_values(BROUGHT[:2]).to_dict("records")


def test_the_same_answer_brings_the_same_figures_from_the_same_cells(store, acting):
    acting(Role.DEPARTMENT, LAND)
    texts = {
        ICT: GOOD[ICT] | WHO | {"analysis": "増えた。"},
        BRIDGE: GOOD[BRIDGE] | {"numerator": "13", "denominator": "100"},
    }
    press(drafted(page(), texts), "send")
    mine = newest(store)["submission_id"]
    figures = brought(store, mine)
    assert len(figures) > 1
    theirs = put_in(store, LAND, texts)
    assert store.submission(theirs).reading.answers == store.submission(mine).reading.answers
    assert store.submission(theirs).issues == store.submission(mine).issues
    assert isinstance(send(store, theirs, at=AT), Receipt)
    assert brought(store, theirs) == figures


def test_what_is_typed_stays_when_the_page_is_left_closed_or_refused(store, acting, monkeypatch):
    acting(Role.DEPARTMENT, LAND)
    at = type_in(opened(page()), {ICT: {"value": "110", "evidence": "調べ"}, BRIDGE: {"release": "確定"}})
    move(at, "overview")
    at = move(at, "submit")
    assert (field(at, ICT, "value").value, field(at, BRIDGE, "release").value) == ("110", "確定")
    at = opened(press(at, "entry-leave"))
    assert (field(at, ICT, "value").value, field(at, ICT, "evidence").value) == ("110", "調べ")
    at = opened(press(at, "entry-close"))

    def refused(*_given, **_named):
        raise NotAllowed(Issue("test", Severity.FIX, "いまは取り込めません。", ""))

    with monkeypatch.context() as patch:
        patch.setattr(Returning, "take_uploads", refused)
        at = press(at, "entry-draft")
    assert sound(at)
    assert [w.value for w in at.warning] == ["いまは取り込めません。"]
    assert field(at, ICT, "value").value == "110"
    assert len(snapshot(store).submissions) == 0
    at = press(press(at, "entry-undo"), "entry-undo-yes")
    assert (field(at, ICT, "value").value, field(at, ICT, "period").value) == ("", "令和7年度")
    assert "entry-undo" not in {b.key for b in at.button}


def test_a_draft_stands_ready_and_the_same_once_more_makes_no_other(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = drafted(page(), {ICT: {"value": "約８０"} | WHO})
    first = newest(store)["submission_id"]
    at = opened(at)
    assert "いまの回答の内容から始まります。" in words(at)
    assert (field(at, ICT, "value").value, field(at, BRIDGE, "person").value) == ("約８０", "八戸 花子")
    at = press(at, "entry-draft")
    assert "前と同じ内容のため、新しい下書きは作っていません。" in words(at)
    assert newest(store)["submission_id"] == first
    drafted(at, {ICT: {"value": "80", "release": "確定"}})
    assert store.submission(first).state is ReturnState.REPLACED
    answers = {a.subject_id: a for a in store.submission(newest(store)["submission_id"]).reading.answers}
    assert (answers[ICT].number("value"), answers[BRIDGE].text("person")) == (80.0, "八戸 花子")


def test_letters_are_counted_and_a_longer_text_is_taken_all_the_same(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = type_in(opened(page()), {ICT: {"analysis": "あ" * 151}})
    assert "151／150字 目安の150字を超えています" in words(at).replace("　", " ")
    press(at, "entry-draft")
    answers = store.submission(newest(store)["submission_id"]).reading.answers
    assert len(answers[0].text("analysis")) == 151


def test_after_an_answer_the_fields_stand_where_it_is_replaced(store, acting):
    sent(store, LAND, GOOD)
    acting(Role.DEPARTMENT, LAND)
    at = drafted(page(), {ICT: {"value": "111"}})
    assert "差替えの下書きがあります" in lead(at)
    assert list(snapshot(store).submissions["state"]) == ["sent", "draft"]


def test_a_sample_is_not_carried_into_an_answer(sampled, acting):
    acting(Role.DEPARTMENT, TRADE)
    at = opened(page(department=TRADE))
    assert "いまの回答の内容から始まります。" not in words(at)
    assert (field(at, SUPPORT, "value").value, field(at, SUPPORT, "person").value) == ("", "")


def test_a_round_about_targets_is_filled_in_with_its_own_fields(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = opened(page(round="targets"))
    assert "実績がない理由" not in words(at)
    texts = {ICT: {"baseline": "95", "baseline_period": "R4", "target": "180", "evidence": "想定の根拠"} | WHO}
    press(type_in(at, texts), "entry-draft")
    answers = {a.subject_id: a for a in store.submission(newest(store)["submission_id"]).reading.answers}
    assert (answers[ICT].number("target"), answers[ICT].text("baseline_period")) == (180.0, "FY2022")


def test_a_division_fills_in_its_own_form(store, data, acting):
    made = [Division("roads", "道路課", (BRIDGE,)), Division("rivers", "河川課", (ICT,))]
    assert staff(store, data).set_divisions(store.plan_ids()[0], LAND, made) == ()
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/roads"])
    at = run("submit", department=LAND, round=FY, division="roads")
    at = opened(at)
    assert field(at, BRIDGE, "section").value == "道路課"
    assert not [k for k in widgets(at) if k.endswith(ICT)]
    at = press(type_in(at, {BRIDGE: GOOD[BRIDGE] | {"person": "青森 花子"}}), "entry-draft")
    row = newest(store)
    assert (row["division_id"], row["state"]) == ("roads", "draft")
    assert row["filename"].endswith("県土整備部_道路課_画面で記入.xlsx")
    assert store.submission(row["submission_id"]).reading.matched_by == "identity"


# --- where it is not offered ---------------------------------------------------------------------------------------


def entry_buttons(at):
    return [b.key for b in at.button if b.key and b.key.startswith("entry")]


def test_more_indicators_are_answered_in_a_workbook(store, acting):
    acting(Role.DEPARTMENT, PLANNING)
    at = page(department=PLANNING)
    assert "回答いただく指標は6件" in lead(at)
    assert entry_buttons(at) == []
    assert "画面で記入" not in words(at)
    assert MOST == 3


def test_nothing_is_filled_in_once_the_round_is_closed_or_in_the_past_or_by_who_only_reads(store, data, acting):
    acting(Role.DEPARTMENT, LAND)
    assert entry_buttons(page()) == ["entry-open"]
    assert entry_buttons(page(as_of="2026-11-20")) == []
    acting(Role.READER)
    assert entry_buttons(page(department=LAND)) == []
    sent(store, LAND, GOOD)
    assert staff(store, data).close_round(store.plan_ids()[0], FY) == ()
    acting(Role.DEPARTMENT, LAND)
    assert entry_buttons(page()) == []


def test_what_the_secretariat_fills_in_is_marked_as_entered_for_the_department(store, acting):
    acting(Role.SECRETARIAT)
    drafted(page(department=LAND), {ICT: GOOD[ICT]})
    assert newest(store)["on_behalf"]
