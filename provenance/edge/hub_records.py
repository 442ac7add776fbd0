"""What the hub says of a model or dataset, as checked values; no network, no huggingface_hub.

Everything that comes from the hub or from a cache file is untrusted: types are checked, text is
made printable and bounded, and repository names must match the hub's own rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote

from msgspec import Struct

from provenance.patterns import lazy

Reason = Literal[
    "invalid-id",
    "not-found",
    "gated",
    "unauthorized",
    "rate-limited",
    "server-error",
    "timeout",
    "offline",
    "invalid-response",
    "too-many",
]
RELATIONS = frozenset({"finetune", "adapter", "merge", "quantized"})
MAX_TEXT = 2000  # characters kept of one text value
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_NAME = lazy(rf"{_PART}(?:/{_PART})?")
_REVISION = lazy(r"[A-Za-z0-9_][A-Za-z0-9_.+/-]{0,254}")
_HUB_URL = lazy(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?:models/)?([^?#]+)")
_WORD = lazy(r"[a-z][a-z0-9_-]{0,39}")
_SHA = lazy(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CARD_KEYS = (
    *("license", "license_name", "license_link", "datasets", "library_name", "pipeline_tag"),
    *("base_model", "base_model_relation"),
)
_PREFIXES: Mapping[str, Literal["model", "dataset"]] = {
    "pkg:huggingface/": "model",
    "dataset:huggingface/": "dataset",
}


class Base(NamedTuple):
    """One base of a model, as one of two speakers has it.

    The publisher declares bases in the card, at times with the kind of derivation. Where the
    card leaves the kind open the hub makes one up from the files, which is `hub-inferred`.
    """

    name: str  # of the repository
    relation: str  # a word of RELATIONS, a card's own word, or "unknown"
    basis: str  # "declared" or "hub-inferred"


class HubRecord(Struct, frozen=True, kw_only=True):
    """What the hub said of one model or dataset, and when.

    Dates are ISO 8601 text. `retrieved` is the caller's clock, `created` and `modified` are the
    hub's. Text is as declared, with unprintable characters replaced by U+FFFD.
    """

    id: str  # as asked: pkg:huggingface/ns/name[@revision] or dataset:huggingface/ns/name
    resolved: str  # repository name the hub answered with; differs after a rename
    revision: str | None  # commit id, lower-case hexadecimal
    licenses: tuple[str, ...]
    license_name: str | None
    license_link: str | None
    base_models: tuple[Base, ...]
    names_itself: bool  # as a base; that is left out of base_models
    unnamed_bases: tuple[str, ...]  # declared as a base, but no repository name
    datasets: tuple[str, ...]
    tags: tuple[str, ...]
    library: str | None
    pipeline: str | None
    gated: str | None  # "auto", "manual" or None
    created: str | None
    modified: str | None
    retrieved: str
    url: str  # page a reader can open


class HubFailure(Struct, frozen=True, kw_only=True):
    """Why the hub gave no record for `id`. `detail` never holds a token or text of the hub."""

    id: str
    reason: Reason
    detail: str


def valid_name(name: str) -> bool:
    """Whether `name` is a repository name the hub could hold: ns/name, or a legacy bare name."""
    if _NAME.fullmatch(name) is None:
        return False
    return "--" not in name and ".." not in name and not name.endswith(".git")


def parse_id(identifier: str) -> tuple[Literal["model", "dataset"], str, str | None] | None:
    """Split an id into kind, repository name and revision; None if it is not a well-formed one."""
    for prefix, kind in _PREFIXES.items():
        rest = identifier.removeprefix(prefix)
        if rest == identifier:
            continue
        name, at, quoted = rest.partition("@")
        revision = unquote(quoted, errors="replace")
        if at and (kind == "dataset" or not _valid_revision(revision)):
            return None
        return (kind, name, revision or None) if valid_name(name) else None
    return None


def with_name(identifier: str, name: str) -> str:
    """The well-formed `identifier` with another repository name, its revision kept."""
    prefix = next(prefix for prefix in _PREFIXES if identifier.startswith(prefix))
    _, at, revision = identifier.partition("@")
    return f"{prefix}{name}{at}{revision}"


def _valid_revision(revision: str) -> bool:
    return (
        _REVISION.fullmatch(revision) is not None
        and ".." not in revision
        and "//" not in revision
        and not revision.endswith((".", "/", ".lock"))
    )


def record_from_info(info: Any, *, identifier: str, endpoint: str, retrieved: str) -> HubRecord:
    """Build the record of a well-formed id from huggingface_hub's ModelInfo or DatasetInfo.

    Raises ValueError where a field is not of the type the hub documents.
    """
    parsed = parse_id(identifier)
    if parsed is None:
        raise ValueError("not a hub model or dataset id")
    kind, asked, revision = parsed
    resolved = info.id
    if not isinstance(resolved, str) or not valid_name(resolved):
        raise ValueError("id is not a repository name")
    gated = info.gated
    if gated not in (None, False, "auto", "manual"):
        raise ValueError("gated is neither false, auto nor manual")
    sha = info.sha
    if sha is not None and (not isinstance(sha, str) or _SHA.fullmatch(sha) is None):
        raise ValueError("sha is not a commit id")
    raw_tags = info.tags or []
    if not isinstance(raw_tags, list) or not all(isinstance(tag, str) for tag in raw_tags):
        raise ValueError("tags is not a list of text")
    tags = tuple(_clean(tag) for tag in raw_tags)
    # Anything but a mapping is no card; the method of the type, as a card may have a "get" key.
    read = getattr(type(info.card_data), "get", None)
    card = {key: read(info.card_data, key) for key in _CARD_KEYS} if read is not None else {}
    named, unnamed = _card_bases(card)
    listed = _listed_bases(getattr(info, "base_models", None))
    bases = stated_bases(
        named, _relation_word(card.get("base_model_relation")), listed or _tag_bases(tags, named)
    )
    itself = {asked.lower(), resolved.lower()}
    page = f"{endpoint}/{'datasets/' if kind == 'dataset' else ''}{resolved}"
    return HubRecord(
        id=identifier,
        resolved=resolved,
        revision=sha,
        licenses=clean_texts(card.get("license")) or _tagged(tags, "license:"),
        license_name=clean_text(card.get("license_name")),
        license_link=clean_text(card.get("license_link")),
        base_models=tuple(base for base in bases if base.name.lower() not in itself),
        names_itself=any(base.name.lower() in itself for base in bases),
        unnamed_bases=unnamed,
        datasets=clean_texts(card.get("datasets")) or _tagged(tags, "dataset:"),
        tags=tags,
        library=clean_text(getattr(info, "library_name", None))
        or clean_text(card.get("library_name")),
        pipeline=clean_text(getattr(info, "pipeline_tag", None))
        or clean_text(card.get("pipeline_tag")),
        gated=gated or None,
        created=_date(info.created_at),
        modified=_date(info.last_modified),
        retrieved=retrieved,
        url=page if revision is None else f"{page}/tree/{quote(revision, safe='')}",
    )


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text.strip()[:MAX_TEXT])


def clean_text(value: object) -> str | None:
    """One text value; None where it is missing, empty or of another type."""
    return (_clean(value) or None) if isinstance(value, str) else None


def clean_texts(value: object) -> tuple[str, ...]:
    """A scalar or a list of text as a tuple without repeats; other items are left out."""
    items: Iterable[object] = value if isinstance(value, list) else (value,)
    return tuple(dict.fromkeys(text for text in map(clean_text, items) if text is not None))


def _tagged(tags: Iterable[str], prefix: str) -> tuple[str, ...]:
    found = (tag.removeprefix(prefix).strip() for tag in tags if tag.startswith(prefix))
    return tuple(dict.fromkeys(value for value in found if value))


def _date(value: object) -> str | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _relation(value: object) -> str:
    return value if isinstance(value, str) and value in RELATIONS else "unknown"


def _relation_word(value: object) -> str:
    """The kind of derivation as a card has it, which may be a word the hub does not know."""
    text = (clean_text(value) or "").lower()
    return text if is_word(text) else "unknown"


def is_word(text: str) -> bool:
    """Whether `text` could be a kind of derivation."""
    return _WORD.fullmatch(text) is not None


def stated_bases(
    named: Sequence[str], relation: str, listed: Mapping[str, str]
) -> tuple[Base, ...]:
    """What is said of a model's bases: by its card, and by the hub.

    named: those the card names, and `relation`, its word for all of them.
    listed: those the hub lists, under the names they have now, with its word for each. A word
        that the card did not give is the hub's own.
    """
    names = list(listed)
    if len(listed) < len(named):  # the hub leaves out what it no longer holds
        folded = {name.lower() for name in listed}
        names += [name for name in named if name.lower() not in folded]
    found: list[Base] = []
    for name in names:
        word = listed.get(name, "unknown")
        found.append(Base(name, relation, "declared"))
        if word not in ("unknown", relation):
            found.append(Base(name, word, "hub-inferred"))
    return tuple(found)


def _listed_bases(value: object) -> dict[str, str]:
    """Read the `baseModels` field: {"relation": word, "models": [{"id": name}]}, or several."""
    bases: dict[str, str] = {}
    for group in value if isinstance(value, list) else [value]:
        if not isinstance(group, dict) or not isinstance(group.get("models"), list):
            continue
        for model in group["models"]:
            name = model.get("id") if isinstance(model, dict) else model
            if isinstance(name, str) and valid_name(name):
                bases.setdefault(name, _relation(group.get("relation")))
    return bases


def _card_bases(card: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read base_model (scalar or list): repository names, and apart what is no name."""
    named: list[str] = []
    unnamed: list[str] = []
    for text in clean_texts(card.get("base_model")):
        url = _HUB_URL.fullmatch(text)
        name = "/".join(url[1].split("/")[:2]) if url else text
        if valid_name(name):
            named.append(name)
        else:
            unnamed.append(text)
    return tuple(dict.fromkeys(named)), tuple(unnamed)


def _tag_bases(tags: Iterable[str], named: Sequence[str]) -> dict[str, str]:
    """Read `base_model:name` and `base_model:relation:name`; a relation wins over none.

    Where a card names bases the tags add their words, and no other name.
    """
    bases: dict[str, str] = {}
    wanted = {name.lower() for name in named}
    for value in _tagged(tags, "base_model:"):
        word, colon, name = value.partition(":")
        relation, name = (_relation(word), name) if colon else ("unknown", value)
        if not valid_name(name) or (wanted and name.lower() not in wanted):
            continue
        if bases.get(name, "unknown") == "unknown":
            bases[name] = relation
    return bases
