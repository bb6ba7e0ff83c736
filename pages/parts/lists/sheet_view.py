"""The sheet with its reading coloured in, and what is chosen in it put right by pointing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from loaders.lists.list_answers import of_cell, of_column, of_direction, of_period, of_row
from loaders.lists.list_cells import read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_layout import Told
from loaders.lists.list_reading import ListReading
from loaders.lists.list_words import COLUMN_WORDS, VALUE_ROLES
from loaders.text.numbers import read_number
from loaders.workbook.cells import Sheet, column_letters
from pages.parts.admin.admin_forms import fresh, note
from pages.parts.lists.list_session import forget, on_screen, say, take_back
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Markup, join, tag, unmarked

#: What a cell was taken for: its word, and its colour behind dark letters.
MARKS: Mapping[str, tuple[str, str]] = {
    "heading": ("見出し", "#d9dde6"), "field": ("分野・施策", "#e9dff5"), "name": ("指標名", "#dbe7ff"),
    "child": ("指標名の内訳", "#dbe7ff"), "definition": ("定義", "#eef3fb"), "baseline": ("現状値(基準)", "#d8efe0"),
    "actual": ("実績値", "#fff2c4"), "target": ("目標値(最終)", "#ffdfc7"),
    "milestone": ("途中の目標(目安値)", "#fbe9dc"),
    "asked": ("答えの要るところ", "#ffc9cc"),
}  # fmt: skip
#: A word of the legend stays whole where the line breaks.
_CHIP = "display:inline-block;white-space:nowrap;padding:.1rem .5rem;margin:0 .5rem .2rem 0;border:1px solid #c9ced8"
_QUIET = ("unit", "source", "owner", "number", "lines", "period")
#: What a row may be; of an exchanged sheet it is a column, and what stands above stands left.
_ROWS = {
    "": "読み取りのまま",
    "heading": "見出し",
    "section": "分野の見出し",
    "indicator": "指標",
    **{role: f"1つ前の指標の{COLUMN_WORDS[role]}" for role in VALUE_ROLES},
    "skip": "読まない",
}
_ADDRESS = re.compile(r"\s*([A-Za-z]{1,3})\s*(\d{1,5})\s*")


def sheet_view(sheet: Sheet, reading: ListReading, asked: frozenset[str]) -> None:
    """The sheet, its colours, and the form for the place that is chosen. ``asked`` are the cells with questions."""
    grid = Grid(sheet)
    st.subheader("読み取った表", anchor=False)
    show(_legend(reading, asked))
    note("読み取り方が違うところは、表のセルを押して選ぶか、下にセルの番地を書いて、直してください。")
    told, colours = _frames(grid, reading, asked)
    line = "行" if reading.turned else "列"
    event = st.dataframe(
        told.style.apply(lambda _: colours, axis=None),
        key=fresh(f"list-grid-{sheet.name}"),
        on_select="rerun",
        selection_mode="single-cell",
        height=min(38 * (len(told) + 1), 560),
        alt=f"シート「{sheet.name}」の表。{line}の見出しに、その{line}を何と読んだかが付いています。",
    )
    _form(sheet.name, reading, grid, _chosen(grid, event["selection"].get("cells") or []))


def _legend(reading: ListReading, asked: frozenset[str]) -> Markup:
    there = set(reading.marks.values()) | ({"asked"} if asked else set())
    spots = [
        tag("span", word, style=f"background:{colour};{_CHIP}")
        for kind, (word, colour) in MARKS.items()
        if kind in there
    ]
    return tag("div", join(spots), "meta")


def _frames(grid: Grid, reading: ListReading, asked: frozenset[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells as they are seen, and the colour behind each; columns, or rows in their place, say what they are."""
    kinds = {c.letters: c.kind for table in reading.tables for c in table.columns}
    names = {c: letters + _said(kinds.get(letters, "")) for c in grid.columns if (letters := column_letters(c))}
    rows = {r: f"{r}" + _said(kinds.get(f"{r}", "")).replace("行の見出し", "列の見出し") for r in grid.rows}
    marks = dict(reading.marks)
    texts = {names[c]: [_shown(grid, (r, c), asked) for r in grid.rows] for c in grid.columns}
    colours = {
        names[c]: [_colour(grid.place(r, c), marks, asked) for r in grid.rows] for c in grid.columns
    }  # fmt: skip
    index = pd.Index([rows[r] for r in grid.rows], name="行")
    return pd.DataFrame(texts, index=index), pd.DataFrame(colours, index=index)


def _said(kind: str) -> str:
    return f"　{COLUMN_WORDS[kind]}" if kind in COLUMN_WORDS else ""


def _shown(grid: Grid, place: tuple[int, int], asked: frozenset[str]) -> str:
    """What stands in a cell; one that is asked about says so in a sign too. Under a merged cell nothing stands."""
    if grid.place(*place) != place:
        return ""
    text = grid.text(*place).replace("\n", " ⏎ ")
    return f"？ {text}" if f"{column_letters(place[1])}{place[0]}" in asked else text


def _colour(place: tuple[int, int], marks: Mapping[tuple[int, int], str], asked: frozenset[str]) -> str:
    kind = "asked" if f"{column_letters(place[1])}{place[0]}" in asked else marks.get(place, "")
    if kind in MARKS:
        return f"background-color:{MARKS[kind][1]};color:#16181d"
    return "color:#16181d" if kind in _QUIET else "color:#6a7180" if kind == "skip" else ""


def _chosen(grid: Grid, cells: list[tuple[int, str]]) -> str:
    """The address of the cell that was pressed."""
    if not cells:
        return ""
    row, name = cells[0]
    return f"{str(name).split('　')[0]}{grid.rows[row]}"


# --- putting right ----------------------------------------------------------------------------------------------------


def _form(sheet: str, reading: ListReading, grid: Grid, pressed: str) -> None:
    key, last = fresh(f"list-cell-{sheet}"), fresh(f"list-pressed-{sheet}")
    if pressed and st.session_state.get(last) != pressed:
        st.session_state[last], st.session_state[key] = pressed, pressed
    typed = st.text_input("直すセルの番地", key=key, placeholder="例: C7", width=160)
    found = _ADDRESS.fullmatch(typed or "")
    if typed and not found:
        note("番地は「C7」のように、列の英字と行の数字で書いてください。")
    if found:
        _correct(sheet, reading, grid, found[1].upper(), int(found[2]))
    one = on_screen()
    with st.container(horizontal=True):
        st.button(
            f"行と列を入れ替え{'ずに' if reading.turned else 'て'}読む", key=fresh("list-direction"),
            on_click=_turn, args=(sheet, not reading.turned),
        )  # fmt: skip
        if one is not None and one.said:
            st.button("1つ前の読み方に戻す", key=fresh("list-back"), on_click=take_back)
            st.button("最初の読み方に戻す", key=fresh("list-forget"), on_click=forget)


def _turn(sheet: str, turned: bool) -> None:
    if (one := on_screen()) is not None:
        say(sheet, of_direction(one.told(sheet), turned=turned))


def _correct(sheet: str, reading: ListReading, grid: Grid, letters: str, row: int) -> None:
    """What the column, the row and the cell at a place are."""
    one = on_screen()
    if one is None:
        return
    told, cell = one.told(sheet), f"{letters}{row}"
    place_of = {column_letters(c): c for c in grid.columns}
    text = grid.text(row, place_of[letters]) if letters in place_of else ""
    across, down, own, number_of = f"列 {letters}", f"行 {row}", letters, row
    if reading.turned:  # a row of the sheet is a column of its table, and a column a row
        across, down, own, number_of = down, across, f"{row}", place_of.get(letters, 0)
    column = next((c for t in reading.tables for c in t.columns if c.letters == own), None)
    show(tag("p", join([tag("b", cell), f"「{text}」" if text else "(何も書かれていないセル)"])))
    kinds = ["", *COLUMN_WORDS]
    place = f"{sheet}-{cell}-{reading.turned}"
    with st.form(fresh(f"list-form-{place}"), border=True):
        left, middle, right = st.columns(3)
        with left:
            kind = st.selectbox(
                f"この{unmarked(across)} は", kinds, kinds.index(told.columns.get(own, "")),
                format_func=lambda k: COLUMN_WORDS.get(k) or _as_read(column.kind if column else ""),
                key=fresh(f"list-kind-{place}"),
            )  # fmt: skip
            when = st.text_input(
                f"この{'行' if reading.turned else '列'}の時点", told.periods.get(own, ""),
                key=fresh(f"list-at-{place}"), placeholder="例: 令和5年度",
            )  # fmt: skip
        with middle:
            said = st.selectbox(
                f"この{unmarked(down)} は", list(_ROWS), list(_ROWS).index(told.rows.get(number_of, "")),
                format_func=_ROWS.__getitem__, key=fresh(f"list-row-{place}"),
            )  # fmt: skip
        with right:
            number = st.text_input("このセルの値", key=fresh(f"list-value-{place}"), placeholder="読み取りのまま")
            at = st.text_input("このセルの値の時点", key=fresh(f"list-own-{place}"), placeholder="例: 令和5年度")
            out = st.checkbox("このセルは読まない", "skip" in told.cells.get(cell, {}), key=fresh(f"list-out-{place}"))
        done = st.form_submit_button("この読み方にする", type="primary")
    if done:
        changed = _told(told, (own, number_of, cell), (kind, when, said), (number, at, out))
        if changed is not None:
            say(sheet, changed)
            st.rerun()


def _as_read(kind: str) -> str:
    return f"読み取りのまま({COLUMN_WORDS[kind]})" if kind in COLUMN_WORDS else "読み取りのまま"


def _told(
    told: Told, place: tuple[str, int, str], whole: tuple[str, str, str], own: tuple[str, str, bool]
) -> Told | None:
    """What was told with what a form says; None where something in it cannot be read, which is said."""
    letters, row, cell = place
    kind, when, said = whole
    number, at, out = own
    codes = [_period(when, told.periods.get(letters, "")), _period(at, "")]
    value = read_number(number) if number.strip() else None
    if None in codes:
        st.warning("時点を読めません。「令和5年度」「R5」「2028年度」のように書いてください。")
        return None
    if value is not None and value.value is None:
        st.warning("値を読めません。半角の数字だけで書いてください。")
        return None
    changed = of_row(of_period(of_column(told, letters, kind), letters, codes[0] or ""), row, said)
    changes: dict[str, float | str | None] = {"skip": "1"} if out else {}
    if value is not None:
        changes["value"] = value.value
    if codes[1]:
        changes["period"] = codes[1]
    if "skip" in told.cells.get(cell, {}) and not out:
        changed = of_cell(changed, cell, {})
    return of_cell(changed, cell, changes) if changes else changed


def _period(text: str, standing: str) -> str | None:
    """The code of a period that was typed; None where it is none."""
    if not text.strip() or text.strip() == standing:
        return text.strip()
    found = read_when(text)
    return found.period.code if found and found.period else None
