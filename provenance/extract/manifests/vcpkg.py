"""``vcpkg.json``: ports by feature, and the versions that the project fixes."""

from __future__ import annotations

from typing import Any

from provenance.extract import textfile
from provenance.extract.locks.lines import LockLines
from provenance.extract.manifests.dependencies import Dependencies
from provenance.extract.manifests.requirements import usage_of_extra
from provenance.model import Usage
from provenance.patterns import lazy

_NAME = lazy(r"[a-z0-9][a-z0-9-]{0,99}")
_VERSIONS = ("version", "version-semver", "version-date", "version-string")


def read(data: dict[str, Any], text: str, packages: Dependencies) -> None:
    """Record the ports that a manifest asks for; its features are optional."""
    name = data.get("name")
    if isinstance(name, str) and name.strip():
        packages.collector.project(name, packages.package(name))
    if data.get("license"):
        packages.own_license(data["license"], textfile.line_of(text, '"license'))
    ports = _Ports(text, name, _fixed(data.get("overrides")), packages)
    # In the order of the text, so that one pass finds the lines.
    for key, value in data.items():
        if key == "dependencies":
            ports.read(key, value, "used")
        elif key == "features" and isinstance(value, (dict, list)):
            ports.lines.seek(key)
            named = value.items() if isinstance(value, dict) else ((None, one) for one in value)
            for label, feature in named:
                if isinstance(feature, dict):
                    usage = usage_of_extra(str(label or feature.get("name")))
                    ports.read("dependencies", feature.get("dependencies"), usage)
        elif key == "overrides":
            ports.lines.seek(key)


class _Ports:
    """What is known of one manifest while its lists are read."""

    def __init__(
        self, text: str, own: object, fixed: dict[str, str], packages: Dependencies
    ) -> None:
        self.lines = LockLines(text)
        self._own, self._fixed, self._packages = own, fixed, packages

    def read(self, key: str, value: object, usage: Usage) -> None:
        """Record one list of ports: names, or objects that say more."""
        if not isinstance(value, list):
            return
        self.lines.seek(key)
        for one in value:
            fields = one if isinstance(one, dict) else {"name": one}
            name, least = fields.get("name"), fields.get("version>=")
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                continue
            line = self.lines.seek(name)
            if name == self._own:
                continue  # a feature that asks for another of the same port
            requirement = f">={least}" if isinstance(least, str) else ""
            kept: Usage = "development" if fields.get("host") is True else usage
            self._packages.declare(
                name, requirement, line, f"{name} {requirement}".strip(), usage=kept,
                version=self._fixed.get(name),
            )  # fmt: skip


def _fixed(overrides: object) -> dict[str, str]:
    """Return the versions that the manifest itself settles."""
    found: dict[str, str] = {}
    for one in overrides if isinstance(overrides, list) else ():
        for key in _VERSIONS if isinstance(one, dict) else ():
            if isinstance(one.get("name"), str) and isinstance(one.get(key), str):
                found[one["name"]] = one[key].partition("#")[0]  # what follows is the port's own
    return found
