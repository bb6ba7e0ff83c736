"""What the chart of schedules shows of each initiative: its bars, its half-years, its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kpi.initiatives.half_year_review import Span, half_before, halves
from kpi.initiatives.initiative import PROGRESS_WORDS
from kpi.initiatives.track import Track
from kpi.period import Period

#: What the signs of the chart say, in words.
SIGNS = (
    "白い帯=当初　塗った帯=変更後　線と点=実績(●予定どおり ○やや遅れ・遅れ ◆完了 ・未着手・検討中)　縦の点線=基準の日"
)


def signs(some: Sequence[Track]) -> str:
    """What the signs of a chart of some initiatives say, behind サンプル where one of them rests on samples."""
    return ("サンプル　" if any(one.is_sample for one in some) else "") + SIGNS


@dataclass(frozen=True)
class Lane:
    """One initiative on the chart. What is 未設定 has no span, and says so in ``unset``.

    ``told`` are (half-year, code of the progress, what was told of in words), the oldest first; ``newest`` says
    the last of them.
    """

    id: str
    name: str
    planned: Span
    revised: Span
    actual: Span
    told: tuple[tuple[Period, str, str], ...] = ()
    slip: str = ""
    unset: str = ""
    newest: str = ""

    @property
    def words(self) -> str:
        """What is said under the pointer."""
        said = [f"当初 {self.planned.words}"] if self.planned.is_set else []
        said += [f"変更後 {self.revised.words}"] if self.revised.is_set else []
        said += [self.unset] if self.unset else []
        said += [self.newest] if self.newest else []
        return "　".join(said)


@dataclass(frozen=True)
class Calendar:
    """The years that a chart of schedules reaches over, and the day that is marked in it with its word."""

    first: Period
    last: Period
    day: date
    word: str = "今日"

    @property
    def left(self) -> float:
        """Where the first half-year begins."""
        return half_before(self.first).position

    @property
    def right(self) -> float:
        """Where the last half-year ends."""
        return self.last.position


def calendar_of(some: Sequence[Lane], start: Period, end: Period, day: date, word: str = "今日") -> Calendar:
    """The whole fiscal years of a plan, and of all that its initiatives say of themselves."""
    spans = [span for lane in some for span in (lane.planned, lane.revised) if span.is_set]
    told = [half for span in spans for half in (span.start, span.end) if half]
    told += [half for lane in some for half, *_ in lane.told]
    years = [start.year, end.year, *(half.year for half in told)]
    every = halves(Period("FY", min(years)), Period("FY", max(years)))
    return Calendar(every[0], every[-1], day, word)


def lane(track: Track) -> Lane:
    """What is drawn of a track."""
    planned, standing = track.planned, track.standing
    nothing = standing.start is None and standing.end is None
    told = [one for one in track.reviews if one.progress]
    return Lane(
        track.place.id,
        track.name,
        planned if planned.is_set else Span(),
        standing if standing.is_set and standing != planned else Span(),
        track.actual,
        tuple((one.period, one.progress, one.about.label) for one in told),
        track.slip_words,
        "" if standing.is_set else "工程は未設定" if nothing else f"工程 {standing.words}",
        f"{told[-1].about.short} {PROGRESS_WORDS[told[-1].progress]}" if told else "",
    )
