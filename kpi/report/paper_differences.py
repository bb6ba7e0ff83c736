"""Where two papers of one round read otherwise, cell by cell, on which pages, and which changes brought it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpi.cards.revision import day_text
from kpi.changes.change import DECIDED, SENT, Change, Kind
from kpi.changes.change_digest import of_indicator
from kpi.period import short_of
from kpi.plan import STANDING_TEXTS
from kpi.report.blocks import Part, Passage, Report, Sentence, Table
from kpi.report.indicator_entry import UNCHECKED

#: What is no indicator's: the first page.
OVERVIEW = "概要"


@dataclass(frozen=True)
class Difference:
    """One place that reads otherwise. ``causes`` are the changes that brought it, as far as any is known.

    ``pages`` are the 資料番号 on which it stands in the first paper (in the second, where the first has not got it).
    ``subject_id`` is the indicator, empty for 概要 and for an initiative; ``said`` a reason where no change is one.
    """

    number: str
    title: str
    place: str
    before: str
    after: str
    causes: tuple[Change, ...] = ()
    pages: tuple[str, ...] = ()
    subject_id: str = ""
    said: str = ""

    @property
    def reason(self) -> str:
        """「値の訂正(総合政策部 R8.11.3 集計誤り)」; empty where nobody has given one."""
        sources = [(c.word, c.source_on(day_text(c.at.date()) if c.at else "")) for c in self.causes]
        told = dict.fromkeys(f"{word}({source})" if source else word for word, source in sources)
        return self.said or "。".join(told)

    @property
    def was_wrong(self) -> bool:
        """Whether it reads otherwise because it was wrong, and because of nothing else."""
        return bool(self.causes) and all(change.was_wrong for change in self.causes)


def differences(before: Report, after: Report, found: Sequence[Change]) -> tuple[Difference, ...]:
    """Every place in which the second paper says something else: 総括, the list, the indicators' own pages.

    ``found`` is the digest of the states they tell of. An indicator that stands in one of the papers alone is one
    difference. What follows from another difference (a count, a page of a field) is not told again.
    """
    return (*_sentences(before, after, found), *_indicators(before, after, found))


# --- 概要 -------------------------------------------------------------------------------------------------------------


def _sentences(before: Report, after: Report, found: Sequence[Change]) -> Iterator[Difference]:
    """The sentences of 総括; one that the data made follows from all that changed, one that people wrote from them."""
    old, new = (_said(paper) for paper in (before, after))
    for key in dict.fromkeys((*old, *new)):
        both = [found_in.get(key) for found_in in (old, new)]
        old_text, new_text = (sentence.text if sentence else "" for sentence in both)
        if old_text == new_text:
            continue
        writers = [sentence.who for sentence in both if sentence and sentence.edited]
        said = f"人が書いた文({writers[-1]})" if writers else "資料の値からできた文"
        causes = () if writers else tuple(found)
        yield Difference(OVERVIEW, "総括", "文", old_text, new_text, causes, (OVERVIEW,), said=said)


def _said(paper: Report) -> dict[str, Sentence]:
    return {s.key: s for s in paper.part("overview").blocks if isinstance(s, Sentence)}


# --- indicators -------------------------------------------------------------------------------------------------------


def _indicators(before: Report, after: Report, found: Sequence[Change]) -> Iterator[Difference]:
    old, new = ({p.subject_id: p for p in paper.parts_of("indicator")} for paper in (before, after))
    listed = [_listed(paper) for paper in (before, after)]
    for subject in dict.fromkeys((*old, *new)):
        part, mine = new.get(subject) or old[subject], of_indicator(found, subject)
        number, _, name = part.title.partition("　")
        pages = _Pages.of(before if subject in old else after, subject)
        if subject not in old or subject not in new:
            words = ("―", "掲載") if subject in new else ("掲載", "―")
            yield Difference(number, name, "指標", *words, mine, pages.of_place("指標名"), subject)
            continue
        rows = [{k: v for k, v in one.get(number, {}).items() if k not in _DERIVED} for one in listed]
        told = [row | _own(paper[subject]) for row, paper in zip(rows, (old, new), strict=True)]
        for place in dict.fromkeys((*told[0], *told[1])):
            pair = told[0].get(place, ""), told[1].get(place, "")
            if pair[0] != pair[1] and not _told_in_list(place, pair, rows):
                said = _only_checked(pair)
                causes = () if said else _causes(place, mine, rows)
                yield Difference(number, name, place, *pair, causes, pages.of_place(place), subject, said)


def _only_checked(pair: tuple[str, str]) -> str:
    """What is told of a value that the secretariat has checked since, or not yet again; empty where that is not all."""
    first, second = (text.removesuffix(UNCHECKED).removesuffix("・") for text in pair)
    if first != second:
        return ""
    return "確認前の値になった" if pair[1].endswith(UNCHECKED) else "確認済の値になった"


def _listed(paper: Report) -> dict[str, dict[str, str]]:
    """The row of each indicator's number in the list, by heading; 時点 is told with the heading before it."""
    tables = [_table(part) for part in paper.parts_of("listing")]  # none in the paper of a plan of initiatives alone
    return {
        row[0].printed: dict(zip(_names(t), (c.printed for c in row), strict=True)) for t in tables for row in t.rows
    }


def _table(part: Part) -> Table:
    return next(b for b in part.blocks if isinstance(b, Table))


def _names(table: Table) -> list[str]:
    headings = [column.heading for column in table.columns]
    return [f"{headings[n - 1]}の時点" if h == "時点" else h for n, h in enumerate(headings)]


#: Columns of the list that the grid of years has too.
_OF_YEARS = {"実績": "今回", "進捗率(%)": "進捗率(%)", "計画線": "計画線"}


def _told_in_list(place: str, pair: tuple[str, str], rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether a figure of the grid of years is the one that the list has told as another already."""
    name, _, year = place.partition(" ")
    column = _OF_YEARS.get(name) if year else None
    return column is not None and pair == tuple(row.get(column, "") for row in rows)


#: Columns that only say how a row differs from last time, or shorten what the indicator's page says whole.
_DERIVED = ("更新・訂正", "要因・今後の対応")


def _own(part: Part) -> dict[str, str]:
    """What an indicator's own page says beyond the list: the figures of its years, and its texts."""
    found: dict[str, str] = {}
    for block in part.blocks:
        if isinstance(block, Passage):
            found[block.label] = block.text
        elif isinstance(block, Table) and block.caption == "年度ごとの値":
            for row in block.rows:
                for column, cell in zip(block.columns[1:], row[1:], strict=True):
                    found[f"{row[0].text} {column.heading}"] = cell.printed
    return found


# --- what brought it ----------------------------------------------------------------------------------------------


_STATUS: frozenset[Kind] = frozenset({"status", "late", "stale"})
_RULES: frozenset[Kind] = frozenset({"target", "baseline", "rule"})
#: Of which kinds a place tells that is about no value, by how its name begins; of 担当 and 番号 no change tells.
_PLACES: Mapping[str, frozenset[Kind]] = {
    "現状値": frozenset({"baseline", "rule"}),
    "目標": frozenset({"target", "rule"}),
    **dict.fromkeys(("項目", "指標名", "単位", "意味", "算定方法"), frozenset({"definition"})),
    **dict.fromkeys(("要因", "今後の対応", "根拠資料", *STANDING_TEXTS.values()), frozenset({"said", "new_value"})),
    "全国との比較": frozenset({"restated"}),
    "指標": DECIDED,
    **dict.fromkeys(("担当", "番号"), frozenset[Kind]()),
}
#: The same of the judgement, which tells of the value judged too.
_JUDGED: Mapping[str, frozenset[Kind]] = {
    "進捗区分": _STATUS,
    "判定の理由": _RULES,
    "進捗率": _RULES,
    "計画線": _RULES,
}


def _causes(place: str, mine: Sequence[Change], rows: Sequence[Mapping[str, str]]) -> tuple[Change, ...]:
    """The changes that a place tells of; of a judgement those of the value judged and of its rule, too."""
    name = place.partition(" ")[0].partition("(")[0].removesuffix("の時点")
    if name in _PLACES:
        return tuple(c for c in mine if c.kind in _PLACES[name])
    kinds = _JUDGED.get(name, frozenset[Kind]())
    if name == "進捗区分" and (told := tuple(c for c in mine if c.kind in kinds)):
        return told
    values = _values(place, mine, rows)
    told = tuple(c for c in mine if c in values or c.kind in kinds)
    return told or tuple(c for c in mine if c.kind in _STATUS) or tuple(c for c in mine if c.kind == "said")


def _values(place: str, mine: Sequence[Change], rows: Sequence[Mapping[str, str]]) -> list[Change]:
    """The changes of the value that stands there: of its period in the second paper, else in the first.

    Where the value before the newest is another because there is a newer one, that is the newer one's change.
    """
    sent = [change for change in mine if change.kind in SENT]
    year, column = place.partition(" ")[2], "前回の時点" if place.startswith("前回") else "今回の時点"
    periods = [year] if year else [row.get(column, "") for row in reversed(rows)]
    for period in periods:
        if found := [change for change in sent if period and short_of(change.period) == period]:
            return found
    return [change for change in sent if change.kind == "new_value" or not any(periods)]


# --- where it stands --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pages:
    """The pages that tell of an indicator, by their 資料番号, and the columns of the page of its field."""

    listing: str
    field: str
    columns: frozenset[str]
    sheet: str

    @classmethod
    def of(cls, paper: Report, subject_id: str) -> _Pages:
        sheet = paper.part("indicator", subject_id)
        field = paper.part("field", sheet.group_id)
        names = frozenset(name.partition("(")[0] for name in _names(_table(field)))
        return cls(paper.part("listing").number, field.number, names, sheet.number)

    def of_place(self, place: str) -> tuple[str, ...]:
        """The pages on which a place of the list, or of the indicator's own page, stands."""
        name = place.partition("(")[0]
        if place not in _LISTED:
            return (self.sheet,)
        beside = (self.sheet,) if name in _ON_SHEET else ()
        return (self.listing, *((self.field,) if name in self.columns or name in _NAMED else ()), *beside)


#: Columns of the list; of these, what an indicator's own page says too.
_LISTED = frozenset({
    "番号", "項目", "指標名", "単位", "現状値", "現状値の時点", "前回", "前回の時点", "今回", "今回の時点",
    "速報・確定", "目標", "目標の時点", "進捗率(%)", "計画線", "進捗区分(前回→今回)", "担当",
})  # fmt: skip
_ON_SHEET = frozenset(name.partition("(")[0] for name in _LISTED - {"番号", "前回", "前回の時点"})
#: What stands on the page of a field under another heading.
_NAMED = frozenset({"指標名", "単位", "速報・確定"})
