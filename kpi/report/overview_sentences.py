"""The sentences of 総括, made from the data by plain rules. People edit them; a key finds each again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from kpi.assessment import Assessment
from kpi.changes.change import Change
from kpi.changes.change_digest import since_last_round
from kpi.compare.gaps import PAIR_COLUMNS, latest_pair, sentence
from kpi.printing.rollup import attention, counts, headline, step, text
from kpi.report.blocks import Sentence, paper_text
from kpi.report.work.work_overview import MAKERS as WORK_MAKERS
from kpi.snapshot import Edited
from kpi.summary import unconfirmed

#: So many indicators are named in one sentence; the rest are counted.
_NAMED = 3


def sentences(state: Assessment, edited: Mapping[str, Edited]) -> tuple[Sentence, ...]:
    """Three to five sentences; ``edited`` are those that people wrote in their place, by key."""
    return tuple(
        _sentence(key, made, edited.get(key))
        for key, make in (_MAKERS if state.plan.indicators else WORK_MAKERS).items()
        if (made := paper_text(make(state))) or key in edited
    )


def _sentence(key: str, made: str, own: Edited | None) -> Sentence:
    return Sentence(key, made, own.text, own.made, own.who) if own else Sentence(key, made)


def _overall(state: Assessment) -> str:
    doubted = sum(unconfirmed(state, i.id) for i in state.plan.indicators)
    said = text(headline(state.assessed, state.plan, (), unconfirmed=doubted))
    return f"{said.rstrip('。')}。" if said else ""


def _fields(state: Assessment) -> str:
    groups = [g for g in counts(state.assessed, state.plan) if g.field_id and g.valued]
    told = [f"{state.plan.field_by_id(g.field_id).short}({g.total}指標)は{g.words}" for g in groups]
    return f"分野別では、{'、'.join(told)}。" if told else ""


def _moved(state: Assessment) -> str:
    if state.before is None:
        return ""
    steps = [step(c) for c in since_last_round(state) if c.kind == "status"]
    told = [f"{n}指標が{w}" for n, w in ((sum(s > 0 for s in steps), "改善"), (sum(s < 0 for s in steps), "悪化")) if n]
    told += _counted(
        since_last_round(state), {"new_value": "新しい値", "corrected": "値の訂正", "target": "目標の変更"}
    )
    return f"前回と比べ、{'、'.join(told)}。" if told else "前回から変わった指標はありません。"


def _counted(changes: Sequence[Change], kinds: Mapping[str, str]) -> list[str]:
    found = {kind: len({c.indicator_id for c in changes if c.kind == kind}) for kind in kinds}
    return [f"{kinds[kind]}が{number}指標" for kind, number in found.items() if number]


def _owed(state: Assessment) -> str:
    off = [one.indicators[0] for one in attention(state) if one.kind == "off"]
    if not off:
        return ""
    named = "、".join(f"{_quoted(i.name)}({state.word(i.id)})" for i in off[:_NAMED])
    return f"説明を要する指標は{named}{f'など{len(off)}指標' if len(off) > _NAMED else f'の{len(off)}指標'}。"


def _quoted(name: str) -> str:
    return f"『{name}』" if "「" in name else f"「{name}」"


def _nation(state: Assessment) -> str:
    series = dict.fromkeys(i.series_id for i in state.plan.indicators if i.series_id)
    found = [pair for one in series if (pair := latest_pair(state.benchmarks, one, state.plan.area_code))]
    table = pd.DataFrame(found, columns=list(PAIR_COLUMNS))
    return f"全国と同じ定義で比べられる{sentence(table)}" if found else ""


_MAKERS: Mapping[str, Callable[[Assessment], str]] = {
    "overall": _overall,
    "fields": _fields,
    "moved": _moved,
    "owed": _owed,
    "nation": _nation,
}
