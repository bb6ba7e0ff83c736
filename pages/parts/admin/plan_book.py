"""プラン定義書: the whole plan taken away as one workbook and put in again; what it would change comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from hashlib import sha256

import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.revision import day_text
from kpi.period import stamp
from loaders.plan.new_plan import is_plan_id
from loaders.plan.plan_revision import HOW_WORDS, MOVED_ON, Revision, RowChange
from loaders.plan.plan_sheets import TITLE
from loaders.plan.plan_workbook import workbook_name
from loaders.plan.plan_workbook_reading import ReadPlan
from loaders.services.maintenance import Decision
from loaders.store import Revised
from loaders.text.characters import shortened
from pages.parts.admin.admin_forms import acted, fresh, note, show_findings, wareki
from pages.parts.admin.next_plan_form import begin_from_book
from pages.parts.app.current_view import services, store
from pages.parts.shared import confirm_button
from pages.parts.shared.date_input import day_input
from pages.parts.shared.layout import XLSX, attempt, show
from pages.parts.shared.markup import Column, Content, badge, join, table, tag, unmarked

#: The letters of a long text that a table of differences shows on each side.
_SHOWN = 160
#: So many revisions can be taken away; the log tells of all.
_LISTED = 10


def plan_book(state: Assessment) -> None:
    """The workbook to take away, a place to put it in, and the revisions there were."""
    ours, plan, day = services(), state.plan, state.day  # the file is made outside of the page's run
    st.header(TITLE, anchor=False)
    note(
        "計画のすべて(分野、項目、指標と判定条件、取組、部局と課、照会、語)を1つのExcelで受け取り、書き換えて入れ直します。"
        "指標の新設・廃止や新しい取組など、計画の改定に使います。入れると、まず変わるところが出ます。決定を記録するまで、何も変わりません。"
        "どの計画にもない「計画の記号」の定義書を入れると、新しい計画として始められます。"
    )
    st.download_button(
        "プラン定義書を受け取る",
        lambda: ours.plan_workbook(plan.id)[1],
        workbook_name(plan, day),
        XLSX,
        key="plan-book-xlsx",
        on_click="ignore",
    )
    file = st.file_uploader("書き換えたプラン定義書を入れ直す", type=["xlsx", "xlsm"], key=fresh("plan-book-file"))
    if file is not None and (read := attempt(lambda: _read(state, file.getvalue(), file.name))):
        _settle(state, read, (file.name, file.getvalue()))
    _revisions(state)


def _read(state: Assessment, data: bytes, name: str) -> ReadPlan:
    """The plan of a file, read once however often the page is drawn again."""
    key, mark = "plan-book-read", (state.plan.id, name, sha256(data).hexdigest())
    kept: tuple[object, ReadPlan] | None = st.session_state.get(key)
    if kept is None or kept[0] != mark:
        with st.spinner("読み取っています…"):
            kept = mark, services().read_plan_workbook(data, name)
        st.session_state[key] = kept
    return kept[1]


def _settle(state: Assessment, read: ReadPlan, book: tuple[str, bytes]) -> None:
    """What is wrong with the workbook, what it would change, and the decision that puts it in force.

    The workbook of a plan that is not there yet begins it.
    """
    show_findings(read.issues)
    if read.plan is not None and is_plan_id(read.plan.id) and read.plan.id not in store().plan_ids():
        begin_from_book(read, book)
        return
    if read.plan is None or not read.sound:
        note("要修正のところを直して、もう一度入れてください。まだ何も変えていません。")
        return
    wanted = read.plan
    with st.container(horizontal=True):
        decided_on = day_input("決定の日", state.day, fresh("plan-book-day"))
        from_day = day_input("欠番・終了とする日", state.day, fresh("plan-book-from"))
        decision = st.text_input("何による決定か", "本部決定", key=fresh("plan-book-decision"), max_chars=40)
    if from_day is None:
        return
    found = attempt(lambda: services().compare_plan(state.plan.id, wanted, from_day))
    if found is None:
        return
    show_findings(found.issues)
    if found.issues:
        note("このままでは改定できません。直して、もう一度入れてください。まだ何も変えていません。")
        return
    if not found.changes:
        note("変わるところはありません。")
        return
    if services().has_moved_on(state.plan.id, read):
        show(tag("div", MOVED_ON, "notice"))
    _show_changes(state, found.changes)
    reason = st.text_input("改定の理由", key=fresh("plan-book-reason"), max_chars=200).strip()
    _confirm(state, found, read, book, (decided_on, from_day, decision.strip(), reason))


def _confirm(
    state: Assessment,
    found: Revision,
    read: ReadPlan,
    book: tuple[str, bytes],
    told: tuple[date | None, date, str, str],
) -> None:
    decided_on, from_day, decision, reason = told
    count = len(found.changes)
    when = f"{wareki(decided_on)}の" if decided_on else ""
    lines: list[Content] = [tag("b", f"{count}か所を、{when}{decision}として改定します。"), _counts(found.changes)]
    lines += [tag("div", MOVED_ON, "notice")] if services().has_moved_on(state.plan.id, read) else []
    if waiting := _waiting(state, found.changes):
        words = f"このうち{waiting}か所は判定条件の変更です。提案として残し、別の担当者が決定を記録すると変わります。"
        lines.append(tag("div", words, "notice"))
    lines.append(tag("div", f"理由: {reason}"))
    ready = decided_on is not None and bool(decision) and bool(reason)
    agreed = confirm_button.button(
        "この内容に改定する", "plan-book-save", (found.changes, told), join(lines), f"{count}か所を改定する",
        primary=True, disabled=not ready,
    )  # fmt: skip
    if not agreed or decided_on is None or read.plan is None:
        return
    how = Decision(decided_on, from_day, reason, decision)
    done = attempt(partial(services().revise_plan, state.plan.id, read.plan, found.changes, how, book))
    if done is not None:
        said = [f"計画を改定しました({count - waiting}か所)。"] if count > waiting else []
        said += (
            [
                f"判定条件の変更{waiting}か所を提案として残しました。「判定条件」で別の担当者が決定を記録すると変わります。"
            ]
            if waiting
            else []
        )
        acted("".join(said))


def _waiting(state: Assessment, changes: Sequence[RowChange]) -> int:
    """How many of the changes wait for another person's decision."""
    return 0 if state.plan.sole_secretary else sum(change.decided for change in changes)


def _counts(changes: Sequence[RowChange]) -> Content:
    found = ((how, sum(c.how == how for c in changes)) for how in HOW_WORDS)
    return tag("div", "、".join(f"{HOW_WORDS[how]}: {count}か所" for how, count in found if count))


def _show_changes(state: Assessment, changes: Sequence[RowChange]) -> None:
    show(tag("p", tag("b", f"変わるところが{len(changes)}か所あります。")))
    columns = [
        Column("すること", width="8rem"), Column("表", width="5rem"), Column("対象"), Column("項目"), Column("いま"),
        Column("変更後"),
    ]  # fmt: skip
    rows = [
        (
            join([HOW_WORDS[c.how], _mark(state, c)]), c.sheet, c.what or "―", c.column or "―",
            shortened(c.before, _SHOWN) or "―", shortened(c.after, _SHOWN) or "―",
        )
        for c in changes
    ]  # fmt: skip
    show(table(columns, rows, caption="変わるところ", kind="stack"))


def _mark(state: Assessment, change: RowChange) -> Content:
    return join([" ", badge("決定待ちになる", "x v-ask")]) if change.decided and not state.plan.sole_secretary else ""


def _revisions(state: Assessment) -> None:
    """The revisions there were; the workbook taken before one turns it back when it is put in again."""
    found = attempt(lambda: services().plan_revisions(state.plan.id))
    if not found:
        return
    st.subheader("これまでの改定", anchor=False)
    rows = [(stamp(one.at), one.who, _decision(one), one.reason or "―") for one in found[:_LISTED]]
    columns = [Column("記録した時"), Column("記録した人"), Column("決定"), Column("理由")]
    show(table(columns, rows, caption="これまでの改定", kind="stack"))
    if any(one.decided_on for one in found):
        note("元に戻すときは、改定前の定義書を入れ直し、あらためて決定を記録します。")
    with st.container(horizontal=True):
        _files(state, found[:_LISTED])


def _decision(one: Revised) -> str:
    return f"{day_text(one.decided_on)}{one.decision}" if one.decided_on else "定義書による計画の開始"


def _files(state: Assessment, found: Sequence[Revised]) -> None:
    ours, plan_id = services(), state.plan.id
    for place, one in enumerate(found):
        words = ("改定前", "入れた") if one.decided_on else ("はじめの",)
        for word, (name, digest) in zip(words, one.files, strict=True):
            st.download_button(
                unmarked(f"{stamp(one.at)} {word}定義書"),
                lambda digest=digest: ours.revision_file(plan_id, digest)[1],  # type: ignore[misc]
                name,
                XLSX,
                key=f"plan-book-{place}-{word}",
                on_click="ignore",
            )
