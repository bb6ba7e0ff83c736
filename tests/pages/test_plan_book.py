"""管理: the plan as one workbook, put in with its differences and a decision; and the next plan begun."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.issue import Severity
from kpi.period import Period
from tests.loaders.plan.bookkit import add, drop, put, say, treated
from tests.samplekit import with_store
from tests.screenkit import by_label, html, look, operator, plan_id, press, run, sound, upload, words

SME = "sme-dx"


@pytest.fixture
def services(use, tmp_path):
    return operator(use(with_store(tmp_path)))


def book(services, *how):
    return treated(services.plan_workbook(plan_id(services))[1], *how)


def put_in(services, *how):
    return upload(run("admin", as_="admin", part="plan"), "定義書.xlsx", book(services, *how))


def decided(at, reason="中間見直し"):
    by_label(at.text_input, "改定の理由").set_value(reason)
    return press(press(at.run(), "plan-book-save"), "plan-book-save-yes")


def test_an_untouched_workbook_says_that_nothing_would_change(services):
    at = put_in(services)
    assert sound(at)
    assert "変わるところはありません" in words(at)
    assert "この内容に改定する" not in {b.label for b in at.button}


def test_a_workbook_from_before_another_change_says_so_before_it_is_decided(services):
    old = book(services, say("計画", "標語", "新しい標語"))
    fresh = upload(run("admin", as_="admin", part="plan"), "定義書.xlsx", old)
    assert "計画が変わっています" not in words(fresh)
    decided(put_in(services, say("計画", "出典", "別の出典")))
    at = upload(run("admin", as_="admin", part="plan"), "定義書.xlsx", old)
    assert sound(at)
    assert "この定義書を受け取ったあとに、計画が変わっています" in words(at)
    by_label(at.text_input, "改定の理由").set_value("中間見直し")
    at = press(at.run(), "plan-book-save")
    assert words(at).count("この定義書を受け取ったあとに、計画が変わっています") == 2


def test_differences_come_first_and_the_decision_puts_them_in_force(services):
    before = services.store.log_head()
    at = put_in(services, say("計画", "標語", "新しい標語"), put("指標", "小数の桁数", 2, 記号=SME))
    said = words(at)
    assert "変わるところが2か所あります" in said
    assert "新しい標語" in said
    assert "決定待ちになる" in said
    assert next(b for b in at.button if b.label == "この内容に改定する").disabled  # no reason yet
    assert services.store.log_head() == before
    by_label(at.text_input, "改定の理由").set_value("中間見直し")
    at = press(at.run(), "plan-book-save")
    assert "別の担当者が決定を記録すると変わります" in words(at)
    assert services.store.log_head() == before
    at = press(at, "plan-book-save-yes")
    assert sound(at)
    said = words(at)
    assert "計画を改定しました(1か所)" in said
    assert "これまでの改定" in said
    assert "中間見直し" in said
    assert look(services).plan.slogan == "新しい標語"
    assert list(look(services).proposals["indicator_id"]) == [SME]
    assert [b.label for b in at.get("download_button")].count("2026-11-21 09:00 改定前定義書") <= 1
    assert not at.file_uploader[0].value


def test_a_fault_is_told_by_its_cell_and_nothing_can_be_put_in_force(services):
    at = put_in(services, put("指標", "目標値", "約50", 記号=SME), say("計画", "標語", "新"))
    said = words(at)
    assert "指標!Q" in said
    assert "約50" in said
    assert "直して、もう一度入れてください" in said
    assert "plan-book-save" not in {b.key for b in at.button}


def test_what_must_not_be_says_why(services):
    found = put_in(services, drop("部局", 記号="police"), drop("担当", 部局の記号="police"))
    assert "警察本部" in words(found)
    assert "plan-book-save" not in {b.key for b in found.button}


def test_another_plans_workbook_and_any_other_file_are_refused(services):
    assert services.begin_plan("prefecture", "another", "次", Period("FY", 2029), Period("FY", 2033)) == ()
    at = put_in(services, say("計画", "計画の記号", "another"))
    assert "別の計画の定義書です" in words(at)
    at = upload(run("admin", as_="admin", part="plan"), "x.xlsx", b"x")
    assert sound(at)
    assert "もう一度入れてください" in words(at)


def test_the_workbook_of_a_plan_that_is_not_there_begins_it_after_a_confirmation(services):
    before = services.store.log_head()
    at = put_in(services, say("計画", "計画の記号", "another"), say("計画", "名称", "<i>ほか</i>の計画"))
    plan, said = look(services).plan, words(at)
    for word in (f"{len(plan.indicators)}件", f"{len(plan.departments)}部局", f"{len(plan.fields)}分野", "another"):
        assert word in said
    assert "&lt;i&gt;ほか&lt;/i&gt;の計画" in html(at)
    assert "plan-book-save" not in {b.key for b in at.button}
    at = press(at, "plan-book-begin")
    assert services.store.log_head() == before
    at = press(at, "plan-book-begin-yes")
    assert sound(at)
    assert "を始めました。メニューの上で選べます。" in words(at)
    assert services.store.plan_ids() == ("prefecture", "another")
    at = run("admin", as_="admin", part="plan", plan="another")
    assert sound(at)
    assert "定義書による計画の開始" in words(at)
    assert len([b for b in at.get("download_button") if b.label.endswith("はじめの定義書")]) == 1


def test_a_new_plan_with_a_fault_is_told_by_its_cell_and_cannot_be_begun(services):
    at = put_in(services, say("計画", "計画の記号", "another"), put("指標", "目標値", "約50", 記号=SME))
    said = words(at)
    assert "指標!Q" in said
    assert "まだ何も始めていません" in said
    assert "plan-book-begin" not in {b.key for b in at.button}


def test_markup_in_a_workbook_is_text(services):
    at = put_in(services, say("計画", "標語", "<b>x</b>"), add("用語", 鍵="<i>", 語="[a](http://x)"))
    assert "<b>x</b>" not in html(at)
    assert "&lt;b&gt;x&lt;/b&gt;" in html(at)


def test_the_next_plan_is_begun_by_copying_and_is_offered(services):
    at = run("admin", as_="admin", part="plan")
    assert by_label(at.text_input, "計画の記号").value == "prefecture-2029"
    by_label(at.text_input, "計画の名称").set_value("次のプラン")
    at = press(at.run(), "next-save")
    assert "令和11年度(2029年度)から令和15年度(2033年度)まで" in words(at)
    assert services.store.plan_ids() == ("prefecture",)
    at = press(at, "next-save-yes")
    assert sound(at)
    assert "「次のプラン」を始めました" in words(at)
    made = services.store.plan("prefecture-2029")
    assert (made.name, made.offered, made.rounds) == ("次のプラン", True, ())
    for screen in (
        "overview",
        "field",
        "indicator",
        "admin",
        "rounds",
        "submit",
        "method",
        "data",
        "report",
        "review",
        "compare",
        "handover",
    ):
        assert sound(run(screen, as_="admin", plan="prefecture-2029")), screen
    assert "次のプラン" in words(run("admin", as_="admin", part="plan", plan="prefecture-2029"))


def test_an_id_that_is_taken_or_none_is_refused_and_the_form_stays(services):
    for wanted, said in (("prefecture", "使っています"), ("計画", "記号として読めません")):
        at = run("admin", as_="admin", part="plan")
        by_label(at.text_input, "計画の記号").set_value(wanted)
        at = press(press(at.run(), "next-save"), "next-save-yes")
        assert said in words(at)
        assert services.store.plan_ids() == ("prefecture",)


def test_the_workbook_of_a_plan_in_the_store_alone_is_read_back(services):
    assert services.begin_plan("prefecture", "next", "次", Period("FY", 2029), Period("FY", 2033)) == ()
    name, data = services.plan_workbook("next")
    found = services.read_plan_workbook(data, name)
    assert [i for i in found.issues if i.severity is Severity.FIX] == []
    assert services.compare_plan("next", found.plan, date(2029, 4, 1)).changes == ()
