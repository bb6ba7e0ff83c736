"""The store's tables in a form that people take away: Japanese headings, words instead of codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kpi.cards.revision import band_text
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.period import Period
from kpi.plan import STANDING_TEXTS, Card, Department, Indicator
from kpi.printing.printed_figures import exact, judged, stated
from kpi.provenance.list_origin import round_word
from kpi.snapshot import Snapshot
from kpi.tables.table_rows import Row, records
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.text.characters import one_line

REVIEW_WORDS: Mapping[str, str] = {"unconfirmed": "未確認", "confirmed": "確認済"}
DIRECTION_WORDS: Mapping[str, str] = {"increase": "増加", "decrease": "減少", "maintain": "維持"}
KIND_WORDS: Mapping[str, str] = {"level": "水準・率", "annual": "年間値", "cumulative": "累計"}


@dataclass(frozen=True)
class _Names:
    """What a plan's ids are called."""

    fields: Mapping[str, str]
    rounds: Mapping[str, str]
    departments: Mapping[str, Department]
    cards: Mapping[str, Card]
    taken_back: Collection[str]

    def field(self, indicator: Indicator) -> str:
        """The field of an indicator; a basic goal belongs to none."""
        return self.fields.get(indicator.field_id, "基本目標")

    def department(self, row: Row) -> str:
        """What the department was called when it answered."""
        found = self.departments.get(row["department_id"])
        return one_line(found.name(row["known_at"].date()) if found else str(row["department_id"]))

    def gone(self, row: Row) -> bool:
        """Whether a later 秘匿 or 該当なし took the value back: then nobody carries it away."""
        return row["code"] in self.taken_back

    def state(self, row: Row) -> str:
        """Whether there is a value, or why there is none."""
        if row["state"] != "value":
            return MISSING_WORDS.get(str(row["state"]), str(row["state"]))
        return "取下げ" if self.gone(row) else "値あり"


def _said(key: str) -> Callable[[Row, Indicator, _Names], object]:
    return lambda o, i, n: o[key]


#: A heading and what stands below it, of a value's row and its indicator.
_OBSERVATION: Mapping[str, Callable[[Row, Indicator, _Names], object]] = {
    "番号": lambda o, i, n: o["code"],
    "分野": lambda o, i, n: n.field(i),
    "指標番号": lambda o, i, n: i.number,
    "指標名": lambda o, i, n: i.name,
    "単位": lambda o, i, n: i.unit,
    "時点": lambda o, i, n: Period.parse(o["period"]).label,
    "時点コード": lambda o, i, n: o["period"],
    "値": lambda o, i, n: None if n.gone(o) else judged(o["value"], n.cards[i.id]),
    "正確な値": lambda o, i, n: None if n.gone(o) else exact(o["value"]),
    "状態": lambda o, i, n: n.state(o),
    "確定・速報・見込": lambda o, i, n: RELEASE_WORDS.get(o["release"], ""),
    "訂正の種類": lambda o, i, n: CORRECTION_WORDS.get(o["correction_kind"], ""),
    "次回公表予定": lambda o, i, n: _label(o["next_release"]),
    "照会": lambda o, i, n: round_word(n.rounds, o["round_id"]),
    "部局": lambda o, i, n: n.department(o),
    "回答日時": lambda o, i, n: o["known_at"],
    "確認": lambda o, i, n: REVIEW_WORDS[o["review"]],
    "根拠資料": lambda o, i, n: o["evidence"],
    "要因分析": lambda o, i, n: o["analysis"],
    "今後の対応": lambda o, i, n: o["actions"],
    **{word: _said(key) for key, word in STANDING_TEXTS.items()},
    "ファイル": lambda o, i, n: file_name(o["filename"]),
    "シート": lambda o, i, n: o["sheet"],
    "セル": lambda o, i, n: o["cell"],
    "記載内容": lambda o, i, n: "" if n.gone(o) else o["written"],
    "ファイルのハッシュ(SHA-256)": lambda o, i, n: o["sha256"],
    "サンプル": lambda o, i, n: "サンプル" if o["sample"] else "",
}

_CARD: Mapping[str, Callable[[Card, Indicator], object]] = {
    "指標番号": lambda c, i: i.number,
    "指標名": lambda c, i: i.name,
    "単位": lambda c, i: i.unit,
    "出典": lambda c, i: i.source,
    "目指す方向": lambda c, i: DIRECTION_WORDS[c.direction],
    "種類": lambda c, i: KIND_WORDS[c.kind],
    "現状値": lambda c, i: stated(c.baseline, c),
    "現状値の時点": lambda c, i: c.baseline_period.label if c.baseline_period else "",
    "目標値": lambda c, i: stated(c.target, c),
    "目標値の時点": lambda c, i: c.target_period.label if c.target_period else "",
    "維持の範囲": lambda c, i: band_text(c, i.unit),
    "版": lambda c, i: c.version,
    "変更の理由": lambda c, i: c.reason,
}


def observations_table(snapshot: Snapshot, chosen: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every value in force, or the ``chosen`` rows of them, with its origin; all headings where there is none.

    A value that was taken back keeps its row, without its figure.
    """
    plan = snapshot.plan
    names = _Names(
        {f.id: f.name for f in plan.fields},
        {r.id: r.name for r in plan.rounds},
        {d.id: d for d in plan.departments},
        snapshot.cards,
        snapshot.taken_back,
    )
    indicators = {i.id: i for i in plan.indicators}
    found = records(snapshot.observations if chosen is None else chosen)
    rows = [[told(o, indicators[o["indicator_id"]], names) for told in _OBSERVATION.values()] for o in found]
    return pd.DataFrame(rows, columns=list(_OBSERVATION))


def cards_table(snapshot: Snapshot) -> pd.DataFrame:
    """The judging rule of every indicator in force."""
    pairs = [(card, snapshot.plan.indicator(card.indicator_id)) for card in snapshot.cards.values()]
    return pd.DataFrame([[told(*pair) for told in _CARD.values()] for pair in pairs], columns=list(_CARD))


def file_name(stored: str) -> str:
    """A file as people call it: without the folders it came in."""
    return stored.replace("\\", "/").rsplit("/", 1)[-1]


def _label(code: str) -> str:
    try:
        return Period.parse(code).label if code else ""
    except ValueError:
        return code


def write_folder(snapshot: Snapshot, folder: Path) -> tuple[Path, ...]:
    """Both tables as CSV and as .xlsx; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for title, table in (("観測値", observations_table(snapshot)), ("判定条件", cards_table(snapshot))):
        notes = (f"計画: {snapshot.plan.name}", *(("サンプルを含みます。",) if snapshot.has_samples else ()))
        for suffix, data in (("csv", to_csv(table)), ("xlsx", to_xlsx(table, title=title, notes=notes))):
            path = folder / f"{snapshot.plan.id}_{title}.{suffix}"
            path.write_bytes(data)
            written.append(path)
    return tuple(written)
