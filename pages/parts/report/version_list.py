"""The versions of a round's paper: made after a look at what wants seeing, kept, and held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from kpi.assessment import Assessment
from kpi.changes.change import Change
from kpi.changes.change_digest import digest
from kpi.collection.workflow import Action
from kpi.issue import Severity
from kpi.place import Place
from kpi.report.blocks import Cell, Report, Table
from kpi.report.comparison_table import Compared, comparison, errata, not_wrong_words, wrong
from kpi.report.release_gate import Finding
from kpi.report.versions import VERSION_KINDS, Version, next_kind
from loaders.documents.paper.comparison_files import DOCUMENTS, files
from loaders.documents.paper.paper_files import FORMATS
from loaders.documents.paper.pdf import chromium
from loaders.services.reporting import Edition
from pages.parts.app.current_view import services
from pages.parts.shared.layout import attempt, folded_form, show
from pages.parts.shared.markup import Column, Content, Markup, Row, badge, changed, join, listing, table, tag, unmarked
from pages.parts.shared.notices import refuse, tell, told

_KEEP, _ANEW = "keep", "anew"
_OPTIONS = {_KEEP: "資料の時点の値のまま", _ANEW: "今の値にする"}


def since(state: Assessment, then: Assessment) -> None:
    """What is known now and was not when the paper was last told: a version has to take it in."""
    found = state.once(f"digest since {then.as_of}", lambda: _digest(state, then))
    if not found:
        return
    count = len({c.indicator_id for c in found if c.indicator_id})
    head = f"この資料の時点({_moment(then.as_of)})のあとで、{count}指標が変わりました。"
    show(
        tag(
            "p",
            head
            + "資料に入れるには、「今の値にする」を選んで版を作ってください。人が書いた総括の文も確かめてください。",
            "notice",
        )
    )
    rows: list[Row] = [(_name(state, c.indicator_id), c.word, c.text, c.source or "―") for c in found]
    show(
        table(
            [Column("指標"), Column("種類"), Column("変わったこと"), Column("だれが・いつ・なぜ")],
            rows,
            caption="資料の時点のあとで変わったこと",
            kind="stack",
        )
    )


def _digest(state: Assessment, then: Assessment) -> tuple[Change, ...]:
    """The digest; for who may make a version with the reasons that were typed."""
    found, own = digest(then, state), services()
    return own.with_reasons(state.plan.id, found) if own.may(Action.MAKE_REPORT, Place(state.plan.id)) else found


def _name(state: Assessment, indicator_id: str) -> str:
    if not indicator_id:
        return "計画の全体"
    indicator = state.snapshot.plan.indicator(indicator_id)
    return f"{indicator.number}　{indicator.name}"


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "今"


def versions(state: Assessment, round_id: str) -> None:
    """The versions that were made with their files; for the secretariat how to make one and to compare two."""
    made = state.snapshot.versions.get(round_id, ())
    staff = services().may(Action.MAKE_REPORT, Place(state.plan.id))
    shown = [v for v in made if staff or v.public]
    if shown or staff:
        st.header("残した版", anchor=False)
    told(f"version {round_id}")
    for place, version in reversed(list(enumerate(made))):
        if version in shown:
            _version(state.plan.id, round_id, place, version)
    if not staff:
        return
    if not made:
        show(
            tag(
                "p",
                "まだ版を残していません。版を残すと、値があとで直されても、同じ資料をいつでも取り出せます。",
                "meta",
            )
        )
    folded_form("版を残す", lambda: _make(state, round_id, made), key=f"make-{round_id}")
    if made:
        folded_form(
            "二つの版を比べる(新旧対照・正誤・差替え)",
            lambda: _compare(state, round_id, made),
            key=f"compare-{round_id}",
        )


def _version(plan_id: str, round_id: str, place: int, version: Version) -> None:
    marks: list[Content] = [tag("b", version.word), badge(version.handling, "x v-note")]
    below = f"値の時点 {_moment(version.as_of)}　作成 {_moment(version.made_at)} {version.who}"
    show(
        tag(
            "div", join([join(marks, " "), tag("div", f"{below}{f'　{version.note}' if version.note else ''}", "meta")])
        )
    )
    own = services()  # a file is fetched where nobody knows any more who is at the screen
    with st.container(horizontal=True):
        for kept in version.files:
            form = FORMATS.get(kept.format)
            st.download_button(
                unmarked(form.word if form else kept.name),
                lambda sha=kept.sha256: own.report_file(plan_id, round_id, sha)[1],  # type: ignore[misc]
                kept.name,
                form.mime if form else "application/octet-stream",
                key=f"kept-{round_id}-{place}-{kept.format}",
                on_click="ignore",
            )


def _make(state: Assessment, round_id: str, made: Sequence[Version]) -> None:
    plan_id = state.plan.id
    words = {kind: f"{v.word}({v.handling})" for kind, v in VERSION_KINDS.items()}
    kinds = list(words)
    kind = st.selectbox(
        "版",
        kinds,
        index=kinds.index(next_kind(made)),
        format_func=lambda k: words[k],
        key=f"kind-{plan_id}-{round_id}-{len(made)}",
    )
    anew = False
    if state.snapshot.told_at(round_id):
        chosen = st.radio(
            "値",
            list(_OPTIONS),
            format_func=lambda k: unmarked(_OPTIONS[k]),
            key=f"anew-{plan_id}-{round_id}-{len(made)}",
        )
        anew = chosen == _ANEW
    note = st.text_input(
        "記録に残す説明(会議の日、変えた理由など)", key=f"note-{plan_id}-{round_id}-{len(made)}", max_chars=200
    )
    found = services().check_report(plan_id, round_id, kind, anew=anew)
    show(_findings(found))
    if st.button(
        "この版を作って残す", key=f"do-{plan_id}-{round_id}", disabled=any(f.forbids for f in found), type="primary"
    ):
        _do(plan_id, round_id, kind, anew, note)


def _findings(found: Sequence[Finding]) -> Markup:
    """What somebody has to have seen before a version goes out."""
    if not found:
        return tag("p", "点検で見つかったことはありません。", "meta")
    told: list[Content] = []
    for one in found:
        mark = badge("直すまで作れません", "x v-fix") if one.forbids else badge("確かめてください", "x v-ask")
        told.append(join([mark, f" {one.check}: {one.message}"]))
    return join(
        [
            tag("p", f"点検で見つかったこと({len(found)}件)。版と一緒に記録に残り、資料には印刷されません。", "meta"),
            listing(told),
        ]
    )


def _do(plan_id: str, round_id: str, kind: str, anew: bool, note: str) -> None:
    with st.status("資料を作っています…") as status:
        issues = attempt(
            lambda: services().make_report(
                plan_id, round_id, kind, anew=anew, note=note,
                tick=lambda done, total, word: status.update(label=f"資料を作っています…({done + 1}/{total} {word})"),
            )
        )  # fmt: skip
    if issues is None:
        return
    if any(issue.severity is Severity.FIX for issue in issues):
        refuse(*(issue.message for issue in issues))
        return
    lacking = [issue.message for issue in issues]
    tell(f"version {round_id}", f"{VERSION_KINDS[kind].word}を残しました。", refused=lacking)


def _compare(state: Assessment, round_id: str, made: Sequence[Version]) -> None:
    plan_id = state.plan.id
    names = {place: f"{v.word}({_moment(v.made_at)})" for place, v in enumerate(made)} | {len(made): "今の値で作る資料"}
    places = list(names)
    left, right = st.columns(2)
    with left:
        old = st.selectbox(
            "旧", places[:-1], index=len(made) - 1, format_func=lambda p: names[p], key=f"old-{round_id}"
        )
    with right:
        new = st.selectbox("新", places, index=len(made), format_func=lambda p: names[p], key=f"new-{round_id}")
    wanted = [Edition(version=p) if p < len(made) else Edition(anew=True, kind=made[-1].kind) for p in (old, new)]
    compared = services().compare_reports(plan_id, round_id, *wanted)
    if not compared.found:
        show(tag("p", "違いはありません。", "meta"))
        return
    st.subheader(unmarked(f"新旧対照表({len(compared.found)}か所が違います)"), anchor=False)
    show(_table_of(comparison(compared)))
    _errata(compared)
    _files(compared, round_id)


def _errata(compared: Compared) -> None:
    """What was wrong in the older paper; what differs without having been wrong is counted."""
    found = wrong(compared)
    st.subheader(unmarked(f"正誤表(旧の資料の誤り{len(found)}か所)"), anchor=False)
    if found:
        show(_table_of(errata(compared)))
    if others := not_wrong_words(compared):
        told = (
            f"ほかの{len(compared.found) - len(found)}か所({others})は、誤りの訂正ではないため正誤表に入れていません。"
        )
        show(tag("p", told, "meta"))


def _table_of(paper: Report) -> Markup:
    """The table of a paper that is one table."""
    (told,) = (block for block in paper.parts[0].blocks if isinstance(block, Table))
    rows: list[Row] = [tuple(_printed(cell) for cell in line.cells) for line in told.lines]
    return table([Column(c.heading) for c in told.columns], rows, caption=told.caption, kind="stack")


def _printed(cell: Cell) -> Content:
    return changed(cell.printed or "―") if cell.changed else cell.printed or "―"


def _files(compared: Compared, round_id: str) -> None:
    """新旧対照表, 正誤表 and 差替え as files; a 正誤表 only where anything was wrong."""
    able = bool(chromium())
    for key, document in DOCUMENTS.items():
        if key == "errata" and not wrong(compared):
            continue
        with st.container(horizontal=True):
            for name, form, file, make in files(compared, document):
                if able or not form.printed:
                    st.download_button(
                        unmarked(form.word), make, file, form.mime, key=f"{key}-{name}-{round_id}", on_click="ignore"
                    )
