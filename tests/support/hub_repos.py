"""What a hub double is told to serve, and what it recorded: plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_DELAY = 5.0  # seconds; no answer is held back longer, whatever a test configures
FOREVER = 1_000_000

# Field names the info routes accept in `expand`; the real hub answers 400 to any other.
_COMMON = (
    *("author", "cardData", "createdAt", "disabled", "downloads", "downloadsAllTime", "gated"),
    *("lastModified", "likes", "private", "siblings", "sha", "tags", "trendingScore"),
    *("usedStorage", "resourceGroup"),
)
EXPANDABLE: Mapping[str, frozenset[str]] = {
    "model": frozenset(
        (
            *_COMMON,
            *("baseModels", "childrenModelCount", "config", "evalResults", "gguf", "inference"),
            *("inferenceProviderMapping", "library_name", "mask_token", "model-index"),
            *("pipeline_tag", "safetensors", "spaces", "transformersInfo", "widgetData"),
        )
    ),
    "dataset": frozenset(
        (*_COMMON, "citation", "description", "mainSize", "paperswithcode_id"),
    ),
}
# Fields that are absent from the full info and only come when asked for.
ONLY_BY_EXPAND = frozenset({"baseModels", "childrenModelCount", "downloadsAllTime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How one repository departs from answering at once with 200. Times are in seconds."""

    private: bool = False  # hidden from whoever is not in Repo.readers, as if it did not exist
    gated: bool = False  # files refused (401 without, 403 with a token); the info stays public
    gated_info: bool = False  # the info is refused as well
    renamed_to: str | None = None  # relative 307 to this repository name
    redirect_to: str | None = None  # absolute 307 to this base URL, same path and query
    cdn: Literal["other", "same"] | None = None  # files: absolute 302, other or same origin
    ignore_range: bool = False  # answer 200 with everything to a Range request
    rate_limited: int = 0  # this many first requests get 429
    retry_after: str | None = "1"  # its Retry-After
    server_errors: int = 0  # this many first requests get `error_status`
    error_status: int = 503
    error_body: bytes = b'{"error":"Internal Error"}'
    delay: float = 0.0  # before the status line; capped at MAX_DELAY
    raw_body: bytes | None = None  # this, with status 200, in place of the info
    padding: int = 0  # bytes of white space after the info, which stays valid JSON
    chunked: bool = False  # the info without Content-Length, in pieces of 64 KiB
    drip: float = 0.0  # between these pieces
    content_encoding: str | None = None  # declared for the info, the bytes stay as they are


@dataclass(frozen=True, slots=True)
class Repo:
    """One repository. `info` holds JSON fields by their wire names; `id` is ns/name or name."""

    id: str
    kind: Literal["model", "dataset"] = "model"
    info: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    behaviour: Behaviour = field(default_factory=Behaviour)
    readers: frozenset[str] = frozenset()  # tokens with access, when private or gated
    revisions: frozenset[str] = frozenset({"main"})

    @property
    def sha(self) -> str:
        """Commit id, 40 hexadecimal digits: `info["sha"]` or one derived from the name."""
        return str(self.info.get("sha") or hashlib.sha1(self.id.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived: raw path, decoded query pairs, a few lower-case headers."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    @property
    def token(self) -> str | None:
        """The bearer token that was sent, or None."""
        value = self.headers.get("authorization")
        return None if value is None else value.removeprefix("Bearer ").strip()

    @property
    def expand(self) -> tuple[str, ...]:
        """The `expand` values, in the order they were sent."""
        return tuple(value for key, value in self.query if key == "expand")
