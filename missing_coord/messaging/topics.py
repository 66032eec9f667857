"""The topics that an installation has, as deploy/topics.yaml declares them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from missing_coord.domain.errors import PermanentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic as declared; `retention_days` is how long Kafka keeps a message."""

    name: str
    partitions: int
    replicas: int
    retention_days: int

    @property
    def settings(self) -> dict[str, str]:
        """The topic's own settings in Kafka: what was acknowledged survives the loss of one broker."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_days * 24 * 3600 * 1000),
            "min.insync.replicas": str(max(1, self.replicas - 1)),
            "unclean.leader.election.enable": "false",
        }


def declared_topics(path: Path) -> tuple[Topic, ...]:
    """Read the declared topics; raises PermanentError naming what the file lacks."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(Topic(**each) for each in content["topics"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise PermanentError(
            f"{path.name}: write a list `topics` of name, partitions, replicas and retention_days"
        ) from error
