"""回答: whose form it is, what kinds of files are taken, who replaced whose draft."""

import io
import zipfile
from datetime import datetime

from kpi.collection.workflow import ReturnState
from tests.pages.submit.kit import (
    FARM,
    FY,
    GOOD,
    ICT,
    LAND,
    PLANNING,
    form,
    put_in,
    sent,
    settle,
    snapshot,
    states,
    told,
)
from tests.screenkit import by_label, english, html, lead, run, said, sound, upload
from tests.storekit import do

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
    by_label(at.selectbox, "部局").select(FARM).run()
    assert "を読み取りました。" not in told(at)


# --- two people, one department ---------------------------------------------------------------------------------


def test_a_session_keeps_its_own_draft_and_is_told_who_replaced_it(store):
    name, filled = form(store, LAND, GOOD)
    at = upload(run("submit", department=LAND, round=FY), name, filled)
    assert "「110」" in html(at)
    put_in(store, LAND, {ICT: {"value": "222", "release": "確定"}}, at=datetime(2026, 11, 21, 23, 5))
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


def test_a_draft_is_taken_back_only_when_it_was_said_what_is_lost(store):
    sent(store, LAND, GOOD)
    one = put_in(store, LAND, {ICT: {"value": "222", "release": "確定"}})
    settle(store, one)
    at = run("submit", department=LAND, round=FY)
    at.button(key="discard").click().run()
    assert store.submission(one).state == "draft"
    assert "下書き(2指標)を取り消します。" in told(at)
    assert "欄の内容も失われます。元に戻すには、様式を入れ直します。前に回答した内容は、そのまま残ります。" in told(at)
    at.button(key="discard-no").click().run()
    assert store.submission(one).state == "draft"
    at.button(key="discard").click().run()
    at.button(key="discard-yes").click().run()
    assert sound(at)
    assert [s for _, _, s in states(store)] == ["sent", "discarded"]


def test_the_list_of_originals_is_that_of_now(store):
    """What was answered since is not offered as the draft that it was."""
    one = put_in(store, LAND, GOOD)
    settle(store, one)
    at = run("submit", department=LAND, round=FY)

    def listed():
        return next(s for s in at.selectbox if s.label == "受け取る原本(新しい順)")

    before = listed()
    assert "下書き" in before.options[0]
    at.button(key="send").click().run()
    after = listed()
    assert "回答済" in after.options[0]
    # Another widget: the browser keeps the label of what was chosen under the same one.
    assert after.key != before.key


def test_a_replaced_draft_is_not_sent_and_that_is_said(store):
    mine = put_in(store, LAND, GOOD)
    settle(store, mine)
    at = run("submit", department=LAND, round=FY)
    assert not at.button(key="send").disabled
    other = put_in(store, LAND, {ICT: {"value": "222", "release": "確定"}})
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
    assert [s.value for s in at.success if "回答2件" in s.value]


def test_samples_gone_while_a_sample_draft_is_open(sampled):
    at = run("submit", department=PLANNING, round=FY)
    assert sound(at)
    do(sampled, "remove_samples")
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

    monkeypatch.setattr(type(store), "do", gone)
    at.button(key="send").click().run()
    assert sound(at)
    assert [w.value for w in at.warning] == ["送れませんでした。この下書きはもうありません。"]


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
    assert "空.zip は取り込めませんでした。" in told(at)
    assert "「空.zip」の中に、回答のファイルがありません。" in told(at)
    at = upload(run("submit", department=LAND, round=FY), "違う.zip", b"no zip at all")
    assert "違う.zip は取り込めませんでした。" in told(at)
    assert "ZIPとして開けません" in told(at)
    assert states(store) == []


VERSION = {**GOOD, ICT: {"value": "120", "release": "確定"}}


def test_of_versions_of_one_form_none_is_taken_before_one_is_chosen(store):
    one, other = form(store, LAND, GOOD), form(store, LAND, VERSION)
    pack = zipped(("回答.xlsx", one[1]), ("旧/回答.xlsx", other[1]))
    at = upload(run("submit", department=LAND, round=FY), "二つ.zip", pack)
    assert sound(at)
    assert states(store) == []
    assert "内容の違うファイルが2つあります: 二つ.zip/回答.xlsx、二つ.zip/旧/回答.xlsx。" in told(at)
    assert "の今回の値: 110 ⇔ 120。" in told(at)
    assert english(said(at)) == {}
    at.button(key="adopt-1").click().run()
    assert sound(at)
    assert states(store) == [(LAND, FY, "draft")]
    assert list(snapshot(store).submissions["filename"]) == ["二つ.zip/旧/回答.xlsx"]
    assert "二つ.zip/旧/回答.xlsx を読み取りました。" in told(at)
    assert not [b for b in at.button if b.key in ("adopt-0", "drop-0")]


def test_versions_put_in_as_several_files_are_asked_about_alike_and_can_all_be_left(store):
    files = [("a.xlsx", form(store, LAND, GOOD)[1]), ("b.xlsx", form(store, LAND, VERSION)[1])]
    at = run("submit", department=LAND, round=FY)
    for name, content in files:
        at.file_uploader[0].upload(name, content)
    at.run()
    assert sound(at)
    assert states(store) == []
    for _ in files:
        at.button(key="drop-0").click().run()
    assert states(store) == []
    assert "内容の違うファイル" not in told(at)


def test_versions_of_another_department_s_form_are_told_apart_too(store):
    files = [
        (n, form(store, FARM, {"rice-labor": {"value": v, "release": "確定"}})[1])
        for n, v in (("a", "12"), ("b", "13"))
    ]
    at = upload(run("submit", department=LAND, round=FY), "二つ.zip", zipped(*((f"{n}.xlsx", c) for n, c in files)))
    assert sound(at)
    assert "12 ⇔ 13" in told(at)
    assert at.button(key="adopt-0").label.replace("\\", "") == "「二つ.zip/a.xlsx」を農林水産部の回答として取り込む"
    at.button(key="adopt-0").click().run()
    assert states(store) == [(FARM, FY, "draft")]
    assert "adopt-0" not in {b.key for b in at.button}


def test_the_same_answers_in_two_files_are_taken_once_and_that_is_said(store):
    one = form(store, LAND, GOOD)
    at = upload(
        run("submit", department=LAND, round=FY), "二つ.zip", zipped(("a.xlsx", one[1]), ("写し/a.xlsx", one[1]))
    )
    assert sound(at)
    assert states(store) == [(LAND, FY, "draft")]
    assert "「二つ.zip/a.xlsx」と同じ内容の回答のため、1つだけを取り込みます。" in told(at)


def test_folders_in_a_zip_made_with_backslashes_are_folders(store):
    pack = zipped(
        ("提出\\回答.xlsx", form(store, LAND, GOOD)[1]), ("提出\\__MACOSX\\._回答.xlsx", b"x"), ("提出\\", b"")
    )
    at = upload(run("submit", department=LAND, round=FY), "提出.zip", pack)
    assert sound(at)
    assert "提出.zip/提出/回答.xlsx を読み取りました。" in told(at)
    assert "「提出.zip/提出/__MACOSX/._回答.xlsx」は作業用のファイルのため" in told(at)
    assert "取り込めませんでした" not in told(at)
