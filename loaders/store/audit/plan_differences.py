"""Changes of a plan as people read them: which part, which of its attributes, what it was and what it is.

The log keeps the attributes as they are stored; here they get their words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kpi.cards.revision import CARD_WORDS, INDICATOR_WORDS, SCHEME_WORDS, THRESHOLD_WORDS, card_text, day_text
from kpi.collection.publication import PUBLICATION_WORDS
from kpi.collection.round_proposal import KIND_WORDS
from kpi.period import Period
from kpi.plan import Card, Plan
from kpi.printing.number_words import as_it_is
from loaders.store.queries.json_document import load_attributes

#: One attribute in words: what it is called, its value before and after.
Line = tuple[str, str, str]

_NONE = "なし"
_CHANGED = "変更あり"
_DEPARTMENT = {"names": "名称", "aliases": "別名", "divisions": "課", "mail": "主管課のアドレス"}
_ROUND = {
    "name": "名前",
    "kind": "種類",
    "period": "うかがう時点",
    "opens": "照会の日",
    "division_due": "課の期限",
    "due": "部局の期限",
    "due_hour": "期限の時刻",
    "departments": "照会する部局",
    "indicators": "照会する指標",
    "assumption": "想定の理由",
}
#: What of a plan is short enough to be told; the rest is its text, of which only that it changed.
_PLAN = {
    "name": "計画の名前",
    "start": "計画の始まり",
    "end": "計画の終わり",
    "source": "出典",
    "publication": "公表区分",
    "offered": "画面で選べる",
    "sole_secretary": "提案した人も決定を記録できる",
}
_WHAT = {"departments": "部局", "rounds": "照会", "cards": "指標の判定条件", "indicators": "指標"}
_INDICATOR = {**INDICATOR_WORDS, "number": "番号", "field_id": "分野", "item_id": "項目", "series_id": "全国比較の統計"}
#: An attribute that differs only where a part is new or gone.
_IDS = {"id", "indicator_id"}
_BLANK = Card("", 1, "increase", "level", 0)


def plan_change_words(
    before: Mapping[str, Any], after: Mapping[str, Any], plan: Plan, day: date
) -> tuple[dict[str, str], dict[str, str]]:
    """What an event about a plan tells of before and after, by part and attribute, in words."""
    words = _Words(plan, day)
    parts = sorted({**before, **after}, key=lambda part: part != "plan")  # what is about all of it comes first
    lines = [line for part in parts for line in words.part(part, before.get(part), after.get(part))]
    return _joined((word, old) for word, old, _ in lines), _joined((word, new) for word, _, new in lines)


def _joined(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By what it is called; of two parts added at once both are told."""
    found: dict[str, list[str]] = {}
    for word, text in told:
        if text:
            found.setdefault(word, []).append(text)
    return {word: "、".join(texts) for word, texts in found.items()}


class _Words:
    """Names of departments and indicators as they are called on a day."""

    def __init__(self, plan: Plan, day: date) -> None:
        self._plan = plan
        self._departments = {d.id: d.name(day) for d in plan.departments}
        self._indicators = {i.id: f"{i.number} {i.name}" for i in plan.indicators}
        self._rounds = {r.id: r.name for r in plan.rounds}

    def part(self, part: str, before: object, after: object) -> Iterator[Line]:
        """The lines about one part: ``plan``, ``departments/policy``, ``rounds/fy2024``, ``cards/city-rate``."""
        kind, _, part_id = part.partition("/")
        was, now = _mapping(before), _mapping(after)
        tell = {"plan": self._header, "departments": self._department, "rounds": self._round, "cards": self._card}
        if not isinstance(before, Mapping | None) or not isinstance(after, Mapping | None) or kind not in tell:
            yield part, _text(before), _text(after)  # told in words already
            return
        name = self._name(kind, part_id, was, now)
        there, gone = (bool(_IDS & side.keys()) for side in (now, was))
        if there != gone:
            yield _WHAT.get(kind, "計画"), name if gone else "", f"{name}を追加" if there else f"{name}を廃止"
        if gone and not there:
            return
        keys = [k for k in {**was, **now} if k not in _IDS and (was.get(k) or now.get(k))]
        for word, old, new in tell[kind](keys, was, now, part_id):
            yield f"{name} {word}".strip(), old, new

    def _name(self, kind: str, part_id: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        if kind == "plan":
            return ""
        known = {"departments": self._departments, "rounds": self._rounds, "cards": self._indicators}.get(kind, {})
        told = {**was, **now}
        names = told.get("names") or [{}]
        return str(known.get(part_id) or told.get("name") or names[-1].get("name") or part_id)

    # --- one part each ------------------------------------------------------------------------------------------

    def _header(self, keys: Sequence[str], was: Mapping[str, Any], now: Mapping[str, Any], _: str) -> Iterator[Line]:
        plain = [k for k in keys if k in _PLAN]
        spans = {"start": _period, "end": _period}
        how = {"publication": _publication, **spans, "offered": _yes_no, "sole_secretary": _yes_no}
        yield from _lines(plain, was, now, _PLAN, how)
        if "ownerships" in keys:
            yield from self._ownerships(was.get("ownerships") or [], now.get("ownerships") or [])
        if "indicators" in keys:
            yield from self._described(was.get("indicators") or [], now.get("indicators") or [])
        if "scheme" in keys:
            old, new = (_flat(_mapping(one.get("scheme"))) for one in (was, now))
            words = {**SCHEME_WORDS, **THRESHOLD_WORDS}
            differing = [k for k in {**old, **new} if old.get(k) != new.get(k)]
            yield from _lines([k for k in differing if k in words], old, new, words, {})
            if any(k not in words for k in differing):
                yield "判定の表し方", "", _CHANGED
        if any(k not in (*_PLAN, "ownerships", "indicators", "scheme") for k in keys):
            yield "計画の本文", "", _CHANGED

    def _ownerships(self, was: Sequence[Any], now: Sequence[Any]) -> Iterator[Line]:
        """Of who answers for what only the indicators for which it changed."""
        whose = [{}, {}]  # type: list[dict[str, list[str]]]
        for side, held in zip(whose, (was, now), strict=True):
            for one in held:
                name = self._departments.get(one["department_id"], one["department_id"])
                side.setdefault(one["subject_id"], []).append(name + _days(one))
        old, new = whose
        for indicator in dict.fromkeys((*old, *new)):
            before, after = ("、".join(side.get(indicator, [])) or _NONE for side in (old, new))
            if before != after:
                yield f"担当部局({self._indicators.get(indicator, indicator)})", before, after

    def _described(self, was: Sequence[Any], now: Sequence[Any]) -> Iterator[Line]:
        old, new = ({one["id"]: one for one in side} for side in (was, now))
        for indicator in dict.fromkeys((*old, *new)):
            before, after = old.get(indicator, {}), new.get(indicator, {})
            name = self._indicators.get(indicator) or str(before.get("name") or after.get("name") or indicator)
            if not before or not after:
                yield "指標", "" if not before else name, f"{name}を追加" if after else f"{name}を廃止"
                continue
            differing = [k for k in {**before, **after} if before.get(k) != after.get(k)]
            told = [k for k in differing if k in _INDICATOR]
            yield from ((f"{name} {w}", b, a) for w, b, a in _lines(told, before, after, _INDICATOR, {}))
            if len(told) < len(differing):
                yield f"{name} そのほか", "", _CHANGED

    def _department(
        self, keys: Sequence[str], was: Mapping[str, Any], now: Mapping[str, Any], _: str
    ) -> Iterator[Line]:
        def names(found: Any) -> str:
            return "、".join(n["name"] + _days(n) for n in found or [])

        def divisions(found: Any) -> str:
            return "、".join(f"{v['name']}({self._division(v)})" for v in found or [])

        yield from _lines(keys, was, now, _DEPARTMENT, {"names": names, "divisions": divisions})

    def _division(self, division: Mapping[str, Any]) -> str:
        numbers = [self._indicators.get(i, i).split(" ", 1)[0] for i in division.get("indicators") or []]
        parts = [f"指標 {'・'.join(numbers)}" if numbers else "指標なし", division.get("mail") or "", _span(division)]
        return "、".join(p for p in parts if p)

    def _round(self, keys: Sequence[str], was: Mapping[str, Any], now: Mapping[str, Any], _: str) -> Iterator[Line]:
        def some(known: Mapping[str, str]) -> Callable[[Any], str]:
            return lambda found: "、".join(known.get(one, one) for one in found or []) or "すべて"

        yield from _lines(
            keys, was, now, _ROUND,
            {
                "kind": lambda kind: KIND_WORDS.get(kind, _text(kind)), "period": _period, "due_hour": _hour,
                "opens": _day, "due": _day, "division_due": _day,
                "departments": some(self._departments), "indicators": some(self._indicators),
            },
        )  # fmt: skip

    def _card(
        self, keys: Sequence[str], was: Mapping[str, Any], now: Mapping[str, Any], part_id: str
    ) -> Iterator[Line]:
        unit = next((i.unit for i in self._plan.indicators if i.id == part_id), "")
        base = next((c for c in self._plan.cards if c.indicator_id == part_id), _BLANK)  # knows how many decimals
        old, new = (replace(base, **load_attributes(Card, json.dumps(side))) for side in (was, now))
        for key in keys:
            if key in CARD_WORDS:
                yield CARD_WORDS[key], card_text(old, key, unit), card_text(new, key, unit)


def _lines(
    keys: Sequence[str],
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    words: Mapping[str, str],
    how: Mapping[str, Callable[[Any], str]],
) -> Iterator[Line]:
    for key in keys:
        tell = how.get(key, _text)
        old, new = (tell(side.get(key)) or _NONE if side else "" for side in (was, now))
        yield words.get(key, "そのほか"), old, new


def _flat(scheme: Mapping[str, Any]) -> Mapping[str, Any]:
    """A kept scheme with its thresholds beside its name."""
    return {**{k: v for k, v in scheme.items() if k != "thresholds"}, **_mapping(scheme.get("thresholds"))}


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _text(found: object) -> str:
    if isinstance(found, list):
        return "、".join(_text(one) for one in found)
    if isinstance(found, Mapping):
        return _CHANGED
    return as_it_is(found) if isinstance(found, float) else "" if found is None else str(found)


def _day(found: Any) -> str:
    return day_text(date.fromisoformat(found)) if found else ""


def _hour(found: Any) -> str:
    return f"{found}時" if found else ""


def _period(found: Any) -> str:
    return Period.parse(found).short if found else ""


def _yes_no(told: object) -> str:
    return "はい" if told else "いいえ"


def _publication(found: Any) -> str:
    return PUBLICATION_WORDS.get(found, _text(found))


def _span(held: Mapping[str, Any]) -> str:
    """「R8.4.1から」 「R8.3.31まで」, empty for what holds always."""
    sides = ((held.get("valid_from"), "から"), (held.get("valid_to"), "まで"))
    return "".join(_day(day) + word for day, word in sides if day)


def _days(held: Mapping[str, Any]) -> str:
    span = _span(held)
    return f"({span})" if span else ""
