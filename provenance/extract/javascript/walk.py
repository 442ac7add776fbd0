"""Filling the tables of a tree: one walk over a syntax tree, with a cursor and no recursion.

How deep a source nests is its author's choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from provenance.extract.javascript.tree import (
    MAX_UNWRAPPED,
    Bound,
    Scope,
    Target,
    Tree,
    arguments,
    unwrapped,
)

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MAX_NODES = 1_500_000
_MAX_PARAMETERS = 16
_FUNCTIONS = frozenset(
    "function_declaration function_expression arrow_function method_definition "
    "generator_function generator_function_declaration".split()
)


@cache
def _parser(markup: bool) -> Parser:
    import tree_sitter
    import tree_sitter_typescript as grammars

    grammar = grammars.language_tsx() if markup else grammars.language_typescript()
    return tree_sitter.Parser(tree_sitter.Language(grammar))


def parse(data: bytes, *, markup: bool = True) -> Tree:
    """Return a parsed source; what cannot be parsed is skipped over.

    Args:
        markup: whether ``<a>`` starts an element (JavaScript, TSX) or a cast (TypeScript).
    """
    tree = Tree(data)
    _Walk(tree).run(_parser(markup).parse(data).root_node)
    return tree


class _Walk:
    """Fills a tree's tables."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._named: dict[int, str] = {}
        """Names that function expressions are given where they are bound."""

    def run(self, root: Node) -> None:
        cursor = root.walk()
        scopes: list[Scope] = [self.tree.module]
        names: list[str] = [""]
        opened: list[str] = []
        for _ in range(_MAX_NODES):
            node = cursor.node
            assert node is not None
            kind = node.type
            inner = ""
            if kind in _FUNCTIONS:
                inner = kind
                names.append(self._name_of(node))
                scopes.append(Scope(scopes[-1], function=names[-1]))
                self._parameters(node, scopes[-1])
                self._expression_body(node, scopes[-1], names[-1])
            elif kind == "statement_block" and opened[-1] not in _FUNCTIONS:
                inner = kind  # the body of a function shares its names
                names.append(names[-1])
                scopes.append(Scope(scopes[-1], function=names[-1], block=True))
            elif node.is_named:
                self._visit(kind, node, scopes[-1], names[-1])
            if cursor.goto_first_child():
                opened.append(inner)
                continue
            if inner:
                scopes.pop()
                names.pop()
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                if opened.pop():
                    scopes.pop()
                    names.pop()

    def _name_of(self, function: Node) -> str:
        name = function.child_by_field_name("name")
        if name is not None:
            return self.tree.text(name)
        return self._named.get(function.id, "")

    def _parameters(self, function: Node, scope: Scope) -> None:
        """Remember what a function's names of its arguments are."""
        listed = function.child_by_field_name("parameters")
        single = function.child_by_field_name("parameter")
        given = listed.named_children if listed is not None else [single] if single else []
        position = 0
        for part in given[:_MAX_PARAMETERS]:
            pattern = part.child_by_field_name("pattern") or part
            if part.type == "comment" or pattern.type == "this":
                continue
            if pattern.type == "identifier":
                scope.parameters[self.tree.text(pattern)] = (position, "")
            elif pattern.type == "object_pattern":
                for local, key, _ in self._pattern(pattern):
                    scope.parameters[local] = (position, key)
            position += 1

    def _expression_body(self, function: Node, scope: Scope, name: str) -> None:
        body = function.child_by_field_name("body")
        if name and body is not None and body.type != "statement_block":
            self.tree.returns.setdefault(name, []).append(Bound(body, scope))

    def _visit(self, kind: str, node: Node, scope: Scope, function: str) -> None:
        if kind in ("call_expression", "new_expression"):
            self.tree.calls.append((node, scope))
        elif kind == "variable_declarator":
            self._declared(node, scope)
        elif kind == "assignment_expression":
            self._assigned(node, scope)
        elif kind in ("public_field_definition", "field_definition"):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None:
                self._attribute(self.tree.text(name), value, scope)
        elif kind in ("required_parameter", "optional_parameter"):
            self._parameter(node, scope)
        elif kind == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None:
                written = self.tree.text(key).strip("'\"")
                self._target((None, written), value)
                if written in ("model", "modelId", "model_id"):
                    self.tree.bodies.append(Bound(value, scope))
        elif kind == "return_statement" and function and node.named_children:
            bound = Bound(node.named_children[0], scope)
            self.tree.returns.setdefault(function, []).append(bound)
        elif kind == "enum_declaration":
            name = node.child_by_field_name("name")
            if name is not None:
                scope.names.setdefault(self.tree.text(name), []).append(Bound(node, scope))
        elif kind == "import_statement":
            self._import(node)
        elif kind == "export_statement":
            value = node.child_by_field_name("value")
            declared = node.child_by_field_name("declaration")
            if value is not None:
                self._bind("default", value, self.tree.module)
            name = declared.child_by_field_name("name") if declared is not None else value
            if name is not None and any(part.type == "default" for part in node.children):
                self.tree.default = self.tree.text(name) if name.type == "identifier" else ""

    # -- names -------------------------------------------------------------------------

    def _bind(
        self, name: str, value: Node, scope: Scope, key: str = "", *, default: bool = False
    ) -> None:
        scope.names.setdefault(name, []).append(Bound(value, scope, key, default))
        if not key:
            self._target((scope, name), value)

    def _attribute(self, name: str, value: Node, scope: Scope) -> None:
        self.tree.attributes.setdefault(name, []).append(Bound(value, scope))
        self._target((None, name), value)

    def _target(self, target: Target, value: Node) -> None:
        """Remember where the results of the calls that make a value go."""
        if value.type in _FUNCTIONS:
            self._named[value.id] = target[1]
            return
        for call in _makers(value):
            self.tree.targets.setdefault(call.id, []).append(target)

    def _declared(self, node: Node, scope: Scope) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        if node.parent is not None and node.parent.type == "variable_declaration":
            while scope.block and scope.parent is not None:
                scope = scope.parent
        if value is None:
            if name.type == "identifier":  # what assigns it later does so here
                scope.names.setdefault(self.tree.text(name), [])
            return
        made, symbol = unwrapped(value), "*"
        if made.type == "member_expression" and name.type == "identifier":
            owner, member = (made.child_by_field_name(part) for part in ("object", "property"))
            if owner is not None and member is not None:  # require("a").b
                made, symbol = unwrapped(owner), self.tree.text(member)
        module = self._required(made)
        if module and name.type == "identifier":
            self.tree.imported[self.tree.text(name)] = (module, symbol)
        elif name.type == "identifier":
            self._bind(self.tree.text(name), value, scope)
        elif name.type == "object_pattern":
            for local, key, default in self._pattern(name):
                if module:
                    self.tree.imported[local] = (module, key)
                    continue
                self._bind(local, value, scope, key)
                if default is not None:
                    self._bind(local, default, scope, default=True)
        elif name.type == "array_pattern" and name.named_children:
            # The first of a pair such as React's state starts as the only argument.
            first = name.named_children[0]
            given = arguments(value) if value.type == "call_expression" else []
            if first.type == "identifier" and len(given) == 1:
                self._bind(self.tree.text(first), given[0], scope, default=True)

    def _pattern(self, pattern: Node) -> Iterator[tuple[str, str, Node | None]]:
        """Yield local name, property and default of a destructuring pattern's parts."""
        for part in pattern.named_children:
            local: Node | None = part
            key, default = "", None
            if part.type == "pair_pattern":
                name = part.child_by_field_name("key")
                key = self.tree.text(name).strip("'\"") if name is not None else ""
                local = part.child_by_field_name("value")
            if local is not None and local.type in (
                "object_assignment_pattern", "assignment_pattern",
            ):  # fmt: skip
                default = local.child_by_field_name("right")
                local = local.child_by_field_name("left")
            if local is not None and local.type in (
                "identifier", "shorthand_property_identifier_pattern",
            ):  # fmt: skip
                text = self.tree.text(local)
                yield text, key or text, default

    def _parameter(self, node: Node, scope: Scope) -> None:
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None:
            return
        if pattern.type == "object_pattern":
            for local, key, default in self._pattern(pattern):
                if value is not None:
                    self._bind(local, value, scope, key, default=True)
                if default is not None:
                    self._bind(local, default, scope, default=True)
        elif value is not None and pattern.type == "identifier":
            name = self.tree.text(pattern)
            self._bind(name, value, scope, default=True)
            if any(child.type == "accessibility_modifier" for child in node.named_children):
                self._attribute(name, value, scope)

    def _assigned(self, node: Node, scope: Scope) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            name = self.tree.text(left)
            home: Scope | None = scope
            while home is not None and name not in home.names and home.parent is not None:
                home = home.parent
            self._bind(name, right, home or scope)
        elif left.type == "member_expression":
            prop = left.child_by_field_name("property")
            if prop is not None:
                self._attribute(self.tree.text(prop), right, scope)

    # -- imports -----------------------------------------------------------------------

    def _required(self, value: Node) -> str:
        """Return the module of ``require("…")`` or ``import("…")``, or ``""``."""
        if value.type != "call_expression":
            return ""
        function = value.child_by_field_name("function")
        given = arguments(value)
        if function is None or not given or self.tree.text(function) not in ("require", "import"):
            return ""
        return self.tree.string(given[0]) or ""

    def _import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        module = self.tree.string(source) if source is not None else None
        clause = next((c for c in node.named_children if c.type == "import_clause"), None)
        if not module or clause is None:
            return
        for part in clause.named_children:
            if part.type == "identifier":
                self.tree.imported[self.tree.text(part)] = (module, "default")
            elif part.type == "namespace_import" and part.named_children:
                self.tree.imported[self.tree.text(part.named_children[0])] = (module, "*")
            elif part.type == "named_imports":
                for item in part.named_children:
                    name = item.child_by_field_name("name")
                    local = item.child_by_field_name("alias") or name
                    if name is not None and local is not None:
                        names = (module, self.tree.text(name))
                        self.tree.imported[self.tree.text(local)] = names


def _makers(value: Node) -> Iterator[Node]:
    """Yield the calls whose result a value may be: through casts, ``??`` and wrappers."""
    pending = [value]
    for _ in range(MAX_UNWRAPPED):
        if not pending:
            return
        node = unwrapped(pending.pop())
        if node.type in ("call_expression", "new_expression"):
            yield node
            if node.type == "call_expression":
                pending += arguments(node)[:1]  # observe(new Client())
        elif node.type == "binary_expression":
            sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
            pending += [side for side in sides if side is not None]
        elif node.type == "ternary_expression":
            pending += node.named_children[1:]
        elif node.type == "assignment_expression":
            right = node.child_by_field_name("right")
            pending += [right] if right is not None else []
