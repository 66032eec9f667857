"""The one settings object, read from MISSING_COORD_* variables; a misspelt variable is an error."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

PREFIX = "MISSING_COORD_"
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off", ""})
LOG_LEVELS = ("debug", "info", "warning", "error")
KAFKA_SECURITY = ("plaintext", "tls", "sasl-tls", "sasl-plaintext")
SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
FOR_TESTS = f"{PREFIX}TEST_"
"""Variables with this prefix are for the tests and no settings."""


class SettingsError(ValueError):
    """A variable has a name or a value that is not known; the message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How the clock of a rehearsal goes: at the machine's pace until `since`, then faster; `ahead` is in seconds."""

    since: datetime
    speed: float = 1.0
    ahead: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator can decide; docs/settings.md describes each."""

    home: Path = Path("var")
    server_folder: Path = Path("/var/lib/missing-coord")
    database_url: str | None = field(default=None, repr=False)
    owner_database_url: str | None = field(default=None, repr=False)
    kafka: str | None = None
    kafka_security: str = "plaintext"
    kafka_ca_file: Path | None = None
    kafka_certificate_file: Path | None = None
    kafka_key_file: Path | None = None
    kafka_sasl_mechanism: str = "SCRAM-SHA-512"
    kafka_username: str | None = None
    kafka_password: str | None = field(default=None, repr=False)
    council: str = "E08000003"
    council_name: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    probe_port: int | None = None
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    demo: bool = False
    rehearsal_clock: Rehearsal | None = None
    log_level: str = "info"
    ladder: Path | None = None
    notify_key: str | None = field(default=None, repr=False)
    notify_url: str = "https://api.notifications.service.gov.uk"
    notify_email_template: str | None = None
    notify_sms_template: str | None = None
    notify_receipt_token: str | None = field(default=None, repr=False)
    smtp: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    teams_url: str | None = field(default=None, repr=False)
    heartbeat_url: str | None = field(default=None, repr=False)
    otlp_url: str | None = None
    match_weights: Path | None = None
    match_automatic_from: float = 0.99
    record_lists: Path | None = None
    area_names: Path | None = None
    draft_days: int = 30

    @property
    def embedded(self) -> bool:
        """Whether the private PostgreSQL under `home` is used."""
        return self.database_url is None

    @property
    def address(self) -> str:
        """The address that people type and that messages link to, without a slash at its end."""
        return self.public_url or f"http://{self.host}:{self.port}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; raises SettingsError naming the variable that is wrong."""
    variables = os.environ if environ is None else environ
    given = {
        name: value
        for name, value in variables.items()
        if name.startswith(PREFIX) and not name.startswith(FOR_TESTS)
    }
    if "PORT" in variables:
        given.setdefault(f"{PREFIX}PORT", variables["PORT"])
    _refuse_unknown(given)
    chosen = {_field_name(name): READERS[_field_name(name)](name, value) for name, value in given.items()}
    if chosen.get("owner_database_url") and not chosen.get("database_url"):
        raise SettingsError(f"{PREFIX}OWNER_DATABASE_URL is set: set {PREFIX}DATABASE_URL as well")
    if bool(chosen.get("smtp")) != bool(chosen.get("mail_from")):
        raise SettingsError(f"Set {PREFIX}SMTP and {PREFIX}MAIL_FROM together, or neither")
    if chosen.get("rehearsal_clock") and not chosen.get("demo"):
        raise SettingsError(
            f"{PREFIX}REHEARSAL_CLOCK is set: only synthetic data, {PREFIX}DEMO=1, may have a clock of its own"
        )
    settings = Settings(**chosen)  # type: ignore[arg-type]
    _refuse_half_a_sign_in(settings)
    return settings


def _refuse_half_a_sign_in(settings: Settings) -> None:
    """Refuse Kafka credentials that would not be used, and a sign-in without them."""
    signs_in = settings.kafka_security.startswith("sasl")
    for name in ("kafka_username", "kafka_password"):
        variable = f"{PREFIX}{name.upper()}"
        if signs_in and getattr(settings, name) is None:
            raise SettingsError(f"{variable} is missing: {PREFIX}KAFKA_SECURITY={settings.kafka_security}")
        if not signs_in and getattr(settings, name) is not None:
            raise SettingsError(f"{variable} is set: set {PREFIX}KAFKA_SECURITY=sasl-tls as well")
    if settings.kafka_key_file and not settings.kafka_certificate_file:
        raise SettingsError(f"{PREFIX}KAFKA_KEY_FILE is set: set {PREFIX}KAFKA_CERTIFICATE_FILE as well")


def variable_names() -> tuple[str, ...]:
    """Return the name of every variable that is read."""
    return tuple(f"{PREFIX}{setting.name.upper()}" for setting in fields(Settings))


def _field_name(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        if name not in variable_names():
            nearest = difflib.get_close_matches(name, variable_names(), n=1, cutoff=0.0)[0]
            raise SettingsError(f"{name} is not a setting of missing-coord: did you mean {nearest}?")


def _text(name: str, value: str) -> str:
    if not value.strip():
        raise SettingsError(f"{name} is empty: give it a value or leave it unset")
    return value.strip()


def _path(name: str, value: str) -> Path:
    return Path(_text(name, value)).expanduser()


def _switch(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in YES | NO:
        raise SettingsError(f"{name} is {value!r}: write 1 or 0")
    return word in YES


def _rehearsal(name: str, value: str) -> Rehearsal:
    try:
        since, *rest = value.split()
        numbers = {word.partition("=")[0]: float(word.partition("=")[2]) for word in rest}
        found = Rehearsal(since=datetime.fromisoformat(since), **numbers)
        if found.since.tzinfo is None or found.speed <= 0:
            raise ValueError
    except (ValueError, TypeError):
        raise SettingsError(
            f"{name} is {value!r}: write a time with its offset and what differs from it on, such as"
            " 2026-11-20T12:00:00Z speed=60 ahead=-600"
        ) from None
    return found


def _port(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value.strip()) or not 1 <= int(value) <= 65535:
        raise SettingsError(f"{name} is {value!r}: write a whole number from 1 to 65535")
    return int(value)


def _networks(name: str, value: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(each.strip())) for each in value.split(","))
    except ValueError as error:
        raise SettingsError(
            f"{name}: {error}; write addresses or networks such as 10.1.0.7,10.2.0.0/16"
        ) from None


def _days(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value.strip()) or not 1 <= int(value) <= 3650:
        raise SettingsError(f"{name} is {value!r}: write a whole number of days from 1 to 3650")
    return int(value)


def _sureness(name: str, value: str) -> float:
    if not re.fullmatch(r"0?\.9[5-9][0-9]{0,5}", value.strip()):
        raise SettingsError(f"{name} is {value!r}: write a probability from 0.95 to below 1, such as 0.99")
    return float(value)


def _council(name: str, value: str) -> str:
    code = value.strip().upper()
    if not re.fullmatch(r"[ENSW][0-9]{8}", code):
        raise SettingsError(f"{name} is {value!r}: write the ONS code of a council, such as E08000003")
    return code


def _database(name: str, value: str) -> str:
    scheme, _, rest = value.strip().partition("://")
    if scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not rest:
        raise SettingsError(f"{name} must look like postgresql://user:password@host:5432/database")
    return f"postgresql+psycopg://{rest}"


def _web_address(name: str, value: str) -> str:
    address = value.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", address):
        raise SettingsError(
            f"{name} is {value!r}: write an address such as https://interviews.example.gov.uk"
        )
    return address


def _secret_address(name: str, value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", value.strip()):
        raise SettingsError(f"{name} must be a web address")
    return value.strip()


def _notify_key(name: str, value: str) -> str:
    if not re.fullmatch(r".+-[0-9a-f-]{36}-[0-9a-f-]{36}", value.strip()):
        raise SettingsError(
            f"{name} must be an API key as GOV.UK Notify shows it: a name and two identifiers"
        )
    return value.strip()


def _template(name: str, value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F-]{36}", value.strip()):
        raise SettingsError(f"{name} must be the identifier of a template, 36 characters long")
    return value.strip()


def _secret(name: str, value: str) -> str:
    if len(value.strip()) < 16:
        raise SettingsError(f"{name} must be at least 16 characters long")
    return value.strip()


def _smtp(name: str, value: str) -> str:
    if not re.fullmatch(r"smtps?://([^/\s@]+@)?[^/\s@:]+(:[0-9]{1,5})?/?", value.strip()):
        raise SettingsError(f"{name} must look like smtp://user:password@host:587")
    return value.strip()


def _mailbox(name: str, value: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value.strip()):
        raise SettingsError(f"{name} must be an e-mail address")
    return value.strip()


def _one_of(choices: tuple[str, ...]) -> Callable[[str, str], str]:
    by_word = {choice.lower(): choice for choice in choices}

    def read(name: str, value: str) -> str:
        if value.strip().lower() not in by_word:
            raise SettingsError(f"{name} is {value!r}: write one of {', '.join(choices)}")
        return by_word[value.strip().lower()]

    return read


READERS: Mapping[str, Callable[[str, str], object]] = {
    "home": _path,
    "server_folder": _path,
    "database_url": _database,
    "owner_database_url": _database,
    "kafka": _text,
    "kafka_security": _one_of(KAFKA_SECURITY),
    "kafka_ca_file": _path,
    "kafka_certificate_file": _path,
    "kafka_key_file": _path,
    "kafka_sasl_mechanism": _one_of(SASL_MECHANISMS),
    "kafka_username": _text,
    "kafka_password": _text,
    "council": _council,
    "match_weights": _path,
    "match_automatic_from": _sureness,
    "record_lists": _path,
    "area_names": _path,
    "draft_days": _days,
    "council_name": _text,
    "host": _text,
    "port": _port,
    "probe_port": _port,
    "public_url": _web_address,
    "trusted_proxies": _networks,
    "demo": _switch,
    "rehearsal_clock": _rehearsal,
    "log_level": _one_of(LOG_LEVELS),
    "ladder": _path,
    "notify_key": _notify_key,
    "notify_url": _web_address,
    "notify_email_template": _template,
    "notify_sms_template": _template,
    "notify_receipt_token": _secret,
    "smtp": _smtp,
    "mail_from": _mailbox,
    "teams_url": _secret_address,
    "heartbeat_url": _secret_address,
    "otlp_url": _web_address,
}
