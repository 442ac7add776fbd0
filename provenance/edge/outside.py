"""Everything a scan may ask beyond the tree, made from the settings that permit it.

Heavy modules are imported here, and only for what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provenance.config import ASKED, Settings
from provenance.ports import Advisories, Ancestry, ModelHub, Outside, PackageIndex, PackageSource
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary


def outside(
    chosen: Settings, environ: Mapping[str, str], today: str, registry: Registry, root: Path
) -> Outside:
    """Return whom a scan may ask; nobody unless the settings say so.

    Args:
        root: the tree or file that is scanned.

    Raises:
        UsageError, LineageError: a database of sketches that cannot be used.
    """
    hub: ModelHub | None = None
    index: PackageIndex | None = None
    asked = (chosen.ask or ASKED) if chosen.online else ()
    if "hub" in asked:
        from provenance.edge.hubs import every_hub

        hub = every_hub(environ, today=today, cached=chosen.cached)
    if "index" in asked:
        from provenance.edge.package_index import SimpleIndex

        index = SimpleIndex(environ, today=today, cached=chosen.cached)
    advisories: Advisories | None = None
    if "advisories" in asked and chosen.vulnerabilities:
        from provenance.edge.pip_audit import PipAudit

        advisories = PipAudit(
            environ, today=today, service=chosen.vulnerability_service,
            url=chosen.vulnerability_url, cached=chosen.cached,
        )  # fmt: skip
    ancestry: Ancestry | None = None
    if chosen.lineage_db:
        from provenance.edge.ancestry import Sketched

        ancestry = Sketched(chosen.lineage_db, root, registry)
    return Outside(
        hub=hub, index=index, advisories=advisories, ancestry=ancestry,
        packages=_package_sources(chosen, environ, today, registry),
    )  # fmt: skip


def _package_sources(
    chosen: Settings, environ: Mapping[str, str], today: str, registry: Registry
) -> tuple[PackageSource, ...]:
    """Return the sources of package versions that are asked for, best first."""
    sources: list[PackageSource] = []
    vocabulary = Vocabulary(registry) if chosen.venv or chosen.python or chosen.resolve else None
    if vocabulary and (chosen.venv or chosen.python):
        from provenance.edge.environments import of_python, of_venv
        from provenance.edge.installed_packages import InstalledPackages

        environments = [of_venv(chosen.venv)] if chosen.venv else []
        environments += [of_python(chosen.python)] if chosen.python else []
        sources += [
            InstalledPackages(one, vocabulary=vocabulary, today=today) for one in environments
        ]
    if vocabulary and chosen.resolve:
        from provenance.edge.resolved_packages import ResolvedPackages
        from provenance.edge.resolver_records import Recorded
        from provenance.edge.resolvers import choose
        from provenance.edge.targets import Target

        resolver = choose(environ)
        sources.append(
            ResolvedPackages(
                Recorded(resolver, today, cached=chosen.cached)
                if resolver or chosen.cached
                else None,
                vocabulary=vocabulary, today=today,
                target=Target(chosen.platform, chosen.python_version),
                allow_build=chosen.allow_build,
            )
        )  # fmt: skip
    return tuple(sources)
