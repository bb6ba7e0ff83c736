"""公表区分: whether a figure may be seen by everybody, from an hour on, or in the house alone."""

from __future__ import annotations

from datetime import datetime

PUBLICATION_WORDS = {"public": "公表可", "embargoed": "公表待ち", "internal": "庁内限り"}


def publication_word(publication: str, released_at: datetime | None) -> str:
    """公表可, 庁内限り, or 公表待ち with the hour of the release."""
    word = PUBLICATION_WORDS[publication]
    return f"{word}({released_at:%Y-%m-%d %H:%M})" if released_at else word
