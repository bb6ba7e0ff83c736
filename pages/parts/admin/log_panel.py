"""記録: who did what when, before and after, filtered, to take away; and whether the chain is whole."""

from __future__ import annotations

from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.acts import ACTS, acts
from kpi.collection.workflow import Action
from kpi.people import ROLE_WORDS, Role
from loaders.documents.table_files import to_csv
from pages.parts.admin.admin_forms import note
from pages.parts.app.current_view import services, store
from pages.parts.shared.date_input import day_input, unread
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import attempt, empty, grid, show
from pages.parts.shared.markup import join, tag

_ALL = "all"
_OF_CARDS = acts(about="card")
_SAMPLES = {"without": "サンプルを除く", "with": "サンプルも含む"}


def log_part(state: Assessment) -> None:
    """The log, newest first, as far as it is asked for; then whether it is whole."""
    _told(state)
    st.header("記録のつながり", anchor=False)
    _chain()


def _told(state: Assessment) -> None:
    log = services().log(state.plan.id)
    if state.as_of is not None:
        log = log[log["at"] <= pd.Timestamp(state.as_of)]
    found = _filtered(log)
    if unread("log-since", "log-until"):
        empty("日付を直すと、その間の記録を表示します。")
        return
    if found.empty:
        empty("この条件に当てはまる記録はありません。" if len(log) else "記録はまだありません。")
        return
    told = _table(found)
    note(f"{len(found):,}件(全{len(log):,}件)。新しい順です。")
    grid(told, f"操作の記録{len(told)}件")
    st.download_button(
        "CSVで受け取る", lambda: to_csv(told), f"操作の記録_{state.day:%Y%m%d}.csv", "text/csv", key="log-csv",
        on_click="ignore",
    )  # fmt: skip


def _filtered(log: pd.DataFrame) -> pd.DataFrame:
    controls = st.grid(min_column_width=200)
    with controls.cell():
        kinds = {_ALL: "すべて"} | {k: a.word for k, a in ACTS.items() if (log["kind"] == k).any()}
        kind = choose("種類", "kind", kinds, default=_ALL, of="log")
    with controls.cell():
        people = {_ALL: "すべて"} | {p: p for p in sorted(log["who"].unique()) if p}
        who = choose("だれが", "who", people, default=_ALL, of="log")
    with controls.cell():
        word = st.text_input("対象・内容に含む文字", key="log-word", max_chars=60)
    with controls.cell():
        since = day_input("この日から", None, "log-since")
    with controls.cell():
        until = day_input("この日まで", None, "log-until")
    with controls.cell():
        samples = choose("サンプル", "samples", _SAMPLES, of="log") if log["sample"].any() else "with"
    return narrowed(log, kind, who, word.strip(), since, until, samples=samples == "with")


def narrowed(
    log: pd.DataFrame, kind: str, who: str, word: str, since: date | None, until: date | None, *, samples: bool
) -> pd.DataFrame:
    """The rows of the log that are asked for; ``all`` and what is empty do not narrow."""
    kept = pd.Series(True, index=log.index)
    if kind != _ALL:
        kept &= log["kind"] == kind
    if who != _ALL:
        kept &= log["who"] == who
    if word:
        texts = log[["subject", "subject_word", "before", "after", "reason"]].astype(str).agg("\n".join, axis=1)
        kept &= texts.str.contains(word, case=False, regex=False)
    if since:
        kept &= log["at"] >= pd.Timestamp(since)
    if until:
        kept &= log["at"] <= pd.Timestamp(datetime.combine(until, time.max))
    if not samples:
        kept &= ~log["sample"].astype(bool)
    return log[kept]


def _table(log: pd.DataFrame) -> pd.DataFrame:
    roles = {r.value: w for r, w in ROLE_WORDS.items()}
    return pd.DataFrame(
        {
            "日時": log["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "だれが": log["who"],
            "権限": log["role"].map(lambda r: roles.get(Role(r), r) if r in roles else r),
            "したこと": log["kind_word"],
            "対象": log["subject_word"].where(
                (log["subject_word"] != "") | ~log["kind"].isin(_OF_CARDS), "計画全体の判定方法"
            ),
            "前": log["before"],
            "後": log["after"],
            "理由": log["reason"],
            "サンプル": log["sample"].map({True: "サンプル", False: ""}),
            "通し番号": log["seq"].astype(str),
        }
    )


def _chain() -> None:
    """The end of the chain, to be kept elsewhere, and a check of all of it for whoever may."""
    head = store().log_head()
    said = "1件ごとに、前の記録とすべてのデータから作った照合値でつながっています。"
    show(tag("p", join([said, f"いま{head.count:,}件、終わりの照合値は ", tag("code", head.mark or "なし"), "。"])))
    note(
        "照合値は、控えの名前と決裁用の1枚にも入ります。後からここに入れると、その時までに変わりがないかが分かります。"
    )
    if not services().may(Action.KEEP):
        return
    written = st.text_input("書き留めた照合値(任意)", key="log-end", max_chars=80, width=320, placeholder=head.mark)
    if st.button("つながりを確かめる", key="log-verify"):
        with st.spinner("記録のつながりを確かめています…"):
            found = attempt(lambda: services().verify([written.strip()] if written.strip() else []))
        if found is not None:
            st.success("記録は最初から最後までつながっています。データの食い違いもありません。")
