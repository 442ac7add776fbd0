"""Which groups of a project reach a package, where its ``poetry.lock`` does not say.

Locks that Poetry 1.5 to 1.8 wrote name no groups. What each group asks for stands in the
``pyproject.toml`` beside the lock, what is below that in the lock itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from provenance import ids
from provenance.extract.manifests.requirement_tables import poetry_tables
from provenance.extract.manifests.requirements import usage_of_extra
from provenance.extract.manifests.toml_text import string, strings, table
from provenance.model import USAGES, Document, Usage
from provenance.patterns import lazy

_MAX_BYTES = 512 * 1024
_NAME = lazy(r"[\w.-]*")


def usages_of(document: Document, items: Iterable[dict[str, Any]]) -> Mapping[str, Usage]:
    """Return the usage of every package of a lock, by its id without version.

    Returns:
        Nothing where the lock tells groups itself, or no manifest lies beside it.
    """
    items = list(items)
    if any(item.get("groups") or item.get("category") for item in items):
        return {}
    asked = _asked(document)
    if not asked:
        return {}
    below = {
        ids.pypi(string(item.get("name"))): [ids.pypi(n) for n in table(item, "dependencies")]
        for item in items
    }
    found: dict[str, Usage] = {}
    for usage in USAGES:  # the nearest to ``used`` first: what it reaches is its
        pending = [name for name, group in asked if group == usage]
        while pending:
            name = pending.pop()
            if name in below and name not in found:
                found[name] = usage
                pending += below[name]
    return found


def _asked(document: Document) -> list[tuple[str, Usage]]:
    """Return what the manifest beside a lock asks for, with the usage of its group."""
    beside = document.path.rpartition("/")[0]
    path = f"{beside}/pyproject.toml" if beside else "pyproject.toml"
    data = document.sibling(path) if document.sibling else None
    if data is None or len(data) > _MAX_BYTES:
        return []
    try:
        manifest = tomllib.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return []
    poetry, project = table(manifest, "tool", "poetry"), table(manifest, "project")
    found: list[tuple[str, Usage]] = [
        (ids.pypi(_name(text)), "used") for text in strings(project.get("dependencies"))
    ]
    for extra, texts in table(project, "optional-dependencies").items():
        found += [(ids.pypi(_name(text)), usage_of_extra(extra)) for text in strings(texts)]
    for usage, _, name, wanted in poetry_tables(poetry):
        optional = isinstance(wanted, dict) and wanted.get("optional") is True
        found.append((ids.pypi(name), "optional" if optional and usage == "used" else usage))
    return found


def _name(requirement: str) -> str:
    """Return the name that a requirement begins with."""
    return _NAME.match(requirement).group()  # type: ignore[union-attr]  # it may be empty
