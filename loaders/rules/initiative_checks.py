"""Checks of what is said of an initiative for one half-year: how far it is, why it slips, what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.initiatives.half_year_review import (
    Review,
    is_finished,
    schedule_changes,
    standing_before,
    steps_between,
)
from kpi.initiatives.initiative import BEHIND, PROGRESS_WORDS
from kpi.initiatives.rhythm import asked_before
from kpi.period import Period
from loaders.form import definition as d
from loaders.rules.check_case import CONFIRM, Case, parsed
from loaders.rules.check_registry import ASK, FIX, NOTE, Hit, check


def _is_review(case: Case) -> bool:
    return case.round.kind == "initiatives"


def _blank(case: Case) -> bool:
    """Whether nothing is said of the half-year."""
    return not any(case.answer.text(key) for key in ("progress", "performance", "next_plan", "delay_reason"))


def _earlier(case: Case) -> tuple[Review, ...]:
    """What was said of earlier half-years, the oldest first."""
    return tuple(case.brief.reviews.get(case.indicator.id, ()))


def _last(case: Case) -> Review | None:
    """What was said in the half-year before this one's, or the last before that."""
    return next(reversed(_earlier(case)), None)


def _stays_finished(case: Case) -> bool:
    """Whether it was 完了 before and is: nobody has to tell anew what was done."""
    return is_finished(_earlier(case)) and case.answer.text("progress") == "done"


def _words(case: Case, key: str) -> str:
    """What the plan's form calls a column."""
    return d.heading(d.column(key), case.brief.plan, case.round.kind)


def _entered(case: Case, key: str) -> bool:
    """Whether the form has the column and the reader had no trouble with it."""
    return key in case.answer.entries and key not in case.troubled


@check(
    code="initiative.none",
    severity=ASK,
    condition="取組の進捗も、実績も、予定も書かれていないとき(取組の見直し)",
    message="「{name}」には、まだ何も書かれていません。",
    advice="進捗と今後の方向性を選び、実績と「{next_plan}」を入力してください。",
)
def _none(case: Case) -> Iterator[Hit]:
    if _is_review(case) and _blank(case) and _entered(case, "progress"):
        yield Hit("progress", {"name": case.indicator.name, "next_plan": _words(case, "next_plan")})


@check(
    code="initiative.missing",
    severity=ASK,
    condition="取組の進捗、今後の方向性、実績、次の予定のどれかが書かれていないとき",
    message="「{expected}」が書かれていません。",
    advice="記入してください。書けないときは、その理由を入力してください。",
)
def _missing(case: Case) -> Iterator[Hit]:
    if not _is_review(case) or _blank(case) or _stays_finished(case):
        return
    for key in ("progress", "course", "performance", "next_plan"):
        done = key == "next_plan" and case.answer.text("progress") == "done"
        if _entered(case, key) and not case.answer.text(key) and not done:
            yield Hit(key, {"expected": _words(case, key)})


@check(
    code="initiative.no_evaluation",
    severity=ASK,
    condition="計画が自己評価を定めているのに、その段階、観点か文章が書かれていないとき(取組の見直し)",
    message="「{expected}」が書かれていません。この計画では、取組ごとに自己評価を記入します。",
    advice="記入してください。まだ評価できないときは、その理由を入力してください。",
)
def _no_evaluation(case: Case) -> Iterator[Hit]:
    scheme = case.brief.plan.self_evaluation
    if scheme is None or _blank(case) or _stays_finished(case):
        return
    for key in scheme.keys:
        if _entered(case, key) and not case.answer.text(key):
            yield Hit(key, {"expected": scheme.heading(key)})


@check(
    code="initiative.no_reason",
    severity=ASK,
    condition="進捗が「やや遅れ」「遅れ」なのに、遅れの理由がないとき",
    message="進捗が「{progress}」ですが、遅れの理由が書かれていません。",
    advice="遅れの理由を入力してください。",
)
def _no_reason(case: Case) -> Iterator[Hit]:
    progress = case.answer.text("progress")
    if progress in BEHIND and _entered(case, "delay_reason") and not case.answer.text("delay_reason"):
        yield Hit("delay_reason", {"progress": PROGRESS_WORDS[progress]})


@check(
    code="initiative.no_recovery",
    severity=NOTE,
    condition="進捗が「やや遅れ」「遅れ」なのに、回復見込みがないとき",
    message="進捗が「{progress}」ですが、回復見込みが書かれていません。",
    advice="予定に戻る見込みの半期が分かれば入力してください。",
)
def _no_recovery(case: Case) -> Iterator[Hit]:
    progress = case.answer.text("progress")
    if progress in BEHIND and _entered(case, "recovery") and not case.answer.text("recovery"):
        yield Hit("recovery", {"progress": PROGRESS_WORDS[progress]})


@check(
    code="initiative.unexplained_change",
    severity=ASK,
    condition="工程を変えたのに、その理由か決定者がないとき",
    message="工程が{before}から{after}に変わっていますが、{lacking}が書かれていません。",
    advice="記入してください。工程を変えないときは、変更後の欄を空けてください。",
)
def _unexplained(case: Case) -> Iterator[Hit]:
    if not _is_review(case):
        return
    initiative, standing = case.brief.plan.initiative(case.indicator.id), _standing(case)
    changed = schedule_changes(initiative, _earlier(case), case.answer)
    lacking = {"revision_reason": "理由", "decided_by": "決定者"}
    wanting = [key for key in lacking if _entered(case, key) and not case.answer.text(key)]
    for key in wanting if changed else ():
        moved, after = list(changed.items())[-1]
        before = standing[moved]
        words = {"before": before.short if before else "未設定", "after": after.short}
        yield Hit(key, {**words, "lacking": lacking[key]})


def _standing(case: Case) -> dict[str, Period | None]:
    """The schedule that stood before this answer."""
    stood = standing_before(case.brief.plan.initiative(case.indicator.id), _earlier(case), case.answer)
    return {"revised_start": stood.start, "revised_end": stood.end}


def _half(case: Case, key: str) -> Period | None:
    return parsed(case.answer.text(key))


@check(
    code="initiative.no_half",
    severity=FIX,
    condition="工程や回復見込みの欄に、半期でない時点が書かれているとき",
    message="「{found}」は半期ではありません。",
    advice="「令和8年度上期」「R8下期」のように、半期で入力してください。",
)
def _no_half(case: Case) -> Iterator[Hit]:
    for key in sorted(d.HALF_KEYS):
        half = _half(case, key)
        if half is not None and half.kind != "H":
            yield Hit(key, {"found": half.label})


@check(
    code="initiative.reversed",
    severity=FIX,
    condition="工程の終わりが始まりより前のとき",
    message="工程の終わり({end})が、始まり({start})より前です。",
    advice="始まりか終わりの半期を直してください。",
)
def _reversed(case: Case) -> Iterator[Hit]:
    if not _is_review(case):
        return
    stands = _standing(case)
    for kind in ("planned", "revised"):
        said = {side: _half(case, f"{kind}_{side}") for side in ("start", "end")}
        filled = [side for side in said if said[side]]
        # A change of one end is held against the other end that stands.
        start, end = (said[side] or (stands[f"revised_{side}"] if kind == "revised" else None) for side in said)
        if filled and start and end and start.kind == end.kind == "H" and steps_between(start, end) < 0:
            yield Hit(f"{kind}_{filled[-1]}", {"start": start.short, "end": end.short})


@check(
    code="initiative.late_recovery",
    severity=ASK,
    condition="回復見込みが、見直しの半期より前のとき",
    message="回復見込み({found})が、今回の半期({half})より前です。",
    advice=CONFIRM,
)
def _late_recovery(case: Case) -> Iterator[Hit]:
    found = _half(case, "recovery")
    if _is_review(case) and found is not None and found.position < case.round.period.position:
        yield Hit("recovery", {"found": found.short, "half": case.round.period.short})


@check(
    code="initiative.done_moves",
    severity=ASK,
    condition="前回「完了」だった取組が、今回は「完了」でないとき",
    message="前回({half})は「完了」でしたが、今回は「{progress}」です。",
    advice="まだ続いているときはその理由を、続いていないときは「完了」を選んでください。",
)
def _done_moves(case: Case) -> Iterator[Hit]:
    last, progress = _last(case), case.answer.text("progress")
    if last is not None and last.progress == "done" and progress and progress != "done":
        yield Hit("progress", {"half": last.period.short, "progress": PROGRESS_WORDS[progress]})


@check(
    code="initiative.done_goes_on",
    severity=ASK,
    condition="進捗が「完了」なのに、今後の方向性が「継続」「拡充」のとき",
    message="進捗が「完了」ですが、今後の方向性が「{course}」です。",
    advice="終わったときは方向性を「終了」に、続くときは進捗を選び直すか、その理由を入力してください。",
)
def _done_goes_on(case: Case) -> Iterator[Hit]:
    course = case.answer.text("course")
    if case.answer.text("progress") == "done" and course in ("continue", "expand"):
        yield Hit("course", {"course": {"continue": "継続", "expand": "拡充"}[course]})


@check(
    code="initiative.copied",
    severity=ASK,
    condition="実績か次の予定が、前回と同じ文のとき",
    message="「{expected}」が、前回({half})の「{known}」と同じ文です。",
    advice="前回からの動きが分かるように書いてください。同じでよいときは、その理由を入力してください。",
)
def _copied(case: Case) -> Iterator[Hit]:
    last = _last(case)
    if last is None or last.progress == "done":
        return
    pairs = (("performance", "performance"), ("next_plan", "performance"), ("next_plan", "next_plan"))
    words = {key: _words(case, key) for key in ("performance", "next_plan")}
    for key, before in pairs:
        if (said := _folded(case.answer.text(key))) and said == _folded(last.text(before)):
            yield Hit(key, {"expected": words[key], "known": words[before], "half": last.period.short})
            return


def _folded(text: str) -> str:
    return "".join(text.split())


@check(
    code="initiative.half_skipped",
    severity=NOTE,
    condition="前回に尋ねた見直しがないとき",
    message="前回({half})の見直しがありません。",
    advice="前回からこれまでに行ったことを、すべて実績に含めて書いてください。",
)
def _half_skipped(case: Case) -> Iterator[Hit]:
    last = _last(case)
    if not _is_review(case) or last is None or case.round.period.kind != "H":
        return
    before = asked_before(case.brief.plan, case.round.period)
    if last.period.position < before.position:
        yield Hit("performance", {"half": before.short})
