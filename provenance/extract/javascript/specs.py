"""The table of JavaScript callables (``data/calls_js.csv``), made ready for look-up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from provenance import ids
from provenance.model import ComponentId
from provenance.registry.tables import Call, fits
from provenance.vocabulary import Vocabulary


class Spec(NamedTuple):
    """One row: where a call names a model, and whom it asks."""

    module: str
    name: str
    arguments: tuple[tuple[str, ...], ...]
    yields: str  # model | client | container | service | provider (a client that is called)
    provider: str
    endpoint: tuple[tuple[str, ...], ...]
    function: str
    joined: tuple[tuple[str, ...], ...] = ()
    """Arguments whose value follows the name: the tag of an image."""

    @property
    def callable(self) -> str:
        """What the tables call it."""
        return f"{self.module}#{self.name}" if self.module else f"*.{self.name}"

    @property
    def runtime(self) -> str:
        """The local runtime that the row names, or ``""``."""
        return self.provider.removeprefix("local:") if self.provider.startswith("local:") else ""

    @property
    def generic(self) -> bool:
        """Tell whether objects of any kind may have a method of this name."""
        return not self.module and "." not in self.name


class Specs:
    """All rows by module and name, and the npm packages' default services."""

    def __init__(self, vocabulary: Vocabulary, rows: Sequence[Call]) -> None:
        self._services = vocabulary.default_services
        self._exact: dict[tuple[str, str], Spec] = {}
        self._patterns: list[Spec] = []
        self._methods: dict[str, list[Spec]] = {}
        self.constants: list[Spec] = []
        """Classes whose constants are called after what they stand for."""
        for row in rows:
            module, _, name = row.callable.rpartition("#")
            if not module:
                name = name.removeprefix("*.")
            spec = Spec(
                module, name, _paths(row.argument), row.yields, row.provider,
                _paths(row.endpoint), row.function, _paths(row.argument, "/"),
            )  # fmt: skip
            if row.argument == CONSTANT:
                self.constants.append(spec)
            elif not module:
                self._methods.setdefault(name.rpartition(".")[2], []).append(spec)
            elif "*" in row.callable:
                self._patterns.append(spec)
            else:
                self._exact[module, name] = spec
        self._patterns.sort(key=lambda spec: (-len(spec.module), -len(spec.name), spec))
        for specs in self._methods.values():
            specs.sort(key=lambda spec: (-len(spec.name), spec))
        self.modules = frozenset(
            (*(module for module, _ in self._exact), *(spec.module for spec in self.constants))
        )
        dotted = {s.name for specs in self._methods.values() for s in specs if not s.generic}
        self._free = tuple(
            tuple(word.encode() for word in name.split(".")[-2:]) for name in sorted(dotted)
        )

    def may_call(self, data: bytes) -> bool:
        """Tell whether a source may call a method of the table."""
        return any(last + b"(" in data and middle in data for middle, last in self._free)

    def knows(self, module: str) -> bool:
        """Tell whether a module offers anything of the table."""
        return module in self.modules or any(fits(module, s.module) if "*" in s.module
                                             else module == s.module
                                             for s in self._patterns)  # fmt: skip

    def find(self, module: str, name: str) -> Spec | None:
        """Return the row for what a module exports under a name."""
        found = self._exact.get((module, name))
        if found is not None:
            return found
        for spec in self._patterns:
            if fits(module, spec.module) and fits(name, spec.name):
                return spec._replace(module=module)
        return None

    def method(self, dotted: str) -> Spec | None:
        """Return the row for a method of an object of any name."""
        for spec in self._methods.get(dotted.rpartition(".")[2], ()):
            if dotted.endswith(f".{spec.name}"):
                return spec
        return None

    def default_service(self, spec: Spec) -> ComponentId | None:
        """Return the service that a row's client asks unless told otherwise."""
        if spec.provider == "package":
            return self._services.get(ids.package("npm", package_of(spec.module)))
        if not spec.provider or spec.provider == "prefix" or ":" in spec.provider:
            return None
        return None if spec.provider in _NO_SERVICE else ids.service(spec.provider)


CONSTANT = "name"
"""What stands for the arguments in the row of a class whose constants name something."""
_NO_SERVICE = frozenset(("client", "huggingface", "modelscope"))


def specifier(module: str) -> str:
    """Return what a module is called in the registry: Deno and CDN spellings undone."""
    for start in ("npm:/", "npm:", "https://esm.sh/", "https://esm.run/"):
        if module.startswith(start):
            head, at, tail = module.removeprefix(start).partition("@")
            if not head:  # @scope/name@version
                head, at, tail = tail.partition("@")
                head = f"@{head}"
            return head + (f"/{tail.partition('/')[2]}" if at and "/" in tail else "")
    return module


def package_of(module: str) -> str:
    """Return the npm package of a module specifier (``@scope/name/sub`` → ``@scope/name``)."""
    parts = module.split("/")
    return "/".join(parts[: 2 if module.startswith("@") else 1])


def _paths(text: str, mark: str = "") -> tuple[tuple[str, ...], ...]:
    """Return the argument paths of a list that have the mark before them."""
    return tuple(
        tuple(path.removeprefix("/").split("."))
        for path in text.split("|")
        if path and path.startswith("/") == bool(mark)
    )


@lru_cache(maxsize=4)
def specifications(vocabulary: Vocabulary) -> Specs:
    """Return the table of a vocabulary's registry."""
    return Specs(vocabulary, vocabulary.script_calls)
