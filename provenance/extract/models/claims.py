"""What the header of a file of weights claims: bases, license, data, and mere names.

A base is a claim only where it is named so that it can be found: a repository, its
address, a known short name. A brand, a title or an organization in a header proves
nothing; it is put as a question when the header names no base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from provenance import ids
from provenance.artifacts.gguf import GgufHeader
from provenance.extract.collect import Collector
from provenance.extract.models import base_names
from provenance.model import ComponentId, Evidence, LicenseDeclaration
from provenance.patterns import lazy
from provenance.shapes import may_be_repository
from provenance.vocabulary import Vocabulary

MAX_NAMES = 100
"""Bases or datasets of one file that are looked at."""
_MAX_TEXT = 300

_BASE_PART = lazy(r"general\.base_model\.(\d{1,4})\.")
_DATASET_PART = lazy(r"general\.dataset\.(\d{1,4})\.")
_UNQUANTIZED = (0, 1, 32)
"""``general.file_type`` of 32- and 16-bit files."""

_BASE_KEYS = ("base_model", "base_model_name_or_path", "ss_sd_model_name")
"""Keys of ``__metadata__`` and ONNX metadata that say what was trained on top of what."""
_LICENSE_KEYS = ("license", "modelspec.license")


class Claims(Struct, frozen=True, kw_only=True):
    """What a header says, in its own words."""

    bases: tuple[tuple[str, str], ...] = ()
    """What is named as a base, and how the model is derived from it."""
    licenses: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names that say what it may be, and prove nothing."""


def of_gguf(header: GgufHeader) -> Claims:
    """Return what the ``general`` keys claim."""
    bases = _parts(header, _BASE_PART, "base_model")
    if header.text("general.type") == "adapter":
        how = "adapter"
    else:
        how = "merge" if len(bases) > 1 and "merge" in header.texts("general.tags") else "unknown"
    found = [(base, how) for base in bases]
    source = next(
        (text for key in ("huggingface.repository", "repo_url", "url")
         if (text := header.text(f"general.source.{key}"))), "",
    )  # fmt: skip
    if source:
        kind = header.metadata.get("general.file_type", 0)
        found.append((source, "conversion" if kind in _UNQUANTIZED else "quantization"))
    names = [
        f"{key} {text}"
        for key in ("organization", "basename", "name", "repo_url")
        if (text := header.text(f"general.{key}"))
    ]
    license_name = header.text("general.license")
    if license_name.lower() in ("", "other"):
        license_name = header.text("general.license.name") or license_name
    return Claims(
        bases=tuple(found),
        licenses=(license_name,) if license_name else (),
        datasets=(*header.texts("general.datasets"), *_parts(header, _DATASET_PART, "dataset")),
        names=tuple(names),
    )


def _parts(header: GgufHeader, pattern: re.Pattern[str], part: str) -> tuple[str, ...]:
    """Return what each numbered parent or dataset is called, by address where it has one."""
    numbers = {int(m.group(1)) for key in header.metadata if (m := pattern.match(key))}
    found = []
    for number in sorted(numbers):
        values = {
            key: header.text(f"general.{part}.{number}.{key}")
            for key in ("repo_url", "url", "organization", "name")
        }
        named = "/".join(values[key] for key in ("organization", "name") if values[key])
        found.append(values["repo_url"] or values["url"] or named)
    return tuple(text for text in found if text)


def of_pairs(metadata: Mapping[str, str]) -> Claims:
    """Return what free metadata claims, as training programs write it."""

    def text(key: str) -> str:
        return metadata.get(key, "").strip()

    is_adapter = bool(text("ss_network_module")) or text("modelspec.architecture").endswith("/lora")
    how = "adapter" if is_adapter else "unknown"
    bases = [(text(key), how) for key in _BASE_KEYS if text(key) not in ("", "None")]
    merged = text("modelspec.merged_from").split(",")
    bases += [(name.strip(), "merge") for name in merged if name.strip()]
    version = text("ss_base_model_version")
    return Claims(
        bases=tuple(dict.fromkeys(bases)),
        licenses=tuple(dict.fromkeys(text(key) for key in _LICENSE_KEYS if text(key))),
        names=(f"base model version {version}",) if version else (),
    )


def record(
    claims: Claims, model: ComponentId, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the claims of a model's header as links, licenses and questions."""
    for text, how in claims.bases[:MAX_NAMES]:
        written = text[:_MAX_TEXT]
        where = collector.occurrence(0, written)
        if _may_name(written):
            parent = base_names.record(written, where, collector, vocabulary)
            if parent:
                collector.derived(model, parent, where, how)
        else:
            collector.gap(written, "base-model-unresolved")
    if not claims.bases and claims.names:
        names = ", ".join(name[:_MAX_TEXT] for name in claims.names)
        collector.gap(model, "header-names-no-base", names=names)
    _licenses(claims.licenses, model, collector)
    _datasets(claims.datasets[:MAX_NAMES], model, collector, vocabulary)


def _may_name(written: str) -> bool:
    """Tell whether a text may name a model: models/sd15.safetensors has a repository's form."""
    return not ids.is_hub_repository(written) or may_be_repository(written)


def _licenses(found: Iterable[str], model: ComponentId, collector: Collector) -> None:
    for written in found:
        if written.lower() in ("other", "unknown"):
            collector.gap(model, "license-other")
            continue
        # "AGPL-3.0 License (https://…)": the name is what stands before.
        raw = written.splitlines()[0].partition(" (")[0].removesuffix(" License")[:_MAX_TEXT]
        collector.licenses.append(
            LicenseDeclaration(
                component=model, raw=raw, declared_by="tree", scheme="spdx",
                evidence=Evidence(source="tree", reference=f"{collector.path}:0"),
            )
        )  # fmt: skip


def _datasets(
    found: Iterable[str], model: ComponentId, collector: Collector, vocabulary: Vocabulary
) -> None:
    for written in found:
        address = base_names.ADDRESS.match(written)
        name = address["repository"] if address else written[:_MAX_TEXT]
        hub = "modelscope" if address and "modelscope" in address["host"] else "huggingface"
        where = collector.occurrence(0, written)
        known = vocabulary.dataset_alias(name)
        if known:
            name = known.removeprefix("dataset:huggingface/")
        elif not ids.is_hub_repository(name):
            collector.gap(name, "short-name-unresolved")
            continue
        collector.link(model, collector.dataset(hub, name, where), "trained-on", where)
