"""Writes the survey workbook of one round and one department, from the form's definition and a brief.

The same input gives the same bytes: no clock is read, and the zip is packed anew with the brief's day on every member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection import Brief
from kpi.plan import Round
from loaders.form import definition as d
from loaders.form import guide, style
from loaders.form.draw import write_sheet
from loaders.form.prefill import Row, form_rows

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def form_filename(brief: Brief, round_id: str, department_id: str, *, sample: bool = False) -> str:
    """``回答様式_令和6年度実績_農林水産部.xlsx``, without signs that a file system refuses."""
    plan = brief.plan
    parts = [d.word(plan, "form"), plan.round(round_id).name, plan.department(department_id).name(brief.day)]
    if sample:
        parts.append("サンプル")
    return "_".join(_UNSAFE.sub("-", p) for p in parts) + ".xlsx"


def write_form(
    brief: Brief,
    round_id: str,
    department_id: str,
    *,
    sample: bool = False,
    answers: Mapping[str, Mapping[str, object]] | None = None,
) -> bytes:
    """The workbook's bytes.

    ``answers`` fill entry cells by indicator id and column key: numbers, text, codes of choices and periods (written in
    words), or None to clear what is prefilled; text that is no code is written as it stands. Indicators of other
    departments are passed over, so that one set of answers serves all forms of a round.
    """
    round_ = brief.plan.round(round_id)
    department = brief.plan.department(department_id).name(brief.day)
    rows = form_rows(brief, round_, department_id, answers or {})
    book = Workbook()
    guide_sheet = book.active
    guide_sheet.title = d.GUIDE_SHEET
    guide.write_guide(guide_sheet, brief.plan, round_, department, sample=sample)
    form = book.create_sheet(d.FORM_SHEET)
    write_sheet(form, brief.plan, round_, department, rows, sample=sample)
    meta = _meta(brief, round_, department_id, rows, sample=sample)
    _write_meta(book.create_sheet(d.META_SHEET), meta)
    book.active = book.index(form)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is form
    _properties(book, brief, round_, department, sample=sample)
    return _pack(book, brief.day)


def _meta(brief: Brief, round_: Round, department_id: str, rows: tuple[Row, ...], *, sample: bool) -> d.Meta:
    return d.Meta(
        form_version=d.FORM_VERSION,
        plan_id=brief.plan.id,
        round_id=round_.id,
        department_id=department_id,
        made_on=brief.day,
        sample=sample,
        columns=tuple(d.positions(round_.kind).items()),
        rows=tuple(
            (r.indicator.id, d.FIRST_DATA_ROW + i, d.fingerprint(r.indicator, r.card)) for i, r in enumerate(rows)
        ),
    )


def _write_meta(sheet: Worksheet, meta: d.Meta) -> None:
    for number, said in enumerate(d.meta_rows(meta), start=1):
        for place, text in enumerate(said, start=1):
            style.put(sheet.cell(number, place), text)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True


def _properties(book: Workbook, brief: Brief, round_: Round, department: str, *, sample: bool) -> None:
    moment = datetime(brief.day.year, brief.day.month, brief.day.day)
    mark = d.SAMPLE_MARK if sample else ""
    book.properties.title = f"{mark}{d.word(brief.plan, 'form')} {round_.name} {department}"
    book.properties.subject = brief.plan.name
    book.properties.keywords = "サンプル" if sample else ""
    book.properties.description = d.SAMPLE_NOTE if sample else ""
    book.properties.creator = brief.plan.area_name
    book.properties.created = book.properties.modified = moment


def _pack(book: Workbook, day: date) -> bytes:
    """Save, then pack again with fixed times: openpyxl stamps the moment of saving in two places."""
    first, second = BytesIO(), BytesIO()
    book.save(first)
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    modified = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    with ZipFile(first) as source, ZipFile(second, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = modified.sub(rb"\g<1>" + stamp, content)
            info = ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, content)
    return second.getvalue()
