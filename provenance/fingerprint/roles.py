"""What a tensor is for, told by its name: the same role under every naming scheme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

MAX_NAME = 512
"""Characters; a longer name has no role."""


class Role(NamedTuple):
    """A tensor's place: part of the model, layer (-1 outside of all), what it does there."""

    component: str
    layer: int
    kind: str
    expert: int = -1

    @property
    def is_norm(self) -> bool:
        """Whether it is a norm of the residual stream, or the bias of one."""
        return "norm" in self.kind


class RoleTable(Struct, frozen=True, kw_only=True):
    """The patterns of ``data/lineage/roles.toml``, compiled."""

    components: tuple[tuple[str, re.Pattern[str]], ...]
    layers: tuple[re.Pattern[str], ...]
    inside: tuple[tuple[str, re.Pattern[str]], ...]
    outside: tuple[tuple[str, re.Pattern[str]], ...]
    expert: re.Pattern[str]
    sinusoidal: frozenset[str]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> RoleTable:
        """Compile the table as it stands in the file."""
        norms, matrices = dict(table["norms"]), dict(table["matrices"])
        outside = {**norms.pop("outside"), **matrices.pop("outside")}
        return cls(
            components=tuple(
                (name, re.compile(rf"(?:^|\.){pattern}"))
                for name, pattern in table["components"].items()
            ),
            layers=tuple(map(re.compile, table["layer"]["patterns"])),
            # Matrices first: a norm's pattern is the looser one.
            inside=_compiled({**matrices, **norms}, r"(?:{})"),
            outside=_compiled(outside, r"(?:.*\.)?(?:{})"),
            expert=re.compile(table["experts"]["pattern"]),
            sinusoidal=frozenset(table["symmetry"]["sinusoidal"]),
        )

    def role(self, name: str) -> Role | None:
        """Return the role of a tensor; None for one that none is known of."""
        stem, dot, ending = name.rpartition(".")
        if not dot or ending not in ("weight", "bias") or len(name) > MAX_NAME:
            return None
        component = next((c for c, pattern in self.components if pattern.search(name)), "main")
        for pattern in self.layers:
            if (match := pattern.search(stem + ".")) is not None:
                layer, tail, patterns = int(match.group(1)), stem[match.end() :], self.inside
                break
        else:
            layer, tail, patterns = -1, stem, self.outside
        kind = next((kind for kind, pattern in patterns if pattern.fullmatch(tail)), "")
        if not kind or (ending == "bias" and "norm" not in kind):
            return None
        expert = self.expert.search(tail)
        return Role(
            component, layer, f"{kind}-bias" if ending == "bias" else kind,
            int(expert.group(1)) if expert else -1,
        )  # fmt: skip


def _compiled(patterns: Mapping[str, str], around: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(around.format(text))) for name, text in patterns.items())
