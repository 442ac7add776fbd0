"""The descent of a model: its chain to the roots, and where the statements on it differ.

A chain is what the links say, each step with what it rests on. A contradiction is two
statements on one model that do not fit together; which of them is wrong, if either is, only
its publisher can tell. Models count as related when one descends from the other or both
descend from a third, so that an intermediate checkpoint or a copy contradicts nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

from provenance import ids
from provenance.descent import BASES, Contradiction, Disagreement, Lineage, Statement, Step
from provenance.graph import IDENTITY, LINEAGE, Graph
from provenance.model import ComponentId, Confidence, Evidence, Gap, Link, Location, Relation

MAX_STEPS = 500
"""Steps of one lineage; the links of the report have all of them."""
_SAID = ("declared", "hub-inferred")
"""Bases that are somebody's word, and no finding."""


class Descents:
    """The descent of every model of one graph."""

    def __init__(
        self, graph: Graph, statements: Iterable[Statement],
        licenses: Mapping[ComponentId, frozenset[str]],
    ) -> None:  # fmt: skip
        """Take what is said.

        Args:
            licenses: the license expressions of each component, inherited ones included.
        """
        self._graph = graph
        self._licenses = licenses
        self._statements: dict[ComponentId, list[Statement]] = {}
        for item in sorted(set(statements)):
            self._statements.setdefault(item.component, []).append(item)
        self._descending: dict[ComponentId, bool] = {}
        self._kin: dict[ComponentId, frozenset[ComponentId]] = {}

    def of(self, component: ComponentId) -> Lineage | None:
        """Return the descent of a model; None when nothing is known or said of it."""
        steps, ends = self._steps(component)
        links = self._graph.outgoing(component, frozenset({"trained-on"}))
        trained_on = tuple(dict.fromkeys(link.target for link in links))
        contradictions = tuple(self._contradictions(component))
        if not (steps or trained_on or contradictions):
            return None
        return Lineage(
            roots=ends if steps else (), steps=steps, trained_on=trained_on,
            contradictions=contradictions,
        )  # fmt: skip

    def _steps(self, component: ComponentId) -> tuple[tuple[Step, ...], tuple[ComponentId, ...]]:
        """Return the steps from a model to where the known chains end, and those ends."""
        ancestors = (one for one, _ in self._graph.reach(component, LINEAGE | IDENTITY))
        line = [component, *itertools.islice(ancestors, MAX_STEPS)]
        found: dict[tuple[ComponentId, ComponentId, Relation], list[Link]] = {}
        for one in line:
            for link in self._graph.outgoing(one, LINEAGE | IDENTITY):
                found.setdefault((link.source, link.target, link.relation), []).append(link)
        # Copies point at each other: what a chain ends at is what no copy of descends further.
        ends = [one for one in line if not self._descends(one)]
        steps = [_step(links) for links in list(found.values())[:MAX_STEPS]]
        return tuple(steps), tuple(sorted(one for one in ends if one != component))

    def _descends(self, component: ComponentId) -> bool:
        if component not in self._descending:
            copies = (one for one, _ in self._graph.reach(component, IDENTITY))
            self._descending[component] = any(
                True for one in (component, *copies) for _ in self._graph.outgoing(one, LINEAGE)
            )
        return self._descending[component]

    # -- statements that do not fit ------------------------------------------------------

    def _contradictions(self, component: ComponentId) -> Iterable[Contradiction]:
        links = list(self._graph.outgoing(component, LINEAGE))
        said = [link for link in links if link.basis in _SAID and link.how != "encoder"]
        declared = tuple(sorted({link.target for link in said}))
        traces = [link for link in links if link.basis == "trace" and link.how != "encoder"]
        statements = self._statements.get(component, [])
        scratch = [item for item in statements if item.says == "from-scratch"]
        if scratch and (against := [*said, *traces]):
            named = sorted({link.target for link in against})
            yield _contradiction("from-scratch", (), named, scratch, against)
        own = (*declared, component) if declared or scratch else ()
        foreign = [link for link in traces if declared and not self._related(link.target, own)]
        if foreign:
            named = sorted({link.target for link in foreign})
            yield _contradiction("other-base", declared, named, [], [*said, *foreign])
        tokens = [
            item for item in statements
            if item.says == "tokenizer" and own and not self._related(item.subject, own)
        ]  # fmt: skip
        if tokens:
            named = sorted({item.subject for item in tokens})
            yield _contradiction("tokenizer", declared, named, [*scratch, *tokens], said)
        notices = self._strange_notices(component) if own else []
        if notices:
            named = sorted({item.subject for item in notices})
            yield _contradiction("notice", declared, named, [*scratch, *notices], said)

    def _strange_notices(self, component: ComponentId) -> list[Statement]:
        """Return the notices for licenses that neither the model nor an ancestor is known by."""
        known = self._licenses.get(component, frozenset())
        return [
            item for item in self._statements.get(component, [])
            if item.says == "notice" and not known.intersection(item.subject.split())
        ]  # fmt: skip

    def _related(self, one: ComponentId, others: Sequence[ComponentId]) -> bool:
        """Tell whether a model and one of several are copies, kin, or the same."""
        kin = self._kin_of(one)
        return any(kin & self._kin_of(other) for other in others)

    def _kin_of(self, component: ComponentId) -> frozenset[ComponentId]:
        """Return a model and all it descends from by somebody's word, revisions aside."""
        if component not in self._kin:
            found, pending = {_plain(component)}, [component]
            while pending:
                for link in self._graph.outgoing(pending.pop(), LINEAGE | IDENTITY):
                    if link.basis == "trace" or _plain(link.target) in found:
                        continue
                    found.add(_plain(link.target))
                    pending.append(link.target)
            self._kin[component] = frozenset(found)
        return self._kin[component]

    def gaps(self) -> Iterable[Gap]:
        """Yield a gap for each notice of a model of which nothing else is said."""
        for component in self._statements:
            if component not in self._graph.components or any(
                self._graph.outgoing(component, LINEAGE)
            ):
                continue
            if any(item.says == "from-scratch" for item in self._statements[component]):
                continue
            for item in self._strange_notices(component):
                path, _, line = item.evidence.reference.rpartition(":")
                yield Gap(
                    subject=component, reason="notice-names-license",
                    location=Location(path=path, line=int(line) if line.isdigit() else 0),
                    params=(("license", item.subject), ("words", item.evidence.note)),
                )  # fmt: skip


def _plain(component: ComponentId) -> ComponentId:
    return ids.without_version(component).lower()


def _step(links: Sequence[Link]) -> Step:
    """Return everything that is said of one child and one parent as one step."""
    ranked = sorted(links, key=lambda link: _rank(link.basis))
    how = next((link.how for link in ranked if link.how not in (None, "unknown")), None)
    evidence = tuple(dict.fromkeys(item for link in ranked for item in _evidence(link)))
    levels: list[Confidence] = [item.confidence for item in evidence]
    first = ranked[0]
    derived = first.relation == "derived-from"
    return Step(
        source=first.source, target=first.target, relation=first.relation,
        how=(how or "unknown") if derived else None,
        bases=tuple(dict.fromkeys(link.basis or "declared" for link in ranked)) if derived else (),
        confidence=max(levels, key=("low", "medium", "high").index, default="low"),
        evidence=evidence,
    )  # fmt: skip


def _rank(basis: str | None) -> int:
    return BASES.index(basis) if basis in BASES else 0


def _evidence(link: Link) -> tuple[Evidence, ...]:
    """Return what a link rests on, places in the tree included."""
    return (
        *link.evidence,
        *(
            Evidence(
                source="tree", reference=str(place.location), confidence=place.confidence,
                note=place.as_written,
            )
            for place in link.occurrences
        ),
    )  # fmt: skip


def _contradiction(
    kind: Disagreement, declared: Sequence[ComponentId], named: Sequence[str],
    statements: Sequence[Statement], links: Sequence[Link],
) -> Contradiction:  # fmt: skip
    evidence = [item.evidence for item in statements]
    evidence += [item for link in links for item in _evidence(link)]
    return Contradiction(
        kind=kind, declared=tuple(declared), named=tuple(named),
        evidence=tuple(dict.fromkeys(evidence)),
    )  # fmt: skip
