"""The frame every screen stands in: banner, title, first sentence, tables, downloads, errors."""

from __future__ import annotations

import functools
import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.placement import text_width
from kpi.collection.workflow import TERM_OVER, Action
from kpi.issue import Issue
from kpi.plan import Indicator
from kpi.summary import is_sample, source_words
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.services import NotAllowed
from loaders.store import StoreBusy, StoreError
from pages.parts.app.current_view import NoPlan, data_issues, services
from pages.parts.app.plan_choice import plan_id
from pages.parts.framework import ColumnConfig
from pages.parts.shared import notices
from pages.parts.shared.markup import Column, Content, Markup, address, changed, join, link, table, tag, unmarked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
log = logging.getLogger("kpi")
#: The column of a table that holds the figures' short numbers, and what one looks like.
_CODES, _CODE = "番号", r"[0-9A-Z]{3}-\d{4}"
#: What stands on the screen alone, and what on paper alone (``house.css``).
ON_SCREEN, ON_PAPER = "on-screen", "on-paper"
#: A column of texts is at most this wide, in pixels.
_WIDEST = 520


def guarded(page: Callable[[], None]) -> Callable[[], None]:
    """The page, with a plain Japanese word instead of a traceback when something fails."""

    @functools.wraps(page)
    def run() -> None:
        try:
            page()
        except StoreError:
            raise  # told once for the whole page, see told_if_busy
        except NoPlan:
            st.error("計画のファイルを読み込めないため、何も表示できません。次のところを直して、起動し直してください。")
            file_issues()
        except Exception:
            # Streamlit's own control flow (rerun, stop) derives from BaseException and passes by.
            log.exception("screen %s failed", page.__name__)
            st.error(
                "画面を表示できませんでした。もう一度開いても直らないときは、時刻を添えて事務局へお知らせください。"
                "入力済みの回答は失われていません。"
            )

    return run


def told_if_busy(page: Callable[[], None]) -> Callable[[], None]:
    """The whole page; where the store cannot be had (in time, or at all) that is said once, whichever part asked."""

    @functools.wraps(page)
    def run() -> None:
        try:
            page()
        except StoreBusy as busy:
            st.warning(str(busy))
        except StoreError as error:
            log.error("screen %s has no store: %s", page.__name__, error)
            st.error(unmarked(str(error)))

    return run


T = TypeVar("T")


def attempt(act: Callable[[], T]) -> T | None:
    """What an act gives; None where it may not be done or something forbids it, which is then said.

    Acts that give nothing give an empty tuple: done.
    """
    done, refused = _tried(act)
    if refused:
        notices.refuse(*refused)
    return None if refused else done


def each(acts: Mapping[str, Callable[[], object]]) -> tuple[int, tuple[str, ...]]:
    """Several acts, each tried whatever became of the others: how many were done, and why the rest was not."""
    tried = {name: _tried(act)[1] for name, act in acts.items()}
    return sum(not why for why in tried.values()), tuple(f"{n}: {w}" for n, why in tried.items() for w in why)


def _tried(act: Callable[[], T]) -> tuple[T | None, tuple[str, ...]]:
    """What an act gives, or why it was not done."""
    try:
        done = act()
    except NotAllowed as refused:
        return None, (str(refused),)
    except KeyError:
        return None, ("もうありません。画面を開き直してください。",)
    if isinstance(done, tuple) and done and all(isinstance(one, Issue) for one in done):
        return None, tuple(issue.message + issue.advice for issue in done)
    return done, ()


def show(markup: Markup) -> None:
    """Draw a piece of HTML; nothing where it is empty."""
    if markup:
        st.html(tag("div", markup, "scroll") if "<table" in markup else markup)


def header(title: str, view: Assessment, *, meta: str = "", crumb: Content = "") -> None:
    """The sample banner, where there are samples, then the way here, the title and its as-of line."""
    if view.snapshot.has_samples:
        sample_banner()
    if crumb:
        show(tag("div", crumb, "crumb"))
    st.title(unmarked(title), anchor=False)
    if meta:
        show(tag("div", meta, "meta"))
    if view.is_over:
        show(tag("div", join([tag("b", TERM_OVER.message), TERM_OVER.advice]), "notice", role="note"))
    notices.top()


def file_issues() -> None:
    """What is wrong with the plan's own files: file, row and column, and what to do."""
    found = data_issues()
    if not found:
        return
    rest = "(読めたところだけで動いています)" if plan_id() else ""
    with st.expander(unmarked(f"計画と公表値のファイルに{len(found)}件の問題があります{rest}")):
        rows = [(issue.sheet, issue.cell, issue.value, issue.message, issue.advice) for issue in found]
        headings = ("ファイル", "場所", "書かれた文字", "問題", "どうするか")
        show(table([Column(h) for h in headings], rows, caption="計画と公表値のファイルの問題"))


def sample_banner() -> None:
    """What is shown is not real, and how to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center", key="sample-banner"):
        show(tag("div", Markup("<b>サンプルを表示しています。</b>県の実績ではありません。"), "notice", role="note"))
        if services().may(Action.SAMPLES) and st.button("サンプルを消して始める", key="samples-off"):
            with st.spinner("サンプルを消しています…"):
                services().remove_samples()
            st.rerun()


def lead(content: Content) -> None:
    """The one sentence that a screen opens with."""
    show(tag("p", content, "lead"))


def segments(parts: Sequence[tuple[str, str]]) -> Markup:
    """A sentence given as (text, emphasis): ``status`` words stand out, ``changed`` is red, empty is plain."""
    return join(changed(text) if kind == "changed" else tag("b", text) if kind else text for text, kind in parts)


def source_line(view: Assessment, indicator: Indicator) -> Content:
    """What stands under every chart of an indicator."""
    mark: Content = tag("b", "サンプル　") if is_sample(view, indicator) else ""
    return join([mark, source_words(view, indicator)])


#: A table as it is shown, how its columns are shown, and the same for paper.
Prepared = tuple[pd.DataFrame, Mapping[str, ColumnConfig], Markup]


def grid(
    told: pd.DataFrame, alt_text: str, kept: Callable[[str, Callable[[], Prepared]], Prepared] | None = None
) -> None:
    """A table to sort and search; numbers with separators, a missing one as ―, long tables fetched as they are read.

    ``kept`` keeps what is made of a table that is itself kept (``state.once``): to tell by its rows whether a long one
    is the same costs more than anything else about it.
    """
    origin = address("origin")

    def prepared() -> Prepared:
        return _prepared(pickle.dumps(told), alt_text, origin)

    shown, columns, printed = kept(f"grid {alt_text} {origin}", prepared) if kept else prepared()
    st.dataframe(
        shown,
        hide_index=True,
        width="content",
        placeholder="―",
        lazy=len(shown) > 2000,
        column_config=columns,
        alt=alt_text,
    )
    show(printed)


@functools.lru_cache(maxsize=64)
def _prepared(table: bytes, alt_text: str, _origin: str) -> Prepared:
    """The same made once for its rows; ``_origin`` is where its links lead: it holds the plan and the moment shown."""
    told: pd.DataFrame = pickle.loads(table)
    plain = told.assign(**{name: _as_numbers(told[name]) for name in told.columns})
    columns = {name: _column(name, plain[name]) for name in plain.columns}
    shown = plain
    if _CODES in plain.columns and plain[_CODES].astype(str).str.fullmatch(_CODE).all():
        # Each figure leads to its passport; what stands in the cell is its number.
        there = [address("origin", figure=str(code)) for code in plain[_CODES]]
        columns[_CODES] = st.column_config.LinkColumn(
            display_text=r"figure=([^&]+)", width=_room([_CODES, *plain[_CODES]])
        )
        shown = plain.assign(**{_CODES: there})
    return shown, columns, _on_paper(plain, alt_text)


#: Rows of a table that are printed: paper cannot be sorted or searched, and more of them are taken as a file.
_PRINTED = 60


def _on_paper(told: pd.DataFrame, caption: str) -> Markup:
    """The same table for a printer, which would get of the one above what stands in its window."""
    first = told.head(_PRINTED)
    shown = pd.DataFrame({name: _printed(first[name]) for name in first.columns})
    columns = [Column(name, number=pd.api.types.is_float_dtype(first[name])) for name in first.columns]
    rows = list(shown.itertuples(index=False, name=None))
    more = f"ほか{len(told) - len(first):,}行は、CSVかExcelで受け取れます。" if len(told) > len(first) else ""
    return tag("div", join([table(columns, rows, caption=caption), more]), ON_PAPER, aria_hidden="true")


def _printed(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column):
        return ["―" if pd.isna(n) else f"{n:,.15g}" for n in column]
    return ["―" if pd.isna(told) else str(told) for told in column]


def _as_numbers(column: pd.Series) -> pd.Series:
    """Figures with fixed decimals as numbers to sort by; a column of anything else as it is."""
    told = column.dropna()
    return column.astype("float64") if len(told) and all(isinstance(v, Decimal) for v in told) else column


def _column(name: str, column: pd.Series) -> ColumnConfig:
    """How a column is shown, and how wide it is: a number always whole, a text as far as a screen has room for it.

    The framework itself would measure the first rows alone, and of the table that stood there before: it cuts a
    longer number further down, where what is left of it looks like another number.
    """
    if pd.api.types.is_float_dtype(column):
        numbers = column.dropna().map(lambda n: float(f"{n:.15g}"))
        # Numbers with separators are drawn with three decimals: an exact value that has more gets all of them instead.
        finer = not numbers.round(3).eq(numbers).all()
        texts = [f"{n:.15g}" if finer else f"{n:,.3f}".rstrip("0").rstrip(".") for n in numbers]
        return st.column_config.NumberColumn(format="%.15g" if finer else "localized", width=_room([name, *texts]))
    longest = column.dropna().astype(str).drop_duplicates().sort_values(key=lambda c: c.str.len()).tail(50)
    return st.column_config.Column(width=min(_room([name, *longest]), _WIDEST))


def _room(texts: Sequence[str]) -> int:
    """The pixels that the widest of some texts takes in a cell."""
    return round(max(map(text_width, texts))) + 20


def table_downloads(name: str, view: Assessment, build: Callable[[Assessment], pd.DataFrame]) -> None:
    """CSV and Excel of a table that is built only when asked for."""
    downloads(lambda: build(view), name=name, title=name, sample=view.snapshot.has_samples)


#: In the session: the forms that were opened.
_OPENED = "opened-forms"


def folded(label: str, draw: Callable[[], None], *, key: str) -> None:
    """A part of the page that is made when somebody opens it: what is closed costs nobody anything."""
    box = st.expander(unmarked(label), key=f"open-{key}", on_change="rerun")
    if is_open(box):
        with box:
            draw()


def folded_form(label: str, draw: Callable[[], None], *, key: str) -> None:
    """The same of what people fill in: once opened it stays made, so that closing it loses nothing that was typed."""
    box = st.expander(unmarked(label), key=key, on_change="rerun")
    opened = st.session_state.setdefault(_OPENED, set())
    if is_open(box):
        opened.add(key)
    if key in opened:
        with box:
            draw()


def is_open(box: Any) -> bool:
    """Whether somebody has opened a folded part."""
    return bool(box.open)


def empty(message: Content) -> None:
    """An empty state with its advice."""
    show(tag("div", message, "empty"))


def unwritten(what: str, file: str, view: Assessment | None = None) -> None:
    """The empty state of a plan whose files do not name any of something yet; its initiatives, where it has those."""
    if view is not None and view.plan.initiatives:
        empty(join([f"この計画に{what}はありません。取組は", link("取組・ロードマップ", "roadmap"), "で見られます。"]))
        return
    where = f"計画のフォルダーの {file} に書き、「管理」で読み込み直すと、ここに出ます。"
    empty(f"この計画には、まだ{what}がありません。{where}")


def downloads(
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    *,
    name: str,
    title: str,
    notes: Sequence[str] = (),
    sample: bool = False,
) -> None:
    """CSV and Excel of a table, made only when asked for."""
    mark = "サンプル_" if sample else ""
    said = (*notes, *(("サンプルです。県の実績ではありません。",) if sample else ()))

    def built() -> pd.DataFrame:
        return table() if callable(table) else table

    def excel() -> bytes:
        return to_xlsx(built(), title=f"{'【サンプル】' if sample else ''}{title}", notes=said)

    with st.container(horizontal=True):
        for label, make, kind, mime in (
            ("CSVで受け取る", lambda: to_csv(built()), "csv", "text/csv"),
            ("Excelで受け取る", excel, "xlsx", XLSX),
        ):
            st.download_button(label, make, f"{mark}{name}.{kind}", mime, key=f"{name}-{kind}", on_click="ignore")
