"""Settings: flags > ``PROVENANCE_*`` > the project's file > defaults, in one frozen value.

The only module inside that reads the environment and the clock.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from provenance.errors import UsageError
from provenance.i18n import LANGUAGES, language_of
from provenance.model import SEVERITIES
from provenance.patterns import lazy

ASKED = ("hub", "index", "advisories")
"""Whom ``--online`` asks."""
PLATFORMS = (
    "linux-x86_64", "linux-aarch64", "macos-arm64", "macos-x86_64", "windows-x86_64",
    "windows-arm64",
)  # fmt: skip
"""Platforms that packages can be resolved for."""

_FILE_KEYS: dict[str, type] = {
    "policy": str, "fail-on": str, "lang": str, "strict": bool, "ignore": list,
    "platform": str, "python-version": str,
}  # fmt: skip
_ENVIRONMENT = {
    "policy": "PROVENANCE_POLICY", "fail_on": "PROVENANCE_FAIL_ON", "lang": "PROVENANCE_LANG",
    "platform": "PROVENANCE_PLATFORM", "python_version": "PROVENANCE_PYTHON_VERSION",
    "lineage_db": "PROVENANCE_LINEAGE_DB",
}  # fmt: skip
_PYTHON = lazy(r"3\.\d{1,2}(?:\.\d{1,2})?", re.ASCII)


class Ignore(Struct, frozen=True, kw_only=True):
    """An owner's dated decision not to be told of a component or a rule."""

    reason: str
    owner: str
    expires: str
    component: str = ""
    rule: str = ""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that shapes a run and is not the scanned tree."""

    policy: str = "us-exposure"
    fail_on: str | None = None
    lang: str = "en"
    strict: bool = False
    online: bool = False
    cached: bool = False
    """Ask as online, and take every answer from the caches."""
    ask: tuple[str, ...] = ()
    """Whom to ask; empty for everybody."""
    venv: Path | None = None
    python: Path | None = None
    resolve: bool = False
    allow_build: bool = False
    platform: str = ""
    python_version: str = ""
    vulnerabilities: bool = False
    """Online, known vulnerabilities are asked for too."""
    vulnerability_service: str | None = None
    vulnerability_url: str = ""
    lineage_db: Path | None = None
    """Sketches that weights are compared with; never from the scanned tree."""
    ignores: tuple[Ignore, ...] = ()
    source: str = ""
    """The configuration file read, or ""."""


def settings(path: Path, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Merge flags, environment, the nearest project file and defaults.

    Args:
        flags: values given on the command line; None means not given.

    Raises:
        UsageError: an unknown key or a value that cannot be used, with where it stands.
    """
    values: dict[str, Any] = {} if flags.get("no_config") else _from_file(path)
    for key, name in _ENVIRONMENT.items():
        if environ.get(name):
            values[key] = environ[name]
    values.update({key: value for key, value in flags.items() if value is not None})
    if values.get("lineage_db"):
        values["lineage_db"] = Path(values["lineage_db"])
    if values.get("ask") and not (values.get("online") or values.get("cached")):
        raise UsageError("--ask without --online", hint="add --online, or --cached")
    known = set(Settings.__struct_fields__)
    values = {key: value for key, value in values.items() if key in known}
    if not values.get("lang"):
        values["lang"] = settings_language(environ)
    if values["lang"] not in LANGUAGES:
        raise UsageError(f"lang = {values['lang']!r}", hint="one of " + ", ".join(LANGUAGES))
    if values.get("fail_on") and values["fail_on"] not in (*SEVERITIES, "never"):
        raise UsageError(
            f"fail-on = {values['fail_on']!r}", hint="one of " + ", ".join((*SEVERITIES, "never"))
        )
    _check_target(values.get("platform", ""), values.get("python_version", ""))
    chosen = Settings(**values)
    return replace(chosen, online=chosen.online or chosen.cached)


def _check_target(platform: str, python: str) -> None:
    """Refuse an environment that packages cannot be resolved for."""
    if platform and platform not in PLATFORMS:
        near = get_close_matches(platform, PLATFORMS, 1)
        hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(PLATFORMS)
        raise UsageError(f"platform = {platform!r}", hint=hint)
    if python and not _PYTHON.fullmatch(python):
        raise UsageError(f"python-version = {python!r}", hint="a version like 3.12 or 3.12.4")


def settings_language(environ: Mapping[str, str]) -> str:
    """Return the language that the environment asks for."""
    names = ("PROVENANCE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return language_of(next((environ[name] for name in names if environ.get(name)), ""))


def environment() -> Mapping[str, str]:
    """Return the process environment."""
    return os.environ


def now(environ: Mapping[str, str]) -> str:
    """Return the report's time: ``SOURCE_DATE_EPOCH`` exactly, else the start of the UTC day.

    The day is all that evidence dates need, and it keeps two runs of one day identical
    to the byte.

    Raises:
        UsageError: ``SOURCE_DATE_EPOCH`` is no number of seconds.
    """
    epoch = environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        try:
            moment = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(f"SOURCE_DATE_EPOCH = {epoch!r}", hint="seconds since 1970") from error
    else:
        moment = datetime.datetime.now(datetime.UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _from_file(path: Path) -> dict[str, Any]:
    """Return the settings of the nearest ``provenance.toml`` or ``[tool.provenance]``."""
    start = path.resolve()
    for folder in (start, *start.parents) if start.is_dir() else start.parents:
        own = folder / "provenance.toml"
        if own.is_file():
            return _checked(_toml(own), own)
        project = folder / "pyproject.toml"
        if project.is_file() and b"[tool.provenance" in _bytes(project):
            tool = _toml(project).get("tool", {})
            return _checked(tool.get("provenance", {}), project)
        if (folder / ".git").exists():
            break
    return {}


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(16 * 1024 * 1024)
    except OSError:
        return b""


def _toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", hint="configuration is TOML in UTF-8") from error


def _checked(data: dict[str, Any], path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {"source": str(path)}
    for key, value in data.items():
        expected = _FILE_KEYS.get(key)
        if expected is None:
            near = get_close_matches(key, _FILE_KEYS, 1)
            raise UsageError(
                f"{path}: unknown key {key!r}",
                hint=f"did you mean {near[0]}?" if near else "known: " + ", ".join(_FILE_KEYS),
            )
        if not isinstance(value, expected):
            raise UsageError(f"{path}: {key} is not a {expected.__name__}")
        if isinstance(value, list):
            values["ignores"] = tuple(_ignore(item, path) for item in value)
        elif key == "policy" and str(value).endswith(".toml"):
            values["policy"] = str(path.parent / str(value))
        else:
            values[key.replace("-", "_")] = value
    return values


def _ignore(item: object, path: Path) -> Ignore:
    known = set(Ignore.__struct_fields__)
    if not isinstance(item, dict) or not set(item) <= known:
        raise UsageError(f"{path}: an ignore entry has keys {', '.join(sorted(known))}")
    values = {key: str(value) for key, value in item.items()}
    missing = [key for key in ("reason", "owner", "expires") if not values.get(key)]
    if missing or not (values.get("component") or values.get("rule")):
        raise UsageError(
            f"{path}: an ignore entry lacks {', '.join(missing) or 'component or rule'}",
            hint="component or rule, reason, owner and expires are required",
        )
    try:
        datetime.date.fromisoformat(values["expires"])
    except ValueError as error:
        raise UsageError(
            f"{path}: expires = {values['expires']!r} is no date", hint="expires is YYYY-MM-DD"
        ) from error
    return Ignore(**values)
