"""回答: cells mended on the page, and each value beside what was known."""

import re
from datetime import datetime

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend
from kpi.issue import Severity
from kpi.people import Role
from kpi.period import Period
from loaders.services.intake import mend_return
from loaders.store import Receipt
from tests.pages.submit.kit import BRIDGE, FY, GOOD, ICT, LAND, cells, page, put_in, sent, settle, snapshot, staff, told
from tests.samplekit import AT
from tests.screenkit import english, html, lead, run, said, sound
from tests.storekit import decide_card, do, send

# --- mending ----------------------------------------------------------------------------------------------------


def faults(at):
    return [r for r in at.radio if r.label == "どうしますか"]


def test_a_columns_name_stands_on_one_line(store):
    put_in(store, LAND, {ICT: {"value": "110", "release": ""}, BRIDGE: {"value": "13"}})
    at = run("submit", department=LAND, round=FY)
    assert faults(at)
    assert re.findall(r'<div class="meta">([^<]*)<br>', html(at)) == []


def test_a_typed_value_is_confirmed_in_words(store):
    put_in(store, LAND, GOOD | {BRIDGE: {"value": "#REF!", "release": "確定"}})
    at = run("submit", department=LAND, round=FY)
    next(r for r in faults(at) if "このままで正しい" not in r.options).set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("13")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert "橋梁定期点検AI活用率の「値を入力する」を保存しました。" in told(at)


def test_what_was_chosen_is_quoted_in_words_where_it_is_asked_about(store):
    one = put_in(store, LAND, GOOD | {ICT: {"value": "約110", "release": "確定"}})
    mends = [Mend(ICT, "value", 110.0, "選んだ"), Mend(ICT, "release", "forecast", "選んだ")]
    assert mend_return(store, one, mends, Act("x", AT)) == ()
    (asked,) = store.submission(one).open
    assert (asked.code, asked.key) == ("release.forecast_closed", "release")
    at = run("submit", department=LAND, round=FY)
    assert "「見込」(画面で入力)" in told(at)
    assert "forecast" not in told(at)


def put_right(at, heading, value, reason):
    """Open the form of a cell that was mended, fill it in and keep it."""
    next(b for b in at.button if b.label == f"{heading}を直す").click().run()
    fields = {f.label: f for f in (*at.text_input, *at.selectbox)}
    next(f for label, f in fields.items() if label.startswith(f"{heading}の新しい値")).set_value(value)
    fields[f"{heading}を直す理由"].set_value(reason)
    next(b for b in at.button if b.label == "この値に直す").click().run()
    assert sound(at)


def cell_of(store, one, key, indicator=BRIDGE):
    return next(a for a in store.submission(one).reading.answers if a.subject_id == indicator).value(key)


def test_a_mended_cell_can_be_mended_again_and_the_last_word_counts(store):
    one = put_in(store, LAND, GOOD | {BRIDGE: {"value": "#REF!", "release": "確定"}})
    assert mend_return(store, one, [Mend(BRIDGE, "value", 3.0, "選んだ")], Act("x", AT)) == ()
    at = run("submit", department=LAND, round=FY)
    heading = "橋梁定期点検AI活用率の「今回の値」"
    assert "理由: 選んだ" in told(at)
    assert english(said(at)) == {}
    put_right(at, heading, "13", "選び間違えた")
    assert cell_of(store, one, "value") == 13.0
    assert [m.value for m in store.submission(one).mends] == [3.0, 13.0]
    assert "理由: 選び間違えた" in told(at)
    assert f"{heading}の修正を保存しました。" in told(at)
    assert f"{heading}の新しい値(%)" not in [t.label for t in at.text_input]


def test_what_cannot_be_read_or_says_nothing_new_is_not_taken_a_second_time(store):
    one = put_in(store, LAND, GOOD)
    settle(store, one)
    assert mend_return(store, one, [Mend(BRIDGE, "value", 14.0, "直した")], Act("x", AT)) == ()
    count = len(store.submission(one).mends)
    at = run("submit", department=LAND, round=FY)
    heading = "橋梁定期点検AI活用率の「今回の値」"
    put_right(at, heading, "十三ぐらい", "")
    assert at.warning
    next(t for t in at.text_input if t.label.startswith(f"{heading}の新しい値")).set_value("14")
    next(b for b in at.button if b.label == "この値に直す").click().run()
    assert [w.value for w in at.warning] == ["値も理由も変わっていません。新しい値か理由を入力してください。"]
    assert len(store.submission(one).mends) == count


def test_a_value_that_comes_after_all_takes_the_reason_for_having_none_with_it(store):
    one = put_in(store, LAND, GOOD)
    none = [Mend(BRIDGE, "value", None, "なし"), Mend(BRIDGE, "missing_reason", "not_compiled", "なし")]
    assert mend_return(store, one, none, Act("x", AT)) == ()
    put_right(run("submit", department=LAND, round=FY), "橋梁定期点検AI活用率の「今回の値」", "13", "集計できた")
    assert (cell_of(store, one, "value"), cell_of(store, one, "missing_reason")) == (13.0, None)


def test_a_value_mended_again_is_checked_like_any_other(store):
    one = put_in(store, LAND, GOOD)
    settle(store, one)
    assert mend_return(store, one, [Mend(BRIDGE, "value", 14.0, "直した")], Act("x", AT)) == ()
    put_right(run("submit", department=LAND, round=FY), "橋梁定期点検AI活用率の「今回の値」", "140", "桁を直した")
    assert [(i.subject_id, i.key) for i in store.submission(one).open] == [(BRIDGE, "value")]


# --- differences and the receipt ----------------------------------------------------------------------------------


def earlier(store, answers):
    one = put_in(store, LAND, answers, round_id="fy2024", at=datetime(2025, 11, 1, 9))
    settle(store, one, at=datetime(2025, 11, 1, 9))
    assert isinstance(send(store, one, by="県土整備部", at=datetime(2025, 11, 1, 9)), Receipt)
    return one


def test_each_value_stands_beside_the_last_time_its_difference_and_what_is_confirmed(store, data):
    before = earlier(store, {ICT: {"value": "104", "release": "確定"}})
    put_in(store, LAND, GOOD)
    row = cells(page(department=LAND), "ICT活用工事件数")
    assert (row["今回"][0], row["前回"], row["差"], row["確認済の値"]) == ("110件", ["104件", "R6"], ["+6件"], ["―"])
    assert staff(store, data).confirm(before) == ()
    assert cells(page(department=LAND), "ICT活用工事件数")["確認済の値"] == ["104件", "R6"]
    old = cells(page(department=LAND, round="fy2024"), "ICT活用工事件数")
    assert (old["今回"][0], old["前回"], old["結果"][0]) == ("104件", ["―"], "確認済")


def start_at(store, value, period):
    """A baseline for ICT活用工事件数, decided."""
    changes = {"baseline": value, "baseline_period": period}
    done = do(store, "propose_card", store.plan_ids()[0], ICT, changes, reason="設定", by="a", at=AT)
    assert decide_card(store, done, True, AT.date(), by="b", at=AT) == ()


def test_before_the_first_answer_the_baseline_stands_as_the_last_value(store, data):
    start_at(store, 100.0, Period("FY", 2022))
    one = put_in(store, LAND, GOOD)
    row = cells(page(department=LAND), "ICT活用工事件数")
    assert (row["前回"], row["差"]) == (["100件", "R4・現状値"], ["+10件"])
    settle(store, one)
    assert isinstance(send(store, one, by="県土整備部", at=AT), Receipt)
    at = run("review", round=FY, of=LAND)
    line = re.search(r'<tr><th scope="row">(?:(?!</th>).)*ICT活用工事件数.*?</tr>', html(at)).group()
    told = {name: re.sub("<[^>]+>", " ", c).split() for name, c in re.findall(r'data-label="(.*?)">(.*?)</td>', line)}
    assert (told["前回"], told["差"]) == (["100件", "R4・現状値"], ["+10件"])


def test_a_correction_of_the_last_value_is_told_in_red_words(store):
    earlier(store, {ICT: {"value": "104", "release": "確定"}})
    fixed = {"correction": "106", "correction_kind": "集計誤り"}
    put_in(store, LAND, {ICT: {"value": "110", "release": "確定", **fixed}})
    assert '<span class="changed">R6 104件→106件(訂正・集計誤り)</span>' in html(page(department=LAND))


def test_beside_the_word_of_a_row_stands_the_message_of_its_worst_issue(store):
    one = put_in(store, LAND, GOOD | {ICT: {"value": "約110", "release": "たぶん"}})
    first = next(i for i in store.submission(one).open if i.subject_id == ICT)
    assert (first.severity, first.key) == (Severity.ASK, "value")
    told = cells(page(department=LAND), "ICT活用工事件数")["結果"]
    assert told == ["要修正", "「確定・速報・見込」の「たぶん」は選択肢にありません。"]


def test_a_sent_value_tells_its_number_and_that_nobody_has_confirmed_it_yet(store, data, acting):
    one = sent(store, LAND, GOOD)
    acting(Role.DEPARTMENT, LAND)
    code = snapshot(store).observations.set_index("indicator_id").loc[ICT, "code"]
    at = page()
    assert cells(at, "ICT活用工事件数")["結果"] == ["回答済", "未確認", "番号", code]
    assert f'href="origin?figure={code}"' in html(at)
    assert "事務局の確認を待っています。期限(11月30日)までは、" in lead(at)
    assert staff(store, data).confirm(one, [ICT]) == ()
    assert "確認済1件、未確認1件。" in lead(page())
    assert staff(store, data).confirm(one) == ()
    assert "2件すべて確認済です" in lead(page())


def test_an_explanation_owed_is_asked_with_its_length_and_kept(store):
    (indicator,) = [i for i in snapshot(store).plan.owned_by(LAND, AT.date()) if i.id == ICT]
    start, end = Period("FY", 2022), Period("FY", 2028)
    changes = {"baseline": 100.0, "baseline_period": start, "target": 200.0, "target_period": end}
    done = do(store, "propose_card", store.plan_ids()[0], indicator.id, changes, reason="設定", by="a", at=AT)
    assert decide_card(store, done, True, AT.date(), by="b", at=AT) == ()
    one = put_in(store, LAND, {ICT: {"value": "101", "release": "確定"}})
    settle(store, one)
    at = page(department=LAND)
    assert "今回の値で判定すると説明が要ります(それぞれ400字まで)。" in told(at)
    areas = {a.label: a for a in at.text_area}
    assert [a.proto.max_chars for a in areas.values()] == [400, 400]
    areas["要因分析"].set_value("発注時期が後ろに寄ったため")
    areas["今後の対応"].set_value("上半期に前倒しする")
    next(b for b in at.button if b.label == "説明を保存する").click().run()
    assert sound(at)
    answer = next(a for a in store.submission(one).reading.answers if a.subject_id == ICT)
    assert (answer.text("analysis"), answer.text("actions")) == ("発注時期が後ろに寄ったため", "上半期に前倒しする")
    assert "説明が要ります" not in told(at)
