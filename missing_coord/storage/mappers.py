"""Turns frozen records into rows and JSON, and back; one generic way for all of them."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import RowMapping

T = TypeVar("T")
Decoder = Callable[[Any], Any]
_EMPTY: tuple[Any, ...] = ((), "", {})
_JSON_ALREADY = frozenset({str, int, float, bool, type(None)})


def to_row(record: Any) -> dict[str, Any]:
    """Return a record's fields as a row; enums become their values."""
    kind = type(record)
    return {name: _value(value) for name, value in zip(names_of(kind), _values_of(kind)(record), strict=True)}


def from_row(kind: type[T], row: Mapping[str, Any], **instead: Any) -> T:
    """Build a record from a row that has a column of the name of each of its fields; some may be given `instead`."""
    return kind(**{**{name: row[name] for name in names_of(kind)}, **instead})


def from_typed_row(kind: type[T], row: RowMapping | Mapping[str, Any]) -> T:
    """Build a record as `from_row` does, its codes as the enums and its lists as the tuples that its fields say."""
    types = _types_in_rows(kind)
    return kind(
        **{
            name: types[name](row[name]) if name in types and row[name] is not None else row[name]
            for name in names_of(kind)
        }
    )


def to_json(record: Any) -> dict[str, Any]:
    """Return a record as JSON, leaving out what is empty; instants in UTC, durations in seconds."""
    return {name: plain(value) for name, value in filled(record).items()}


def filled(record: Any) -> dict[str, Any]:
    """Return the fields of a record that hold anything, for what writes instants and codes as JSON by itself."""
    kind = type(record)
    return {
        name: value
        for name, value in zip(names_of(kind), _values_of(kind)(record), strict=True)
        if value or (value is not None and value not in _EMPTY)
    }


def from_json(kind: type[T], data: Mapping[str, Any]) -> T:
    """Build a record from what `to_json` wrote; what is left out takes the field's default or None."""
    decoders, empty = _decoders(kind)
    values = dict(empty)
    for name, value in data.items():
        decode = decoders.get(name)
        if decode is not None:
            values[name] = decode(value)
    return kind(**values)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if type(value) in _JSON_ALREADY:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (tuple, list, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    return to_json(value)


def canonical(value: Any) -> str:
    """Return JSON whose text is the same whenever the content is."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


_NAMES: dict[Any, tuple[str, ...]] = {}
_VALUES: dict[Any, Callable[[Any], tuple[Any, ...]]] = {}
_DECODERS: dict[Any, tuple[dict[str, Decoder], dict[str, Any]]] = {}
_TYPES_IN_ROWS: dict[Any, dict[str, type]] = {}


def names_of(kind: Any) -> tuple[str, ...]:
    """Return the names of a record's fields."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(f.name for f in fields(kind) if f.init)
    return _NAMES[kind]


def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    if kind not in _VALUES:
        names = names_of(kind)
        # Of one name attrgetter would return the value itself.
        _VALUES[kind] = attrgetter(*names) if len(names) > 1 else _few_values(names)
    return _VALUES[kind]


def _few_values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda record: tuple(getattr(record, name) for name in names)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _types_in_rows(kind: Any) -> dict[str, type]:
    if kind not in _TYPES_IN_ROWS:
        hints = {name: _without_none(hint) for name, hint in typing.get_type_hints(kind).items()}
        meant = {name: typing.get_origin(hint) or hint for name, hint in hints.items()}
        _TYPES_IN_ROWS[kind] = {
            name: each
            for name, each in meant.items()
            if isinstance(each, type) and issubclass(each, (tuple, Enum))
        }
    return _TYPES_IN_ROWS[kind]


def _decoders(kind: Any) -> tuple[dict[str, Decoder], dict[str, Any]]:
    if kind not in _DECODERS:
        hints = typing.get_type_hints(kind)
        decoders = {name: _decoder(hints[name]) for name in names_of(kind)}
        _DECODERS[kind] = decoders, {name: _empty(hints[name]) for name in names_of(kind)}
    return _DECODERS[kind]


def _decoder(hint: Any) -> Decoder:
    hint = _without_none(hint)
    if typing.get_origin(hint) is tuple:
        inner = _decoder(typing.get_args(hint)[0])
        return lambda value: tuple(inner(each) for each in value)
    if hint is datetime:
        return datetime.fromisoformat
    if hint is date:
        return date.fromisoformat
    if hint is timedelta:
        return lambda value: timedelta(seconds=value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda value: value


def _empty(hint: Any) -> Any:
    if type(None) in typing.get_args(hint):
        return None
    hint = typing.get_origin(hint) or hint
    if hint is tuple:
        return ()
    if isinstance(hint, type) and issubclass(hint, str) and not issubclass(hint, Enum):
        return ""
    return {} if hint is not bool else False


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        kept = [each for each in typing.get_args(hint) if each is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint
