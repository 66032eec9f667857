"""The errors that the program raises on purpose; who answers them decides what the caller sees."""

from __future__ import annotations


class MissingCoordError(Exception):
    """Anything that missing-coord raises on purpose."""


class DomainError(MissingCoordError):
    """A rule of the field says no; `code` names the rule, the message says what would be right."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code


class NotFound(MissingCoordError):
    """There is no such record, or the asker may not know of it."""


class NotAllowed(MissingCoordError):
    """The person or the key that asks has no right to do this."""


class ConcurrencyConflict(MissingCoordError):
    """Somebody else changed this record since it was read."""


class TransientError(MissingCoordError):
    """Something outside is not answering now; the same call may work later."""


class AnotherLayout(TransientError):
    """The database's tables are those of another release; the same call works once the two fit again."""


class PermanentError(MissingCoordError):
    """The same input will fail every time; it needs a person."""
