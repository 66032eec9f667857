"""`topics`: makes the declared topics, and says where Kafka differs from them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import Json, print_json, say
from missing_coord.cli.running import FAILED, settings_now
from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.messaging.kafka_topics import Standing

topics = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Replicas = Annotated[
    int | None, typer.Option(min=1, max=9, help="Another number of replicas, such as 1 for one broker.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(topics, name="topics")


@topics.callback()
def _topics() -> None:
    """Make and check the topics of deploy/topics.yaml."""


@topics.command()
def create(replicas: Replicas = None, as_json: Json = False) -> None:
    """Make the topics that are not there. Safe to repeat; no topic is changed or deleted."""
    _tell(_run(make=True, replicas=replicas), as_json)


@topics.command()
def check(replicas: Replicas = None, as_json: Json = False) -> None:
    """Say whether Kafka has every declared topic. Ends with 1 when one is missing, or has less than declared."""
    standing = _run(make=False, replicas=replicas)
    _tell(standing, as_json)
    if standing.missing or standing.different:
        raise typer.Exit(FAILED)


@topics.command()
def asyncapi() -> None:
    """Print the AsyncAPI description of our topics, which is kept in docs/asyncapi.yaml."""
    from missing_coord.messaging.asyncapi import asyncapi_text

    print(asyncapi_text(), end="")


def _run(*, make: bool, replicas: int | None) -> Standing:
    from missing_coord.domain.errors import PermanentError
    from missing_coord.messaging.kafka_security import connection_options
    from missing_coord.messaging.kafka_topics import check_topics, create_topics
    from missing_coord.messaging.topics import declared_topics
    from missing_coord.resources import deploy_folder

    settings = settings_now()
    if not settings.kafka:
        raise PermanentError("Set MISSING_COORD_KAFKA to Kafka's bootstrap servers, such as localhost:9092.")
    declared = declared_topics(deploy_folder() / "topics.yaml")
    if replicas is not None:
        declared = tuple(replace(topic, replicas=replicas) for topic in declared)
    work = create_topics if make else check_topics
    return asyncio.run(work(settings.kafka, declared, **connection_options(settings)))


def _tell(standing: Standing, as_json: bool) -> None:
    if as_json:
        print_json(asdict(standing))
        return
    for words, names in (("made", standing.made), ("missing", standing.missing)):
        for name in names:
            say(f"{words}: {name}")
    for each in standing.different:
        say(f"different: {each}")
    say(f"{plural(len(standing.there), 'topic')} there before, {len(standing.made)} made.")
