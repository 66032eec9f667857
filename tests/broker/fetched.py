"""Fetches Apache Kafka with Maven once and keeps it in the user's cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
LOGGING = Path(__file__).with_name("log4j2.properties")
FETCHING_SECONDS = 600


class BrokerMissing(Exception):
    """Kafka cannot be run on this machine; says which part is missing."""


def kafka_jars() -> Path:
    """Return the folder of Kafka's jars, fetched at the first call; raises BrokerMissing."""
    if shutil.which("java") is None:
        raise BrokerMissing("java 17 or newer (Debian: openjdk-17-jre-headless)")
    number = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "missing-coord"
    cache.mkdir(parents=True, exist_ok=True)
    jars = cache / f"kafka-{number}"
    with (cache / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    program = shutil.which("mvn")
    if program is None:
        raise BrokerMissing("mvn, which fetches Apache Kafka (Debian: maven)")
    with tempfile.TemporaryDirectory(dir=jars.parent) as part:
        fetched = Path(part) / "jars"
        command = [program, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
        try:
            done = subprocess.run(
                [*command, f"-DoutputDirectory={fetched}"],
                capture_output=True,
                text=True,
                timeout=FETCHING_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BrokerMissing(f"Apache Kafka: Maven did not fetch it in {FETCHING_SECONDS} s") from error
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
            raise BrokerMissing(f"Apache Kafka: Maven could not fetch it ({said[0][:200]})")
        fetched.rename(jars)
