"""Signs that mean the same in every language: addresses and id-like literals.

All work on bytes and offsets, so that a file is searched without being parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from provenance import ids
from provenance.addresses import is_local_host
from provenance.extract import composed
from provenance.extract.accelerators import platform_of
from provenance.extract.archives import holds_data, holds_weights, is_data_file, prepares_data
from provenance.extract.asked import is_member, is_told_apart
from provenance.extract.collect import Collector
from provenance.extract.measures import is_measure
from provenance.extract.names import tool_model
from provenance.extract.pages import names_thing, viewed_dataset
from provenance.extract.places import Places
from provenance.extract.provider_near import provider_listed, provider_near
from provenance.extract.request_paths import read_request
from provenance.extract.routed import VARIANT
from provenance.extract.surroundings import LOCAL, keys_around, service_beside
from provenance.extract.told_apart import tables_of
from provenance.model import Occurrence
from provenance.patterns import lazy
from provenance.shapes import is_placeholder_owner, may_be_repository
from provenance.vocabulary import Vocabulary

_LITERAL = lazy(
    rb"[\"'`][ ]{0,2}([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w.-]{1,95})"
    rb"((?:/[A-Za-z][\w.-]{1,80})?(?::[a-z]{2,20})?)[ ]{0,2}[\"'`]"
)
"""A text of two parts; routers put themselves before it and a variant (``:free``) behind."""
_BACKTICK = ord("`")
_SCHEMES = (b"https", b"http", b"wss", b"ws")
_STORES = (b"s3", b"s3a")
_HOST_AND_PATH = lazy(rb"([A-Za-z0-9.-]{1,253})(?::\d{1,5})?((?:/[\w.%~@:+-]{0,200}){0,20})")
_WEIGHTS = (
    ".safetensors", ".gguf", ".ggml", ".onnx", ".pt", ".pth", ".ckpt", ".tflite", ".caffemodel",
    ".pdparams", ".h5", ".keras", ".mlmodel", ".jit", ".nemo", "/pytorch_model.bin", "/model.bin",
    "/weights.bin",
)  # fmt: skip
"""The end of a URL that fetches weights."""
_REPOSITORY = lazy(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|gitee\.com|bitbucket\.org)/[^/]+/[^/]+",
    re.IGNORECASE,
)
"""A repository of a code host, whatever its name ends in (``llama.onnx``)."""
_HUB_PATH = lazy(r"/(datasets/)?([\w.-]+)/([\w.-]+)")
_PICTURE = lazy(r"/(?:resolve|blob|raw)/.*\.(?:png|jpe?g|gif|svg|webp|ico)$", re.IGNORECASE)
"""A picture that a repository holds: it is shown, and the rest of the repository left alone."""
_MODELSCOPE = frozenset(
    {"modelscope.cn", "www.modelscope.cn", "modelscope.ai", "www.modelscope.ai"}
)
_MODELSCOPE_PATH = lazy(
    r"://[^/]+/(?:api/v1/)?(models|datasets)/([A-Za-z0-9][\w.-]{0,60}/[A-Za-z0-9][\w.-]{0,100})"
)
_MODELSCOPE_SHORT = lazy(
    r"https?://[^/]+/(?!(?:api|docs|organization|collections|studios|papers|learn|mcp|topic|my)/)"
    r"([A-Za-z0-9][\w.-]{0,60}/[A-Za-z0-9][\w.-]{0,100}?)(?:\.git)?/?"
)
"""The short form of a model's page."""
_NOT_REPOSITORIES = frozenset(
    "spaces docs collections papers blog join settings api organizations tasks learn models "
    "datasets buckets subscribe new login pricing posts chat course inference front "
    "terms-of-service repos whoami-v2 validate-yaml".split()
)
_OUTPUT = lazy(
    rb"push_to_hub|hub_model_id|output_dir|save_pretrained|create_repo|upload_|space_id|from_space"
    rb"|\bproject[ \t]*=|(?i:github_?repo)"
)
_NAMED = tuple(
    b"model model_type modeltype model_name modelname model_id modelid model_path modelpath"
    b" model_name_or_path repo_id checkpoint pretrained hf embedding reranker tokenizer"
    b" tokenizer_hub tokenizerhub tokenizer_name tokenizername tokenizer_id tokenizerid"
    b" tokenizer_path tokenizerpath".split()
) + tuple(
    hub + repo + key
    for hub in (b"hf", b"huggingface", b"hub", b"modelscope", b"ms")
    for repo in (b"_repo", b"repo")
    for key in (b"", b"_id", b"id")
)
"""How a keyword, key or variable ends that says: this is a model."""
_GIVING = (b"=", b":")
_TYPE = lazy(rb":[ \t]*\w+[ \t]*\Z")
_TARGETS = lazy(rb"[ \t#]*([A-Za-z_][\w.]*(?:[ \t]*,[ \t]*[A-Za-z_][\w.]*)+)[ \t]*=(?!=)")
"""Several names that one line binds, perhaps a line put out of use."""
_TEXT = lazy(rb"\"[^\"\n]*\"|'[^'\n]*'")
_OF_HUBS = frozenset({"modelscope-inference", "huggingface-inference"})
"""APIs that are called as their hubs are: a key of that name alone means the hub."""
_QUOTES = (b'"', b"'", b"`")
_MODEL_WORD = lazy(rb"model|llm|tokenizer|encoder|embed", re.IGNORECASE)
_DATA_WORD = lazy(rb"dataset", re.IGNORECASE)


def addresses(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> bool:
    """Record what URLs name: hub repositories, files of weights, hosts of services.

    Returns whether any named something.
    """
    found = composed.paths(data, places, collector)
    at = data.find(b"://")
    while at >= 0:
        scheme = next((s for s in _SCHEMES if data.endswith(s, 0, at)), None)
        match = _HOST_AND_PATH.match(data, at + 3)
        if match and data.endswith(_STORES, 0, at):
            found |= _open_data(f"s3/{match.group(1).decode()}", at, places, collector, vocabulary)
        elif match and data.endswith(b"hf", 0, at):
            found |= _hub_address(f"/{match.group().decode()}", at, places, collector)
        elif match and scheme:
            offset = at - len(scheme)
            host = match.group(1).decode().lower()
            if host in ("huggingface.co", "hf.co", "www.huggingface.co"):
                found |= _hub_address(match.group(2).decode(), offset, places, collector)
                at = data.find(b"://", at + 3)
                continue
            url = data[offset : match.end()].decode()
            if host in _MODELSCOPE and _PICTURE.search(url):
                pass
            elif host in _MODELSCOPE and _modelscope_address(
                url, offset, places, collector, vocabulary
            ):
                found = True
            else:
                found |= _host(host, url, offset, places, collector, vocabulary)
        if scheme:
            found |= composed.host(data, at + 3, places, collector, vocabulary)
        at = data.find(b"://", at + 3)
    return found


def _open_data(
    name: str, offset: int, places: Places, collector: Collector, vocabulary: Vocabulary
) -> bool:
    """Record a public collection of data by its host, or its bucket in a store of objects."""
    dataset = vocabulary.named("open-data").get(name)
    if dataset is None:
        return False
    where = collector.occurrence(
        places.line(offset), name, usage=places.state(offset), confidence="medium"
    )
    hub, _, known = dataset.removeprefix("dataset:").partition("/")
    collector.dataset(hub, known, where)
    return True


def _host(
    host: str, url: str, offset: int, places: Places, collector: Collector,
    vocabulary: Vocabulary,
) -> bool:  # fmt: skip
    if is_local_host(host):
        return False
    if _open_data(host, offset, places, collector, vocabulary):
        return True
    state = places.state(offset)
    if url.lower().endswith(_WEIGHTS) and not _REPOSITORY.fullmatch(url):
        where = collector.occurrence(places.line(offset), url, usage=state)
        collector.weights_file(url, where, vocabulary.service_of_host(host))
        return True
    may_hold_data = is_data_file(url)
    read = collector.occurrence(
        places.line(offset), url, confidence="medium",
        usage=state or (None if "/resolve/" in url or may_hold_data else "documentation"),
    )  # fmt: skip
    if names_thing(url.partition("://")[2], read, collector, vocabulary):
        return True
    before = places.data[max(0, offset - 80) : offset].rpartition(b"\n")[2]
    if holds_weights(url, before):
        where = collector.occurrence(places.line(offset), url, usage=state, confidence="medium")
        collector.weights_file(url, where, vocabulary.service_of_host(host))
        return True
    # A literal of code, or a word of a command; what settings fetch their keys say.
    literal = not offset or places.data[offset - 1 : offset] in _QUOTES
    if may_hold_data and literal and state is None:
        said = bool(_DATA_WORD.search(places.text_line(offset)) or prepares_data(collector.path))
        if holds_data(url, said=said):
            where = collector.occurrence(places.line(offset), url, confidence="medium")
            collector.dataset_at(url, where)
            return True
    after = places.data[offset + len(url) : offset + len(url) + 200].decode("ascii", "replace")
    rest = after.partition("\n")[0]
    viewed = viewed_dataset(host, rest)
    if viewed:
        where = collector.occurrence(places.line(offset), url, usage=state, confidence="medium")
        collector.dataset("huggingface", viewed, where)
        return True
    if "/whl/" in url and (built := platform_of(url.rpartition("/whl/")[2].rstrip("/"))):
        # The builds for one accelerator have an index of their own.
        collector.platform(
            built, collector.occurrence(places.line(offset), url, usage=state, confidence="medium")
        )
    # Placeholders may stand between folders.
    service = vocabulary.service_of_url(url + rest if "/" in url.partition("://")[2] else url)
    if service is None or vocabulary.is_mere_link(service, host, url):
        return False
    where = collector.occurrence(
        places.line(offset), url, usage=state, confidence="medium" if state is None else "low"
    )
    collector.service(service, where)
    read_request(service, url + rest, where, collector, vocabulary)
    return True


def _hub_address(path: str, offset: int, places: Places, collector: Collector) -> bool:
    path = path.removeprefix("/api").replace("/models/", "/", 1 if path.startswith("/api/m") else 0)
    match = _HUB_PATH.match(path)
    if not match or match.group(2).lower() in _NOT_REPOSITORIES or _PICTURE.search(path):
        return False
    repository = f"{match.group(2)}/{match.group(3).rstrip('.').removesuffix('.git')}"
    if not ids.is_hub_repository(repository) or is_placeholder_owner(match.group(2)):
        return False
    state = places.state(offset)
    where = collector.occurrence(
        places.line(offset), f"https://huggingface.co{path}", usage=state,
        confidence="high" if "/resolve/" in path else "medium",
    )  # fmt: skip
    if match.group(1):
        collector.dataset("huggingface", repository, where)
    else:
        collector.hub_model(repository, where)
    return True


def _modelscope_address(
    url: str, offset: int, places: Places, collector: Collector, vocabulary: Vocabulary
) -> bool:
    match = _MODELSCOPE_PATH.search(url)
    short = _MODELSCOPE_SHORT.fullmatch(url) if match is None else None
    if match:
        kind, repository = match.groups()
    elif short and vocabulary.looks_like_model(short.group(1)):
        kind, repository = "models", short.group(1)
    else:
        return False
    repository = repository.rstrip(".").removesuffix(".git")
    where = collector.occurrence(
        places.line(offset), url, usage=places.state(offset),
        confidence="high" if "/resolve/" in url else "medium",
    )  # fmt: skip
    if kind == "datasets":
        collector.dataset("modelscope", repository, where)
    else:
        collector.modelscope_model(repository, where)
    return True


def literals(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary,
    datasets: Set[str] = frozenset(), settled: Set[tuple[int, str]] = frozenset(), *,
    routed: Callable[[str, int, int], bool] | None = None,
) -> None:  # fmt: skip
    """Report quoted strings that read like hub ids wherever they stand (tables, defaults).

    Args:
        routed: records a name that has the form of a router's, by where its literal begins
            and ends; returns whether it has.
        datasets: texts already known to name datasets, or what the source itself makes.
        settled: (line, text) of literals that a call has explained already.
    """
    if b"/" not in data:
        return
    # A source that works with ModelScope and not with the other hub means its names.
    modelscope = (b"modelscope" in data or "modelscope" in collector.path.lower()) and not any(
        word in data for word in (b"transformers", b"huggingface", b"sentence_transformers")
    )
    speaks = b"outer" in data or b"ateway" in data  # of a router, perhaps
    for match in _LITERAL.finditer(data):
        text = match.group(1).decode("ascii", "replace")
        offset = match.start(1)
        tail = match.group(2).decode("ascii", "replace")
        if text + tail in datasets or (tail and routed is None):
            continue
        if speaks or vocabulary.routing.may_be_routed(text) or (tail and VARIANT.search(tail)):
            if routed is None:
                if vocabulary.routing.maker_model(text):
                    continue
            elif routed(text + tail, match.start(), match.end()):
                continue
        target = _target(data, match.start())
        named = target.lower().endswith(_NAMED) if target else _named(data, offset)
        if (
            tail
            or data[match.start()] == _BACKTICK
            or not (vocabulary.looks_like_model(text) or (named and may_be_repository(text)))
        ):
            continue
        line_text = places.text_line(offset)
        if _OUTPUT.search(target or line_text) or (
            settled and (places.line(offset), text) in settled
        ):
            continue
        if (
            tables_of(data).tell_apart(offset - 1, match.end())
            or is_measure(data, match.start(), match.end(), text)
            or is_told_apart(data, match.start())
        ):
            continue
        # ``if name in ["org/model"]``: what the code has a case for may be asked for elsewhere.
        where = collector.occurrence(
            places.line(offset), text, usage=places.state(offset),
            confidence="low" if is_member(data, match.start()) else "medium",
        )  # fmt: skip
        service = vocabulary.routed(text)
        if service:
            collector.api_model(service, text.partition("/")[2], where)
            continue
        if vocabulary.alias(text, "open-clip"):
            tool_model(text, "open-clip", where, collector, vocabulary)
            continue
        owner = vocabulary.owner_of_path(text)
        if owner:
            collector.api_model(owner, text, where)
            continue
        around = line_text.replace(match.group(1), b"")
        if _asked_of(text, offset, data, where, collector, vocabulary):
            continue
        near = provider_near(data, offset - 1, text, vocabulary) or (
            provider_listed(data, offset - 1, text, vocabulary)
        )
        of_hub = near in _OF_HUBS
        if near and not of_hub and ":" not in near and (
            vocabulary.routing.serves_others(ids.service(near))
        ):  # fmt: skip
            collector.api_model(ids.service(near), text, where)
            continue
        if (
            (near.startswith("modelscope") if of_hub else modelscope)
            or b"modelscope" in around.lower()
            or vocabulary.hub_of_namespace(text) == "modelscope"
        ):
            collector.modelscope_model(text, where)
        elif _DATA_WORD.search(around) or _in_datasets(data, offset, around):
            collector.dataset("huggingface", text, where)
        else:
            collector.hub_model(text, where)


def _named(data: bytes, offset: int) -> bool:
    """Tell whether the key right before a literal, whose text begins there, says: a model."""
    before = data[max(0, offset - 60) : offset - 1].rstrip(b" \t")
    if before[-1:] not in _GIVING:
        return False
    key = before[:-1]
    typed = _TYPE.search(key)  # ``model: str = "…"``
    return any(
        _bare(written).endswith(_NAMED) for written in (key, key[: typed.start()] if typed else b"")
    )


def _bare(key: bytes) -> bytes:
    """Return a key without the blanks, the bracket and the quote behind it, in small letters."""
    key = key.rstrip(b" \t").removesuffix(b"]")
    return (key[:-1] if key[-1:] in (b'"', b"'") else key).lower()


def _target(data: bytes, offset: int) -> bytes:
    """Return which of several names a literal is bound to: ``model, out = "a/b", "c"``."""
    begin = data.rfind(b"\n", 0, offset) + 1
    match = _TARGETS.match(data, begin, offset)
    if match is None:
        return b""
    before = _TEXT.sub(b"", data[match.end() : offset])
    targets, number = match.group(1).split(b","), before.count(b",")
    return targets[number].strip() if not before.strip(b" \t,") and number < len(targets) else b""


def _in_datasets(data: bytes, offset: int, around: bytes) -> bool:
    """Tell whether a literal lies in a table of datasets that its own line says nothing of."""
    if _MODEL_WORD.search(around):
        return False
    for key in keys_around(data, offset):
        if _DATA_WORD.search(key.encode()):
            return True
        if _MODEL_WORD.search(key.encode()):
            return False
    return False


def _asked_of(
    text: str, offset: int, data: bytes, where: Occurrence, collector: Collector,
    vocabulary: Vocabulary,
) -> bool:  # fmt: skip
    """Record a model that an address or provider beside it says is asked of a service."""
    if not _named(data, offset):
        return False
    slug = service_beside(data, offset, vocabulary)
    if slug is None or slug == LOCAL:
        return False  # a repository is a repository, whoever runs it
    if vocabulary.runtime_channel(slug):
        tool_model(text, slug, where, collector, vocabulary)
    elif ids.service(slug) in vocabulary.family_owners and vocabulary.api_owner(text) is None:
        return False  # who offers models of its own serves no repository
    else:
        collector.api_model(ids.service(slug), text, where)
    return True
