"""Pages render from their documented view models, and times are written so that nobody is misled."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from missing_coord.resources import templates_folder
from missing_coord.web.rendering import (
    duration,
    london,
    london_day,
    london_input,
    plural,
    render,
    share,
    static_url,
    time_left,
)
from tests.builders.view_samples import View, flashed, queue, queue_row, samples

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
PAGES = sorted(samples())


def _page(name: str) -> str:
    return render(name, samples()[name]())


def test_every_page_template_has_a_sample() -> None:
    folder = templates_folder()
    assert sorted(str(path.relative_to(folder)) for path in (folder / "pages").rglob("*.html")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_heading_a_title_and_unique_ids(name: str) -> None:
    html = _page(name)
    assert html.count("<h1") == 1
    assert re.search(r"<title>\S.* - missing-coord</title>", html)
    ids = Counter(re.findall(r'\sid="([^"]*)"', html))
    assert [key for key, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_writes_carries_the_token(name: str) -> None:
    forms = re.findall(r'<form method="post".*?</form>', _page(name), flags=re.DOTALL)
    assert all('name="csrf_token" value="c0ffee"' in form for form in forms)


def test_forms_of_an_interview_carry_the_version_they_were_made_from() -> None:
    forms = re.findall(
        r'<form method="post" action="/interviews/.*?</form>', _page("pages/interview.html"), re.DOTALL
    )
    about_it = [form for form in forms if "/actions" not in form]
    assert len(about_it) == 17
    assert all('name="expected_version" value="7"' in form for form in about_it)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_what_it_documents_fails_instead_of_showing_a_gap(name: str) -> None:
    view = samples()[name]()
    del view["shell"]
    with pytest.raises(UndefinedError):
        render(name, view)


def test_text_from_outside_is_escaped() -> None:
    view = queue() | {"rows": [queue_row(1, child_name="<script>alert(1)</script>", worker_name="<b>")]}
    html = render("pages/queue.html", view)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_component_escapes_what_it_is_given() -> None:
    view = samples()["pages/sign_in.html"]() | {"values": {"username": '"><img src=x>'}}
    assert "<img" not in render("pages/sign_in.html", view)


def test_the_fetched_part_of_the_queue_is_the_same_as_on_the_page() -> None:
    view = queue()
    assert render("partials/queue_live.html", view).strip() in render("pages/queue.html", view)


def test_everything_focusable_in_a_queue_row_has_an_id() -> None:
    html = render("partials/queue_live.html", queue())
    links = re.findall(r"<a [^>]*>", html[html.index("<tbody") : html.index("</tbody>")])
    assert links
    assert all(" id=" in link for link in links)


def test_only_a_breach_is_red() -> None:
    html = render("partials/queue_live.html", queue())
    assert html.count("mc-tag--breached") == 1
    assert html.count("mc-row--breached") == 1


def test_a_confidential_placement_shows_neither_provider_nor_area() -> None:
    view = samples()["pages/child.html"]()
    placements = view["placements"]
    assert isinstance(placements, list)
    secret: View = {**placements[0], "provider": "Hidden House", "area": "Hidden Town", "confidential": True}
    assert "Hidden" not in render("pages/child.html", view | {"placements": [secret]})


def test_a_message_about_what_was_done_is_shown() -> None:
    assert "The offer is recorded." in render("pages/queue.html", flashed(queue()))


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (NOW, "Sat 21 Nov 2026, 14:05"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Wed 1 Jul 2026, 13:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 25 Oct 2026, 01:30 (BST)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 25 Oct 2026, 01:30 (GMT)"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Sun 28 Mar 2027, 02:00"),
        (None, "Not known"),
    ],
)
def test_instants_are_written_in_london_time(when: datetime | None, text: str) -> None:
    assert london(when) == text


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        london(datetime(2026, 11, 21, 14, 5))  # noqa: DTZ001 - the point of the test


def test_a_day_of_an_instant_is_its_day_in_london() -> None:
    assert london_day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 Jul 2026"
    assert london_day(date(2026, 6, 30)) == "30 Jun 2026"
    assert london_input(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "2026-07-01T00:30"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (72 * 3600 - 1, "71 h 59 min left"),
        (60, "1 min left"),
        (59, "under 1 min left"),
        (0, "due now"),
        (-59, "under 1 min over"),
        (-(2 * 3600 + 10 * 60 + 59), "2 h 10 min over"),
    ],
)
def test_time_left_is_cut_off_to_the_minute(seconds: int, text: str) -> None:
    assert time_left(NOW + timedelta(seconds=seconds), NOW) == text


@given(st.integers(min_value=0, max_value=10**7))
def test_a_duration_never_says_more_than_there_is(seconds: int) -> None:
    parts = [int(number) for number in re.findall(r"\d+", duration(timedelta(seconds=seconds)))]
    minutes = 0 if seconds < 60 else parts[-1] + 60 * (parts[0] if len(parts) == 2 else 0)
    assert minutes * 60 <= seconds < (minutes + 1) * 60


def test_counts_and_shares_show_their_base() -> None:
    assert [plural(1, "child", "children"), plural(1200, "child", "children")] == [
        "1 child",
        "1,200 children",
    ]
    assert [share(2, 3), share(0, 0)] == ["2 of 3 (66.7%)", "0 of 0"]


def test_a_static_address_carries_a_mark_of_the_content() -> None:
    assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{12}", static_url("app.css"))
