"""Every router of the web application; a page that is not in this list is not served.

To add a page: write `pages_<subject>.py` with `router = APIRouter()`, give each route an access rule
(`Annotated[SignedIn, Depends(require(...))]`, or `Depends(Open(why=...))`), add its router here, its link to
`navigation.py`, and its line to `tests/integration/web_access_table.py`.
"""

from __future__ import annotations

from fastapi import APIRouter

from missing_coord.web import (
    api,
    api_docs,
    api_receipts,
    health,
    pages_alerts,
    pages_audit,
    pages_audits,
    pages_breaches,
    pages_children,
    pages_clocks,
    pages_cross_reference,
    pages_episodes,
    pages_interviews,
    pages_ladders,
    pages_messages,
    pages_patterns,
    pages_places,
    pages_plan,
    pages_quarantine,
    pages_queue,
    pages_report_list,
    pages_reports,
    pages_returns,
    pages_review_same,
    pages_reviews,
    pages_rotas,
    pages_sharing,
    pages_signin,
    pages_stream,
    pages_users,
    pages_work,
)

ROUTERS: tuple[APIRouter, ...] = (
    pages_signin.router,
    pages_queue.router,
    pages_plan.router,
    pages_interviews.router,
    pages_children.router,
    pages_episodes.router,
    pages_work.router,
    pages_breaches.router,
    pages_messages.router,
    pages_alerts.router,
    pages_clocks.router,
    pages_ladders.router,
    pages_rotas.router,
    pages_reviews.router,
    pages_review_same.router,
    pages_returns.router,
    pages_quarantine.router,
    pages_places.router,
    pages_patterns.router,
    pages_sharing.router,
    pages_report_list.router,
    pages_reports.router,
    pages_audits.router,
    pages_cross_reference.router,
    pages_audit.router,
    pages_users.router,
    api.router,
    api_receipts.router,
    api_docs.router,
    health.router,
    pages_stream.router,
)
