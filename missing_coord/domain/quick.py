"""Makes frozen records as quickly as those that anybody may change; a notice on its way becomes dozens of them."""

from __future__ import annotations

from dataclasses import Field, fields
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
_OPEN = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}


def quick(record: type[T]) -> type[T]:
    """Give a frozen, slotted, keyword-only dataclass an `__init__` that takes a third of the time; it stays frozen.

    `dataclass` has a frozen record set each of its fields through `object.__setattr__`. Here the record is of an open
    twin of its class while `__init__` fills it, so that plain assignments do, and of its own from then on.
    Raises TypeError where the record has a `__post_init__`.
    """
    if hasattr(record, "__post_init__"):
        raise TypeError(f"{record.__name__} does more than keep its fields")
    slow: Any = vars(record)["__init__"]
    made: Any = wraps(slow)(_filling(record, slow.__kwdefaults__ or {}))
    made.__kwdefaults__ = slow.__kwdefaults__
    record.__init__ = made  # type: ignore[method-assign]
    return record


def _filling(record: Any, defaults: dict[str, Any]) -> Any:
    """Return a function that fills a new record, from source that is written here as `dataclass` writes its own."""
    known = {
        "become": object.__setattr__,
        "twin": type(record.__name__, (record,), dict(_OPEN)),
        "own": record,
    }
    parameters = [each.name for each in fields(record) if each.init]
    body = [f"self.{each.name} = {_value(each, defaults, known)}" for each in fields(record)]
    lines = ["become(self, '__class__', twin)", *body, "self.__class__ = own"]
    exec(f"def __init__(self, *, {', '.join(parameters)}):\n " + "\n ".join(lines), known)  # noqa: S102
    return known["__init__"]


def _value(each: Field[Any], defaults: dict[str, Any], known: dict[str, Any]) -> str:
    """Return the source of a field's value: what was given, else what its factory makes."""
    name = each.name
    if not each.init:
        known[f"fixed_{name}"] = each.default
        return f"fixed_{name}"
    if callable(each.default_factory):
        known |= {f"no_{name}": defaults[name], f"new_{name}": each.default_factory}
        return f"new_{name}() if {name} is no_{name} else {name}"
    return name
