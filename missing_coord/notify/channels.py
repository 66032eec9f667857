"""Chooses the channels that the settings set up."""

from __future__ import annotations

from missing_coord.domain.messages import ChannelName
from missing_coord.notify.govuk_notify import GovukNotify
from missing_coord.notify.smtp import SmtpMail
from missing_coord.notify.teams import TeamsWorkflow
from missing_coord.services.ports.messages import Channel
from missing_coord.settings import Settings


def channels_of(settings: Settings) -> dict[ChannelName, Channel]:
    """Return the channels by name; e-mail goes by Notify where it has a template for it, else by SMTP."""
    found: dict[ChannelName, Channel] = {}
    if settings.smtp and settings.mail_from:
        found[ChannelName.EMAIL] = SmtpMail(
            server=settings.smtp, sender=settings.mail_from, address=settings.address
        )
    templates = {
        ChannelName.EMAIL: settings.notify_email_template,
        ChannelName.SMS: settings.notify_sms_template,
    }
    for name, template in templates.items():
        if settings.notify_key and template:
            found[name] = GovukNotify(
                name=name,
                key=settings.notify_key,
                template=template,
                address=settings.address,
                url=settings.notify_url,
            )
    if settings.teams_url:
        found[ChannelName.TEAMS] = TeamsWorkflow(url=settings.teams_url)
    return found
