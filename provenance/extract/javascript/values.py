"""What a JavaScript expression can be: constants, tables, templates, defaults.

Follows names through one file and, where a relative import leads to one, into other
files of the tree. What is known only at run time evaluates to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from provenance.extract.javascript.tree import Bound, Scope, Tree, arguments, unescaped, unwrapped
from provenance.model import Confidence, weakest
from provenance.patterns import lazy

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_VALUES = 64
_MAX_DEPTH = 16
_MAX_FOREIGN = 3
"""Imports followed from one file to the next."""
_MAX_STEPS = 3_000
_MAX_ALL_STEPS = 200_000
"""Expressions looked at for one question, and for all of one file: tables that spread
tables that spread tables grow without end."""
_DEFAULTS = lazy(
    r"(?:\w*\.)*(?:\w*[eE]nv\w*|optional|withDefault|getOrDefault|get|useState|ref|String|trim)"
)
"""Functions whose value is their last argument unless something is set."""
_PLAIN_METHODS = frozenset("trim toString valueOf toLowerCase".split())
_RECEIVED = frozenset("default catch fallback".split())
"""Methods of schemas (``z.string().default("…")``) that give what holds when nothing is set."""


class Value(NamedTuple):
    """A possible string and where its literal stands; no path: the file read."""

    text: str
    line: int
    confidence: Confidence
    offset: int = -1
    path: str = ""


class Module(NamedTuple):
    """Another file of the tree."""

    path: str
    values: Values


Lookup: TypeAlias = Callable[[str, int], "Module | None"]
"""Returns the file of the tree that an import names, at a depth."""


class Values:
    """The evaluator over one source."""

    def __init__(self, tree: Tree, outside: Lookup | None = None, depth: int = 0) -> None:
        self.tree = tree
        self._outside = outside if depth < _MAX_FOREIGN else None
        self._depth = depth
        self._active: set[int] = set()
        self._steps = self._all_steps = 0

    @property
    def has_neighbours(self) -> bool:
        """Tell whether the source imports others of the tree that can be followed."""
        return self._outside is not None and any(
            module.startswith((".", "@/", "~/")) for module, _ in self.tree.imported.values()
        )

    def tired(self) -> bool:
        """Count one more step; tell whether the question has cost enough."""
        self._steps += 1
        self._all_steps += 1
        return self._steps > _MAX_STEPS or self._all_steps > _MAX_ALL_STEPS

    def evaluate(self, node: Node, scope: Scope, depth: int = 0) -> list[Value]:
        """Return the strings an expression can be; none when nothing is known."""
        if self.tired() or depth > _MAX_DEPTH:
            return []
        node = unwrapped(node)
        if node.id in self._active:
            return []
        self._active.add(node.id)
        try:
            return self._evaluate(node, scope, depth + 1)[:_MAX_VALUES]
        finally:
            self._active.discard(node.id)

    def _evaluate(self, node: Node, scope: Scope, depth: int) -> list[Value]:
        kind = node.type
        if kind == "string":
            return [self._literal(node)]
        if kind == "template_string":
            return self._template(node, scope, depth)
        if kind in ("identifier", "shorthand_property_identifier"):
            name = self.tree.text(node)
            found = self._union(scope.lookup(name), depth)
            return found or self._imported(name, (), depth)
        if kind in ("member_expression", "subscript_expression"):
            return self._member(node, scope, depth)
        if kind == "ternary_expression":
            return self._union([Bound(part, scope) for part in node.named_children[1:3]], depth)
        if kind == "binary_expression":
            return self._operation(node, scope, depth)
        if kind == "assignment_expression":
            right = node.child_by_field_name("right")
            return self.evaluate(right, scope, depth) if right is not None else []
        if kind == "call_expression":
            return self._call(node, scope, depth)
        return []

    def _literal(self, node: Node) -> Value:
        text = unescaped(self.tree.data[node.start_byte + 1 : node.end_byte - 1])
        return Value(text, self.tree.line(node), "high", node.start_byte)

    def _union(self, bound: list[Bound], depth: int) -> list[Value]:
        found: dict[str, Value] = {}
        for item in bound[:_MAX_VALUES]:
            for value in self.bound_values(item, depth):
                found.setdefault(value.text, value)
        return list(found.values())

    def bound_values(self, item: Bound, depth: int = 0) -> list[Value]:
        """Return the strings that a bound name can be."""
        if not depth:
            self._steps = 0
        if item.key:
            inner = self._properties([item._replace(key="")], item.key, depth)
            found = self._union(inner, depth + 1) or self._elsewhere(item, depth)
            return _weaker(found) if item.default else found
        values = self.evaluate(item.node, item.scope, depth)
        return _weaker(values) if item.default else values

    def beginning(self, item: Bound, depth: int = 0) -> Value | None:
        """Return the text that a composition begins with, whatever becomes of its rest."""
        node = unwrapped(item.node)
        if depth > _MAX_DEPTH or item.key:
            return None
        if node.type == "identifier":
            bound = item.scope.lookup(self.tree.text(node))[:_MAX_VALUES]
            found = (self.beginning(other, depth + 1) for other in bound)
            return next((value for value in found if value), None)
        if node.type == "template_string":
            parts = (part for part in node.named_children if part.type == "template_substitution")
            end = next((part.start_byte for part in parts), node.end_byte - 1)
            text = unescaped(self.tree.data[node.start_byte + 1 : end])
            return Value(text, self.tree.line(node), "high", node.start_byte)
        left = node.child_by_field_name("left")
        if node.type != "binary_expression" or left is None:
            return None
        known = self.evaluate(left, item.scope, depth)
        return known[0] if known else self.beginning(Bound(left, item.scope), depth + 1)

    # -- names of elsewhere --------------------------------------------------------------

    def foreign(self, name: str) -> tuple[Module, str] | None:
        """Return the file of the tree that an imported name comes from, and its name there."""
        if self._outside is None or name not in self.tree.imported:
            return None
        specifier, symbol = self.tree.imported[name]
        module = self._outside(specifier, self._depth + 1)
        return (module, symbol) if module is not None else None

    def _imported(self, name: str, path: tuple[str | None, ...], depth: int) -> list[Value]:
        found = self.foreign(name)
        if found is None:
            return []
        (home, values), symbol = found
        names = path if symbol == "*" else (symbol, *path)
        if not names or names[0] is None:
            return []
        bound = values.tree.module.lookup(names[0])
        for key in names[1:]:
            bound = values._properties(bound, key, depth)
        result = values._union(bound, depth) or values._imported(names[0], names[1:], depth)
        return [value._replace(path=value.path or home, offset=-1) for value in result]

    # -- objects -------------------------------------------------------------------------

    def _member(self, node: Node, scope: Scope, depth: int) -> list[Value]:
        key = self._key(node)
        owner = node.child_by_field_name("object")
        if owner is None:
            return []
        if owner.type == "this":
            return self._union(self.tree.attributes.get(key or "", []), depth)
        found = self._union(self._properties([Bound(owner, scope)], key, depth), depth)
        return found or self._elsewhere(Bound(node, scope), depth)

    def _elsewhere(self, item: Bound, depth: int) -> list[Value]:
        """Return what a path such as ``tools.fast.model`` is where its object is imported."""
        path: list[str | None] = [item.key] if item.key else []
        node, scope = unwrapped(item.node), item.scope
        for _ in range(_MAX_DEPTH):
            if node.type in ("member_expression", "subscript_expression"):
                owner = node.child_by_field_name("object")
                if owner is None:
                    return []
                path.append(self._key(node))
                node = unwrapped(owner)
                continue
            if node.type != "identifier":
                return []
            name = self.tree.text(node)
            bound = scope.lookup(name)
            if name in self.tree.imported and not bound:
                return self._imported(name, tuple(path[::-1]), depth)
            if len(bound) != 1:
                return []
            path += [bound[0].key] if bound[0].key else []
            node, scope = unwrapped(bound[0].node), bound[0].scope
        return []

    def _key(self, node: Node) -> str | None:
        """Return the property that a member expression names, None when it is computed."""
        prop = node.child_by_field_name("property")
        if prop is not None:
            return self.tree.text(prop)
        index = node.child_by_field_name("index")
        if index is None:
            return None
        return self.tree.text(index) if index.type == "number" else self.tree.string(index)

    def properties(self, bound: list[Bound], key: str) -> list[Bound]:
        """Return what a property of the objects that names stand for is."""
        self._steps = 0
        return self._properties(bound, key, 0)

    def elements(self, item: Bound) -> list[Value]:
        """Return the strings that the entries of a list can be."""
        self._steps = 0
        lists = [table for table in self.containers([item], 0) if table.node.type == "array"]
        return self._union([part for t in lists for part in _entries(self, t, None, 0)], 0)

    def _properties(self, bound: list[Bound], key: str | None, depth: int) -> list[Bound]:
        """Return what a property (any, for None) of the objects that names stand for is."""
        found: list[Bound] = []
        for table in self.containers(bound, depth):
            found += _entries(self, table, key, depth)
        return found[:_MAX_VALUES]

    def containers(self, bound: list[Bound], depth: int) -> list[Bound]:
        """Return the object, array and enum literals that expressions stand for."""
        found: list[Bound] = []
        pending = list(bound[:_MAX_VALUES])
        seen: set[int] = set()
        while pending and len(found) < _MAX_VALUES and depth <= _MAX_DEPTH:
            item = pending.pop(0)
            node = unwrapped(item.node)
            if node.id in seen or len(seen) > 4 * _MAX_VALUES:
                continue
            seen.add(node.id)
            if node.type in ("object", "array", "enum_declaration"):
                inner = Bound(node, item.scope)
                found += _entries(self, inner, item.key, depth) if item.key else [inner]
            elif node.type in ("identifier", "shorthand_property_identifier"):
                pending += item.scope.lookup(self.tree.text(node))
            elif node.type in ("member_expression", "subscript_expression"):
                owner = node.child_by_field_name("object")
                if owner is not None and owner.type == "this":
                    pending += self.tree.attributes.get(self._key(node) or "", [])
                elif owner is not None:
                    pending += self._properties(
                        [Bound(owner, item.scope)], self._key(node), depth + 1
                    )
            elif node.type == "call_expression":  # Object.freeze({…})
                pending += [Bound(part, item.scope) for part in arguments(node)[:1]]
        return found

    # -- compositions ----------------------------------------------------------------------

    def _template(self, node: Node, scope: Scope, depth: int) -> list[Value]:
        line = self.tree.line(node)
        result = [Value("", line, "high", node.start_byte)]
        at = node.start_byte + 1
        for part in node.named_children:
            if part.type != "template_substitution":
                continue
            inner = part.named_children
            values = self.evaluate(inner[0], scope, depth) if inner else []
            if not values:
                return []
            text = unescaped(self.tree.data[at : part.start_byte])
            result = _product(_product(result, [Value(text, line, "high")]), values)
            at = part.end_byte
        text = unescaped(self.tree.data[at : node.end_byte - 1])
        return _product(result, [Value(text, line, "high")])

    def _operation(self, node: Node, scope: Scope, depth: int) -> list[Value]:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return []
        if operator.type == "+":
            heads = self.evaluate(left, scope, depth)
            return _product(heads, self.evaluate(right, scope, depth)) if heads else []
        if operator.type in ("??", "||"):
            found = self.evaluate(left, scope, depth)
            return found + _weaker(self.evaluate(right, scope, depth))
        if operator.type == "&&":
            return self.evaluate(right, scope, depth)
        return []

    def _call(self, node: Node, scope: Scope, depth: int) -> list[Value]:
        function = node.child_by_field_name("function")
        given = arguments(node)
        if function is None:
            return []
        if function.type == "identifier":
            returned = self._union(self.tree.returns.get(self.tree.text(function), []), depth)
            if returned:
                return returned
        elif function.type == "member_expression":
            owner, method = function.child_by_field_name("object"), self._key(function)
            if method in _RECEIVED and given:
                return _weaker(self.evaluate(given[-1], scope, depth))
            if owner is not None and method in _PLAIN_METHODS:
                return self.evaluate(owner, scope, depth)
            if owner is not None and owner.type == "this" and method in self.tree.returns:
                return self._union(self.tree.returns[method], depth)
        if given and _DEFAULTS.fullmatch(self.tree.shown(function)):
            return _weaker(self.evaluate(given[-1], scope, depth)) if len(given) > 1 else []
        return []


def _entries(values: Values, table: Bound, key: str | None, depth: int) -> Iterator[Bound]:
    """Yield what an object, array or enum literal holds under a key (any, for None)."""
    tree, scope = values.tree, table.scope
    node = table.node
    if node.type == "enum_declaration":
        body = node.child_by_field_name("body")
        parts = body.named_children if body is not None else []
    else:
        parts = node.named_children
    if node.type == "array":
        number = int(key) if key and key.isdigit() else None
        for position, part in enumerate(parts[:_MAX_VALUES]):
            if key is None or position == number:
                yield Bound(part, scope)
        return
    for part in parts[: 8 * _MAX_VALUES]:
        if values.tired():
            return
        if part.type == "spread_element" and part.named_children:
            inner = values.containers([Bound(part.named_children[0], scope)], depth + 1)
            for item in inner:
                if item.node.id != node.id and depth < _MAX_DEPTH:
                    yield from _entries(values, item, key, depth + 1)
        elif part.type == "shorthand_property_identifier":
            if key is None or tree.text(part) == key:
                yield Bound(part, scope)
        elif part.type in ("pair", "enum_assignment"):
            name = part.child_by_field_name("key") or part.child_by_field_name("name")
            value = part.child_by_field_name("value")
            if name is not None and value is not None:
                text = tree.text(name).strip("'\"[]")
                if key is None or text == key:
                    yield Bound(value, scope)


def _weaker(values: list[Value]) -> list[Value]:
    """Return the values of a default: something else may be given at run time."""
    return [value._replace(confidence=weakest(value.confidence, "medium")) for value in values]


def _product(left: list[Value], right: list[Value]) -> list[Value]:
    return [
        a._replace(text=a.text + b.text, confidence=weakest(a.confidence, b.confidence))
        for a in left
        for b in right
    ][:_MAX_VALUES]
