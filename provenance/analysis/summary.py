"""What a graph's exposure hangs on, in figures."""

from __future__ import annotations

from msgspec import Struct

from provenance.analysis.cover import Cover, smallest_cover
from provenance.analysis.dependency import Dependencies
from provenance.analysis.dominators import Chokepoint, Weight, chokepoints, weights
from provenance.model import ComponentId


class Summary(Struct, frozen=True, kw_only=True):
    """What the marked components hang on."""

    marked: tuple[ComponentId, ...]
    outside: tuple[ComponentId, ...]
    """Marked, and in no count: nothing brings them in, they only deliver."""
    components: int
    direct: int
    weights: tuple[Weight, ...]
    """Of the direct requirements that lead to a marked component, heaviest first."""
    chokepoints: tuple[Chokepoint, ...]
    cover: Cover


def summarize(dependencies: Dependencies, marked: frozenset[ComponentId]) -> Summary:
    """Return what the marked components hang on."""
    return Summary(
        marked=dependencies.marked,
        outside=tuple(sorted(marked.difference(dependencies.marked))),
        components=len(dependencies.digraph) - 1,
        direct=len(dependencies.direct),
        weights=weights(dependencies),
        chokepoints=chokepoints(dependencies),
        cover=smallest_cover(dependencies),
    )
