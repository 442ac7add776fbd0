"""Records and failures of the hub as links, licenses and gaps; and their words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import pytest

from provenance.edge.cache import cache_directory
from provenance.edge.hub_records import Reason
from provenance.edge.model_hub import HuggingFaceHub
from provenance.i18n import LANGUAGES, messages
from provenance.ports import Enrichment
from provenance.registry import Registry
from tests.support.hub_asks import A
from tests.support.hub_double import HubDouble, Repo

TODAY = "2026-01-02"


def described(tmp_path: Path, info: dict[str, Any], *wanted: str, **more: Any) -> Enrichment:
    """What the hub says when ns/a has this info."""
    with HubDouble(Repo("ns/a", info=info, **more)) as double:
        environ = {"HF_ENDPOINT": double.url}
        hub = HuggingFaceHub(environ, today=TODAY, cache=tmp_path)
        return hub.describe(wanted or (A,))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_words(lang: str) -> None:
    words = messages(Registry(), lang)
    reasons = [f"hub-{reason}" for reason in get_args(Reason)]
    for name in (*reasons, "license-other", "base-model-unresolved"):
        assert f"gap.{name}" in words
        assert "{" not in words(f"gap.{name}", subject="s", detail="d")


def test_names_that_name_nothing_are_gaps(tmp_path: Path) -> None:
    card = {"base_model": ["./out", "o/x"], "datasets": ["o/d", "my own data"]}
    found = described(tmp_path, {"cardData": card})
    assert [(link.relation, link.target) for link in found.links] == [
        ("derived-from", "pkg:huggingface/o/x"), ("trained-on", "dataset:huggingface/o/d"),
    ]  # fmt: skip
    assert [(gap.subject, gap.reason) for gap in found.gaps] == [
        ("./out", "base-model-unresolved"),
        ("dataset:huggingface/my own data", "hub-invalid-id"),
    ]


@pytest.mark.parametrize(
    ("card", "raw", "gaps"),
    [
        ({"license": "other", "license_name": "n"}, ["n"], []),
        ({"license": ["mit", "other"]}, ["mit"], []),
        ({"license": "mit, or so"}, ["mit, or so"], []),
        ({"license": "unknown"}, [], ["license-other"]),
        ({"license": ["mit"], "license_name": "mit"}, ["mit"], []),
        ({}, [], []),
    ],
)
def test_licenses(tmp_path: Path, card: dict[str, Any], raw: list[str], gaps: list[str]) -> None:
    found = described(tmp_path, {"cardData": card})
    assert [item.raw for item in found.licenses] == raw
    assert [gap.reason for gap in found.gaps] == gaps


def test_revisions_of_one_model_are_apart(tmp_path: Path) -> None:
    info = {"cardData": {"license": "mit"}, "sha": "ab" * 20, "gated": "auto"}
    found = described(tmp_path, info, A, f"{A}@v1", revisions=frozenset({"main", "v1"}))
    assert [item.component for item in found.licenses] == [A, f"{A}@v1"]
    first, second = (item.evidence for item in found.licenses)
    assert second.reference == f"{first.reference}/tree/v1"
    assert (first.as_of, first.note) == (TODAY, f"revision {'ab' * 20}; gated auto")
    assert found.links == ()


def test_cache_is_below_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_directory().is_relative_to(os.environ["XDG_CACHE_HOME"])
    lookups = HuggingFaceHub(os.environ, today=TODAY)._hub._lookups
    assert lookups.cache_dir == cache_directory() / "hub"
