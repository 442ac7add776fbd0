"""What a package's own metadata lets one infer: little, of low confidence, and said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.attribute.inference import infer
from provenance.model import Component
from provenance.registry import Registry
from provenance.registry.validate import validate
from tests.support.small_data import DAY, small_registry


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return small_registry(
        tmp_path,
        organizations=[
            {"id": "acme", "name": "Acme", "seat": "US"},
            {"id": "beta", "name": "Beta", "seat": "CN"},
            {"id": "mate", "name": "Mate", "seat": "US"},
        ],
        origin_registry=[
            {"key": "github:acme", "role": "seat", "organization": "acme"},
            {"key": "github:beta", "role": "seat", "organization": "beta"},
            {"key": "domain:acme.example", "role": "seat", "organization": "acme"},
            {"key": "domain:beta.example", "role": "seat", "organization": "beta"},
            {"key": "domain:mate.example", "role": "seat", "organization": "mate"},
        ],
    )


def inferred(registry: Registry, *homes: str) -> tuple[list[str], bool]:
    component = Component(id="pkg:pypi/x@1", kind="package", name="x", homes=homes)
    claims, conflict = infer(component, registry, DAY)
    assert {(claim.confidence, claim.basis) for claim in claims} <= {("low", "inferred")}
    return [f"{claim.organization}: {claim.note}" for claim in claims], conflict


def test_the_repository_a_package_names(registry: Registry) -> None:
    note = "inferred from the code host organization acme, which its own metadata names"
    assert inferred(registry, "github:acme") == ([f"acme: {note}"], False)
    assert inferred(registry, "github:somebody") == ([], False)


def test_author_addresses_of_one_domain(registry: Registry) -> None:
    note = "inferred from the author address domain acme.example, which its own metadata names"
    assert inferred(registry, "domain:acme.example") == ([f"acme: {note}"], False)
    assert inferred(registry, "domain:ml.acme.example") == ([f"acme: {note}"], False)
    assert inferred(registry, "domain:notacme.example") == ([], False)


def test_authors_of_several_domains_say_nothing(registry: Registry) -> None:
    assert inferred(registry, "domain:acme.example", "domain:gmail.com") == ([], False)
    assert inferred(registry, "domain:acme.example", "domain:beta.example") == ([], False)


def test_places_that_contradict_each_other_are_a_conflict(registry: Registry) -> None:
    assert inferred(registry, "github:acme", "github:beta") == ([], True)
    assert inferred(registry, "github:beta", "domain:acme.example") == ([], True)
    both, conflict = inferred(registry, "github:acme", "domain:mate.example")
    assert ([one.partition(":")[0] for one in both], conflict) == (["acme", "mate"], False)


def test_a_domain_where_anybody_has_an_address_is_no_key(tmp_path: Path) -> None:
    registry = small_registry(
        tmp_path,
        organizations=[{"id": "acme", "name": "Acme", "seat": "US"}],
        origin_registry=[
            {"key": "domain:gmail.com", "role": "seat", "organization": "acme"},
            {"key": "domain:acme", "role": "seat", "organization": "acme"},
        ],
    )
    assert [problem.rpartition(": ")[2] for problem in validate(registry)] == [
        "no component key", "a domain where anybody has an address",
    ]  # fmt: skip
