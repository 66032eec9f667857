"""Headers, same-origin writes, form tokens and body limits, tried through a small application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from missing_coord.web.security import (
    BodyLimit,
    SameOriginWrites,
    SecurityHeaders,
)

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())}")


def _app() -> Starlette:
    routes = [
        Route(path, _echo, methods=["GET", "POST"]) for path in ("/page", "/static/app.css", "/upload/x")
    ]
    guards = [
        Middleware(SecurityHeaders),
        Middleware(SameOriginWrites, trusted_origins=["https://missing.example"]),
        Middleware(BodyLimit, limit=100, larger={"/upload/": 1000}),
    ]
    return Starlette(routes=routes, middleware=guards)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(_app(), base_url="http://127.0.0.1:8000") as client:
        yield client


def test_pages_are_not_stored_and_run_only_our_own_scripts(client: TestClient) -> None:
    headers = client.get("/page").headers
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


def test_static_files_are_kept_only_under_an_address_with_their_content_mark(client: TestClient) -> None:
    assert "immutable" in client.get("/static/app.css?v=abc").headers["cache-control"]
    assert client.get("/static/app.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/missing.css?v=abc").headers["cache-control"] == "no-cache"


def test_an_encrypted_answer_asks_to_stay_encrypted() -> None:
    with TestClient(_app(), base_url="https://missing.example") as client:
        assert "max-age" in client.get("/page").headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
        ({"origin": "http://127.0.0.1:8000"}, 200),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://missing.example"}, 200),
        ({}, 403),
        ({"authorization": "Bearer key"}, 200),
        ({"authorization": "Bearer key", "cookie": "session=1"}, 403),
        ({"authorization": "Basic key"}, 403),
    ],
)
def test_a_write_must_come_from_our_own_pages_or_from_a_program(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/page", headers=headers).status_code == status


def test_reading_is_open_to_links_from_elsewhere(client: TestClient) -> None:
    assert client.get("/page", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_refusal_carries_the_security_headers_too(client: TestClient) -> None:
    refused = client.post("/page")
    assert refused.status_code == 403
    assert "content-security-policy" in refused.headers


@pytest.mark.parametrize(
    ("path", "size", "status"), [("/page", 100, 200), ("/page", 101, 413), ("/upload/x", 1000, 200)]
)
def test_a_declared_body_over_the_limit_is_refused(
    client: TestClient, path: str, size: int, status: int
) -> None:
    assert client.post(path, content=b"x" * size, headers=SAME_ORIGIN).status_code == status


def test_a_body_that_hides_its_length_is_refused_while_it_is_read(client: TestClient) -> None:
    pieces = iter([b"x" * 60, b"x" * 60, b"x" * 60])
    answer = client.post("/page", content=pieces, headers=SAME_ORIGIN)
    assert answer.status_code == 413
    assert "100 bytes" in answer.text
