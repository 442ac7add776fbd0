"""resolve: from what single files say to one set of components and links.

Each resolver takes the whole inventory and returns a better one; order matters.
"""

from __future__ import annotations

from collections.abc import Callable

from provenance.resolve import (
    advisories,
    agreement,
    ancestry,
    lineage,
    metadata,
    packages,
    served,
    services,
    stack,
    stages,
)
from provenance.resolve.inventory import Inventory, merge

RESOLVERS: tuple[Callable[[Inventory], Inventory], ...] = (
    agreement.resolve,
    stack.resolve,
    packages.resolve,
    metadata.resolve,
    services.resolve,
    served.resolve,
    ancestry.resolve,
    lineage.resolve,
    stages.resolve,
    advisories.resolve,
)
"""In the order they run. Add an ecosystem here."""

__all__ = ["RESOLVERS", "Inventory", "merge"]
