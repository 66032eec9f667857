"""Microsoft Teams: an Adaptive Card posted to the address of a Workflows trigger."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import requests

from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.messages import ChannelName
from missing_coord.notify.composing import subject_of
from missing_coord.services.ports.messages import Outgoing

LINK = re.compile(r"\s*(https?://\S+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsWorkflow:
    """One Teams channel; the workflow's address is a secret, as whoever knows it can post there."""

    url: str = field(repr=False)
    seconds: float = 15
    name: ChannelName = ChannelName.TEAMS
    receipts: bool = False

    async def send(self, outgoing: Outgoing) -> str:
        """Post one card."""
        await asyncio.to_thread(self._post, outgoing)
        return outgoing.reference

    async def taken_before(self, reference: str) -> str | None:
        """Workflows cannot tell."""
        return None

    def _post(self, outgoing: Outgoing) -> None:
        try:
            answer = requests.post(self.url, json=card_of(outgoing), timeout=self.seconds)
        except requests.RequestException as error:
            raise TransientError(f"Teams does not answer ({type(error).__name__})") from error
        if answer.status_code in (400, 404, 410, 413):
            raise PermanentError(f"Teams refuses the card ({answer.status_code})")
        if not answer.ok:
            raise TransientError(f"Teams answers {answer.status_code}")


def card_of(outgoing: Outgoing) -> dict[str, Any]:
    """Return the message with its one Adaptive Card: a line for each matter, and a button to the first."""
    lines = [{"type": "TextBlock", "text": LINK.sub("", text), "wrap": True} for text in outgoing.texts]
    link = LINK.search(outgoing.texts[0])
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": subject_of(outgoing), "weight": "Bolder", "wrap": True},
            *lines,
        ],
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": link[1]}]
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}
