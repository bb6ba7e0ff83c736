"""回答: what do I owe, by when; here is my form; is what I sent all right?"""

from __future__ import annotations

from datetime import date

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, labels
from kpi.collection.scope import departments_asked, divisions_asked
from kpi.collection.turnout import left_words
from kpi.collection.workflow import Action, ReturnState
from kpi.initiatives.half_year_review import told_before
from kpi.place import Place
from kpi.plan import subject_word
from kpi.tables.table_rows import Row
from loaders.form.completeness import unfilled
from loaders.form.definition import column, heading
from loaders.form.writing.writer import form_filename
from loaders.store import StoredReturn
from pages.parts.admin import division_editor
from pages.parts.admin.admin_forms import told
from pages.parts.app.clock import now
from pages.parts.app.current_view import services, view
from pages.parts.app.identity import person, reaches, require
from pages.parts.rounds.board_table import day_words
from pages.parts.rounds.other_rounds import other_rounds
from pages.parts.shared.as_of import closed_to_change, looking_back
from pages.parts.shared.filters import choose, only
from pages.parts.shared.layout import XLSX, empty, header, lead, show
from pages.parts.shared.markup import Content, join, tag
from pages.parts.submit.corrected_cells import mended_box
from pages.parts.submit.correction_form import mend_forms
from pages.parts.submit.division_answers import divisions_box
from pages.parts.submit.owed_explanations import explanations
from pages.parts.submit.question_replies import open_questions, questions_box, revise, unanswered
from pages.parts.submit.return_picker import Respondent, answered_row, current_return, earlier_returns, replaced_notice
from pages.parts.submit.screen_entry import entry_box, offered
from pages.parts.submit.send_form import receipt, send_box, until_words
from pages.parts.submit.uploads import upload_box
from pages.parts.submit.verdicts import result_table, settlement

#: Columns that may stay empty in a round about targets until they are decided.
_UNDECIDED = frozenset({"baseline", "baseline_period", "target", "target_period"})


def submit_page() -> None:
    """Draw what one department or 課 owes in one round, and take its return."""
    state = view()
    header("回答", state)
    place = _place(state)
    current = current_return(state, place)
    questions = open_questions(state, place)
    closed = state.snapshot.closed_at(place.asked.id)
    _dates(state, place)
    show(other_rounds(state, place.asked, place.department))
    just_now = receipt()
    left = unanswered(questions, current)
    lead(_lead(state, place, current, len(questions), left, just_now=just_now))
    late = closed is not None and not person().is_staff
    if closed is not None:
        _closed(closed.date(), late=late)
    own = services().may(Action.SAVE, place.place)
    acting = not closed_to_change(state) and not late and own
    questions_box(state, place, questions, current, acting=acting)
    if place.is_lead(state):
        divisions_box(state, place, current, acting=acting)
    if acting:
        _steps(state, place, current, asked_back=bool(questions))
    _result(state, place, current, left, acting=acting)
    st.header("これまでの回答", anchor=False)
    earlier_returns(state, place)
    # The 管理者 has this on 管理; a 主管課 knows its 課 best.
    leads = services().may(Action.SET_DIVISIONS, place.place) and not place.division_id
    if leads and not looking_back() and not person().is_staff:
        told()
        with st.expander("課と担当を決める(主管課)"):
            division_editor.divisions_box(state, place.department.id)


# --- where -------------------------------------------------------------------------------------------------------


def _place(state: Assessment) -> Respondent:
    """The department, round and 課: what the address names; only what leaves a choice is asked."""
    plan, asked_for = state.plan, st.query_params.get("department", "")
    # Named in the address, another's department is refused in words and not silently exchanged for one's own.
    who = require(Action.SEE_RETURNS, asked_for if asked_for in {d.id for d in plan.departments} else "")
    owners = state.once_judged("owners", lambda: [d for d in plan.departments if plan.answers_on(d.id, state.day)])
    owning = [d for d in owners if reaches(who, Action.SEE_RETURNS, d.id)]
    if not plan.departments:
        empty("この計画に、回答いただく部局はありません。")
        st.stop()
    if not owning:
        empty("回答いただく指標のある部局が、あなたの担当にありません。事務局に連絡してください。")
        st.stop()
    newest, cards = state.current_round, state.snapshot.cards
    grid = st.grid(min_column_width=260)
    named = {d.id: d.name(state.day) for d in owning}
    if len(owning) > 1:
        with grid.cell():
            department = plan.department(choose("部局", "department", named))
    else:
        department = plan.department(only("部局", "department", named))
    asked_by = state.once_judged(
        "asked by", lambda: {r.id: departments_asked(plan, r, state.day, cards) for r in state.rounds}
    )
    asking = [r for r in state.rounds if department in asked_by[r.id]]
    if not asking:
        empty("この部局への照会は、まだありません。")
        st.stop()
    with grid.cell():
        rounds = labels(asking, state.snapshot.life)
        asked = plan.round(choose("照会", "round", rounds, default=newest.id if newest else ""))
    divisions = {v.id: v.name for v in divisions_asked(plan, asked, department.id, state.day, cards)}
    options = {"": "主管課(部局全体)", **divisions} if divisions else {"": ""}
    own = {
        k: name
        for k, name in options.items()
        if services().may(Action.SEE_RETURNS, Place(plan.id, asked.id, department.id, k))
    }
    if not own:
        empty("あなたの課への照会は、この回にはありません。")
        st.stop()
    if len(own) > 1:
        with grid.cell():
            division_id = choose("課", "division", own)
    else:
        division_id = only("課", "division", own)
    return Respondent(plan.id, asked, department, division_id)


# --- what is said first --------------------------------------------------------------------------------------------


def _dates(state: Assessment, place: Respondent) -> None:
    parts: list[Content] = [place.name(state.day), "　", place.asked.name]
    if state.stage(place.asked) is Stage.PLANNED:
        parts.append("　予定(まだ始まっていません)")
    elif place.asked.opens and place.asked.opens > state.day:
        parts.append(f"　{day_words(place.asked.opens)}に始まります")
    if place.asked.assumption:
        parts += ["　", tag("span", "想定の日程です", "assumed")]
    if person().is_staff and state.is_open:
        parts += ["　", tag("b", "代理登録"), "(ここで入れた回答には、事務局が入力したことが付きます)"]
    show(tag("div", join(parts), "meta"))


def _due(state: Assessment, place: Respondent) -> str:
    """「主管課への期限10月3日(金)17時(あと9日)」; of a round nobody has started the date it is planned with."""
    planned = state.stage(place.asked) is Stage.PLANNED
    if place.due is None:
        return "期限は事務局が照会を始めると決まります" if planned else "期限は未設定です"
    lead_too = place.division_id or place.is_lead(state)
    if planned:
        return f"予定の期限は{day_words(place.due, place.asked.due_hour)}"
    closed, days = state.snapshot.closed_at(place.asked.id), (place.due - state.day).days
    left = f"{closed.month}月{closed.day}日に締切り" if closed else left_words(days, late=days < 0)
    return f"{place.whom + 'への' if lead_too else ''}期限{day_words(place.due, place.asked.due_hour)}({left})"


def _lead(
    state: Assessment,
    place: Respondent,
    current: StoredReturn | None,
    questions: int,
    unsaid: int,
    *,
    just_now: bool = False,
) -> Content:
    """Where one stands. A receipt just shown has said already until when the answer can be replaced.

    ``unsaid`` of the ``questions`` asked back are not answered by the draft yet.
    """
    count, answered = len(place.indicators(state)), answered_row(state, place)
    if answered is None:
        said: list[Content] = [f"回答いただく{subject_word(place.asked.kind)}は{count}件、{_due(state, place)}。"]
    else:
        said = [f"回答いただく{subject_word(place.asked.kind)}は{count}件。"]
    if current is None:
        return join(said)
    if questions:
        said += [tag("b", f"修正依頼が{questions}件あります"), "。"]
    on = _on(answered)
    if current.state in (ReturnState.SENT, ReturnState.PASSED):
        said += _received(state, place, current, on, questions)
        whole = len(current.confirmed) >= len(current.reading.answers)
        settled = just_now or questions or whole or state.snapshot.closed_at(place.asked.id) is not None
        return join(said if settled else [*said, until_words(place.asked, state.as_of or now(), place.due)])
    if answered is not None:
        said += [tag("b", f"回答済({on})"), "。"]
    if current.state is not ReturnState.DRAFT:
        return join([*said, "表示している下書きは、後から入った様式に", tag("b", "差し替えられています"), "。"])
    if answered is not None:
        said.append("差替えの下書きがあります。")
    return join([*said, *_still(state, place, current, unsaid)])


def _on(answered: Row | None) -> str:
    if answered is None:
        return ""
    moment = answered["sent_at"] if answered["state"] == ReturnState.SENT else answered["passed_at"]
    return f"{moment.month}月{moment.day}日"


def _received(state: Assessment, place: Respondent, current: StoredReturn, on: str, questions: int) -> list[Content]:
    """How far an answer has come: received, looked at, approved."""
    if place.division_id:
        said: list[Content] = [tag("b", f"主管課へ回答しました({on})"), "。"]
    else:
        said = [tag("b", f"回答は受け付けました({on})"), "。"]
        if questions:
            return said
        wanted = {i.id for i in place.indicators(state)} & {a.subject_id for a in current.reading.answers}
        done = len(wanted & set(current.confirmed))
        if wanted and done == len(wanted):
            return [*said, tag("b", f"{done}件すべて確認済です"), "。"]
        said.append(f"確認済{done}件、未確認{len(wanted) - done}件。" if done else "事務局の確認を待っています。")
    return said


def _still(state: Assessment, place: Respondent, draft: StoredReturn, unsaid: int) -> list[Content]:
    """What is still to be done about a draft."""
    fix = sum(i.severity == "fix" for i in draft.open)
    ask = len(draft.open) - fix
    if not fix and not ask:
        return [] if unsaid else [*_empty_words(state, place, draft), f"③で{place.whom}へ回答してください。"]
    words = "、".join(w for w in (f"{ask}件は確認" if ask else "", f"{fix}件は修正" if fix else "") if w)
    return [tag("b", words), "してください。確かめ終わった欄は下書きとして保存しています。"]


def _empty_words(state: Assessment, place: Respondent, draft: StoredReturn) -> list[Content]:
    """That all can be taken, or which of the cells that must be filled are empty all the same."""
    kind = place.asked.kind
    reviews = state.snapshot.reviews.items()
    earlier = {one: told_before(said, place.asked.period) for one, said in reviews} if kind == "initiatives" else {}
    empty_cells = unfilled(draft.reading.answers, kind, state.plan, earlier)
    if not empty_cells:
        return [tag("b", "すべて取り込めます"), "。"]
    # What the letter lets be left open until it is decided is no omission.
    undecided = {k for k in empty_cells if kind == "targets" and k in _UNDECIDED}
    said: list[Content] = [tag("b", "このまま回答できます"), "。"]
    for keys, start, end in (
        (undecided, "未定の欄", "決まり次第お知らせください。"),
        (empty_cells.keys() - undecided, "必ず入力する欄に空欄", ""),
    ):
        named = [f"{heading(column(k), state.plan, kind)} {n}件" for k, n in empty_cells.items() if k in keys]
        said += [f"{start}があります({'、'.join(named)})。{end}"] if named else []
    return said


def _closed(day: date, *, late: bool) -> None:
    said: list[Content] = [tag("b", f"この照会は{day.month}月{day.day}日に締め切りました。")]
    if late:
        said.append("様式は受け付けていません。値を直す必要があるときは、事務局に連絡してください。")
    else:
        said.append("直すときは、理由を添えた新しい値になります。締切り時点の値は、そのまま残ります。")
    show(tag("div", join(said), "notice"))


# --- the three steps -----------------------------------------------------------------------------------------------


def _steps(state: Assessment, place: Respondent, current: StoredReturn | None, *, asked_back: bool) -> None:
    """① and ②; out of the way where the 課 answer, where all is answered already, or where something is asked back."""
    answered = current is not None and current.state in (ReturnState.SENT, ReturnState.PASSED)
    if answered or asked_back:
        # What is asked back is put in at ②, which therefore stands in sight until it is there.
        with st.expander("差し替える・直す", expanded=asked_back and answered, key="steps"):
            if answered and current is not None and st.button("この画面で直す", key="revise-all"):
                revise(place, current)
            _forms(state, place, current)
    elif place.is_lead(state):
        with st.expander("部局全体の様式で回答する", key="steps"):
            _forms(state, place, current)
    else:
        _forms(state, place, current)


def _forms(state: Assessment, place: Respondent, current: StoredReturn | None) -> None:
    ours, there = services(), place.place
    name = form_filename(
        state.snapshot.plan, state.day, there.round_id, there.department_id, division_id=there.division_id
    )
    st.download_button(
        "① 回答様式を受け取る",
        lambda: ours.take_form(there)[1],
        name,
        XLSX,
        key="take-form",
        on_click="ignore",
    )
    whose = "この課" if there.division_id else "この部局"
    inside = {"targets": "", "initiatives": "前回の進捗と予定を入れた、"}.get(
        place.asked.kind, "前回の値と説明を入れた、"
    )
    show(tag("div", f"{inside}{whose}だけの様式です。", "meta"))
    upload_box(state, place)
    entry_box(state, place, current)


def _result(state: Assessment, place: Respondent, current: StoredReturn | None, left: int, *, acting: bool) -> None:
    if current is None:
        if acting and not place.is_lead(state):
            send_box(state, place, None)
            ways = "して②に入れるか、画面で記入する" if offered(state, place) else "し、②に入れる"
            empty(
                f"まだ回答様式が入っていません。①で受け取った様式に記入{ways}と、ここに1セルずつ確かめた結果が並びます。"
            )
        return
    draft = current.state is ReturnState.DRAFT
    st.header("確かめた結果" if draft or current.state is ReturnState.REPLACED else "回答した内容", anchor=False)
    replaced_notice(state, place, current)
    result_table(state, place, current)
    if draft and acting:
        mend_forms(state, current)
        mended_box(state, place, current)
        explanations(state, place, current)
        settlement(state, place, current)
        send_box(state, place, current, left)
    elif current.state is not ReturnState.REPLACED:
        settlement(state, place, current)
