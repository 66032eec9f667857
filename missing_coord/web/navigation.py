"""The links at the top of every page, and the page that each role starts on."""

from __future__ import annotations

from missing_coord.domain.access import Role
from missing_coord.web.rendering import NavItem

COORDINATOR, WORKER, MANAGER = Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER
AUDITOR, LEAD, ADMINISTRATOR = Role.QUALITY_AUDITOR, Role.EXPLOITATION_LEAD, Role.ADMINISTRATOR

MESSAGES = "/messages"
LINKS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("Queue", "/queue", (COORDINATOR, MANAGER, AUDITOR)),
    ("Missing now", "/missing", (COORDINATOR, MANAGER)),
    ("Find a child", "/find", (COORDINATOR, MANAGER, LEAD)),
    ("Plan", "/plan", (COORDINATOR, MANAGER)),
    ("My interviews", "/my-interviews", (WORKER,)),
    ("My days", "/day", (WORKER,)),
    ("Quality audits", "/audits", (AUDITOR,)),
    ("Breaches", "/breaches", (MANAGER, COORDINATOR)),
    ("Which child?", "/reviews", (COORDINATOR, MANAGER)),
    ("Back already?", "/presumed-returns", (COORDINATOR, MANAGER)),
    ("Quarantine", "/quarantine", (COORDINATOR, MANAGER)),
    ("Two lists", "/cross-reference", (COORDINATOR, MANAGER)),
    ("Patterns", "/patterns", (LEAD, MANAGER)),
    ("Monthly report", "/reports/monthly", (MANAGER, COORDINATOR)),
    ("Returns", "/reports/returns", (MANAGER, COORDINATOR)),
    ("Capacity", "/capacity", (MANAGER,)),
    ("Audit criteria", "/audits/criteria", (MANAGER,)),
    ("Alerts", "/alerts", (COORDINATOR, MANAGER)),
    ("Contacts", "/contacts", (ADMINISTRATOR,)),
    ("Requests", "/requests", (COORDINATOR, MANAGER)),
    ("Referrals", "/support", (COORDINATOR, MANAGER)),
    ("Survey", "/survey", (COORDINATOR, MANAGER)),
    ("Actions", "/actions", (COORDINATOR, WORKER, MANAGER, AUDITOR)),
    ("Messages", MESSAGES, (COORDINATOR, WORKER, MANAGER, AUDITOR, LEAD)),
    ("Audit trail", "/audit", (MANAGER, ADMINISTRATOR)),
    ("Users", "/users", (ADMINISTRATOR,)),
)
FIRST_PAGE: dict[Role, str] = {
    COORDINATOR: "/queue",
    WORKER: "/my-interviews",
    MANAGER: "/breaches",
    AUDITOR: "/audits",
    LEAD: "/patterns",
    ADMINISTRATOR: "/users",
}


def links_for(role: Role, *, path: str, unseen: int) -> tuple[NavItem, ...]:
    """Return the links of a role; the page that is shown is marked, and unseen messages are counted."""
    return tuple(
        NavItem(
            label=f"{label} ({unseen} new)" if href == MESSAGES and unseen else label,
            href=href,
            current=path == href or path.startswith(f"{href}/"),
        )
        for label, href, roles in LINKS
        if role in roles
    )
