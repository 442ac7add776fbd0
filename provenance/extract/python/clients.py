"""API clients of one module: what makes them, under which names, and whom they ask."""

from __future__ import annotations

import ast
import re

from msgspec import Struct

from provenance import ids
from provenance.addresses import begins_address, host_of, is_local_host
from provenance.extract.collect import Collector
from provenance.extract.python.derived import (
    bases_made,
    handed_through,
    hands_on,
    makes_itself,
)
from provenance.extract.python.nodes import is_nothing, last_name, source_of
from provenance.extract.python.scopes import Bindings, Bound, Calls, Scope, Target
from provenance.extract.python.values import Values
from provenance.model import ComponentId, Confidence
from provenance.patterns import lazy
from provenance.vocabulary import CallSpec, Vocabulary

_ADDRESS = lazy(
    r"(?!.*(?:prox|callback|redirect|hook|refer)).*(?:api|base|url|uri|endpoint|host|server)",
    re.IGNORECASE,
)
"""An argument that is where requests go, however a client calls it or its caller spells it."""
_MAX_MAKERS = 16
"""Bindings of a name that are looked at for what made its object."""


class Client(Struct, frozen=True):
    """Where a client object sends its requests: a service, a local server, or unknown."""

    service: ComponentId | None
    local: bool = False
    confidence: Confidence = "high"


def spec_of(
    call: ast.Call, scope: Scope, names: Bindings, vocabulary: Vocabulary
) -> CallSpec | None:
    """Return the first specification whose pattern the called name fits.

    A class of the module that is derived from a known one is called as that one is.
    """
    spec = _of_object(call.func, scope, names, vocabulary) or _fitting(call.func, names, vocabulary)
    if spec is not None or not names.parents:
        return spec
    for base in bases_made(call, scope, names):
        spec = _fitting(base, names, vocabulary)
        if spec is None or "*" in spec.callable:
            continue
        if not makes_itself(call, names):
            return spec
        # What its own constructor takes is read where that one hands it on.
        through = tuple(handed_through(call, spec.arguments, names))
        if through and spec.yields != "client":
            return spec._replace(arguments=through)
    return None


def _fitting(function: ast.expr, names: Bindings, vocabulary: Vocabulary) -> CallSpec | None:
    last = last_name(function)
    if isinstance(function, ast.Name):
        last = names.alias(function).rpartition(".")[2]
    specs = vocabulary.calls.get(last)
    if not specs:
        return None
    dotted = names.dotted(function)
    return next((spec for spec in specs if spec.fits(dotted)), None)


def _of_object(
    function: ast.expr, scope: Scope, names: Bindings, vocabulary: Vocabulary
) -> CallSpec | None:
    """Return what a method is known for, of the class whose call made its object."""
    if not isinstance(function, ast.Attribute) or function.attr not in vocabulary.calls:
        return None
    specs = [spec for spec in vocabulary.calls[function.attr] if "*" not in spec.callable]
    if not specs:
        return None
    owner = function.value
    bound: list[Bound] = [(owner, scope)]
    if isinstance(owner, ast.Name):
        bound = scope.lookup(owner.id)
    elif isinstance(owner, ast.Attribute):
        bound = names.attributes.get(owner.attr, [])
    makers = (node.func for node, _ in bound[:_MAX_MAKERS] if isinstance(node, ast.Call))
    for dotted in (f"{names.dotted(maker)}.{function.attr}" for maker in makers):
        found = next((spec for spec in specs if spec.fits(dotted)), None)
        if found is not None:
            return found
    return None


class Clients:
    """The clients that the calls of one module make."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary, values: Values) -> None:
        """Take the module's values; services found are recorded in ``collector``."""
        self.collector = collector
        self.vocabulary = vocabulary
        self.values = values
        self.names = values.names
        self.clients: dict[Target, Client] = {}
        self.unknown: Calls = []
        """Calls that only share a known call's last name."""
        self._made: dict[int, Client] = {}
        self._derived: dict[str, Client] = {}
        """By the classes of the module that are clients."""

    def read(self, calls: Calls) -> list[tuple[ast.Call, Scope, CallSpec]]:
        """Take the clients that calls make; return the calls that name something."""
        loads: list[tuple[ast.Call, Scope, CallSpec]] = []
        for call, scope in calls:
            spec = spec_of(call, scope, self.names, self.vocabulary)
            if spec is None:
                self.unknown.append((call, scope))
            elif spec.yields == "client":
                self._client(call, scope, spec)
            else:
                loads.append((call, scope, spec))
        for call, _ in self.unknown if self._derived else ():
            if isinstance(call.func, ast.Name) and call.func.id in self._derived:
                self._remember(call, self._derived[call.func.id])
        self._returned_clients()
        return loads

    def of(self, call: ast.Call, scope: Scope, spec: CallSpec) -> Client | None:
        """Return the client that a loader or API call goes through, if it says."""
        if spec.endpoint:
            return self._endpoint(call, scope, spec)
        return self._receiver(call, scope) if spec.provider == "client" else None

    def _client(self, call: ast.Call, scope: Scope, spec: CallSpec) -> None:
        """Record the service a client is made for, and remember the client's name."""
        client = self._endpoint(call, scope, spec)
        if hands_on(call):
            self._derived[scope.owner] = client
        self._remember(call, client)

    def _remember(self, call: ast.Call, client: Client) -> None:
        self._made[id(call)] = client
        for target in self.names.targets.get(id(call), ()):
            self.clients[target] = client

    def _returned_clients(self) -> None:
        """Give names assigned from the file's own functions the client these return."""
        for function, targets in self.names.results.items():
            known = self._returned(function)
            if known is not None:
                for target in targets:
                    self.clients.setdefault(target, known)

    def _returned(self, function: str) -> Client | None:
        """Return the client one of the file's own functions returns."""
        for returned, scope in self.names.returns.get(function, ()):
            known = self._made.get(id(returned))
            if known is None and isinstance(returned, ast.Name):
                known = self._named(returned.id, scope)
            if known is not None:
                return known
        return None

    def _named(self, name: str, scope: Scope | None) -> Client | None:
        """Return the client that a name means in a scope, looking outward."""
        while scope is not None:
            known = self.clients.get((scope, name))
            if known is not None:
                return known
            scope = scope.parent
        return None

    def _endpoint(self, call: ast.Call, scope: Scope, spec: CallSpec) -> Client:
        """Return where a call's requests go: its base URL decides, not its class."""
        default = ids.service(spec.provider)
        expression = next(
            (k.value for k in call.keywords if k.arg in spec.endpoint), None
        )  # fmt: skip
        if expression is None:
            expression, scope = self._of_module(call, spec) or (self._local(call, scope), scope)
        written = source_of(call.func)
        where = self.collector.occurrence(call.lineno, written)
        if expression is None or is_nothing(expression):
            self.collector.service(default, where)
            return Client(default)
        found = [v for v in self.values.evaluate(expression, scope) or () if "://" in v.text]
        if not found:  # f"http://localhost:{port}/v1"
            begun = self.values.beginning(expression, scope)
            found = [begun] if begun and begins_address(begun.text) else []
        if not found:
            written = source_of(expression)
            self.collector.gap(
                default, "endpoint-at-runtime", call.lineno, expression=written,
                client=source_of(call.func),
            )  # fmt: skip
            weak = self.collector.occurrence(call.lineno, written, confidence="low")
            self.collector.service(default, weak)
            self.collector.redirects.append((default, weak))
            return Client(default, confidence="low")
        client = Client(None, local=True)
        for value in found:
            host = host_of(value.text)
            at = self.collector.occurrence(
                value.line, value.text, confidence=value.confidence, path=value.path
            )
            if host is None or is_local_host(host):
                self.collector.redirects.append((default, at))
                continue
            service = self.vocabulary.service_of_host(host) or ids.service(host)
            self.collector.service(service, at)
            if service != default:
                self.collector.redirects.append((default, at))
            client = Client(service, confidence=value.confidence)
            if self.vocabulary.runs_own(service):
                client = Client(None, local=True)
        return client

    def _local(self, call: ast.Call, scope: Scope) -> ast.expr | None:
        """Return an argument that says by a local address where a client's requests go."""
        for keyword in call.keywords:
            if not keyword.arg or not _ADDRESS.match(keyword.arg):
                continue
            value = keyword.value
            begun = self.values.beginning(value, scope)
            text = str(value.value) if isinstance(value, ast.Constant) else begun and begun.text
            host = host_of(text) if text else None
            if host and is_local_host(host):
                return value
        return None

    def _of_module(self, call: ast.Call, spec: CallSpec) -> Bound | None:
        """Return what ``openai.api_base = …`` sets for every call of the module."""
        node: ast.expr = call.func
        while isinstance(node, ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.names.imported:
            for name in spec.endpoint:
                bound = self.names.members.get((node.id, name))
                if bound:
                    return bound[-1]
        return None

    def _receiver(self, call: ast.Call, scope: Scope) -> Client | None:
        """Return the client a method is called on; the file's only one if unnamed."""
        node: ast.expr = call.func
        known: Client | None = None
        while known is None and isinstance(node, ast.Attribute | ast.Call):
            if isinstance(node, ast.Attribute):
                known = self.clients.get((None, node.attr))
                node = node.value
            else:  # OpenAI().chat…, make().chat…, client.with_options(…).chat…
                known = self._made.get(id(node))
                if known is None and isinstance(node.func, ast.Name):
                    known = self._returned(node.func.id)
                node = node.func
        if known is None and isinstance(node, ast.Name):
            known = self._named(node.id, scope)
        if known is not None:
            return known
        made = {
            (c.service, c.local, c.confidence): c
            for c in self._made.values()
            if c.local or c.service is None or self.vocabulary.serves_models(c.service)
        }
        return next(iter(made.values())) if len(made) == 1 else None
