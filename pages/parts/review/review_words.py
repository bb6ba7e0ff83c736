"""The words of one item under review: what was written, what was understood, what was known before, the difference."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kpi.cards.revision import band_text
from kpi.collection.review_order import Group, Item, Question
from kpi.collection.schedule import expected_period
from kpi.collection.workflow import (
    CORRECTION_WORDS,
    MISSING_WORDS,
    RELEASE_WORDS,
    TYPED,
    Answer,
    Entry,
    Past,
    known_beside,
    last_before,
)
from kpi.period import Period
from kpi.plan import Card, Indicator, Round
from kpi.printing.number_words import as_it_is
from kpi.printing.printed_figures import difference_text, exact_text
from kpi.status import status_word
from loaders.form import definition
from pages.parts.app.current_view import View
from pages.parts.shared.markup import Content, Markup, badge, changed, join, render, tag

#: How much of a long text stands in a table's cell.
_LONG = 60


@dataclass(frozen=True)
class Facts:
    """What stands beside one answered figure; each part is ready to be shown."""

    name: str
    written: str
    understood: Content
    last: Content
    approved: Content
    difference: str
    address: str


@dataclass(frozen=True)
class Before:
    """What was known before the round's first answer came in.

    ``confirmed`` is what stands confirmed then or now: a value may have been sent anew since and not been confirmed.
    """

    history: Mapping[str, tuple[Past, ...]]
    confirmed: Mapping[str, tuple[Past, ...]]

    def last(self, state: View, asked: Round, indicator: Indicator) -> Past | None:
        """The newest value of an indicator then, as its form shows it."""
        card = state.snapshot.cards[indicator.id]
        expected = expected_period(card, indicator, asked)[0]
        return last_before(self.history.get(indicator.id, ()), asked.id, card, expected)


def main_keys(asked: Round) -> tuple[str, ...]:
    """The columns a round is about."""
    return ("baseline", "target") if asked.kind == "targets" else ("value",)


def column_name(state: View, asked: Round, key: str) -> str:
    """What the form calls a column; 行全体 for a question about the whole row."""
    try:
        return definition.heading(definition.column(key), state.plan, asked.kind)
    except KeyError:
        return "行全体"


def facts(state: View, before: Before, asked: Round, item: Item, key: str) -> Facts:
    """One figure of an item against what was known."""
    indicator, card = state.snapshot.plan.indicator(item.indicator_id), state.snapshot.cards[item.indicator_id]
    entry = item.answer.entries.get(key)
    last, approved = before.last(state, asked, indicator), _approved(before, card)
    value, said = item.answer.number(key), item.answer.text("period")
    what = ""
    if last is None and card.baseline is not None and card.baseline_period is not None:
        # Before any value was told the baseline stands in, as in the checks.
        last, what = Past(card.baseline_period, card.baseline), state.plan.words.get("baseline", "現状値")
    start = getattr(card, key, None)
    if key == "value":
        start = last.value if last and (not said or card.comparable(Period.parse(said), last.period)) else None
    return Facts(
        name=column_name(state, asked, key),
        written=f"「{entry.written}」" if entry and entry.written else "(空欄)",
        understood=_understood(indicator, card, item, key),
        last=_known(last, indicator, card, what) if key == "value" else _card_value(card, indicator, key),
        approved=_known(approved, indicator, card),
        difference=difference_text(value, start, card, indicator.unit),
        address=f"{entry.sheet}!{entry.cell}" if entry and entry.cell else "―",
    )


def _approved(before: Before, card: Card) -> Past | None:
    """The newest value that stands confirmed."""
    found = known_beside(before.confirmed.get(card.indicator_id, ()), "")
    whole = [p for p in found if not card.is_part_count(p.period)]
    return (whole or found or (None,))[-1]


def _known(past: Past | None, indicator: Indicator, card: Card, what: str = "") -> Content:
    if past is None:
        return "―"
    release = "" if past.release == "final" else RELEASE_WORDS.get(past.release, "")
    about = "・".join(word for word in (past.period.short, what, release) if word)
    return join([exact_text(past.value, card, indicator.unit), tag("small", about)])


def _card_value(card: Card, indicator: Indicator, key: str) -> Content:
    value, period = getattr(card, key, None), getattr(card, f"{key}_period", None)
    if value is None:
        band = band_text(card, indicator.unit) if key == "target" else ""
        return band or tag("span", "未設定", "none")
    return join([exact_text(value, card, indicator.unit), tag("small", period.short if period else "")])


def _understood(indicator: Indicator, card: Card, item: Item, key: str) -> Content:
    """The value with its period and how sure it is, or why there is none; red what is proposed to change."""
    answer = item.answer
    proposed = changes(card, answer) if Group.CARD in item.groups else frozenset()
    picked = {d.chosen for d in item.doubts}
    value = answer.number(key)
    if value is None:
        reason = MISSING_WORDS.get(answer.text("missing_reason"), "") if key == "value" else ""
        coming = answer.text("next_release")
        return (
            join([reason or "―", tag("small", f"次回公表 {Period.parse(coming).short}")]) if coming else reason or "―"
        )
    period = answer.text("period" if key == "value" else f"{key}_period")
    when: Content = Period.parse(period).short if period else ""
    when = changed(f"{when}(提案)") if f"{key}_period" in proposed else when
    notes: list[Content] = [when, RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else ""]
    if _typed(answer.entries[key]):
        notes.append("画面で選択" if answer.entries[key].mended in picked else TYPED)
    said = join([n for n in notes if n], "・")
    told = exact_text(value, card, indicator.unit)
    return join([changed(f"{told}(提案)") if key in proposed else tag("b", told), tag("small", said) if said else ""])


def _typed(entry: Entry) -> bool:
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
        own = entry.key not in ("numerator", "denominator")  # parts are counted in units of their own
        return exact_text(entry.value, card, indicator.unit) if own else as_it_is(entry.value)
    words = {**RELEASE_WORDS, **MISSING_WORDS, **CORRECTION_WORDS}
    if entry.value in words:
        return words[entry.value]
    if entry.key.endswith("period") or entry.key == "next_release":
        return Period.parse(entry.value).label
    return f"「{entry.value[:_LONG]}{'…' if len(entry.value) > _LONG else ''}」"


# --- what an item has to say beside its figure ---------------------------------------------------------------------

Earlier = Callable[[Question], Answer | None]


def statements(
    state: View, before: Before, asked: Round, item: Item, earlier: Earlier, proposing: Answer | None
) -> list[Markup]:
    """Why the item needs judgement, in the order of its groups: each as a heading and its words.

    ``proposing`` is the answer that brought the change of baseline or target.
    """
    said: list[Markup] = []
    whose = "事務局(代理登録)" if item.entered else "部局"
    for group in item.groups:
        match group:
            case Group.RETURNED:
                said += [_reply(state, asked, item, q, earlier(q)) for q in item.replied]
            case Group.DOUBT:
                own = [d for d in item.doubts if not d.is_chosen]
                said += [_said(d.message, f"{whose}の説明: {d.reason or '(説明なし)'}") for d in own]
            case Group.CORRECTION:
                said.append(_correction(state, before, asked, item))
            case Group.CARD:
                said.append(_proposal(state, item, proposing))
            case Group.CHOSEN:
                said += [_said(d.message, f"{whose}が画面で選択: {d.chosen}") for d in item.doubts if d.is_chosen]
            case Group.EXPLANATION:
                said.append(_explanation(state, item))
    return said


def _said(head: Content, body: Content) -> Markup:
    return render("statement.html", head=head, body=body)


def _reply(state: View, asked: Round, item: Item, question: Question, before: Answer | None) -> Markup:
    """A question, the cell as it was and as it is now."""
    head = join([tag("b", "修正依頼　"), f"{column_name(state, asked, question.key)}: {question.text}"])
    return _said(head, before_after(state, asked, item.answer, question, before))


def before_after(state: View, asked: Round, now: Answer, question: Question, before: Answer | None) -> Markup:
    """What came back against a question: old value → new value, 訂正 in red where they differ."""
    indicator, card = state.snapshot.plan.indicator(now.indicator_id), state.snapshot.cards[now.indicator_id]
    keys = (question.key,) if question.key in now.entries else main_keys(asked)
    told: list[Content] = []
    for key in keys:
        old = entry_words(indicator, card, before.entries.get(key) if before else None)
        new = entry_words(indicator, card, now.entries.get(key))
        if old == new:
            told.append(f"{new}(変わりなし)")
        else:
            told.append(join([f"{old} → ", tag("span", f"{new}(訂正)", "changed")]))
    note = now.text("analysis") or now.text("evidence")
    return join([join(told, "、"), tag("div", f"説明: {note}") if note else ""])


def _correction(state: View, before: Before, asked: Round, item: Item) -> Markup:
    """A change of a past value, 朱書き, with its kind."""
    indicator, card = state.snapshot.plan.indicator(item.indicator_id), state.snapshot.cards[item.indicator_id]
    last, value = before.last(state, asked, indicator), item.answer.number("correction")
    old = exact_text(last.value, card, indicator.unit) if last else "―"
    new = exact_text(value, card, indicator.unit)
    kind = CORRECTION_WORDS.get(item.answer.text("correction_kind"), "種類の記入なし")
    when = f"{last.period.short}の値" if last else "前回の値"
    entry = item.answer.entries["correction"]
    head = join([tag("b", f"{when}の訂正　"), f"{old} → ", tag("span", f"{new}(訂正)", "changed"), f"　{kind}"])
    return _said(head, f"書かれた文字「{entry.written}」　{entry.sheet}!{entry.cell}" if entry.cell else TYPED)


def _proposal(state: View, item: Item, proposing: Answer | None) -> Markup:
    """On what ground the change is proposed; the change itself stands in the item's table."""
    answers = [item.answer, *([proposing] if proposing else [])]
    grounds = next((a.text("evidence") for a in answers if a.text("evidence")), "(記入なし)")
    card = state.snapshot.cards[item.indicator_id]
    return _said(join(["設定根拠: ", tag("b", grounds)]), "" if changes(card, item.answer) else _OLDER)


_OLDER = "今の回答は登録のとおりですが、前の回答による提案が決定を待っています。"


def changes(card: Card, answer: Answer) -> frozenset[str]:
    """The columns about baseline and target in which an answer says another thing than is registered."""
    registered = {
        "baseline": card.baseline,
        "target": card.target,
        "baseline_period": card.baseline_period.code if card.baseline_period else None,
        "target_period": card.target_period.code if card.target_period else None,
    }
    return frozenset(k for k, v in registered.items() if answer.value(k) is not None and answer.value(k) != v)


def _explanation(state: View, item: Item) -> Markup:
    """The status that owes an explanation, and the explanation."""
    row = state.row(item.indicator_id)
    word = state_word(state, item.indicator_id)
    parts = [(name, item.answer.text(key)) for name, key in (("要因分析", "analysis"), ("今後の対応", "actions"))]
    body = join([tag("div", f"{name}: {text or '(記入なし)'}") for name, text in parts])
    return _said(join(["この値での判定 ", badge(word, str(row["status"]))]), body)


def state_word(state: View, indicator_id: str) -> str:
    """The status of an indicator in words."""
    row = state.row(indicator_id)
    return status_word(str(row["status"]), str(row["reason"]), state.plan.scheme)
