"""報告書: the paper of the 本部会議 for a round, now: its first page to look over and to write, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import labels, told_of
from kpi.collection.workflow import Action
from kpi.plan import Round
from kpi.printing.rollup import GOALS
from kpi.report.assembly import report, work_parts
from kpi.report.blocks import Cell, Heading, Line, Note, Report, Table
from kpi.report.versions import OWN_WORDS
from loaders.documents.paper.paper_files import Drawn, Format, file_name, formats_of
from loaders.documents.paper.pdf import chromium
from pages.parts.app.current_view import view, view_at
from pages.parts.app.identity import require
from pages.parts.report.achievement_editor import achievement_box
from pages.parts.report.meeting_start import BEGUN, can_begin, meeting_start
from pages.parts.report.question_list import questions
from pages.parts.report.summary_editor import summary
from pages.parts.report.version_list import since, versions
from pages.parts.shared import notices
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import empty, header, lead, show, unwritten
from pages.parts.shared.markup import Column, Content, Group, Markup, Row, changed, join, link, table, tag, unmarked


def report_page() -> None:
    """Draw the first page of a round's paper, and hand out its files."""
    require(Action.EXPORT)
    state = view()
    header("報告書", state)
    rounds = told_of(state.plan, state.snapshot.life)
    if not rounds and can_begin(state):
        meeting_start(state)
        return
    if not (state.plan.indicators or rounds):  # a plan of initiatives alone has a paper once its work is looked at
        unwritten("指標", "indicators.csv", state)
        return
    if not rounds:
        lead("会議の資料は、始まった照会の値で作ります。始まった照会はまだありません。")
        empty(join([link("照会", "rounds"), "を始めると、その回の概要、一覧、指標個票をここで作れます。"]))
        return
    controls = st.grid(min_column_width=260)
    with controls.cell():
        of_values = (r.id for r in rounds if r.kind != "initiatives")
        chosen = choose("照会", "round", labels(rounds, state.snapshot.life), default=next(of_values, rounds[0].id))
    with controls.cell():
        department_id = choose("範囲", "of", _scopes(state), default=_WHOLE).removeprefix(_WHOLE)
    moment = state.snapshot.told_at(chosen)
    then = view_at(moment) if moment else state
    before = state.snapshot.told_before(chosen, then.as_of)
    # A 公表版 tells what everybody may see, whoever is at the screen.
    public = any(version.public for version in state.snapshot.versions.get(chosen, ())[-1:])
    shown = view_at(moment, public=True) if public else then
    last = view_at(before, public=public) if before else None
    # Who is at the screen is not known any more where a file is made.
    told = partial(_told, state, shown, last, state.plan.round(chosen), department_id)
    paper = state.once(f"paper {chosen} {department_id}", partial(told, first_page=True))
    lead(_standing(paper, made=chosen in state.snapshot.versions))
    notices.told(BEGUN)
    since(state, then)
    _files(formats_of(state.plan), paper, state.once(f"drawn {chosen} {department_id}", lambda: Drawn(told)))
    st.header("総括", anchor=False)
    summary(paper)
    achievement_box(state, then, paper)
    for title, found in _tables(paper):
        st.header(unmarked(title), anchor=False)
        show(_drawn(found))
    notes = [block.text for block in paper.part("overview").blocks if isinstance(block, Note)]
    show(tag("div", join(tag("div", words) for words in notes), "meta"))
    st.header("資料の中身", anchor=False)
    show(_contents(shown, department_id))
    if not department_id:
        versions(state, chosen)
        questions(state, then, state.plan.round(chosen), paper)


_WHOLE = "all"


def _scopes(state: Assessment) -> dict[str, str]:
    """The whole plan, and every department that answers for an indicator."""
    mine = [d for d in state.plan.departments if state.plan.owned_by(d.id, state.day)]
    return {_WHOLE: "計画の全体"} | {d.id: f"{d.name(state.day)}の指標" for d in mine}


def _told(
    state: Assessment,
    then: Assessment,
    last: Assessment | None,
    asked: Round,
    department_id: str,
    *,
    first_page: bool = False,
) -> Report:
    """The paper due now from the state that it tells, and from what the last meeting knew."""
    made = state.snapshot.versions.get(asked.id, ())
    version = made[-1] if made else None
    return report(then, asked, state.snapshot, version, department_id=department_id, first_page=first_page, last=last)


def _standing(paper: Report, *, made: bool) -> Content:
    if paper.working:
        return join([f"{paper.round_name}は締め切られていません。今の値で作る", tag("b", "作業中"), "の資料です。"])
    if paper.version in OWN_WORDS.values():
        return f"{paper.round_name}の{paper.version}です({paper.state_words})。あとで値が直されても変わりません。"
    frozen = f"{paper.version}の値" if made else "締切りの値"
    return f"{paper.round_name}の{frozen}({paper.state_words})で作る資料です。あとで値が直されても変わりません。"


def _files(forms: Mapping[str, Format], paper: Report, drawn: Drawn) -> None:
    """A button for each file; it is made when somebody presses it."""
    able = bool(chromium())
    with st.container(horizontal=True):
        for name, form in forms.items():
            if able or not form.printed:
                file = file_name(paper, form)
                st.download_button(
                    unmarked(form.word),
                    partial(form.make, drawn),
                    file,
                    form.mime,
                    key=f"paper-{name}",
                    on_click="ignore",
                )
    lacking = "" if able else "このサーバーにはPDFを作るプログラム(Chromium)がありません。"
    by_hand = "印刷用ページをブラウザで開き、印刷で「PDFに保存」を選ぶとPDFになります。"
    show(tag("p", f"{lacking}{by_hand}図のあるファイルは、できるまで10秒ほどかかります。", "meta"))


def _tables(paper: Report) -> Iterator[tuple[str, Table]]:
    heading = ""
    for block in paper.part("overview").blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Table):
            yield heading, block


def _drawn(told: Table) -> Markup:
    columns = [Column(column.heading, number=column.align == "right") for column in told.columns]
    return table(columns, [_row(line) for line in told.lines], caption=told.caption, kind="stack")


def _row(line: Line) -> Row:
    return Group(line.band) if line.band else tuple(_cell(cell) for cell in line.cells)


def _cell(cell: Cell) -> Content:
    return changed(cell.printed) if cell.changed else cell.printed


def _contents(state: Assessment, department_id: str) -> Markup:
    """What is printed on which sheet."""
    rows: list[Row] = []
    if state.plan.indicators:
        rows += _of_indicators(state, department_id)
    else:
        rows.append(("概要", "総括、分野別の進捗、説明を要する取組、今後の予定", "A4横"))
    if not department_id:
        rows += [(part.number, part.title, part.sheet) for part in work_parts(state)]
    if state.plan.indicators:
        rows.append(("参考", "出所一覧(Excelだけ。公表版には入りません)", "A4横"))
    return table([Column("資料番号"), Column("内容"), Column("用紙")], rows, caption="資料の中身")


def _of_indicators(state: Assessment, department_id: str) -> list[Row]:
    mine = state.plan.owned_by(department_id, state.day) if department_id else state.plan.indicators
    fields = [f.name for f in state.plan.fields if any(i.field_id == f.id for i in mine)]
    named = ([GOALS] if any(not i.field_id for i in mine) else []) + fields
    return [
        (
            "概要",
            "総括、分野別の進捗区分、説明を要する指標、前回からの変化、今後の予定、前回の会議のあとの決定",
            "A4横",
        ),
        ("資料1", "KPI進捗状況一覧", "A3横"),
        *((f"資料1-{n}", name, "A4横") for n, name in enumerate(named, start=1)),
        (f"資料2-1～{len(mine)}", f"指標個票({len(mine)}指標、1指標1枚)", "A4縦"),
    ]
