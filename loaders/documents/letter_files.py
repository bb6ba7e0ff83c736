"""Makes files of letters: .docx for the office, text for any mail program, .eml that opens as a draft.

Nothing that a person typed can leave its place: control characters become spaces, so no header can be added to a mail,
and addresses that are none are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from unicodedata import east_asian_width

from kpi.collection.letters import Item, Letter, Question
from kpi.people import mail_address
from kpi.plan import Plan, Round
from loaders.documents.docx import letter_docx
from loaders.documents.packing import file_part
from loaders.form import definition as d
from loaders.text.characters import writable

__all__ = ["letter_docx", "letter_eml", "letter_filename", "letter_text", "question_of"]

WIDTH = 76  # half-width characters of a line of mail
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


def letter_filename(letter: Letter, suffix: str) -> str:
    """``事務連絡_進捗状況について_各部局主管課長.docx``-like name, safe in any file system.

    It begins as the letter does: with its 文書番号, where it has one.
    """
    to, head = letter.to.removesuffix("　殿"), file_part(letter.number or letter.title)[:60]
    return f"{head}_{file_part(letter.subject)[:60]}_{file_part(to)[:40]}.{suffix}"


def question_of(plan: Plan, round_: Round, indicator_id: str, key: str, text: str, *, cell: str = "") -> Question:
    """A question of the store in the form's own words: the column's heading for its key."""
    try:
        column = d.heading(d.column(key), plan, round_.kind)
    except KeyError:
        column = "この行"
    return Question(indicator_id, column, text, cell)


def letter_text(letter: Letter) -> str:
    """The letter as plain text, lines ended by LF; Japanese mail programs show it in one width."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    yield _right(letter.number or letter.title)
    yield _right(letter.dated)
    yield ""
    yield f"　{_flat(letter.to)}"
    yield ""
    yield _right(letter.sender)
    yield ""
    yield _centre(letter.subject)
    yield ""
    yield from (f"　{_flat(text)}" for text in letter.body)
    yield ""
    yield _centre("記")
    for number, item in enumerate(letter.items, start=1):
        yield ""
        yield from _item_lines(number, item)
    yield ""
    yield _right("以上")
    yield ""
    yield "(担当)" + "　".join(_flat(text) for text in letter.contact)


def _item_lines(number: int, item: Item) -> Iterator[str]:
    yield f"{_wide(number)}　{_flat(item.heading)}"
    several = len(item.lines) > 1
    for place, text in enumerate(item.lines, start=1):
        yield f"　　({place}) {_flat(text)}" if several else f"　　{_flat(text)}"
    heading, *rows = item.table or ((),)
    for row in rows:
        first, *rest = (_flat(cell) for cell in row)
        told = "、".join(f"{_flat(name)}: {text}" for name, text in zip(heading[1:], rest, strict=True) if text)
        yield f"　　・{first}" + (f"({told})" if told else "")


def letter_eml(letter: Letter, attachments: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """The letter as a mail that opens as an unsent draft (X-Unsent), with workbooks attached."""
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Subject"] = _flat(letter.subject)
    known = [_address(m) for m in letter.mails]
    mail["To"] = tuple(a for a in known if a)
    mail.set_content(letter_text(letter), charset="utf-8", cte="base64")
    for name, content in attachments:
        mail.add_attachment(content, maintype=XLSX[0], subtype=XLSX[1], filename=_file(name))
    if attachments:
        # Chosen by chance otherwise; the same letter shall be the same bytes.
        digest = sha256(letter_text(letter).encode() + b"".join(c for _, c in attachments)).hexdigest()
        mail.set_boundary(f"=_{digest[:40]}")
    return mail.as_bytes()


def _file(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{file_part(stem)}.{file_part(suffix)}" if dot else file_part(name)


def _address(written: str) -> Address | None:
    return Address(addr_spec=written) if mail_address(written) else None


def _flat(text: str) -> str:
    """One line, without what could end it."""
    return _CONTROL.sub(" ", writable(text)).strip(" ")


def _wide(number: int) -> str:
    return str(number).translate(_FULL_WIDTH)


_FULL_WIDTH: Mapping[int, str] = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"}


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WFA" else 1 for c in text)


def _right(text: str) -> str:
    said = _flat(text)
    return _shift(WIDTH - 2 - _width(said)) + said


def _centre(text: str) -> str:
    said = _flat(text)
    return _shift((WIDTH - _width(said)) // 2) + said


def _shift(width: int) -> str:
    # Full-width spaces: half-width ones at the start of a line are folded away by some mail programs.
    return "　" * max(0, width // 2)
