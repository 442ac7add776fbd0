"""Which imports mean modules of the scanned tree itself, rather than packages.

A file or folder of a package's name somewhere in the tree does not take that package's
imports: ``integrations/langchain.py`` is no ``langchain``. Python finds a top-level module
only in a folder of its path, and a folder that is a package itself is none.
"""

from __future__ import annotations

from collections.abc import Iterable

GENERIC = frozenset(
    "agent agents api app apps backend base bot bots bridge channel channels cli client "
    "clients common components conf config configs configuration const constants controllers "
    "core dao data database db engine engines extensions frontend functions handlers helper "
    "helpers inference lib libs main manager managers message messages middleware mixins "
    "model models module modules nodes options pipeline pipelines plugin plugins preprocess "
    "preprocessing processors prompts providers repositories resources routers scripts "
    "server servers service services settings shared src storage tasks templates tests tool "
    "tools train trainer training ui util utilities utils views web webui worker workers "
    "workflows".split()
)
"""Names that very many programs have for their own modules; a tree that imports one and does not
hold it is a part of a program. Nobody's package, unless a manifest or the data says so."""


class OwnModules:
    """The importable files and folders of one tree."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Take the paths of all folders and of all ``*.py`` files."""
        self._paths = frozenset(paths)
        self._homes: dict[str, list[str]] = {}
        for path in self._paths:
            folder, _, name = path.rpartition("/")
            self._homes.setdefault(name.removesuffix(".py"), []).append(folder)

    def holds(self, top: str) -> bool:
        """Tell whether anything in the tree has a top-level module's name."""
        return top in self._homes

    def owns(self, module: str, importer: str, *, package: bool, declared: bool = True) -> bool:
        """Tell whether an import means a module of the tree.

        Args:
            importer: the path of the file that imports.
            package: a package of this name is known or declared; then only a place that
                Python would look in takes it.
            declared: a manifest asks for the package, so that it is there: Python takes it
                before a folder that holds the module without an ``__init__.py``.
        """
        top, _, rest = module.partition(".")
        if not package:
            return top in self._homes or self._part_of_larger(rest)
        folder = importer.rpartition("/")[0]
        for home in self._homes.get(top, ()):
            prefix = f"{home}/" if home else ""
            if f"{prefix}__init__.py" in self._paths:
                continue
            if f"{prefix}{top}/__init__.py" in self._paths:
                return True
            if (
                f"{prefix}{top}.py" in self._paths and f"{prefix}{top}.py" != importer
                and f"{folder}/".startswith(prefix)
            ):  # fmt: skip
                return True
            spelled = f"{prefix}{module.replace('.', '/')}"
            if not declared and rest and f"{folder}/".startswith(prefix) and (
                spelled in self._paths or f"{spelled}.py" in self._paths
            ):  # fmt: skip
                return True
        return False

    def _part_of_larger(self, rest: str) -> bool:
        """``whole.part.module.name``, where the tree is the ``part`` of that package."""
        parts = rest.split(".")
        return any(
            f"{stem}.py" in self._paths or f"{stem}/__init__.py" in self._paths
            for cut in range(len(parts) - 1)
            for stem in ("/".join(parts[cut:]),)
        )
