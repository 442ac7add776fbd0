"""What a scan asks beyond the tree: in order, once, and folded into one inventory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provenance.model import (
    Component,
    Evidence,
    Extraction,
    Gap,
    LicenseDeclaration,
    Link,
    Vulnerability,
)
from provenance.pipeline import scan
from provenance.policy import load
from provenance.ports import Advised, Enrichment, Outside
from provenance.registry import Registry

CLICK, COLORAMA = "pkg:pypi/click@8.1.7", "pkg:pypi/colorama@0.4.6"
SAYS = Evidence(source="index", reference="https://index.test/click", as_of="2026-11-21")


class Resolver:
    """Pins what is declared and adds one requirement of it."""

    hosts_contacted = ("resolver.test",)

    def packages(self, declared: Sequence[Component], links: Sequence[Link]) -> Extraction:
        assert [item.id for item in declared] == ["pkg:pypi/click"]
        assert [link.requirement for link in links] == [">=8"]
        return Extraction(
            components=(
                Component(id=CLICK, kind="package", name="click", version="8.1.7", direct=False),
                Component(
                    id=COLORAMA, kind="package", name="colorama", version="0.4.6", direct=False
                ),
            ),
            links=(Link(source=CLICK, target=COLORAMA, relation="depends-on", basis="resolved"),),
        )


class Index:
    hosts_contacted = ("index.test",)

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        assert sorted(component_ids) == [CLICK, COLORAMA]
        return Enrichment(
            licenses=(
                LicenseDeclaration(
                    component=CLICK, raw="BSD-3-Clause", declared_by="index", evidence=SAYS,
                    scheme="spdx",
                ),
            ),
            gaps=(Gap(subject=COLORAMA, reason="hub-not-found"),),
        )  # fmt: skip


class Service:
    hosts_contacted = ("advisories.test",)

    def known(self, component_ids: Sequence[str]) -> Advised:
        return Advised(vulnerabilities={CLICK: (Vulnerability(id="TEST-1"),), "pkg:pypi/x": ()})


def test_sources_beyond_the_tree_are_folded_in(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("click>=8\n")
    registry = Registry()
    policy = load(registry.text("policies/us-exposure.toml"), "us-exposure", registry)
    outside = Outside(packages=(Resolver(),), index=Index(), advisories=Service())
    report = scan(
        tmp_path, registry=registry, policy=policy, created="2026-11-21T00:00:00Z", outside=outside
    ).report
    packages = {c.id: c for c in report.components if c.kind == "package"}
    assert sorted(packages) == [CLICK, COLORAMA]
    assert packages[CLICK].direct
    assert not packages[COLORAMA].direct
    assert [v.id for v in packages[CLICK].vulnerabilities] == ["TEST-1"]
    declared = [item for item in report.attributions[CLICK].licenses if item.declared_by == "index"]
    assert [item.expression for item in declared] == ["BSD-3-Clause"]
    assert (COLORAMA, "hub-not-found") in {(gap.subject, gap.reason) for gap in report.gaps}
    assert report.inputs.hosts_contacted == ("advisories.test", "index.test", "resolver.test")
