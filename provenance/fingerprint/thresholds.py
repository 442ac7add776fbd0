"""The lines verdicts are drawn at: ``data/lineage/thresholds.toml``, frozen and dated."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

from msgspec import Struct


class Reading(Struct, frozen=True, kw_only=True):
    """How much is read of a component."""

    rows_most: int
    rows_least: int
    row_bytes: int
    embedding_rows: int
    unit_rows: int
    unit_layers: int


class Thresholds(Struct, frozen=True, kw_only=True):
    """The table; see the comments in the file."""

    version: int
    frozen_on: str
    log_p: float
    norm_z: float
    share: float
    aligned_z: float
    control_z: float
    p_floor: float
    reading: Reading

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Thresholds:
        """Read the table as it stands in the file."""
        verdict = table["verdict"]
        return cls(
            version=int(table["version"]), frozen_on=str(table["frozen_on"]),
            log_p=log(verdict["p"]), norm_z=float(verdict["norm_z"]),
            share=float(verdict["share"]), aligned_z=float(verdict["aligned_z"]),
            control_z=float(verdict["control_z"]), p_floor=float(table["display"]["p_floor"]),
            reading=Reading(**{name: int(v) for name, v in table["reading"].items()}),
        )  # fmt: skip
