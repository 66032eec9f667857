"""From the bytes of a message to a received row."""

from __future__ import annotations

from missing_coord.contracts.envelopes import read_object
from missing_coord.contracts.parsing import as_texts, open_envelope, parse_texts
from missing_coord.contracts.readings import Fault
from missing_coord.domain.errors import PermanentError
from missing_coord.messaging.rows import Row

LONGEST_KEPT = 100_000
"""How many characters of a message that nobody can read are kept."""
WHOLE = "whole_message"
"""The name under which a message that nobody can read is kept whole."""


def row_of(kind: str, content: bytes) -> Row:
    """Read a message, in a CloudEvents envelope or bare; what cannot be read becomes a row with its faults."""
    try:
        body = read_object(content)
    except PermanentError as error:
        field, _, reason = str(error).partition(": ")
        return unreadable(content, Fault(field=field, reason=reason))
    opened = open_envelope(kind, body)
    if isinstance(opened, Fault):
        return unreadable(content, opened)
    texts, faults = as_texts(opened)
    if not faults:
        parsed = parse_texts(kind, texts)
        return Row(raw=texts, line=None, record=parsed.record, faults=parsed.faults)
    return Row(raw=texts, line=None, record=None, faults=faults)


def unreadable(content: bytes, fault: Fault) -> Row:
    """Return a row that keeps the text of a message as far as it is text."""
    return Row(raw={WHOLE: as_text(content)}, line=None, record=None, faults=(fault,))


def as_text(content: bytes) -> str:
    """Return bytes as text that can be stored, cut after 100,000 characters."""
    text = content.decode("utf-8", errors="backslashreplace").replace("\x00", "\\x00")
    return text[:LONGEST_KEPT]
