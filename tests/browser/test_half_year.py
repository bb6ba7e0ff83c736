"""Two half-years of the work as its people live them: asked, answered, mended, confirmed, drawn and printed."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from loaders.form import definition as d
from loaders.form import prose_lines as ln
from tests import samplekit
from tests.browser.acting import Cast, item, look, pick, press, says, standing, table
from tests.browser.conftest import running, settled, with_files
from tests.browser.test_trip import confirm, issue, put_in, send
from tests.browser.walking import unfold_one
from tests.evaluationkit import SCHEMES

AUTUMN, SPRING = "2026-10-05", "2027-04-05"
OFFICE, COMMERCE = "secretariat", "dept-commerce"
FIRST, SECOND = "令和8年度上期取組の見直し", "令和8年度下期取組の見直し"
STARTUP, SMALL, AGAIN = "commerce-1", "commerce-2", "commerce-again"
OWNED = (STARTUP, SMALL, "commerce-3")
CONTACT = {"section": "地域産業課", "person": "青森 花子", "contact": "chiiki@pref.example.jp"}


_REASON = ("理由", "工程を変える理由", "国の事業の日程に合わせた。")
_DECIDER = ("決定者", "正しい値", "部長決裁(R8.9.30)")


def with_work(folder: Path, scheme: str = "") -> None:
    """The plan with who answers for three initiatives of 商工業, and one of them 再掲 under 観光業.

    ``scheme`` is what its file says of a self-evaluation.
    """
    with_files(folder, *samplekit.MERE)
    plan = folder / "plans" / samplekit.PLAN
    path = plan / "plan.toml"
    path.write_text(f"{path.read_text('utf-8')}\n{scheme}", "utf-8")
    owners = "".join(f",{one},commerce,,\n" for one in OWNED)
    path = plan / "ownership.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    rows = [f"{line.split(',')[0]},,{','.join(line.split(',')[1:])}" for line in lines[1:]]
    head = "indicator_id,initiative_id,department_id,valid_from,valid_to"
    path.write_text("\n".join([head, *rows, owners]), "utf-8-sig")
    path = plan / "initiatives.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    name = next(line for line in lines if line.startswith(f"{STARTUP},")).split(",", 2)[2]
    head, rows = "id,item_id,name,refers_to", [f"{line}," for line in lines[1:]]
    path.write_text("\n".join([head, *rows, f"{AGAIN},tourism,{name},{STARTUP}\n"]), "utf-8-sig")


def open_review(cast: Cast, name: str) -> None:
    """The secretariat starts the review that the program proposes."""
    page = cast.at(OFFICE, "rounds")
    box = page.locator("[class*='st-key-open-round']")
    unfold_one(box.locator("summary"))
    pick(page, "種類", "取組の半期見直し", within=box)
    expect(box.get_by_label("名前")).to_have_value(name)
    says(table(box, "各部局に尋ねる取組"), "商工労働部", "3")
    press(page, "この内容で照会を始める", f"「{name}」を始めました。")
    assert standing(page) == {"商工労働部": "未回答"}
    says(page.locator(".letter"), "取組の半期見直し", "150字以内")


def written(path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Type into the form as a department does: the lists on the first sheet, the sentences on 記述."""
    book = load_workbook(path)
    figures, prose = book[d.FORM_SHEET], book[d.PROSE_SHEET]
    rows = {figures.cell(r, d.TOKEN_COLUMN).value: r for r in range(d.FIRST_DATA_ROW, figures.max_row + 1)}
    for one, said in answers.items():
        for key, text in said.items():
            if d.column(key).stands == "figures":
                figures.cell(rows[one], d.positions("initiatives")[key]).value = text
    for row in range(ln.FIRST_ROW, prose.max_row + 1):
        told = ln.read_token(str(prose.cell(row, ln.TOKEN).value or ""))
        if told and told.of_contact and told.key in CONTACT and told.ids:
            prose.cell(row, ln.TEXT).value = CONTACT[told.key]
        elif told and told.ids and (text := answers.get(told.ids[0], {}).get(told.key)):
            prose.cell(row, ln.TEXT).value = text
    book.save(path)


def answer_the_autumn(cast: Cast) -> None:
    """One slips and says no reason, one is done, one goes on; what is asked is answered on the page."""
    page = cast.at(COMMERCE, "submit")
    says(page.locator(".lead"), "回答いただく取組は3件")
    path = cast.take(page, "① 回答様式を受け取る")
    schedule = {"planned_start": "令和6年度上期", "planned_end": "R9下期"}
    written(path, {
        STARTUP: {**schedule, "progress": "遅れ", "course": "見直し", "revised_end": "令和10年度上期",
                  "recovery": "R9上期", "performance": "相談会を4回開いた。", "next_plan": "支援を全県に広げる。",
                  "delay_reason": "調達が遅れた。"},
        SMALL: {**schedule, "progress": "完了", "course": "終了", "performance": "手引を配り終えた。"},
        "commerce-3": {**schedule, "progress": "予定通り", "course": "継続", "performance": "研修を2回開いた。",
                       "next_plan": "研修を続ける。"},
    })  # fmt: skip
    put_in(page, path)
    moved = issue(page, "工程がR9下期からR10上期に変わっています")
    expect(moved).to_have_count(2)
    for left, (lacking, label, text) in ((1, _REASON), (0, _DECIDER)):
        box = issue(page, f"{lacking}が書かれていません")
        box.get_by_text("値を入力する").click()
        box.get_by_role("textbox", name=label).fill(text)
        confirm(page, box, left)
    says(table(page, "読み取った結果"), "相談会を4回開いた。", "R10上期")
    look(page, "half-year-result")
    send(page)


def confirm_what_came(cast: Cast) -> None:
    page = cast.at(OFFICE, "review")
    box = item(page, "デジタル技術を活用した創業")
    says(
        box,
        "遅れの理由: 調達が遅れた。",
        "工程の変更 R6上期～R9下期 → R6上期～R10上期: 国の事業の日程に合わせた。　決定者 部長決裁(R8.9.30)",
    )
    look(page, "half-year-review")
    box.get_by_role("button", name="確認済にする").click()
    settled(page)
    page.get_by_role("button", name="2取組をすべて確認済にする").click()
    page.get_by_role("button", name="2取組を確認済にする").click()
    expect(page.get_by_text("2取組を確認済にしました。")).to_be_visible()


def see_the_roadmap(cast: Cast, *words: str) -> None:
    page = cast.at(OFFICE, "roadmap")
    settled(page)
    says(page.locator("section.main, [data-testid='stMain']").first, "【再掲】", *words)
    look(page, "half-year-roadmap")


def print_the_roadmap(cast: Cast, *words: str) -> None:
    """The page that prints itself has a sheet of A3 for the field, and the table of what moved."""
    page = cast.at(OFFICE, "report")
    told = cast.take(page, "印刷用ページ").read_text("utf-8")
    for one in ("ロードマップ 産業・しごと", "取組の半期見直し", "420mm 297mm", *words):
        assert one in told, one


def answer_the_spring(cast: Cast) -> None:
    """The form tells what was said last; what was done stays done."""
    page = cast.at(COMMERCE, "submit")
    path = cast.take(page, "① 回答様式を受け取る")
    book = load_workbook(path)
    places = d.positions("initiatives")
    shown = [book[d.FORM_SHEET].cell(d.FIRST_DATA_ROW, places[k]).value for k in ("last_progress", "last_schedule")]
    assert shown == ["遅れ", "R6上期～R10上期"]
    written(path, {
        STARTUP: {"progress": "予定どおり", "course": "継続", "performance": "支援を2地域で始めた。",
                  "next_plan": "残る4地域で始める。"},
        SMALL: {"progress": "完了", "course": "終了", "performance": "配布の後も問合せに答えた。"},
        "commerce-3": {"progress": "予定どおり", "course": "拡充", "performance": "研修を3回開いた。",
                       "next_plan": "研修を5回開く。"},
    })  # fmt: skip
    put_in(page, path)
    send(page)


def test_two_half_years_of_the_work(open_page, tmp_path):
    with_work(tmp_path / "data")
    with running(tmp_path, env={"KPI_TODAY": AUTUMN}) as server:
        cast = Cast(server.url, tmp_path, open_page)
        open_review(cast, FIRST)
        answer_the_autumn(cast)
        confirm_what_came(cast)
        see_the_roadmap(cast, "遅れ", "R6上期～R10上期")
        print_the_roadmap(cast, "遅れ(+1半期)")
        cast.leave()
    with running(tmp_path, env={"KPI_TODAY": SPRING}) as server:
        cast.url = server.url
        open_review(cast, SECOND)
        answer_the_spring(cast)
        see_the_roadmap(cast, "予定どおり")
        print_the_roadmap(cast, "遅れ→予定どおり")
        cast.leave()


def test_a_half_year_of_a_plan_with_a_self_evaluation(open_page, tmp_path):
    """Typed by letter and by meaning, left out and chosen on the page; seen on 確認 and on the roadmap."""
    with_work(tmp_path / "data", SCHEMES["hamamatsu"])
    with running(tmp_path, env={"KPI_TODAY": AUTUMN}) as server:
        cast = Cast(server.url, tmp_path, open_page)
        open_review(cast, FIRST)
        page = cast.at(COMMERCE, "submit")
        path = cast.take(page, "① 回答様式を受け取る")
        told = {"planned_start": "令和6年度上期", "planned_end": "R9下期", "progress": "予定どおり", "course": "継続",
                "performance": "研修を開いた。", "next_plan": "続ける。"}  # fmt: skip
        evaluated = {STARTUP: {"evaluation": "ａ"}, SMALL: {"evaluation": "目標どおり"}, "commerce-3": {}}
        written(path, {one: told | more for one, more in evaluated.items()})
        put_in(page, path)
        box = issue(page, "「自己評価」が書かれていません")
        box.get_by_text("値を入力する").click()
        pick(page, "自己評価", "C 遅れている", within=box)
        confirm(page, box, 0)
        says(table(page, "読み取った結果"), "自己評価")
        send(page)
        says(cast.at(OFFICE, "review").locator("[data-testid='stMain']"), "自己評価")
        page = cast.at(OFFICE, "roadmap")
        page.get_by_role("link", name="R8上期の見直しで動いた取組").click()
        settled(page)
        assert [row.split("\t")[1] for row in table(page, "自己評価").locator("tbody tr").all_inner_texts()] == [
            "A", "B", "C",
        ]  # fmt: skip
        look(page, "half-year-evaluation")
        cast.leave()
