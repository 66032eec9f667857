"""One or several Kafka brokers of our own on loopback ports, in KRaft mode, each broker a controller too."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.broker.fetched import LOGGING, kafka_jars

CLUSTER_ID = "bWlzc2luZy1jb29yZC10ZQ"
JAVA = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    f"-Dlog4j2.configurationFile={LOGGING}",
)
START_SECONDS = 90


@dataclass(slots=True, kw_only=True)
class Broker:
    """One broker as a process; its data stay when it is killed. Clients are sent to the port `front`, if any."""

    node: int
    port: int
    controller_port: int
    folder: Path
    direct_port: int
    front: int | None = None
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.port}"

    @property
    def direct(self) -> str:
        """Where brokers find it, and clients that go round what stands in front of it."""
        return f"127.0.0.1:{self.direct_port}"

    def start(self, jars: Path) -> None:
        """Start the process; it answers a little later."""
        with (self.folder / "broker.log").open("ab") as log:
            command = [
                "java",
                *JAVA,
                "-cp",
                f"{jars}/*",
                "kafka.Kafka",
                str(self.folder / "server.properties"),
            ]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def wait(self) -> None:
        """Wait until it answers."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.direct_port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"The broker did not start: {(self.folder / 'broker.log').read_text()[-2000:]}")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process and wait for its end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Brokers that belong together."""

    jars: Path
    brokers: Sequence[Broker]

    @property
    def servers(self) -> str:
        """The bootstrap servers."""
        return ",".join(broker.address for broker in self.brokers)

    def start(self) -> None:
        """Start every broker that does not run, and wait until all answer."""
        for broker in self.brokers:
            if broker.process is None:
                broker.start(self.jars)
        for broker in self.brokers:
            broker.wait()


@contextmanager
def running_cluster(
    folder: Path, *, brokers: int = 1, front: int | None = None, security: Security | None = None
) -> Iterator[Cluster]:
    """Run brokers while the block lasts and leave no process; raises BrokerMissing."""
    jars = kafka_jars()
    ports = free_ports(brokers * 3)
    made = [
        Broker(
            node=node,
            port=ports[3 * node - 3],
            controller_port=ports[3 * node - 2],
            direct_port=ports[3 * node - 1],
            folder=folder / str(node),
            front=front,
        )
        for node in range(1, brokers + 1)
    ]
    for broker in made:
        broker.folder.mkdir(parents=True)
        settings = _settings(broker, made) | (security.settings(broker) if security else {})
        (broker.folder / "server.properties").write_text(
            "".join(f"{name}={value}\n" for name, value in settings.items())
        )
        _format(jars, broker, security)
    cluster = Cluster(jars=jars, brokers=made)
    try:
        cluster.start()
        yield cluster
    finally:
        for broker in made:
            broker.kill()


class Security(Protocol):
    """How clients reach a broker, where that is not in the clear."""

    def settings(self, broker: Broker) -> dict[str, object]:
        """Return the settings of the broker that differ."""
        ...

    def users(self) -> Sequence[str]:
        """Return what the storage is formatted with, such as `SCRAM-SHA-512=[name=...,password=...]`."""
        ...


def _settings(broker: Broker, brokers: Sequence[Broker]) -> dict[str, object]:
    replicas = min(3, len(brokers))
    voters = ",".join(f"{each.node}@127.0.0.1:{each.controller_port}" for each in brokers)
    return {
        "process.roles": "broker,controller",
        "node.id": broker.node,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{broker.address},DIRECT://{broker.direct},"
        f"CONTROLLER://127.0.0.1:{broker.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker.front or broker.port},DIRECT://{broker.direct}",
        "inter.broker.listener.name": "DIRECT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": broker.folder / "data",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 3,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": max(1, replicas - 1),
        "min.insync.replicas": max(1, replicas - 1),
        "group.initial.rebalance.delay.ms": 0,
        "controlled.shutdown.enable": "false",
        # Nothing here outlives the run; small buffers keep the heap small.
        "log.cleaner.dedupe.buffer.size": 2_097_152,
        "num.io.threads": 4,
    }


def _format(jars: Path, broker: Broker, security: Security | None) -> None:
    command = ["java", *JAVA, "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID]
    users = [word for each in (security.users() if security else ()) for word in ("--add-scram", each)]
    subprocess.run(
        [*command, *users, "-c", str(broker.folder / "server.properties")], check=True, capture_output=True
    )


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody uses now."""
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]
