"""The letters of a round (事務連絡) as data: 照会, its way on to the 課, the reminder and the question sent back.

Pure: from plan, round, whom it goes to and the day. :mod:`loaders.documents.letter_files` makes files of them. Words of
the office come from ``plan.words`` where the plan gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi.collection.letter_wording import POINTS, PURPOSES, SUBJECTS, WORDS, date_text, head_of, moment_text
from kpi.collection.scope import asked_of, divisions_asked, numbers_words
from kpi.initiatives.rhythm import rhythm
from kpi.plan import Card, Department, Division, Plan, Round, subject_word


@dataclass(frozen=True)
class Item:
    """One entry below 記. The first row of ``table`` holds its headings; without a table it is empty."""

    heading: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Letter:
    """A letter. ``number`` is the 文書番号 where it has one; ``mails`` are the shared addresses it goes to.

    ``contact`` is who answers questions: the office first, then the person, the 内線 and an address as far as known.
    """

    number: str
    dated: str
    to: str
    sender: str
    subject: str
    body: tuple[str, ...]
    items: tuple[Item, ...]
    contact: tuple[str, ...]
    day: date
    author: str
    title: str = "事務連絡"
    mails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question about one cell: the column's heading as the form prints it, the cell's address where it is known."""

    subject_id: str
    column: str
    text: str
    cell: str = ""


def request_letter(
    plan: Plan,
    round_: Round,
    departments: Sequence[Department],
    day: date,
    *,
    cards: Mapping[str, Card] | None = None,
    address: str = "",
) -> Letter:
    """The 照会 from the secretariat to the 主管課長 of the departments asked. ``address`` is the program's, if told."""
    two = _two_levels(plan, round_, departments, day, cards)
    body = [f"このことについて、{PURPOSES[round_.kind]}、下記のとおり照会します。"]
    if two:
        body.append(
            "つきましては、所管する課への照会、回答の取りまとめ及び部局内の決裁について、よろしくお取り計らい願います。"
        )
    else:
        body.append("つきましては、部局内の決裁を経て、期限までに御回答くださるようお願いします。")
    items = (
        Item("照会事項", (_asked_text(plan, round_),), _scope_table(plan, round_, departments, day, cards)),
        _form_item(plan, round_, "部局及び課" if two else "部局"),
        Item("回答期限", _due_lines(plan, round_, day, two=two)),
        _way_item(plan, address, of_division=False),
        Item("留意事項", _points(plan, round_)),
    )
    return _letter(
        plan, round_, day, to=_to(plan, departments, day), sender=_word(plan, "sender"), purpose="照会",
        body=tuple(body), items=items, mails=_mails(departments),
    )  # fmt: skip


def division_letter(
    plan: Plan,
    round_: Round,
    department: Department,
    day: date,
    *,
    divisions: Sequence[Division] = (),
    cards: Mapping[str, Card] | None = None,
    address: str = "",
) -> Letter:
    """The 照会 passed on from a department's 主管課長 to its 課: all that are asked anything, or those given."""
    asked = tuple(divisions) or divisions_asked(plan, round_, department.id, day, cards)
    name, office, word = department.name(day), _word(plan, "sender"), subject_word(round_.kind)
    rows = [
        (v.name, str(len(found)), "、".join(i.name for i in found))
        for v in asked
        if (found := asked_of(plan, round_, department.id, day, cards, v.id))
    ]
    items = (
        Item("照会事項", (_asked_text(plan, round_),), _with_heading(("課", f"{word}数", word), rows)),
        _form_item(plan, round_, "課"),
        Item("回答期限", (_asked_by(round_.division_due or round_.due, round_, day),)),
        _way_item(plan, address, of_division=True),
        Item("留意事項", _points(plan, round_)),
    )
    body = (
        f"このことについて、{office}から照会がありました。",
        "つきましては、課長の決裁を経て、期限までに当課へ御回答くださるようお願いします。",
    )
    to = f"{head_of(asked[0].name)}　殿" if len(asked) == 1 else "各課長　殿"
    return _letter(
        plan, round_, day, to=to, sender=f"{name}{_word(plan, 'lead')}", purpose="照会", body=body, items=items,
        mails=_mails(asked), contact=(f"{name} 主管課",),
    )  # fmt: skip


def reminder_letter(
    plan: Plan,
    round_: Round,
    departments: Sequence[Department],
    day: date,
    *,
    divisions: Sequence[Division] = (),
    address: str = "",
) -> Letter:
    """A reminder to those who have not answered; nobody else is named.

    ``departments`` are the ones without an answer. With one department and ``divisions`` it goes from its 主管課長 to
    those 課.
    """
    name = departments[0].name(day) if len(departments) == 1 else ""
    names = [v.name for v in divisions] if divisions else [d.name(day) for d in departments]
    due = round_.division_due or round_.due if divisions else round_.due
    since = f"{date_text(round_.opens)}付けで照会" if round_.opens and round_.opens <= day else "照会"
    late, whose = due is not None and due < day, "課" if divisions else "部局"
    body = (
        f"{since}した標記の件について、本日時点で、下記の{whose}からの回答を確認できておりません。",
        "回答期限を過ぎておりますので、お手数ですが、速やかに御回答くださるようお願いします。"
        if late
        else "お手数ですが、期限までに御回答くださるようお願いします。",
        "なお、行き違いの場合は御容赦ください。",
    )
    items = (
        Item(f"回答を確認できていない{whose}", ("、".join(names),)),
        Item("回答期限", (moment_text(due, round_.due_hour),)),
        _way_item(plan, address, of_division=bool(divisions)),
    )
    if divisions:
        to = f"{head_of(names[0])}　殿" if len(divisions) == 1 else "関係課長　殿"
        sender = f"{name}{_word(plan, 'lead')}"
        contact: tuple[str, ...] = (f"{name} 主管課",)
    else:
        to = _to(plan, departments, day, several="関係部局")
        sender, contact = _word(plan, "sender"), ()
    return _letter(
        plan, round_, day, to=to, sender=sender, purpose="回答のお願い", body=body, items=items, contact=contact,
        mails=_mails(divisions or departments),
    )  # fmt: skip


def question_letter(
    plan: Plan,
    round_: Round,
    department: Department,
    questions: Sequence[Question],
    day: date,
    *,
    division_id: str = "",
    by: date | None = None,
    by_hour: int = 17,
) -> Letter:
    """A 修正依頼: what is asked of which cell of which indicator, with the sent-back form attached."""
    form = _word(plan, "form")
    rows = [_question_row(plan, q) for q in questions]
    body = (
        f"御回答いただきました標記の件について、確認したい点が{len(questions)}件ありますので、下記のとおり依頼します。",
        f"お手数ですが、添付の{form}の印の付いたセルを御確認の上、修正又は説明の記入をお願いします。",
    )
    word, of_work = subject_word(round_.kind), round_.kind == "initiatives"
    beside = "遅れの理由、工程を変える理由及び課題" if of_work else "説明"
    reason = "課題" if of_work else "説明"
    answered = moment_text(by, by_hour) if by else "お手数ですが、できるだけ早くお願いします。"
    items = (
        Item("確認したい点", (), _with_heading((word, "欄(セル)", "内容"), rows)),
        Item(
            form,
            (
                f"御回答いただいた内容が入っています。印の付いたセルと、その{word}の{beside}の欄だけを直せます。",
                f"直すところがない場合は、そのままとして、{reason}の欄にその理由を記入してください。",
            ),
        ),
        Item("回答期限", (answered,)),
        _way_item(plan, "", of_division=bool(division_id)),
    )
    division = next((v for v in department.divisions if v.id == division_id), None)
    to = f"{head_of(division.name)}　殿" if division else _to(plan, (department,), day)
    return _letter(
        plan, round_, day, to=to, sender=_word(plan, "sender"), purpose="修正依頼", body=body, items=items,
        mails=_mails((division or department,)),
    )  # fmt: skip


# --- words -----------------------------------------------------------------------------------------------------------


def _word(plan: Plan, key: str) -> str:
    return plan.words.get(key) or WORDS[key]


def _filled(text: str, plan: Plan) -> str:
    for key in WORDS:
        text = text.replace("{" + key + "}", _word(plan, key))
    return text.replace("{span}", rhythm(plan).span)


def _to(plan: Plan, departments: Sequence[Department], day: date, several: str = "各部局") -> str:
    whose = departments[0].name(day) if len(departments) == 1 else several
    return f"{whose}{_word(plan, 'lead')}　殿"


def _mails(whom: Sequence[Department | Division]) -> tuple[str, ...]:
    """The shared addresses; none unless all are known, so that nobody is left out without a word."""
    known = tuple(dict.fromkeys(w.mail for w in whom))
    return known if all(known) else ()


def _two_levels(
    plan: Plan, round_: Round, departments: Sequence[Department], day: date, cards: Mapping[str, Card] | None
) -> bool:
    return any(divisions_asked(plan, round_, d.id, day, cards) for d in departments)


def _asked_text(plan: Plan, round_: Round) -> str:
    asked = {
        "targets": "指標の現状値、目標値、その時点及び設定根拠",
        "annual": "指標の実績、その時点、根拠資料、要因分析及び今後の対応",
        "half": "指標の現在の値(参考値)、取組の状況及び今後の対応",
        "midterm": "指標の実績、要因分析及び今後の対応並びに現状値及び目標値の見直しの案",
        "initiatives": f"取組の進捗、実績、次の{rhythm(plan).span}の予定及び今後の方向性",
    }
    return f"{round_.name}に係る{asked[round_.kind]}"


def _scope_table(
    plan: Plan, round_: Round, departments: Sequence[Department], day: date, cards: Mapping[str, Card] | None
) -> tuple[tuple[str, ...], ...]:
    """Who is asked for how many indicators; for one department which ones."""
    asked = {d.id: asked_of(plan, round_, d.id, day, cards) for d in departments}
    if len(departments) == 1:
        owners = {i: v.name for v in departments[0].divisions_on(day) for i in v.indicators}
        rows = [(plan.full_number(i), i.name, owners.get(i.id, "")) for i in asked[departments[0].id]]
        return _with_heading(("番号", subject_word(round_.kind), "課"), rows) if owners else _with_heading(
            ("番号", subject_word(round_.kind)), [row[:2] for row in rows]
        )  # fmt: skip
    rows = [(d.name(day), str(len(asked[d.id])), numbers_words(plan, asked[d.id])) for d in departments]
    word = subject_word(round_.kind)
    return _with_heading(("部局", f"{word}数", f"{word}の番号"), [row for row in rows if row[1] != "0"])


def _with_heading(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return (heading, *rows) if rows else ()


def _question_row(plan: Plan, question: Question) -> tuple[str, ...]:
    found = next((i for i in plan.subjects if i.id == question.subject_id), None)
    named = f"{plan.full_number(found)}　{found.name}" if found else question.subject_id
    return named, question.column + (f"({question.cell})" if question.cell else ""), question.text


def _form_item(plan: Plan, round_: Round, each: str) -> Item:
    form, asked = _word(plan, "form"), subject_word(round_.kind)
    return Item(form, (f"別添の{form}(Excel)によります。{each}ごとに、担当する{asked}だけを記載してあります。",))


def _asked_by(due: date | None, round_: Round, day: date) -> str:
    """By when a letter of a day asks for an answer: never by a date that is over."""
    if due and due < day:
        return f"{moment_text(due, round_.due_hour)}を過ぎておりますので、できるだけ早くお願いします。"
    return moment_text(due, round_.due_hour)


def _due_lines(plan: Plan, round_: Round, day: date, *, two: bool) -> tuple[str, ...]:
    final = _asked_by(round_.due, round_, day)
    if not two or round_.division_due is None or round_.division_due < day:
        return (final,)
    first = moment_text(round_.division_due, round_.due_hour)
    return (f"課から部局主管課まで　{first}", f"部局主管課から{_word(plan, 'office')}まで　{final}")


def _way_item(plan: Plan, address: str, *, of_division: bool) -> Item:
    whom = "部局主管課" if of_division else _word(plan, "office")
    where = f"({address})" if address else ""
    return Item(
        "回答方法",
        (
            _filled(f"{{program}}の「{{answer}}」の画面{where}から、記入した{{form}}を登録してください。", plan),
            f"画面を利用できない場合は、電子メールで{whom}へ送付してください。",
        ),
    )


def _points(plan: Plan, round_: Round) -> tuple[str, ...]:
    return tuple(_filled(p, plan) for p in POINTS[round_.kind])


def _letter(
    plan: Plan,
    round_: Round,
    day: date,
    *,
    to: str,
    sender: str,
    purpose: str,
    body: tuple[str, ...],
    items: tuple[Item, ...],
    mails: tuple[str, ...],
    contact: tuple[str, ...] = (),
) -> Letter:
    subject = SUBJECTS[round_.kind].format(plan=plan.name, round=round_.name, review=rhythm(plan).review)
    letter = Letter(
        number="",
        dated=date_text(day),
        to=to,
        sender=sender,
        subject=f"{subject}({purpose})",
        body=body,
        items=items,
        contact=contact or (_word(plan, "office"),),
        day=day,
        author=plan.area_name,
        mails=mails,
    )
    return letter if contact else signed(letter, **signature(plan))


def signature(plan: Plan) -> dict[str, str]:
    """What the settings of a plan say of the office's letters: ``number``, ``person``, ``extension``, ``address``."""
    keys = {"number": "letter_number", "person": "letter_person", "extension": "letter_extension", "address": "contact"}
    return {name: plan.words.get(key, "") for name, key in keys.items()}


def signed(letter: Letter, *, number: str = "", person: str = "", extension: str = "", address: str = "") -> Letter:
    """A letter with its 文書番号 and whom to ask; what is empty is left out."""
    told = (person, f"内線{extension}" if extension else "", address)
    return replace(letter, number=number, contact=(letter.contact[0], *(text for text in told if text)))
