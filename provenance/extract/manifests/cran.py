"""R: ``DESCRIPTION`` of a package or a project, and ``renv.lock``."""

from __future__ import annotations

from collections.abc import Iterator

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.cran_lock import BASE, ENTRY, HOSTS, license_words, write
from provenance.extract.manifests.dependencies import Dependencies
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "cran"

_FIELDS: dict[str, Usage] = {
    "Depends": "used", "Imports": "used", "LinkingTo": "used", "Suggests": "optional",
    "Enhances": "optional",
}  # fmt: skip
_NEEDS = "Config/Needs/"
"""Fields that name what only a step of the package's own development needs."""
_FIELD = lazy(r"([A-Za-z@][\w@./-]{0,99}):(.*)")
_EXACT = lazy(r"==\s*(\d[\w.-]*)")
_REMOTE = lazy(
    r"\s*(?:(?P<name>[\w.]+)=)?(?:(?P<kind>\w+)::)?(?P<place>[^\s@#,]+)(?:[@#][^\s,]*)?\s*"
)


def accepts(path: str) -> bool:
    """Accept the metadata of R packages and the lock of renv anywhere in the tree."""
    return path.rpartition("/")[2] in ("DESCRIPTION", "renv.lock")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the packages that an R project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    packages = Dependencies("cran", collector, vocabulary)
    if document.path.endswith(".lock"):
        data, text = textfile.load_object(document.data, collector)
        write(data or {}, text, packages)
    else:
        _described(textfile.decode(document.data)[0], packages)
    return collector.done()


def _described(text: str, packages: Dependencies) -> None:
    """Record what a ``DESCRIPTION`` asks for; a file of that name may also be plain words."""
    fields: dict[str, list[tuple[int, str]]] = {}
    current: list[tuple[int, str]] = []
    for number, raw in enumerate(textfile.lines(text), 1):
        if raw[:1] in (" ", "\t"):
            current.append((number, raw))
        elif match := _FIELD.match(raw):
            current = fields.setdefault(match[1], [])
            current.append((number, match[2]))
        else:
            current = []
    if not fields.keys() & {"Package", "Imports"}:
        return
    if name := " ".join(line for _, line in fields.get("Package", ())).strip():
        packages.collector.project(name, packages.package(name))
    if "License" in fields:
        place, terms = fields["License"][0]
        packages.own_license(license_words(terms), place)
    remotes = dict(_remotes(fields.get("Remotes", ())))
    for field, found in fields.items():
        usage = _FIELDS.get(field, "development" if field.startswith(_NEEDS) else None)
        for number, line in found if usage else ():
            for part in line.split(","):
                entry = ENTRY.fullmatch(part[:300])
                if not entry or entry[1] in BASE or entry[1] == name:
                    continue
                requirement = (entry[2] or "").strip()
                exact = _EXACT.fullmatch(requirement)
                written = part.strip()
                component = packages.declare(
                    entry[1], requirement, number, written, usage=usage or "used",
                    version=exact[1] if exact else None,
                )  # fmt: skip
                if url := remotes.get(entry[1].lower()):
                    where = packages.collector.occurrence(number, written, usage=usage)
                    packages.delivered(component, url, where)


def _remotes(found: list[tuple[int, str]] | tuple[()]) -> Iterator[tuple[str, str]]:
    """Yield package and address of every remote: ``owner/repo@ref``, ``git::https://…``."""
    for _, line in found:
        for part in line.split(","):
            match = _REMOTE.fullmatch(part[:300])
            if not match:
                continue
            place, kind = match["place"], match["kind"] or ""
            name = (match["name"] or place.rstrip("/").rpartition("/")[2]).removesuffix(".git")
            if "://" in place:
                yield name.lower(), place
            elif kind in HOSTS and "/" in place:
                owner, repository = place.split("/")[:2]
                package = match["name"] or repository
                yield package.lower(), f"https://{HOSTS[kind]}/{owner}/{repository}"
