"""Manifests of ecosystems that are not read: a question, so that nothing is silently absent.

A bill of materials that a tool of the ecosystem makes is read in their place.
"""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.model import Document, Extraction
from provenance.vocabulary import Vocabulary

NAME = "unread"

_FILES = {
    "build.sbt": "sbt", "project.clj": "Leiningen", "deps.edn": "Clojure",
    "cpanfile": "CPAN", "shard.yml": "Shards", "build.zig.zon": "Zig", "elm.json": "Elm",
    "module.bazel": "Bazel", "podfile": "CocoaPods", "cartfile": "Carthage",
    "dub.json": "DUB", "dub.sdl": "DUB", "gleam.toml": "Gleam", "dune-project": "opam",
}  # fmt: skip
_ENDINGS = {".cabal": "Cabal", ".rockspec": "LuaRocks", ".nimble": "Nimble", ".opam": "opam",
            ".podspec": "CocoaPods"}  # fmt: skip


def accepts(path: str) -> bool:
    """Accept the manifests of package managers that have no reader here."""
    return _manager(path) is not None


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return that what this file declares is not known."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    manager = _manager(document.path)
    if manager is not None:
        collector.gap(document.path, "manifest-unread", manager=manager)
    return collector.done()


def _manager(path: str) -> str | None:
    """Return the package manager whose manifest a file is by its name."""
    name = path.rpartition("/")[2].lower()
    return _FILES.get(name) or _ENDINGS.get(name[name.rfind(".") :] if "." in name else "")
