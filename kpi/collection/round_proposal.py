"""A round before it is opened: what the plan's calendar and the last round suggest, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from kpi.collection.lifecycle import Life, Stage, upcoming
from kpi.collection.schedule import add_months, previous
from kpi.collection.scope import departments_asked
from kpi.initiatives.rhythm import YEARLY, reported_period, yearly_part
from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Card, Plan, Round, RoundKind

KIND_WORDS: Mapping[RoundKind, str] = {
    "targets": "目標値等設定照会",
    "annual": "年次照会(実績)",
    "half": "半期照会(取組状況)",
    "midterm": "中間見直し照会",
    "initiatives": "取組の見直し・点検",
}
#: Kinds that ask for half-years.
HALF_YEARLY: tuple[RoundKind, ...] = ("half", "initiatives")
#: What a new round gives its departments where no round of the kind was held before: weeks in all, and weeks of them
#: that lie between the date of the 課 and that of the 主管課.
_WEEKS, _LEAD_WEEKS = 6, 2


def proposed(plan: Plan, kind: RoundKind, day: date, life: Life) -> Round:
    """A new round of a kind: the calendar's whose turn it is, else the last one moved on, else a fresh one.

    The days are moved back to a working day (other holidays than New Year are not known here). Id and name are free.
    """
    mine = replace(plan, rounds=tuple(r for r in plan.rounds if r.kind == kind))
    if coming := upcoming(mine, life, day):
        return starting(coming, plan, day)
    held = [r for r in mine.rounds if life.stage(r.id) is not Stage.CANCELLED]
    period = _period(plan, kind, day, held)
    last = max(held, key=lambda r: r.opens or date.min, default=None)
    fresh = Round(new_id(plan, kind, period), free_name(plan, name_of(plan, kind, period)), kind, period, opens=day)
    if last is None or last.opens is None or last.due is None:
        due = working_day(_due_of_review(period, day) if kind == "initiatives" else day + timedelta(weeks=_WEEKS))
        lead = timedelta(weeks=1 if kind == "initiatives" else _LEAD_WEEKS)
        return replace(fresh, due=due, division_due=working_day(due - lead))
    due = working_day(max(_moved(last.due, day), day + timedelta(weeks=_LEAD_WEEKS)))
    moved = replace(fresh, due=due, due_hour=last.due_hour, departments=last.departments, indicators=last.indicators)
    if last.division_due:
        return replace(moved, division_due=working_day(due - (last.due - last.division_due)))
    return _with_division_due(moved, plan)


def _due_of_review(half: Period, day: date) -> date:
    """Mid-October for the first half, in time for the budget, and the 20th of April for the second; later if over."""
    wanted = half.end + timedelta(days=15 if half.part == 1 else 20)
    return max(wanted, day + timedelta(weeks=_LEAD_WEEKS))


def meeting(plan: Plan, day: date) -> Round:
    """A look at the work of a plan that names nobody to ask, from a day on: a paper tells of a round."""
    period = _period(plan, "initiatives", day, ())
    name = free_name(plan, name_of(plan, "initiatives", period))
    return Round(new_id(plan, "initiatives", period), name, "initiatives", period, day, None)


def starting(round_: Round, plan: Plan, day: date) -> Round:
    """A round of the calendar as it would be started on a day: from then on where its own day has come.

    Where its dates are over it gives as many days as the calendar does.
    """
    if round_.due and round_.due >= day:
        opens = max(round_.opens or day, day)
        first = round_.division_due if round_.division_due and round_.division_due >= opens else None
        return _with_division_due(replace(round_, opens=opens, division_due=first), plan)
    weeks = timedelta(weeks=_WEEKS)
    given = max(round_.due - round_.opens, timedelta(weeks=_LEAD_WEEKS)) if round_.due and round_.opens else weeks
    moved = replace(round_, opens=day, due=working_day(day + given), division_due=None, assumption="")
    if round_.division_due and round_.due and moved.due:
        first = max(working_day(moved.due - (round_.due - round_.division_due)), day)
        return replace(moved, division_due=first)
    return _with_division_due(moved, plan)


def _with_division_due(round_: Round, plan: Plan) -> Round:
    """The round with a first date for the 課, where departments have any and the calendar gives none."""
    if round_.division_due or round_.due is None or not any(d.divisions for d in plan.departments):
        return round_
    first = working_day(round_.due - timedelta(weeks=_LEAD_WEEKS))
    return replace(round_, division_due=max(first, round_.opens) if round_.opens else first)


def _moved(day: date, onto: date) -> date:
    """The same day of the year, the first time it comes round again."""
    found = day
    while found <= onto:
        found = add_months(found, 12)
    return found


def _period(plan: Plan, kind: RoundKind, day: date, held: Iterable[Round]) -> Period:
    """The period a new round asks for: the newest that has ended, or the one after what was asked last."""
    if kind == "targets":
        return next((r.period for r in held), previous(plan.start))
    ended = Period("H", day.year, 2) if kind in HALF_YEARLY else Period("FY", day.year)
    wanted = yearly_part(plan) if kind == "initiatives" else 0
    while ended.end >= day or (wanted and ended.part != wanted):
        ended = previous(ended)
    return ended


def name_of(plan: Plan, kind: RoundKind, period: Period) -> str:
    """What a round is called: 令和8年度実績照会, 令和8年度上期取組状況照会, of a yearly plan 令和8年度取組の点検."""
    year = Period("FY", period.year).label.split("(")[0]
    match kind:
        case "annual":
            return f"{year}実績照会"
        case "half":
            return f"{year}{'上期' if period.part == 1 else '下期'}取組状況照会"
        case "midterm":
            return f"中間見直し照会({year}実績)"
        case "initiatives" if reported_period(plan, period).kind == "FY":
            return f"{year}取組の{YEARLY.review}"
        case "initiatives":
            return f"{year}{'上期' if period.part == 1 else '下期'}取組の見直し"
        case _:
            return "目標値等設定照会"


def new_id(plan: Plan, kind: RoundKind, period: Period) -> str:
    """An id that no round has: the period for a yearly or half-yearly round, else the kind with its year."""
    stem = _stem(kind, period)
    known, number, found = {r.id for r in plan.rounds}, 1, stem
    while found in known:
        number += 1
        found = f"{stem}-{number}"
    return found


def _stem(kind: RoundKind, period: Period) -> str:
    if kind in ("annual", "half"):
        return period.code.lower()
    return f"{kind}-{period.code.lower()}" if kind == "initiatives" else f"{kind}-{period.year}"


def free_name(plan: Plan, name: str) -> str:
    """A name that no round has: the second one of a name is its 第2回."""
    known, number, found = {r.name for r in plan.rounds}, 1, name
    while found in known:
        number += 1
        found = f"{name}(第{number}回)"
    return found


def periods(kind: RoundKind, plan: Plan, day: date) -> tuple[Period, ...]:
    """The periods a round of a kind may ask for, newest first: from the year before the plan to its end."""
    years = range(plan.end.year, plan.start.year - 3, -1)
    if kind in HALF_YEARLY:
        return tuple(Period("H", year, part) for year in years for part in (2, 1))
    return tuple(Period("FY", year) for year in years)


def working_day(day: date) -> date:
    """The day, or the last one before it that is neither a weekend nor in the days around New Year."""
    while day.weekday() > 4 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        day -= timedelta(days=1)
    return day


def problems(
    plan: Plan, round_: Round, day: date, cards: Mapping[str, Card] | None = None, *, starts: bool = False
) -> tuple[Issue, ...]:
    """What forbids a round to be opened, or should be thought about, each in words.

    One that ``starts`` only now must leave time to answer.
    """
    found: list[Issue] = []
    if not round_.name.strip():
        found.append(_fix("round.name", "照会の名前がありません。", "名前を入力してください。"))
    if any(r.name == round_.name and r.id != round_.id for r in plan.rounds):
        found.append(
            _fix("round.name_taken", f"「{round_.name}」という照会はもうあります。", "別の名前にしてください。")
        )
    if round_.opens is None or round_.due is None:
        found.append(_fix("round.dates", "始める日と期限が決まっていません。", "両方を入力してください。"))
    else:
        found += _order(round_, round_.opens, round_.due)
    if starts and any(d is not None and d < day for d in (round_.due, round_.division_due)):
        found.append(_fix("round.over", "期限が、きょうより前になっています。", "きょうより後の期限にしてください。"))
    # A look at the work of a plan that names no department asks nobody: the paper of its meeting alone is made of it.
    asks = bool(plan.departments) or round_.kind != "initiatives"
    if asks and not departments_asked(plan, round_, round_.opens or day, cards):
        advice = "部局か指標を選び直してください。"
        found.append(_fix("round.nobody", "この照会で尋ねる部局がありません。", advice))
    return tuple(found)


def _order(round_: Round, opens: date, due: date) -> list[Issue]:
    found = []
    if due < opens:
        found.append(_fix("round.due", "期限が、始める日より前です。", "期限を直してください。"))
    first = round_.division_due
    if first and not opens <= first <= due:
        said = "課から主管課への期限が、始める日から事務局への期限までの間にありません。"
        found.append(_fix("round.division_due", said, "日付を直すか、空にしてください。"))
    for name, when in (("期限", due), ("課から主管課への期限", first)):
        if when and when.weekday() > 4:
            found.append(Issue("round.weekend", Severity.NOTE, f"{name}が{'土日'[when.weekday() - 5]}曜日です。"))
    if round_.kind != "targets" and round_.period.end > due:
        said = f"{round_.period.label}は、期限までに終わりません。"
        found.append(
            Issue("round.period_open", Severity.NOTE, said, "見込か、公表済みの前の期間を尋ねることになります。")
        )
    return found


def _fix(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)
