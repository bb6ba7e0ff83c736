"""The store's tables in a form that people take away: Japanese headings, words instead of codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kpi.collection import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.period import Period
from kpi.plan import Card
from loaders.store import Snapshot
from loaders.tables import to_csv, to_xlsx

_REVIEW_WORDS: Mapping[str, str] = {"unconfirmed": "未確認", "confirmed": "確認済"}
_DIRECTION_WORDS: Mapping[str, str] = {"increase": "増加", "decrease": "減少", "maintain": "維持"}
_KIND_WORDS: Mapping[str, str] = {"level": "水準・率", "annual": "年間値", "cumulative": "累計"}


def observations_table(snapshot: Snapshot) -> pd.DataFrame:
    """Every value in force, with its origin: one row for each."""
    plan, found = snapshot.plan, snapshot.observations
    indicators = {i.id: i for i in plan.indicators}
    fields = {f.id: f.name for f in plan.fields}
    rounds = {r.id: r.name for r in plan.rounds}
    departments = {d.id: d for d in plan.departments}
    rows = []
    for o in found.to_dict("records"):
        indicator = indicators[o["indicator_id"]]
        department = departments.get(o["department_id"])
        rows.append(
            {
                "番号": o["code"],
                "分野": fields.get(indicator.field_id, "基本目標"),
                "指標番号": indicator.number,
                "指標名": indicator.name,
                "単位": indicator.unit,
                "時点": Period.parse(o["period"]).label,
                "時点コード": o["period"],
                "値": o["value"],
                "状態": "値あり" if o["state"] == "value" else MISSING_WORDS.get(o["state"], o["state"]),
                "確定・速報・見込": RELEASE_WORDS.get(o["release"], ""),
                "訂正の種類": CORRECTION_WORDS.get(o["correction_kind"], ""),
                "次回公表予定": _label(o["next_release"]),
                "照会": rounds.get(o["round_id"], o["round_id"]),
                "部局": department.name(o["known_at"].date()) if department else o["department_id"],
                "回答日時": o["known_at"],
                "確認": _REVIEW_WORDS[o["review"]],
                "根拠資料": o["evidence"],
                "要因分析": o["analysis"],
                "今後の対応": o["actions"],
                "ファイル": o["filename"],
                "シート": o["sheet"],
                "セル": o["cell"],
                "記載内容": o["written"],
                "ファイルのハッシュ(SHA-256)": o["sha256"],
                "サンプル": "サンプル" if o["sample"] else "",
            }
        )
    return pd.DataFrame(rows, columns=list(rows[0])) if rows else pd.DataFrame({"番号": []})


def cards_table(snapshot: Snapshot) -> pd.DataFrame:
    """The judging rule of every indicator in force."""
    return pd.DataFrame([_card_row(snapshot, card) for card in snapshot.cards.values()])


def _card_row(snapshot: Snapshot, card: Card) -> dict[str, object]:
    indicator = snapshot.plan.indicator(card.indicator_id)
    return {
        "指標番号": indicator.number,
        "指標名": indicator.name,
        "単位": indicator.unit,
        "出典": indicator.source,
        "目指す方向": _DIRECTION_WORDS[card.direction],
        "種類": _KIND_WORDS[card.kind],
        "現状値": card.baseline,
        "現状値の時点": card.baseline_period.label if card.baseline_period else "",
        "目標値": card.target,
        "目標値の時点": card.target_period.label if card.target_period else "",
        "版": card.version,
        "変更の理由": card.reason,
    }


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
