"""Taking files in: each is read apart from the program, checked, and kept as a draft of the page's own department.

Another department's or round's form is put aside until someone says that it shall be taken in there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.issue import SEVERITY_WORDS, Issue, Severity
from loaders.services import NotAllowed
from loaders.services.batch_versions import SAME_ANSWERS, VERSIONS
from loaders.services.intake import Taken
from pages.parts.app.current_view import services
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Content, Markup, badge, join, link, tag, unmarked
from pages.parts.submit.return_picker import Respondent, bind, moment_words, newest_row

_KINDS = ["xlsx", "xlsm", "xls", "ods", "csv", "zip"]  # ods and csv are taken in to say what to do instead


@dataclass(frozen=True)
class Aside:
    """A form that belongs elsewhere or is one of several versions, kept in this session only."""

    filename: str
    data: bytes
    round_id: str
    department_id: str
    division_id: str = ""
    #: What has to be known to choose, where it is one of several versions.
    asked: tuple[Issue, ...] = ()

    def place(self, view: Assessment) -> Respondent:
        """Where it belongs."""
        department = view.snapshot.plan.department(self.department_id)
        return Respondent(view.plan.id, view.snapshot.plan.round(self.round_id), department, self.division_id)


def upload_box(view: Assessment, place: Respondent) -> None:
    """② 記入済みの様式を入れる. A file is taken once, however often the page is drawn again."""
    turn = st.session_state.setdefault("upload-turn", 0)
    files = st.file_uploader(
        "② 記入済みの様式を入れる",
        type=_KINDS,
        accept_multiple_files=True,
        key=f"upload-{turn}",
        help="Excel(.xlsx)のまま入れてください。行や列が動いていても、シート名が変わっていても読み取ります。"
        "いくつかの様式をまとめたZIPは、1つずつ読み取ります。",
    )
    if files:
        st.session_state["upload-turn"] = turn + 1
        try:
            taken = take_in(place, ((file.name, file.getvalue()) for file in files))
        except NotAllowed as refused:
            st.warning(unmarked(str(refused)))
            return
        remember(place, taken)
        st.rerun()
    for told in st.session_state.get(told_key(place), ()):
        show(told)
    _offers(view, place)


def told_key(place: Respondent) -> str:
    """Where a session keeps what became of the files put on one page."""
    return f"upload-told-{place.key}"


def _aside_key(place: Respondent) -> str:
    return f"upload-aside-{place.key}"


def take_in(place: Respondent, files: Iterable[tuple[str, bytes]]) -> list[tuple[Taken, bytes]]:
    """Read, check and keep files, saying which is being read; what became of each, with its bytes."""
    with st.status("読み取っています…", expanded=False) as status:
        return services().take_uploads(
            place.place,
            files,
            tick=lambda name: status.update(label=f"読み取っています…({name})"),
        )


def remember(place: Respondent, taken: Sequence[tuple[Taken, bytes]]) -> None:
    """Keep for this session what is to be told, what was put aside, and which draft it has just made."""
    kept = [one.saved.submission_id for one, _ in taken if one.saved and one.saved.submission_id]
    if kept:
        bind(place, kept[-1])
    told = [_told(one) for one, _ in taken if not one.aside]
    st.session_state[told_key(place)] = told
    st.session_state[_aside_key(place)] = [
        Aside(
            one.filename,
            data,
            one.reading.round_id,
            one.reading.department_id,
            one.reading.division_id,
            tuple(i for i in one.issues if i.code == VERSIONS),
        )
        for one, data in taken
        if one.aside and one.reading
    ]


def _told(one: Taken) -> Markup:
    """What became of a file, in one line each."""
    name = tag("b", one.filename)
    if one.saved and not one.saved.refused:
        if alike := [i for i in one.issues if i.code == SAME_ANSWERS]:
            return tag("div", join([name, ": ", alike[0].message]), "meta")
        if one.saved.duplicate_of:
            return tag("div", join([name, " は前に入れたものと同じファイルです。新しくは保存していません。"]), "meta")
        return tag("div", join([name, " を読み取りました。"]), "meta")
    lines = [tag("div", join(_said(i))) for i in one.issues]
    if one.issues and all(i.severity is Severity.NOTE for i in one.issues):
        return tag("div", join(lines), "meta")
    said: Content = " は取り込めませんでした。保存済みの内容は変わっていません。"
    return tag("div", join([name, said, *lines]), "notice")


def _said(issue: Issue) -> tuple[Content, ...]:
    mark = badge(SEVERITY_WORDS[issue.severity], f"x v-{issue.severity}")
    return mark, " ", issue.message, " ", issue.advice


# --- forms of others -----------------------------------------------------------------------------------------------


def _offers(view: Assessment, place: Respondent) -> None:
    """The forms put aside: whose each is, how versions differ, and the button that alone takes one in there."""
    key = _aside_key(place)
    waiting: list[Aside] = st.session_state.get(key, [])
    for issue in dict.fromkeys(i for aside in waiting for i in aside.asked):
        show(tag("div", join([*_said(issue), "下から1つ選んでください。"]), "notice"))
    for number, aside in enumerate(waiting):
        there = aside.place(view)
        whose = _whose(view, there, place)
        allowed = services().may(Action.SAVE, there.place)
        pressed = False
        with st.container(border=True, key=f"aside-{number}"):
            show(tag("div", _about(view, aside, there, allowed=allowed), "notice"))
            with st.container(horizontal=True, vertical_alignment="center"):
                if allowed:
                    pressed = st.button(unmarked(_offer(aside, whose)), key=f"adopt-{number}")
                dropped = st.button("取り込まない", key=f"drop-{number}")
                if allowed and whose:
                    show(link(f"{whose}の回答の画面を開く", "submit", **there.address))
        if pressed:
            with st.spinner("取り込んでいます…"):
                told, adopted = _adopt(view, aside, there, whose)
            st.session_state.setdefault(told_key(place), []).append(told)
            if adopted and aside.asked:  # the choice is made: the other versions are no longer offered
                waiting = [a for a in waiting if a.asked != aside.asked]
        if pressed or dropped:
            st.session_state[key] = [a for a in waiting if a is not aside]
            st.rerun()


def _offer(aside: Aside, whose: str) -> str:
    if not aside.asked:
        return f"{whose}の回答として取り込む"
    return f"「{aside.filename}」を{whose}の回答として取り込む" if whose else f"「{aside.filename}」を取り込む"


def _whose(view: Assessment, there: Respondent, here: Respondent) -> str:
    """The form's department, 課 and round, as far as they are not those of the page."""
    names = []
    if (there.department.id, there.division_id) != (here.department.id, here.division_id):
        lead = here.division_id and not there.division_id and there.department.id == here.department.id
        names.append(f"{there.department.name(view.day)}全体" if lead else there.name(view.day))
    if there.asked.id != here.asked.id:
        names.append(f"「{there.asked.name}」")
    return "".join(names)


def _about(view: Assessment, aside: Aside, place: Respondent, *, allowed: bool) -> Content:
    whose = place.name(view.day)
    parts: list[Content] = [tag("b", aside.filename), " は、", tag("b", whose), "の"]
    parts.append(f"「{place.asked.name}」の様式です。まだ何も保存していません。")
    if not allowed:
        parts.append("あなたの担当ではないため、ここでは取り込めません。")
        return join(parts)
    there = newest_row(view, place)
    if there is not None and there["state"] == "draft":
        parts.append(
            f"{whose}には{moment_words(there['saved_at'])}に入った下書きがあり、取り込むとそれが差し替わります。"
        )
    elif there is not None:
        answered = there["sent_at"] if there["state"] == "sent" else there["passed_at"]
        parts.append(f"{whose}は{moment_words(answered)}に回答済です。取り込むと差替えの下書きになります。")
    return join(parts)


def _adopt(view: Assessment, aside: Aside, there: Respondent, whose: str) -> tuple[Markup, bool]:
    """Take a form in where it belongs; what is told of it, and whether it is there."""
    try:
        one = services().take_return(
            there.place,
            aside.data,
            aside.filename,
        )
    except NotAllowed as refused:
        return tag("div", str(refused), "notice"), False
    if one.saved is None or one.saved.refused:
        return _told(one), False
    bind(there, one.saved.submission_id)
    if one.saved.duplicate_of or not whose:
        return _told(one), True
    said = f" を{whose}の回答(下書き)として取り込みました。確かめて送るのは"
    page = link(f"{whose}の回答の画面", "submit", **there.address)
    return tag("div", join([tag("b", one.filename), said, page, "です。"]), "meta"), True
