"""A whole 照会 as its people live it: three departments, two 課, the secretariat, who decides, and a reader."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook
from playwright.sync_api import expect

from loaders.form import definition as d
from tests import hurt
from tests.browser.acting import Cast, item, look, pick, pick_all, press, row, says, standing, table, tick, write_day
from tests.browser.conftest import running, settled
from tests.browser.test_trip import confirm, issue, put_in, send
from tests.browser.walking import PLAN, fill, unfold_one
from tests.samplekit import with_samples

ASKED_ON, DECIDED_ON = "2027-09-27", "2028-02-10"
ROUND, NAME = "fy2026", "令和8年度実績照会"
OFFICE, ADMIN, READER = "secretariat", "admin", "reader"
ASKED = ("総合政策部", "農林水産部", "県土整備部")
PLANNING, FARMING, LAND = "dept-planning", "dept-agriculture", "dept-land"
ICT, RICE = "ICT活用工事件数", "稲作の10a当たりの労働時間削減率"
DOUBT = "対象工事を県の全発注工事に広げたため"
QUESTION = "前回104件の約5倍です。ICT活用工事として完成した件数だけか、確かめてください。"
ANSWER = "発注件数を数えていた。完成件数は150件"
DECISION = "当初180件→変更後160件(R10.2.9本部決定)"
REASON = "完成工事が年度内に集中せず、当初の目標の前提が変わったため"


# --- 1. the round opens --------------------------------------------------------------------------------------------


def lay_divisions(cast: Cast) -> None:
    """総合政策部 answers at two levels: two of its 課, and itself for what neither has."""
    page = cast.at(OFFICE, "admin?part=departments")
    pick(page, "部局", "総合政策部")
    page.get_by_label("主管課のメール").fill("kikaku@pref.example")
    box = page.locator("[data-testid='stExpander']").filter(has_text="課を加える")
    for name, mail, numbers in (("DX推進課", "dx", ("基2",)), ("交通政策課", "kotsu", ("暮5",))):
        if not box.get_by_label("課の名称").is_visible():
            unfold_one(box.locator("summary"))
        box.get_by_label("課の名称").fill(name)
        box.get_by_label("メール").fill(f"{mail}@pref.example")
        pick_all(page, "担当する指標", *numbers, within=box)
        press(page, "課と連絡先を保存する", "総合政策部の課と連絡先を保存しました。")
    says(table(page, "部局と課"), "DX推進課(基2)、交通政策課(暮5)")


def open_round(cast: Cast) -> None:
    """年次, of three departments and five indicators, beginning today."""
    page = cast.at(OFFICE, "rounds")
    box = page.locator("[class*='st-key-open-round']")
    unfold_one(box.locator("summary"))
    expect(box.get_by_label("名前")).to_have_value(NAME)
    write_day(page, "始める日", "2027-09-27", within=box)
    write_day(page, "課から主管課への期限", "2027-11-12", within=box)
    box.get_by_text("選ぶ", exact=True).click()
    settled(page)
    pick_all(page, "部局(空けるとすべて)", *ASKED, within=box)
    pick_all(page, "指標(空けるとすべて)", "基2", "産2", "暮5", "暮8", "暮9", within=box)
    expect(table(box, "各部局に尋ねる指標").locator("tbody tr")).to_have_count(3)
    says(table(box, "各部局に尋ねる指標"), "DX推進課1、交通政策課1")
    look(page, "02-opening")
    press(page, "この内容で照会を始める", f"「{NAME}」を始めました。")
    assert set(standing(page).values()) == {"未回答"}
    assert list(standing(page)) == ["総合政策部", "DX推進課", "交通政策課", "農林水産部", "県土整備部"]
    expect(page.get_by_role("button", name="この内容で照会を始める")).to_be_hidden()
    look(page, "03-opened")


def read_letters(cast: Cast) -> None:
    """The 照会文 on the page is the one in Word, in the text and in the mail, which brings the form along."""
    page = cast.at(OFFICE, f"rounds?round={ROUND}")
    words = (f"({NAME})について(照会)", "令和9年11月12日(金)17時", "以上")
    says(page.locator(".letter"), "事務連絡", "各部局主管課長　殿", *words)
    word = cast.take(page, "Wordで受け取る")
    inside = re.sub("<[^>]+>", "", ZipFile(word).read("word/document.xml").decode())
    plain = cast.take(page, "文章だけで受け取る").read_text("utf-8-sig")
    assert [w for w in words if w not in inside or w not in plain] == []
    forms = ZipFile(cast.take(page, "全部局分をZIPで受け取る(3部局)"))
    wanted = ("総合政策部", "総合政策部_DX推進課", "総合政策部_交通政策課", *ASKED[1:])
    assert forms.namelist() == [f"回答様式_{NAME}_{name}.xlsx" for name in wanted]
    page = cast.at(OFFICE, f"rounds?round={ROUND}&to=planning")
    mail = message_from_bytes(cast.take(page, "メールの下書き(様式付き)で受け取る").read_bytes(), policy=policy.default)
    assert mail["To"] == "kikaku@pref.example"
    assert NAME in mail["Subject"]
    enclosed = list(mail.iter_attachments())
    assert [hurt.form(load_workbook(BytesIO(p.get_content()))).title for p in enclosed] == [d.FORM_SHEET]


# --- 2. three departments answer -----------------------------------------------------------------------------------


def signed(section: str) -> dict[str, object]:
    return {"release": "確定", "section": section, "person": "青森 花子", "contact": "内線1234"}


def answer_in_divisions(cast: Cast) -> None:
    """課 → 主管課 → 事務局: two 課 pass on what each knows, the 主管課 joins it and records its own decision."""
    page = cast.at(PLANNING, f"submit?round={ROUND}")
    for division, indicator, value in (("DX推進課", "sme-dx", "６３．２"), ("交通政策課", "transport-dx", 27)):
        pick(page, "課", division)
        put_in(page, cast.answer(page, {indicator: {"value": value, **signed(division)}}, hurt.insert_rows))
        expect(page.get_by_text("このまま回答できます")).to_be_visible()
        look(page, f"04-{division}")
        press(page, "③ 主管課へ回答する", "主管課へ回答しました(")
    pick(page, "課", "主管課(部局全体)")
    expect(table(page, "課の回答の状況").get_by_text("主管課へ回答済")).to_have_count(2)
    press(page, "課の回答をまとめる", "確かめた結果")
    write_day(page, "部局内決裁済の日付(任意)", ASKED_ON)
    look(page, "06-joined")
    send(page)
    says(table(page, "これまでの回答"), f"部局内決裁済 {ASKED_ON}")


def answer_with_an_explanation(cast: Cast) -> None:
    """What is behind is asked for its reasons on the page, before it is sent."""
    page = cast.at(FARMING, f"submit?round={ROUND}")
    put_in(page, cast.answer(page, {"rice-labor": {"value": 18.3, **signed("農産園芸課")}}, hurt.add_sheets))
    box = page.locator("[class*='st-key-explain-']")
    says(box, "進捗に遅れ")
    box.get_by_label("要因分析").fill("中山間地域での導入が遅れている。")
    box.get_by_label("今後の対応").fill("共同利用の仕組みを広げる。")
    look(page, "07-explain")
    press(page, "説明を保存する", f"{RICE}の説明を保存しました。")
    expect(box).to_have_count(0)
    send(page)


def answer_with_a_doubt(cast: Cast) -> None:
    """The form comes back hurt: another sheet name, no hidden sheet, 約 and full-width digits, a broken reference."""
    page = cast.at(LAND, f"submit?round={ROUND}")
    said = {
        "ict-construction": {"value": "約５００件", **signed("整備企画課")},
        "bridge-ai": {"value": "#REF!", **signed("道路課")},
    }
    put_in(page, cast.answer(page, said, hurt.delete_meta, lambda data: hurt.rename_sheet(data, "提出用(県土)")))
    assert standing(cast.at(OFFICE, f"rounds?round={ROUND}"))["県土整備部"] == "下書き"
    broken, about = issue(page, "#REF!"), issue(page, "「約５００件」")
    broken.get_by_text("値を入力する").click()
    broken.get_by_role("textbox", name="正しい値(%)").fill("２８．４")
    broken.get_by_role("textbox", name="直した理由").fill("数式の参照切れを直した")
    broken.get_by_role("button", name="これで確定する").click()
    expect(broken).to_have_count(0)
    settled(page)
    about.get_by_text("500件の確かな値として取り込む").click()
    about.get_by_role("button", name="これで確定する").click()
    # What was understood now is checked like any value, and kept as it is with a reason.
    jump = issue(page, "前回104件(R6)から500件へ")
    expect(jump).to_contain_text("要確認")
    jump.get_by_text("このままで正しい").click()
    jump.get_by_role("textbox", name="理由(必ず)").fill(DOUBT)
    confirm(page, jump, 0)
    look(page, "09-mended")
    send(page)


# --- 3. checking, asking back, answering ---------------------------------------------------------------------------


def ask_back(cast: Cast) -> None:
    """The doubtful value stands first, beside its history; the question hangs on its cell."""
    page = cast.at(OFFICE, f"review?round={ROUND}")
    says(page.locator(".lead"), "回答のあった5指標")
    box = item(page, ICT)
    says(box, "部局が理由を添えた値", "「約５００件」", "500件", "+396件", "提出用(県土)!", DOUBT)
    expect(box.get_by_test_id("stVegaLiteChart")).to_have_attribute("aria-label", re.compile("R8は500件"))
    box.get_by_role("button", name="修正依頼…").click()
    expect(box.get_by_role("combobox", name="どの欄について")).to_have_value(re.compile("今回の値"))
    box.get_by_label("依頼する内容").fill(QUESTION)
    look(page, "11-asking")
    press(page, "修正を依頼する", f"「{ICT}」の修正依頼を記録しました。")
    says(page.locator(".letter"), "県土整備部主管課長　殿", QUESTION)
    look(page, "12-asked")
    board = standing(cast.at(OFFICE, f"rounds?round={ROUND}"))
    assert board == {"総合政策部": "回答済", "DX推進課": "主管課へ回答済", "交通政策課": "主管課へ回答済",
                     "農林水産部": "回答済", "県土整備部": "修正依頼"}  # fmt: skip


def answer_the_question(cast: Cast) -> None:
    """The form sent back opens what is asked and nothing else; what is put in there goes back against the question."""
    page = cast.at(LAND, f"submit?round={ROUND}")
    expect(page.get_by_role("heading", name="修正依頼 1件")).to_be_visible()
    says(page.locator("[class*='st-key-question-']"), QUESTION)
    look(page, "13-asked-back")
    path = cast.take(page, "修正依頼の付いた様式を受け取る")
    book = load_workbook(path)
    sheets = [hurt.form(book), hurt.prose(book)]
    cells = [c for sheet in sheets for one in sheet.iter_rows() for c in one]
    keys = ("value", "evidence", "analysis", "actions")
    value, *told = (hurt.cell(sheets[0], "ict-construction", key, PLAN) for key in keys)
    assert all(sheet.protection.sheet for sheet in sheets)
    assert {c for c in cells if not c.protection.locked} == {value, *told}
    assert [(c, c.value, QUESTION in c.comment.text) for c in cells if c.comment] == [(value, 500, True)]
    path.write_bytes(fill(path.read_bytes(), {"ict-construction": {"value": 150, "analysis": ANSWER}}))
    put_in(page, path)
    says(page.locator("[class*='st-key-question-']"), "500件 → 150件(訂正)")
    # Still more than the indicator's history suggests, so that the answer is kept with its reason.
    jump = issue(page, "前回104件(R6)から150件へ")
    jump.get_by_text("このままで正しい").click()
    jump.get_by_role("textbox", name="理由(必ず)").fill(ANSWER)
    confirm(page, jump, 0)
    look(page, "14-answered")
    send(page)


def confirm_all(cast: Cast) -> None:
    """What came back stands first, old against new; then all is 確認済, and only then who reads sees it."""
    reader = cast.at(READER, "indicator?indicator=ict-construction")
    expect(reader.get_by_role("table", name="この数値の出所")).to_contain_text("サンプル")
    expect(reader.get_by_text("150件")).to_have_count(0)
    page = cast.at(OFFICE, f"review?round={ROUND}")
    box = item(page, ICT)
    says(box, "修正依頼への回答", QUESTION, "500件 → 150件(訂正)", ANSWER)
    look(page, "15-returned")
    press(page, "確認済にする", f"「{ICT}」を確認済にしました。", within=box)
    farm = page.locator(".st-key-whole-agriculture")
    # What was done is said far above and was just brought into sight: the page must not move back there meanwhile.
    press(page, "すべて確認済にする", "1指標を確認済にします。", within=farm, resting=400)
    press(page, "1指標を確認済にする", "農林水産部の回答(1指標)をすべて確認済にしました。")
    press(page, "上の3指標をすべて確認済にする", "3指標を確認済にします。")
    press(page, "3指標を確認済にする", "3指標を確認済にしました。", within=page.locator("[class*='st-key-told-first']"))
    says(page.locator(".lead"), "すべて確認済です")
    says(table(page, "修正依頼とその回答"), "500件 → 150件(訂正)")
    look(page, "16-confirmed")
    expect(cast.at(READER, "indicator?indicator=ict-construction").locator(".lead")).to_contain_text("150件")


# --- 4. the round closes -------------------------------------------------------------------------------------------


def close_round(cast: Cast) -> None:
    page = cast.at(OFFICE, f"rounds?round={ROUND}")
    assert [standing(page)[name] for name in ASKED] == ["確認済"] * 3
    unfold_one(page.locator("[class*='st-key-close-round'] summary"))
    tick(page, "上のことを確かめました")
    press(page, "締め切る", f"「{NAME}」を締め切りました。")
    look(page, "17-closed")
    page = cast.at(LAND, f"submit?round={ROUND}")
    expect(page.get_by_text("様式は受け付けていません。")).to_be_visible()
    assert not page.get_by_test_id("stFileUploader").count()
    look(page, "18-too-late")


# --- 5. the card is changed ----------------------------------------------------------------------------------------


def propose(cast: Cast) -> None:
    """The secretariat sees what the change would alter before it proposes it, and cannot decide it itself."""
    page = cast.at(OFFICE, "admin?part=cards&card=ict-construction")
    page.get_by_label("目標値", exact=True).fill("160")
    page.get_by_label("目標値", exact=True).press("Enter")
    for when in (NAME, "いま"):
        told = table(page, "判定への影響").locator("tbody tr").filter(has_text=when)
        expect(told.locator("td")).to_have_text([re.compile(ICT), "概ね順調", "順調", "変わります"])
    settled(page)
    page.get_by_label("変更の理由").fill(REASON)
    page.get_by_label("変更の理由").press("Enter")
    settled(page)
    look(page, "19-propose")
    press(page, "この変更を提案する", "提案しました。")
    expect(page.get_by_text("自分の提案の決定は、別の担当者が記録します。")).to_be_visible()


def decide(cast: Cast) -> None:
    """Another person records the decision; the new target stands beside the old one, with its date."""
    page = cast.at(ADMIN, "admin?part=cards")
    says(table(page, "決定を待っている提案"), ICT, REASON)
    write_day(page, "決定の日", "2028-02-09")
    press(page, "決定を記録する(1件)", "記録した決定は取り消せません。")
    press(page, "この内容で記録する", "1件の決定を記録しました。")
    page = cast.at(READER, "indicator?indicator=ict-construction")
    expect(page.get_by_test_id("stMainBlockContainer")).to_contain_text(DECISION)
    look(page, "22-decided")


# --- 6. as of before -----------------------------------------------------------------------------------------------


def look_back(cast: Cast) -> None:
    """Asked for the day before, or for the round as it was closed, the same screen knows nothing of the decision."""
    page = cast.at(READER, "indicator?indicator=ict-construction")
    unfold_one(page.locator("[data-testid='stSidebar'] summary").filter(has_text="時点を指定"))
    page.get_by_role("radiogroup", name="締め切った照会の時点").get_by_text(NAME).click()
    settled(page)
    banner = page.locator(".as-of")
    says(banner, f"「{NAME}」を締め切った時点(令和9年9月27日")
    main = page.get_by_test_id("stMainBlockContainer")
    expect(main.get_by_text("180件").first).to_be_visible()
    expect(main).not_to_contain_text("160件")
    says(page.locator(".lead"), "概ね順調")
    look(page, "23-as-of")
    banner.get_by_role("link", name="今の表示に戻す").click()
    says(main, DECISION)
    expect(banner).to_have_count(0)
    page = cast.at(READER, "indicator?indicator=ict-construction&as_of=2028-02-09")
    says(page.locator(".as-of"), "令和10年2月9日時点で分かっていた内容です。")
    expect(page.get_by_test_id("stMainBlockContainer")).not_to_contain_text("160件")


# --- 7. from the number to the cell --------------------------------------------------------------------------------


def follow(cast: Cast, code: str, *, written: str) -> None:
    """By a figure's short number to its passport, and from there to the cell of the original workbook."""
    page = cast.pages[OFFICE]
    page.get_by_label("番号から出所を探す").fill(code)
    page.get_by_role("button", name="探す", exact=True).click()
    page.wait_for_url(f"**/origin?figure={code}*")
    says(table(page, "書かれていたところ"), code)
    settled(page)
    sheet, cell = row(page, "書かれていたところ", "シートとセル").split("!")
    assert row(page, "書かれていたところ", "書かれた文字") == written
    original = cast.take(page, "原本を受け取る")
    assert str(load_workbook(original)[sheet][cell].value) == written
    assert sha256(original.read_bytes()).hexdigest() == row(page, "書かれていたところ", "原本の照合値")


def follow_passports(cast: Cast) -> None:
    """What the question brought, what was answered first, and what a 課 had written for its 主管課."""
    page = cast.at(OFFICE, "indicator?indicator=ict-construction")
    follow(cast, row(page, "この数値の出所", "番号"), written="150")
    says(table(page, "たどった経過"), "事務局(評価用)")
    look(page, "24-passport")
    says(table(page, "同じ時点のほかの値"), "500件")
    follow(cast, table(page, "同じ時点のほかの値").get_by_role("link").inner_text(), written="約５００件")
    says(page.locator(".lead"), "この後に新しい値が入っています。")
    says(table(page, "書かれていたところ"), DOUBT)
    page = cast.at(OFFICE, "indicator?indicator=sme-dx")
    follow(cast, row(page, "この数値の出所", "番号"), written="６３．２")
    says(table(page, "たどった経過"), "令和9年9月27日")
    look(page, "26-passport-division")


# --- 8. who reads, and how it looks --------------------------------------------------------------------------------


def read_only(cast: Cast) -> None:
    """閲覧 sees what was confirmed, by whom and when, and none of the answers behind it."""
    page = cast.at(READER, "indicator?indicator=rice-labor")
    says(page.locator(".lead"), "18.3%")
    says(table(page, "この数値の出所"), "確認済")
    page.goto(f"{cast.url}/submit?round={ROUND}&department=land")
    settled(page)
    expect(page.get_by_role("heading", name="権限がありません")).to_be_visible()


def test_three_departments_and_the_secretariat_play_a_whole_round(open_page, tmp_path):
    with_samples(tmp_path / "data")  # earlier rounds: values have a history
    with running(tmp_path, env={"KPI_TODAY": ASKED_ON}) as server:
        cast = Cast(server.url, tmp_path, open_page)
        for scene in (lay_divisions, open_round, read_letters, answer_in_divisions, answer_with_an_explanation,
                      answer_with_a_doubt, ask_back, answer_the_question, confirm_all, close_round):  # fmt: skip
            scene(cast)
        cast.leave()
    with running(tmp_path, env={"KPI_TODAY": DECIDED_ON}) as server:
        cast.url = server.url
        for scene in (propose, decide, look_back, follow_passports, read_only):
            scene(cast)
        cast.leave()
