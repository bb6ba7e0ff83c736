"""出所: the passport of a figure. Where it comes from, who sent and approved it, what it was before."""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.revision import target_text
from kpi.collection.workflow import Action
from kpi.plan import Card
from kpi.summary import amount
from pages.parts.app.current_view import file_name, services, view
from pages.parts.app.identity import require
from pages.parts.origin.passport_view import list_table, passport_view
from pages.parts.origin.review_passport import review_of_code, review_passport
from pages.parts.shared.as_of import as_of as moment_shown
from pages.parts.shared.figure_search import search_field
from pages.parts.shared.filters import paged
from pages.parts.shared.layout import attempt, empty, header, lead, show
from pages.parts.shared.markup import Column, Content, join, link, table, tag
from pages.parts.shared.published_source import published_view


def origin_page() -> None:
    """Draw what is asked for: a short number, an indicator, a published figure, or a judging rule."""
    require(Action.SEE_APPROVED)
    state = view()
    header("出所", state)
    query = search_field()
    asked = st.query_params
    if query and (review := review_of_code(state, query)):
        review_passport(state, review)
    elif query:
        _found(state, query)
    elif "series" in asked:
        published_view(state, asked["series"], asked.get("area", ""), asked.get("period", ""))
    elif "card" in asked:
        _card(state, asked["card"])
    else:
        _nothing(state)


def _found(state: Assessment, query: str) -> None:
    passports = attempt(lambda: services().trace(query))
    if passports is None:
        return
    moment = moment_shown()
    known = [p for p in passports if moment is None or p.known_at <= moment]
    if not known:
        later = "この時点では、まだ分かっていませんでした。" if passports else ""
        empty(join([later or f"「{query}」に当てはまる値は見つかりません。", _advice(state, query)]))
        return

    if len(known) == 1:
        passport_view(state, known[0])
        return
    first = known[0]
    lead(join([f"{first.number} {first.name}の回答は", tag("b", f"{len(known)}件"), "。番号から出所が分かります。"]))
    show(list_table(state, known))


def _advice(state: Assessment, query: str) -> Content:
    """What else could have been meant: indicators whose name holds the words."""
    word = query.strip()
    near = [i for i in state.snapshot.plan.indicators if len(word) > 1 and word in i.name]
    if near:
        links = [tag("div", link(f"{i.number} {i.name}", "origin", figure=i.id)) for i in near[:12]]
        return join(["指標名にこの文字を含むもの:", *links])
    return (
        "番号は「K7Q-0219」のような英数字です。まだ確認されていない値や庁内限りの値は、担当部局と事務局にだけ出ます。"
    )


def _nothing(state: Assessment) -> None:
    lead("報告書や画面の数値に付いた番号、または指標の番号・名前を入れると、その数値の出所が分かります。")
    counts = state.snapshot.observations["indicator_id"].value_counts()
    held = [i for i in state.snapshot.plan.indicators if i.id in counts.index]
    if not held:
        empty("回答がまだありません。部局の回答が入ると、値ごとに番号が付きます。")
        return
    shown = paged(held, "指標", "origin")
    rows = [(link(f"{i.number} {i.name}", "origin", figure=i.id), str(counts[i.id])) for i in shown]
    show(table([Column("指標"), Column("値の数", number=True)], rows, caption="値のある指標"))


def _card(state: Assessment, indicator_id: str) -> None:
    """Where baseline and target come from: the plan, or a decision."""
    whole = state.snapshot.plan
    indicator = next((i for i in whole.indicators if i.id == indicator_id), None)
    if indicator is None:
        empty("この指標は計画にありません。番号か名前を入れて探してください。")
        return
    card = state.snapshot.cards[indicator.id]
    lead(join([tag("b", indicator.name), "の現状値と目標値の出所です。"]))
    when = [p.label if p else "時点未設定" for p in (card.baseline_period, card.target_period)]
    rows: list[tuple[Content, Content]] = [
        ("現状値", f"{amount(card.baseline, indicator, card)}　{when[0]}"),
        ("目標値", f"{target_text(card, indicator.unit)}　{when[1]}"),
        ("決定", card.reason or "計画の原案のまま"),
        ("版", f"第{card.version}版"),
        ("計画の出典", whole.source or whole.name),
        *_of_lists(state, card),
        ("値", link("この指標の値の一覧", "origin", figure=indicator.id)),
    ]
    show(table([Column("項目", width="8rem"), Column("内容")], rows, caption="現状値と目標値の出所"))


def _of_lists(state: Assessment, card: Card) -> list[tuple[Content, Content]]:
    """The cells of lists in which the baseline and the target that stand now were written."""
    standing = {"baseline": card.baseline, "target": card.target}
    found = {
        role: f"{file_name(cell.filename)}　{cell.sheet}!{cell.cell}「{cell.written}」"
        for cell in attempt(lambda: services().list_cells(state.plan.id, card.indicator_id)) or ()
        if standing.get(role := cell.key.split()[0]) == cell.value
    }
    words = {"baseline": "現状値の書かれたところ", "target": "目標値の書かれたところ"}
    return [(words[role], told) for role, told in found.items()]
