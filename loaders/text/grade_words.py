"""Grades of a plan's self-evaluation as people write them: 「Ａ」, 「A評価」, 「目標どおり」, 「B(目標どおり)」."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from kpi.initiatives.self_evaluation import Grade
from loaders.text.characters import canonical, hiragana
from loaders.text.choice_words import Said

#: What leaves a grade as it is; anything else beside it (でない, 未満, 予定) may turn it round.
_BESIDE = re.compile(
    r"[注※]\d{1,2}|[()「」『』\"'、。,.:;・*※○◯〇◎●■□✓✔☑!_=→ -]"
    r"|自己|評価|判定|らんく|段階|区分|です|である|とする"
)


def grade_of(grades: tuple[Grade, ...], text: str) -> str:
    """The grade that a text is: by its word, its meaning or both, whatever their width; empty where it is none."""
    return _spellings(grades).get(_key(text), "")


@lru_cache(maxsize=4096)
def grades_said(grades: tuple[Grade, ...], text: str) -> Said:
    """The grades that a text names, read whole, and what is neither a grade nor harmless beside one."""
    spellings = _spellings(grades)
    known = re.compile("|".join(map(re.escape, sorted(spellings, key=len, reverse=True))))
    rest, codes, folded, at = "", [], _key(text), 0
    while at < len(folded):
        if spellings and (match := known.match(folded, at)):
            codes.append(spellings[match.group()])
        elif not (match := _BESIDE.match(folded, at)):
            rest += folded[at]
            at += 1
            continue
        at = match.end()
    return Said(tuple(dict.fromkeys(codes)), rest)


@lru_cache(maxsize=16)
def _spellings(grades: tuple[Grade, ...]) -> Mapping[str, str]:
    """Every folded spelling with its grade; a meaning that two grades share tells neither."""
    words = {_key(one.word): one.word for one in grades}
    shared = Counter(_key(one.meaning) for one in grades)
    meanings = {_key(one.meaning): one.word for one in grades if one.meaning and shared[_key(one.meaning)] == 1}
    every = {**meanings, **{_key(one.label): one.word for one in grades}, **words}
    return {spelling: word for spelling, word in every.items() if spelling}


def _key(text: str) -> str:
    return hiragana(canonical(text)).replace("概ね", "おおむね")
