"""Kafka over TLS and with a sign-in, on a real broker: the settings are enough, and wrong ones are refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from missing_coord.contracts.topics import INTERVIEWS, POLICE_NOTICES, TOPICS_OUT
from missing_coord.domain.errors import TransientError
from missing_coord.messaging.kafka import KafkaDelivery
from missing_coord.messaging.kafka_security import connection_options
from missing_coord.messaging.kafka_topics import check_topics
from missing_coord.settings import load_settings
from tests.broker.cluster import Cluster, running_cluster
from tests.broker.fetched import BrokerMissing
from tests.broker.fixtures import make_topics, small_topics
from tests.broker.peer import Peer
from tests.broker.secured import PASSWORD, USER, Secured, secured
from tests.builders.events import an_outgoing
from tests.builders.kafka_house import consuming
from tests.integration.test_kafka_intake import POLICE, Remembering
from tests.parts import absent

pytestmark = [pytest.mark.kafka, pytest.mark.faults]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Secured]]:
    folder = tmp_path_factory.mktemp("secured")
    try:
        security = secured(folder)
        with running_cluster(folder / "broker", security=security) as cluster:
            make_topics(cluster.brokers[0].direct)
            yield cluster, security
    except (BrokerMissing, FileNotFoundError) as error:
        absent(str(error))


def _variables(security: Secured, way: str, **more: str) -> dict[str, str]:
    given = {"KAFKA_SECURITY": way, "KAFKA_CA_FILE": str(security.authority), **more}
    return {f"MISSING_COORD_{name}": value for name, value in given.items()}


def _sign_in(mechanism: str, password: str = PASSWORD) -> dict[str, str]:
    return {"KAFKA_SASL_MECHANISM": mechanism, "KAFKA_USERNAME": USER, "KAFKA_PASSWORD": password}


@pytest.mark.parametrize("mechanism", ["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_topics_relay_and_consumers_work_over_tls_with_and_without_a_sign_in(
    broker: tuple[Cluster, Secured], mechanism: str
) -> None:
    cluster, security = broker
    peer = Peer(servers=cluster.brokers[0].direct)
    await peer.forget_the_past()
    way, more = ("sasl-tls", _sign_in(mechanism)) if mechanism else ("tls", {})
    options = connection_options(load_settings(_variables(security, way, **more)))
    servers = f"127.0.0.1:{security.sign_in_port if mechanism else security.tls_port}"
    assert (await check_topics(servers, small_topics(), **options)).missing == ()
    async with KafkaDelivery(servers, source="/here", topics=TOPICS_OUT, **options) as delivery:
        await delivery.deliver(an_outgoing())
    assert len(await peer.read(INTERVIEWS)) == 1
    group = Remembering()
    await peer.send(POLICE_NOTICES, [("C-1", b"{}")] * 5)
    async with consuming(servers, [group], **options):
        await peer.until_read(POLICE)
    assert len(group.seen) == 5


async def test_a_wrong_password_and_a_stranger_s_certificate_are_refused_in_words(
    broker: tuple[Cluster, Secured], tmp_path: Path
) -> None:
    _, security = broker
    signed_in = _sign_in("SCRAM-SHA-512", password="another-word")
    options = connection_options(load_settings(_variables(security, "sasl-tls", **signed_in)))
    with pytest.raises(TransientError, match="Kafka does not answer"):
        await check_topics(f"127.0.0.1:{security.sign_in_port}", small_topics(), **options)
    other = secured(tmp_path)
    options = connection_options(load_settings(_variables(other, "tls")))
    with pytest.raises(TransientError, match="Kafka does not answer"):
        await check_topics(f"127.0.0.1:{security.tls_port}", small_topics(), **options)
