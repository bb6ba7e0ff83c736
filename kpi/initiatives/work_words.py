"""The work in sentences: how many initiatives there are, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.initiatives.initiative import BEHIND, count_words
from kpi.initiatives.track import Track
from kpi.initiatives.work_state import COUNTED_WORDS, EXPLAINED, UNANSWERED, UNTOLD, Work
from kpi.printing.rollup import Segment

#: The status of an indicator whose frame and hatching a progress has: it is known by its word.
LIKE = {
    "on_schedule": "on_track",
    "slightly_late": "mostly_on_track",
    "late": "behind",
    "done": "achieved",
    "considering": "not_assessable",
    "not_started": "not_assessable",
    EXPLAINED: "no_data",
    UNANSWERED: "no_data",
    UNTOLD: "no_data",
}


def work_sentence(work: Work, some: Sequence[Track]) -> tuple[Segment, ...]:
    """「取組54(再掲を含む延べ61): 予定どおり30・やや遅れ5・未回答3(R7上期)」 of what is listed; empty of nothing.

    While a round still takes answers of the half-year, the sentence says so.
    """
    if not some:
        return ()
    told = [(f"{counted(some)}: ", "")]
    counts = work.counts(some)
    if work.about is None or not [code for code, _ in counts if code != UNTOLD]:
        lacking = unreviewed(work) if any(one.standing.is_set for one in some) else f"取組の{unscheduled(work)}"
        return (*told, (lacking, ""))
    for place, (code, number) in enumerate(counts):
        told += [("・", "")] if place else []
        told.append((f"{COUNTED_WORDS[code]}{number}", LIKE[code]))
    return (*told, (f"({work.about.short}{'、回答受付中' if work.is_open else ''})", ""))


def unscheduled(work: Work) -> str:
    """What is said where no initiative has a schedule."""
    return "工程は未設定です" + ("。取組の見直しで確認します" if work.is_asked else "")


def unreviewed(work: Work) -> str:
    """What is said where nothing has been told of the work."""
    return f"取組の見直しの回答は{'まだ' if work.is_asked else ''}ありません"


def counted(some: Sequence[Track]) -> str:
    """「取組54(再掲を含む延べ61)」 of what is listed."""
    return count_words([one.place for one in some])


def state_words(work: Work) -> str:
    """Which half-year the newest knowledge describes, and how many have no schedule."""
    unset = sum(not one.standing.is_set for one in work.own)
    lacking = f"工程が未設定の取組 {unset}" if unset else ""
    newest = f"最新の見直し {work.about.label}" if work.about else unreviewed(work)
    return "　".join(words for words in (newest, lacking) if words)


def chart_words(title: str, some: Sequence[Track]) -> str:
    """A chart of schedules in words, for whoever does not see it: how many, what was changed, what is late or unset."""
    said = [f"{title}。{len(some)}件。"]
    changed = [f"{one.name}({one.slip_words})" for one in some if one.slip_words]
    late = [one.name for one in some if one.latest and one.latest.progress in BEHIND]
    unset = [one for one in some if not one.standing.is_set]
    said += [f"工程を変えたのは{'、'.join(changed)}。"] if changed else []
    said += [f"やや遅れ・遅れは{'、'.join(late)}。"] if late else []
    said += [f"工程が未設定で帯を引いていないのは{len(unset)}件。"] if unset else []
    return "".join(said)
