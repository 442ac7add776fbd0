"""Tables and recorded sketches."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.fingerprint.roles import RoleTable
from provenance.fingerprint.sketch import Sketch, from_json
from provenance.fingerprint.thresholds import Thresholds
from provenance.registry import Registry

RECORDED = Path(__file__).parents[1] / "fixtures" / "lineage"


@pytest.fixture(scope="session")
def roles() -> RoleTable:
    return RoleTable.of(tomllib.loads(Registry().text("lineage/roles.toml")))


@pytest.fixture(scope="session")
def thresholds() -> Thresholds:
    return Thresholds.of(tomllib.loads(Registry().text("lineage/thresholds.toml")))


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Sketch]:
    def read(name: str) -> Sketch:
        return from_json(json.loads((RECORDED / f"{name}.json").read_text("utf-8")))

    return read
