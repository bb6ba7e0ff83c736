"""Turns the cells of one row into entries, and says what is doubtful about each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from kpi.cards.revision import band_text
from kpi.collection.schedule import expected_period
from kpi.collection.workflow import RELEASE_WORDS, Brief, Entry, Past, known_beside
from kpi.issue import Choice, Issue
from kpi.period import Period
from kpi.plan import Card, Indicator, Round
from loaders.form import definition as d
from loaders.form.own_text import calculated, mark
from loaders.form.reading.location import Table, label
from loaders.form.reading.row_matching import Identified, merged_over
from loaders.form.reading.struck import read_marked, spellings
from loaders.form.reading.understanding.formulas import Formulas
from loaders.form.reading.understanding.misplaced_text import other_row, stray_number
from loaders.form.writing.prefill import field_name
from loaders.rules.check_registry import finding
from loaders.text.characters import is_blank, shortened, visible
from loaders.text.choice_words import OFFICIAL, code_of, releases_beside, said
from loaders.text.dates import read_period
from loaders.text.findings import Finding, as_issues
from loaders.text.numbers import read_number
from loaders.workbook.cells import Cell

_DASHES = {"-", "--", "ー", "…", "・・・", "...", "*", "***", "x"}
#: What people write into cells that they leave out. ``*`` and ``x`` mean secrecy and are none of these.
_NOTHING = {
    "-",
    "--",
    "---",
    "ー",
    "ーー",
    "…",
    "・・・",
    "...",
    "/",
    "なし",
    "無し",
    "無",
    "該当なし",
    "該当無し",
    "訂正なし",
    "変更なし",
    "対象外",
}
_UNSET = {"未定", "未設定", "検討中", "調整中"}


@dataclass
class RowReader:
    """Reads one identified row. Everything noticed collects in ``issues``."""

    formulas: Formulas
    table: Table
    place: Identified
    brief: Brief
    round: Round
    past: Past | None
    siblings: Mapping[int, str]  # row -> indicator id, of all identified rows
    issues: list[Issue] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)  # columns of the form's own, with something struck through
    own: frozenset[str] = frozenset()  # the marks of what the form itself wrote
    missing_in_value: str = ""  # a reason for having no value that is written where the value belongs

    @property
    def indicator(self) -> Indicator:
        """The row's indicator."""
        return self.place.indicator

    @cached_property
    def card(self) -> Card:
        """The card in force."""
        return self.brief.cards.get(self.indicator.id) or self.brief.plan.card(self.indicator.id)

    @cached_property
    def expected(self) -> Period:
        """The period this round asks for."""
        return expected_period(self.card, self.indicator, self.round)[0]

    def read(self) -> dict[str, Entry]:
        """The entries of the row's entry columns, empty ones included."""
        for column in d.columns_for(self.round.kind):
            if column.key not in self.place.spots:
                continue
            opened = d.enterable(column, self.indicator, self.card, self.round.kind, has_past=self.past is not None)
            if opened:
                self.entries[column.key] = self._entry(column)
            else:
                self._fixed(column)
        self._tell_withdrawn()
        corrected = self.entries.get("correction")
        if corrected and corrected.value is not None and self.past and "last_period" in self.place.spots:
            # A correction is of the value this form shows, whatever else is known by the time it is sent.
            self.entries["last_period"] = replace(self._empty("last_period"), value=self.past.period.code)
        return self.entries

    # --- one cell

    def at(self, key: str) -> Cell | None:
        """The cell of a column, wherever in the sheet it stands; None where it is empty or there is none."""
        spot = self.place.spots.get(key)
        return self.table.sheet.at(*spot) if spot else None

    def ref(self, key: str) -> str:
        """The address of a column's cell."""
        return Cell(*self.place.spots[key], "text", "").ref

    def told(
        self, code: str, key: str, words: Mapping[str, str] | None = None, choices: tuple[Choice, ...] = ()
    ) -> None:
        """A registered finding about one of the row's cells."""
        entry, cell = self.entries.get(key), self.at(key)
        written = entry.written if entry else cell.written if cell else ""
        ref = entry.cell if entry else self.ref(key)
        said = {"expected": self.table.headings.get(key, ""), "found": written} | dict(words or {})
        self.issues.append(
            finding(code, said, sheet=self.table.sheet.name, cell=ref, value=written,
                    indicator_id=self.indicator.id, key=key, choices=choices)
        )  # fmt: skip

    def _empty(self, key: str) -> Entry:
        return Entry(key, self.table.sheet.name, self.ref(key), "", None)

    def _entry(self, column: d.Column) -> Entry:
        cell = self.at(column.key)
        if self.place.spots[column.key][1] in self.table.sheet.hidden_columns and cell:
            self.told("column.hidden", column.key)
        cell, shared = self._unmerged(column, cell)
        if cell is None or is_blank(cell.written):
            return self._empty(column.key)
        blank = Entry(column.key, self.table.sheet.name, cell.ref, cell.written, None)
        self.entries[column.key] = blank
        if self._left_out(column, cell):
            self.told("cell.dash", column.key)
            return replace(blank, written="")
        value = read_marked(self, column, cell) if cell.runs else self.understood(column, cell)
        if shared and value is not None:
            value = self._shared(column, shared, value)
        return replace(self.entries[column.key], value=value)

    def _unmerged(self, column: d.Column, cell: Cell | None) -> tuple[Cell | None, str]:
        """The cell to read, and the merged range where it is shared with other rows or other columns."""
        found = merged_over(self.table.sheet, *self.place.spots[column.key])
        if found is None or found[0] is None:
            return cell, ""
        top_left, (top, left, bottom, right) = found
        others = {i for row, i in self.siblings.items() if top <= row <= bottom} - {self.indicator.id}
        within = (k for k, (r, c) in self.place.spots.items() if top <= r <= bottom and left <= c <= right)
        crossed = [k for k in within if k != column.key]
        if not others and not crossed:
            return top_left, ""
        assert top_left is not None
        return top_left, top_left.merged or f"{top_left.ref}:{Cell(bottom, right, 'text', '').ref}"

    def _shared(self, column: d.Column, area: str, value: float | str) -> float | str | None:
        cell = self.at(column.key)
        if column.group == d.G_CONTACT:
            self.told("cell.merged", column.key, {"range": area})
            return value
        shown = cell.written if cell else self.entries[column.key].written
        choices = (
            Choice(f"この指標の値も「{shortened(shown)}」", {column.key: value}),
            Choice("空欄とする", {column.key: None}),
        )
        self.told("cell.merged_value", column.key, {"range": area}, choices)
        return None

    def _left_out(self, column: d.Column, cell: Cell) -> bool:
        """Whether a cell holds a dash or なし and its row needs nothing there."""
        text, key = label(cell.written), column.key
        if cell.kind == "error" or text not in _NOTHING | _UNSET:
            return False
        if key in d.CARD_KEYS:
            return text in _UNSET or set(text) <= set("-ー")
        if text in _UNSET:
            return False
        value, given = self._text("value"), self._text("missing_reason")
        valued = any(c.isdigit() for c in value)
        reason = _code("missing_reason", given) or _code("missing_reason", value)
        plain = text not in ("該当なし", "該当無し", "対象外")  # those may be the reason itself
        match key:
            case "correction" | "correction_kind":
                return {self._text("correction"), self._text("correction_kind")} <= _NOTHING | {""}
            case "numerator" | "denominator":
                return {self._text("numerator"), self._text("denominator")} <= _NOTHING | {""}
            case "missing_reason":
                return plain and (valued or bool(reason))
            case "value":
                return plain and bool(_code("missing_reason", given))
            case "next_release":
                return valued or reason not in ("", "unpublished")
            case "period" | "release":
                return bool(reason)
            case _:
                return False

    def _text(self, key: str) -> str:
        """What stands in a cell of the row, folded; empty where there is nothing."""
        cell = self.at(key)
        return label(cell.written) if cell else ""

    def understood(self, column: d.Column, cell: Cell) -> float | str | None:
        """What a cell says in a column; whatever is noticed about it is told."""
        if cell.kind == "uncached":
            self.told("formula.uncached", column.key, {"formula": shortened(cell.formula)})
            return None
        if cell.kind == "error" and column.kind != "number":
            self.told("cell.error", column.key)
            return None
        match column.kind:
            case "number":
                value: float | str | None = self._number(column.key, cell)
            case "period":
                value = self._period(column.key, cell)
            case "choice":
                value = self._choice(column, cell)
            case _:
                value = self._words(column.key, cell)
        return self._calculated(column.key, cell, value) if cell.formula and cell.kind != "error" else value

    def _calculated(self, key: str, cell: Cell, value: float | str | None) -> float | str | None:
        words = {"formula": shortened(cell.formula), "found": cell.written}
        external = self.formulas.from_outside(self.table.sheet, cell.formula)
        odd = self.formulas.contradicts(self.table.sheet, cell.formula, cell.value)
        if not external and not cell.stale and not odd:
            self.told("formula.cached", key, words)
            return value
        choices = (Choice(f"「{cell.written}」で正しい", {key: value}),) if value is not None else ()
        code = "formula.external" if external else "formula.stale" if cell.stale else "formula.contradicts"
        self.told(code, key, words, choices)
        return None

    def _found(self, key: str, found: tuple[Finding, ...], choices: tuple[Choice, ...]) -> None:
        entry = self.entries[key]
        self.issues += as_issues(
            found, choices, sheet=entry.sheet, cell=entry.cell, value=entry.written,
            indicator_id=self.indicator.id, key=key,
        )  # fmt: skip

    def _number(self, key: str, cell: Cell) -> float | None:
        if cell.kind in ("bool", "date"):
            self._found(key, (Finding("number.boolean" if cell.kind == "bool" else "number.date", cell.written),), ())
            return None
        assert cell.value is not None
        # What this round itself said before is no yardstick for what it says now.
        told = known_beside(self.brief.history.get(self.indicator.id, ()), self.round.id)
        history = tuple(p.value for p in told) if key in _SCALED else ()
        read = read_number(
            cell.value,
            unit=self.indicator.unit if key in _SCALED else "",
            number_format=cell.number_format,
            history=history,
            name=self.indicator.name if key in _SCALED else "",
            release=self._said_release(key),
            key=key,
            period=self._said_period(key),
        )
        if read.outcome == "wrong" and self._astray(key, cell):
            return None
        self._found(key, read.findings, read.choices)
        if read.outcome == "missing" and key == "value" and read.missing:
            self.missing_in_value = read.missing
        return read.value if read.outcome == "value" else None

    def _release(self) -> str:
        """What the row's own 確定・速報・見込 column says."""
        cell = self.at("release")
        return next((code for text in spellings(cell) if (code := _code("release", label(text)))), "")

    def _said_release(self, key: str) -> str:
        """The release that a number column's figure has by what the row says; empty where that is nowhere said."""
        if key in _THIS_TIME:
            return self._release()
        if key != "correction" or not self.past:
            return ""
        return "final" if _code("correction_kind", self._text("correction_kind")) == "finalised" else self.past.release

    def _said_period(self, key: str) -> Period | None:
        """The period of a number column's figure by the row's own columns, else by the card and the round."""
        if key == "correction":
            return self.past.period if self.past else None
        own = "period" if key in _THIS_TIME else f"{key}_period"
        known = self.expected if key in _THIS_TIME else d.card_value(self.card, own)
        due = known if isinstance(known, Period) else None
        cell = self.at(own)
        if cell is None or cell.value is None or cell.kind == "error":
            return due
        asked = self._due(own) or due
        return read_period(cell.value, expected=asked, number_format=cell.number_format).period or due

    def _astray(self, key: str, cell: Cell) -> bool:
        """Whether a number cell plainly holds what belongs in a choice column."""
        for other in ("release", "correction_kind"):
            code = _code(other, label(cell.written))
            if code and other in self.place.spots:
                hint = f"「{self.table.headings[other]}」の欄の内容のようです。"
                self.told("entry.wrong_column", key, {"hint": hint})
                return True
        return False

    def _period(self, key: str, cell: Cell) -> str | None:
        assert cell.value is not None
        read = read_period(cell.value, expected=self._due(key), number_format=cell.number_format, key=key)
        self._found(key, read.findings, read.choices)
        if key == "period":
            self._release_in_period(cell)
        return read.period.code if read.outcome == "value" and read.period else None

    def _release_in_period(self, cell: Cell) -> None:
        """R6年度(速) beside 確定 is asked, beside 速報 it is what the column says too."""
        told, beside = releases_beside(cell.written), self._release()
        if not beside or not told.codes or told.code == beside:
            return
        codes = RELEASE_WORDS if told.rest else (*told.codes, beside)
        choices = tuple(Choice(RELEASE_WORDS[c], {"release": c}) for c in dict.fromkeys(codes))
        self.told("release.elsewhere", "release", {"found": cell.written}, choices)

    def _due(self, key: str) -> Period | None:
        """What a period column is expected to say, so that a bare R10 is read as the indicator's own kind of year."""
        plan, kind = self.brief.plan, self.expected.kind
        if key == "period" or kind not in ("FY", "CY"):
            return self.expected if key == "period" else None
        if key == "baseline_period":
            return self.card.baseline_period or Period(kind, plan.start.year - 1)
        if key == "target_period":
            return self.card.target_period or Period(kind, plan.end.year)
        return None

    def _choice(self, column: d.Column, cell: Cell) -> str | None:
        text, words = label(cell.written), column.choices or {}
        if not text:
            return None
        if code := _code(column.key, text):
            return code
        offered = tuple(Choice(w, {column.key: c}) for c, w in words.items())
        found = said(column.key, text)
        if text in _DASHES:
            self.told("choice.dash", column.key, choices=(*offered, Choice("空欄とする", {column.key: None})))
        elif found.code:
            self.told("choice.folded", column.key, {"taken": words[found.code]})
            return found.code
        elif len(found.codes) > 1:
            self.told("choice.several", column.key, choices=offered)
        elif found.codes:
            self.told("choice.doubtful", column.key, {"taken": words[found.codes[0]]}, offered)
        elif cell.kind == "number" or (re.search(r"\d", text) and _is_number(cell.written)):
            hint = f"数値は「{self.table.headings.get('value', '今回の値')}」などの欄に書いてください。"
            self.told("entry.wrong_column", column.key, {"hint": hint})
        elif any(_code(k, text) for k in OFFICIAL if k != column.key):
            other = next(k for k in OFFICIAL if k != column.key and _code(k, text))
            hint = f"「{self.table.headings.get(other, other)}」の欄の内容のようです。"
            self.told("entry.wrong_column", column.key, {"hint": hint})
        else:
            self.told("choice.unknown", column.key, {"choices": "・".join(words.values())}, offered)
        return None

    def _words(self, key: str, cell: Cell) -> str | None:
        """A text as it stands; a figure alone in it, or another row's indicator, is asked about."""
        text = visible(cell.written).strip()
        choices = (Choice("このまま取り込む", {key: text}), Choice("空欄とする", {key: None}))
        if stray_number(key, cell, (i.unit for i in self.brief.plan.indicators)):
            self.told("text.number", key, choices=choices)
        elif name := other_row(key, text, self.indicator.name, self._other_names()):
            self.told("text.other_row", key, {"name": name, "own": self.indicator.name}, choices)
        return text or None

    def _other_names(self) -> tuple[str, ...]:
        """The names of all other indicators: the row that a text belongs to may have been deleted."""
        return tuple(i.name for i in self.brief.plan.indicators if i.id != self.indicator.id)

    # --- cells that are not to be filled in

    def _tell_withdrawn(self) -> None:
        """One question for all that the form gave and somebody struck through in this row."""
        cells = {key: cell for key in self.withdrawn if (cell := self.at(key))}
        if cells:
            names = "・".join(self.table.headings[key] for key in cells)
            said = "・".join(shortened(cell.struck) for cell in cells.values())
            rests = "・".join(
                cell.value for cell in cells.values() if isinstance(cell.value, str) and cell.value.strip()
            )
            words = {"expected": names, "struck": said, "rest": f"(残りは「{shortened(rests)}」)" if rests else ""}
            self.told("prefilled.struck", self.withdrawn[0], words)

    def _fixed(self, column: d.Column) -> None:
        cell = self.at(column.key)
        if cell and cell.struck:
            self.withdrawn.append(column.key)
            return
        if column.key in ("number", "name") or column.key.startswith(("last_comment", "last_evidence")):
            return
        if column.key == "prose":
            if cell and not calculated(cell) and not is_blank(cell.written):
                self.told("entry.not_asked", column.key)
            return
        if column.key in ("numerator", "denominator", "correction", "correction_kind"):
            if cell and cell.written.strip():
                left_out = label(cell.written) in _NOTHING
                self.told("cell.dash" if left_out else "entry.not_asked", column.key)
            return
        known = self._known(column.key)
        if (
            cell is not None
            and known is None
            and cell.written.strip()
            and mark(column.key, cell.written) not in self.own
        ):
            self.told("entry.not_asked", column.key)  # and not what the form itself knew when it was made
        if cell is None or known is None or self._agrees(column, cell, known):
            return
        if column.key == "direction" and label(cell.written) == label(d.DIRECTION_WORDS[self.card.direction]):
            return  # the band has been set since, or the form is of before bands were shown
        shown = (
            known if isinstance(known, str) else d.period_text(known) if isinstance(known, Period) else f"{known:,.10g}"
        )
        quiet = column.key in ("field", "source", "direction", "definition") and not (
            cell.kind == "number" or _is_number(cell.written)
        )
        self.told("prefilled.note" if quiet else "prefilled.changed", column.key, {"known": shown})

    def _known(self, key: str) -> float | str | Period | None:
        if key == "target" and d.banded(self.card):
            return band_text(self.card, self.indicator.unit)
        if key in d.CARD_KEYS:
            return d.card_value(self.card, key)
        if key in ("unit", "source", "definition"):
            return str(getattr(self.indicator, key))
        if key == "field":
            return field_name(self.brief.plan, self.indicator)
        if key == "direction":
            return d.direction_text(self.card, self.indicator.unit)
        if key == "last_value":
            return self.past.value if self.past else None
        return self.past.period if key == "last_period" and self.past else None

    def _agrees(self, column: d.Column, cell: Cell, known: float | str | Period) -> bool:
        if cell.value is None:
            return False
        if isinstance(known, str):
            return any(label(text) == label(known) for text in spellings(cell))
        if isinstance(known, Period):
            # The usual case first: prefilled and untouched.
            return label(cell.written) == label(d.period_text(known)) or (
                read_period(cell.value, expected=known).period == known
            )
        if cell.kind == "number" and cell.value == known:
            return True
        found = read_number(cell.value, unit=self.indicator.unit, number_format=cell.number_format).value
        return found is not None and abs(found - known) <= 0.5 * 10.0**-self.card.decimals * (1 - 1e-6)


_SCALED = ("value", "correction", "baseline", "target")
_THIS_TIME = ("value", "numerator", "denominator")


def _is_number(text: str) -> bool:
    return read_number(text).outcome == "value"


def _code(key: str, text: str) -> str:
    """The code of a drop-down's word, a usual synonym included; empty where it is neither."""
    return code_of(key, text)
