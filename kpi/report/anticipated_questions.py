"""想定問答: what members of the 本部 may ask and what the data answers, for the secretariat alone (部内限).

It is a paper of its own: the only one that tells a simple extension, and that shows short numbers beside figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from kpi.assessment import Assessment
from kpi.cards.revision import target_text
from kpi.changes.change_digest import digest, since_last_round
from kpi.compare.gaps import latest_pair
from kpi.plan import Round
from kpi.printing.number_words import text_of
from kpi.printing.printed_figures import judged
from kpi.printing.rollup import GOALS
from kpi.report.answers.indicator_answers import ASKED, Case, full, is_asked
from kpi.report.assembly import report
from kpi.report.blocks import (
    ANSWER_KEY,
    INTERNAL,
    Block,
    Cell,
    Column,
    Heading,
    Line,
    Note,
    Part,
    Passage,
    QuestionAnswer,
    Report,
    Sentence,
    Table,
    paper_text,
)
from kpi.report.indicator_entry import entries
from kpi.report.overview_sentences import sentences
from kpi.report.versions import Version
from kpi.snapshot import Edited, Snapshot
from kpi.status import concern, standing
from kpi.summary import amount, explanation, has_nation

#: What stands on the first page, so that nobody hands it on.
HANDLING = "会議室に持ち込む控えです。配布、転送、公表資料への転記はしません。単純延長(見通し)と出所番号を含みます。"
#: The subject of what is asked about all indicators together; any other is an indicator's id.
WHOLE = "whole"
_OWN = "own"

#: Of all indicators: the sentences of 総括 by their keys, and the fields that are behind.
_ON_WHOLE: Mapping[str, str] = {
    "overall": "全体の状況はどうか。",
    "moved": "前回と何が違うのか。",
    "behind": "遅れている分野はどこか。",
    "owed": "説明を要する指標はどれか。",
    "nation": "全国と比べてどうか。",
}

#: In the order in which they are likely to be asked about.
_GROUPS = (
    "遅れている指標",
    "判定していない指標",
    "値を訂正した指標",
    "目標・定義を変えた指標",
    "全国に後れる指標",
    "その他の指標",
)


def anticipated(
    state: Assessment, asked: Round, seen: Snapshot, version: Version | None = None, before: Assessment | None = None
) -> Report:
    """The questions on a round's paper, what people wrote of them (``seen``) in its place.

    ``before`` is the state that the last paper told; without one a change is one since the newest round began.
    """
    changed = digest(before, state) if before else since_last_round(state)
    cases = [Case(one, tuple(c for c in changed if c.indicator_id == one.indicator.id)) for one in entries(state)]
    edited = seen.edited.get(asked.id, {})
    numbers = count(1)
    whole = _on_whole(state, cases, edited, numbers)
    groups: dict[str, list[Block]] = {}
    for (place, _), case in sorted(((_likely(case), case) for case in cases), key=lambda pair: pair[0]):
        told = _on_indicator(case, edited, numbers, brief=place == len(_GROUPS) - 1)
        groups.setdefault(_GROUPS[place], []).extend(told)
    blocks = {"全体について": whole, **groups}
    parts = [Part("anticipated", title, "想定問答", "A4縦", tuple(told)) for title, told in blocks.items()]
    paper = report(state, asked, seen, version, first_page=True)
    return replace(paper, handling=INTERNAL, parts=(_unanswered(parts), *parts))


def own_key(subject: str, question: str) -> str:
    """The key of a question of one's own about an indicator or the whole: the same words twice are one question."""
    return f"{ANSWER_KEY}{subject}:{_OWN}:{question}"


def basis(state: Assessment, subject: str) -> str:
    """What the data says of an indicator or the whole: where it says something else, an own answer wants a look."""
    if subject != WHOLE:
        return paper_text(explanation(state, state.plan.indicator(subject)))
    return next((one.made for one in sentences(state, {}) if one.key == "overall"), "")


def _likely(case: Case) -> tuple[int, int]:
    """The group of an indicator, and its place in it: what is worse stands first."""
    kinds, state = {c.kind for c in case.changes}, case.one.state
    if (urgency := concern(case.one.row["status"])) is not None:
        return 0, urgency
    if standing(case.one.row["status"]) in ("no_data", "not_assessable"):
        return 1, 0
    if kinds & {"corrected", "withdrawn"}:
        return 2, 0
    if kinds & {"target", "baseline", "definition", "rule"}:
        return 3, 0
    indicator = case.one.indicator
    if not has_nation(state, indicator):
        return 5, 0
    pair = latest_pair(state.benchmarks, indicator.series_id, state.plan.area_code)
    return (4 if pair and pair["ahead"] == "nation" else 5), 0


def _on_indicator(case: Case, edited: Mapping[str, Edited], numbers: Iterator[int], *, brief: bool) -> list[Block]:
    indicator = case.one.indicator
    told: dict[str, tuple[str, str]] = {}
    for name, (question, answer) in ASKED.items():
        made = answer(case)
        if made is not None and (not brief or is_asked(case, name, made)):
            told[name] = (question, made or case.lack)
        elif f"{ANSWER_KEY}{indicator.id}:{name}" in edited:  # no longer asked, and somebody has answered it
            told[name] = (question, "")
    asked = _answers(indicator.id, told, edited, numbers, case.lack, case.whom)
    own = _own_answers(indicator.id, basis(case.one.state, indicator.id), edited, numbers)
    head = Heading(f"{indicator.number}　{indicator.name}")
    return [head, Passage("担当", case.whom), Passage("数値", _figures(case)), *asked, *own]


def _figures(case: Case) -> str:
    """What may be looked up in the room, each value with its short number."""
    one, unit = case.one, case.one.indicator.unit
    before, figure = one.row["previous_period"], one.row["previous_value"]
    rows = [r for r in one.state.told.get(case.id, ()) if r["period"] == before and r["value"] == figure]
    told = [f"{one.word}{f'(前回 {one.earlier})' if one.earlier else ''}"]
    if case.valued:
        told.append(f"今回 {text_of(one.figures.value, unit)}{_beside(one.period(''), one.release, one.code)}")
    if before:
        previous = text_of(judged(figure, one.card), unit)
        told.append(f"前回 {previous}{_beside(one.period('previous'), '', rows[-1]['code'] if rows else '')}")
    told.append(f"目標 {target_text(one.card, unit)}{_beside(one.period('target'))}")
    told.append(f"現状値 {amount(one.card.baseline, one.indicator, one.card)}{_beside(one.period('baseline'))}")
    told += [f"進捗率 {text_of(one.figures.progress, '%')}"] if one.figures.progress is not None else []
    return paper_text("　".join(told))


def _beside(period: str, release: str = "", code: str = "") -> str:
    told = [" ".join(w for w in (period, release) if w), f"出所 {code}" if code else ""]
    return f"({'、'.join(w for w in told if w)})" if any(told) else ""


def _on_whole(
    state: Assessment, cases: Sequence[Case], edited: Mapping[str, Edited], numbers: Iterator[int]
) -> list[Block]:
    made = {s.key: s.text for s in sentences(state, edited)} | {"behind": _fields_behind(state, cases)}
    told = {key: (question, made[key]) for key, question in _ON_WHOLE.items() if made.get(key)}
    told |= {k: (q, "") for k, q in _ON_WHOLE.items() if k not in told and f"{ANSWER_KEY}{WHOLE}:{k}" in edited}
    own = _own_answers(WHOLE, basis(state, WHOLE), edited, numbers)
    return [*_answers(WHOLE, told, edited, numbers), *own]


def _fields_behind(state: Assessment, cases: Sequence[Case]) -> str:
    found: dict[str, list[str]] = {}
    for case in cases:
        if case.off:
            found.setdefault(case.one.indicator.field_id, []).append(case.one.indicator.number)
    named = {"": GOALS} | {f.id: f.name for f in state.plan.fields}
    told = [f"{named[field]}で{len(mine)}指標({'、'.join(mine)})" for field, mine in found.items()]
    if told:
        return f"遅れている指標があるのは、{'、'.join(told)}。"
    return "遅れている指標のある分野はない。" if any(c.valued for c in cases) else "判定した指標がまだない。"


def _answers(
    subject: str, told: Mapping[str, tuple[str, str]], edited: Mapping[str, Edited], numbers: Iterator[int],
    lack: str = "", whom: str = "",
) -> list[QuestionAnswer]:  # fmt: skip
    found = []
    for name, (question, made) in told.items():
        key, text = f"{ANSWER_KEY}{subject}:{name}", full(made)
        asking = whom if lack and lack in text else ""
        found.append(QuestionAnswer(next(numbers), question, _sentence(key, text, edited.get(key)), asking))
    return found


def _own_answers(
    subject: str, beneath: str, edited: Mapping[str, Edited], numbers: Iterator[int]
) -> list[QuestionAnswer]:
    """The questions that people added; ``beneath`` is what the data says of the subject."""
    start = own_key(subject, "")
    own = [(key, said) for key, said in edited.items() if key.startswith(start)]
    return [QuestionAnswer(next(numbers), key.removeprefix(start), _sentence(key, beneath, said)) for key, said in own]


def _sentence(key: str, made: str, own: Edited | None) -> Sentence:
    return Sentence(key, made, own.text, own.made, own.who) if own else Sentence(key, made)


def _unanswered(parts: Sequence[Part]) -> Part:
    """What the secretariat has still to ask before the meeting."""
    columns = (Column("問", 11, "center"), Column("指標", 64), Column("問い", 62), Column("確認先", 37))
    lines, heading = [], ""
    for block in (block for part in parts for block in part.blocks):
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, QuestionAnswer) and block.open:
            lines.append(Line(tuple(map(Cell, (str(block.number), heading, block.question, block.whom)))))
    table = Table("答えのない問い", columns, tuple(lines))
    notes = (
        Note(HANDLING),
        Note(f"会議までに担当に確かめる問い {len(lines)}件" if lines else "答えのない問いはありません。"),
    )
    return Part("anticipated", "答えのない問い", "想定問答", "A4縦", (*notes, table) if lines else notes)
