"""What a resolver answered, kept between runs, so that an audit can be repeated without it.

A resolver with a memory is a resolver: :class:`Recorded` stands before the real one and keeps
what it says, or answers for it from what was kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct, field, to_builtins

from provenance.edge.cache import cache_directory, keep
from provenance.edge.resolvers import Answer, Asked, Failure, Request, Resolved, Resolver, Trouble
from provenance.model import USAGES

MAX_RECORD = 16 * 1024 * 1024
_SCHEMA = 1
_PASSING: frozenset[Trouble] = frozenset(
    {"resolver-timeout", "resolver-index-failed", "resolver-failed"}
)
"""Failures that may be gone with the next run and are not kept."""


class Recorded(Struct):
    """Keeps what a resolver answers; with ``cached`` asks nobody.

    Args:
        resolver: the real one; may be missing where answers come from the cache.
        today: ISO date of this run.
        cached: answer from what was kept, whatever its day.
    """

    resolver: Resolver | None
    today: str
    cached: bool = False
    folder: Path = field(default_factory=lambda: cache_directory() / "resolver")
    _said: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Program and version, as they were when the answer was given."""
        return str(self._said.get("label") or (self.resolver.label if self.resolver else "–"))

    @property
    def command(self) -> str:
        """The command whose output was read."""
        return str(self._said.get("command") or (self.resolver.command if self.resolver else "–"))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of the indexes that were asked in this run; none for answers out of the cache."""
        return self.resolver.hosts if self.resolver and not self.cached else ()

    def resolve(self, request: Request) -> Answer:
        """Return versions and edges, or the failure; never raises."""
        path = self.folder / f"{_key(request)}.json"
        if self.cached:
            return self._kept(path)
        assert self.resolver is not None  # noqa: S101
        answer = self.resolver.resolve(request)
        if answer.failure is None or answer.failure.trouble not in _PASSING:
            record = {
                "retrieved": self.today, "label": self.resolver.label,
                "command": self.resolver.command, "answer": to_builtins(answer),
            }  # fmt: skip
            text = json.dumps({"schema": _SCHEMA, "record": record}, sort_keys=True, indent=0)
            keep(path, text.encode("ascii"))
        return answer

    def _kept(self, path: Path) -> Answer:
        try:
            with path.open("rb") as stream:
                stored = json.loads(stream.read(MAX_RECORD))
            answer = _answer(stored)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            detail = "the resolver's answer is not in the cache"
            return Answer(failure=Failure(trouble="resolver-failed", detail=detail))
        self._said = stored["record"]
        return answer


def _key(request: Request) -> str:
    """Return what stands for a request: everything that an answer depends on but the day."""
    asked = [
        sorted(f"{one.line} ; {one.marker} ; {one.usage}" for one in request.wanted),
        sorted(request.constraints), request.target.label, request.allow_build,
        sorted(request.without),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _answer(stored: Mapping[str, Any]) -> Answer:
    """Read an answer back.

    Raises:
        ValueError, LookupError, TypeError: it is not of the form that was stored.
    """
    if stored["schema"] != _SCHEMA:
        raise ValueError
    data = stored["record"]["answer"]
    usages = dict(data["usages"])
    if not set(usages.values()) <= set(USAGES):
        raise ValueError
    failure = data["failure"]
    return Answer(
        packages={str(name): Resolved(**one) for name, one in data["packages"].items()},
        edges=[Asked(**one) for one in data["edges"]],
        usages=usages,
        failure=_failure(failure) if failure else None,
        as_of=str(stored["record"]["retrieved"]),
    )


def _failure(data: Mapping[str, Any]) -> Failure:
    found = Failure(**data)
    if found.trouble not in get_args(Trouble):
        raise ValueError
    return found
