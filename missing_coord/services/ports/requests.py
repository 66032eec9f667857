"""What requests about interviews need from storage."""

from __future__ import annotations

from typing import Protocol

from missing_coord.domain.interview_requests import Purchase, Transfer
from missing_coord.services.ports.work import UnitOfWork


class RequestStore(Protocol):
    """Requests to other authorities and spot purchases."""

    async def transfers(self, interview_id: str) -> list[Transfer]:
        """Return the requests to take an interview over, the newest first."""
        ...

    async def purchases(self, interview_id: str) -> list[Purchase]:
        """Return the spot purchases of an interview, the newest first."""
        ...

    async def add_transfer(self, transfer: Transfer) -> None:
        """Keep a new request."""
        ...

    async def add_purchase(self, purchase: Purchase) -> None:
        """Keep a new request."""
        ...

    async def save_transfer(self, transfer: Transfer) -> None:
        """Keep the answer to a request."""
        ...

    async def save_purchase(self, purchase: Purchase) -> None:
        """Keep the decision about a purchase, or what came of it."""
        ...


class RequestWork(UnitOfWork, Protocol):
    """A transaction that can ask others."""

    @property
    def requests(self) -> RequestStore:
        """Requests to other authorities and spot purchases."""
        ...
