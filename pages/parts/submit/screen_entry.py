"""画面で記入: the form of a department or 課 with few indicators filled in on the page instead of in Excel.

What is typed goes into the cells of the department's own form, and this is put in like any other file: there is no
second way to read, check or keep an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from zlib import crc32

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import ReturnState
from loaders.form.entry_fields import CONTACT_TITLE, EntryBlock, EntryField, entry_blocks, filled, written_again
from loaders.store import StoredReturn
from loaders.text.characters import excel_length
from pages.parts.app.current_view import services
from pages.parts.shared import confirm_button
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Column, join, table, tag, unmarked
from pages.parts.shared.notices import refuse, tell, told
from pages.parts.submit.return_picker import Respondent, bind
from pages.parts.submit.uploads import remember, take_in

#: More indicators are quicker filled in, side by side, in a workbook.
MOST = 3
_PLACE = "screen-entry"
_ANSWERING = (ReturnState.DRAFT, ReturnState.PASSED, ReturnState.SENT)
_LINE_HEIGHT = 26


def entry_box(view: Assessment, place: Respondent, current: StoredReturn | None) -> None:
    """The way to fill the form in on the page, where few indicators are asked for; open, the form's own fields."""
    if not offered(view, place):
        return
    told(_PLACE)
    is_open = bool(st.session_state.get(_open_key(place)))
    if st.button(
        "画面での記入を閉じる" if is_open else "画面で記入する(Excelを使わない)",
        key="entry-close" if is_open else "entry-open",
    ):
        st.session_state[_open_key(place)] = not is_open
        st.rerun()
    if is_open:
        with st.container(border=True, key="entry"):
            _fields(view, place, current)


def offered(view: Assessment, place: Respondent) -> bool:
    """Whether so few indicators are asked for here that the form can be filled in on the page."""
    return 0 < len(place.indicators(view)) <= MOST


def _fields(view: Assessment, place: Respondent, current: StoredReturn | None) -> None:
    blocks = _blocks(view, place, current)
    show(tag("div", _intro(blocks, current), "meta"))
    for block in blocks:
        st.subheader(unmarked(block.title), anchor=False)
        _facts(block)
        _block(place, block)
    typed = dict(st.session_state.get(_typed_key(place), {}))
    with st.container(horizontal=True, vertical_alignment="center"):
        made = st.button("下書きを作る", type="primary", key="entry-draft")
        if st.button("閉じてExcelの様式に戻る(入力は残ります)", key="entry-leave"):
            _leave(place)
            st.rerun()
    if typed:
        _undo(place, typed)
    if made:
        _draft(place, blocks, typed)


def _undo(place: Respondent, typed: Mapping[str, str]) -> None:
    summary = f"まだ下書きにしていない{len(typed)}欄の入力を消し、開いたときの内容に戻します。"
    what = tuple(sorted(typed.items()))
    if confirm_button.button("入力を消す", "entry-undo", what, summary, "消す"):
        _forget(place)
        st.rerun()


def _blocks(view: Assessment, place: Respondent, current: StoredReturn | None) -> tuple[EntryBlock, ...]:
    """The fields as they stand ready: as the answer before says it, else as the form goes out."""
    said = written_again(current.reading.answers) if current is not None and _begins_from(current) else {}
    there = place.place
    return entry_blocks(
        view.snapshot.brief(view.day), there.round_id, there.department_id, division_id=there.division_id, answers=said
    )


def _begins_from(current: StoredReturn | None) -> bool:
    """Whether there is an answer to go on from; what a sample says shall not end in a real one."""
    return current is not None and current.state in _ANSWERING and not current.reading.sample


def _intro(blocks: tuple[EntryBlock, ...], current: StoredReturn | None) -> str:
    start = "いまの回答の内容から始まります。" if _begins_from(current) else ""
    reasons = any(field.key == "missing_reason" for block in blocks for field in block.fields)
    left_out = (
        "「実績がない理由」を選んだ指標では、値・時点・根拠資料などの【必須】の欄は空けておけます。" if reasons else ""
    )
    return (
        f"{start}様式と同じ欄です。【必須】は必ず入力する欄です。{left_out}「下書きを作る」を押すと、記入した内容が様式(Excel)に入り、"
        "ファイルを入れたときと同じように1セルずつ確かめます。押すまでは保存されません。"
    )


def _facts(block: EntryBlock) -> None:
    """What the form shows beside the cells: figures as a row of it, sentences below."""
    if block.facts:
        row = [text for _, text in block.facts]
        columns = [Column(name) for name, _ in block.facts]
        show(table(columns, [row], caption=f"{block.title}の様式の内容", kind="stack"))
    show(join(tag("div", join([tag("b", name), "　", text]), "meta") for name, text in block.said))


# --- the fields ----------------------------------------------------------------------------------------------------


def _block(place: Respondent, block: EntryBlock) -> None:
    for group, found in groupby(block.fields, key=lambda field: field.group):
        fields = list(found)
        if group != CONTACT_TITLE:
            show(tag("div", tag("b", group), "meta"))
        if short := [field for field in fields if not field.is_text]:
            grid = st.grid(min_column_width=200)
            for field in short:
                with grid.cell():
                    _field(place, field)
        for field in fields:
            if field.is_text:
                _field(place, field)
    if block.note:
        show(tag("div", block.note, "meta"))


def _field(place: Respondent, field: EntryField) -> None:
    """One cell. What was typed is kept beside the widget, which forgets it wherever the page is not drawn."""
    turn, typed = st.session_state.get(_turn_key(place), 0), st.session_state.get(_typed_key(place), {})
    key = f"entry-{place.key}-{turn}-{crc32(field.text.encode())}-{field.name}"
    if key not in st.session_state:
        st.session_state[key] = typed.get(field.name, field.text)
    keep = partial(_keep, place, field.name, field.text, key)
    said, note = field.heading + field.need, field.note
    if field.choices:
        odd = [st.session_state[key]] if st.session_state[key] not in ("", *field.choices) else []
        words = ["", *field.choices, *odd]
        st.selectbox(unmarked(said), words, format_func=_choice, key=key, help=unmarked(note), on_change=keep)
    elif field.is_text:
        room, example = field.lines * _LINE_HEIGHT, field.example
        st.text_area(unmarked(said), key=key, height=room, help=unmarked(note), placeholder=example, on_change=keep)
    else:
        st.text_input(
            f"{unmarked(field.heading)}{f'({unmarked(field.unit)})' if field.unit else ''}{unmarked(field.need)}",
            key=key,
            help=unmarked(note),
            placeholder=field.example,
            on_change=keep,
        )
    _below(field, str(st.session_state[key]))


def _choice(word: str) -> str:
    return word or "(空欄)"


def _below(field: EntryField, text: str) -> None:
    """What is asked, and how long the text has become, where the form counts its letters."""
    count = ""
    if field.limit:
        length = excel_length(text)
        over = f"　目安の{field.limit}字を超えています(このまま下書きにできます)" if length > field.limit else ""
        count = f"{length}／{field.limit}字{over}"
    show(tag("div", "　".join(part for part in (field.asks, count) if part), "meta"))


def _keep(place: Respondent, name: str, ready: str, key: str) -> None:
    """Keep what was typed into a field; what stood ready in it is nothing typed."""
    typed = st.session_state.setdefault(_typed_key(place), {})
    text = st.session_state[key]
    if text == ready:
        typed.pop(name, None)
    else:
        typed[name] = text


def _forget(place: Respondent) -> None:
    """Let every field stand as it stood ready."""
    st.session_state.pop(_typed_key(place), None)
    st.session_state[_turn_key(place)] = st.session_state.get(_turn_key(place), 0) + 1


def _leave(place: Respondent) -> None:
    st.session_state.pop(_open_key(place), None)


def _open_key(place: Respondent) -> str:
    return f"entry-open-{place.key}"


def _typed_key(place: Respondent) -> str:
    return f"entry-typed-{place.key}"


def _turn_key(place: Respondent) -> str:
    return f"entry-turn-{place.key}"


# --- the draft -----------------------------------------------------------------------------------------------------


def _draft(place: Respondent, blocks: tuple[EntryBlock, ...], typed: Mapping[str, str]) -> None:
    """Put the filled form in. Where it is not taken, what was typed stays."""
    taken = attempt(lambda: take_in(place, [services().fill_form(place.place, filled(blocks, typed))]))
    if taken is None:
        return
    one = taken[0][0]
    if one.saved is None or one.saved.refused:
        refuse("下書きを作れませんでした。入力した内容は残っています。", *(i.message + i.advice for i in one.issues))
        return
    remember(place, taken)
    bind(place, one.saved.submission_id)
    _forget(place)
    _leave(place)
    if one.saved.duplicate_of:
        tell(_PLACE, "前と同じ内容のため、新しい下書きは作っていません。")
    left = len(services().submission(one.saved.submission_id).open)
    rest = f"下に確認・修正していただくところが{left}件あります。" if left else "下で確かめて、③で送れます。"
    tell(_PLACE, f"画面で記入した内容で下書きを作りました。{rest}")
