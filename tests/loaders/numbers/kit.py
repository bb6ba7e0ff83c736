"""How a reading of a number is told in tests."""

from __future__ import annotations

from loaders.text.numbers import NumberReading


def codes(reading: NumberReading) -> set[str]:
    return {f.code.removeprefix("number.") for f in reading.findings}


def offered(reading: NumberReading) -> list[float | str | None]:
    return [choice.changes["value"] for choice in reading.choices]
