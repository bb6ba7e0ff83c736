"""How a plan has its initiatives evaluated by those who do the work (自己評価): by grades, by aspects, or in words.

The words are the plan's own. It says nothing of 進捗 or 今後の方向性, and no grade is good or bad to the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Under what an answer keeps its grade, its words where there is neither grade nor aspect, and what each aspect says.
GRADE_KEY, WORDS_KEY = "evaluation", "evaluation_words"
ASPECT_KEYS = ("aspect_1", "aspect_2", "aspect_3")
#: All of them, in the order in which they are asked.
EVALUATION_KEYS = (GRADE_KEY, *ASPECT_KEYS, WORDS_KEY)
#: How many letters a drop-down of Excel takes, and the signs that it does not take within a word.
_LIST_LIMIT = 255
UNLISTED = frozenset(',"')


class Said(Protocol):
    """An answer, or what is kept of it: what it says under a key, empty where it says nothing."""

    def text(self, key: str, /) -> str:
        """What it says under a key."""


@dataclass(frozen=True)
class Grade:
    """One grade of a scheme: 「A」 with its meaning 「目標より進んでいる」, or a word that needs none (「順調」)."""

    word: str
    meaning: str = ""

    @property
    def label(self) -> str:
        """「A 目標より進んでいる」."""
        return f"{self.word} {self.meaning}".strip()


@dataclass(frozen=True)
class SelfEvaluation:
    """The scheme of a plan. Without ``grades`` and ``aspects`` the evaluation is told in words alone.

    ``asks`` says what is evaluated by what. Of each of the ``aspects`` (必要性, 有効性, 効率性; no more than there are
    :data:`ASPECT_KEYS`) there is a text.
    """

    name: str
    asks: str = ""
    source: str = ""
    aspects: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """What is asked, by the keys of an answer."""
        graded = (GRADE_KEY,) if self.grades else ()
        return (*graded, *ASPECT_KEYS[: len(self.aspects)]) or (WORDS_KEY,)

    @property
    def choices(self) -> Mapping[str, str]:
        """The grades as a drop-down offers them, each with its meaning as far as a drop-down has room for all."""
        labels = {one.word: one.label for one in self.grades}
        fits = len(",".join(labels.values())) <= _LIST_LIMIT
        return labels if fits and not UNLISTED & {*"".join(labels.values())} else {word: word for word in labels}

    def heading(self, key: str) -> str:
        """What one of :attr:`keys` is called: 「自己評価」, 「自己評価(必要性)」."""
        return f"{self.name}({self.aspects[ASPECT_KEYS.index(key)]})" if key in ASPECT_KEYS else self.name

    def label(self, word: str) -> str:
        """A grade with its meaning; one that the scheme does not have (any more) as it was said."""
        return next((one.label for one in self.grades if one.word == word), word)

    def told(self, answer: Said) -> tuple[tuple[str, str], ...]:
        """(heading, text) of all that an answer says of it, the grade with its meaning."""
        said = ((key, answer.text(key)) for key in self.keys)
        return tuple((self.heading(k), self.label(text) if k == GRADE_KEY else text) for k, text in said if text)

    def summary(self, answer: Said | None) -> str:
        """All of it in one line: 「A 必要性: 高い。」; empty where nothing was said."""
        return " ".join(self._parts(answer)) if answer else ""

    def _parts(self, answer: Said) -> Iterator[str]:
        for key in self.keys:
            if text := answer.text(key):
                yield f"{self.aspects[ASPECT_KEYS.index(key)]}: {text}" if key in ASPECT_KEYS else text

    def counted(self, answers: Iterable[Said]) -> tuple[tuple[str, int], ...]:
        """(grade, how many have it) of every grade in the scheme's order; none of a scheme without grades."""
        found = Counter(one.text(GRADE_KEY) for one in answers)
        return tuple((one.word, found[one.word]) for one in self.grades)
