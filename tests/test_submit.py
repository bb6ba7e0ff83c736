"""回答 from a department's chair: whose form it is, who replaced whose draft, what was sent and what still can be."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest

from kpi.collection import Mend, Question, ReturnState
from kpi.issue import Severity
from kpi.people import Person, Role
from kpi.period import Period
from kpi.plan import Division, Round
from loaders.desk import Desk
from loaders.sample_rounds import load_samples
from loaders.service import make_form, open_store
from loaders.store import Receipt
from loaders.taking import mend_return, take_return
from pages.parts.main import unknown_address
from pages.parts.sending import receipt_words, until_words
from tests.browser.walking import fill
from tests.samplekit import AT, with_store
from tests.screenkit import english, html, lead, run, said, sound, upload

LAND, FARM, PLANNING = "land", "agriculture", "planning"
FY = "fy2025"
GOOD = {
    "ict-construction": {"value": "110", "release": "確定"},
    "bridge-ai": {"value": "13", "release": "確定"},
}


@pytest.fixture
def data(use, tmp_path):
    """A data folder of its own that the screens draw from."""
    return use(with_store(tmp_path))


@pytest.fixture
def store(data):
    return open_store(data, at=AT)


def snapshot(store):
    return store.snapshot(store.plan_ids()[0])


def form(store, department, answers=None, round_id=FY, division=""):
    name, blank = make_form(snapshot(store), round_id, department, day=AT.date(), division_id=division)
    return name, fill(blank, answers or {})


def put_in(store, department, answers=None, *, round_id=FY, by="", at=AT, division=""):
    name, filled = form(store, department, answers, round_id, division)
    taken = take_return(
        store, filled, name, snapshot=snapshot(store), by=by or "県土整備部", at=at,
        round_id=round_id, department_id=department, division_id=division,
    )  # fmt: skip
    return taken.saved.submission_id


def settle(store, submission, at=AT):
    """Answer whatever is open with a person's word."""
    for _ in range(5):
        stored = store.submission(submission)
        if not stored.open:
            return
        for issue in stored.open:
            answers = {a.indicator_id: a for a in stored.reading.answers}
            kept = answers[issue.indicator_id].value(issue.key)
            mend_return(store, submission, [Mend(issue.indicator_id, issue.key, kept, "確かめた")], by="x", at=at)
    raise AssertionError(store.submission(submission).open)


def sent(store, department, answers):
    one = put_in(store, department, answers)
    settle(store, one)
    assert isinstance(store.send(one, by="県土整備部", at=AT), Receipt)
    return one


def states(store):
    rows = snapshot(store).submissions
    return [(r.department_id, r.round_id, r.state) for r in rows.itertuples()]


def told(at):
    return "".join(said(at))


# --- somebody else's form ---------------------------------------------------------------------------------------


def test_another_departments_form_is_stored_only_when_someone_says_so(store):
    theirs = put_in(store, FARM, at=datetime(2026, 11, 20, 15, 30))
    name, filled = form(store, FARM, {"rice-labor": {"value": "12", "release": "確定"}})
    at = upload(run("submit", department=LAND, round=FY), name, filled)
    assert sound(at)
    assert states(store) == [(FARM, FY, "draft")]
    assert store.submission(theirs).state is ReturnState.DRAFT
    assert "は、農林水産部の「令和7年度実績照会」の様式です。まだ何も保存していません。" in told(at)
    assert "農林水産部には11月20日15:30に入った下書きがあり、取り込むとそれが差し替わります。" in told(at)
    assert f'href="submit?department={FARM}&amp;round={FY}"' in html(at)
    assert english(said(at)) == {}
    button = at.button(key="adopt-0")
    assert button.label == "農林水産部の回答として取り込む"
    button.click().run()
    assert sound(at)
    assert states(store) == [(FARM, FY, "replaced"), (FARM, FY, "draft")]
    assert "農林水産部の回答(下書き)として取り込みました" in told(at)
    assert not [b for b in at.button if b.key.startswith("adopt")]
    newest = snapshot(store).submissions.iloc[-1]
    assert newest["saved_by"] == "管理者(評価用)"
    assert "form.other_department" not in {i.code for i in store.submission(newest["submission_id"]).issues}


def test_another_rounds_form_is_stored_only_when_someone_says_so(store):
    name, filled = form(store, LAND, round_id="fy2024")
    at = upload(run("submit", department=LAND, round=FY), name, filled)
    assert states(store) == []
    assert at.button(key="adopt-0").label == "「令和6年度実績照会」の回答として取り込む"
    at.button(key="adopt-0").click().run()
    assert sound(at)
    assert states(store) == [(LAND, "fy2024", "draft")]


def test_a_form_put_aside_can_be_left_out(store):
    at = upload(run("submit", department=LAND, round=FY), *form(store, FARM))
    at.button(key="drop-0").click().run()
    assert states(store) == []
    assert "まだ何も保存していません" not in told(at)


def test_what_was_told_on_one_departments_page_is_not_told_on_anothers(store):
    name, filled = form(store, LAND)
    at = upload(run("submit", department=LAND, round=FY), name, filled)
    assert "を読み取りました。" in told(at)
    at.selectbox(key="choose-department").select(FARM).run()
    assert "を読み取りました。" not in told(at)


# --- two people, one department ---------------------------------------------------------------------------------


def test_a_session_keeps_its_own_draft_and_is_told_who_replaced_it(store):
    name, filled = form(store, LAND, GOOD)
    at = upload(run("submit", department=LAND, round=FY), name, filled)
    assert "「110」" in html(at)
    put_in(store, LAND, {"ict-construction": {"value": "222", "release": "確定"}}, at=datetime(2026, 11, 21, 23, 5))
    at.run()
    assert sound(at)
    assert "「110」" in html(at)
    assert "「222」" not in html(at)
    assert "この下書きは差し替えられました。11月21日23:05に、県土整備部の画面で" in told(at)
    assert "差し替えられています" in lead(at)
    assert not [b for b in at.button if b.key in ("send", "discard")]
    assert not [r for r in at.radio if r.label == "どうしますか"]
    at.button(key="see-newest").click().run()
    assert "「222」" in html(at)
    assert "差し替えられ" not in told(at)


def test_a_replaced_draft_is_not_sent_and_that_is_said(store):
    mine = put_in(store, LAND, GOOD)
    settle(store, mine)
    at = run("submit", department=LAND, round=FY)
    assert not at.button(key="send").disabled
    other = put_in(store, LAND, {"ict-construction": {"value": "222", "release": "確定"}})
    settle(store, other)
    at.button(key="send").click().run()
    assert sound(at)
    (refused,) = (w.value for w in at.warning)
    assert refused.startswith("送れませんでした。この回答は、後から取り込まれたファイルに差し替えられています。")
    assert [s for _, _, s in states(store)] == ["replaced", "draft"]


def test_the_button_sends_what_stands_above_it(store):
    mine = put_in(store, LAND, GOOD)
    settle(store, mine)
    at = run("submit", department=LAND, round=FY)
    at.button(key="send").click().run()
    assert sound(at)
    assert store.submission(mine).state is ReturnState.SENT
    assert [s.value for s in at.success if "値2件" in s.value]


def test_samples_gone_while_a_sample_draft_is_open(store, data):
    load_samples(store, data, store.plan_ids()[0], at=AT)
    at = run("submit", department=PLANNING, round=FY)
    assert sound(at)
    store.remove_samples()
    at.run()
    assert sound(at)
    assert "サンプルとして消されたため、もうありません。" in told(at)
    assert "まだ回答様式が入っていません" in told(at)


def test_a_draft_that_is_gone_is_neither_sent_nor_an_error(store, monkeypatch):
    mine = put_in(store, LAND, GOOD)
    settle(store, mine)
    at = run("submit", department=LAND, round=FY)

    def gone(*_given, **_named):
        raise KeyError(mine)

    monkeypatch.setattr(type(store), "send", gone)
    at.button(key="send").click().run()
    assert sound(at)
    assert [w.value for w in at.warning] == ["送れませんでした。この下書きはもうありません。"]


# --- what was sent ----------------------------------------------------------------------------------------------


def test_a_sent_return_is_not_hidden_by_a_later_draft(store):
    sent(store, LAND, GOOD)
    at = run("submit", department=LAND, round=FY)
    assert "回答は受け付けました(11月21日)" in lead(at)
    put_in(store, LAND, {"ict-construction": {"value": "222", "release": "確定"}})
    at.run()
    assert "回答済(11月21日)。差替えの下書きがあります。" in lead(at)


DUE = Round(FY, "令和7年度実績照会", "annual", Period("FY", 2025), date(2026, 9, 1), date(2026, 10, 3))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 10, 2, 23), "期限(10月3日)までは、"),
        (datetime(2026, 10, 3, 17), "期限(10月3日)までは、"),
        (datetime(2026, 10, 3, 17, 1), "期限(10月3日)は過ぎています。"),
        (datetime(2026, 10, 4, 9), "期限(10月3日)は過ぎています。"),
    ],
)
def test_whether_it_can_be_replaced_is_said_by_the_hour(moment, words):
    assert until_words(DUE, moment).startswith(words)
    assert words in receipt_words(Receipt("S1", moment, {}), DUE)


def test_the_receipt_of_a_targets_round_tells_what_was_set():
    asked = Round("t", "目標値等設定照会", "targets", Period("FY", 2025))
    assert "2指標の現状値・目標値。" in receipt_words(Receipt("S1", AT, {}, ("a", "b")), asked)
    assert "登録のまま" in receipt_words(Receipt("S1", AT, {}), asked)
    assert "値0件" not in receipt_words(Receipt("S1", AT, {}), asked)


def test_the_newest_original_is_offered_first_and_again_when_another_has_come_in(store):
    first = put_in(store, LAND, GOOD, at=datetime(2026, 11, 20, 9))
    at = run("submit", department=LAND, round=FY)
    box = next(s for s in at.selectbox if s.label == "受け取る原本(新しい順)")
    assert box.value == first
    second = put_in(store, LAND)
    at.run()
    box = next(s for s in at.selectbox if s.label == "受け取る原本(新しい順)")
    assert (box.value, len(box.options)) == (second, 2)
    assert box.options[0].startswith("最新　令和7年度実績照会")


# --- mending ----------------------------------------------------------------------------------------------------


def faults(at):
    return [r for r in at.radio if r.label == "どうしますか"]


def test_a_columns_name_stands_on_one_line(store):
    put_in(store, LAND, {"ict-construction": {"value": "110", "release": ""}, "bridge-ai": {"value": "13"}})
    at = run("submit", department=LAND, round=FY)
    assert faults(at)
    assert re.findall(r'<div class="meta">([^<]*)<br>', html(at)) == []


def test_a_typed_value_is_confirmed_in_words(store):
    put_in(store, LAND, GOOD | {"bridge-ai": {"value": "#REF!", "release": "確定"}})
    at = run("submit", department=LAND, round=FY)
    next(r for r in faults(at) if "このままで正しい" not in r.options).set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("13")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert "橋梁定期点検AI活用率の「値を入力する」を保存しました。" in told(at)


def put_right(at, heading, value, reason):
    """Open the form of a cell that was mended, fill it in and keep it."""
    next(b for b in at.button if b.label == f"{heading}を直す").click().run()
    fields = {f.label: f for f in (*at.text_input, *at.selectbox)}
    next(f for label, f in fields.items() if label.startswith(f"{heading}の新しい値")).set_value(value)
    fields[f"{heading}を直す理由"].set_value(reason)
    next(b for b in at.button if b.label == "この値に直す").click().run()
    assert sound(at)


def cell_of(store, one, key, indicator="bridge-ai"):
    return next(a for a in store.submission(one).reading.answers if a.indicator_id == indicator).value(key)


def test_a_mended_cell_can_be_mended_again_and_the_last_word_counts(store):
    one = put_in(store, LAND, GOOD | {"bridge-ai": {"value": "#REF!", "release": "確定"}})
    assert mend_return(store, one, [Mend("bridge-ai", "value", 3.0, "選んだ")], by="x", at=AT) == ()
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
    assert mend_return(store, one, [Mend("bridge-ai", "value", 14.0, "直した")], by="x", at=AT) == ()
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
    none = [Mend("bridge-ai", "value", None, "なし"), Mend("bridge-ai", "missing_reason", "not_compiled", "なし")]
    assert mend_return(store, one, none, by="x", at=AT) == ()
    put_right(run("submit", department=LAND, round=FY), "橋梁定期点検AI活用率の「今回の値」", "13", "集計できた")
    assert (cell_of(store, one, "value"), cell_of(store, one, "missing_reason")) == (13.0, None)


def test_a_value_mended_again_is_checked_like_any_other(store):
    one = put_in(store, LAND, GOOD)
    settle(store, one)
    assert mend_return(store, one, [Mend("bridge-ai", "value", 14.0, "直した")], by="x", at=AT) == ()
    put_right(run("submit", department=LAND, round=FY), "橋梁定期点検AI活用率の「今回の値」", "140", "桁を直した")
    assert [(i.indicator_id, i.key) for i in store.submission(one).open] == [("bridge-ai", "value")]


# --- kinds of files ---------------------------------------------------------------------------------------------


def zipped(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def test_a_zip_is_taken_file_by_file(store):
    pack = zipped(form(store, LAND, GOOD), form(store, FARM), ("説明.csv", b"a,b"), ("壊れ.xlsx", b"PK\x03\x04"))
    at = upload(run("submit", department=LAND, round=FY), "まとめ.zip", pack)
    assert sound(at)
    assert states(store) == [(LAND, FY, "draft")]
    assert "県土整備部.xlsx を読み取りました。" in told(at)
    assert at.button(key="adopt-0").label == "農林水産部の回答として取り込む"
    assert "説明.csv」はExcelのファイルではないため、読みませんでした。" in told(at)
    assert "壊れ.xlsx は取り込めませんでした。" in told(at)
    assert english(said(at)) == {}


def test_a_zip_without_a_file_or_no_zip_at_all_is_refused_plainly(store):
    at = upload(run("submit", department=LAND, round=FY), "空.zip", zipped())
    assert "空.zip の中にはファイルがありません。" in told(at)
    at = upload(run("submit", department=LAND, round=FY), "違う.zip", b"no zip at all")
    assert "違う.zip は取り込めませんでした。" in told(at)
    assert "ZIPとして開けません" in told(at)
    assert states(store) == []


def test_of_several_forms_of_one_department_the_last_counts_and_that_is_said(store):
    one, other = form(store, LAND, GOOD), form(store, LAND)
    at = upload(run("submit", department=LAND, round=FY), "二つ.zip", zipped(("a.xlsx", one[1]), ("b.xlsx", other[1])))
    assert sound(at)
    assert "最後の 二つ.zip/b.xlsx を下書きにしました。" in told(at)
    assert [s for _, _, s in states(store)] == ["replaced", "draft"]


# --- who may do what ----------------------------------------------------------------------------------------------


def page(**query):
    return run("submit", **{"round": FY, **query})


def staff(store, data):
    return Desk(store, Person("s", "事務局 太郎", Role.SECRETARIAT), data, lambda: AT)


def test_a_department_sees_its_own_page_at_once_and_nobody_elses(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert "回答いただく指標は2件、期限11月30日(月)17時(あと9日)。" in lead(at)
    assert [s.label for s in at.selectbox] == ["照会"]
    assert "代理登録" not in told(at)
    refused = page(department=FARM)
    assert "権限がありません" in told(refused)
    assert not refused.file_uploader


def test_an_unknown_department_round_or_division_is_told_where_nothing_is_left_to_choose(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page(department="nope", round="nonsense", division="none")
    assert "アドレスの部局「nope」は見つかりません。代わりに「県土整備部」を表示しています。" in told(at)
    assert "アドレスの照会「nonsense」は見つかりません。代わりに「令和7年度実績照会」を表示しています。" in told(at)
    assert "アドレスの課「none」は見つかりません。" in told(at)
    assert "見つかりません" not in told(page(department=LAND, round=FY))
    assert "見つかりません" not in told(page())


def test_the_three_steps_stand_there_from_the_start(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    labels = [d.label for d in at.get("download_button")] + [u.label for u in at.file_uploader]
    assert labels == ["① 回答様式を受け取る", "② 記入済みの様式を入れる"]
    assert (at.button(key="send").label, at.button(key="send").disabled) == ("③ 事務局へ回答する", True)


def test_another_departments_form_cannot_be_taken_in_there_by_who_is_not_of_it(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = upload(page(), *form(store, FARM))
    assert sound(at)
    assert "あなたの担当ではないため、ここでは取り込めません。" in told(at)
    assert not [b for b in at.button if b.key.startswith("adopt")]
    assert states(store) == []


def test_what_the_secretariat_enters_is_marked_as_entered_for_the_department(store, acting):
    acting(Role.SECRETARIAT)
    at = upload(page(department=LAND), *form(store, LAND, GOOD))
    assert "代理登録(ここで入れた回答には、事務局が入力したことが付きます)" in told(at)
    assert "代理登録(事務局が入力)" in told(at)
    assert list(snapshot(store).submissions["on_behalf"]) == [True]


def test_who_only_reads_has_no_such_page(store, acting):
    acting(Role.READER)
    at = page(department=LAND)
    assert "権限がありません" in told(at)
    assert not at.button


def test_a_closed_round_takes_nothing_from_a_department_and_a_reason_from_the_secretariat(store, data, acting):
    sent(store, LAND, GOOD)
    assert staff(store, data).close_round(store.plan_ids()[0], FY) == ()
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert "この照会は11月21日に締め切りました。様式は受け付けていません。" in told(at)
    assert not at.file_uploader
    assert not [b for b in at.button if b.key in ("send", "revise-all")]
    acting(Role.SECRETARIAT)
    at = page(department=LAND)
    at.button(key="revise-all").click().run()
    at.button(key="send").click().run()
    assert "理由が必要です" in at.warning[0].value
    draft = snapshot(store).submissions.iloc[-1]["submission_id"]
    at.text_input(key=f"late-{draft}").set_value("集計の誤りが見つかったため")
    at.button(key="send").click().run()
    assert sound(at)
    assert store.submission(draft).state is ReturnState.SENT


def test_in_the_past_nothing_can_be_written(store, acting):
    sent(store, LAND, GOOD)
    acting(Role.DEPARTMENT, LAND)
    at = page(as_of="2026-11-20")
    assert sound(at)
    assert "過去の時点を表示しているため、" in told(at)
    assert not at.file_uploader
    assert "受け付けました" not in told(at)


# --- differences and the receipt ----------------------------------------------------------------------------------


def cells(at, row):
    """A row of the table by its headings, as people read it."""
    found = re.search(rf'<tr><th scope="row">{row}(.*?)</tr>', html(at)).group(1)
    pairs = re.findall(r'<td[^>]*data-label="([^"]*)">(.*?)</td>', found)
    return {heading: re.sub(r"<[^>]+>", " ", content).split() for heading, content in pairs}


def earlier(store, answers):
    one = put_in(store, LAND, answers, round_id="fy2024", at=datetime(2025, 11, 1, 9))
    settle(store, one, at=datetime(2025, 11, 1, 9))
    assert isinstance(store.send(one, by="県土整備部", at=datetime(2025, 11, 1, 9)), Receipt)
    return one


def test_each_value_stands_beside_the_last_time_its_difference_and_what_is_confirmed(store, data):
    before = earlier(store, {"ict-construction": {"value": "104", "release": "確定"}})
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
    done = store.propose(store.plan_ids()[0], "ict-construction", changes, "設定", by="a", at=AT)
    assert store.decide_card(done, True, AT.date(), by="b", at=AT) == ()


def test_before_the_first_answer_the_baseline_stands_as_the_last_value(store, data):
    start_at(store, 100.0, Period("FY", 2022))
    one = put_in(store, LAND, GOOD)
    row = cells(page(department=LAND), "ICT活用工事件数")
    assert (row["前回"], row["差"]) == (["100件", "R4・現状値"], ["+10件"])
    settle(store, one)
    assert isinstance(store.send(one, by="県土整備部", at=AT), Receipt)
    at = run("review", round=FY, of=LAND)
    line = re.search(r'<tr><th scope="row">(?:(?!</th>).)*ICT活用工事件数.*?</tr>', html(at)).group()
    told = {name: re.sub("<[^>]+>", " ", c).split() for name, c in re.findall(r'data-label="(.*?)">(.*?)</td>', line)}
    assert (told["前回"], told["差"]) == (["100件", "R4・現状値"], ["+10件"])


def test_a_correction_of_the_last_value_is_told_in_red_words(store):
    earlier(store, {"ict-construction": {"value": "104", "release": "確定"}})
    fixed = {"correction": "106", "correction_kind": "集計誤り"}
    put_in(store, LAND, {"ict-construction": {"value": "110", "release": "確定", **fixed}})
    assert '<span class="changed">R6 104件→106件(訂正・集計誤り)</span>' in html(page(department=LAND))


def test_beside_the_word_of_a_row_stands_the_message_of_its_worst_issue(store):
    one = put_in(store, LAND, GOOD | {"ict-construction": {"value": "約110", "release": "たぶん"}})
    first = next(i for i in store.submission(one).open if i.indicator_id == "ict-construction")
    assert (first.severity, first.key) == (Severity.ASK, "value")
    told = cells(page(department=LAND), "ICT活用工事件数")["結果"]
    assert told == ["要修正", "「確定・速報・見込」の「たぶん」は選択肢にありません。"]


def test_a_sent_value_tells_its_number_and_that_nobody_has_confirmed_it_yet(store, data, acting):
    one = sent(store, LAND, GOOD)
    acting(Role.DEPARTMENT, LAND)
    code = snapshot(store).observations.set_index("indicator_id").loc["ict-construction", "code"]
    at = page()
    assert cells(at, "ICT活用工事件数")["結果"] == ["回答済", "未確認", "番号", code]
    assert f'href="origin?figure={code}"' in html(at)
    assert "事務局の確認を待っています。期限(11月30日)までは、" in lead(at)
    assert staff(store, data).confirm(one, ["ict-construction"]) == ()
    assert "確認済1件、未確認1件。" in lead(page())
    assert staff(store, data).confirm(one) == ()
    assert "2件すべて確認済です" in lead(page())


def test_an_explanation_owed_is_asked_with_its_length_and_kept(store):
    (indicator,) = [i for i in snapshot(store).plan.owned_by(LAND, AT.date()) if i.id == "ict-construction"]
    start, end = Period("FY", 2022), Period("FY", 2028)
    changes = {"baseline": 100.0, "baseline_period": start, "target": 200.0, "target_period": end}
    done = store.propose(store.plan_ids()[0], indicator.id, changes, "設定", by="a", at=AT)
    assert store.decide_card(done, True, AT.date(), by="b", at=AT) == ()
    one = put_in(store, LAND, {"ict-construction": {"value": "101", "release": "確定"}})
    settle(store, one)
    at = page(department=LAND)
    assert "今回の値で判定すると説明が要ります(それぞれ400字まで)。" in told(at)
    areas = {a.label: a for a in at.text_area}
    assert [a.proto.max_chars for a in areas.values()] == [400, 400]
    areas["要因分析"].set_value("発注時期が後ろに寄ったため")
    areas["今後の対応"].set_value("上半期に前倒しする")
    next(b for b in at.button if b.label == "説明を保存する").click().run()
    assert sound(at)
    answer = next(a for a in store.submission(one).reading.answers if a.indicator_id == "ict-construction")
    assert (answer.text("analysis"), answer.text("actions")) == ("発注時期が後ろに寄ったため", "上半期に前倒しする")
    assert "説明が要ります" not in told(at)


# --- 修正依頼 ------------------------------------------------------------------------------------------------------


def asked_back(store, data, text="桁を確かめてください。"):
    one = sent(store, LAND, GOOD)
    assert staff(store, data).ask_back(one, [Question("ict-construction", "value", text)]) == ()
    return one


def test_a_question_stands_first_beside_what_was_answered(store, data, acting):
    asked_back(store, data, "*桁*を<b>確かめて")
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert "修正依頼が1件あります" in lead(at)
    assert next(h.value for h in at.header) == "修正依頼 1件"
    assert "*桁*を&lt;b&gt;確かめて" in html(at)
    assert "回答した内容: 110件" in told(at)
    assert "修正依頼の付いた様式を受け取る" in [d.label for d in at.get("download_button")]
    assert cells(at, "ICT活用工事件数")["結果"][0] == "修正依頼"
    assert english(said(at)) == {}


def test_a_question_is_answered_on_the_page_with_another_value(store, data, acting):
    asked_back(store, data)
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="revise").click().run()
    assert sound(at)
    assert at.button(key="send").disabled
    assert "修正依頼があと1件あります。" in told(at)
    at.radio[0].set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("112")
    next(t for t in at.text_input if t.label.startswith("直した理由")).set_value("転記を誤っていた")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert "110件 → 112件(訂正)　理由: 転記を誤っていた" in told(at)
    assert not at.button(key="send").disabled
    at.button(key="send").click().run()
    assert sound(at)
    questions = snapshot(store).questions
    newest = snapshot(store).submissions.iloc[-1]
    assert list(questions["answered_by"]) == [newest["submission_id"]]
    assert "修正依頼" not in lead(at)


def test_that_a_value_is_right_needs_a_reason(store, data, acting):
    asked_back(store, data)
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="revise").click().run()
    at.radio[0].set_value("このままで正しい").run()
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert [w.value for w in at.warning] == ["理由を入力してください。"]
    next(t for t in at.text_input if t.label == "理由(必ず)").set_value("単位は件で正しい")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert "110件(変わりなし)　理由: 単位は件で正しい" in told(at)
    assert not at.button(key="send").disabled


# --- two levels ---------------------------------------------------------------------------------------------------

ICT, BRIDGE = "ict-construction", "bridge-ai"
ROAD, SOIL = "road", "soil"


@pytest.fixture
def divisions(store, data):
    """県土整備部 with two 課, which answer three days before it."""
    plan_id = store.plan_ids()[0]
    made = (Division(ROAD, "道路課", (BRIDGE,), "road@example.jp"), Division(SOIL, "整備企画課", (ICT,)))
    assert staff(store, data).set_divisions(plan_id, LAND, made) == ()
    old = snapshot(store).plan.round(FY)
    assert store.open_round(plan_id, replace(old, division_due=date(2026, 11, 27)), by="s", at=AT) == ()
    return made


def pass_on(store, division, answers, at=AT):
    one = put_in(store, LAND, answers, division=division, by=division, at=at)
    settle(store, one, at)
    assert store.pass_on(one, by=division, at=at) == ()
    return one


def test_a_division_lands_on_its_own_page_and_answers_to_its_lead(store, divisions, acting):
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{ROAD}"])
    at = page(department=LAND, division=ROAD)
    assert sound(at)
    assert "回答いただく指標は1件、主管課への期限11月27日(金)17時(あと6日)。" in lead(at)
    assert [s.label for s in at.selectbox] == ["照会"]
    upload(at, *form(store, LAND, {BRIDGE: {"value": "13", "release": "確定"}}, division=ROAD))
    assert states(store) == [(LAND, FY, "draft")]
    settle(store, snapshot(store).submissions.iloc[-1]["submission_id"])
    at.run()
    assert at.button(key="send").label == "③ 主管課へ回答する"
    at.button(key="send").click().run()
    assert sound(at)
    assert states(store) == [(LAND, FY, "passed")]
    assert "主管課へ回答しました(11月21日)" in lead(at)
    assert "ICT活用工事件数" not in told(at)


def test_a_division_may_not_open_its_neighbours_or_its_leads_page(store, divisions, acting):
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{ROAD}"])
    at = page(department=LAND, division=SOIL)
    assert "ICT活用工事件数" not in told(at)
    assert "道路課" in told(at)
    assert not [b for b in at.button if b.key == "join"]


def test_the_lead_sees_its_divisions_joins_them_and_answers_with_the_day_of_its_decision(store, divisions, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    assert sound(at)
    assert at.button(key="join").disabled
    pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}})
    at = page()
    assert cells(at, '<a href="submit\\?department=land&amp;round=fy2025&amp;division=road" target="_self">道路課</a>')[
        "状態"
    ] == ["主管課回答済"]
    assert "まだの課: 整備企画課。" in told(at)
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定"}})
    at = page()
    at.button(key="join").click().run()
    assert sound(at)
    assert "課の回答をまとめたもの" in told(at)
    draft = snapshot(store).submissions.iloc[-1]
    assert (draft["division_id"], draft["state"], len(draft["joined_from"])) == ("", "draft", 2)
    at.date_input(key=f"settled-{draft['submission_id']}").set_value(date(2026, 11, 20))
    at.button(key="send").click().run()
    assert sound(at)
    assert store.submission(draft["submission_id"]).settled_on == date(2026, 11, 20)
    assert "部局内決裁済 11月20日" in told(at)
    assert len(snapshot(store).observations) == 2


def test_what_two_divisions_say_of_one_row_is_settled_by_choosing(store, data, divisions, acting):
    pass_on(store, SOIL, {ICT: {"value": "110", "release": "確定", "person": "土木 一郎"}})
    moved = (Division(ROAD, "道路課", (BRIDGE, ICT)), Division(SOIL, "整備企画課", ()))
    assert staff(store, data).set_divisions(store.plan_ids()[0], LAND, moved) == ()
    other = pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}, ICT: {"value": "120", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="join").click().run()
    assert sound(at)
    choice = next(r for r in at.radio if r.label == "採る回答")
    assert [o.replace("\\", "") for o in choice.options] == [
        "道路課: 120件(R7・確定)",
        "整備企画課: 110件(R7・確定) 担当 土木 一郎",
    ]
    assert at.button(key="join-chosen").disabled
    choice.set_value(other).run()
    at.button(key="join-chosen").click().run()
    assert sound(at)
    assert cells(at, "ICT活用工事件数")["今回"][0] == "120件"
    assert "どちらを採るか" not in told(at)


def test_a_row_that_no_division_answers_can_be_filled_in_by_the_lead(store, data, divisions, acting):
    one = (Division(ROAD, "道路課", (BRIDGE,)),)
    assert staff(store, data).set_divisions(store.plan_ids()[0], LAND, one) == ()
    pass_on(store, ROAD, {BRIDGE: {"value": "13", "release": "確定"}})
    acting(Role.DEPARTMENT, LAND)
    at = page()
    at.button(key="join").click().run()
    assert "どの課の回答にもない指標です。" in told(at)
    at.radio[0].set_value("値を入力する").run()
    next(t for t in at.text_input if t.label.startswith("正しい値")).set_value("110")
    next(b for b in at.button if b.label == "これで確定する").click().run()
    assert sound(at)
    assert cells(at, "ICT活用工事件数")["今回"][0] == "110件"


# --- addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "unknown"),
    [
        (None, ""),
        ("http://x:8501", ""),
        ("http://x:8501/", ""),
        ("http://x:8501/submit?department=land", ""),
        ("http://x:8501/kpi/submit", ""),
        ("http://x:8501/nosuch", "nosuch"),
        ("http://x:8501/%E6%97%A5", "日"),
    ],
)
def test_only_an_address_without_a_screen_is_unknown(url, unknown):
    assert unknown_address(url) == unknown


def test_the_lead_decides_its_divisions_here_and_a_division_does_not(store, acting):
    acting(Role.DEPARTMENT, LAND)
    at = page()
    next(w for w in at.text_input if w.label == "課の名称").set_value("河川課").run()
    next(w for w in at.multiselect if w.label == "担当する指標").set_value([BRIDGE]).run()
    at.button(key="divisions-save").click().run()
    assert sound(at)
    assert "課と連絡先を保存しました" in told(at)
    made = snapshot(store).plan.department(LAND).divisions
    assert [(v.name, v.indicators) for v in made] == [("河川課", (BRIDGE,))]
    acting(Role.DEPARTMENT, LAND, divisions=[f"{LAND}/{made[0].id}"])
    assert "課と担当を決める" not in " ".join(e.label for e in run("submit", department=LAND, round=FY).expander)


def test_an_answer_that_a_later_one_replaced_says_so(store):
    sent(store, LAND, {ICT: {"value": "110", "release": "確定"}, BRIDGE: {"value": "13", "release": "確定"}})
    assert "後の回答に差替え" not in told(run("submit", department=LAND, round=FY))
    sent(store, LAND, {ICT: {"value": "111", "release": "確定"}, BRIDGE: {"value": "13", "release": "確定"}})
    assert told(run("submit", department=LAND, round=FY)).count("後の回答に差替え") == 1
