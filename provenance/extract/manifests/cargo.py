"""``Cargo.toml``: declared crates by section and target, and the workspace's table of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance import ids
from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.toml_text import load, string, table
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "cargo-toml"

_SECTIONS: dict[str, Usage] = {
    "dependencies": "used", "dev-dependencies": "development", "dev_dependencies": "development",
    "build-dependencies": "development", "build_dependencies": "development",
}  # fmt: skip
_PLATFORMS = {
    "cuda": "nvidia-cuda", "cudnn": "nvidia-cuda", "metal": "apple-mps", "rocm": "amd-rocm",
    "hipblas": "amd-rocm", "opencl": "opencl", "openvino": "intel-openvino",
    "tensorrt": "nvidia-tensorrt",
}  # fmt: skip
"""Features by the accelerator that a build with them runs on."""
_EXACT = lazy(r"=\s*(\d+\.\d+\.\d+[\w.+-]*)")
_HEAD = lazy(r"\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_QUOTES = lazy(r"""["']""")
_KEY = lazy(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


def accepts(path: str) -> bool:
    """Accept ``Cargo.toml`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "cargo.toml"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the crates a manifest declares, each with its usage."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    data, text = load(document.data, collector)
    packages = Dependencies("cargo", collector, vocabulary)
    lines = _lines(text)
    package, workspace = table(data, "package"), table(data, "workspace")
    name = string(package.get("name"))
    if name:
        collector.project(name, packages.package(name))
    for head, owner in (("package", package), ("workspace.package", table(workspace, "package"))):
        declared = owner.get("license")
        if isinstance(declared, str) and "/" not in document.path:
            packages.declared_license(ids.PROJECT, declared, lines.get((head, "license"), 0))
    shared = table(workspace, "dependencies")
    for crate, spec in shared.items():
        # Members inherit by name; which of them do, their own manifests say.
        _read(crate, spec, lines.get(("workspace.dependencies", crate), 0), "commented", packages)
    for head, usage, crate, spec in _declared(data):
        line = lines.get((_QUOTES.sub("", head), crate), 0)
        if isinstance(spec, dict) and spec.get("workspace") is True:
            inherited = shared.get(crate)
            base = inherited if isinstance(inherited, dict) else {"version": inherited or ""}
            spec = {**base, **spec}
        _read(crate, spec, line, usage, packages)
    for feature in table(data, "features"):
        if slug := _PLATFORMS.get(feature):
            where = collector.occurrence(
                lines.get(("features", feature), 0), f"feature {feature}", usage="optional"
            )
            collector.platform(slug, where)
    return collector.done()


def _declared(data: dict[str, Any]) -> Iterator[tuple[str, Usage, str, object]]:
    """Yield table, usage, name and specification of every declared crate."""
    for section, usage in _SECTIONS.items():
        for crate, spec in table(data, section).items():
            yield section, usage, crate, spec
        for target, content in table(data, "target").items():
            for crate, spec in table(content, section).items():
                yield f"target.{target}.{section}", usage, crate, spec


def _read(crate: str, spec: object, line: int, usage: Usage, packages: Dependencies) -> None:
    """Record one crate as Cargo reads ``name = "1"`` or ``name = { … }``."""
    fields = spec if isinstance(spec, dict) else {"version": spec}
    name = string(fields.get("package")) or crate
    requirement = string(fields.get("version"))
    path, git = string(fields.get("path")), string(fields.get("git"))
    if path and not git and not requirement:
        packages.local(name, path, line)
        return
    if fields.get("optional") is True and usage == "used":
        usage = "optional"
    exact = _EXACT.fullmatch(requirement.strip())
    written = f'{crate} = "{spec}"' if isinstance(spec, str) else f"{crate} = {requirement or git}"
    component = packages.declare(
        name, "" if requirement == "*" else requirement, line, written.rstrip(" ="), usage=usage,
        version=exact.group(1) if exact else None,
    )  # fmt: skip
    if git:
        where = packages.collector.occurrence(line, git, usage=usage)
        packages.delivered(component, git, where)


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of every key by table; ``[dependencies.name]`` counts as one."""
    found: dict[tuple[str, str], int] = {}
    head = ""
    for number, raw in enumerate(textfile.lines(text), 1):
        opened = _HEAD.match(raw) if raw.lstrip()[:1] == "[" else None
        if opened:
            head = _QUOTES.sub("", opened.group(1))
            above, _, crate = head.rpartition(".")
            found.setdefault((above, crate), number)
            continue
        key = _KEY.match(raw)
        if key:
            found.setdefault((head, key.group(1)), number)
    return found
