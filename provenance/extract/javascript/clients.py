"""Clients of services that a script makes, and which of them a method is called on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from provenance import ids
from provenance.addresses import begins_address, host_of, is_local_host
from provenance.extract.collect import Collector
from provenance.extract.javascript.specs import Spec, Specs, specifier
from provenance.extract.javascript.tree import (
    Bound,
    Scope,
    Target,
    arguments,
    callee,
    unwrapped,
)
from provenance.extract.javascript.values import Value, Values
from provenance.model import ComponentId, Confidence, Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CHAIN = 32
_NAME = lazy(r"[A-Za-z_$][\w$]*")
_OWN_ORIGIN = lazy(r"\blocation\.(?:origin|host|href|protocol)\b")


class Client(Struct, frozen=True):
    """Where a client object sends its requests: a service, a runtime, a local server."""

    service: ComponentId | None
    runtime: str = ""
    local: bool = False
    confidence: Confidence = "high"
    callable: bool = False
    """Calling the client itself names a model: ``openai("gpt-4o")``."""
    function: str = ""


class Clients:
    """The clients of one source, by the names and attributes that hold them."""

    def __init__(
        self, collector: Collector, vocabulary: Vocabulary, specs: Specs, values: Values
    ) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.specs = specs
        self.values = values
        self.tree = values.tree
        self.known: dict[Target, Client] = {}
        self._made: dict[int, Client] = {}
        self._foreign: dict[str, Client | None] = {}
        """Clients of other modules, by the name they have here."""
        self._others: dict[int, Clients] = {}
        """By the module's values, which each keeps alive."""

    @property
    def has_made(self) -> bool:
        """Tell whether the source makes a client of any service."""
        return bool(self._made)

    def only(self) -> Client | None:
        """Return the client of a source that makes clients of one service only."""
        made = set(self._made.values())
        return next(iter(made)) if len(made) == 1 else None

    # -- what is called ------------------------------------------------------------------

    def spec_of(self, call: Node) -> Spec | None:
        """Return the row of the table that a call is of."""
        function = callee(call)
        if function is None:
            return None
        dotted, root = self.dotted(unwrapped(function))
        if root in self.tree.imported:
            module, symbol = self.tree.imported[root]
            module = specifier(module)
            rest = dotted[1:]
            if symbol in ("*", "default") and rest:
                found = self.specs.find(module, ".".join(rest))
                if found is not None:
                    return found
            found = self.specs.find(module, ".".join((symbol.replace("*", "default"), *rest)))
            if found is not None:
                return found
        return self.specs.method(".".join(dotted)) if len(dotted) > 1 else None

    def dotted(self, node: Node) -> tuple[list[str], str]:
        """Return the path of a callee and the name it starts at (``""`` for a call)."""
        path: list[str] = []
        for _ in range(MAX_CHAIN):
            if node.type != "member_expression":
                break
            prop, owner = node.child_by_field_name("property"), node.child_by_field_name("object")
            if prop is None or owner is None:
                break
            path.append(self.tree.text(prop))
            node = unwrapped(owner)
        root = self.tree.text(node) if node.type == "identifier" else ""
        path.append(root)
        return path[::-1], root

    # -- making ----------------------------------------------------------------------------

    def make(self, call: Node, scope: Scope, spec: Spec) -> None:
        """Record the service a client is made for, and remember what holds the client."""
        client = self.endpoint(call, scope, spec)
        self._made[call.id] = client
        for target in self.tree.targets.get(call.id, ()):
            self.known[target] = client
            name = target[1]
            for bound in self.tree.returns.get(name, [])[
                :MAX_CHAIN
            ]:  # a function of this name returns it
                self._made.setdefault(unwrapped(bound.node).id, client)

    def endpoint(self, call: Node, scope: Scope, spec: Spec) -> Client:
        """Return where a client's requests go: its base URL decides, not its class."""
        service, runtime = self.specs.default_service(spec), spec.runtime
        client = Client(
            service, runtime, callable=spec.yields == "provider", function=spec.function
        )
        expression = self.argument(call, scope, spec.endpoint)
        if expression is None or self.tree.text(expression.node) in ("undefined", "null"):
            if service:
                where = self.collector.occurrence(self.tree.line(call), self.tree.shown(call))
                self.collector.service(service, where)
            return client
        values = self.values.bound_values(expression)
        found = [value for value in values if "://" in value.text]
        if not found:  # `http://localhost:${port}/v1`
            begun = self.values.beginning(expression)
            found = [begun] if begun and begins_address(begun.text) else []
        if not found:
            return self._unknown_endpoint(call, expression, client)
        result: Client | None = None
        for value in found:
            host = host_of(value.text)
            at = self.at(value)
            if host is None or is_local_host(host):
                if service:
                    self.collector.redirects.append((service, at))
                result = result or replace(client, service=None, local=not runtime)
                continue
            reached = self.vocabulary.service_of_host(host) or ids.service(host)
            self.collector.service(reached, at)
            if service and reached != service:
                self.collector.redirects.append((service, at))
            result = replace(client, service=reached, runtime="", confidence=value.confidence)
            if self.vocabulary.runs_own(reached):
                result = replace(client, service=None, runtime="", local=True)
        return result or client

    def _unknown_endpoint(self, call: Node, expression: Bound, client: Client) -> Client:
        written = self.tree.shown(expression.node)
        if client.service is None:
            return replace(client, local=not client.runtime)
        if self._is_own_origin(expression):  # a page asks the server that it came from
            return replace(client, service=None, local=not client.runtime)
        line = self.tree.line(call)
        self.collector.gap(
            client.service, "endpoint-at-runtime", line, expression=written,
            client=self.tree.shown(callee(call) or call),
        )  # fmt: skip
        weak = self.collector.occurrence(line, written, confidence="low")
        self.collector.service(client.service, weak)
        self.collector.redirects.append((client.service, weak))
        return replace(client, confidence="low")

    def _is_own_origin(self, expression: Bound) -> bool:
        """Tell whether an address is made of the page's own, here or by a name it has."""
        written = self.tree.text(expression.node)
        nodes = [b.node for n in _NAME.findall(written) for b in expression.scope.lookup(n)[:2]]
        texts = (written, *(self.tree.text(node)[:500] for node in nodes[:8]))
        return any(_OWN_ORIGIN.search(text) for text in texts)

    def argument(
        self, call: Node, scope: Scope, wanted: tuple[tuple[str, ...], ...], *,
        lists: bool = False,
    ) -> Bound | None:  # fmt: skip
        """Return the first argument that is given of those a specification names.

        Args:
            lists: several may be given in a list.
        """
        none = ("object",) if lists else ("object", "array")
        given = arguments(call)
        for position, *path in wanted:
            number = int(position)
            if number >= len(given) or given[number].type == "spread_element":
                continue
            bound = [Bound(given[number], scope)]
            for key in path:
                bound = self.values.properties(bound, key)
            if bound and (path or unwrapped(bound[0].node).type not in none):
                return bound[0]
        return None

    def receiver(self, call: Node, scope: Scope) -> Client | None:
        """Return the client a method is called on."""
        node = callee(call)
        for _ in range(MAX_CHAIN):
            if node is None:
                return None
            node = unwrapped(node)
            if node.id in self._made and node.id != call.id:
                return self._made[node.id]
            if node.type == "member_expression":
                prop = node.child_by_field_name("property")
                known = self.known.get((None, self.tree.text(prop))) if prop is not None else None
                if known is not None:
                    return known
                node = node.child_by_field_name("object")
            elif node.type == "call_expression":  # makeClient().chat…
                function = callee(node)
                if function is not None and function.type == "identifier":
                    known = self._returned(self.tree.text(function))
                    if known is not None:
                        return known
                node = function
            elif node.type == "identifier":
                return self._named(self.tree.text(node), scope)
            else:
                return None
        return None

    def _returned(self, function: str) -> Client | None:
        for bound in self.tree.returns.get(function, [])[:MAX_CHAIN]:
            node = unwrapped(bound.node)
            known = self._made.get(node.id)
            if known is None and node.type == "identifier":
                known = self._named(self.tree.text(node), bound.scope, follow=False)
            if known is not None:
                return known
        return None

    def _named(self, name: str, scope: Scope | None, *, follow: bool = True) -> Client | None:
        """Return the client that a name means, looking outward, then where it is imported."""
        home = scope
        while home is not None:
            known = self.known.get((home, name))
            if known is not None:
                return known
            home = home.parent
        if not follow:
            return None
        for bound in (scope or self.tree.module).lookup(name)[
            :MAX_CHAIN
        ]:  # const client = getClient()
            node = unwrapped(bound.node)
            function = callee(node) if node.type == "call_expression" else None
            if function is not None and function.type == "identifier":
                known = self._returned(self.tree.text(function))
                if known is not None:
                    return known
        return self._imported_client(name)

    def _imported_client(self, name: str) -> Client | None:
        found = self.values.foreign(name) if name not in self._foreign else None
        if found is None:
            return self._foreign.get(name)
        (_, values), symbol = found
        other = self._others.get(id(values))
        if other is None:
            silent = Collector("", self.collector.extractor)  # that file reports its own clients
            other = Clients(silent, self.vocabulary, self.specs, values)
            self._others[id(values)] = other
            for call, scope in values.tree.calls:
                spec = other.spec_of(call)
                if spec is not None and spec.yields in ("client", "provider"):
                    other.make(call, scope, spec)
        client = other._named(symbol, values.tree.module, follow=False)
        self._foreign[name] = client or other._returned(symbol)
        return self._foreign[name]

    def at(self, value: Value) -> Occurrence:
        """Return where a value stands."""
        return self.collector.occurrence(
            value.line, value.text, confidence=value.confidence, path=value.path
        )
