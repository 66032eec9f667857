"""Every event has a wire form, a topic and a row in the table; every subscriber goes through the one helper."""

from __future__ import annotations

import ast
import re
from dataclasses import fields

from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES
from missing_coord.contracts.events_wire import WIRE_MODELS
from missing_coord.contracts.topics import TOPICS_IN, TOPICS_OUT, dead_letters
from missing_coord.domain import events
from missing_coord.messaging.subscriptions import SUBSCRIPTIONS, consumers
from tests.habits.source_files import ROOT, product_files

PERSONAL = re.compile(r"name|address|postcode|phone|birth|note|reason|words|text|email")


def _event_classes() -> set[type[events.Event]]:
    classes = [
        each for each in vars(events).values() if isinstance(each, type) and issubclass(each, events.Event)
    ]
    return set(classes) - {events.Event}


def test_every_event_has_a_wire_type_a_wire_model_and_a_topic() -> None:
    assert _event_classes() == set(TOPIC_OF) == set(WIRE_MODELS)


def test_every_event_has_a_row_in_the_subscriptions_if_only_to_say_nobody() -> None:
    assert set(SUBSCRIPTIONS) == set(WIRE_TYPES.values())


def test_no_event_has_a_field_that_could_hold_a_childs_name_address_or_words() -> None:
    suspicious = [
        f"{kind.__name__}.{each.name}"
        for kind in _event_classes()
        for each in fields(kind)
        if PERSONAL.search(each.name)
    ]
    assert suspicious == []


def test_declared_topics_are_those_of_the_code_with_their_dead_letters() -> None:
    declared = re.findall(r"^  - name: (\S+)$", (ROOT / "deploy/topics.yaml").read_text(), re.MULTILINE)
    known = [*TOPICS_IN, *TOPICS_OUT]
    assert sorted(declared) == sorted([*known, *map(dead_letters, known)])
    assert set(TOPIC_OF.values()) == set(TOPICS_OUT)


def test_every_topic_in_and_every_reaction_has_one_consumer_group() -> None:
    from consumers.names import Needs, groups_named

    groups = groups_named([], Needs(intake=None, reactions=None))  # type: ignore[arg-type]
    assert sorted(topic for group in groups for topic in group.topics if topic in TOPICS_IN) == sorted(
        TOPICS_IN
    )
    reacting = {group.name for group in groups if not set(group.topics) & set(TOPICS_IN)}
    assert reacting == consumers()
    assert all(set(group.topics) <= {*TOPICS_IN, *TOPICS_OUT} for group in groups)


def test_nobody_subscribes_to_kafka_but_through_the_one_helper() -> None:
    around = [
        source.name
        for source in product_files()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"subscriber", "publisher"}
    ]
    assert around == ["consumers/app.py"]


def test_handlers_return_nothing_so_that_nothing_leaves_outside_the_outbox() -> None:
    returning = [
        f"{source.name}:{function.name}"
        for source in product_files()
        if source.name.startswith("consumers/")
        for function in source.functions()
        if function.name.startswith("on_")
        and (not isinstance(function.returns, ast.Constant) or function.returns.value is not None)
    ]
    assert returning == []
