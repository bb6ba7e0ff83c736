"""Dataclasses of the domain as JSON texts and back, so that the store need not know their attributes.

An attribute that a stored text lacks takes its default and one too many is ignored, so older texts stay readable.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kpi.period import Period

T = TypeVar("T")


def dump(value: object) -> str:
    """The JSON text of a dataclass, or of tuples and mappings of such; the same value gives the same text."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(wanted: type[T], text: str) -> T:
    """The value of a type that :func:`dump` wrote."""
    return cast(T, _build(wanted, json.loads(text)))


def load_attributes(wanted: type, text: str) -> dict[str, Any]:
    """Only the attributes of a dataclass that a text gives, for a change that is laid over another value."""
    hints = _hints(wanted)
    return {k: _build(hints[k], v) for k, v in json.loads(text).items() if k in hints}


def load_list(wanted: type[T], text: str) -> tuple[T, ...]:
    """A list of values of one type."""
    return tuple(cast(T, _build(wanted, one)) for one in json.loads(text))


def load_keys(text: str) -> tuple[str, ...]:
    """The names a mapping gives."""
    return tuple(json.loads(text))


def digest(text: str) -> str:
    """A hash that tells whether a document has changed."""
    return sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Period):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)


def _build(wanted: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _build_union(arguments, value)
    if wanted is Period:
        return Period.parse(value)
    if wanted is date:
        return date.fromisoformat(value)
    if wanted is float:
        return float(value)
    if dataclasses.is_dataclass(wanted):
        hints = _hints(cast(type, wanted))
        return wanted(**{k: _build(hints[k], v) for k, v in value.items() if k in hints})  # type: ignore[operator]
    if origin is tuple:
        kinds = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(k, v) for k, v in zip(kinds, value, strict=True))
    if origin is not None and isinstance(value, dict):
        return {k: _build(arguments[1], v) for k, v in value.items()}
    return value


def _build_union(kinds: tuple[Any, ...], value: Any) -> Any:
    """``X | None``, or a scalar that is a number or a text, where a number is always a float."""
    wanted = [k for k in kinds if k is not type(None)]
    if len(wanted) == 1:
        return _build(wanted[0], value)
    return float(value) if isinstance(value, int | float) and float in wanted else value
