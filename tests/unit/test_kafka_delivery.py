"""Delivery to Kafka without a broker: what it refuses; sending itself is tested on a real broker."""

from __future__ import annotations

import pytest

from missing_coord.contracts.topics import INTERVIEWS
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.messaging.kafka import KafkaDelivery
from tests.builders.events import an_outgoing


def _delivery() -> KafkaDelivery:
    return KafkaDelivery("127.0.0.1:1", source="/missing-coord/E08000003", topics=[INTERVIEWS])


async def test_a_broker_that_does_not_answer_is_something_that_may_work_later() -> None:
    with pytest.raises(TransientError, match="Kafka does not answer"):
        await _delivery().start()


async def test_nothing_is_sent_before_the_connection_is_open() -> None:
    with pytest.raises(TransientError):
        await _delivery().deliver(an_outgoing())


async def test_an_event_for_a_topic_that_is_not_ours_is_refused() -> None:
    with pytest.raises(PermanentError):
        await _delivery().deliver(an_outgoing(type="missing-coord.strangers.thing.v1"))
