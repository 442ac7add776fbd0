"""Functions and methods of one source that hold a known call, and who calls them there."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left

from provenance.extract.places import Places

_CALL = re.compile(rb"\b(\w++)\(")
_MAX_WRAPPERS = 3
"""Functions of one file from a name to the known call."""


def lines_of_wrappers(tree: ast.Module, data: bytes, lines: frozenset[int]) -> frozenset[int]:
    """Return the lines that call what in this file holds a known call, and so on upwards."""
    spans = [
        (node.name, method)
        for node in ast.iter_child_nodes(tree)
        for method in _functions(node)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    found: frozenset[int] = frozenset()
    places = Places(data)
    done: set[bytes] = set()
    for _ in range(_MAX_WRAPPERS):
        wanted = sorted(lines | found)
        names: set[bytes] = set()
        for name, node in spans:
            first = bisect_left(wanted, node.lineno)
            if first < len(wanted) and wanted[first] <= (node.end_lineno or node.lineno):
                names |= {name.encode(), node.name.encode()}
        names -= done
        if not names:
            break
        done |= names
        found |= {
            places.line(match.start()) for match in _CALL.finditer(data) if match.group(1) in names
        }
    return found


def _functions(node: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return a function that takes anything, or the methods of a class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node] if node.args.args else []
    if isinstance(node, ast.ClassDef):
        return [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return []
