"""A date where a screen asks for one: typed or picked, told where it is none, and never taken for an empty field."""

from datetime import date

import pytest

from pages.parts.shared.date_input import typed, unread
from tests.samplekit import with_samples, with_store
from tests.screenkit import by_label, html, look, move, operator, press, run, words

UNREAD = "「R8.11.31」は存在しない年月日です。"
AS_OF = "この日の終わり"


@pytest.fixture
def samples(use, tmp_path):
    return operator(use(with_samples(tmp_path)))


@pytest.fixture
def empty(use, tmp_path):
    return operator(use(with_store(tmp_path)))


def field(at, label):
    return by_label(at.text_input, label)


def test_a_day_typed_is_shown_whole_in_both_reckonings_and_what_is_none_is_told_beside_it(samples):
    at = run("rounds")
    due = field(at, "主管課から事務局への期限")
    assert due.value == "2026/11/30"
    assert "令和8年11月30日(月)" in words(at)
    due.set_value("令和8年12月11日").run()
    assert "令和8年12月11日(金)" in words(at)
    by_label(at.text_input, "変更の理由").set_value("議会日程による").run()
    field(at, "主管課から事務局への期限").set_value("R8.11.31").run()
    assert UNREAD in words(at)
    assert 'role="alert"' in html(at)
    # It is no empty field, which would leave the round without a date: nothing is done with it.
    assert not [b for b in at.button if b.key == "change-now"]
    field(at, "主管課から事務局への期限").set_value("R8.12.11").run()
    press(at, "change-now")
    assert look(samples).plan.round("fy2025").due == date(2026, 12, 11)


def test_what_the_calendar_gives_stands_in_the_field(samples):
    at = run("rounds")
    calendar = next(d for d in at.date_input if d.key == "change-prefecture-fy2025-due-calendar")
    assert calendar.value == date(2026, 11, 30)
    calendar.set_value(date(2026, 12, 4)).run()
    assert field(at, "主管課から事務局への期限").value == "2026/12/04"
    field(at, "主管課から事務局への期限").set_value("20261207").run()
    calendar = next(d for d in at.date_input if d.key == "change-prefecture-fy2025-due-calendar")
    assert calendar.value == date(2026, 12, 7)


def test_the_log_of_a_date_that_is_none_is_not_the_whole_log(samples):
    at = run("admin", part="log")
    assert at.dataframe
    field(at, "この日から").set_value("R8.11.31").run()
    assert UNREAD in words(at)
    assert not at.dataframe
    field(at, "この日から").set_value("").run()
    assert at.dataframe


def test_a_moment_is_typed_and_the_field_never_says_another_than_the_page(samples):
    at = run("overview")
    field(at, AS_OF).set_value("R8.3.31").run()
    assert at.query_params["as_of"] in ("2026-03-31", ["2026-03-31"])
    assert field(at, AS_OF).value == "2026/03/31"
    assert "令和8年3月31日時点で分かっていた内容です。" in words(at)
    # On another screen the moment goes along, and the field with it.
    move(at, "data")
    assert field(at, AS_OF).value == "2026/03/31"
    assert "令和8年3月31日時点で分かっていた内容です。" in words(at)
    # What names no day leaves the page as it is, and is told until it is put right or left.
    field(at, AS_OF).set_value("R8.11.31").run()
    assert UNREAD in words(at)
    assert "令和8年3月31日時点" in words(at)
    move(at, "overview")
    assert field(at, AS_OF).value == "2026/03/31"
    # Back, or a link: the address says it.
    at.query_params["as_of"] = "2026-04-30"
    at.run()
    assert field(at, AS_OF).value == "2026/04/30"
    del at.query_params["as_of"]
    at.run()
    assert field(at, AS_OF).value == ""
    assert "時点で分かっていた" not in words(at)


@pytest.mark.parametrize("day", ["2026/11/21", "2030/1/1"])
def test_today_and_what_is_to_come_leave_the_field_as_empty_as_the_page_is_of_now(samples, day):
    at = run("overview")
    field(at, AS_OF).set_value(day).run()
    assert "時点で分かっていた" not in words(at)
    assert field(at, AS_OF).value == ""


def test_data_opened_after_other_screens_is_whole(samples):
    whole = len(run("data", kind="observations").dataframe[0].value)
    at = run("indicator", indicator="dx-support")
    for screen, query in (("rounds", {"round": "fy2024"}), ("compare", {"series": "doctors-all"})):
        move(at, screen)
        for key, value in query.items():
            at.query_params[key] = value
        at.run()
    move(at, "data")
    at.query_params["kind"] = "observations"
    at.run()
    assert len(at.dataframe[0].value) == whole
    assert [by_label(at.selectbox, label).value for label in ("指標", "照会")] == ["all", "all"]
    # What was chosen on the screen itself is found there again, and stands in its field.
    by_label(at.selectbox, "指標").set_value("dx-support").run()
    move(at, "indicator")
    assert by_label(at.selectbox, "指標").value == "dx-support"
    move(at, "data")
    assert by_label(at.selectbox, "指標").value == "dx-support"


@pytest.mark.parametrize(("part", "label"), [("publication", "指標"), ("publication", "照会"), ("log", "種類")])
def test_the_lists_of_administration_are_not_narrowed_by_other_screens_either(samples, part, label):
    at = run("indicator", indicator="dx-support")
    move(at, "rounds")
    at.query_params["round"] = "fy2024"
    at.run()
    move(at, "data")
    by_label(at.selectbox, "種類").set_value("observations").run()
    move(at, "admin")
    at.query_params["part"] = part
    at.run()
    assert by_label(at.selectbox, label).value == "all"


def test_fields_are_read_also_by_what_is_called_before_the_page_is_drawn(monkeypatch):
    kept = {"one": "R8.11.28", "two": "R8.11.31"}
    monkeypatch.setattr("pages.parts.shared.date_input.st.session_state", kept)
    assert typed("one") == (date(2026, 11, 28), "")
    assert typed("two")[0] is None
    assert (unread("one", "absent"), unread("one", "two")) == (False, True)
