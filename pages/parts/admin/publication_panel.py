"""公表区分: which values may be shown to everybody, from which hour, and which stay in the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.publication import PUBLICATION_WORDS, publication_word
from kpi.collection.workflow import MISSING_WORDS
from kpi.period import Period
from kpi.printing.printed_figures import exact_text
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.current_view import services
from pages.parts.shared import confirm_button
from pages.parts.shared.as_of import looking_back
from pages.parts.shared.date_input import day_input
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import empty, show
from pages.parts.shared.markup import Column, Content, Markup, Row, join, link, table, tag

_ALL = "all"
#: How many rows stand open; the rest are counted.
_SHOWN = 60
#: How many values are named before they are changed; the rest are counted.
_NAMED = 5


def publication_part(state: Assessment) -> None:
    """The values by round, indicator and 公表区分; one form for one of them or for many at once."""
    rows = state.snapshot.observations
    default = PUBLICATION_WORDS[state.plan.publication]
    note(f"決めていない値は、計画の決まりにより「{default}」です。未確認の値は、公表区分にかかわらず公表されません。")
    if rows.empty:
        empty("公表区分を決める値がまだありません。部局の回答が入ると、ここに並びます。")
        return
    found = _filtered(state, rows)
    if found.empty:
        empty("この条件に当てはまる値はありません。")
        return
    if not looking_back():
        _form(state, found)
    st.header(f"いまの公表区分({len(found)}件)", anchor=False)
    show(_listed(state, found.iloc[::-1]))


def _filtered(state: Assessment, rows: pd.DataFrame) -> pd.DataFrame:
    controls = st.grid(min_column_width=220)
    with controls.cell():
        rounds = {_ALL: "すべて"} | {r.id: r.name for r in state.plan.rounds if (rows["round_id"] == r.id).any()}
        round_id = choose("照会", "round", rounds, default=_ALL, of="publication")
    with controls.cell():
        held = set(rows["indicator_id"])
        indicators = {_ALL: "すべて"} | {
            i.id: f"{i.number} {i.name}" for i in state.snapshot.plan.indicators if i.id in held
        }
        indicator = choose("指標", "indicator", indicators, default=_ALL, of="publication")
    with controls.cell():
        words = {_ALL: "すべて"} | {k: w for k, w in PUBLICATION_WORDS.items() if (rows["publication"] == k).any()}
        publication = choose("いまの公表区分", "publication", words, default=_ALL, of="publication")
    for column, wanted in (("round_id", round_id), ("indicator_id", indicator), ("publication", publication)):
        rows = rows if wanted == _ALL else rows[rows[column] == wanted]
    return rows


def _listed(state: Assessment, rows: pd.DataFrame) -> Markup:
    columns = [
        Column("番号"),
        Column("指標"),
        Column("値", number=True),
        Column("時点"),
        Column("確認"),
        Column("公表区分"),
    ]
    drawn: list[Row] = [_row(state, r) for r in rows.head(_SHOWN).to_dict("records")]
    more = tag("div", f"ほか{len(rows) - _SHOWN}件。照会か指標で絞り込めます。", "meta") if len(rows) > _SHOWN else ""
    return join([table(columns, drawn, caption="値の公表区分", kind="stack"), more])


def _row(state: Assessment, row: Mapping[Any, Any]) -> Row:
    indicator = state.snapshot.plan.indicator(str(row["indicator_id"]))
    review: Content = "確認済" if row["review"] == "confirmed" else tag("span", "未確認", "unconfirmed")
    return (
        link(str(row["code"]), "origin", figure=str(row["code"])),
        join([indicator.name, tag("small", "サンプル") if row["sample"] else ""]),
        _value(state, row),
        Period.parse(str(row["period"])).short if row["period"] else "―",
        review,
        tag("b", _word(row)),
    )


def _value(state: Assessment, row: Mapping[Any, Any]) -> str:
    value, card = row["value"], state.snapshot.cards[str(row["indicator_id"])]
    if isinstance(value, float) and pd.notna(value):
        return exact_text(value, card, state.snapshot.plan.indicator(str(row["indicator_id"])).unit)
    return MISSING_WORDS.get(str(row["state"]), "―")


def _word(row: Mapping[Any, Any]) -> str:
    hour = pd.Timestamp(str(row["released_at"])) if pd.notna(row["released_at"]) else None
    return publication_word(str(row["publication"]), hour.to_pydatetime() if hour is not None else None)


def _form(state: Assessment, rows: pd.DataFrame) -> None:
    st.header("公表区分を決める", anchor=False)
    labels = {
        str(r["code"]): f"{r['code']}　{state.snapshot.plan.indicator(str(r['indicator_id'])).name}　"
        f"{Period.parse(str(r['period'])).short if r['period'] else ''}　{_value(state, r)}"
        for r in rows.iloc[::-1].to_dict("records")
    }
    picked = st.multiselect(
        f"値(空けると、上で絞り込んだ{len(labels)}件すべて)", list(labels), format_func=labels.__getitem__,
        key=fresh("publication-codes"),
    )  # fmt: skip
    kinds = list(PUBLICATION_WORDS)
    kind = st.radio(
        "公表区分", kinds, index=None, format_func=PUBLICATION_WORDS.__getitem__, horizontal=True,
        key=fresh("publication-kind"),
    )  # fmt: skip
    hour = _hour() if kind == "embargoed" else None
    reason = st.text_input("理由(任意)", key=fresh("publication-reason"), max_chars=200)
    codes = list(picked or labels)
    if kind is None or (kind == "embargoed" and hour is None):
        note("公表待ちは、公表する日と時刻を入れると決められます。" if kind else "公表区分を選んでください。")
        return
    after = publication_word(kind, hour)
    told = f"{len(codes)}件を「{after}」にします。{_meaning(kind)}後からいつでも変更でき、記録に残ります。"
    summary = join([tag("b", told), tag("div", _examples([labels[c] for c in codes]))])
    yes = f"{len(codes)}件を「{after}」にする"
    what = (*codes, kind, hour)
    if confirm_button.button(f"{len(codes)}件を変更する", "publication-save", what, summary, yes, primary=True):
        act(
            lambda: services().set_publication(codes, kind, hour, reason=reason.strip()),
            f"{len(codes)}件を「{after}」にしました。",
        )


def _examples(labels: Sequence[str]) -> str:
    more = f"、ほか{len(labels) - _NAMED}件" if len(labels) > _NAMED else ""
    return "、".join(labels[:_NAMED]) + more


def _hour() -> datetime | None:
    with st.container(horizontal=True):
        day = day_input("公表する日", None, fresh("release-day"))
        at = st.time_input("時刻", time(9), key=fresh("release-hour"))
    return datetime.combine(day, at) if day and isinstance(at, time) else None


def _meaning(kind: str) -> str:
    return {
        "public": "確認済の値は、閲覧の画面と持ち出すファイルに出ます。",
        "embargoed": "その時刻までは、担当部局と事務局だけが見られます。",
        "internal": "担当部局と事務局だけが見られます。一つ前に公表した値があれば、それが出ます。",
    }[kind]
