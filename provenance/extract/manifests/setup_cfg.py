"""``setup.cfg``: the declarative metadata of setuptools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance import ids
from provenance.extract import textfile
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import include, read_requirement, usage_of_extra
from provenance.model import Document, Evidence, Extraction, LicenseDeclaration, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "setup-cfg"
_SECTION = lazy(r"\[([^\]]*)\][ \t]*(?:[#;].*)?$")
_OPTION = lazy(r"([^\s=:#;\[][^=:]*)[=:](.*)$")
_LISTS: dict[str, Usage] = {
    "install_requires": "used", "setup_requires": "development", "tests_require": "test",
}  # fmt: skip


def accepts(path: str) -> bool:
    """Accept ``setup.cfg`` anywhere in the tree."""
    return path.rpartition("/")[2].lower() == "setup.cfg"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that ``[options]`` and its extras declare."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    for section, option, line, value in _values(text):
        option = option.replace("-", "_")
        if section == "metadata":
            _metadata(option, value, line, collector)
            continue
        usage: Usage | None = None
        if section == "options":
            usage = _LISTS.get(option)
        elif section == "options.extras_require":
            usage = usage_of_extra(option)
        if usage is None:
            continue
        if value.startswith("file:"):
            for name in value.removeprefix("file:").split(","):
                include(name.strip(), line, collector)
            continue
        read_requirement(value, line, usage, [PYPI], collector, vocabulary)
    return collector.done()


def _values(text: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield (section, option, line, value), a value of several lines once for each line.

    configparser reads the same but keeps no line numbers, and refuses a whole file for
    one odd line.
    """
    section = option = ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if raw[:1] not in (" ", "\t"):
            head = _SECTION.match(line)
            if head:
                section, option = head.group(1).strip(), ""
                continue
            entry = _OPTION.match(line)
            if not entry:
                option = ""
                continue
            option, line = entry.group(1).strip(), entry.group(2).strip()
        if option and line:
            yield section, option, number, re.sub(r"\s#.*$", "", line)


def _metadata(option: str, value: str, line: int, collector: Collector) -> None:
    if option == "name" and not value.startswith(("attr:", "file:")):
        collector.project(value, ids.pypi(value))
    elif option == "license" and len(value) < 100:
        collector.licenses.append(
            LicenseDeclaration(
                component=ids.PROJECT, raw=value, declared_by="tree", scheme="spdx",
                evidence=Evidence(source="tree", reference=f"{collector.path}:{line}"),
            )
        )  # fmt: skip
