"""Turns view models into pages: one strict Jinja2 environment, its filters and the frame of every page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup

from missing_coord.domain.access import ROLE_NAMES
from missing_coord.domain.interviews import OPEN_STATES, STATE_NAMES
from missing_coord.domain.london import LONDON
from missing_coord.domain.plurals import noun, plural
from missing_coord.domain.population import POPULATION_NAMES
from missing_coord.resources import static_folder, templates_folder

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COMPONENTS = (
    "back-link",
    "button",
    "checkboxes",
    "details",
    "error-summary",
    "file-upload",
    "generic-header",
    "input",
    "inset-text",
    "notification-banner",
    "pagination",
    "password-input",
    "radios",
    "select",
    "skip-link",
    "summary-list",
    "textarea",
    "warning-text",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One entry of the navigation; `current` marks the page that is shown."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A message about what was just done: `tone` is success, information, warning or error."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the frame of every page shows; `user_name` None: nobody signed in; `live_url` None: no stream."""

    council: str
    now: datetime
    csrf_token: str
    user_name: str | None = None
    role_name: str | None = None
    nav: tuple[NavItem, ...] = ()
    demo: bool = False
    live_url: str | None = None
    flash: Flash | None = None
    reference: str | None = None


def london(when: datetime | None) -> str:
    """Write an instant as "Sat 21 Nov 2026, 14:05" in London; the hour that happens twice says BST or GMT."""
    if when is None:
        return "Not known"
    local = _to_london(when)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    zone = f" ({local.tzname()})" if twice else ""
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}{zone}"


def london_day(day: date | None) -> str:
    """Write a date, or the London day of an instant, as "21 Nov 2026"."""
    if day is None:
        return "Not known"
    local = _to_london(day) if isinstance(day, datetime) else day
    return f"{local.day} {local:%b %Y}"


def london_input(when: datetime) -> str:
    """Write an instant as the value of a datetime-local field, in London time."""
    return f"{_to_london(when):%Y-%m-%dT%H:%M}"


def duration(span: timedelta) -> str:
    """Write a length of time in whole hours and minutes, cut off and never rounded up: "71 h 50 min"."""
    minutes = int(abs(span).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if minutes == 0:
        return "under 1 min"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def time_left(due_at: datetime, now: datetime) -> str:
    """Say how far away a due time is: "71 h 50 min left", "due now" or "2 h 10 min over"."""
    if due_at == now:
        return "due now"
    span = due_at.astimezone(UTC) - now.astimezone(UTC)
    return f"{duration(span)} {'left' if span > timedelta(0) else 'over'}"


def words(code: str) -> str:
    """Write a code such as `declined_by_child` as words, for codes that have no name of their own."""
    return str(code).replace("_", " ").strip().capitalize()


def share(numerator: int, denominator: int) -> str:
    """Write a share with its base, "12 of 19 (63.2%)", as the CSV report has it."""
    if denominator == 0:
        return "0 of 0"
    return f"{numerator:,} of {denominator:,} ({100 * numerator / denominator:.1f}%)"


def form_part(
    name: str, form: str | None, values: Mapping[str, object], errors: Mapping[str, str]
) -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Return the values and errors of form `name`: those given if it is the one refused, else none."""
    return (values, errors) if name == form else ({}, {})


@cache
def static_url(path: str) -> str:
    """Return the address of a static file with a mark of its content, so that it may be kept for a year."""
    digest = hashlib.sha256((static_folder() / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


@cache
def environment() -> Environment:
    """Return the strict environment: unknown names fail, all is escaped, page components are functions."""
    env = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        london=london,
        london_day=london_day,
        london_input=london_input,
        duration=duration,
        time_left=time_left,
        noun=noun,
        plural=plural,
        words=words,
        share=share,
    )
    env.globals.update(
        static_url=static_url,
        state_names={state.value: name for state, name in STATE_NAMES.items()},
        open_states=frozenset(state.value for state in OPEN_STATES),
        population_names={population.value: name for population, name in POPULATION_NAMES.items()},
        role_names={role.value: name for role, name in ROLE_NAMES.items()},
        form_part=form_part,
        **_components(),
    )
    return env


def render(template: str, context: Mapping[str, object]) -> str:
    """Render one template, such as `pages/queue.html`, from the context that its first comment documents."""
    return environment().get_template(template).render(context)


def _to_london(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time to show must carry its offset from UTC")
    return when.astimezone(LONDON)


def _components() -> dict[str, Callable[..., Markup]]:
    """Wrap the component macros in functions, as they read options not given, which a strict page may not."""
    lenient = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        undefined=ChainableUndefined,
    )
    return {_macro_name(folder): _component(lenient, folder) for folder in COMPONENTS}


def _component(lenient: Environment, folder: str) -> Callable[..., Markup]:
    path, name = f"govuk_frontend_jinja/components/{folder}/macro.html", _macro_name(folder)

    def component(params: Mapping[str, object], **kwargs: object) -> Markup:
        macro = getattr(lenient.get_template(path).module, name)
        return Markup(macro(params, **kwargs))  # noqa: S704 - the macro escaped its own parts

    return component


def _macro_name(folder: str) -> str:
    return "govuk" + "".join(part.capitalize() for part in folder.split("-"))
