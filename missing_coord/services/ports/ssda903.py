"""What the SSDA903 return needs from storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from missing_coord.domain.ssda903 import Files, ReturnRow
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import UnitOfWork


class Ssda903Store(Protocol):
    """The rows of the return, with the rules that each breaks."""

    async def save(self, rows: Sequence[tuple[ReturnRow, Received]]) -> list[bool]:
        """Keep rows; return for each whether it changed anything.

        A child's rows of the same file and collection from an earlier batch are replaced; their versions stay.
        """
        ...

    async def of_children(self, child_ids: Iterable[str]) -> dict[str, list[ReturnRow]]:
        """Return the rows of each child, of every collection."""
        ...

    async def files(self) -> Files:
        """Return which files of which collections were handed in."""
        ...

    async def left_out(self) -> set[str]:
        """Return the children of Missing rows whom another file leaves out.

        The Header of the same collection, or, of one whose absence was open, the Missing file of the next.
        """
        ...

    async def set_warnings(self, warnings: Mapping[str, Sequence[str]]) -> None:
        """Note on rows which rules they break."""
        ...


class ReturnWork(UnitOfWork, Protocol):
    """A transaction in which rows of the return are taken in."""

    @property
    def ssda903(self) -> Ssda903Store:
        """The rows of the return."""
        ...
