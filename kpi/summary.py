"""One indicator as people read it: its figures and sentences as plain text, made from its judgement.

Screens put them into markup, papers into blocks; neither makes words of its own about a figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kpi.assessment import Assessment
from kpi.cards.revision import has_target, target_text
from kpi.changes.change_digest import mark_of, of_indicator, since_last_round, value_moved
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.gaps import gap_trend, latest_pair
from kpi.compare.published import NATION
from kpi.period import Period, stamp
from kpi.plan import STANDING_TEXTS, Card, Indicator
from kpi.printing.explanation import calculation, explain
from kpi.printing.number_words import NOT_ASKED, text_of
from kpi.printing.printed_figures import listed_progress, stated_text
from kpi.printing.rollup import newest_words
from kpi.provenance.judged_value import judged_observation
from kpi.schemes.scheme import Step

UNSET = "未設定"

_WAYS = {"increase": "増やす", "decrease": "減らす", "maintain": "保つ"}
_KINDS = {"level": "その時点の値", "annual": "年度ごとの値", "cumulative": "計画開始からの累計"}


@dataclass(frozen=True)
class Summary:
    """What people see of one indicator. Every text is ready to be shown.

    ``code`` is the short number of the value, ``done`` and ``planned`` the shares of the way from baseline to target
    (None where there is none), ``spoken`` the same for whoever does not see them drawn. ``progress`` is for lists,
    where many stand below one another. ``updated`` is the indicator's mark, ``moved`` whether its value is another one.
    """

    indicator: Indicator
    card: Card
    status: str
    word: str
    value: str
    period: str
    baseline: str
    baseline_period: str
    target: str
    target_period: str
    progress: str
    owner: str
    unconfirmed: bool
    updated: str
    moved: bool
    advice: str
    code: str
    done: float | None
    planned: float | None
    spoken: str

    @property
    def course(self) -> str:
        """「55.0%(R4)→目標 80.0%(R10)」; empty where either is unset."""
        if UNSET in (self.baseline, self.target):
            return ""
        return f"{_dated(self.baseline, self.baseline_period)}→目標 {_dated(self.target, self.target_period)}"


def summary(state: Assessment, indicator: Indicator) -> Summary:
    """The texts of one indicator as judged, made once for a state."""
    return state.once_of(indicator.id, "summary", lambda: _summary(state, indicator))


def _summary(state: Assessment, indicator: Indicator) -> Summary:
    row, card, shown = state.row(indicator.id), state.card(indicator.id), state.figures(indicator.id)
    word, done = state.word(indicator.id), _known(row["progress"])
    progress = text_of(listed_progress(row, shown), "%")
    return Summary(
        indicator=indicator,
        card=card,
        status=row["status"],
        word=word,
        value=text_of(shown.value, indicator.unit),
        period=_told_of(row["period"], row["release"]),
        baseline=amount(card.baseline, indicator, card),
        baseline_period=card.baseline_period.short if card.baseline_period else "",
        target=target_text(card, indicator.unit),
        target_period=card.target_period.short if card.target_period else "",
        progress=progress,
        owner=state.owner_name(indicator),
        unconfirmed=unconfirmed(state, indicator.id),
        updated=updated_mark(state, indicator.id),
        moved=value_moved(of_indicator(since_last_round(state), indicator.id), row),
        advice=advice(state, indicator),
        code=judged_code(state, indicator.id),
        done=done,
        planned=_known(row["planned"]),
        spoken=word if done is None else f"進捗率{progress}、{word}",
    )


def _known(number: float) -> float | None:
    return float(number) if pd.notna(number) else None


def _dated(value: str, period: str) -> str:
    return f"{value}({period})" if period else value


def _told_of(period: str, release: str) -> str:
    """「R7」, and 「R7 速報」 where the value may still change."""
    if not period:
        return ""
    provisional = f" {RELEASE_WORDS['provisional']}" if release == "provisional" else ""
    return f"{Period.parse(period).short}{provisional}"


def amount(value: float | None, indicator: Indicator, card: Card) -> str:
    """What a card states, as it was stated and with its unit; or 未設定."""
    return UNSET if value is None or pd.isna(value) else stated_text(float(value), card, indicator.unit)


def advice(state: Assessment, indicator: Indicator) -> str:
    """What is lacking before this indicator can be judged, and where it can be supplied; empty where nothing is."""
    card, row, owner = state.card(indicator.id), state.row(indicator.id), state.owner_name(indicator)
    unset = [word for word, held in (("現状値", card.baseline is not None), ("目標値", has_target(card))) if not held]
    if unset:
        return f"{'と'.join(unset)}が未設定です。{owner}の回答様式(目標値等設定照会)で設定できます。"
    if row["reason"] == NOT_ASKED:
        return "現状値より後の値がまだありません。"
    if not row["period"]:
        return f"現状値より後の値がまだありません。{owner}の回答様式で回答できます。"
    return ""


def unconfirmed(state: Assessment, indicator_id: str) -> bool:
    """Whether the value shown rests on an observation that the secretariat has not confirmed."""
    period = state.row(indicator_id)["period"]
    mine = [r for r in state.told.get(indicator_id, ()) if period and r["period"] == period]
    return bool(mine) and mine[-1]["review"] == "unconfirmed"


def updated_mark(state: Assessment, indicator_id: str) -> str:
    """更新, 訂正 or both where the indicator changed since the last round, else empty."""
    return mark_of(of_indicator(since_last_round(state), indicator_id))


def judged_code(state: Assessment, indicator_id: str) -> str:
    """The short number of the value that the judgement rests on; empty where there is none."""
    found = judged_observation(state, indicator_id)
    return str(found["code"]) if found else ""


# --- sentences ------------------------------------------------------------------------------------------------------


def explanation(state: Assessment, indicator: Indicator) -> str:
    """Why the indicator has its status, in one sentence."""
    return explain(state.row(indicator.id), state.card(indicator.id), indicator, state.plan.scheme)


def steps(state: Assessment, indicator: Indicator) -> list[Step]:
    """The judgement worked out step by step, as (label, formula, result); empty where there is no value to judge."""
    return calculation(state.row(indicator.id), state.card(indicator.id), indicator, state.plan.scheme)


def facts(state: Assessment, indicator: Indicator) -> tuple[tuple[str, str, str], ...]:
    """What the indicator is, as (label, words, attribute of the plan's files)."""
    card = state.card(indicator.id)
    return (
        ("定義", indicator.definition or "原案に記載なし", "definition"),
        ("単位", indicator.unit, "unit"),
        ("出典", indicator.source, "source"),
        ("担当", state.owner_name(indicator), "department"),
        ("目指す方向", _WAYS[card.direction], "direction"),
        ("値の種類", _KINDS[card.kind], "kind"),
        ("周期", _cycle(card.cycle_months), "cycle_months"),
        ("公表までの月数", f"{card.lag_months}か月", "lag_months"),
        *((STANDING_TEXTS[key], text, key) for key, text in state.snapshot.standing.get(indicator.id, {}).items()),
    )


def _cycle(months: int) -> str:
    if months == 12:
        return "毎年"
    return f"{months // 12}年ごと" if months % 12 == 0 and months > 12 else f"{months}か月ごと"


def beside_nation(state: Assessment, indicator: Indicator) -> str:
    """The gap to the nation, or why there is none."""
    area, series = state.plan.area_code, indicator.series_id
    if not has_nation(state, indicator):
        return "同じ定義の全国の値が公表されていないため、比べられません。"
    pair = latest_pair(state.benchmarks, series, area)
    if pair is None:
        held = {row["area_code"] for row in state.benchmarks.rows(series)}
        return f"同じ時点の{'県' if NATION in held else '全国'}の値が公表されていないため、差は出せません。"
    trend = gap_trend(state.benchmarks, series, area)
    gap = f"{pair['gap_text']}({pair['ahead_word']})"
    said = f"{pair['period_label']}は{pair['area_text']}で、全国{pair['nation_text']}との差は{gap}。"
    return said + (f"{trend.text}。" if trend.word else "")


def has_nation(state: Assessment, indicator: Indicator) -> bool:
    """Whether the plan names a published series of the indicator's definition."""
    return bool(indicator.series_id) and state.benchmarks.one(indicator.series_id) is not None


def source_words(state: Assessment, indicator: Indicator) -> str:
    """Unit, source, period of the newest value and when it was updated: what stands under every chart."""
    period = state.row(indicator.id)["period"]
    newest = max((r["known_at"] for r in state.told.get(indicator.id, ())), default=None)
    return "　".join(
        (
            f"単位 {indicator.unit}",
            f"出典 {indicator.source}",
            f"最新 {Period.parse(period).label if period else '値なし'}",
            f"更新 {stamp(newest)}" if newest is not None else "更新なし",
        )
    )


def is_sample(state: Assessment, indicator: Indicator) -> bool:
    """Whether any of the indicator's values is a sample."""
    return any(row["sample"] for row in state.told.get(indicator.id, ()))


def as_of_words(state: Assessment) -> str:
    """The newest knowledge there is, as of which day, and when a value was last told."""
    return state.once_judged("as of words", lambda: _as_of_words(state))


def _as_of_words(state: Assessment) -> str:
    known = state.snapshot.observations["known_at"]
    updated = [f"更新 {stamp(known.max())}"] if len(known) else []
    return "　".join([newest_words(state.assessed), f"{stamp(state.day)}時点", *updated])
