"""Imported names of one module, and what they are in full."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.extract.python.scopes import Bindings


def bind_imports(node: ast.Import | ast.ImportFrom, found: Bindings) -> None:
    """Record what an import statement calls what it imports."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            if alias.asname:
                _alias(alias.asname, alias.name, node.lineno, found)
            name = alias.asname or alias.name.partition(".")[0]
            found.imported[name] = (alias.name if alias.asname else name, "")
        else:
            module = "." * node.level + (node.module or "")
            found.imported[alias.asname or alias.name] = (module, alias.name)
            if node.module and not node.level:
                full = f"{node.module}.{alias.name}"
                _alias(alias.asname or alias.name, full, node.lineno, found)


def _alias(name: str, full: str, line: int, found: Bindings) -> None:
    """Bind an imported name; imports come in the order of the file."""
    known = found.aliases.get(name)
    found.aliases[name] = full
    if name in found.reimported:
        found.reimported[name].append((line, full))
    elif known not in (None, full):
        found.reimported[name] = [(0, str(known)), (line, full)]
