"""A first year from empty: the first sentences of 概況, 照会 and 回答 say at every step what stands in the store."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kpi.cards.revision import has_target
from kpi.collection.round_proposal import starting
from kpi.people import Person, Role
from kpi.place import Place
from kpi.plan import Division
from loaders.services import Services
from loaders.services.operations import DATABASE
from loaders.store import Store
from tests.browser.acting import Cast, pick_all, press, table, tick
from tests.browser.conftest import NOW
from tests.browser.test_trip import put_in, send
from tests.browser.walking import fill, unfold_one

OFFICE, READER, FARMING = "secretariat", "reader", "dept-agriculture"
STAFF = Person("test:secretariat", "事務局(評価用)", Role.SECRETARIAT)
TARGETS, ANNUAL, DUE = "targets", "fy2025", "11月30日"
#: 総合政策部 answers at two levels, 県土整備部 by mail.
ASKED = {"planning": ("sme-dx", "transport-dx"), "agriculture": ("rice-labor",), "land": ("ict-construction",)}
NUMBERS = ("基2", "暮5", "産2", "暮8")
DIVISIONS = (Division("dx", "DX推進課", ("sme-dx",)), Division("kotsu", "交通政策課", ("transport-dx",)))
SET = {"sme-dx": (41.2, 70), "transport-dx": (18, 30), "rice-labor": (12.4, 25), "ict-construction": (95, 180)}
SIGNED = {"section": "担当課", "person": "青森 花子", "contact": "内線1234"}
TOLD = {"sme-dx": 57.0, "transport-dx": 24, "ict-construction": 140}


class Year:
    """The people at their browsers, and beside them the store that their screens are held against."""

    def __init__(self, cast: Cast, server) -> None:
        self.cast, self.data, self.store = cast, server.data, Store(server.data / DATABASE)
        self.asked = TARGETS

    @property
    def now(self):
        return self.store.snapshot("prefecture", at=NOW)

    def services(self, person: Person = STAFF) -> Services:
        return Services(self.store, person, self.data, lambda: NOW)

    def first(self, who: str, address: str) -> str:
        return self.cast.at(who, address).locator(".lead").inner_text()

    def holds(self, *, rounds: str = "", submit: str = "", overview: str = "", reader: bool = False) -> None:
        """The first sentences and the store agree; each also has the words that its step is about."""
        snapshot = self.now
        there = snapshot.observations
        for who in (OFFICE, READER) if reader else (OFFICE,):
            seen = there if who == OFFICE else there[there["review"] == "confirmed"]
            said = self.first(who, "")
            assert f"目標値等 19指標中{len(settled(snapshot))}指標設定済み" in said, said
            values, missing = (set(seen[seen["state"] == s]["indicator_id"]) for s in ("value", "unpublished"))
            found = counts(re.split("[(。]", said.partition("指標のうち")[2])[0])
            if found:
                assert sum(found.values()) == 19, said
                assert found.get("未公表", 0) == len(missing), said
                lacking = sum(n for word, n in found.items() if word in ("値なし", "未回答", "未公表"))
                assert lacking == 19 - len(values), said
            else:
                assert len(seen) == 0, said
            main = self.cast.pages[who].get_by_test_id("stMainBlockContainer")
            expect(main).not_to_contain_text("回答はまだありません")
            year = "最新の値 令和7年度(2025年度) 19指標のうち" if len(values) else "実績の値はまだありません"
            expect(main).to_contain_text(f"{year}{len(values) or ''}")
            if who == OFFICE:
                assert overview in said, said
        said, mine = self.first(OFFICE, f"rounds?round={self.asked}"), snapshot.submissions
        mine = mine[(mine["round_id"] == self.asked) & (mine["division_id"] == "") & (mine["state"] == "sent")]
        answered = counts(said.partition("部局のうち")[2].partition("。")[0])
        assert sum(answered.get(w, 0) for w in ("回答済", "確認済", "修正依頼")) == mine["department_id"].nunique(), (
            said
        )
        assert rounds in said, said
        said = self.first(FARMING, f"submit?round={self.asked}")
        assert ("受け付けました" in said or "確認済です" in said) == ("agriculture" in set(mine["department_id"])), said
        assert submit in said, said

    def start(self, told: str) -> None:
        """The office starts the calendar's round with three departments and four indicators."""
        page = self.cast.at(OFFICE, f"rounds?round={self.asked}")
        box = page.locator("[class*='st-key-start-round']")
        unfold_one(box.locator("summary"))
        box.get_by_text("選ぶ", exact=True).click()
        pick_all(page, "部局(空けるとすべて)", "総合政策部", "農林水産部", "県土整備部", within=box)
        pick_all(page, "指標(空けるとすべて)", *NUMBERS, within=box)
        expect(table(box, "各部局に尋ねる指標").locator("tbody tr")).to_have_count(3)
        press(page, "この内容で照会を始める", told, within=box)

    def answer(self, who: str, department: str, said: dict[str, dict[str, object]]) -> None:
        """A department at its page, or the office in its name."""
        page = self.cast.at(who, f"submit?department={department}&round={self.asked}")
        put_in(page, self.cast.answer(page, said))
        send(page)

    def answer_at_two_levels(self, said: dict[str, dict[str, object]]) -> None:
        """Two 課 answer to their 主管課, which joins what they say."""
        lead = Person("a", "主管課 太郎", Role.DEPARTMENT, frozenset({"planning"}))
        for division in DIVISIONS:
            own = self.services(replace(lead, divisions=frozenset({f"planning/{division.id}"})))
            place = Place("prefecture", self.asked, "planning", division.id)
            form = fill(own.take_form(place)[1], {i: said[i] for i in division.indicators})
            taken = own.take_return(place, form, "a.xlsx")
            assert taken.open == ()
            assert own.pass_on(taken.saved.submission_id) == ()
        joined = self.services(lead).join(Place("prefecture", self.asked, "planning"))
        assert self.services(lead).send(joined.submission_id).codes is not None


def settled(snapshot) -> set[str]:
    """The indicators with both 現状値 and 目標値."""
    return {i for i, card in snapshot.cards.items() if card.baseline is not None and has_target(card)}


def counts(said: str) -> dict[str, int]:
    """「順調7、進捗に遅れ3(うち…)」 as numbers by word."""
    return {word: int(count) for word, count in re.findall(r"([^、(。\d]+)(\d+)", said)}


def targets_of(*indicators: str) -> dict[str, dict[str, object]]:
    ways = {i: dict(zip(("baseline", "target"), SET[i], strict=True)) for i in indicators}
    return {i: {**way, "baseline_period": "令和4年度", **SIGNED} for i, way in ways.items()}


def values_of(*indicators: str) -> dict[str, dict[str, object]]:
    return {i: {"value": TOLD[i], "release": "確定", **SIGNED} for i in indicators}


def set_targets(year: Year) -> None:
    """目標値等設定照会, from a proposal of the calendar to its closing."""
    year.first(OFFICE, "")  # the first start makes the store
    year.holds(
        rounds="まだ始まっていません。始めると11部局に尋ねます",
        submit="期限は事務局が照会を始めると決まります",
        reader=True,
    )
    year.services(replace(STAFF, role=Role.ADMIN)).set_divisions("prefecture", "planning", DIVISIONS)
    year.start("「目標値等設定照会」を始めました。")
    due = year.now.plan.round(TARGETS).due
    assert due > NOW.date() + timedelta(weeks=4)
    year.holds(rounds="3部局のうち未回答3。期限まであと", submit=f"期限{due.month}月{due.day}日")
    year.answer(FARMING, "agriculture", targets_of("rice-labor"))
    year.holds(rounds="3部局のうち回答済1、未回答2")
    year.answer_at_two_levels(targets_of(*ASKED["planning"]))
    year.answer(OFFICE, "land", targets_of("ict-construction"))
    year.holds(rounds="3部局のうち回答済3。", overview="19指標中0指標設定済み")
    page = year.cast.pages[OFFICE]
    year.cast.at(OFFICE, "")
    expect(page.get_by_text("3部局のうち回答済3。期限まであと")).to_be_visible()
    expect(page.get_by_text("回答された現状値・目標値4件は、決定を記録すると設定されます")).to_be_visible()
    # Who typed 県土整備部's answer records the decision about it as about the others.
    page = year.cast.at(OFFICE, "admin?part=cards")
    pick_all(page, "決定を記録する提案", *(f"P{n:05d}" for n in (1, 2, 3, 4)))
    press(page, "決定を記録する(4件)", "記録した決定は取り消せません。")
    press(page, "この内容で記録する", "4件の決定を記録しました。")
    assert settled(year.now) == set(SET)
    year.services().close_round("prefecture", TARGETS)
    year.holds(rounds="に締め切りました", overview="19指標中4指標設定済み。実績の値はまだありません", reader=True)
    # Nobody was asked for a value yet, so no list says that nineteen are missing.
    expect(year.cast.pages[READER].get_by_role("table", name="目を向けるところ")).to_have_count(0)
    year.cast.at(OFFICE, "")
    expect(page.get_by_text("実績の値が入ると、遅れている指標がここに並びます。")).to_be_visible()
    expect(page.get_by_test_id("stMainBlockContainer")).not_to_contain_text("未回答")


def tell_values(year: Year) -> None:
    """令和7年度実績照会: one without a value, all confirmed, and closed."""
    year.asked = ANNUAL
    year.holds(rounds="まだ始まっていません", submit=f"予定の期限は{DUE}")
    plan = year.now.plan
    asked = starting(plan.round(ANNUAL), plan, NOW.date())
    asked = replace(asked, departments=tuple(ASKED), indicators=tuple(SET))
    assert year.services().open_round(plan.id, asked) == ()
    year.holds(rounds="3部局のうち未回答3。期限まであと9日。", submit=f"期限{DUE}", overview="未回答4、値なし15")
    year.answer(FARMING, "agriculture", {"rice-labor": {"missing_reason": "未公表", "next_release": "R9.3", **SIGNED}})
    year.holds(rounds="3部局のうち回答済1、未回答2", overview="未公表1")
    year.answer_at_two_levels(values_of(*ASKED["planning"]))
    year.answer(OFFICE, "land", values_of("ict-construction"))
    year.holds(rounds="3部局のうち回答済3。", overview="うち未確認3指標", reader=True)
    for submission in year.now.submissions.query("round_id == @ANNUAL and state == 'sent'")["submission_id"]:
        assert year.services().confirm(submission) == ()
    year.holds(rounds="3部局のうち確認済3。", submit="1件すべて確認済です")
    page = year.cast.at(OFFICE, f"rounds?round={ANNUAL}")
    unfold_one(page.locator("[class*='st-key-close-round'] summary"))
    tick(page, "上のことを確かめました")
    press(page, "締め切る", "「令和7年度実績照会」を締め切りました。")
    year.holds(rounds="に締め切りました", submit="1件すべて確認済です", reader=True)
    # What was not held is still a proposal, and has made nobody late.
    assert "まだ始まっていません" in year.first(OFFICE, "rounds?round=fy2024")


@pytest.mark.campaign
def test_a_first_year_from_empty_is_told_truly_at_every_step(server, open_page, tmp_path):
    year = Year(Cast(server.url, tmp_path, open_page), server)
    set_targets(year)
    tell_values(year)
    assert year.store.verify() == ()
    year.cast.leave()
