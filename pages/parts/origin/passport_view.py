"""One figure's passport: what was written where, by whom, when, who approved it, and what it was before."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import CORRECTION_WORDS, RELEASE_WORDS, Action
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Indicator
from kpi.provenance.list_origin import LIST_WORD, is_of_list, round_word
from kpi.provenance.passport import Passport
from kpi.provenance.passport_words import (
    day_words,
    moment_words,
    next_release_words,
    publication_words,
    standing,
    value_words,
)
from kpi.summary import explanation, judged_code, steps
from pages.parts.app.current_view import file_name, services
from pages.parts.shared.as_of import as_of
from pages.parts.shared.layout import XLSX, empty, lead, show
from pages.parts.shared.markup import Column, Content, Markup, Row, badge, formula, join, link, table, tag

_MENDED = "画面で入力"
_FILE_OF_LIST = "一覧のファイル"


def passport_view(state: Assessment, found: Passport) -> None:
    """The whole passport."""
    indicator = state.snapshot.plan.indicator(found.indicator_id)
    lead(_lead(state, found, indicator))
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.header("書かれていたところ", anchor=False)
        show(_cell(state, found, indicator))
        _original(found)
    with right:
        st.header("たどった経過", anchor=False)
        show(_course(state, found))
        st.header("同じ時点のほかの値", anchor=False)
        _earlier(state, found, indicator)
    st.header("判定の計算", anchor=False)
    _calculation(state, found, indicator)


def _lead(state: Assessment, found: Passport, indicator: Indicator) -> Content:
    marks: list[Content] = []
    if found.sample:
        marks.append(tag("span", "サンプル", "assumed"))
    if found.review == "unconfirmed":
        marks.append(tag("span", "未確認", "unconfirmed"))
    marks.append(standing(state, found, as_of()))
    name = link(f"{indicator.number} {indicator.name}", "indicator", indicator=indicator.id)
    value = tag("b", value_words(state, found, indicator))
    return join([name, f"、{found.period.label}の値は", value, "。", *marks], "")


def _cell(state: Assessment, found: Passport, indicator: Indicator) -> Markup:
    written = tag("code", found.written, data_verbatim="1") if found.written else "(空欄)"
    mended: Content = "なし"
    if found.origin == "mend" or found.mended:
        mended = join(
            [f"{value_words(state, found, indicator)}に直しました。", tag("small", f"理由: {found.mended or '―'}")]
        )
    kind = CORRECTION_WORDS.get(found.correction_kind, found.correction_kind)
    rows: list[tuple[Content, Content]] = [
        ("番号", tag("b", found.code)),
        ("値", join([value_words(state, found, indicator), f"({RELEASE_WORDS.get(found.release, '区分なし')})"])),
        ("時点", found.period.label),
        (_FILE_OF_LIST if is_of_list(found.round_id) else "回答様式", file_name(found.filename) or "画面での入力"),
        ("シートとセル", f"{found.sheet}!{found.cell}" if found.cell else "画面での入力"),
        ("書かれた文字", written),
        ("直したところ", mended),
        *([("訂正の種類", kind)] if kind else []),
        *([("根拠", found.evidence)] if found.evidence else []),
        ("原本の照合値", tag("small", found.sha256 or "―", "hash")),
    ]
    return table([Column("項目", width="7.5rem"), Column("内容")], rows, caption="書かれていたところ")


def _original(found: Passport) -> None:
    """The workbook itself, for whoever may see the return it came in."""
    if not found.sha256:
        return
    ours = services()
    if not ours.may(Action.SEE_RETURNS, Place(found.plan_id, department_id=found.department_id)):
        show(tag("div", "原本は、担当部局と事務局が受け取れます。", "meta"))
        return
    st.download_button(
        "原本を受け取る",
        lambda: ours.workbook(found.sha256)[1],
        file_name(found.filename) or f"{found.code}.xlsx",
        XLSX,
        key="origin-file",
        on_click="ignore",
    )


def _course(state: Assessment, found: Passport) -> Markup:
    """The three dates (what it describes, when it was entered, when it was known) and who had a hand in it."""
    behalf = tag("span", "代理登録", "unconfirmed") if found.on_behalf else ""
    whose = f"{found.department} {found.section}".strip()
    confirmed: Content = tag("span", "未確認", "unconfirmed")
    if found.confirmed_at is not None and pd.notna(found.confirmed_at):
        confirmed = join([moment_words(found.confirmed_at), f"　{found.confirmed_by}"])
    elif found.review == "confirmed":
        confirmed = "確認済"
    came: list[tuple[Content, Content]] = [
        ("照会", found.round_name),
        ("様式の取込み", join([moment_words(found.saved_at), f"　{found.saved_by}　", behalf])),
        ("部局内決裁", day_words(found.settled_on)),
        ("事務局への回答", join([moment_words(found.known_at), f"　{found.sent_by}", tag("small", whose)])),
        ("確認", confirmed),
    ]
    if is_of_list(found.round_id):  # no department has answered
        came = [
            ("照会", "なし(照会によらず、一覧から取り込んだ値)"),
            (LIST_WORD, join([moment_words(found.saved_at), f"　{found.saved_by}"])),
            ("担当", whose or "―"),
            ("確認", "取り込むときに確かめた値"),
        ]
    rows: list[tuple[Content, Content]] = [
        ("値の時点", join([day_words(found.period.end), tag("small", f"{found.period.label}の終わり")])),
        *came,
        ("次の公表予定", next_release_words(found.next_release)),
        ("公表区分", publication_words(found)),
    ]
    return table([Column("項目", width="8rem"), Column("内容")], rows, caption="たどった経過")


def _earlier(state: Assessment, found: Passport, indicator: Indicator) -> None:
    moment = as_of()
    known = [e for e in found.earlier if moment is None or e.known_at <= moment]
    if not known:
        empty("この時点の値は、ほかに送られていません。")
        return
    rounds = {r.id: r.name for r in state.snapshot.plan.rounds}
    rows = [
        (
            link(e.code, "origin", figure=e.code),
            join([value_words(state, e, indicator), tag("small", RELEASE_WORDS.get(e.release, ""))]),
            join([moment_words(e.known_at), tag("small", round_word(rounds, e.round_id))]),
            CORRECTION_WORDS.get(e.correction_kind, "") or ("前の値" if e.known_at < found.known_at else "後の値"),
        )
        for e in sorted(known, key=lambda e: e.known_at, reverse=True)
    ]
    columns = [Column("番号"), Column("値", number=True), Column("回答した日"), Column("区別")]
    show(table(columns, rows, caption="同じ時点のほかの値", kind="stack"))


def list_table(state: Assessment, found: Sequence[Passport]) -> Markup:
    """Several passports, a line each."""
    rows: list[Row] = []
    for one in found:
        indicator = state.snapshot.plan.indicator(one.indicator_id)
        review: Content = "確認済" if one.review == "confirmed" else tag("span", "未確認", "unconfirmed")
        rows.append(
            (
                link(one.code, "origin", figure=one.code),
                one.period.label,
                join([value_words(state, one, indicator), tag("small", RELEASE_WORDS.get(one.release, ""))]),
                join([one.round_name, tag("small", one.department)]),
                review,
            )
        )
    columns = [Column("番号"), Column("時点"), Column("値", number=True), Column("照会と部局"), Column("確認")]
    return table(columns, rows, caption="値の一覧", kind="stack")


def _calculation(state: Assessment, found: Passport, indicator: Indicator) -> None:
    """The formula with numbers put in, where the judgement rests on this very value."""
    row = state.row(indicator.id)
    if judged_code(state, indicator.id) != found.code:
        period = Period.parse(row["period"]).label if row["period"] else ""
        code = judged_code(state, indicator.id)
        other = link(f"{period}の値({code})", "origin", figure=code) if code else "判定に使える値はまだありません"
        empty(join(["この値は、いまの判定には使われていません。", "判定に使っているのは" if code else "", other, "。"]))
        return
    frame = badge(state.word(indicator.id), row["status"])
    show(tag("p", join([frame, "　", explanation(state, indicator)])))
    worked = steps(state, indicator)
    if worked:
        rows = [(join([label, formula(how)]), tag("b", result)) for label, how, result in worked]
        show(table([Column("項目と式"), Column("結果", number=True)], rows, caption="判定の計算"))
    more = link("現状値と目標値の出所", "origin", card=indicator.id)
    show(tag("div", join([more, "　", link("算定方法", "method")]), "meta"))
