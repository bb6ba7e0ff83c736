"""The letters of a round on the page: read here, taken away as Word, text or a mail that opens as a draft."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.letters import Item, Letter, division_letter, reminder_letter, request_letter, signature, signed
from kpi.collection.lifecycle import Stage
from kpi.collection.scope import departments_asked, divisions_asked
from kpi.collection.turnout import Row, waiting_for
from kpi.place import Place
from kpi.plan import Department, Division, Round
from loaders.documents.letter_files import letter_docx, letter_eml, letter_filename, letter_text
from loaders.text.characters import one_line
from pages.parts.app.current_view import services
from pages.parts.shared.filters import choose
from pages.parts.shared.kept_fields import kept, typed_in
from pages.parts.shared.layout import empty, folded_form, show
from pages.parts.shared.markup import Column, Content, Markup, render, table, tag, unmarked

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KINDS: Mapping[str, str] = {
    "request": "照会文(事務局から各部局主管課長へ)",
    "division": "照会文(主管課から課へ)",
    "reminder": "回答のお願い(まだ回答のない部局へ)",
    "division-reminder": "回答のお願い(まだ回答のない課へ)",
}
_OF_DIVISIONS = ("division", "division-reminder")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

Attachments = Callable[[], Sequence[tuple[str, bytes]]]


def letters_box(state: Assessment, asked: Round, rows: Sequence[Row], *, of_departments: Collection[str] = ()) -> None:
    """One letter of the round, chosen by kind and addressee. Departments see those to their own 課."""
    two_levels = [d for d in _asked(state, asked) if _divisions(state, asked, d)]
    if of_departments:
        two_levels = [d for d in two_levels if d.id in of_departments]
    kinds = {k: w for k, w in _KINDS.items() if two_levels or k not in _OF_DIVISIONS}
    if of_departments:
        kinds = {k: kinds[k] for k in _OF_DIVISIONS if k in kinds}
    if not kinds:
        return
    if state.stage(asked) is Stage.PLANNED:
        draft = "この照会はまだ始まっていません。下の文書は案です。期限と宛先は、始めるときに決まります。"
        show(tag("div", draft, "notice"))
    grid = st.grid(min_column_width=260)
    with grid.cell():
        kind = choose("文書", "letter", kinds)
    to = {d.id: d for d in _addressees(state, asked, rows, kind, two_levels)}
    if not to and state.stage(asked) is Stage.PLANNED:
        empty("まだ始まっていない照会です。始めると、回答のお願いをここから送れます。")
        return
    if not to:
        empty("回答をお願いする部局はありません。どの部局も回答済みか、求める値がまだ公表されていません。")
        return
    names = {d.id: d.name(state.day) for d in to.values()}
    options = names if kind in _OF_DIVISIONS else {"": "各部局まとめて", **names}
    with grid.cell():
        chosen = choose("宛先", "to", options)
    _one(state, asked, rows, kind, [to[chosen]] if chosen else list(to.values()), single=bool(chosen))


def _one(
    state: Assessment, asked: Round, rows: Sequence[Row], kind: str, whom: Sequence[Department], *, single: bool
) -> None:
    late = [r.division_id for r in rows if r.division_id and not r.answered and r.department_id == whom[0].id]
    divisions = [v for v in _divisions(state, asked, whom[0]) if kind == "division" or v.id in late]
    if kind in _OF_DIVISIONS and not divisions:
        empty(f"{whom[0].name(state.day)}の課は、すべて主管課へ回答しています。")
        return
    letter = _letter(state, asked, kind, whom, divisions, single=single)
    if kind in _OF_DIVISIONS:
        own, form = dict.fromkeys(signature(state.plan), ""), f"{kind}-{whom[0].id}"
    else:
        own, form = signature(state.plan), kind
    letter = _signed(letter, own, f"letter-{state.plan.id}-{asked.id}-{form}")
    forms = _forms(state, asked, whom[0], divisions if kind in _OF_DIVISIONS else ()) if single else None
    letter_view(letter, key=f"{kind}-{whom[0].id if single else 'all'}", attachments=forms)
    if not single:
        note = "メールにまとめて様式を付けることはできません。部局を選ぶと、その部局の様式が付きます。"
        show(tag("div", note, "meta"))


def _signed(letter: Letter, own: Mapping[str, str], form: str) -> Letter:
    """The letter with its number and whom to ask: as the plan's settings say, or as typed here for this one."""
    fields = {"number": "文書番号", "person": "担当者", "extension": "内線", "address": "連絡先(共有のメール)"}

    def draw() -> None:
        grid = st.grid(min_column_width=180)
        for name, label in fields.items():
            with grid.cell():
                st.text_input(unmarked(label), max_chars=60, **kept(form, name, own[name]))

    folded_form("文書番号・担当・内線を入れる", draw, key=f"signature-of-{form}")
    return signed(letter, **{name: one_line(typed_in(f"{form}-{name}", own[name])) for name in fields})


def _letter(
    state: Assessment,
    asked: Round,
    kind: str,
    whom: Sequence[Department],
    divisions: Sequence[Division],
    *,
    single: bool,
) -> Letter:
    plan, day, cards = state.plan, state.day, state.snapshot.cards
    address = _address(asked, whom[0].id if single else "")
    match kind:
        case "division":
            return division_letter(plan, asked, whom[0], day, divisions=divisions, cards=cards, address=address)
        case "division-reminder":
            return reminder_letter(plan, asked, whom, day, divisions=divisions, address=address)
        case "reminder":
            return reminder_letter(plan, asked, whom, day, address=address)
        case _:
            return request_letter(plan, asked, whom, day, cards=cards, address=address)


def _addressees(
    state: Assessment, asked: Round, rows: Sequence[Row], kind: str, two_levels: Sequence[Department]
) -> Sequence[Department]:
    if kind in _OF_DIVISIONS:
        return two_levels
    if kind == "reminder":
        return [state.plan.department(r.department_id) for r in waiting_for(rows)]
    return _asked(state, asked)


def _asked(state: Assessment, asked: Round) -> tuple[Department, ...]:
    return departments_asked(state.plan, asked, state.day, state.snapshot.cards)


def _divisions(state: Assessment, asked: Round, department: Department) -> tuple[Division, ...]:
    return divisions_asked(state.plan, asked, department.id, state.day, state.snapshot.cards)


def _forms(state: Assessment, asked: Round, department: Department, divisions: Sequence[Division]) -> Attachments:
    """The workbooks that belong to a letter: the department's, or those of the 課 it goes to."""
    ours, plan_id = services(), state.plan.id
    wanted = [d.id for d in divisions] or [""]
    return lambda: [ours.take_form(Place(plan_id, asked.id, department.id, division)) for division in wanted]


def _address(asked: Round, department_id: str) -> str:
    """Where the form is answered, as a link that lands on the department; none that works on this machine alone."""
    here = urlsplit(st.context.url or "")
    if not here.hostname or here.hostname in _HERE:
        return ""
    query = urlencode({"round": asked.id} | ({"department": department_id} if department_id else {}))
    return f"{here.scheme}://{here.netloc}{here.path.rsplit('/', 1)[0]}/submit?{query}"


# --- one letter ----------------------------------------------------------------------------------------------------


def letter_view(letter: Letter, *, key: str, attachments: Attachments | None = None) -> None:
    """A letter as it will stand on paper, and the three ways to take it."""
    show(letter_markup(letter))
    enclosed = "(様式付き)" if attachments else ""
    with st.container(horizontal=True):
        for label, suffix, mime, make in (
            ("Wordで受け取る", "docx", _DOCX, lambda: letter_docx(letter)),
            ("文章だけで受け取る", "txt", "text/plain", lambda: letter_text(letter).encode("utf-8-sig")),
            (
                f"メールの下書き{enclosed}で受け取る",
                "eml",
                "message/rfc822",
                lambda: letter_eml(letter, attachments() if attachments else ()),
            ),
        ):
            name = letter_filename(letter, suffix)
            st.download_button(label, make, name, mime, key=f"letter-{key}-{suffix}", on_click="ignore")
    if not letter.mails:
        show(tag("div", "宛先のメールアドレスは、部局の共有アドレスがすべて登録されていると入ります。", "meta"))


def letter_markup(letter: Letter) -> Markup:
    """The letter's text in the shape of a 事務連絡."""
    items = [(item, _table(item)) for item in letter.items]
    return render("letter.html", letter=letter, items=items)


def _table(item: Item) -> Content:
    if not item.table:
        return ""
    headings, *rows = item.table
    return table([Column(h) for h in headings], rows, caption=item.heading, kind="stack")
