"""The table of 課, 連絡先 and people: taken away, put in, edited where it stands; what it would change comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.issue import Issue
from loaders.directory.differences import Change, Difference
from loaders.directory.directory_cells import HOW_WORDS
from loaders.directory.directory_columns import BETWEEN, BY_KEY, DIVISION, EVERYWHERE, LEAD, PERSON
from loaders.directory.directory_lines import Line, Read, lines_of
from loaders.directory.directory_rows import TITLE, Row, choices, workbook
from loaders.services import NotAllowed
from pages.parts.admin.admin_forms import acted, fresh, note, show_findings
from pages.parts.app.current_view import services
from pages.parts.framework import ColumnConfig
from pages.parts.shared import confirm_button, notices
from pages.parts.shared.layout import XLSX, attempt, show
from pages.parts.shared.markup import Column, Content, join, table, tag

#: The columns of the table on the screen for each part of 管理, in their order. What is a row's identity is not shown.
_OFFICE = ("department", "division", "indicators", "mail")
_PEOPLE = ("claim", "pattern", "role", "department", "division", "plan", "rule_id")
_HIDDEN = ("division_id",)
#: So many rows are drawn whole; longer tables have a window.
_AT_ONCE = 30
_HELP: Mapping[str, str] = {
    "division": "空けた行は主管課です。",
    "indicators": "番号で選びます。",
    "pattern": "「*」は何文字でも、「?」は1文字に当てはまります。",
    "rule_id": "新しい行では空きます。同じ番号の行は、同じ人の別の部局です。",
}


# --- as a workbook --------------------------------------------------------------------------------------------------


def workbook_box(state: Assessment) -> None:
    """The table as a workbook to take away and to put in again."""
    ours, plan, day = services(), state.plan, state.day  # the file is made outside of the page's run
    with st.expander("Excelの表でまとめて変更する"):
        note(
            "いまの課・連絡先・利用者を1枚の表で受け取り、書き足し・書き換え・行の削除をして、入れ直します。"
            "入れると、まず変わるところが出ます。確かめて押すまで、何も変わりません。"
        )
        st.download_button(
            "Excelで受け取る",
            lambda: workbook(ours.directory_rows(plan.id), plan, day),
            f"{TITLE}_{plan.id}.xlsx",
            XLSX,
            key="directory-xlsx",
            on_click="ignore",
        )
        file = st.file_uploader("記入した表を入れる", type=["xlsx", "xlsm", "xls"], key=fresh("directory-file"))
        if file is not None and (read := attempt(lambda: _read(state, file.getvalue(), file.name))):
            lines, issues = read
            _settle(state, lines, issues, "directory-file")


def _read(state: Assessment, data: bytes, name: str) -> tuple[Sequence[Line], Sequence[Issue]]:
    """The rows of a file, read once however often the page is drawn again."""
    key, mark = "directory-read", (state.plan.id, name, sha256(data).hexdigest())
    kept: tuple[object, Read] | None = st.session_state.get(key)
    if kept is None or kept[0] != mark:
        with st.spinner("読み取っています…"):
            kept = mark, services().read_directory(state.plan.id, data, name)
        st.session_state[key] = kept
    return kept[1]


# --- where it stands ------------------------------------------------------------------------------------------------


def office_table(state: Assessment) -> None:
    """主管課 and 課 of every department, edited where they stand."""
    _edit(state, (LEAD, DIVISION), _OFFICE, "directory-offices")


def people_table(state: Assessment) -> None:
    """The rules of who is who, edited where they stand."""
    _edit(state, (PERSON,), _PEOPLE, "directory-people")


def _edit(state: Assessment, kinds: Sequence[str], columns: Sequence[str], key: str) -> None:
    rows = services().directory_rows(state.plan.id, kinds)
    told = [*columns, *_HIDDEN]
    # What was typed hangs on the place of a row: where other rows stand now it would be put into the wrong ones.
    stands = sha256(repr(rows).encode()).hexdigest()[:12]
    if st.session_state.get(fresh(f"{key}-stands"), stands) != stands:
        notices.refuse("いまの内容がほかの人によって変わったため、表を読み直しました。もう一度書き換えてください。")
    st.session_state[fresh(f"{key}-stands")] = stands
    note(
        "セルを押して書き換えます。いちばん下の行に書くと加わり、行の左を選んで消すと、廃止・削除してよいかを確かめます。"
        "下の「変わるところ」を確かめて押すまで、何も変わりません。"
    )
    edited = st.data_editor(
        # Without a row there is nothing to tell from what a column holds: it would be taken for numbers.
        pd.DataFrame({one: [_shown(row, one) for row in rows] for one in told}, dtype=object),
        num_rows="dynamic",
        hide_index=True,
        column_order=columns,
        column_config={one: _config(state, one, rows) for one in columns},
        key=fresh(f"{key}-{stands}"),
        width="stretch",
        height="content" if len(rows) <= _AT_ONCE else 640,
        placeholder="―",
        alt=f"{TITLE}の表({len(rows)}行)",
    )
    lines = lines_of([{str(one): _typed(value) for one, value in row.items()} for row in edited.to_dict("records")])
    _settle(state, lines, (), key, whole=kinds)


def _shown(row: Row, key: str) -> object:
    """A cell as the table on the screen holds it."""
    text = row.get(key, "")
    return text.split(BETWEEN) if key == "indicators" and text else [] if key == "indicators" else text or None


def _typed(value: object) -> object:
    """A cell of the table on the screen as a person would have written it."""
    return BETWEEN.join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _config(state: Assessment, key: str, rows: Sequence[Row]) -> ColumnConfig:
    label, told = BY_KEY[key].heading, _HELP.get(key)
    match key:
        case "indicators":
            numbers = [i.number for i in state.plan.indicators]
            return st.column_config.MultiselectColumn(label, options=numbers, help=told, color="primary")
        case "claim" | "role" | "department":
            # A rule may name a department that has ended.
            offered = (*choices(state.plan, state.day)[key], *(row[key] for row in rows if row.get(key)))
            return st.column_config.SelectboxColumn(label, options=list(dict.fromkeys(offered)), help=told)
        case "plan":
            words = {state.plan.id: state.plan.name, EVERYWHERE: EVERYWHERE}
            return st.column_config.SelectboxColumn(label, options=list(words), format_func=lambda p: words[str(p)])
        case "rule_id":
            return st.column_config.TextColumn(label, help=told, disabled=True)
        case _:
            return st.column_config.TextColumn(label, help=told, max_chars=200)


# --- what it would change -------------------------------------------------------------------------------------------


def _settle(
    state: Assessment, lines: Sequence[Line], issues: Sequence[Issue], key: str, *, whole: Sequence[str] = ()
) -> None:
    """What is wrong with the rows, what they would change, and the button that does it once that was agreed to."""
    first = attempt(lambda: services().compare_directory(state.plan.id, lines, whole=whole))
    if first is None:
        return
    found, ending = first, False
    show_findings((*issues, *first.issues))
    if first.absent:
        _show_changes(first.absent, "表にない行", f"表にない行が{len(first.absent)}件あります。")
        ending = st.checkbox(f"この{len(first.absent)}件を廃止・削除する", key=fresh(f"{key}-ending"))
    if ending:
        found = services().compare_directory(state.plan.id, lines, whole=whole, ending=True)
        show_findings([issue for issue in found.issues if issue not in first.issues])
    if not found.changes:
        note("変わるところはまだありません。" if whole else "変わるところはありません。")
        return
    _show_changes(found.changes, "変わるところ", f"変わるところが{len(found.changes)}件あります。")
    _confirm(state, lines, found, key, whole=whole, ending=ending)


def _confirm(
    state: Assessment, lines: Sequence[Line], found: Difference, key: str, *, whole: Sequence[str], ending: bool
) -> None:
    reason = st.text_input("理由(任意)", key=fresh(f"{key}-reason"), max_chars=200).strip()
    summary = join(
        [f"{count}件を{HOW_WORDS[how]}。 " for how in HOW_WORDS if (count := sum(c.how == how for c in found.changes))]
    )
    if not confirm_button.button(
        "この内容に変更する", f"{key}-save", found.changes, summary, f"{len(found.changes)}件を変更する", primary=True
    ):
        return
    try:
        done = services().apply_directory(
            state.plan.id, lines, found.changes, whole=whole, ending=ending, reason=reason
        )
    except NotAllowed as refused:
        notices.refuse(str(refused))
        return
    refused_words = [issue.message + issue.advice for issue in done.issues]
    if not done.done:
        notices.refuse(*refused_words)
        return
    what = "、".join(dict.fromkeys(change.what for change in done.done))
    left = f"残りの{len(found.changes) - len(done.done)}件は変えていません。" if refused_words else ""
    acted(f"{len(done.done)}件を変更しました({what})。{left}", refused_words)


def _show_changes(changes: Sequence[Change], caption: str, lead: Content) -> None:
    show(tag("p", tag("b", lead)))
    columns = [Column("すること", width="8rem"), Column("対象"), Column("いま"), Column("変更後")]
    rows = [(HOW_WORDS[c.how], c.what, c.before or "―", c.after or "―") for c in changes]
    show(table(columns, rows, caption=caption, kind="stack"))
