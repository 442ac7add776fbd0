"""An installed environment as a source of packages (the ``PackageSource`` port).

Contacts nobody, starts nothing and imports nothing of the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from provenance import ids
from provenance.edge.environments import Environment
from provenance.edge.installed import Installed, gap, read_all
from provenance.extract.channels import channel_of_url
from provenance.extract.collect import Collector, shown
from provenance.model import Component, ComponentId, Evidence, Extraction, Gap, Link, Usage
from provenance.resolve.closure import Closure, Distribution, close
from provenance.resolve.requirements import INSTALLED, Pins, Wanted, answered, pins, wanted
from provenance.vocabulary import Vocabulary


class InstalledPackages:
    """What one environment holds of what a tree declares, and all that it leads to there."""

    hosts_contacted: tuple[str, ...] = ()

    def __init__(self, environment: Environment, *, vocabulary: Vocabulary, today: str) -> None:
        self._environment = environment
        self._vocabulary = vocabulary
        self._today = today

    def packages(self, declared: Sequence[Component], links: Sequence[Link]) -> Extraction:
        """Return the installed packages that requirements reach; all, where nothing is declared."""
        found, gaps = read_all(self._environment)
        known = pins(declared)
        asked, unread = wanted(links)
        starts = [*asked, *_locked(known, found)]
        if not starts:
            starts = [Wanted(name=name, usage="used") for name in sorted(found)]
        versions = {
            name: Distribution(
                name=name, version=one.metadata.version, requires=one.metadata.requires_dist
            )
            for name, one in found.items()
        }
        closure = close(starts, versions.get, self._environment.markers)
        names = {name: known.component(name, versions[name].version) for name in closure.usages}
        differing = list(_differing(names, known))
        for name, _ in differing:
            del names[name]
        gaps += [*unread, *(one for _, one in differing), *_unanswered(closure)]
        told = {link.source for link in links}
        parts = [
            self._one(found[name], component, names, closure, locked=component in told)
            for name, component in names.items()
        ]
        roots = answered(asked, names)
        return reduce(Extraction.joined, parts, Extraction(links=roots, gaps=tuple(gaps)))

    def _one(
        self, one: Installed, component: ComponentId, names: dict[str, ComponentId],
        closure: Closure, *, locked: bool,
    ) -> Extraction:  # fmt: skip
        """Return one distribution: itself, whom it asks for, its license and where it is from."""
        collector = Collector(one.place, INSTALLED)
        collector.usage = "used"  # the name of its folder says nothing about its use
        usage: Usage = closure.usages[one.name]
        written = f"{one.metadata.name} {one.metadata.version}"
        where = collector.occurrence(0, written, usage=usage)
        version = ids.version_of(component)
        collector.component(component, "package", one.name, where, version=version, direct=False)
        places = {text: number for number, text in one.required()}
        for edge, reached in closure.edges_of(one.name):
            if edge.target in names and not locked:
                line = places.get(edge.written, 0)
                place = collector.occurrence(line, edge.written, usage=reached)
                collector.link(
                    component, names[edge.target], "depends-on", place, basis=INSTALLED,
                    requirement=edge.requirement,
                )  # fmt: skip
        url = one.direct_url()
        if "://" in url and not url.startswith("file:"):
            at = collector.occurrence(0, url, path=f"{one.place.partition('/')[0]}/direct_url.json")
            channel = channel_of_url(url, at, collector, self._vocabulary)
            if channel:
                collector.link(component, channel, "delivered-by", at)
        elif url:
            collector.gap(component, "installed-from-path")
        evidence = Evidence(source=INSTALLED, reference=one.place, as_of=self._today)
        declared, missing = one.metadata.licenses(component, INSTALLED, evidence)
        return collector.done().joined(Extraction(licenses=declared, gaps=missing))


def _locked(known: Pins, found: dict[str, Installed]) -> Iterator[Wanted]:
    """Yield what is locked and installed: its license and what the lock leaves out are here."""
    for name in sorted(known.locked):
        if name in found:
            yield Wanted(name=name, usage=known.usages[name])


def _differing(names: dict[str, ComponentId], known: Pins) -> Iterator[tuple[str, Gap]]:
    """Yield the names whose installed version is none that the tree pins."""
    for name, component in names.items():
        pinned = known.locked.get(name) or known.written.get(name) or {}
        if pinned and component not in pinned.values():
            yield name, gap(
                ids.pypi(name), "installed-differs", installed=ids.version_of(component) or "–",
                pinned=", ".join(sorted(pinned)),
            )  # fmt: skip


def _unanswered(closure: Closure) -> Iterator[Gap]:
    """Yield what is asked for and not there, or there in a version that was not asked for."""
    for reason, names in (("not-installed", closure.missing), ("requirement-unmet", closure.unmet)):
        for name, (source, written) in sorted(names.items()):
            yield gap(ids.pypi(name), reason, asked_by=source or "–", requirement=shown(written))
