"""Gradle: ``build.gradle``, ``build.gradle.kts``, version catalogs and ``gradle.lockfile``.

Build scripts are programs; they are not run. The notations in which dependencies are
written as literals are read, and names that only a run would give become gaps.
"""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.toml_text import Finder, load, string, table
from provenance.extract.places import Places
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "gradle"

_PASSIVE = lazy(
    rb'"""(?:[^"]|"(?!""))*(?:"""|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    rb"|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)"
)
_CONFIGURATION = (
    r"(?<![\w.$])([A-Za-z]\w{0,60}(?i:implementation|api|compile|compileOnly|runtime|runtimeOnly|"
    r"provided|processor|classpath)|implementation|api|compile|compileOnly|compileOnlyApi|runtime|"
    r"runtimeOnly|provided|kapt\w{0,20}|ksp\w{0,20}|annotationProcessor|classpath)"
)
_STRING = lazy(
    _CONFIGURATION + r"[ \t]*\(?\s{0,20}([\"'])([\w.${}-]{1,200}):([\w.${}-]{1,200})"
    r"(?::([^\"':@\s]{1,200}))?(?::[\w${}-]{1,60})?(?:@\w{1,20})?\2"
)
_MAP = lazy(
    _CONFIGURATION + r"[ \t]*\(?\s{0,20}group[ \t]*[:=][ \t]*([\"'])([^\"'\n]{1,200})\2\s{0,20},"
    r"\s{0,20}name[ \t]*[:=][ \t]*[\"']([^\"'\n]{1,200})[\"']"
    r"(?:\s{0,20},\s{0,20}version[ \t]*[:=][ \t]*(?:[\"']([^\"'\n]{1,200})[\"']|([\w.]{1,100})))?"
)
_FILES = lazy(_CONFIGURATION + r"[ \t]*\(?[ \t]*(?:files|fileTree)\b([^\n]{0,120})")
_NPM = lazy(r"(?<![\w.])(?:devN|peerN|optionalN|n)pm\([ \t]*\"([@\w./-]{1,200})\"[ \t]*,"
                  r"[ \t]*\"([^\"\n]{1,100})\"")  # fmt: skip
_VALUE = lazy(
    r"(?:^|[\s.])([A-Za-z_][\w.]{0,100})(?:[ \t]*=[ \t]*|\"?[ \t]*,[ \t]*|[ \t]+by[ \t]+extra\()"
    r"[\"']([\w.+-]{1,100})[\"']|(?:set\(|extra\[)[\"']([\w.-]{1,100})[\"'][\])]?[ \t]*[,=][ \t]*"
    r"[\"']([\w.+-]{1,100})[\"']", re.MULTILINE,
)  # fmt: skip
_REFERENCE = lazy(r"\$\{([^${}]{1,100})\}|\$([A-Za-z_][\w.]{0,100})")
_LOCKED = lazy(r"([\w.-]+):([\w.-]+):([\w.+-]+)=(.*)")


def accepts(path: str) -> bool:
    """Accept build scripts, version catalogs and locks by their usual names."""
    name = path.rpartition("/")[2].lower()
    return name.endswith((".gradle", ".gradle.kts", ".versions.toml")) or name == "gradle.lockfile"


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return the artifacts that a Gradle file names as literals."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    packages = Dependencies("maven", collector, vocabulary)
    name = document.path.rpartition("/")[2].lower()
    if name.endswith(".toml"):
        _catalog(document, packages)
    else:
        text = textfile.decoded(document.data, collector)
        (_lock if name == "gradle.lockfile" else _script)(text, packages)
    return collector.done()


def usage_of(configuration: str) -> Usage:
    """Return the usage that the name of a configuration implies."""
    low = configuration.lower()
    if "test" in low:
        return "test"
    if low.startswith(("kapt", "ksp", "classpath")) or "processor" in low or "debug" in low:
        return "development"
    return "used"


def _script(text: str, packages: Dependencies) -> None:
    collector = packages.collector
    data = text.encode("utf-8", "replace")
    places = Places(data, _PASSIVE)
    flat = text if text.isascii() else re.sub(r"[^\x00-\x7f]", "?", text)
    if len(flat) != len(data):
        places = Places(flat.encode(), _PASSIVE)  # so that offsets are the same in both
    values = _values(flat)
    found = [(m.start(), m[1], m[3], m[4], m[5] or "", "") for m in _STRING.finditer(flat)] + [
        (m.start(), m[1], m[3], m[4], m[5] or "", m[6] or "") for m in _MAP.finditer(flat)
    ]
    for offset, configuration, group, artifact, version, variable in sorted(found):
        line, state = places.line(offset), places.state(offset)
        usage: Usage = state or usage_of(configuration)
        written = f"{group}:{artifact}:{version or variable}".rstrip(":")
        group, artifact = _filled(group, values), _filled(artifact, values)
        version = values.get(variable, f"${variable}") if variable else _filled(version, values)
        if "$" in group + artifact:
            collector.gap(written, "requirement-without-name", line)
            continue
        if "$" in version:
            where = collector.occurrence(line, version, usage=usage)
            collector.gap(f"{group}:{artifact}", "dynamic-name", where, expression=version)
        exact = re.fullmatch(r"(?!latest\.)[\w.-]+", version) and not version.endswith("+")
        packages.declare(
            f"{group}/{artifact}", version, line, written, usage=usage,
            version=version.removesuffix("!!") if exact else None,
        )  # fmt: skip
    for match in _FILES.finditer(flat):
        if places.state(match.start()) is None:
            shown = match[2].strip(" ()") or match[1]
            collector.gap(shown, "local-requirement", places.line(match.start()))
    npm = Dependencies("npm", collector, packages.vocabulary)
    for match in _NPM.finditer(flat):
        state = places.state(match.start())
        npm.declare(match[1], match[2], places.line(match.start()), match[0], usage=state or "used")


def _values(text: str) -> dict[str, str]:
    """Return the string constants of a script, by their last name."""
    found: dict[str, str] = {}
    for match in _VALUE.finditer(text):
        name, value = match[1] or match[3], match[2] or match[4]
        for key in (name, name.rpartition(".")[2]):
            found.setdefault(key, value)
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    def known(match: re.Match[str]) -> str:
        name = (match[1] or match[2]).strip()
        quoted = re.search(r"[\"'\[(]([\w.-]+)[\"'\])]", name)
        name = quoted[1] if quoted else name
        return values.get(name) or values.get(name.rpartition(".")[2]) or match[0]

    return _REFERENCE.sub(known, text)


def _catalog(document: Document, packages: Dependencies) -> None:
    """Read ``libs.versions.toml``: every library that the build may use by an alias."""
    data, text = load(document.data, packages.collector)
    finder, versions = Finder(text), table(data, "versions")
    for alias, entry in table(data, "libraries").items():
        line = finder.key("libraries", alias)
        fields = table({"entry": entry}, "entry")
        coordinates = (
            string(entry)
            or string(fields.get("module"))
            or (f"{string(fields.get('group'))}:{string(fields.get('name'))}")
        )
        group, _, rest = coordinates.partition(":")
        artifact, _, version = rest.partition(":")
        if not group or not artifact:
            packages.collector.gap(alias, "requirement-without-name", line)
            continue
        chosen = version or _version(fields.get("version"), versions)
        exact = re.fullmatch(r"\d[\w.-]*", chosen)
        packages.declare(
            f"{group}/{artifact}", chosen, line, f"{alias} = {coordinates}",
            version=chosen if exact else None,
        )  # fmt: skip


def _version(value: object, versions: dict[str, object]) -> str:
    """Return a version given directly, by reference, or as a rich version."""
    if isinstance(value, dict) and "ref" in value:
        value = versions.get(string(value["ref"]))
    if isinstance(value, dict):
        value = next((value[k] for k in ("strictly", "require", "prefer") if k in value), "")
    return string(value)


def _lock(text: str, packages: Dependencies) -> None:
    """Read ``group:artifact:version=configuration,…``; who asks for what it does not say."""
    for number, raw in enumerate(textfile.lines(text), 1):
        match = _LOCKED.fullmatch(raw.strip())
        if not match:
            if raw.strip() and not raw.startswith(("#", "empty=")):
                packages.collector.gap(
                    packages.collector.path, "malformed-file", number, detail=raw[:80],
                    format="gradle.lockfile",
                )  # fmt: skip
            continue
        usages = {usage_of(name) for name in match[4].split(",") if name}
        order: tuple[Usage, ...] = ("used", "development", "test")
        usage: Usage = next((one for one in order if one in usages), "used")
        where = packages.collector.occurrence(number, raw.partition("=")[0], usage=usage)
        packages.node(packages.package(f"{match[1]}/{match[2]}", match[3]), where)
