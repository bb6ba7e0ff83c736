"""What is said of one answer under review: what was written, what was understood, what was known before, and why it
wants judgement. Plain text, in pieces where some of it has to stand out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.cards.revision import band_text
from kpi.collection.review.review_order import Group, Item, Question
from kpi.collection.schedule import expected_period
from kpi.collection.workflow import (
    CORRECTION_WORDS,
    MISSING_WORDS,
    RELEASE_WORDS,
    TYPED,
    Answer,
    Entry,
    Mend,
    Past,
    known_beside,
    last_before,
)
from kpi.initiatives.half_year_review import SCHEDULE_KEYS, Review, Span, schedule_changes, standing_before, told_before
from kpi.initiatives.initiative import BEHIND, COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.self_evaluation import GRADE_KEY
from kpi.period import Period
from kpi.plan import Card, Indicator, Round
from kpi.printing.number_words import as_it_is
from kpi.printing.printed_figures import difference_text, exact_text
from kpi.printing.rollup import Segment

#: How much of a long text stands in a table's cell.
_LONG = 60
#: Of what there is nothing to tell.
NOTHING = (("―", ""),)

#: Text in pieces: ``changed`` is red, ``none`` is pale, ``status:…`` is a status in its frame, any other kind is bold.
Pieces = tuple[Segment, ...]


@dataclass(frozen=True)
class Told:
    """A figure in words, and what is said of it in small letters beside it."""

    said: Pieces
    about: Pieces = ()


@dataclass(frozen=True)
class Facts:
    """What stands beside one answered figure."""

    written: str
    understood: Told
    last: Told
    approved: Told
    difference: str
    address: str


@dataclass(frozen=True)
class Statement:
    """Why an answer wants judgement: a heading, what is said to it, and more lines of that."""

    head: Pieces
    body: Pieces = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Before:
    """What was known before the round's first answer came in.

    ``confirmed`` is what stands confirmed then or now: a value may have been sent anew since and not been confirmed.
    """

    history: Mapping[str, tuple[Past, ...]]
    confirmed: Mapping[str, tuple[Past, ...]]

    def last(self, state: Assessment, asked: Round, indicator: Indicator) -> Past | None:
        """The newest value of an indicator then, as its form shows it."""
        card = state.card(indicator.id)
        expected = expected_period(card, indicator, asked)[0]
        return last_before(self.history.get(indicator.id, ()), asked.id, card, expected)

    def approved(self, card: Card) -> Past | None:
        """The newest value that stands confirmed."""
        found = known_beside(self.confirmed.get(card.indicator_id, ()), "")
        whole = [p for p in found if not card.is_part_count(p.period)]
        return (whole or found or (None,))[-1]


def main_keys(asked: Round) -> tuple[str, ...]:
    """The columns a round is about."""
    kinds = {"targets": ("baseline", "target"), "initiatives": ("progress", "course")}
    return kinds.get(asked.kind, ("value",))


def facts(state: Assessment, before: Before, asked: Round, item: Item, key: str) -> Facts:
    """One figure of an item against what was known."""
    if asked.kind == "initiatives":
        return _of_work(state, asked, item, key)
    indicator, card = _whose(state, item.subject_id)
    entry = item.answer.entries.get(key)
    last, approved = before.last(state, asked, indicator), before.approved(card)
    value, said = item.answer.number(key), item.answer.text("period")
    what = ""
    if last is None and card.baseline is not None and card.baseline_period is not None:
        # Before any value was told the baseline stands in, as in the checks.
        last, what = Past(card.baseline_period, card.baseline), state.plan.words.get("baseline", "現状値")
    start = getattr(card, key, None)
    if key == "value":
        start = last.value if last and (not said or card.comparable(Period.parse(said), last.period)) else None
    return Facts(
        written=f"「{entry.written}」" if entry and entry.written else "(空欄)",
        understood=_understood(indicator, card, item, key),
        last=_known(last, indicator, card, what) if key == "value" else _stated(card, indicator, key),
        approved=_known(approved, indicator, card),
        difference=difference_text(value, start, card, indicator.unit),
        address=f"{entry.sheet}!{entry.cell}" if entry and entry.cell else "―",
    )


def _of_work(state: Assessment, asked: Round, item: Item, key: str) -> Facts:
    """One answer about an initiative beside what was said of it the half-year before."""
    indicator, card = _whose(state, item.subject_id)
    entry = item.answer.entries.get(key)
    told = told_before(state.snapshot.reviews.get(item.subject_id, ()), asked.period)
    last = told[-1] if told else None
    known = last.said.get(key) if last else None
    confirmed = next((r for r in reversed(told) if r.confirmed), None)
    return Facts(
        written=f"「{entry.written}」" if entry and entry.written else "(空欄)",
        understood=Told(plain(entry_words(indicator, card, entry)))
        if entry and entry.value is not None
        else Told(NOTHING),
        last=_said_then(indicator, card, key, last),
        approved=_said_then(indicator, card, key, confirmed),
        difference="変化" if known is not None and entry is not None and entry.value not in (None, known) else "―",
        address=f"{entry.sheet}!{entry.cell}" if entry and entry.cell else "―",
    )


def _said_then(indicator: Indicator, card: Card, key: str, then: Review | None) -> Told:
    if then is None or key not in then.said:
        return Told(NOTHING)
    words = entry_words(indicator, card, Entry(key, "", "", "", then.said[key]))
    return Told(plain(words), plain(then.period.short))


def _whose(state: Assessment, indicator_id: str) -> tuple[Indicator, Card]:
    return state.snapshot.plan.subject(indicator_id), state.card(indicator_id)


def _known(past: Past | None, indicator: Indicator, card: Card, what: str = "") -> Told:
    if past is None:
        return Told(NOTHING)
    release = "" if past.release == "final" else RELEASE_WORDS.get(past.release, "")
    about = "・".join(word for word in (past.period.short, what, release) if word)
    return Told(plain(exact_text(past.value, card, indicator.unit)), plain(about))


def plain(text: str) -> Pieces:
    """A text of which nothing stands out."""
    return ((text, ""),)


def _stated(card: Card, indicator: Indicator, key: str) -> Told:
    value, period = getattr(card, key, None), getattr(card, f"{key}_period", None)
    if value is None:
        band = band_text(card, indicator.unit) if key == "target" else ""
        return Told(plain(band) if band else (("未設定", "none"),))
    return Told(plain(exact_text(value, card, indicator.unit)), plain(period.short) if period else ())


def _understood(indicator: Indicator, card: Card, item: Item, key: str) -> Told:
    """The value with its period and how sure it is, or why there is none; red what is proposed to change."""
    answer, value = item.answer, item.answer.number(key)
    if value is None:
        reason = MISSING_WORDS.get(answer.text("missing_reason"), "") if key == "value" else ""
        coming = answer.text("next_release")
        about = plain(f"次回公表 {Period.parse(coming).short}") if coming else ()
        return Told(plain(reason) if reason else NOTHING, about)
    proposed = card_changes(card, answer) if Group.CARD in item.groups else frozenset()
    period = answer.text("period" if key == "value" else f"{key}_period")
    when, moved = Period.parse(period).short if period else "", f"{key}_period" in proposed
    notes: list[Segment] = [(f"{when}(提案)", "changed") if moved else (when, "")]
    notes.append((RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else "", ""))
    if typed_otherwise(answer.entries[key]):
        mended = answer.entries[key].mended
        picked = mended != TYPED and mended in {d.chosen for d in item.doubts}
        notes.append(("画面で選択" if picked else TYPED, ""))
    told = exact_text(value, card, indicator.unit)
    said: Segment = (f"{told}(提案)", "changed") if key in proposed else (told, "value")
    return Told((said,), _between(notes, "・"))


def _between(pieces: Iterable[Segment], separator: str) -> Pieces:
    """The pieces that say anything, with a separator between them."""
    found: list[Segment] = []
    for piece in pieces:
        if piece[0]:
            found += [(separator, ""), piece] if found else [piece]
    return tuple(found)


def typed_otherwise(entry: Entry) -> bool:
    """Whether the value is another one than stands in the cell: a reason alone does not make it so."""
    plain = unicodedata.normalize("NFKC", entry.written).replace(",", "").strip("%")
    try:
        return bool(entry.mended) and float(plain) != entry.value
    except ValueError:
        return bool(entry.mended)


def entry_words(indicator: Indicator, card: Card, entry: Entry | None) -> str:
    """What a cell says, as people read it: figures with their unit, periods and choices in words."""
    if entry is None or entry.value is None:
        return f"「{entry.written}」" if entry and entry.written else "空欄"
    if isinstance(entry.value, float):
        # Parts and 中間指標 are counted in units of their own.
        own = entry.key not in ("numerator", "denominator") and not entry.key.startswith("interim_")
        return exact_text(entry.value, card, indicator.unit) if own else as_it_is(entry.value)
    if entry.key == GRADE_KEY:
        return entry.value
    words = {**RELEASE_WORDS, **MISSING_WORDS, **CORRECTION_WORDS, **PROGRESS_WORDS, **COURSE_WORDS}
    if entry.value in words:
        return words[entry.value]
    if entry.key.endswith("period") or entry.key in ("next_release", "recovery", *SCHEDULE_KEYS):
        return Period.parse(entry.value).label
    return f"「{entry.value[:_LONG]}{'…' if len(entry.value) > _LONG else ''}」"


# --- what an item has to say beside its figure ---------------------------------------------------------------------

Earlier = Callable[[Question], Answer | None]
#: What the form calls a column.
Heading = Callable[[str], str]


def statements(
    state: Assessment,
    before: Before,
    asked: Round,
    item: Item,
    earlier: Earlier,
    proposing: Answer | None,
    heading: Heading,
) -> list[Statement]:
    """Why the item needs judgement, in the order of its groups.

    ``earlier`` is the answer that a question was about, ``proposing`` the one that brought the change of baseline or
    target.
    """
    said: list[Statement] = []
    whose = "事務局(代理登録)" if item.entered else "部局"
    for group in item.groups:
        match group:
            case Group.RETURNED:
                said += [_reply(state, asked, item, q, earlier(q), heading) for q in item.replied]
            case Group.DOUBT:
                own = [d for d in item.doubts if not d.is_chosen]
                told = [(d.message, f"{whose}の説明: {d.reason or '(説明なし)'}") for d in own]
                said += [Statement(plain(message), plain(reason)) for message, reason in told]
            case Group.CORRECTION:
                said.append(_correction(state, before, asked, item))
            case Group.CARD:
                said.append(_proposal(state, item, proposing))
            case Group.CHOSEN:
                chosen = [(d.message, _chosen(whose, d.chosen)) for d in item.doubts if d.is_chosen]
                said += [Statement(plain(message), plain(choice)) for message, choice in chosen]
            case Group.EXPLANATION:
                said.append(_explanation(state, asked, item))
    return said


def _chosen(whose: str, chosen: str) -> str:
    """How a question was settled without a word: what was chosen, or that a value was typed."""
    return f"{whose}が{TYPED}" if chosen == TYPED else f"{whose}が画面で選択: {chosen}"


def _reply(
    state: Assessment, asked: Round, item: Item, question: Question, before: Answer | None, heading: Heading
) -> Statement:
    """A question, the cell as it was and as it is now."""
    head: Pieces = (("修正依頼　", "heading"), (f"{heading(question.key)}: {question.text}", ""))
    came_back = before_after(state, asked, item.answer, question, before)
    return Statement(head, came_back.body, came_back.lines)


def before_after(state: Assessment, asked: Round, now: Answer, question: Question, before: Answer | None) -> Statement:
    """What came back against a question: old value → new value, 訂正 in red where they differ. It has no heading."""
    indicator, card = _whose(state, now.subject_id)
    told: list[Segment] = []
    for key in (question.key,) if question.key in now.entries else main_keys(asked):
        old = entry_words(indicator, card, before.entries.get(key) if before else None)
        new = entry_words(indicator, card, now.entries.get(key))
        told += [("、", "")] if told else []
        told += [(f"{new}(変わりなし)", "")] if old == new else [(f"{old} → ", ""), (f"{new}(訂正)", "changed")]
    reasons = _reasons(now, question.key, before)
    note = now.text("analysis") or now.text("evidence") or now.text("problems")
    lines = (*(f"部局の理由: {reason}" for reason in reasons), *([f"説明: {note}"] if note else []))
    return Statement((), tuple(told), lines)


def _reasons(now: Answer, key: str, before: Answer | None) -> tuple[str, ...]:
    """What the department wrote on the page to a question: of its cell, else of the row; nothing said before it."""
    known = {entry.mended for entry in before.entries.values()} if before else set()
    said = {
        k: e.mended
        for k, e in now.entries.items()
        if e.mended not in known and Mend(now.subject_id, k, e.value, e.mended).is_written(())
    }
    return (said[key],) if key in said else tuple(dict.fromkeys(said.values()))


def _correction(state: Assessment, before: Before, asked: Round, item: Item) -> Statement:
    """A change of a past value, 朱書き, with its kind."""
    indicator, card = _whose(state, item.subject_id)
    last, value = before.last(state, asked, indicator), item.answer.number("correction")
    old = exact_text(last.value, card, indicator.unit) if last else "―"
    new = exact_text(value, card, indicator.unit)
    kind = CORRECTION_WORDS.get(item.answer.text("correction_kind"), "種類の記入なし")
    when = f"{last.period.short}の値" if last else "前回の値"
    entry = item.answer.entries["correction"]
    head: Pieces = ((f"{when}の訂正　", "heading"), (f"{old} → ", ""), (f"{new}(訂正)", "changed"), (f"　{kind}", ""))
    return Statement(
        head, plain(f"書かれた文字「{entry.written}」　{entry.sheet}!{entry.cell}" if entry.cell else TYPED)
    )


def _proposal(state: Assessment, item: Item, proposing: Answer | None) -> Statement:
    """On what ground the change is proposed; the change itself stands in the item's table."""
    answers = [item.answer, *([proposing] if proposing else [])]
    grounds = next((a.text("evidence") for a in answers if a.text("evidence")), "(記入なし)")
    older = () if card_changes(state.card(item.subject_id), item.answer) else plain(_OLDER)
    return Statement((("設定根拠: ", ""), (grounds, "grounds")), older)


_CHOSEN = {**PROGRESS_WORDS, **COURSE_WORDS}
_OLDER = "今の回答は登録のとおりですが、前の回答による提案が決定を待っています。"


def card_changes(card: Card, answer: Answer) -> frozenset[str]:
    """The columns about baseline and target in which an answer says another thing than is registered."""
    registered = {
        "baseline": card.baseline,
        "target": card.target,
        "baseline_period": card.baseline_period.code if card.baseline_period else None,
        "target_period": card.target_period.code if card.target_period else None,
    }
    return frozenset(k for k, v in registered.items() if answer.value(k) is not None and answer.value(k) != v)


def _explanation(state: Assessment, asked: Round, item: Item) -> Statement:
    """The status that owes an explanation, and the explanation."""
    if item.answer.text("progress"):
        return _slip(item.answer, changed_schedule(state, asked, item.answer))
    status = state.row(item.subject_id)["status"]
    parts = (("要因分析", "analysis"), ("今後の対応", "actions"))
    lines = tuple(f"{name}: {item.answer.text(key) or '(記入なし)'}" for name, key in parts)
    return Statement((("この値での判定 ", ""), (state.word(item.subject_id), f"status:{status}")), (), lines)


def changed_schedule(state: Assessment, asked: Round, answer: Answer) -> str:
    """How an answer about an initiative changes the schedule that stood before it: 「R6上期～R8下期 → R6上期～R9上期」.

    Empty where it changes nothing.
    """
    earlier = told_before(state.snapshot.reviews.get(answer.subject_id, ()), asked.period)
    initiative = state.snapshot.plan.initiative(answer.subject_id)
    changes, stood = schedule_changes(initiative, earlier, answer), standing_before(initiative, earlier, answer)
    after = Span(changes.get("revised_start", stood.start), changes.get("revised_end", stood.end))
    return f"{stood.words} → {after.words}" if changes else ""


def _slip(answer: Answer, moved: str) -> Statement:
    """Of an initiative that is behind or whose schedule changes: why, until when, who decided."""
    head = PROGRESS_WORDS.get(answer.text("progress"), "")
    lines = []
    if answer.text("progress") in BEHIND:
        recovery = answer.text("recovery")
        until = f"　回復見込み {Period.parse(recovery).short}" if recovery else ""
        lines.append(f"遅れの理由: {answer.text('delay_reason') or '(記入なし)'}{until}")
    if moved:
        by = f"　決定者 {answer.text('decided_by')}" if answer.text("decided_by") else ""
        lines.append(f"工程の変更 {moved}: {answer.text('revision_reason') or '(記入なし)'}{by}")
    return Statement((("進捗 ", ""), (head, "value")), (), tuple(lines))


def in_one_line(view: Assessment, indicator_id: str, answer: Answer) -> str:
    """An answer in one line: its value, or why there is none, and the first words of its explanation."""
    indicator, card = _whose(view, indicator_id)
    told = [word for k in ("progress", "course") if (word := _CHOSEN.get(answer.text(k)))]
    for key, word in (("value", ""), ("baseline", "現状値"), ("target", "目標値"), ("correction", "前回値の訂正 ")):
        value = answer.number(key)
        if value is not None:
            period = answer.text("period" if key == "value" else f"{key}_period") if key != "correction" else ""
            release = RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else ""
            dated = "・".join(w for w in (Period.parse(period).short if period else "", release) if w)
            text = exact_text(value, card, indicator.unit)
            told.append(f"{word}{text}({dated})" if dated else f"{word}{text}")
    reason = MISSING_WORDS.get(answer.text("missing_reason"), "")
    told += [reason] if reason else []
    analysis = answer.text("analysis") or answer.text("performance")
    told += [f"「{analysis[:40]}{'…' if len(analysis) > 40 else ''}」"] if analysis else []
    return "、".join(told) or "記入なし"
