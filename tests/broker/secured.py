"""A broker that wants TLS, and on another port a sign-in as well, with a certificate of its own making."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.broker.cluster import Broker, free_ports

STORE_WORD = "keystore-word"
USER, PASSWORD = "missing-coord", "sign-in-word"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """The ports and files of a secured broker; `authority` is what clients have to trust."""

    folder: Path
    tls_port: int
    sign_in_port: int
    authority: Path

    def settings(self, broker: Broker) -> dict[str, object]:
        """Return the settings of the broker that differ."""
        ways = {
            "TLS": f"127.0.0.1:{self.tls_port}",
            "SIGNIN": f"127.0.0.1:{self.sign_in_port}",
            "DIRECT": broker.direct,
        }
        listeners = ",".join(f"{name}://{where}" for name, where in ways.items())
        mechanisms = ",".join(("PLAIN", *SCRAM))
        return {
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{broker.controller_port}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "TLS:SSL,SIGNIN:SASL_SSL,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": self.folder / "broker.p12",
            "ssl.keystore.password": STORE_WORD,
            "ssl.key.password": STORE_WORD,
            "sasl.enabled.mechanisms": mechanisms,
            **{
                f"listener.name.signin.{name.lower()}.sasl.jaas.config": (
                    f"{_MODULES}.scram.ScramLoginModule required;"
                )
                for name in SCRAM
            },
            "listener.name.signin.plain.sasl.jaas.config": (
                f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
            ),
        }

    def users(self) -> Sequence[str]:
        """Return the users that the storage is formatted with."""
        return [f"{name}=[name={USER},password={PASSWORD}]" for name in SCRAM]


def secured(folder: Path) -> Secured:
    """Make a key and its certificate with Java's own tool; a certificate signed by nobody else is its own authority."""
    tls_port, sign_in_port = free_ports(2)
    authority = folder / "authority.pem"
    store = ["-keystore", str(folder / "broker.p12"), "-storetype", "PKCS12", "-storepass", STORE_WORD]
    make = ["-genkeypair", "-alias", "broker", "-keyalg", "RSA", "-keysize", "2048", "-validity", "2"]
    names = ["-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1,dns:localhost", "-ext", "bc=ca:true"]
    export = ["-exportcert", "-rfc", "-alias", "broker", "-file", str(authority)]
    for words in ([*make, *names, *store], [*export, *store]):
        subprocess.run(["keytool", *words], check=True, capture_output=True)
    return Secured(folder=folder, tls_port=tls_port, sign_in_port=sign_in_port, authority=authority)
