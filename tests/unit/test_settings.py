"""Settings say what is wrong with a variable, and never print a password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from missing_coord.bootstrap import area_names_in_force, clock_of, record_lists_in_force, weights_in_force
from missing_coord.domain.clock import SystemClock
from missing_coord.domain.errors import PermanentError
from missing_coord.messaging.kafka_security import connection_options
from missing_coord.settings import Settings, SettingsError, load_settings


def test_nothing_set_means_the_embedded_default() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.embedded
    assert settings.home == Path("var")
    assert settings.address == "http://127.0.0.1:8000"


def test_every_kind_of_value_is_read() -> None:
    settings = load_settings(
        {
            "MISSING_COORD_HOME": "/srv/interviews",
            "MISSING_COORD_DATABASE_URL": "postgres://app@db/interviews",
            "MISSING_COORD_COUNCIL": "e08000003",
            "MISSING_COORD_PORT": "9000",
            "MISSING_COORD_DEMO": "yes",
            "MISSING_COORD_PUBLIC_URL": "https://interviews.example.gov.uk/",
            "UNRELATED": "x",
        }
    )
    assert settings.home == Path("/srv/interviews")
    assert settings.database_url == "postgresql+psycopg://app@db/interviews"
    assert not settings.embedded
    assert (settings.council, settings.port, settings.demo) == ("E08000003", 9000, True)
    assert settings.address == "https://interviews.example.gov.uk"


@pytest.mark.parametrize(
    ("variables", "port"),
    [
        ({"PORT": "8123"}, 8123),
        ({"PORT": "8123", "MISSING_COORD_PORT": "8124"}, 8124),
    ],
)
def test_a_plain_port_counts_unless_ours_is_set(variables: dict[str, str], port: int) -> None:
    assert load_settings(variables).port == port


def test_a_misspelt_variable_stops_the_program_and_names_the_nearest() -> None:
    with pytest.raises(
        SettingsError, match=r"MISSING_COORD_DATABSE_URL .* did you mean MISSING_COORD_DATABASE_URL"
    ):
        load_settings({"MISSING_COORD_DATABSE_URL": "postgresql://db/x"})


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "80a", "1 to 65535"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "٨٠", "1 to 65535"),
        ("PORT", "", "1 to 65535"),
        ("DEMO", "maybe", "1 or 0"),
        ("COUNCIL", "Manchester", "E08000003"),
        ("DATABASE_URL", "mysql://db/x", "postgresql://"),
        ("HOME", " ", "empty"),
        ("PUBLIC_URL", "interviews", "https://"),
        ("LOG_LEVEL", "loud", "debug, info"),
        ("REHEARSAL_CLOCK", "tomorrow", "speed=60"),
        ("REHEARSAL_CLOCK", "2026-11-20T12:00:00 speed=60", "offset"),
        ("REHEARSAL_CLOCK", "2026-11-20T12:00:00Z pace=60", "speed=60"),
        ("REHEARSAL_CLOCK", "2026-11-20T12:00:00Z speed=0", "speed=60"),
        ("MATCH_AUTOMATIC_FROM", "1", "0.95 to below 1"),
        ("MATCH_AUTOMATIC_FROM", "0.5", "0.95 to below 1"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_would_be_right(name: str, value: str, advice: str) -> None:
    with pytest.raises(SettingsError, match=f"^MISSING_COORD_{name} .*{advice}"):
        load_settings({f"MISSING_COORD_{name}": value})


def test_a_rehearsal_has_a_clock_of_its_own_and_real_work_never() -> None:
    given = {"MISSING_COORD_REHEARSAL_CLOCK": "2020-01-01T00:00:00Z speed=2 ahead=-600"}
    with pytest.raises(SettingsError, match="MISSING_COORD_DEMO=1"):
        load_settings(given)
    clock = clock_of(load_settings({**given, "MISSING_COORD_DEMO": "1"}))
    since, real = datetime(2020, 1, 1, tzinfo=UTC), SystemClock().now()
    assert abs(clock.now() - (since + (real - since) * 2 - timedelta(minutes=10))) < timedelta(minutes=1)
    assert clock_of(load_settings({})) == SystemClock()


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("record_lists", record_lists_in_force),
        ("area_names", area_names_in_force),
        ("match_weights", weights_in_force),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_variable(
    tmp_path: Path, name: str, read: Callable[[Settings], object]
) -> None:
    with pytest.raises(PermanentError, match=f"^MISSING_COORD_{name.upper()}: cannot read .*none.json"):
        read(Settings(**{name: tmp_path / "none.json"}))  # type: ignore[arg-type]


def test_a_file_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "lists.json"
    file.write_text('\ufeff{"version": "2027-1"}', encoding="utf-8")
    assert record_lists_in_force(Settings(record_lists=file)).version == "2027-1"


def test_an_owner_address_alone_is_refused() -> None:
    with pytest.raises(SettingsError, match="set MISSING_COORD_DATABASE_URL as well"):
        load_settings({"MISSING_COORD_OWNER_DATABASE_URL": "postgresql://owner@db/x"})


def test_passwords_do_not_show_when_settings_are_printed_or_refused() -> None:
    address = "postgresql://app:canary-word@db/x"
    settings = load_settings({"MISSING_COORD_DATABASE_URL": address})
    assert "canary-word" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        load_settings({"MISSING_COORD_DATABASE_URL": address.replace("postgresql", "oracle")})
    assert "canary-word" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"KAFKA_SECURITY": "sasl-tls", "KAFKA_USERNAME": "us"}, "MISSING_COORD_KAFKA_PASSWORD"),
        ({"KAFKA_USERNAME": "us"}, "MISSING_COORD_KAFKA_USERNAME"),
        ({"KAFKA_SECURITY": "ssl"}, "plaintext, tls, sasl-tls"),
        ({"KAFKA_KEY_FILE": "key.pem"}, "MISSING_COORD_KAFKA_CERTIFICATE_FILE"),
    ],
)
def test_half_a_sign_in_to_kafka_is_refused_with_what_is_missing(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings({f"MISSING_COORD_{name}": value for name, value in given.items()})


def test_a_sign_in_to_kafka_is_handed_to_the_client_and_its_password_is_not_shown() -> None:
    given = {"KAFKA_SECURITY": "sasl-plaintext", "KAFKA_USERNAME": "us", "KAFKA_PASSWORD": "hidden"}
    settings = load_settings({f"MISSING_COORD_{name}": value for name, value in given.items()})
    assert connection_options(settings) == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "us",
        "sasl_plain_password": "hidden",
    }
    assert "hidden" not in repr(settings)
