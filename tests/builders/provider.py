"""Fakes of message providers that speak the real protocols on a local port: GOV.UK Notify, SMTP and Teams."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from aiosmtpd.controller import Controller

SERVICE = "6a1b0f8e-6d3c-4d0b-9a38-3f1f6f6c2b10"
SECRET = "0d9f3c55-52c8-4a3c-8a0e-1b7a3a1f8d22"
KEY = f"tests-{SERVICE}-{SECRET}"
TEMPLATE = "5b8f1f0a-7f3b-4c9b-b8f8-0c1d2e3f4a5b"


@dataclass(slots=True)
class Faults:
    """How badly a provider behaves: shares of calls, from a seed."""

    failing: float = 0.0
    lost_answers: float = 0.0
    slow_seconds: float = 0.0
    refused: frozenset[str] = frozenset()
    chance: random.Random = field(default_factory=lambda: random.Random(7))


@dataclass(slots=True)
class FakeNotify:
    """What Notify was handed; `sent` keeps the order, one entry for each sending that it took."""

    url: str = ""
    faults: Faults = field(default_factory=Faults)
    sent: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def to(self, address: str) -> list[dict[str, Any]]:
        """Return what one address was sent."""
        return [each for each in self.sent if each["to"] == address]

    def receipts(self, status: str = "delivered") -> list[dict[str, Any]]:
        """Return a receipt for each sending as Notify would post it."""
        return [
            {"id": each["id"], "reference": each["reference"], "to": each["to"], "status": status,
             "created_at": "2026-06-01T09:00:00.000Z", "completed_at": "2026-06-01T09:00:05.000Z",
             "sent_at": "2026-06-01T09:00:01.000Z", "notification_type": each["type"],
             "template_id": TEMPLATE, "template_version": 1}
            for each in self.sent
        ]  # fmt: skip


@dataclass(slots=True)
class FakeTeams:
    """What was posted to a Teams workflow."""

    url: str = ""
    status: int = 202
    cards: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def fake_notify(**faults: Any) -> Iterator[FakeNotify]:
    """Run a Notify that checks keys as the real one does."""
    fake = FakeNotify(faults=Faults(**faults))

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.body()
            fake.calls += 1
            if not self._signed():
                return self.reply(403, _errors("AuthError", "Invalid token: API key not found"))
            if fake.faults.slow_seconds:
                time.sleep(fake.faults.chance.random() * fake.faults.slow_seconds)
            address = body.get("phone_number") or body.get("email_address") or ""
            if address in fake.faults.refused:
                name = "phone_number" if "phone_number" in body else "email_address"
                return self.reply(400, _errors("ValidationError", f"{name} Not a valid address"))
            if fake.faults.chance.random() < fake.faults.failing:
                return self.reply(500, _errors("Exception", "Internal server error"))
            kind = self.path.rsplit("/", 1)[1]
            found = {"id": str(uuid.uuid4()), "to": address, "type": kind, "reference": body["reference"],
                     **body["personalisation"]}  # fmt: skip
            fake.sent.append(found)
            if fake.faults.chance.random() < fake.faults.lost_answers:
                return self.reply(504, {})
            return self.reply(
                201, {"id": found["id"], "reference": found["reference"], "uri": "", "content": {}}
            )

        def do_GET(self) -> None:
            wanted = parse_qs(urlsplit(self.path).query).get("reference", [""])[0]
            found = [each for each in fake.sent if each["reference"] == wanted]
            self.reply(200, {"notifications": [{"id": each["id"]} for each in found], "links": {}})

        def _signed(self) -> bool:
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            try:
                claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
            except jwt.PyJWTError:
                return False
            return bool(claims["iss"] == SERVICE)

    with _serving(Handler) as fake.url:
        yield fake


@contextmanager
def fake_teams() -> Iterator[FakeTeams]:
    """Run the trigger of a Teams workflow."""
    fake = FakeTeams()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            fake.cards.append(self.body())
            self.reply(fake.status, {})

    with _serving(Handler) as fake.url:
        yield fake


@dataclass(slots=True)
class FakeMail:
    """What an SMTP server took; `answers` are what it says to each recipient instead of taking it."""

    url: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    mails: list[Any] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take or refuse a recipient."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the mail."""
        self.mails.append(envelope)
        return "250 Taken"


@contextmanager
def fake_mail() -> Iterator[FakeMail]:
    """Run an SMTP server."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    fake = FakeMail(url=f"smtp://127.0.0.1:{port}")
    controller = Controller(fake, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield fake
    finally:
        controller.stop()


class _Quiet(BaseHTTPRequestHandler):
    def body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def reply(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _errors(kind: str, message: str) -> dict[str, Any]:
    return {"status_code": 400, "errors": [{"error": kind, "message": message}]}


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
