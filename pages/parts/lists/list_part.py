"""管理 → 一覧の取込み: last year's published table of indicators read in one step, and the lists that were taken in."""

from __future__ import annotations

from functools import partial
from hashlib import sha256

import streamlit as st

from kpi.assessment import Assessment
from kpi.period import stamp
from loaders.lists.columns.list_tables import fits
from loaders.lists.list_intake import figure_words
from loaders.lists.list_layout import Layout
from loaders.lists.list_reading import ListReading, read_list
from loaders.store.queries.kept_lists import KeptList
from loaders.workbook.cells import Sheet
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.current_view import services
from pages.parts.lists.list_questions import questions
from pages.parts.lists.list_session import OnScreen, on_screen
from pages.parts.lists.list_target import target
from pages.parts.lists.sheet_view import sheet_view
from pages.parts.lists.unfinished_lists import keep_said, open_list, taken_up
from pages.parts.shared.as_of import looking_back
from pages.parts.shared.layout import XLSX, attempt, folded_form, show
from pages.parts.shared.markup import Column, badge, join, table, tag, unmarked

_AS_PROPOSED = "見出しの言葉から読む"


def lists_part(state: Assessment) -> None:
    """Where a list is put in, and those that were."""
    if not looking_back():
        note(
            "昨年度に公表した進捗の表など、指標の一覧をExcelのまま入れます。何をどう読んだかが色で出るので、違うところを直してから取り込みます。"
            "取り込むまで、何も変わりません。直したところは途中でも残ります。値には、元のセルの番地が残ります。"
        )
        file = st.file_uploader("指標の一覧を入れる", type=["xlsx", "xlsm", "xls"], key=fresh("list-file"))
        one = _opened(state, file.name, file.getvalue()) if file is not None else taken_up(state)
        if one:
            _list(state, one)
    _kept(state)


def _opened(state: Assessment, name: str, data: bytes) -> OnScreen | None:
    """The list on the screen, opened once however often the page is drawn again."""
    mark = sha256(data).hexdigest() + name
    held = on_screen()
    return held if held is not None and held.mark == mark else open_list(state, name, data)


def _list(state: Assessment, one: OnScreen) -> None:
    sheets = [s for s in one.book.sheets if s.state == "visible" and s.cells]
    if not sheets:
        note("このファイルに、読める表がありません。")
        return
    sheet = _chosen_sheet(sheets)
    layout = _layout(sheet)
    told = one.told(sheet.name)
    keep_said(state, one, sheet.name)
    reading = read_list(sheet, told, layout)
    sheet_view(sheet, reading, frozenset(i.cell for i in reading.open if i.cell))
    questions(sheet.name, reading.issues, "sheet")
    _read(reading)
    if reading.indicators:
        target(state, one, reading, told)


def _chosen_sheet(sheets: list[Sheet]) -> Sheet:
    """The sheet that is read: the one with most indicators unless a person says another."""
    if len(sheets) == 1:
        return sheets[0]
    counts = [len(read_list(sheet).indicators) for sheet in sheets]
    names = [f"{s.name}({n}指標)" for s, n in zip(sheets, counts, strict=True)]
    best = counts.index(max(counts))
    chosen = st.selectbox("シート", names, best, key=fresh("list-sheet"), width=360)
    return sheets[names.index(chosen)]


def _layout(sheet: Sheet) -> Layout:
    """The way of reading: one that was kept and fits, unless a person says another."""
    kept = services().list_layouts()
    if not kept:
        return Layout()
    plain = read_list(sheet)
    fit = next((name for name, layout in reversed(tuple(kept.items())) if fits(plain.tables, layout)), _AS_PROPOSED)
    names = [_AS_PROPOSED, *kept]
    chosen = st.selectbox("読み方", names, names.index(fit), key=fresh(f"list-layout-{sheet.name}"), width=360)
    if chosen == fit != _AS_PROPOSED:
        note(f"前に「{fit}」として残した読み方で読みました。")
    return kept.get(chosen, Layout())


def _read(reading: ListReading) -> None:
    """What was read, indicator by indicator, as a table."""
    if not reading.indicators:
        return

    def draw() -> None:
        rows = [
            (
                one.key, one.name, one.field or "―", one.unit or "―", one.definition or "―",
                join([tag("div", figure_words(f)) for f in one.figures]) or "値なし",
            )
            for one in reading.indicators
        ]  # fmt: skip
        columns = [
            Column("セル"),
            Column("指標名"),
            Column("分野・施策"),
            Column("単位"),
            Column("定義"),
            Column("値(時点、セル)"),
        ]
        show(table(columns, rows, caption="読み取った指標", kind="stack"))

    folded_form(f"読み取った指標({len(reading.indicators)}件)", draw, key=fresh("list-read"))


def _kept(state: Assessment) -> None:
    """The lists that were taken into the plan, each with its file and a way to take it out again."""
    found = attempt(lambda: services().lists(state.plan.id))
    if not found:
        return
    st.header("取り込んだ一覧", anchor=False)
    rows = [
        (
            stamp(one.at), one.filename, one.sheet, one.who, one.layout.name or "―",
            badge("取消済", "x v-note") if one.dropped else f"{len(one.counts)}指標",
        )
        for one in found
    ]  # fmt: skip
    columns = [
        Column("取り込んだ日"),
        Column("ファイル"),
        Column("シート"),
        Column("取り込んだ人"),
        Column("読み方の名前"),
        Column("内容"),
    ]
    show(table(columns, rows, caption="取り込んだ一覧", kind="stack"))
    for one in found:
        _one_kept(state, one)


def _one_kept(state: Assessment, one: KeptList) -> None:
    plan_id = state.plan.id
    with st.container(horizontal=True):
        st.download_button(
            unmarked(f"{stamp(one.at)} {one.filename}を受け取る"),
            lambda: services().list_file(plan_id, one.submission_id)[1],
            one.filename, XLSX, key=f"list-file-{one.submission_id}", on_click="ignore",
        )  # fmt: skip
    if one.dropped or looking_back():
        return

    def draw() -> None:
        reason = st.text_input("取り消す理由", key=fresh(f"list-why-{one.submission_id}"), max_chars=200).strip()
        note(
            "取り込んだ値は使われなくなります。記録と元のファイルは残ります。提案は、それぞれ見送りを記録してください。"
        )
        if st.button("この取込みを取り消す", key=fresh(f"list-drop-{one.submission_id}"), disabled=not reason):
            act(partial(services().drop_list, plan_id, one.submission_id, reason), "一覧の取込みを取り消しました。")

    folded_form(f"{stamp(one.at)} {one.filename}の取込みを取り消す", draw, key=fresh(f"list-out-{one.submission_id}"))
