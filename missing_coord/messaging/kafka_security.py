"""How to reach Kafka: TLS and sign-in as the settings say, in the words of the client library."""

from __future__ import annotations

from typing import Any

from aiokafka.helpers import create_ssl_context

from missing_coord.domain.errors import PermanentError
from missing_coord.settings import Settings

_PROTOCOLS = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl-tls": "SASL_SSL",
    "sasl-plaintext": "SASL_PLAINTEXT",
}


def connection_options(settings: Settings) -> dict[str, Any]:
    """Return the options of every connection to Kafka; raises PermanentError for a file that cannot be used."""
    options: dict[str, Any] = {"security_protocol": _PROTOCOLS[settings.kafka_security]}
    if settings.kafka_security.endswith("tls"):
        options["ssl_context"] = _tls(settings)
    if settings.kafka_security.startswith("sasl"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_username
        options["sasl_plain_password"] = settings.kafka_password
    return options


def _tls(settings: Settings) -> Any:
    certificate = settings.kafka_certificate_file
    key = settings.kafka_key_file or certificate
    try:
        return create_ssl_context(
            cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
            certfile=str(certificate) if certificate else None,
            keyfile=str(key) if key else None,
        )
    except OSError as error:  # ssl.SSLError is one
        raise PermanentError(f"The TLS files for Kafka cannot be used: {error.strerror or error}") from error
