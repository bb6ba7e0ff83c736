"""Dataclasses of the domain as JSON texts and back, so that the store need not know their attributes.

An attribute that a stored text lacks takes its default and one too many is ignored, so older texts stay readable.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
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


@lru_cache(maxsize=8192)
def loaded(wanted: type[T], text: str) -> T:
    """:func:`load` of a frozen dataclass, made once for equal texts. Whoever gets it changes nothing in it."""
    return load(wanted, text)


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


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | float | int):
        return value
    if isinstance(value, Period):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    if names := _attributes(cast(Any, type(value))):
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


@cache
def _attributes(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's attributes; none for any other type."""
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)


def _build(wanted: Any, value: Any) -> Any:
    return None if value is None else _builder(wanted)(value)


@cache
def _builder(wanted: Any) -> Callable[[Any], Any]:
    """What makes a value of a type, chosen once: a plan has thousands of values of a few types."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _builder_of_union(arguments)
    if wanted is Period:
        return Period.parse
    if wanted is date:
        return date.fromisoformat
    if wanted is float:
        return float
    if dataclasses.is_dataclass(wanted):
        made, hints = cast(type, wanted), _hints(cast(type, wanted))
        return lambda given: made(**{k: _build(hints[k], v) for k, v in given.items() if k in hints})
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return lambda given: tuple(_build(arguments[0], v) for v in given)
        return lambda given: tuple(_build(k, v) for k, v in zip(arguments, given, strict=True))
    if origin is not None:
        return lambda given: (
            {k: _build(arguments[1], v) for k, v in given.items()} if isinstance(given, dict) else given
        )
    return lambda given: given


def _builder_of_union(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    """``X | None``, or a scalar that is a number or a text, where a number is always a float."""
    wanted = [k for k in kinds if k is not type(None)]
    if len(wanted) == 1:
        return _builder(wanted[0])
    return lambda given: float(given) if isinstance(given, int | float) and float in wanted else given
