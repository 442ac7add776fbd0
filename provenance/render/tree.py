"""The tree of a graph, one line a component, and what its exposure hangs on.

The lines are put together here and not by rich's tree, which takes eight seconds for the
20,000 of a large lock file and wraps them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from provenance.analysis.paths import Paths
from provenance.analysis.rows import Row
from provenance.analysis.summary import Summary
from provenance.audit import Audit
from provenance.i18n import Messages
from provenance.model import Attribution, ComponentId
from provenance.render.wording import clean, component_name

_SIGNS = {"repeated": " (*)", "cycle": " (cycle)", "cut": " (…)", "": ""}
_SHOWN = 10
"""Entries of each list below the tree before the rest is only counted."""
_LICENSED = ("package", "model", "dataset")


class Ways(Struct, frozen=True, kw_only=True):
    """How the project comes to one component."""

    component: ComponentId
    paths: Paths
    always: tuple[ComponentId, ...]
    """What every path goes through."""


class Reading(Struct, frozen=True, kw_only=True):
    """What was asked of a graph; what was not asked for is empty."""

    root: ComponentId
    marked: frozenset[ComponentId]
    """The exposed components, or those of the jurisdictions that were asked for."""
    rows: tuple[Row, ...] = ()
    summary: Summary | None = None
    ways: tuple[Ways, ...] = ()
    left_out: int = 0
    """Further components that the name given may stand for."""


# -- text --------------------------------------------------------------------------


def as_text(
    reading: Reading, audit: Audit, words: Messages, *, label: str = "", color: bool = False
) -> str:
    """Return a reading for a terminal.

    Args:
        label: what is said of the marked components (``exposed to US``).
        color: write ANSI colours.
    """
    writer = _Text(reading, audit, words, label, color=color)
    lines = [
        *writer.tree(), *writer.legend(), *writer.ways(), *writer.left_out(), *writer.summary()
    ]  # fmt: skip
    return "\n".join(lines).strip("\n") + "\n"


class _Text:
    """Writes one reading, line by line."""

    def __init__(
        self, reading: Reading, audit: Audit, words: Messages, label: str, *, color: bool
    ) -> None:
        self.reading = reading
        self.audit = audit
        self.words = words
        self.label = label
        self.color = color
        self.names: dict[ComponentId, str] = {}
        self.described: dict[ComponentId, str] = {}

    def tree(self) -> Iterator[str]:
        """One line a row, with the guides that show what hangs on what."""
        for row in self.reading.rows:
            guides = "".join("    " if last else "│   " for last in row.last[:-1])
            if row.last:
                guides += "└── " if row.last[-1] else "├── "
            by = [name for name in row.relations if name != "depends-on"]
            relation = self._styled(f" [{', '.join(by)}]", "dim") if by else ""
            yield guides + self._line(row.component) + relation + _SIGNS[row.mark]

    def legend(self) -> Iterator[str]:
        """What the signs in the tree mean: those that occur."""
        rows, words = self.reading.rows, self.words
        if not rows:
            return
        yield ""
        yield self._styled(words("tree.columns"), "dim")
        if any(row.component in self.reading.marked for row in rows):
            yield self._styled(f"! {self.label}", "dim")
        marks = {row.mark for row in rows}
        if "repeated" in marks:
            yield self._styled(words("tree.sign-repeated"), "dim")
        if "cycle" in marks:
            yield self._styled(words("tree.sign-cycle"), "dim")
        if "cut" in marks:
            yield self._styled(words("tree.sign-cut"), "dim")

    def ways(self) -> Iterator[str]:
        """Every path to each component that was asked about."""
        words = self.words
        for way in self.reading.ways:
            yield self._line(way.component)
            shown, total = way.paths.shown, way.paths.total
            yield words(
                "tree.paths", count=len(shown) if total is None else total,
                project=self._name(self.reading.root),
            )  # fmt: skip
            yield from (f"  {' → '.join(map(self._name, path))}" for path in shown)
            if total is None:
                yield f"  {words('tree.more-uncounted')}"
            elif total > len(shown):
                yield f"  {words('tree.more-paths', count=total - len(shown))}"
            if way.always:
                yield words("tree.always", names=self._list(way.always))
            yield ""

    def left_out(self) -> Iterator[str]:
        """How many components of that name were not looked at."""
        if self.reading.left_out:
            yield self.words("tree.more-matches", count=self.reading.left_out)

    def summary(self) -> Iterator[str]:
        """What the marked components hang on."""
        found, words = self.reading.summary, self.words
        if found is None:
            return
        yield ""
        yield words(
            "tree.exposed", exposed=len(found.marked), components=found.components,
            marked=self.label, leading=len(found.weights), direct=found.direct,
        )  # fmt: skip
        if found.weights:
            yield ""
            yield self._styled(words("tree.weights"), "bold")
            yield from self._ranked(
                (words("tree.weight", leaving=len(w.leaving), leading=len(w.leading)), w.component)
                for w in found.weights
            )
            yield ""
            yield self._styled(words("tree.chokepoints"), "bold")
            yield from self._ranked((str(len(c.behind)), c.component) for c in found.chokepoints)
            yield ""
            key = "tree.smallest" if found.cover.exact else "tree.small"
            yield self._styled(words(key, count=len(found.cover.members)), "bold")
            yield from self._ranked(("–", name) for name in found.cover.members)
        if found.outside:
            yield ""
            yield words(
                "tree.outside", count=len(found.outside), names=self._list(found.outside[:_SHOWN])
            )

    def _ranked(self, entries: Iterable[tuple[str, ComponentId]]) -> Iterator[str]:
        """Lines of a figure and a component; what is too much is counted."""
        known = list(entries)
        wide = max((len(figure) for figure, _ in known), default=0)
        for figure, component in known[:_SHOWN]:
            yield f"  {figure:>{wide}}  {self._name(component)}"
        if len(known) > _SHOWN:
            yield f"  {self.words('tree.more', count=len(known) - _SHOWN)}"
        if not known:
            yield f"  {self.words('label.none')}"

    def _line(self, component: ComponentId) -> str:
        """A component with its origin, license and usage; made once for each."""
        if component not in self.described:
            self.described[component] = self._describe(component)
        return self.described[component]

    def _describe(self, component: ComponentId) -> str:
        item = self.audit.graph.components[component]
        if item.kind == "project":
            return self._styled(self._name(component), "bold")
        attribution = self.audit.attributions[component]
        text = f"{self._name(component)}  {_origin(attribution)}"
        licenses = _licenses(attribution)
        if licenses:
            text += f"  {'; '.join(clean(name) for name in licenses)}"
        elif item.kind in _LICENSED:
            text += f"  {self.words('label.license-unknown')}"
        if item.usage != "used":
            text += f" ({self.words(f'usage.{item.usage}')})"
        dimmed = item.usage not in ("used", "optional")
        if component in self.reading.marked:
            return self._styled(f"! {text}", "dim red" if dimmed else "red")
        return self._styled(text, "dim") if dimmed else text

    def _name(self, component: ComponentId) -> str:
        if component not in self.names:
            self.names[component] = component_name(component, self.audit.registry)
        return self.names[component]

    def _list(self, components: Iterable[ComponentId]) -> str:
        return self.words("label.comma").join(map(self._name, components))

    def _styled(self, text: str, style: str) -> str:
        if not self.color:
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def _origin(attribution: Attribution) -> str:
    """Return ``CN → CN, US``: own, and with what it is made from where that is more.

    A question mark stands where an origin of its own or of an ancestor is not known.
    """
    own = ", ".join(attribution.jurisdictions) or "?"
    whole = ", ".join(attribution.effective_jurisdictions)
    text = own if whole in ("", own) else f"{own} → {whole}"
    return f"{text}?" if attribution.unknown and not text.endswith("?") else text


def _licenses(attribution: Attribution) -> tuple[str, ...]:
    """Return the component's own licenses, without those of what it is made from."""
    own = (item.expression for item in attribution.licenses if not item.via)
    return tuple(dict.fromkeys(own))


# -- JSON --------------------------------------------------------------------------


def as_json(reading: Reading, audit: Audit) -> str:
    """Return a reading as JSON (docs/tree.md)."""
    named = {row.component for row in reading.rows} | {way.component for way in reading.ways}
    named |= {step for way in reading.ways for path in way.paths.shown for step in path}
    document = {
        "project": reading.root,
        "marked": sorted(reading.marked),
        "rows": [
            {
                "component": row.component, "level": len(row.last),
                "relations": list(row.relations), "mark": row.mark or None,
            }
            for row in reading.rows
        ],
        "why": [
            {
                "component": way.component, "paths": way.paths.shown, "total": way.paths.total,
                "on_every_path": way.always,
            }
            for way in reading.ways
        ],
        "matches_left_out": reading.left_out,
        "summary": _summary(reading.summary) if reading.summary else None,
        "components": [_component(name, audit) for name in sorted(named)],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _summary(found: Summary) -> dict[str, Any]:
    return {
        "marked": found.marked,
        "only_delivering": found.outside,
        "components": found.components,
        "direct_requirements": found.direct,
        "weights": [
            {
                "component": weight.component, "leaving": weight.leaving,
                "leading": weight.leading, "components_leaving": weight.components,
            }
            for weight in found.weights
        ],
        "chokepoints": [
            {"component": point.component, "behind": point.behind} for point in found.chokepoints
        ],
        "smallest_set": {"members": found.cover.members, "exact": found.cover.exact},
    }  # fmt: skip


def _component(name: ComponentId, audit: Audit) -> dict[str, Any]:
    item, attribution = audit.graph.components[name], audit.attributions[name]
    return {
        "id": name,
        "kind": item.kind,
        "name": item.name,
        "version": item.version,
        "usage": item.usage,
        "jurisdictions": attribution.jurisdictions,
        "effective_jurisdictions": attribution.effective_jurisdictions,
        "required_jurisdictions": attribution.required_jurisdictions,
        "unknown": attribution.unknown,
        "licenses": _licenses(attribution),
    }
