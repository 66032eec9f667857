"""The consumers by the names that `missing-coord consume NAME...` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from consumers.group import Group
from consumers.missing_lists import missing_lists_group
from consumers.placements import placements_group
from consumers.police import police_group
from consumers.reactions import Reacting
from consumers.register import register_group
from consumers.taking import Intake
from missing_coord.domain.errors import PermanentError
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.subscriptions import NOTICES, PLANNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the groups work with."""

    intake: Intake
    reactions: Reactions


def _reacting(name: str, needs: Needs) -> Group:
    return Reacting(name=name, reactions=needs.reactions)


CONSUMERS: Mapping[str, Callable[[Needs], Group]] = {
    "police-notices": lambda needs: police_group(needs.intake),
    "register": lambda needs: register_group(needs.intake),
    "placements": lambda needs: placements_group(needs.intake),
    "missing-lists": lambda needs: missing_lists_group(needs.intake),
    PLANNING: partial(_reacting, PLANNING),
    NOTICES: partial(_reacting, NOTICES),
}


def groups_named(names: Sequence[str], needs: Needs) -> list[Group]:
    """Return the groups of these names, all of them for no name; PermanentError says which names there are."""
    unknown = sorted(set(names) - CONSUMERS.keys())
    if unknown:
        raise PermanentError(
            f"There is no consumer {', '.join(unknown)}: choose from {', '.join(CONSUMERS)}."
        )
    return [CONSUMERS[name](needs) for name in dict.fromkeys(names or CONSUMERS)]
