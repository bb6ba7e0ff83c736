"""The passport of what was said of an initiative for one half-year: in which cell, by whom, when, who confirmed it."""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import entry_words
from kpi.collection.workflow import Action, Entry
from kpi.initiatives.half_year_review import BLANK_REASON, Review
from kpi.initiatives.initiative import PROGRESS_WORDS
from kpi.place import Place
from kpi.provenance.passport_words import moment_words
from loaders.form.definition import columns_for
from loaders.text.characters import canonical
from pages.parts.app.current_view import file_name, services
from pages.parts.review.review_words import column_name, subject_link
from pages.parts.shared.layout import XLSX, lead, show
from pages.parts.shared.markup import Column, Content, Markup, join, link, table, tag


def review_of_code(state: Assessment, query: str) -> Review | None:
    """What was said of an initiative under a short number, superseded or not, as far as the person sees it."""
    wanted = _bare(query)
    return next((one for one in state.snapshot.every_review if _bare(one.code) == wanted), None)


def _bare(code: str) -> str:
    return canonical(code).replace("-", "")


def review_passport(state: Assessment, found: Review) -> None:
    """The whole passport."""
    one, asked = state.plan.subject(found.initiative_id), state.plan.round(found.round_id)
    marks: list[Content] = []
    if found.sample:
        marks.append(tag("span", "サンプル", "assumed"))
    if not found.confirmed:
        marks.append(tag("span", "未確認", "unconfirmed"))
    earlier, later = _others(state, found)
    if later:
        marks.append("この後に新しい回答が入っています。")
    lead(join([f"{one.number}　", subject_link(one), f"の、{found.period.label}の見直しの回答です。", *marks]))
    rows: list[tuple[Content, Content]] = [("番号", tag("b", found.code))]
    for key in (column.key for column in columns_for(asked.kind) if column.key in found.said):
        value = found.said[key]
        words = entry_words(one, state.card(one.id), Entry(key, "", "", "", value))
        shown = str(value) if words.startswith("「") else words
        rows.append((column_name(state, asked, key), tag("span", shown, "", data_verbatim="1")))
    if why := found.text(BLANK_REASON):
        rows.append(("空欄の理由", tag("span", why, "", data_verbatim="1")))
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.header("書かれていたこと", anchor=False)
        show(table([Column("項目", width="8rem"), Column("内容")], rows, caption="書かれていたこと"))
    with right:
        st.header("たどった経過", anchor=False)
        show(table([Column("項目", width="8rem"), Column("内容")], _course(state, found), caption="たどった経過"))
        _original(state, found)
        if earlier or later:
            st.header("同じ照会のほかの回答", anchor=False)
            show(_others_table(earlier, later))


def _others(state: Assessment, found: Review) -> tuple[list[Review], list[Review]]:
    """What was sent of the initiative in that round before and after, in the order it came."""
    place = found.initiative_id, found.round_id
    same = [one for one in state.snapshot.every_review if (one.initiative_id, one.round_id) == place]
    at = next(at for at, one in enumerate(same) if one.code == found.code)
    return same[:at], same[at + 1 :]


def _others_table(earlier: list[Review], later: list[Review]) -> Markup:
    """The newest first."""
    told = [*((one, "前の回答") for one in earlier), *((one, "後の回答") for one in later)]
    rows: list[tuple[Content, ...]] = [
        (
            link(one.code, "origin", figure=one.code),
            PROGRESS_WORDS.get(one.progress, "―"),
            moment_words(one.known_at),
            order,
        )
        for one, order in reversed(told)
    ]
    columns = [Column("番号"), Column("進捗"), Column("事務局への回答"), Column("順序")]
    return table(columns, rows, caption="同じ照会のほかの回答", kind="stack")


def _course(state: Assessment, found: Review) -> list[tuple[Content, Content]]:
    sent = next((r for r in state.snapshot.returns if r["submission_id"] == found.submission_id), None)
    whose = state.plan.department(found.department_id).name(state.day)
    return [
        ("照会", state.plan.round(found.round_id).name),
        (
            "事務局への回答",
            join([moment_words(found.known_at), tag("small", f"{whose} {found.text('section')}".strip())]),
        ),
        ("回答様式", file_name(str(sent["filename"])) if sent and sent["filename"] else "―"),
        ("シートとセル", f"{found.sheet}!{found.cell}" if found.cell else "画面での入力"),
        ("確認", "確認済" if found.confirmed else tag("span", "未確認", "unconfirmed")),
        ("原本の照合値", tag("small", found.sha256 or "―", "hash")),
    ]


def _original(state: Assessment, found: Review) -> None:
    """The workbook itself, for whoever may see the return it came in."""
    ours, place = services(), Place(state.plan.id, department_id=found.department_id)
    if not found.sha256 or not ours.may(Action.SEE_RETURNS, place):
        show(tag("div", "原本は、担当部局と事務局が受け取れます。", "meta"))
        return
    st.download_button(
        "原本を受け取る",
        lambda: ours.workbook(found.sha256)[1],
        f"{found.code}.xlsx",
        XLSX,
        key="origin-file",
        on_click="ignore",
    )
