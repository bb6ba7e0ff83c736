"""Ranks of one series at one moment: how many areas they are among is always said, ties share a rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from kpi.compare.published import (
    NATION,
    SECONDARY_MARK,
    Benchmarks,
    best_first,
    digits,
    estimated,
    number_text,
    period_label,
    remarks,
)
from kpi.printing.number_words import printed
from kpi.tables.table_rows import Row

#: Prefectures in all; fewer than this are told as 「値のあるn都道府県中」.
PREFECTURES = 47
_KEY = ["period", "release", "vintage"]


@dataclass(frozen=True)
class Ranking:
    """One area among its peers.

    ``table``: area, name, value, text, rank, label, mark; best first, the nation (without a rank) in its place. Where a
    value is to be maintained none is best: the greatest stands first, and ``text`` says that it is the order of size.
    """

    table: pd.DataFrame
    period: str
    period_label: str
    among: int
    rank: int | None
    tied: int
    text: str
    notes: tuple[str, ...]


def ranking(benchmarks: Benchmarks, series_id: str, period: str = "", area: str = "") -> Ranking | None:
    """Ranks of one period, release and vintage among the areas that have a value; ties share a rank.

    Without a period the latest in which the area has a value beside a peer. None where there is nothing to rank.
    """
    series = benchmarks.one(series_id)
    found = _group(benchmarks.rows(series_id), period, area)
    if series is None or not found:
        return None
    peers = [row for row in found if _peer(row["area_code"], area)]
    table = _table(series, found, peers)
    own = table.loc[(table["area"] == area) & table["rank"].notna(), "rank"]
    rank = int(own.iloc[0]) if len(own) else None
    tied = int((table["rank"] == rank).sum()) if rank else 0
    code = found[0]["period"]
    notes = remarks(benchmarks, series, peers, [row for row in peers if row["area_code"] == area])
    text, among_note = _rank_text(len(peers), rank, tied, area, by_size=series["direction"] == "maintain")
    label = period_label(code, inferred=estimated(peers))
    return Ranking(table, code, label, len(peers), rank, tied, text, (*among_note, *notes))


def _peer(code: str, area: str) -> bool:
    """Prefectures rank among prefectures, a municipality among those of its prefecture; the nation never."""
    return len(code) == 5 and code[:2] == area[:2] if len(area) == 5 else len(code) == 2 and code != NATION


def _group(rows: Iterable[Row], period: str, area: str) -> list[Row]:
    """The rows of one period, release and vintage to rank: the latest, and of several the one with the most areas.

    A rank needs a peer, so a period in which only one area has a value is passed over.
    """
    groups: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in best_first(rows):
        if row["period"] and row["period"] == (period or row["period"]):
            groups.setdefault(tuple(row[k] for k in _KEY), {}).setdefault(row["area_code"], row)

    def weight(group: dict[str, Row]) -> tuple[float, bool, int]:
        peers = [row for code, row in group.items() if _peer(code, area)]
        return (peers[0]["position"], area in group, len(peers)) if len(peers) > 1 else (float("-inf"), False, 0)

    wanted = [group for group in groups.values() if weight(group)[2] and (period or not area or area in group)]
    return list(max(wanted, key=weight).values()) if wanted else []


def _table(series: Row, found: list[Row], peers: list[Row]) -> pd.DataFrame:
    """Best first, or the greatest where none is best; areas with one value in the order of their codes."""
    sign = 1 if series["direction"] == "decrease" else -1
    places = digits(series["decimals"], *(row["value"] for row in found))
    # What is printed alike shares a rank, so that nobody reads two ranks of one number.
    scores = {row["area_code"]: sign * (printed(row["value"], places) or 0) for row in peers}
    ranks = {code: 1 + sum(other < score for other in scores.values()) for code, score in scores.items()}
    rows = []
    for row in sorted(found, key=lambda row: (sign * row["value"], row["area_code"])):
        rank = ranks.get(row["area_code"])
        rows.append(
            {
                "area": row["area_code"],
                "name": row["area"],
                "value": row["value"],
                "text": number_text(row["value"], series["unit"], places),
                "rank": rank,
                "label": f"{row['area']} {rank}位" if rank else row["area"],
                "mark": SECONDARY_MARK if row["confidence"] == "secondary" else "",
            }
        )
    return pd.DataFrame(rows).astype({"rank": "Int64"})


def _rank_text(among: int, rank: int | None, tied: int, area: str, *, by_size: bool) -> tuple[str, tuple[str, ...]]:
    town = len(area) == 5
    kind = "市町村" if town else "都道府県"
    whole = town or among == PREFECTURES
    group = f"{among}{kind}中" if whole else f"値のある{among}{kind}中"
    note = () if whole else (f"残る{PREFECTURES - among}都道府県は公表値の控えがなく、順位に入っていない",)
    if rank is None:
        return f"{among}{kind}の値がある" if among else "", note
    about = "、".join([*(["大きい順"] if by_size else []), *([f"同順位{tied}"] if tied > 1 else [])])
    return f"{group}{rank}位" + (f"({about})" if about else ""), note
