"""Elixir and Erlang: ``mix.exs``, ``mix.lock``, ``rebar.config``, ``rebar.lock``; never run."""

from __future__ import annotations

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies, is_address
from provenance.extract.manifests.hex_locks import mix_locked, rebar_locked, write
from provenance.extract.manifests.hex_terms import ELIXIR, ERLANG, Item, keywords, parsed
from provenance.extract.manifests.requirements import usage_of_name
from provenance.model import Document, Extraction, Usage, strongest_usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "hex"

_REQUIREMENT = lazy(
    r"\s*(?:~>|[><=!]=?)?\s*\d[\w.+-]*+(?:\s+(?:and|or)\s+(?:~>|[><=!]=?)?\s*\d[\w.+-]*+)*+\s*"
)
_EXACT = lazy(r"\s*(?:==)?\s*(\d+(?:\.\d+)+[\w.+-]*)\s*")
_NAME = lazy(r"[A-Za-z]\w{0,99}")
_COMMENTED = lazy(r"#+\s*(\{:[^\n]{3,500})")
_SOURCES = frozenset({"git", "github", "path", "in_umbrella", "hex"})
_NO_PACKAGES = frozenset("ok error git github path hex noreply halt cont reply".split())
"""First elements of tuples that a program works with."""


def accepts(path: str) -> bool:
    """Accept the manifests and locks of Mix and Rebar anywhere in the tree."""
    return path.rpartition("/")[2] in ("mix.exs", "mix.lock", "rebar.config", "rebar.lock")


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the Hex and git packages that a project declares or locks."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.decoded(document.data, collector)
    packages = Dependencies("hex", collector, vocabulary)
    name = document.path.rpartition("/")[2]
    root, groups, comments = parsed(text, ERLANG if "rebar" in name else ELIXIR, collector)
    if name == "mix.exs":
        _mix(text, groups, comments, packages)
    elif name == "rebar.config":
        _rebar(text, root.parts, "used", packages)
    else:
        if text.strip() and not groups:
            collector.gap(document.path, "malformed-file", 1, detail="no term", format=name)
        entries = mix_locked(root) if name == "mix.lock" else rebar_locked(groups)
        write(entries, packages)
    return collector.done()


def _mix(text: str, groups: list[Item], comments: list[Item], packages: Dependencies) -> None:
    for group in groups:
        for part in group.parts:
            if len(part) > 1 and (part[0].kind, part[0].text, part[1].kind) == (
                "key", "app", "atom"
            ) and group.function == "project":  # fmt: skip
                packages.collector.project(part[1].text, packages.package(part[1].text))
        _dependency(text, group, packages)
    for comment in comments:
        if match := _COMMENTED.match(comment.text):
            _, found, _ = parsed(match[1], ELIXIR, None, comment.line)
            for group in found[:1]:
                _dependency(match[1], group, packages, commented=True)


def _dependency(text: str, group: Item, packages: Dependencies, *, commented: bool = False) -> None:
    """Record ``{:name, "requirement", option: value …}``, if a tuple is one."""
    (first, *more), collector = group.parts, packages.collector
    if group.kind != "{" or not more or not more[0] or [one.kind for one in first] != ["atom"]:
        return
    asked = "deps" in group.function and more[0][0].kind != "{"
    name, options = first[0].text, keywords(more)
    given = more[0][0].text if [one.kind for one in more[0]] == ["text"] else ""
    if name in _NO_PACKAGES or not (
        _REQUIREMENT.fullmatch(given[:200]) or options.keys() & _SOURCES or asked
    ):
        return
    written = " ".join(text[group.span[0] : group.span[1] or group.span[0] + 200][:300].split())
    words = {key: value[0].text for key, value in options.items() if value}
    usage: Usage = "commented" if commented else _only(options.get("only", []))
    if usage == "used" and words.get("optional") == "true":
        usage = "optional"
    if words.get("in_umbrella") == "true":
        return  # another application of this tree, which its own manifest describes
    if "path" in words and not given:
        packages.local(name, words["path"], group.line)
        return
    name = words.get("hex") or name
    if "organization" in words:
        name = f"{words['organization']}/{name}"
    url = words.get("git", "")
    if "github" in words:
        url = f"https://github.com/{words['github']}"
    exact = _EXACT.fullmatch(given[:200])
    component = packages.declare(
        name, given, group.line, written, usage=usage, version=exact[1] if exact else None
    )
    if is_address(url):
        packages.delivered(component, url, collector.occurrence(group.line, written, usage=usage))


def _only(value: list[Item]) -> Usage:
    """Return the usage of the environments that a package is only there in."""
    words = [one for item in value for part in ([[item]], item.parts)[item.kind == "["]
             for one in part if one.kind == "atom"]  # fmt: skip
    return strongest_usage(tuple(usage_of_name(one.text) for one in words)) if words else "used"


def _rebar(text: str, terms: list[list[Item]], usage: Usage, packages: Dependencies) -> None:
    """Record the dependencies of Rebar's terms, and of its profiles."""
    for term in (one for part in terms for one in part if one.kind == "{" and len(one.parts) > 1):
        head, held = term.parts[0], term.parts[1]
        name = head[0].text if head else ""
        inside = held[0].parts if held and held[0].kind == "[" else []
        if name == "profiles":
            for profile in (one for part in inside for one in part if one.kind == "{"):
                label, *rest = profile.parts
                if label and rest and rest[0] and rest[0][0].kind == "[":
                    _rebar(text, rest[0][0].parts, usage_of_name(label[0].text), packages)
        elif name in ("deps", "plugins", "project_plugins"):
            for part in inside:
                if part and (one := _rebar_package(part[0])):
                    package, given, url = one
                    exact = None if url else _EXACT.fullmatch(given)
                    shown = text[part[0].span[0] : part[0].span[1]][:300] or package
                    line, kept = part[0].line, usage if name == "deps" else "development"
                    component = packages.declare(
                        package, "" if given == ".*" else given, line,
                        " ".join(shown.split()), usage=kept, version=exact[1] if exact else None,
                    )  # fmt: skip
                    if is_address(url):
                        where = packages.collector.occurrence(line, url, usage=kept)
                        packages.delivered(component, url, where)


def _rebar_package(item: Item) -> tuple[str, str, str] | None:
    """Return name, version and address of one dependency of Rebar."""
    if item.kind == "atom":
        return item.text, "", ""
    if item.kind != "{" or not item.parts[0] or not _NAME.fullmatch(item.parts[0][0].text):
        return None
    name, given, url = item.parts[0][0].text, "", ""
    for one in (part[0] for part in item.parts[1:] if part):
        inner = [part[0].text for part in one.parts if part]
        if one.kind == "text":
            given = one.text[:200]
        elif one.kind == "{" and len(inner) > 1:
            name, url = (inner[1], "") if inner[0] == "pkg" else (name, inner[1])
    return name, given, url
