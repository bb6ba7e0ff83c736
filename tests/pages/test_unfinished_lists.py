"""管理 → 一覧の取込み: what was put right is there after a reload, to go on with or to throw away."""

from __future__ import annotations

import pytest

from tests.loaders.lists.sheets import YEARS_DOWN
from tests.samplekit import with_store
from tests.screenkit import by_label, operator, plan_id, press, run, sound, upload, words


@pytest.fixture
def services(use, tmp_path):
    return operator(use(with_store(tmp_path)))


def opened():
    return run("admin", as_="admin", part="lists")


def waiting(at):
    """Whether a list waits to be gone on with."""
    return "読みかけの一覧" in {one.value for one in at.subheader}


def corrected(services):
    """A list put in, and one of its rows pointed at and left out."""
    at = upload(opened(), "推移.xlsx", YEARS_DOWN)
    assert sound(at)
    by_label(at.text_input, "直すセルの番地").set_value("B7")
    at.run()
    by_label(at.selectbox, "この行 7 は").set_value("skip")
    at = next(b for b in at.button if b.label == "この読み方にする").click().run()
    assert sound(at)
    return at


def test_nothing_is_kept_of_a_list_that_was_only_looked_at(services):
    before = services.store.log_head()
    assert sound(upload(opened(), "推移.xlsx", YEARS_DOWN))
    assert services.store.log_head() == before
    assert not waiting(opened())


def test_what_was_put_right_is_there_after_a_reload_and_is_gone_on_with(services):
    corrected(services)
    (kept,) = services.readings(plan_id(services))
    assert kept.told.columns == {"7": "skip"}
    at = opened()
    assert waiting(at)
    assert "推移.xlsx シート「推移」を直したところです。" in words(at)
    at = press(at, f"list-go-on-{kept.sha256}-0")
    assert sound(at)
    assert "の続きです" in words(at)
    assert "前に直したところから続けています" in words(at)
    by_label(at.text_input, "直すセルの番地").set_value("B7")
    assert by_label(at.run().selectbox, "この行 7 は").value == "skip"
    at = press(at, "list-close-0")
    assert waiting(at)


def test_the_same_file_put_in_again_goes_on_where_it_was_left(services):
    corrected(services)
    at = upload(opened(), "推移.xlsx", YEARS_DOWN)
    assert "前に直したところから続けています" in words(at)
    at = press(at, "list-forget-0")
    assert sound(at)
    assert services.readings(plan_id(services)) == ()


def test_what_was_put_right_is_thrown_away(services):
    corrected(services)
    (kept,) = services.readings(plan_id(services))
    at = press(opened(), f"list-throw-{kept.sha256}-0")
    assert sound(at)
    assert "読みかけを捨てました" in words(at)
    assert not waiting(at)
    assert services.readings(plan_id(services)) == ()
