"""A resolver as a source of packages (the ``PackageSource`` port): only when it is asked for.

It is handed what no lock file and no environment answers, in words made here. What it cannot
have is left out, said, and the rest is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from provenance import ids
from provenance.edge.resolvers import (
    OF_ONE_PACKAGE,
    Answer,
    Failure,
    Request,
    Resolver,
    explanation,
    shortened,
)
from provenance.edge.targets import Target
from provenance.extract.collect import Collector
from provenance.extract.locks.graph import Channels
from provenance.model import (
    USAGES,
    Component,
    ComponentId,
    Evidence,
    Extraction,
    Gap,
    Link,
    Location,
    strongest_usage,
)
from provenance.patterns import lazy
from provenance.resolve.closure import holds
from provenance.resolve.requirements import RESOLVER, Pins, Wanted, answered, pins, wanted
from provenance.vocabulary import Vocabulary

TIMEOUT = 300.0
"""Seconds for everything that is asked of a resolver in one run."""
MAX_LEFT_OUT = 40
_WORD = lazy(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?=[^\w.-]|[.]?(?:\s|$))")
MAX_FOLDERS = 60
"""Folders whose requirements are resolved by themselves, where they do not go together."""


class ResolvedPackages:
    """What a resolver chooses for the requirements of a tree, in one target environment."""

    def __init__(
        self, resolver: Resolver | None, *, vocabulary: Vocabulary, today: str,
        target: Target | None = None, allow_build: bool = False, timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._resolver = resolver
        self._vocabulary = vocabulary
        self._today = today
        self._target = target or Target()
        self._allow_build = allow_build
        self._timeout = timeout
        self._clock = clock
        self._deadline = 0.0

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """Hosts of the indexes that were asked, as far as they are known."""
        return self._resolver.hosts if self._resolver else ()

    def packages(self, declared: Sequence[Component], links: Sequence[Link]) -> Extraction:
        """Return the resolver's versions and edges; what it could not have is a gap."""
        known = pins(declared)
        asked, gaps = wanted(links)
        asked = tuple(
            one
            for one in asked
            if not known.exact(one.name) and holds(one.marker, self._target.markers)
        )
        if not asked:
            return Extraction(gaps=gaps)
        if self._resolver is None:
            return Extraction(gaps=(*gaps, _gap("–", "resolver-missing")))
        self._deadline = self._clock() + self._timeout
        parts = [self._written(answer, part, known) for part, answer in self._answers(asked, known)]
        joined = Extraction(gaps=gaps)
        for one in parts:
            joined = joined.joined(one)
        return joined

    # -- asking ----------------------------------------------------------------------

    def _answers(
        self, asked: tuple[Wanted, ...], known: Pins
    ) -> Iterator[tuple[tuple[Wanted, ...], Answer]]:
        """Yield answers to all requirements at once or, where these conflict, in parts.

        The folders of a tree are often stacks of their own. Within one, what the product
        uses is resolved without what only its development asks for.
        """
        answer = self._ask(asked, known)
        if not _conflicts(answer):
            yield asked, answer
            return
        folders = sorted({folder for one in asked for folder in one.folders})
        if len(folders) == 1 or len(folders) > MAX_FOLDERS:
            yield from self._strongest(asked, known, answer)
            return
        for folder in folders:
            part = tuple(one for one in asked if folder in one.folders)
            answer = self._ask(part, known)
            if _conflicts(answer):
                yield from self._strongest(part, known, answer)
            else:
                yield part, answer

    def _strongest(
        self, asked: tuple[Wanted, ...], known: Pins, answer: Answer
    ) -> Iterator[tuple[tuple[Wanted, ...], Answer]]:
        """Yield the conflict, and the answer to what can be had beside it.

        That is the requirements of the strongest usage alone; where they conflict, those
        that the explanation does not name.
        """
        yield asked, answer
        first = strongest_usage(tuple(one.usage for one in asked))
        strongest = tuple(one for one in asked if one.usage == first)
        if len(strongest) < len(asked):
            asked, answer = strongest, self._ask(strongest, known)
        if answer.failure and _conflicts(answer):
            words = set(_WORD.findall(answer.failure.detail))
            asked = tuple(one for one in asked if one.name not in words)
            answer = self._ask(asked, known) if asked else answer
        if asked and not _conflicts(answer):
            yield asked, answer

    def _ask(self, asked: tuple[Wanted, ...], known: Pins) -> Answer:
        """Ask until there is an answer to everything but the packages that cannot be had."""
        assert self._resolver is not None  # noqa: S101
        request = Request(
            wanted=asked, constraints=known.constraints, target=self._target,
            allow_build=self._allow_build,
        )  # fmt: skip
        left_out: list[Failure] = []
        named = {one.name for one in asked}
        while True:
            remaining = max(self._deadline - self._clock(), 1.0)
            answer = self._resolver.resolve(replace(request, timeout=remaining))
            failure = answer.failure
            if failure is None or failure.trouble not in OF_ONE_PACKAGE:
                break
            if failure.trouble == "resolver-no-version" and failure.name in named:
                # The project can have it; who needs another version of it cannot be had.
                failure = replace(failure, drops=failure.drops or failure.asked_by)
            gone = failure.drops or failure.name
            if not gone or gone in request.without or len(left_out) >= MAX_LEFT_OUT:
                break
            left_out.append(failure)
            request = replace(request, without=request.without | {gone})
        answer.left_out = tuple(left_out)
        return answer

    # -- writing ---------------------------------------------------------------------

    def _written(self, answer: Answer, asked: tuple[Wanted, ...], known: Pins) -> Extraction:
        """Return an answer as components and links; what a lock says of a package stays."""
        assert self._resolver is not None  # noqa: S101
        collector = Collector(self._resolver.command, RESOLVER)
        channels = Channels(collector, self._vocabulary)
        evidence = Evidence(
            source=RESOLVER, reference=self._reference, as_of=answer.as_of or self._today
        )
        names: dict[str, ComponentId] = {}
        for name, one in answer.packages.items():
            names[name] = component = known.component(name, one.version)
            if known.exact(name):
                continue  # held to its version by a constraint
            usage = answer.usages.get(name, "used")
            where = collector.occurrence(one.line, f"{name}=={one.version}", usage=usage)
            version = ids.version_of(component)
            collector.component(component, "package", name, where, version=version, direct=False)
            channel = channels.of(one.source, where) if "://" in one.source else None
            if channel:
                collector.link(component, channel, "delivered-by", where)
        for edge in answer.edges:
            if edge.source in names and edge.target in names and not known.exact(edge.source):
                written = edge.requirement or ""
                where = collector.occurrence(
                    edge.line, f"{edge.source}: {edge.target} {written}".strip(), usage=edge.usage
                )
                collector.link(
                    names[edge.source], names[edge.target], "depends-on", where,
                    basis="resolved", requirement=edge.requirement,
                )  # fmt: skip
        self._left_out(answer, names, collector)
        found = collector.done()
        links = tuple(
            replace(link, evidence=(evidence,)) if link.relation == "depends-on" else link
            for link in found.links
        )
        gaps = (*found.gaps, *self._gaps(answer, asked, names))
        return replace(found, links=(*links, *answered(asked, names)), gaps=gaps)

    def _left_out(
        self, answer: Answer, names: dict[str, ComponentId], collector: Collector
    ) -> None:
        """Keep in the graph, without a version, what a package asks for and could not have."""
        for failure in answer.left_out:
            if failure.asked_by in names:
                usage = answer.usages.get(failure.asked_by, "used")
                where = collector.occurrence(0, failure.name, usage=usage)
                component = ids.pypi(failure.name)
                collector.component(component, "package", failure.name, where, direct=False)
                source = names[failure.asked_by]
                collector.link(source, component, "depends-on", where, basis="resolved")

    def _gaps(
        self, answer: Answer, asked: tuple[Wanted, ...], names: dict[str, ComponentId]
    ) -> Iterator[Gap]:
        """Yield what was not answered, each at the requirement of the tree that leads there."""
        places = {one.name: one.link.occurrences[0].location for one in asked if one.link}
        for one in answer.packages.values():
            if one.yanked is not None:
                yield _gap(
                    names[one.name], "index-yanked", places.get(one.name),
                    detail=explanation(one.yanked) or "–",
                )  # fmt: skip
        for failure in answer.left_out:
            gone = failure.drops or failure.name
            yield _gap(
                ids.pypi(failure.name), failure.trouble, places.get(gone),
                asked_by=failure.asked_by or "–", dropped=gone, detail=shortened(failure.detail),
            )  # fmt: skip
        if answer.failure:
            # What is declared stays as it is; the first requirement stands for all.
            first = min(asked, key=lambda one: (USAGES.index(one.usage), one.name))
            folders = sorted({folder or "." for one in asked for folder in one.folders})
            yield _gap(
                ", ".join(folders[:5]), answer.failure.trouble,
                places.get(first.name), asked_by="–", dropped="–",
                detail=shortened(answer.failure.detail), resolver=self._reference,
            )  # fmt: skip

    @property
    def _reference(self) -> str:
        assert self._resolver is not None  # noqa: S101
        return f"{self._resolver.label}: {self._target.label}"


def _conflicts(answer: Answer) -> bool:
    return answer.failure is not None and answer.failure.trouble == "resolver-conflict"


def _gap(subject: str, reason: str, location: Location | None = None, **params: str) -> Gap:
    return Gap(
        subject=subject, reason=reason, location=location, params=tuple(sorted(params.items()))
    )
