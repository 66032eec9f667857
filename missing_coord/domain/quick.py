"""Makes frozen records as quickly as those that anybody may change; a notice on its way becomes dozens of them."""

from __future__ import annotations

from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
_OPEN = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}


def quick(record: type[T]) -> type[T]:
    """Give a frozen, slotted, keyword-only dataclass an `__init__` that takes a third of the time; it stays frozen.

    `dataclass` has a frozen record set each of its fields through `object.__setattr__`. Here the record is of an open
    twin of its class for as long as `__init__` fills it, so that plain assignments do, and of its own from then on.
    Raises TypeError where a field has a `default_factory`, or the record a `__post_init__`.
    """
    slow: Any = vars(record)["__init__"]
    known = {
        "become": object.__setattr__,
        "twin": type(record.__name__, (record,), dict(_OPEN)),
        "own": record,
    }
    made = wraps(slow)(_written(_names(record), known))
    made.__kwdefaults__ = slow.__kwdefaults__
    record.__init__ = made  # type: ignore[misc]
    return record


def _names(record: Any) -> list[str]:
    made = [each for each in fields(record) if callable(each.default_factory)]
    if made or hasattr(record, "__post_init__"):
        raise TypeError(f"{record.__name__}: only plain fields are set quickly")
    return [each.name for each in fields(record)]


def _written(names: list[str], known: dict[str, Any]) -> Any:
    """Return the function, from source that is written here as `dataclass` writes its own."""
    body = [
        "become(self, '__class__', twin)",
        *(f"self.{name} = {name}" for name in names),
        "self.__class__ = own",
    ]
    exec(f"def __init__(self, *, {', '.join(names)}):\n " + "\n ".join(body), known)  # noqa: S102
    return known["__init__"]
