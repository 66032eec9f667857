"""The consumers by the names that `missing-coord consume NAME...` knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consumers import missing_lists, placements, police, register
from consumers.app import Register
from missing_coord.domain.errors import PermanentError

CONSUMERS: Mapping[str, Register] = {
    police.POLICE.name: police.register,
    register.CHILDREN.name: register.register,
    placements.PLACED.name: placements.register,
    missing_lists.LISTED.name: missing_lists.register,
}


def consumers_named(names: Sequence[str]) -> list[Register]:
    """Return the consumers of these names, all of them for no name; PermanentError says which names there are."""
    unknown = sorted(set(names) - CONSUMERS.keys())
    if unknown:
        raise PermanentError(
            f"There is no consumer {', '.join(unknown)}: choose from {', '.join(CONSUMERS)}."
        )
    return [CONSUMERS[name] for name in names or CONSUMERS]
