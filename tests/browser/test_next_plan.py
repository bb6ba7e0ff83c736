"""The next term: begun by copying the plan, written in its workbook, put in force, and offered to everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from loaders.services.operations import DATABASE
from loaders.store import Store
from tests.browser.acting import Cast, look, press
from tests.browser.conftest import running, settled
from tests.loaders.plan.bookkit import NEW, add, put, say, treated
from tests.samplekit import MERE, with_files

NEXT, NAME, ADMIN = "prefecture-2029", "青森県DX推進プラン2029", "admin"


@pytest.fixture
def server(tmp_path):
    """A fresh server without samples."""
    with_files(tmp_path / "data", *MERE)
    with running(tmp_path) as fresh:
        yield fresh


def test_the_next_plan_is_copied_written_in_its_workbook_and_offered(server, open_page, tmp_path):
    cast = Cast(server.url, tmp_path, open_page)
    page = cast.at(ADMIN, "admin?part=plan")
    look(page, "plan-book")
    name = page.get_by_role("textbox", name="計画の名称")
    name.fill(NAME)
    name.press("Tab")
    settled(page)
    press(page, "次の計画を始める", "令和11年度(2029年度)から令和15年度(2033年度)まで")
    press(page, "この内容で始める", f"「{NAME}」を始めました")
    # It is there for whoever chooses a plan, and has its subjects without a value.
    page = cast.at(ADMIN, f"admin?part=plan&plan={NEXT}")
    expect(page.get_by_role("combobox", name="計画")).to_have_value(NAME)
    path = cast.take(page, "プラン定義書を受け取る")
    assert path.name.startswith(f"プラン定義書_{NEXT}_")
    path.write_bytes(
        treated(
            path.read_bytes(),
            say("計画", "標語", "次の標語"),
            add("指標", **NEW | {"番号": "産9", "分野の記号": "industry"}),
            add("担当", 指標の記号="new-one", 部局の記号="commerce"),
            put("指標", "目標値", "約80", 記号="sme-dx"),
        )
    )  # fmt: skip
    main = page.get_by_test_id("stMainBlockContainer")
    drop = page.locator("[data-testid='stFileUploaderDropzoneInput']")
    drop.set_input_files(path)
    expect(main).to_contain_text("数として読めません(「約80」)")  # told by its cell, and nothing can be decided
    look(page, "plan-book-faults")
    expect(page.get_by_role("button", name="この内容に改定する")).to_have_count(0)
    mended = path.with_stem("直したプラン定義書")
    mended.write_bytes(treated(path.read_bytes(), put("指標", "目標値", None, 記号="sme-dx")))
    drop.set_input_files(mended)
    expect(main).to_contain_text("変わるところが3か所あります")
    look(page, "plan-book-differences")
    reason = page.get_by_role("textbox", name="改定の理由")
    reason.fill("策定")
    reason.press("Tab")
    settled(page)
    press(page, "この内容に改定する", "本部決定として改定します")
    press(page, "3か所を改定する", "計画を改定しました(3か所)")
    look(page, "plan-book-done")
    made = Store(server.data / DATABASE).plan(NEXT)
    assert (made.slogan, made.indicator("new-one").name, made.rounds) == ("次の標語", "新しい指標", ())
    reader = cast.at("reader", f"field?plan={NEXT}&field=industry")
    expect(reader.get_by_test_id("stMainBlockContainer")).to_contain_text("新しい指標")
    cast.leave()
