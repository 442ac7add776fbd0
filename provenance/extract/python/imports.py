"""Which file of the scanned tree an import means, told from paths alone."""

from __future__ import annotations

from provenance.siblings import Siblings

_MAX_NAME = 300
"""Characters of a dotted name; a longer one names no module."""


def joined(module: str, name: str) -> str:
    """Return the dotted name of a module inside another; dots alone stay as they are."""
    return f"{module}{'.' if name and not module.endswith('.') else ''}{name}"


def find(path: str, dotted: str, siblings: Siblings) -> str:
    """Return the file that a dotted name means where ``path`` imports it, or ``""``.

    The nearest folder that has the top-level package decides, from there upwards and
    then ``src``: what runs a file can put any of them on the path. A package without
    ``__init__.py`` is found by its module.
    """
    if len(dotted) > _MAX_NAME:
        return ""
    folder = path.rpartition("/")[0]
    found = siblings.once(("import", folder, dotted), lambda: _find(folder, dotted, siblings))
    if found != path:
        return found
    # ``openai.py`` that imports ``openai`` does not mean itself.
    return siblings.once(
        ("import", path, dotted), lambda: _find(folder, dotted, siblings, but=path)
    )


def _find(folder: str, dotted: str, siblings: Siblings, but: str = "") -> str:
    name = dotted.lstrip(".")
    level = len(dotted) - len(name)
    folders = folder.split("/") if folder else []
    if level:
        if level - 1 > len(folders):
            return ""
        bases = ["/".join(folders[: len(folders) - (level - 1)])]
    else:
        bases = ["/".join(folders[:size]) for size in range(len(folders), -1, -1)] + ["src"]
        top = name.partition(".")[0]
        home = siblings.once(("package", folder, top), lambda: _home(bases, top, siblings))
        if home is not None:
            bases = list(dict.fromkeys((home, *bases)))
    tail = name.replace(".", "/")
    found = (other for base in bases for other in _sources(base, tail) if other != but)
    first = next((other for other in found if siblings(other) is not None), "")
    if first or level:
        return first
    # The tree may be a part of the package that it is imported as.
    parts = name.split(".")
    inner = (f"{'/'.join(parts[cut:])}.py" for cut in range(1, len(parts) - 1))
    return next((other for other in inner if other != but and siblings(other) is not None), "")


def _home(bases: list[str], top: str, siblings: Siblings) -> str | None:
    """Return the first of some folders that has a package or module of a name."""
    return next(
        (base for base in bases
         if any(siblings(other) is not None for other in _sources(base, top))),
        None,
    )  # fmt: skip


def _sources(base: str, tail: str) -> tuple[str, ...]:
    """Return the files that a module can be."""
    stem = f"{base}/{tail}" if base and tail else base or tail
    package = f"{stem}/__init__.py" if stem else "__init__.py"
    return (f"{stem}.py", package) if tail else (package,)
