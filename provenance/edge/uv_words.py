"""What uv's explanation of a failure says of one package; uv has no other form for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.edge.process import Finished
from provenance.edge.resolvers import Failure, Request, Trouble, explanation, unfinished
from provenance.patterns import lazy

_NAME = r"`?([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)"
_ALL_ASK = r"(?:you require|all versions of \S+ depends? on)"
_SEVERAL = "the following versions of"
_ALL = r"(?:only|you require|all versions of)"
_PATTERNS: tuple[tuple[Trouble, str], ...] = (
    ("resolver-source-only", rf"[Ww]heels are required for {_NAME}` because building"),
    ("resolver-no-wheel", rf"Because {_NAME}\S* has no wheels with a matching"),
    ("resolver-not-in-index", rf"Because {_NAME} was not found in the package registry"),
    ("resolver-yanked", rf"Because {_NAME}\S* was yanked"),
    (
        "resolver-no-version",
        rf"Because there (?:is|are) no versions? of {_NAME}(\S*) and {_ALL_ASK} \1\2(?=[\s,])",
    ),
    (
        "resolver-no-version",
        rf"Because only {_NAME}[<=>]\S+ is available and {_ALL_ASK} \1(?=[<=>!~])",
    ),
    (
        "resolver-no-version",
        rf"Because only {_SEVERAL} {_NAME} are available: .+ and {_ALL_ASK} \1[<=>!~]",
    ),
    (
        "resolver-no-version",
        rf"satisfy Python\S* and (?:all versions of )?{_NAME}\S* depends? on Python.*{_ALL} \1",
    ),
    ("resolver-index-failed", rf"Failed to fetch: `?\S*/{_NAME}/`?(?:\s|$)"),
)
"""In plain words, with the package as the first group.

A version that is missing counts only where every asker needs it: where one version of an
asker would do without, the explanation is of a conflict.
"""
_ASKS = r"(?:all versions of )?([a-z0-9][a-z0-9._-]*)\S* depends? on {name}(?![a-z0-9._-]*[a-z0-9])"
_FIRST = lazy(r"Because (.*?), we can conclude")
_MAX_SPLITS = 12


def failure_of(done: Finished, request: Request) -> Failure:
    """Return what uv's words say went wrong; words that are not known are passed on."""
    if done.code is None:
        return unfinished(done, request)
    detail = explanation(done.err.replace("error: ", "", 1))
    for text in _variants(detail):
        for trouble, pattern in _PATTERNS:
            match = re.search(pattern, text)
            if match and match[1] not in request.without:
                asked = re.search(_ASKS.format(name=re.escape(match[1])), detail)
                return Failure(
                    trouble=trouble, detail=detail, name=match[1],
                    asked_by=asked[1] if asked else "",
                )  # fmt: skip
    conflict = "No solution found" in detail
    return Failure(trouble="resolver-conflict" if conflict else "resolver-failed", detail=detail)


def _variants(detail: str) -> Iterator[str]:
    """Yield an explanation, and the same with the halves of its first sentence exchanged.

    uv writes the two in either order.
    """
    yield detail
    first = _FIRST.search(detail)
    parts = first[1].split(" and ") if first else []
    for at in range(1, min(len(parts), _MAX_SPLITS)):
        halves = " and ".join(parts[at:]), " and ".join(parts[:at])
        assert first is not None  # noqa: S101
        yield (
            f"{detail[: first.start()]}Because {halves[0]} and {halves[1]}{detail[first.end(1) :]}"
        )
