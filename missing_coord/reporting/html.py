"""A report as an HTML page that stands alone, on screen and on paper."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from missing_coord.domain.london import LONDON
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.showing import HIDDEN, scorecard, shown_groups, shown_trends
from missing_coord.reporting.trends import THEMES
from missing_coord.resources import templates_folder


def environment() -> Environment:
    """Return the templates of reports; a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(templates_folder() / "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["numeric"] = str.isdigit
    return made


def render_html(report: Report, *, suppress_below: int = 0) -> str:
    """Return the page."""
    groups = shown_groups(report, suppress_below=suppress_below)
    trends = shown_trends(report, suppress_below=suppress_below)
    return (
        environment()
        .get_template("monthly.html")
        .render(
            title=report.title,
            as_at=london(report.as_at),
            rules=report.rules,
            rules_version=report.rules_version,
            limits=report.limits,
            groups=groups,
            scorecard=scorecard(groups),
            compared=report.compared,
            trends=[each for each in trends if not each.key.startswith(THEMES)],
            themes=[each for each in trends if each.key.startswith(THEMES)],
            suppress_below=suppress_below,
            hidden=HIDDEN,
        )
    )


def london(instant: datetime) -> str:
    """Return an instant as it is read in London, with BST or GMT."""
    local = instant.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M %Z}"
