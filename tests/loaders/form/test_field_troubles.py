"""Troubles that people who fill in workbooks have everywhere, each with near relatives and with what must still be taken."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from kpi.collection.workflow import Reading
from kpi.people import Person, Role
from kpi.place import Place
from loaders.form import definition as d
from loaders.form.prose_lines import TEXT
from loaders.services import Services
from loaders.services.batch_reading import read_book
from loaders.services.intake import Taken
from loaders.workbook.cells import Cell, open_book
from tests.campaign.draft import Draft, Mark, Page, Spot
from tests.campaign.forms import Here, Sort, filled
from tests.campaign.verdict import concerns, is_open, same
from tests.campaign.written import to_bytes
from tests.factory import AGRI, COUNT, CUT, PAPER, POLICY, RATE, TOTAL, TRADE, filled_form, tiny_answers
from tests.hurt import put
from tests.storekit import later, new_store

VALUE: Spot = ("visits", "value")
RATE_OF: Spot = ("hours", "value")
TARGET: Spot = ("visits", "target")
#: What a sound form says in these cells.
SOUND: dict[Spot, float | str | None] = {
    VALUE: 1642.0,
    ("visits", "release"): "final",
    ("visits", "period"): "FY2024",
    ("visits", "missing_reason"): None,
    ("members", "value"): 0.0,
    ("members", "baseline"): 0.0,
    ("members", "target"): 12.0,
    ("members", "period"): "FY2024",
    ("members", "release"): "final",
    ("members", "missing_reason"): None,
    RATE_OF: 17.3,
    ("hours", "release"): "final",
    ("hours", "period"): "FY2024",
    ("hours", "missing_reason"): None,
}
ANNUAL, RICE, TARGETS, FIRST = (
    Sort("a", "fy2024", TRADE), Sort("a", "fy2024", AGRI), Sort("a", "targets", TRADE), Sort("first", "fy2024", TRADE),
)  # fmt: skip
Do = Callable[[Draft], None]


def draft(sort: Sort, do: Do | None = None) -> Draft:
    """A form filled in soundly, then changed."""
    own = {RICE: ("hours",), FIRST: ("visits", "members")}.get(sort, ("visits",))
    changes = {s: v for s, v in SOUND.items() if s[0] in own}
    empty = random.Random("a sound form")
    made = filled(sort, empty, changes if sort is not TARGETS else {})
    for spot in list(made.plain):
        if spot[1].startswith("correction") or (spot[1] == "missing_reason" and made.filled((spot[0], "value"))):
            made.write(spot, None)
    if do:
        do(made)
    return made


def read(one: Draft) -> Reading:
    """Through the bytes of a file and all that a child does, here."""
    book = open_book(to_bytes(one), one.filename, pool=Here())  # type: ignore[arg-type]
    return read_book(book, one.brief, round_id=one.round.id, department_id=one.department_id)


@cache
def quiet(sort: Sort) -> frozenset[tuple[str, str, str]]:
    """What is said of the sound form."""
    return frozenset((i.code, i.cell, i.message) for i in read(draft(sort)).issues)


@dataclass(frozen=True)
class Outcome:
    """A reading beside the sound form's."""

    one: Draft
    reading: Reading
    sort: Sort

    def taken(self, spot: Spot, value: float | str) -> bool:
        """Taken with no question about it."""
        answer = next((a for a in self.reading.answers if a.subject_id == spot[0]), None)
        return answer is not None and same(answer.value(spot[1]), value) and not self.asked(spot)

    def asked(self, spot: Spot) -> bool:
        """A question or a fault that the sound form did not get, about this cell or the whole file."""
        mark = self.one.spots[spot]
        return any(is_open(i) and concerns(i, spot, mark) for i in self.new)

    @property
    def new(self) -> list:
        return [i for i in self.reading.issues if (i.code, i.cell, i.message) not in quiet(self.sort)]

    def told(self, *signs: str) -> bool:
        """Something said that holds any of these words or names any of these cells."""
        said = ["".join((i.cell + " " + i.message + i.advice + i.value).split()) for i in self.new]
        return any("".join(sign.split()) in text for sign in signs for text in said)

    @property
    def story(self) -> str:
        return "; ".join(f"{i.severity} {i.code} {i.cell} {i.message}" for i in self.new)


@dataclass(frozen=True)
class Case:
    """One trouble: what is done, to which form, and what must hold. ``tell`` are words or cells that must be named."""

    name: str
    do: Do
    sort: Sort = ANNUAL
    taken: tuple[tuple[Spot, float | str], ...] = ()
    asked: tuple[Spot, ...] = ()
    either: tuple[Spot, float | str] | None = None  # taken where something is told at the cell, or asked
    tell: tuple[str, ...] = ()
    refused: bool = False
    untold: bool = False  # nothing at all is said that the sound form did not get


def write(spot: Spot, value: object, **more: object) -> Do:
    return lambda one: one.write(spot, value, **more)  # type: ignore[arg-type]


def place_of(one: Draft, key: str) -> Mark:
    """The first indicator's place of a column, on whichever sheet it stands."""
    said = next((line for line in one.lines if line.key == key), None)
    if said and one.prose:
        return Mark(one.prose, said.row, TEXT)
    return Mark(one.form, d.FIRST_DATA_ROW, one.column(key))


def at(key: str, sort: Sort = ANNUAL) -> str:
    """The address of the first indicator's cell of a column."""
    return place_of(draft(sort), key).ref


def several(*all_: Do) -> Do:
    def do(one: Draft) -> None:
        for each in all_:
            each(one)

    return do


def runs(spot: Spot, *pieces: tuple[str, str]) -> Do:
    """A cell's text in pieces, plain, struck, raised or bold."""

    def do(one: Draft) -> None:
        mark = one.spots[spot]
        one.write(spot, "".join(text for text, _ in pieces))
        mark.page.runs[mark.row, mark.column] = pieces

    return do


def remark(key: str, words: str, up: int = 0) -> Do:
    def do(one: Draft) -> None:
        mark = place_of(one, key)
        mark.page.put(mark.row - up, mark.column, words)

    return do


def drawn(sort: str, words: str, page: str = "form") -> Do:
    def do(one: Draft) -> None:
        where = one.form if page == "form" else one.guide
        one.drawn.append((sort, where.mark(d.FIRST_DATA_ROW, 16), words))

    return do


def manual(one: Draft) -> None:
    one.manual = True


# --- what stands in one cell

MEANING = (
    Case("a digit struck through", runs(RATE_OF, ("17.", ""), ("1", "struck"), ("3", "")), RICE, either=(RATE_OF, 17.3)),
    Case("the old figure struck before the new", runs(RATE_OF, ("15.1", "struck"), ("17.3", "")), RICE, either=(RATE_OF, 17.3)),
    Case("last digit struck", runs(VALUE, ("1642", ""), ("0", "struck")), either=(VALUE, 1642.0)),
    Case("a whole figure struck", runs(VALUE, ("1642", "struck")), asked=(VALUE,)),
    Case("a struck 速報 before 確定", runs(("visits", "release"), ("速報", "struck"), ("確定", "")), either=(("visits", "release"), "final")),
    Case("a raised 1", runs(RATE_OF, ("17.3", ""), ("1", "raised")), RICE, either=(RATE_OF, 17.3)),
    Case("a raised 2)", runs(VALUE, ("1642", ""), ("2)", "raised")), either=(VALUE, 1642.0)),
    Case("a raised mark behind a struck digit", runs(VALUE, ("164", ""), ("1", "struck"), ("2", ""), ("*", "raised")), either=(VALUE, 1642.0)),
    Case("two fonts", runs(VALUE, ("16", "bold"), ("42", "")), taken=((VALUE, 1642.0),)),
    Case("two fonts in a word", runs(("visits", "release"), ("確", "bold"), ("定", "")), taken=((("visits", "release"), "final"),)),
)  # fmt: skip

_TABLES = (
    "=SUM(内訳表[件数])",
    "=内訳表[[#This Row],[件数]]",
    "=内訳表[@件数]",
    "=SUBTOTAL(109,内訳表[[#Data],[件数]])",
    "=COUNTA(名簿[氏名])",
)
_OUTSIDE = (
    "=[1]表!$C$3",
    "='[年報.xlsx]表'!C3",
    "=SUM([1]!内訳表[件数])",
    "='D:\\年報\\[年報.xlsx]表'!C3",
    "=[2]!内訳表[[#This Row],[件数]]",
)
FORMULAS = (
    *(Case(f"a table here: {f}", write(VALUE, 1642.0, formula=f), taken=((VALUE, 1642.0),)) for f in _TABLES),
    *(Case(f"another file: {f}", write(VALUE, 1642.0, formula=f), asked=(VALUE,)) for f in _OUTSIDE),
    Case("manual calculation", several(manual, write(VALUE, 1642.0, formula="=1500+160")), asked=(VALUE,)),
    Case("manual calculation of a period", several(manual, write(("visits", "period"), "令和6年度", formula="=表紙!A1")), asked=(("visits", "period"),)),
    Case("manual calculation of a target", several(manual, write(TARGET, 1984.0, formula="=1900+84")), TARGETS, asked=(TARGET,)),
    Case("manual calculation, a figure typed", manual, taken=((VALUE, 1642.0),), untold=True),
    Case("automatic calculation", write(VALUE, 1642.0, formula="=1600+42"), taken=((VALUE, 1642.0),)),
)  # fmt: skip

RELEASES = (
    *(Case(f"1642{m} beside 確定", write(VALUE, f"1642{m}"), asked=(VALUE,))
      for m in ("(速)", "(暫)", "(見)", "(p)", "(r)", "（Ｐ）", "(速報値)", "(見込み)", "(暫定値)", " p", "速", "※速報値", "〔速〕", "(予)")),
    *(Case(f"1642{m} beside 確定, sound", write(VALUE, f"1642{m}"), taken=((VALUE, 1642.0),)) for m in ("(注1)", "※2", "(確定)", "件", "(注)")),
    Case("1642(速) beside 速報", several(write(VALUE, "1642(速)"), write(("visits", "release"), "速報")), taken=((VALUE, 1642.0),)),
)  # fmt: skip


def zeros(value: float, **more: object) -> Do:
    """A figure where a typed 0 is no matter: it was 0 before."""
    return write(("members", "value"), value, **more)


DUST = (
    *(Case(f"dust {v!r}", write(VALUE, v, formula="=1642.1-0.1"), taken=((VALUE, 1642.0),)) for v in (1642.0000000000002, 1641.9999999999998)),
    Case("dust below zero for 0", zeros(-2.7755575615628914e-17, formula="=1-0.9-0.1"), FIRST, taken=((("members", "value"), 0.0),)),
    Case("dust above zero for 0", zeros(5.551115123125783e-17), FIRST, taken=((("members", "value"), 0.0),)),
    Case("a typed 0", zeros(0.0), FIRST, taken=((("members", "value"), 0.0),)),
    Case("minus zero", zeros(-0.0), FIRST, taken=((("members", "value"), 0.0),)),
    Case("a count below zero", zeros(-4.0), FIRST, asked=(("members", "value"),)),
    Case("a small share", write(RATE_OF, 0.004), RICE, asked=(RATE_OF,)),
)  # fmt: skip

# --- beside the answers


def right(words: str, by: int = 1) -> Do:
    return lambda one: one.form.put(d.FIRST_DATA_ROW, max(d.positions("annual").values()) + by, words)


def between(key: str, words: object, heading: str | None = None) -> Do:
    def do(one: Draft) -> None:
        column = one.column(key)
        one.form.insert_columns(column)
        one.form.put(d.FIRST_DATA_ROW, column, words)
        one.form.put(d.HEADING_ROW, column, heading)

    return do


def comment(row: int, column: int, words: str, page: str = "form") -> Do:
    def do(one: Draft) -> None:
        (one.form if page == "form" else one.guide).comments[row, column] = words

    return do


def sheet(words: object, name: str = "連絡") -> Do:
    return lambda one: one.pages.append(
        Page(name, {(3, 2): Cell(3, 2, "number" if isinstance(words, float) else "text", words)})
    )  # type: ignore[arg-type]


_SAID = "実数は1,655。月末に入替"
_STILL = ((VALUE, 1642.0),)
BESIDE = (
    Case("right of the table", right(_SAID), tell=("実数は1,655",)),
    Case("a figure right of the table", right("1655", 3), tell=("1655",)),
    Case("between two columns", between("correction", "単価改定の前に注文が集まった"), tell=("単価改定の前",)),
    Case("a figure between two columns", between("period", 1655.0), tell=("1655", "R6", "S6")),
    Case("an empty column between two", between("correction", None), taken=_STILL),
    Case("a text box", drawn("box", _SAID), tell=("実数は1,655",)),
    Case("a text box on the guide", drawn("box", "様式の2行目は提出しません", "guide"), tell=("様式の2行目は",)),
    Case("an empty box", drawn("box", ""), taken=_STILL),
    Case("a picture", drawn("picture", ""), tell=("画像", "図", "P6")),
    Case("a thread", drawn("thread", "1642は中間の数。最終は1655"), tell=("1642は中間の数",)),
    Case("a thread on the guide", drawn("thread", "期限を一週間延ばしたい", "guide"), tell=("期限を一週間",)),
    Case("a plain note", comment(6, 16, "九月までの集計"), tell=("九月までの集計",)),
    Case("a note on the name", comment(6, 4, "来年は名称を改めます"), tell=("来年は名称を",)),
    Case("a note on the guide", comment(4, 2, "読みました。質問あり", "guide"), tell=("読みました。質問",)),
    *(Case(f"a remark {up} rows above", remark("value", "十一月に差し替えの見通し", up), tell=("十一月に差し替え",)) for up in (2, 3, 4, 5)),
    Case("nothing above but the form's own", lambda one: None, taken=_STILL, untold=True),
    Case("this year's analysis in last year's column", several(
        write(("visits", "analysis"), None), write(("visits", "evidence"), None), remark("last_comment", "巡回員を2名ふやした。"),
        remark("last_evidence", "巡回記録 p.4")), tell=("巡回員を2名", at("last_comment"))),
    Case("the evidence alone in last year's column", remark("last_evidence", "巡回記録 p.4"), tell=("巡回記録", at("last_evidence"))),
    Case("a figure in last year's column", remark("last_evidence", "1655"), tell=("1655", at("last_evidence"))),
    Case("last year's words as they were", remark("last_comment", "2023年度は横ばいだった。"), taken=_STILL, untold=True),
    Case("a sheet of their own", sheet("部内の決裁は未了です"), tell=("部内の決裁は", "連絡")),
    Case("a figure on a sheet of their own", sheet(1655.0, "実数"), tell=("1655", "実数")),
    Case("below, far away", lambda one: one.form.put(60, 5, "来週また送ります"), tell=("来週また", "E60")),
)  # fmt: skip

# --- two forms in a file


def copied(spot: Spot, value: object, *, own: bool = True, title: str = "写し") -> Do:
    """The sheet copied, the copy changed; ``own``: the sheet itself stays filled in."""

    def do(one: Draft) -> None:
        mark = one.spots[spot]
        other = mark.page.copy(title)
        other.put(mark.row, mark.column, value)
        one.pages.append(other)
        if not own:
            for each in one.spots.values():
                if each.page is mark.page:
                    each.page.put(each.row, each.column, None)

    return do


def without(*keys: str) -> Do:
    def do(one: Draft) -> None:
        for spot in one.spots:
            if spot[1] in keys:
                one.write(spot, None)

    return do


_UNSIGNED = without("evidence", "section", "person", "contact")
COPIES = (
    Case("targets, the copy differs", several(_UNSIGNED, copied(TARGET, 2500.0)), TARGETS, asked=(TARGET,), tell=("写し",)),
    Case("targets, the copy's baseline differs", several(_UNSIGNED, copied(("visits", "baseline"), 900.0)), TARGETS, asked=(("visits", "baseline"),), tell=("写し",)),
    Case("targets, the copy's period differs", several(_UNSIGNED, copied(("visits", "target_period"), "令和9年度")), TARGETS,
         asked=(("visits", "target_period"),), tell=("写し",)),
    Case("targets, only the copy filled in", several(_UNSIGNED, copied(TARGET, 2500.0, own=False)), TARGETS, tell=("写し",)),
    Case("targets, the same", several(_UNSIGNED, copied(TARGET, 1984.0)), TARGETS, taken=((TARGET, 1984.0),)),
    Case("annual, the copy differs", copied(VALUE, 1655.0), asked=(VALUE,), tell=("写し",)),
    Case("annual, only the copy filled in", copied(VALUE, 1655.0, own=False), tell=("写し",)),
    Case("annual, the copy's words differ", copied(("visits", "analysis"), "別の要因"), asked=(("visits", "analysis"),), tell=("写し",)),
    Case("annual, only the copy's words are there", copied(("visits", "analysis"), "別の要因", own=False), tell=("写し",)),
    Case("annual, the same words twice", several(write(("visits", "analysis"), "利用が広がった。"), copied(("visits", "analysis"), "利用が広がった。")),
         taken=(*_STILL, (("visits", "analysis"), "利用が広がった。"))),
)  # fmt: skip

# --- the archive


def renamed(change: Callable[[str], str], *more: str) -> Do:
    """The parts under other names, and further parts."""

    def pack(data: bytes) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name, body in [(change(n), old.read(n)) for n in old.namelist()] + [(n, b"<x/>") for n in more]:
                info = zipfile.ZipInfo("x")
                info.filename = name
                new.writestr(info, body)
        return out.getvalue()

    return lambda one: one.on_bytes.append(pack)


def _back(name: str) -> str:
    return name.replace("/", "\\")


ARCHIVES = (
    Case("backslashes", renamed(_back), taken=_STILL),
    Case("backslashes in some names", renamed(lambda n: _back(n) if "sheet2" in n or "styles" in n else n), taken=_STILL),
    Case("out of the archive", renamed(str, "../x.xml"), refused=True),
    Case("out of the archive, backslashes", renamed(_back, "..\\x.xml"), refused=True),
    Case("further out, in the middle", renamed(_back, "xl\\..\\..\\x.xml"), refused=True),
    Case("a drive", renamed(_back, "C:\\x.xml"), refused=True),
    Case("from the root", renamed(str, "\\x.xml"), refused=True),
    Case("two parts of one name", renamed(str, "xl\\workbook.xml"), refused=True),
    Case("two parts of one name, another", renamed(str, "xl\\worksheets/sheet2.xml"), refused=True),
)  # fmt: skip

CASES = (*MEANING, *FORMULAS, *RELEASES, *DUST, *BESIDE, *COPIES, *ARCHIVES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_trouble(case: Case) -> None:
    one = draft(case.sort, case.do)
    got = Outcome(one, read(one), case.sort)
    if case.refused:
        assert not got.reading.answers
        assert any(map(is_open, got.reading.issues))
    for spot, value in case.taken:
        assert got.taken(spot, value), got.story
    for spot in case.asked:
        assert got.asked(spot), got.story
    if case.either:
        spot, value = case.either
        ref = one.spots[spot].ref
        assert got.asked(spot) or (got.taken(spot, value) and got.told(ref)), got.story
    if case.tell:
        assert got.told(*case.tell), got.story
    if case.untold:
        assert not got.new, got.story


@pytest.mark.parametrize("sort", [ANNUAL, RICE, TARGETS, FIRST], ids=["annual", "rice", "targets", "first"])
def test_the_sound_form_is_taken_without_a_question(sort: Sort) -> None:
    assert not [i for i in read(draft(sort)).issues if is_open(i)]


# --- several files


def _services(folder: Path) -> Services:
    return Services(new_store(folder), Person("9", "事務局", Role.SECRETARIAT), folder, lambda: later(1))


def _form(who: str, value: float, **more: object) -> bytes:
    said = tiny_answers()
    said[TOTAL] = said[TOTAL] | {"value": 5.0}  # there is no history here: the step from 現状値 must be small
    said[RATE] = said[RATE] | {"value": 52.5, "numerator": 21.0}
    said[who] = said[who] | {"value": value, **more}
    return filled_form(said, department={COUNT: TRADE, CUT: AGRI, PAPER: POLICY, RATE: POLICY}[who])


def _loaded(folder: Path, **files: bytes) -> tuple[Services, dict[str, Taken]]:
    """A batch taken in and, as far as it may be, sent; by file name."""
    services = _services(folder)
    taken = list(
        services.take_files(Place("tiny"), [(name.replace("__", "/") + ".xlsx", data) for name, data in files.items()])
    )
    return services, {t.filename.removesuffix(".xlsx").replace("/", "__"): t for t in services.send_returns(taken)}


def _stored(services: Services, who: str) -> list[float]:
    found = services.snapshot("tiny").observations
    return [] if found.empty else list(found[(found["indicator_id"] == who) & (found["period"] == "FY2024")]["value"])


@pytest.mark.parametrize(
    "names",
    [("回答_商工労働部", "回答_商工労働部_修正版", "旧__回答"), ("回答", "回答 (1)"), ("R6__回答", "最終__回答")],
)
def test_versions_of_one_return_in_a_batch_are_a_question(tmp_path: Path, names: tuple[str, ...]) -> None:
    services, told = _loaded(tmp_path, **{name: _form(COUNT, 1401.0 + n) for n, name in enumerate(names)})
    assert _stored(services, COUNT) == []
    for name in names:
        one = told[name]
        assert not one.sent
        assert any(map(is_open, (*one.issues, *one.unsent))), name
    said = "".join(i.message + i.advice + i.sheet for t in told.values() for i in (*t.issues, *t.unsent))
    assert all(name.rpartition("__")[2] in said for name in names)


def test_one_return_each_of_two_departments_is_sent(tmp_path: Path) -> None:
    services, told = _loaded(tmp_path, a=_form(COUNT, 1411.0), b=_form(CUT, 8.3))
    assert all(one.sent for one in told.values())
    assert (_stored(services, COUNT), _stored(services, CUT)) == ([1411.0], [8.3])


def test_the_same_file_twice_is_no_question(tmp_path: Path) -> None:
    data = _form(COUNT, 1412.0)
    services, _ = _loaded(tmp_path, a=data, 写し__a=data)
    assert _stored(services, COUNT) == [1412.0]


@pytest.mark.parametrize("sign", ["_xD83D_", "_x0007_", "_xFFFF_"])
def test_a_sign_that_cannot_be_written_costs_no_other_file(tmp_path: Path, sign: str) -> None:
    bad = put(_form(CUT, 8.4), CUT, analysis="QRSTUV")
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(bad)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"QRSTUV", f"QR{sign}UV".encode()))
    services, told = _loaded(tmp_path, a=_form(COUNT, 1413.0), b=out.getvalue(), c=_form(RATE, 52.5))
    assert (_stored(services, COUNT), _stored(services, RATE)) == ([1413.0], [52.5])
    assert told["b"].sent or any(map(is_open, (*told["b"].issues, *told["b"].unsent)))
    for answer in told["b"].reading.answers if told["b"].reading else ():
        for entry in answer.entries.values():
            str(entry.value).encode()
            assert not set(str(entry.value)) & {"\x07", "\x00"}
