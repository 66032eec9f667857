"""Who may use which route; a route that is not in this table fails its test, and so does a line without a route."""

from __future__ import annotations

from missing_coord.domain.access import PEOPLE_ROLES, Role

C, W, M = Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER
A, L, D = Role.QUALITY_AUDITOR, Role.EXPLOITATION_LEAD, Role.ADMINISTRATOR
EVERYBODY = frozenset(PEOPLE_ROLES)
OPEN = "open to those who are not signed in"
KEY = "bearer key"

Rule = frozenset[Role] | str


def only(*roles: Role) -> Rule:
    """Return the rule for some roles."""
    return frozenset(roles)


ACCESS: dict[tuple[str, str], Rule] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("POST", "/sign-out"): EVERYBODY,
    ("GET", "/queue"): only(C, M, A),
    ("GET", "/queue/rows"): only(C, M, A),
    ("GET", "/plan"): only(C, M),
    ("GET", "/plan/rows"): only(C, M),
    ("POST", "/plan/accept"): only(C, M),
    ("GET", "/interviews/{interview_id}"): only(C, M, A, W),
    ("GET", "/interviews/{interview_id}/state"): only(C, M, A, W),
    ("POST", "/interviews/{interview_id}/assignment"): only(C, M),
    ("POST", "/interviews/{interview_id}/unassignment"): only(C, M),
    ("POST", "/interviews/{interview_id}/attempts"): only(C, M, W),
    ("POST", "/interviews/{interview_id}/offers"): only(C, M, W),
    ("POST", "/interviews/{interview_id}/decline"): only(C, M, W),
    ("POST", "/interviews/{interview_id}/completion"): only(C, M, W),
    ("POST", "/interviews/{interview_id}/not-held"): only(C, M, W),
    ("POST", "/interviews/{interview_id}/decision"): only(M),
    ("POST", "/interviews/{interview_id}/reopen"): only(C, M),
    ("GET", "/audits"): only(A),
    ("POST", "/interviews/{interview_id}/audit"): only(A),
    ("GET", "/children/{child_id}"): only(C, M, W, A, L),
    ("GET", "/episodes/{episode_id}"): only(C, M, W, A, L),
    ("GET", "/my-interviews"): only(W),
    ("GET", "/breaches"): only(C, M),
    ("GET", "/messages"): only(C, W, M, A, L),
    ("POST", "/messages/seen"): only(C, W, M, A, L),
    ("GET", "/alerts"): only(C, M),
    ("POST", "/alerts/{alert_id}/promise"): only(C, M),
    ("GET", "/deliveries"): only(C, M),
    ("GET", "/interviews/{interview_id}/clocks"): only(C, M, W, A),
    ("POST", "/interviews/{interview_id}/promise"): only(C, M, W),
    ("GET", "/ladders"): only(C, M, D),
    ("POST", "/ladders"): only(M),
    ("GET", "/rotas"): only(C, M, D),
    ("POST", "/rotas"): only(C, M),
    ("POST", "/rotas/{name}/changes"): only(C, M),
    ("GET", "/contacts"): only(C, M, D),
    ("POST", "/contacts/{user_id}"): only(M, D),
    ("GET", "/stream"): EVERYBODY,
    ("GET", "/reviews"): only(C, M),
    ("GET", "/reviews/{review_id}"): only(C, M),
    ("GET", "/reviews/{review_id}/same"): only(C, M),
    ("POST", "/reviews/{review_id}/decision"): only(C, M),
    ("POST", "/reviews/{review_id}/undo"): only(C, M),
    ("GET", "/presumed-returns"): only(C, M),
    ("GET", "/presumed-returns/{presumed_return_id}"): only(C, M),
    ("POST", "/presumed-returns/{presumed_return_id}/answer"): only(C, M),
    ("POST", "/presumed-returns/{presumed_return_id}/undo"): only(C, M),
    ("GET", "/quarantine"): only(C, M),
    ("GET", "/quarantine/{quarantine_id}"): only(C, M),
    ("POST", "/quarantine/{quarantine_id}/again"): only(C, M),
    ("POST", "/quarantine/{quarantine_id}/replay"): only(C, M),
    ("POST", "/quarantine/{quarantine_id}/settle"): only(C, M),
    ("GET", "/patterns"): only(L, M),
    ("GET", "/patterns/network"): only(L),
    ("GET", "/patterns/meeting"): only(L),
    ("GET", "/patterns/{pattern_id}"): only(L),
    ("POST", "/patterns/{pattern_id}/decision"): only(L),
    ("GET", "/reports/monthly"): only(C, M),
    ("GET", "/reports/monthly.csv"): only(C, M),
    ("GET", "/cross-reference"): only(C, M),
    ("GET", "/cross-reference.csv"): only(C, M),
    ("GET", "/cross-reference.xlsx"): only(C, M),
    ("GET", "/reports/monthly.xlsx"): only(C, M),
    ("GET", "/reports/monthly.pdf"): only(C, M),
    ("GET", "/reports/monthly/rows"): only(C, M),
    ("POST", "/reports/monthly/keep"): only(C, M),
    ("GET", "/audit"): only(M, D),
    ("GET", "/users"): only(D),
    ("POST", "/users"): only(D),
    ("POST", "/users/{user_id}/disable"): only(D),
    ("POST", "/users/{user_id}/enable"): only(D),
    ("POST", "/users/{user_id}/password"): only(D),
    ("POST", "/api/v1/police-notices"): KEY,
    ("POST", "/api/v1/register"): KEY,
    ("POST", "/api/v1/placements"): KEY,
    ("POST", "/api/v1/missing-lists"): KEY,
    ("POST", "/api/v1/notify-receipts"): OPEN,
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/api/docs"): OPEN,
    ("GET", "/live"): OPEN,
    ("GET", "/ready"): OPEN,
    ("GET", "/metrics"): OPEN,
}
