"""出所 and the moment shown: every figure is followed to its cell, by whom it may be seen, as of any day."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

import pages.parts.app.current_view
from kpi.collection.workflow import Mend
from kpi.people import Person, Role
from kpi.provenance.passport import Earlier
from kpi.provenance.passport_words import standing
from loaders.lists.list_layout import Told
from loaders.services import NotAllowed
from loaders.services.lists.listing import PutIn
from pages.parts.app.current_view import view
from pages.parts.shared.as_of import PastServices, moment_of
from pages.parts.shared.figure_search import wanted
from tests.loaders.lists.reading import read
from tests.loaders.lists.sheets import book
from tests.samplekit import with_samples, with_store
from tests.screenkit import DAY, FAILED, by_label, html, look, operator, plan_id, run, words

CLOSED = {"fy2024": datetime(2025, 12, 1, 17, 5)}


@pytest.fixture
def samples(use, tmp_path):
    return operator(use(with_samples(tmp_path)))


@pytest.fixture
def empty(use, tmp_path):
    return operator(use(with_store(tmp_path)))


def figure(services, indicator="dx-support", period="FY2025"):
    rows = look(services).observations
    return rows[(rows["indicator_id"] == indicator) & (rows["period"] == period)].iloc[-1]


# --- the passport -------------------------------------------------------------------------------------------------


def test_a_passport_tells_cell_letters_hash_dates_people_and_formula(samples):
    own = figure(samples)
    at = run("origin", figure=own["code"])
    said = words(at)
    assert FAILED not in said
    for told in (own["code"], "204件", "令和7年度(2025年度)", f"{own['sheet']}!{own['cell']}", own["sha256"]):
        assert told in said
    assert f">{own['written']}</code>" in html(at)
    assert own["sent_by"] in said
    assert "部局内決裁" in said
    assert "公表可" in said
    assert "(204−120)÷(200−120)" in said


def test_a_value_that_came_in_a_list_is_told_as_such_and_no_department_answers_for_it(empty):
    own = look(empty).plan.indicator("dx-support")
    data = book("一覧", {"A1": "指標", "B1": "単位", "C1": "R5実績", "A2": own.name, "B2": own.unit, "C2": 130})
    reading = read(data)
    intake = empty.compare_list(plan_id(empty), reading, Told())
    empty.take_list(plan_id(empty), PutIn("昨年度.xlsx", data, reading, Told()), intake, "公表資料")
    code = look(empty).observations["code"].iloc[-1]
    for page, where in (("origin", {"figure": code}), ("indicator", {"indicator": "dx-support"})):
        said = words(run(page, **where))
        for told in ("一覧のファイル", "昨年度.xlsx", "一覧!C2", "一覧の取込み", empty.person.name):
            assert told in said, (page, told)
        assert "事務局への回答" not in said
        assert "部局内決裁" not in said


def corrected(services, value):
    """The value of R7 sent again otherwise and confirmed; its new short number."""
    sent = figure(services)["submission_id"]
    again = services.revise(sent)
    assert services.mend(again, [Mend("dx-support", "value", value, "数え直した")]) == ()
    assert services.send(again, reason="数え直した").codes
    assert services.confirm(again, ["dx-support"]) == ()
    return figure(services)["code"]


def test_a_figure_is_released_on_the_screens_at_its_hour_though_nobody_writes(samples, monkeypatch):
    code, hour = corrected(samples, 206.0), datetime(2026, 11, 21, 12)
    assert samples.set_publication([code], "embargoed", hour) == ()
    for minute, seen in ((-1, "204件"), (1, "206件")):
        monkeypatch.setattr(pages.parts.app.current_view, "now", lambda at=hour + timedelta(minutes=minute): at)
        assert f"R7の実績{seen}" in words(run("indicator", indicator="dx-support", as_="reader"))


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", ""), lambda c: " " + c + " "])
def test_a_number_is_found_however_it_is_typed(samples, change):
    code = figure(samples)["code"]
    assert code in words(run("origin", figure=change(code)))


def test_full_width_letters_and_digits_are_the_same_number():
    assert wanted("\uff2b７Q－０２１９ ") == "K7Q-0219"


def test_the_number_of_an_indicator_lists_its_values_each_leading_to_its_own_passport(samples):
    rows = look(samples).observations
    codes = list(rows[rows["indicator_id"] == "teacher-ict"]["code"])
    assert len(codes) > 1
    shown = html(run("origin", figure="teacher-ict"))
    assert all(f"origin?figure={code}" in shown for code in codes)


def test_a_replaced_value_says_so_from_the_moment_when_the_new_one_was_known(samples):
    (found,) = samples.trace(figure(samples)["code"])
    later = found.known_at + timedelta(days=1)
    newer = Earlier("X", 210.0, "value", "final", later, "fy2025", "", superseded=False)
    state, replaced = view(), replace(found, superseded=True, earlier=(newer,))
    assert standing(state, found, None) == ""
    assert standing(state, replaced, None) == standing(state, replaced, later) == "この後に新しい値が入っています。"
    assert standing(state, replaced, found.known_at) == ""


def test_an_earlier_value_of_the_same_period_is_linked(samples):
    rows = look(samples).observations
    mine = rows[(rows["indicator_id"] == "teacher-ict") & (rows["period"] == "FY2024")].sort_values("known_at")
    first, last = mine.iloc[0]["code"], mine.iloc[-1]["code"]
    assert first != last
    assert f"origin?figure={first}" in html(run("origin", figure=last))


def test_what_is_not_known_says_so_and_offers_indicators_of_that_name(samples):
    assert "当てはまる値は見つかりません" in words(run("origin", figure="XXX-0001"))
    assert "origin?figure=dx-support" in html(run("origin", figure="DX支援"))


def test_nothing_asked_lists_what_there_is_or_says_that_there_is_nothing(samples):
    assert "origin?figure=dx-support" in html(run("origin"))


def test_an_empty_store_is_a_state_with_advice(empty):
    assert "回答がまだありません" in words(run("origin"))


def test_a_reader_finds_no_figure_that_is_not_approved_or_is_kept_in_the_house(samples):
    rows = look(samples).observations
    open_one = rows[rows["review"] == "unconfirmed"].iloc[0]["code"]
    assert "見つかりません" in words(run("origin", figure=open_one, as_="reader"))
    kept = figure(samples)["code"]
    assert kept in words(run("origin", figure=kept, as_="reader"))
    assert samples.set_publication([kept], "internal") == ()
    assert "見つかりません" in words(run("origin", figure=kept, as_="reader"))


def test_only_who_may_see_the_return_is_given_the_workbook(samples):
    code = figure(samples)["code"]
    assert [b.label for b in run("origin", figure=code).get("download_button")] == ["原本を受け取る"]
    reader = run("origin", figure=code, as_="reader")
    assert not reader.get("download_button")
    assert "原本は、担当部局と事務局が受け取れます" in words(reader)


def test_markup_in_what_was_asked_is_shown_as_text(samples):
    assert "<b>x</b>" not in html(run("origin", figure="<b>x</b>"))


def test_a_published_figure_tells_source_definition_and_table(samples):
    said = words(run("origin", series="sme-dx-awareness", area="02", period="FY2022"))
    for told in ("77.4%", "青森県DX推進プラン(原案)", "02 現状と課題 本県の動向", "計画(原案)の記載", "定義"):
        assert told in said
    assert "この公表値は見つかりません" in words(run("origin", series="no", area="02", period="FY2022"))


def test_baseline_and_target_lead_to_the_decision_that_set_them(samples):
    said = words(run("origin", card="dx-support"))
    assert "200件" in said
    assert "R6.1.31本部決定" in said
    assert "計画にありません" in words(run("origin", card="nothing"))


@pytest.mark.parametrize(
    ("screen", "query"),
    [("overview", {}), ("field", {"field": "industry"}), ("indicator", {"indicator": "dx-support"})],
)
def test_the_figures_of_a_screen_lead_to_their_passports(samples, screen, query):
    assert f"origin?figure={figure(samples)['code']}" in html(run(screen, **query))


def test_the_overview_leads_from_a_target_to_where_it_was_decided(samples):
    assert "origin?card=dx-support" in html(run("overview"))


# --- as of --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "moment"),
    [
        ("2026-03-31", datetime.combine(date(2026, 3, 31), time.max)),
        ("fy2024", CLOSED["fy2024"]),
        ("2026-11-21", None),
        ("2027-01-01", None),
        ("2026-02-30", None),
        ("20260331", None),
        ("fy2025", None),
        ("<b>", None),
    ],
)
def test_a_past_day_or_a_closed_round_is_a_moment_and_nothing_else_is(asked, moment):
    assert moment_of(asked, CLOSED, date(2026, 11, 21)) == moment


def test_a_past_day_shows_what_was_known_then_says_so_and_links_keep_it(samples):
    now, then = run("overview"), run("overview", as_of="2026-03-31")
    assert "204件" in words(now)
    assert "204件" not in words(then)
    assert "158件" in words(then)
    assert "令和8年3月31日時点で分かっていた内容です" in words(then)
    links = [h for h in html(then).split('href="')[1:] if h.startswith("indicator")]
    assert links
    assert all("as_of=2026-03-31" in h.split('"')[0] for h in links)


def test_the_way_back_keeps_the_filters_and_drops_the_moment(samples):
    shown = html(run("field", field="industry", as_of="2026-03-31"))
    back = shown.split("今の表示に戻す")[0].rsplit('href="', 1)[1]
    assert back.startswith("field?field=industry")
    assert "as_of" not in back


def test_a_closed_round_is_a_moment_of_its_own(samples):
    assert samples.close_round(plan_id(samples), "fy2024") == ()
    assert "「令和6年度実績照会」を締め切った時点" in words(run("overview", as_of="fy2024"))


def test_what_is_no_moment_falls_out_of_the_address(samples):
    at = run("overview", as_of="yesterday")
    assert "時点で分かっていた内容です" not in words(at)
    assert "as_of" not in at.query_params


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("abc", "アドレスの日付「abc」は読めないため、今のすがたを表示しています。"),
        ("2026-13-45", "アドレスの日付「2026-13-45」は読めないため、今のすがたを表示しています。"),
        ("2030-01-01", "アドレスの日付「2030-01-01」はまだ来ていない日付のため、今のすがたを表示しています。"),
        ("fy2025", "アドレスの照会「令和7年度実績照会」はまだ締め切られていないため、今のすがたを表示しています。"),
    ],
)
def test_why_now_is_shown_in_place_of_another_moment_is_said_once(samples, asked, why):
    at = run("overview", as_of=asked)
    assert why in words(at)
    assert "今のすがたを" not in words(at.run())


@pytest.mark.parametrize("query", [{}, {"as_of": DAY}, {"as_of": "2026-03-31"}])
def test_of_now_and_of_a_past_day_there_is_nothing_to_excuse(samples, query):
    assert "今のすがたを" not in words(run("overview", **query))


def test_picking_a_day_in_the_menu_puts_it_into_the_address(samples):
    at = run("overview")
    by_label(at.text_input, "この日の終わり").set_value("R8.3.31").run()
    assert at.query_params["as_of"] == "2026-03-31"
    assert "令和8年3月31日時点" in words(at)


def test_a_figure_of_later_is_not_known_yet(samples):
    code = figure(samples)["code"]
    assert "まだ分かっていませんでした" in words(run("origin", figure=code, as_of="2026-03-31"))


def test_while_the_past_is_shown_nothing_is_written_by_anybody(samples):
    admin = Person("a", "管理者", Role.ADMIN)
    services = PastServices(samples.store, admin, samples.data, lambda: datetime(2026, 11, 21, 9))
    code = figure(samples)["code"]
    assert len(services.trace(code)) == 1
    with pytest.raises(NotAllowed, match="過去の時点"):
        services.set_publication([code], "internal")
    with pytest.raises(NotAllowed, match="過去の時点"):
        services.remove_samples()


@pytest.mark.parametrize("part", ["cards", "publication", "departments", "people", "keep", "plan"])
def test_the_parts_of_administration_offer_nothing_to_write_in_the_past(samples, part):
    at = run("admin", part=part, as_of="2026-03-31")
    assert FAILED not in words(at)
    assert "操作はできません" in words(at) or not at.button
    assert not [b for b in at.button if not b.disabled]
