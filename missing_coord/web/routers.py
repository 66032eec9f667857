"""Every router of the web application; a page that is not in this list is not served.

To add a page: write `pages/<subject>.py` with `router = APIRouter()`, give each route an access rule
(`Annotated[SignedIn, Depends(require(...))]`, or `Depends(Open(why=...))`), add its router here, its link to
`navigation.py`, and its line to `tests/integration/web_access_table.py`.
"""

from __future__ import annotations

from fastapi import APIRouter

from missing_coord.web import health
from missing_coord.web.api import docs as api_docs
from missing_coord.web.api import intake as api
from missing_coord.web.api import receipts as api_receipts
from missing_coord.web.pages import (
    actions,
    alerts,
    audit,
    audit_criteria,
    audits,
    breaches,
    brief,
    capacity,
    children,
    clocks,
    cross_reference,
    day,
    disputes,
    drafts,
    episodes,
    interview_record,
    interviews,
    ladders,
    messages,
    patterns,
    places,
    plan,
    professionals,
    quarantine,
    queue,
    record_document,
    report_list,
    reports,
    requests,
    returns,
    review_same,
    reviews,
    rotas,
    sharing,
    signin,
    stream,
    support,
    users,
    wishes,
    work,
)

ROUTERS: tuple[APIRouter, ...] = (
    signin.router,
    queue.router,
    plan.router,
    capacity.router,
    interviews.router,
    interview_record.router,
    record_document.router,
    actions.router,
    brief.router,
    children.router,
    wishes.router,
    episodes.router,
    work.router,
    day.router,
    drafts.router,
    requests.router,
    support.router,
    breaches.router,
    messages.router,
    alerts.router,
    clocks.router,
    ladders.router,
    rotas.router,
    professionals.router,
    disputes.router,
    reviews.router,
    review_same.router,
    returns.router,
    quarantine.router,
    places.router,
    patterns.router,
    sharing.router,
    report_list.router,
    reports.router,
    audits.router,
    audit_criteria.router,
    cross_reference.router,
    audit.router,
    users.router,
    api.router,
    api_receipts.router,
    api_docs.router,
    health.router,
    stream.router,
)
