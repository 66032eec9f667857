"""How much a file may ask of us: limits against hostile or damaged files, and the refusal."""

from __future__ import annotations

from missing_coord.domain.errors import PermanentError

LINE_LIMIT = 1_000_000
"""Characters of one line, or of one JSON object."""
RECORD_LINES_LIMIT = 300
"""Lines that one quoted CSV record may span."""
COLUMN_LIMIT = 500
SHEET_ROW_LIMIT = 1_048_576
ZIP_MEMBER_LIMIT = 5_000
ZIP_SIZE_LIMIT = 250_000_000
"""Bytes of a workbook when unpacked."""
SHARED_STRINGS_LIMIT = 100_000_000
"""Bytes of the one part of a workbook that has to be held in memory."""


class FileRefused(PermanentError):
    """The file as a whole cannot be read; nothing of it was loaded."""
