"""引継ぎ of one indicator or one initiative: how it stands, what was told of it, and what was said about that."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.assessment import Assessment
from kpi.handover.history import HISTORY, Said, card_facts, track_of, value_words
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.initiative_profile import history, schedule_facts
from kpi.initiatives.rhythm import rhythm
from kpi.period import Period, stamp
from kpi.plan import STANDING_TEXTS, Indicator
from pages.parts.shared.layout import folded, show
from pages.parts.shared.markup import Column, Content, join, link, table, tag


def course(state: Assessment, subject: Indicator, said: Sequence[Said]) -> None:
    """One indicator or initiative: how it is judged or scheduled, what was told of it, and the talk about that."""

    def told() -> None:
        (_of_work if subject.level == "initiative" else _of_values)(state, subject)
        talk = [s for s in said if s.kind not in HISTORY]
        if talk:
            rows = [
                (
                    f"{s.at:%Y-%m-%d}",
                    join([s.kind, tag("small", s.about)]),
                    s.who or "―",
                    tag("span", s.text, "", data_verbatim="1"),
                )
                for s in talk
            ]
            columns = [Column("日付", width="6.5rem"), Column("種類"), Column("だれ"), Column("内容")]
            show(table(columns, rows, caption=f"{subject.name}のやりとり", kind="stack"))

    folded(f"{subject.number}　{subject.name}", told, key=f"of-{subject.id}")


def _of_work(state: Assessment, subject: Indicator) -> None:
    """The schedule, and what was said half-year by half-year, the newest first."""
    track = track_of(state, subject.id)
    facts = "　".join(f"{word} {text}" for word, text in schedule_facts(track))
    show(tag("div", join([facts, "　", link("取組の画面を開く", "roadmap", initiative=subject.id)]), "meta"))
    halves = history(state, track)
    if not halves:
        show(tag("div", "取組の見直しの回答はまだありません。", "meta"))
        return
    rows = []
    for half in halves:
        one = half.review
        chosen = [PROGRESS_WORDS.get(one.progress, "―"), "" if one.confirmed else "(未確認)"]
        told = [tag("div", join([tag("b", f"{label}　"), text])) for label, text in half.facts]
        page: Content = link(one.code, "origin", figure=one.code) if one.code else ""
        course_word = tag("small", COURSE_WORDS.get(one.course, ""))
        day = stamp(one.known_at) if one.known_at else ""
        rows.append((one.about.short, join([*chosen, course_word]), join(told) or "―", join([day, tag("small", page)])))
    columns = [
        Column(rhythm(state.plan).span, width="5rem"),
        Column("進捗・方向性"),
        Column("説明"),
        Column("回答・番号"),
    ]
    show(table(columns, rows, caption=f"{subject.name}の見直し", kind="stack"))


def _of_values(state: Assessment, indicator: Indicator) -> None:
    """The card, and every value told, newest period first, with what was said beside it."""
    facts = "　".join(f"{word} {text}" for word, text in card_facts(state, indicator))
    page = link("指標の画面を開く", "indicator", indicator=indicator.id)
    show(tag("div", join([facts, f"　出典 {indicator.source}　", page]), "meta"))
    told_of = state.told.get(indicator.id, ())
    rows = sorted(told_of, key=lambda row: (row["position"], row["known_at"]), reverse=True)
    if not rows:
        show(tag("div", "まだ値はありません。", "meta"))
        return
    drawn = []
    for row, older in zip(rows, [*rows[1:], {}], strict=True):
        words = [("要因分析", row["analysis"]), ("今後の対応", row["actions"]), ("根拠", row["evidence"])]
        # What comes back every year is told where it was first said.
        words += [(word, row[key]) for key, word in STANDING_TEXTS.items() if row[key] != older.get(key)]
        told = [tag("div", join([tag("b", f"{name}　"), str(text)])) for name, text in words if text]
        page = link(str(row["code"]), "origin", figure=str(row["code"]))
        drawn.append(
            (
                Period.parse(str(row["period"])).short,
                value_words(state, indicator, row),
                join(told) if told else "―",
                join([stamp(row["known_at"]), tag("small", page)]),
            )
        )
    columns = [Column("時点", width="4rem"), Column("値"), Column("説明"), Column("回答・番号")]
    show(table(columns, drawn, caption=f"{indicator.name}の値の履歴", kind="stack"))
