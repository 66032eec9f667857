"""Local authorities: which one is ours, and the names that the council gives the codes of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Areas:
    """Our own authority's code, and names by code; a code without a name is shown as it is."""

    ours: str
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, code: str) -> str:
        """Return an authority's name with its code, such as `Larchford (E08000099)`, or the code alone."""
        return f"{self.names[code]} ({code})" if code in self.names else code
