"""Mending on the page: each open question or fault with its choices, a place to type, and a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import entry_words
from kpi.collection.workflow import MISSING_WORDS, TYPED, Mend, none_this_time
from kpi.issue import SEVERITY_WORDS, Choice, Issue, Severity
from kpi.period import Period
from kpi.plan import RoundKind
from kpi.printing.number_words import as_it_is
from loaders.form import definition
from loaders.services.typed_values import read_typed
from loaders.store import StoredReturn
from pages.parts.app.current_view import services
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Markup, badge, join, tag, unmarked
from pages.parts.shared.notices import refuse, tell, told

#: Where it is said what has just been mended.
_PLACE = "mended"

_TYPE = "値を入力する"
_MISSING = "今回は実績なし(理由を選ぶ)"
_KEEP = "このままで正しい"
_EMPTY = "この欄は空のままにする"
_SEEN = "確かめた(理由を入れる)"


def mend_forms(view: Assessment, current: StoredReturn) -> None:
    """One box for each open issue, in the form's order."""
    told(_PLACE)
    if not current.open:
        return
    st.header("確認・修正していただくところ", anchor=False)
    for number, issue in enumerate(current.open):
        with st.container(border=True, key=f"issue-{current.submission_id}-{issue.subject_id}-{issue.key}-{number}"):
            _box(
                view,
                current,
                issue,
                f"{current.submission_id}-{issue.code}-{issue.subject_id}-{issue.key}-{issue.sheet}-{issue.cell}",
            )


def _box(view: Assessment, current: StoredReturn, issue: Issue, key: str) -> None:
    show(_told(view, current, issue))
    kind = view.plan.round(current.reading.round_id).kind
    ways = _ways(issue, _understood(current, issue), kind)
    if not ways:
        show(tag("div", "画面では直せません。様式を直して、②から入れ直してください。", "meta"))
        return
    settle(view, current, issue, ways, key)


def settle(view: Assessment, current: StoredReturn, issue: Issue, ways: Mapping[str, Choice | None], key: str) -> None:
    """Let a person choose one of some ways to settle what is asked, and put it into the draft."""
    way = st.radio("どうしますか", list(ways), format_func=unmarked, key=f"way-{key}", index=None, horizontal=True)
    made = _answer(view, current, issue, way, ways[way], key) if way else None
    if made is None:
        return
    mends, problems = made
    if problems:
        refuse(*(f"{problem.message}{problem.advice}" for problem in problems))
    if mends and not problems:
        put_in(current, _settling(issue, mends), f"{_name(view, issue)}の「{way}」")


def put_in(current: StoredReturn, mends: Sequence[Mend], words: str) -> None:
    """Keep what was answered, and draw the page anew."""
    if attempt(lambda: services().mend(current.submission_id, mends)) is not None:
        left = len(services().submission(current.submission_id).open)
        rest = f"残り{left}件です。" if left else "③で送れます。"
        tell(_PLACE, f"{words}を保存しました。{rest}")


def ways_to_answer(kind: RoundKind, key: str) -> dict[str, Choice | None]:
    """How a person may answer the secretariat about a cell: another value, none, or that it is right."""
    ways: dict[str, Choice | None] = {_TYPE: None}
    if key in _VALUE_KEYS and kind in definition.VALUE_ROUNDS:
        ways[_MISSING] = None
    return {**ways, _KEEP: None}


def _settling(issue: Issue, mends: tuple[Mend, ...]) -> tuple[Mend, ...]:
    """The mends with one that answers the question itself, where it hangs on no cell that they set."""
    place = issue.key if issue.subject_id else issue.code
    # The reason for having no value answers what was asked about the value, but not what was asked about the row.
    if any(m.key == place or (m.key == "missing_reason" and place != "row") for m in mends):
        return mends
    return (*mends, Mend(issue.subject_id, place, None, mends[0].reason))


def _name(view: Assessment, issue: Issue) -> str:
    return view.plan.subject(issue.subject_id).name if issue.subject_id else "様式全体"


def _told(view: Assessment, current: StoredReturn, issue: Issue) -> Markup:
    column = _column_name(view, current, issue.key)
    severity = badge(SEVERITY_WORDS[issue.severity], f"x v-{issue.severity}")
    number = f"{view.plan.full_number(view.plan.subject(issue.subject_id))}　" if issue.subject_id else ""
    head = tag("div", join([severity, " ", tag("b", f"{number}{_name(view, issue)}")]))
    place = "　".join(part for part in (column, issue.address, _quoted(view, current, issue)) if part)
    return join([head, tag("div", place, "meta"), tag("div", issue.message + issue.advice)])


def _quoted(view: Assessment, current: StoredReturn, issue: Issue) -> str:
    """What the question is about: the cell's own text, or what a person has put in its place since."""
    answer = next((a for a in current.reading.answers if a.subject_id == issue.subject_id), None)
    entry = answer.entries.get(issue.key) if answer else None
    if entry and entry.mended and entry.value is not None:
        if isinstance(entry.value, float):
            return f"「{as_it_is(entry.value)}」(画面で入力)"
        words = entry_words(view.plan.subject(issue.subject_id), view.card(issue.subject_id), entry)
        return f"{words if words.startswith('「') else f'「{words}」'}(画面で入力)"
    return f"「{issue.value}」" if issue.value else ""


def _column_name(view: Assessment, current: StoredReturn, key: str) -> str:
    """What the form calls a column, on one line; empty for what is no column."""
    found = next((column for column in definition.COLUMNS if column.key == key), None)
    return definition.heading(found, view.plan, view.plan.round(current.reading.round_id).kind) if found else ""


_VALUE_KEYS = ("value", "numerator", "denominator", "period", "missing_reason", "row")


def _ways(issue: Issue, understood: bool, kind: RoundKind = "annual") -> dict[str, Choice | None]:
    """What a person may do about an issue: its own choices first. Empty where only a new file helps."""
    ways: dict[str, Choice | None] = {choice.label: choice for choice in issue.choices}
    asks = issue.severity is Severity.ASK
    if not issue.subject_id:
        return {_SEEN: None} if asks else {}
    of_value = issue.key == "row" and kind not in definition.WORK_ROUNDS  # a row of the work has no one value
    enterable = of_value or any(c.key == issue.key and c.entry for c in definition.COLUMNS)
    if enterable:
        ways[_TYPE] = None
    if issue.key in _VALUE_KEYS and kind in definition.VALUE_ROUNDS:
        ways[_MISSING] = None
    if asks and (not enterable or issue.key == "row"):
        ways[_SEEN] = None
    elif asks and understood:
        ways[_KEEP] = None
    elif enterable and issue.key not in ("value", "row"):
        ways[_EMPTY] = None
    return ways


def _understood(current: StoredReturn, issue: Issue) -> bool:
    """Whether the cell gave a value that could be kept."""
    answer = next((a for a in current.reading.answers if a.subject_id == issue.subject_id), None)
    return answer is not None and answer.value(issue.key) is not None


#: Columns of sentences: a person sees all of it, and how long it has become.
LONG = frozenset(c.key for c in definition.COLUMNS if c.stands == "prose" and c.entry)


def _said(current: StoredReturn, issue: Issue, key: str) -> str:
    answer = next((a for a in current.reading.answers if a.subject_id == issue.subject_id), None)
    return answer.text(key) if answer else ""


Made = tuple[tuple[Mend, ...], tuple[Issue, ...]]


def _answer(
    view: Assessment, current: StoredReturn, issue: Issue, way: str, choice: Choice | None, key: str
) -> Made | None:
    """What the person's answer sets, once the button is pressed."""
    if choice is not None:
        if not st.button("これで確定する", key=f"take-{key}"):
            return None
        return tuple(Mend(issue.subject_id, k, v, choice.label) for k, v in choice.changes.items()), ()
    with st.form(f"form-{key}", border=False):
        if way == _TYPE:
            return _typed(view, current, issue, key)
        if way == _MISSING:
            return _missing(view, issue, key)
        reason = st.text_input("理由(必ず)", key=f"why-{key}", max_chars=200)
        if not st.form_submit_button("これで確定する"):
            return None
        if not reason.strip():
            refuse("理由を入力してください。")
            return None
        if way == _EMPTY:
            return (Mend(issue.subject_id, issue.key, None, reason),), ()
        if way == _SEEN:
            return (Mend(issue.subject_id, issue.key if issue.subject_id else issue.code, None, reason),), ()
        return (_kept(current, issue, reason),), ()


def _kept(current: StoredReturn, issue: Issue, reason: str) -> Mend:
    """The cell as it was understood, with the person's word for it."""
    key = issue.key or "value"
    answer = next((a for a in current.reading.answers if a.subject_id == issue.subject_id), None)
    return Mend(issue.subject_id, key, answer.value(key) if answer else None, reason)


def _typed(view: Assessment, current: StoredReturn, issue: Issue, key: str) -> Made | None:
    kind = view.plan.round(current.reading.round_id).kind
    row = {"targets": "target", "initiatives": "progress"}.get(kind, "value")
    column = definition.of_plan(definition.column(row if issue.key == "row" else issue.key), view.plan)
    unit = view.plan.subject(issue.subject_id).unit if column.kind == "number" else ""
    if column.kind == "choice":
        choices = dict(column.choices or {})
        now = _said(current, issue, column.key)
        # Where nothing was said nothing is chosen: what stands first would be sent by whoever only presses the button.
        text = st.selectbox(
            _column_name(view, current, column.key),
            list(choices),
            index=list(choices).index(now) if now in choices else None,
            format_func=choices.__getitem__,
            placeholder="選ぶ",
            key=f"v-{key}",
        )
    else:
        label = "目標値" if issue.key == "row" and column.key == "target" else "正しい値"
        if column.key in LONG:
            label, current_text = _column_name(view, current, column.key), _said(current, issue, column.key)
            text = st.text_area(unmarked(label), current_text, key=f"v-{key}", max_chars=400)
        else:
            text = st.text_input(
                f"{unmarked(label)}{f'({unmarked(unit)})' if unit else ''}", key=f"v-{key}", max_chars=400
            )
    example = "例: 書き忘れていたため" if kind == "initiatives" else "例: 数式の参照切れを直した"
    reason = st.text_input("直した理由(任意)", key=f"why-{key}", max_chars=200, placeholder=example)
    if not st.form_submit_button("これで確定する"):
        return None
    if column.kind == "choice" and text is None:
        refuse("一覧から選んでください。")
        return None
    asked = view.plan.round(current.reading.round_id).period if column.kind == "period" else None
    value, problems = read_typed(
        column.key, text or "", issue.subject_id, view.snapshot.brief(view.day), expected=asked
    )
    return (Mend(issue.subject_id, column.key, value, reason or TYPED),), problems


def _missing(view: Assessment, issue: Issue, key: str) -> Made | None:
    code = st.selectbox("実績がない理由", list(MISSING_WORDS), format_func=MISSING_WORDS.__getitem__, key=f"m-{key}")
    when = st.text_input("次回公表予定(未公表のとき。例: R8.9)", key=f"n-{key}", max_chars=40)
    if not st.form_submit_button("これで確定する"):
        return None
    label = none_this_time(code)
    mends = [Mend(issue.subject_id, k, None, label) for k in ("value", "numerator", "denominator")]
    mends.append(Mend(issue.subject_id, "missing_reason", code, label))
    if code == "unpublished" or when.strip():
        value, problems = read_typed(
            "next_release", when, issue.subject_id, view.snapshot.brief(view.day), expected=Period.of_date(view.day)
        )
        if problems or value is None:
            return (), problems or ()
        mends.append(Mend(issue.subject_id, "next_release", value, label))
    return tuple(mends), ()
