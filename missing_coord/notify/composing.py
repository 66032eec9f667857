"""Puts what one person is told at once into the form of an e-mail or a text message."""

from __future__ import annotations

from functools import cache

import jinja2

from missing_coord.resources import templates_folder
from missing_coord.services.ports.messages import Outgoing


def subject_of(outgoing: Outgoing) -> str:
    """Return the subject line: the reference of the one matter, or how many there are."""
    count = len(outgoing.texts)
    matter = outgoing.texts[0].split(":", 1)[0] if count == 1 else f"{count} matters wait for you"
    return f"Urgent: {matter}" if outgoing.urgent else matter


def email_of(outgoing: Outgoing, *, address: str) -> str:
    """Return the text of an e-mail; `address` is the product's own web address."""
    return _rendered("emails/told.txt", outgoing, address)


def text_message_of(outgoing: Outgoing, *, address: str) -> str:
    """Return the words of a text message."""
    return _rendered("sms/told.txt", outgoing, address)


def _rendered(template: str, outgoing: Outgoing, address: str) -> str:
    values = {"texts": outgoing.texts, "urgent": outgoing.urgent, "address": address}
    return _templates().get_template(template).render(values).strip() + "\n"


@cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(templates_folder())
    return jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)  # noqa: S701 - plain text, not HTML
