"""What one upload may take: zips are bounded before anything in them is unpacked, hostile files share one budget."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from kpi.issue import Issue
from loaders.services.batch_reading import unpack
from loaders.workbook.cells import open_book
from loaders.workbook.isolation import archive
from loaders.workbook.isolation.preflight import Limits, Refused
from loaders.workbook.isolation.upload_limits import Upload
from loaders.workbook.isolation.worker_pool import Lost, Pool
from tests import raw_books as raw

BOOK = raw.packed(raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>')))


def packed(*files: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, data in files:
            whole.writestr(name, data)
    return target.getvalue()


def codes(data: bytes, limits: Limits, room: int = 100_000_000) -> list[str]:
    return [member.code for member in archive.members(data, room, limits)]


def test_members_that_unpack_to_far_more_than_they_are_stay_packed_one_by_one() -> None:
    zeros = packed(*((f"{n}.xlsx", bytes(3_000_000)) for n in range(4)), ("sound.xlsx", BOOK))
    found = list(archive.members(zeros, 100_000_000, Limits()))
    assert [(m.code, len(m.data)) for m in found] == [("intake.zip_bomb", 0)] * 4 + [("", len(BOOK))]


@pytest.mark.parametrize(
    ("limits", "room", "code"),
    [
        (Limits(entries=20), 100_000_000, "zip_too_many"),
        (Limits(files=20), 100_000_000, "zip_too_many"),
        (Limits(), 30 * len(BOOK) - 1, "zip_bomb"),
    ],
    ids=["entries", "files", "bytes together"],
)
def test_a_zip_with_more_than_an_upload_may_hold_is_refused_as_a_whole(limits: Limits, room: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        codes(packed(*((f"{n}.xlsx", BOOK) for n in range(30))), limits, room)


def test_a_directory_of_nothing_but_folders_is_counted_too() -> None:
    with pytest.raises(Refused, match="zip_too_many"):
        codes(packed(*((f"{n}/", b"") for n in range(30))), Limits(entries=20))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("中.zip", "intake.nested_zip"),
        ("__MACOSX/._a.xlsx", "intake.skipped"),
        ("写真.png", "intake.not_workbook"),
        ("商工.xlsx", ""),
    ],
)
def test_a_zip_is_taken_apart_in_a_child_with_a_reason_for_what_is_not_read(name: str, code: str) -> None:
    (member,) = Upload().members(packed((name, BOOK)))
    assert (member.name, member.code, member.data) == (name, code, b"" if code else BOOK)


def test_a_zip_cut_short_is_one_issue() -> None:
    (issue,) = unpack(packed(("a.xlsx", BOOK))[:-30], "回答.zip")
    assert isinstance(issue, Issue)
    assert issue.code == "intake.bad_zip"


DAMAGED = BOOK[: len(BOOK) // 2]


@pytest.fixture(scope="module")
def pool():
    made = Pool(1, replace(Limits(), refused_files=3))
    yield made
    made.close()


def test_after_so_many_refused_files_the_rest_of_an_upload_is_not_opened_and_another_upload_is(pool: Pool) -> None:
    upload = Upload(pool)
    told = [open_book(DAMAGED, f"{n}.xlsx", pool=upload) for n in range(3)]
    assert {one.code for one in told if isinstance(one, Issue)} <= {"file.damaged", "file.truncated"}
    rest = open_book(BOOK, "sound.xlsx", pool=upload)
    assert isinstance(rest, Issue)
    assert rest.code == "file.upload_spent"
    assert not isinstance(open_book(BOOK, "sound.xlsx", pool=Upload(pool)), Issue)


def test_sound_files_use_up_nothing_that_another_one_needs(pool: Pool) -> None:
    upload = Upload(pool)
    assert not any(isinstance(open_book(BOOK, f"{n}.xlsx", pool=upload), Issue) for n in range(40))


def test_understanding_a_workbook_counts_as_reading_it(pool: Pool) -> None:
    upload = Upload(pool)
    upload.spend(pool.limits.upload_seconds + 1)
    with pytest.raises(Lost, match="upload_spent"):
        upload.members(packed(("a.xlsx", BOOK)))


def endless_columns() -> bytes:
    blocks = "".join(f'<col min="{n}" max="{n}" hidden="1"/>' for n in range(1, 16_000))
    return raw.packed(raw.parts(raw.sheet_xml(before=f"<cols>{blocks * 3}</cols>")))


def _styles() -> bytes:
    return raw.packed(raw.parts(raw.sheet_xml(), formats=[2] * 70_001))


def _texts() -> bytes:
    return raw.packed(raw.parts(raw.sheet_xml(), strings=["<t>a</t>"] * 400_001))


@pytest.mark.parametrize(
    ("make", "code"),
    [(endless_columns, "too_many_columns"), (_styles, "too_many_styles"), (_texts, "too_many_texts")],
)
def test_what_a_workbook_may_have_of_columns_styles_and_texts_is_bounded(make: Callable[[], bytes], code: str) -> None:
    pool = Pool(1, replace(Limits(), ratio=1e9, member_ratio=1e9))  # so much of one kind packs well
    told = open_book(make(), "a.xlsx", pool=pool)
    pool.close()
    assert isinstance(told, Issue)
    assert told.code == f"file.{code}"
