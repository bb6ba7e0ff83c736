"""Where a figure comes from, what its department says of it, and how it stands to the nation."""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import RELEASE_WORDS
from kpi.period import Period, stamp
from kpi.plan import Indicator
from kpi.printing.number_words import as_it_is
from kpi.provenance.list_origin import LIST_WORD, is_of_list
from kpi.summary import beside_nation, has_nation, judged_code
from kpi.tables.table_rows import Row
from pages.parts.app.current_view import file_name
from pages.parts.shared.layout import empty, show
from pages.parts.shared.markup import Column, Content, join, link, table, tag


def _shown(view: Assessment, indicator: Indicator) -> Row | None:
    """The observation that the value on the screen rests on; the newest word where there is no value."""
    mine, code = view.told.get(indicator.id, ()), judged_code(view, indicator.id)
    judged = [row for row in mine if row["code"] == code]
    return next(reversed(judged or mine), None)


def origin(view: Assessment, indicator: Indicator) -> None:
    """In short: number, cell, what is written there, who sent it; the passport tells the rest."""
    found = _shown(view, indicator)
    st.header("この数値の出所", anchor=False)
    if found is None:
        empty("値がまだないため、出所はありません。")
        return
    place = f"{found['sheet']}!{found['cell']}" if found["cell"] else "画面での入力"
    mark: Content = tag("b", "サンプル　") if found["sample"] else ""
    code = str(found["code"])
    of_list = is_of_list(found["round_id"])
    whose = found["sent_by"] if of_list else _department(view, found)
    rows: list[tuple[Content, Content]] = [
        ("番号", tag("b", link(code, "origin", figure=code))),
        ("一覧のファイル" if of_list else "回答様式", join([mark, file_name(found["filename"]), "　", place])),
        ("書かれた文字", tag("span", f"「{found['written']}」", data_verbatim="1") if found["written"] else "なし"),
        (LIST_WORD if of_list else "回答", join([whose, f"　{stamp(found['known_at'])}　", _review(found)])),
        ("履歴", _history(view, indicator, found)),
    ]
    show(table([Column("項目", width="6.5rem"), Column("内容")], rows, caption="この数値の出所"))
    show(tag("div", link("出所をすべて見る(経過・原本・前の値)", "origin", figure=code), "meta"))


def _department(view: Assessment, found: Row) -> str:
    name = view.snapshot.plan.department(found["department_id"]).name(found["known_at"].date())
    return f"{name} {found['section']}".strip()


def _review(found: Row) -> Content:
    return "確認済" if found["review"] == "confirmed" else tag("span", "未確認", "unconfirmed")


def _history(view: Assessment, indicator: Indicator, found: Row) -> Content:
    """The values of the same period in the order they came, each leading to its own passport."""
    mine = view.told.get(indicator.id, ())
    same = [row for row in mine if row["period"] == found["period"] and row["state"] == "value"]
    gone = view.snapshot.taken_back
    told = [
        link(
            ("取下げ" if row["code"] in gone else as_it_is(row["value"]))
            + f"({RELEASE_WORDS.get(row['release'], '')} {row['known_at']:%Y-%m-%d})",
            "origin",
            figure=row["code"],
        )
        for row in sorted(same, key=lambda row: row["known_at"])
    ]
    return join(told, " → ") if told else "―"


def remarks(view: Assessment, indicator: Indicator) -> None:
    """What the department said, newest first."""
    told = (row for row in view.told.get(indicator.id, ()) if row["analysis"] or row["actions"])
    said = {row["submission_id"]: row for row in told}  # of each return what it says last
    if not said:
        empty("説明はまだありません。回答様式の「要因分析」「今後の対応」に書かれたことがここに出ます。")
        return
    for row in sorted(said.values(), key=lambda row: row["observation_id"])[:-4:-1]:
        period = Period.parse(row["period"]).short if row["period"] else ""
        parts = [tag("div", row["analysis"]), tag("div", f"今後: {row['actions']}" if row["actions"] else "")]
        name = view.plan.department(row["department_id"]).name(row["known_at"].date())
        who = f"{name} {row['section']}　{stamp(row['known_at'])}　{period}"
        show(join([*parts, tag("div", who, "meta")]))


def comparison(view: Assessment, indicator: Indicator) -> Content:
    """The gap to the nation in a sentence, or why there is none."""
    more = link("全国比較で見る", "compare", series=indicator.series_id) if has_nation(view, indicator) else ""
    return join([beside_nation(view, indicator), more])
