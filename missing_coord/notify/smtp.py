"""E-mail by SMTP, for councils without GOV.UK Notify: what the server takes counts as delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.messages import ChannelName
from missing_coord.notify.composing import email_of, subject_of
from missing_coord.services.ports.messages import AddressRefused, Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMail:
    """One SMTP server: `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://host:465`."""

    server: str = field(repr=False)
    sender: str
    address: str
    seconds: float = 15
    name: ChannelName = ChannelName.EMAIL
    receipts: bool = False

    async def send(self, outgoing: Outgoing) -> str:
        """Hand over one e-mail; its Message-ID is the reference, so that a second copy can be recognised."""
        parts = urlsplit(self.server)
        try:
            await aiosmtplib.send(
                self._mail(outgoing),
                hostname=parts.hostname,
                port=parts.port,
                use_tls=parts.scheme == "smtps",
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                timeout=self.seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            if all(code >= 500 for code in codes):
                raise AddressRefused(f"The mail server refuses the address ({codes[0]})") from error
            raise TransientError(f"The mail server does not take it now ({codes[0]})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _meaning(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TransientError(f"The mail server does not answer ({type(error).__name__})") from error
        return outgoing.reference

    async def taken_before(self, reference: str) -> str | None:
        """SMTP cannot tell."""
        return None

    def _mail(self, outgoing: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = outgoing.address
        mail["Subject"] = subject_of(outgoing)
        mail["Message-ID"] = f"<{outgoing.reference}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(email_of(outgoing, address=self.address))
        return mail


def _meaning(error: aiosmtplib.SMTPResponseException) -> Exception:
    """A refused sign-in (535) is the operator's to mend; other 5xx answers are final."""
    if error.code >= 500 and error.code not in (530, 534, 535):
        return PermanentError(f"The mail server refuses the e-mail ({error.code})")
    return TransientError(f"The mail server answers {error.code}")
