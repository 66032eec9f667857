"""GOV.UK Notify: e-mail and text messages, and what its receipts say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notifications_python_client import NotificationsAPIClient
from notifications_python_client.errors import HTTPError, InvalidResponse

from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.notify.composing import email_of, subject_of, text_message_of
from missing_coord.services.ports.messages import AddressRefused, Outgoing

RECEIPTS = {
    "delivered": MessageState.DELIVERED,
    "permanent-failure": MessageState.FAILED,
    "temporary-failure": MessageState.FAILED,
    "technical-failure": MessageState.FAILED,
}
"""What a receipt's status means; any other status is still on its way."""
REFUSED = "permanent-failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class GovukNotify:
    """One of Notify's two channels; the template has the fields ((subject)) and ((body))."""

    name: ChannelName
    key: str = field(repr=False)
    template: str
    address: str
    url: str
    seconds: int = 15
    receipts: bool = True

    async def send(self, outgoing: Outgoing) -> str:
        """Hand over one sending and return Notify's id of it."""
        answer = await asyncio.to_thread(self._asked, self._send, outgoing)
        return str(answer["id"])

    async def taken_before(self, reference: str) -> str | None:
        """Return Notify's id of a sending with this reference, so that a cut-off one does not go out twice."""
        answer = await asyncio.to_thread(self._asked, self._look, reference)
        found = answer.get("notifications", [])
        return str(found[0]["id"]) if found else None

    def _client(self) -> NotificationsAPIClient:
        return NotificationsAPIClient(self.key, base_url=self.url, timeout=self.seconds)

    def _send(self, outgoing: Outgoing) -> Mapping[str, Any]:
        if self.name is ChannelName.SMS:
            words = {"body": text_message_of(outgoing, address=self.address)}
            sent: Mapping[str, Any] = self._client().send_sms_notification(
                outgoing.address, self.template, personalisation=words, reference=outgoing.reference
            )
            return sent
        words = {"subject": subject_of(outgoing), "body": email_of(outgoing, address=self.address)}
        answer: Mapping[str, Any] = self._client().send_email_notification(
            outgoing.address, self.template, personalisation=words, reference=outgoing.reference
        )
        return answer

    def _look(self, reference: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client().get_all_notifications(reference=reference)
        return found

    def _asked(self, call: Any, about: Any) -> Mapping[str, Any]:
        """Call Notify; what may work later is TransientError, an address that never will is AddressRefused."""
        try:
            found: Mapping[str, Any] = call(about)
        except HTTPError as error:
            raise _meaning(error) from error
        except InvalidResponse as error:
            raise TransientError("Notify gave an answer that is not JSON") from error
        return found


def _meaning(error: HTTPError) -> Exception:
    """A wrong key (403) is the operator's to mend and no fault of the message: it waits as a busy provider does."""
    status = error.status_code
    if status == 400 and any(word in str(error.message) for word in ("phone_number", "email_address")):
        return AddressRefused("Notify refuses the address")
    if status in (400, 404):
        return PermanentError(f"Notify refuses the sending ({status})")
    return TransientError(f"Notify answers {status}")
