"""Calls that load models and datasets or make API clients, read from the AST.

Which callables these are stands in ``data/calls.csv``. Arguments are followed
through assignments, defaults, f-strings and tables of the same file; what is known
only at run time becomes a gap naming the expression.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from provenance import ids
from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.python.scopes import Scope, Target, build_scopes
from provenance.extract.python.values import Lookup, Value, Values
from provenance.model import ComponentId, Confidence, Occurrence, weakest
from provenance.vocabulary import CallSpec, Vocabulary, host_of, is_local_host

_CALL = re.compile(rb"\b(\w++)\(")


@dataclass(slots=True)
class Settled:
    """What calls have said of literals, so that their looks are not asked again."""

    datasets: set[str] = field(default_factory=set)
    places: set[tuple[int, str]] = field(default_factory=set)
    """(line, text) of every literal that a known call was given."""


def read_calls(
    data: bytes, lines: frozenset[int], collector: Collector, vocabulary: Vocabulary,
    outside: Lookup | None = None,
) -> Settled:  # fmt: skip
    """Record what the calls of one source name; return what that settles.

    Args:
        lines: where a known callable's name stands; functions without one are skipped.
        outside: finds other modules of the tree.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes of scanned code are not ours
            tree = ast.parse(data)
        lines = lines | _lines_of_wrappers(tree, data, lines)
        names_bound, calls = build_scopes(tree, frozenset(vocabulary.calls), lines)
    except SyntaxError as error:
        collector.gap(
            collector.path, "malformed-file", error.lineno or 0,
            detail=error.msg or "syntax error", format="Python",
        )  # fmt: skip
        return Settled()
    except (ValueError, RecursionError, MemoryError) as error:
        collector.gap(
            collector.path, "malformed-file", detail=type(error).__name__, format="Python"
        )
        return Settled()
    reader = _Reader(collector, vocabulary, Values(names_bound, outside))
    matched = [(call, scope, reader.spec(call)) for call, scope in calls]
    for call, scope, spec in matched:
        if spec is not None and spec.yields == "client":
            reader.client(call, scope, spec)
    reader.returned_clients()
    for call, scope, spec in matched:
        if spec is not None and spec.yields != "client":
            reader.load(call, scope, spec)
    return reader.settled


def _lines_of_wrappers(tree: ast.Module, data: bytes, lines: frozenset[int]) -> frozenset[int]:
    """Return the lines that call a function of this file in which a known call stands."""
    functions = list(ast.iter_child_nodes(tree))
    functions += [child for node in functions if isinstance(node, ast.ClassDef)
                  for child in node.body]  # fmt: skip
    wanted = sorted(lines)
    names: set[bytes] = set()
    for node in functions:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.args:
            first = bisect_left(wanted, node.lineno)
            if first < len(wanted) and wanted[first] <= (node.end_lineno or node.lineno):
                names.add(node.name.encode())
    if not names:
        return frozenset()
    places = Places(data)
    return frozenset(
        places.line(match.start()) for match in _CALL.finditer(data) if match.group(1) in names
    )


@dataclass(slots=True)
class _Client:
    """Where a client object sends its requests: a service, a local server, or unknown."""

    service: ComponentId | None
    local: bool = False
    confidence: Confidence = "high"


class _Reader:
    """Interprets matched calls of one file."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary, values: Values) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.values = values
        self.names = values.names
        self.settled = Settled()
        self.clients: dict[Target, _Client] = {}
        self._made: dict[int, _Client] = {}

    def spec(self, call: ast.Call) -> CallSpec | None:
        """Return the first specification whose pattern the called name fits."""
        dotted = self.names.dotted(call.func)
        for spec in self.vocabulary.calls.get(dotted.rpartition(".")[2], ()):
            if spec.fits(dotted):
                return spec
        return None

    # -- clients -----------------------------------------------------------------

    def client(self, call: ast.Call, scope: Scope, spec: CallSpec) -> None:
        """Record the service a client is made for, and remember the client's name."""
        client = self._endpoint(call, scope, spec)
        self._made[id(call)] = client
        for target in self.names.targets.get(id(call), ()):
            self.clients[target] = client

    def returned_clients(self) -> None:
        """Give names assigned from the file's own functions the client these return."""
        for function, targets in self.names.results.items():
            known = self._returned(function)
            if known is not None:
                for target in targets:
                    self.clients.setdefault(target, known)

    def _returned(self, function: str) -> _Client | None:
        """Return the client one of the file's own functions returns."""
        for returned, scope in self.names.returns.get(function, ()):
            known = self._made.get(id(returned))
            if known is None and isinstance(returned, ast.Name):
                known = self._named(returned.id, scope)
            if known is not None:
                return known
        return None

    def _named(self, name: str, scope: Scope | None) -> _Client | None:
        """Return the client that a name means in a scope, looking outward."""
        while scope is not None:
            known = self.clients.get((scope, name))
            if known is not None:
                return known
            scope = scope.parent
        return None

    def _endpoint(self, call: ast.Call, scope: Scope, spec: CallSpec) -> _Client:
        """Return where a call's requests go: its base URL decides, not its class."""
        default = ids.service(spec.provider)
        expression = next(
            (k.value for k in call.keywords if k.arg in spec.endpoint), None
        )  # fmt: skip
        written = _source(call.func)
        where = self.collector.occurrence(call.lineno, written)
        if expression is None or (
            isinstance(expression, ast.Constant) and expression.value is None
        ):
            self.collector.service(default, where)
            return _Client(default)
        found = [v for v in self.values.evaluate(expression, scope) or () if "://" in v.text]
        if not found:
            written = _source(expression)
            self.collector.gap(
                default, "endpoint-at-runtime", call.lineno, expression=written,
                client=_source(call.func),
            )  # fmt: skip
            weak = self.collector.occurrence(call.lineno, written, confidence="low")
            self.collector.service(default, weak)
            self.collector.redirects.append((default, weak))
            return _Client(default, confidence="low")
        client = _Client(None, local=True)
        for value in found:
            host = host_of(value.text)
            at = self._at(value)
            if host is None or is_local_host(host):
                self.collector.redirects.append((default, at))
                continue
            service = self.vocabulary.service_of_host(host) or ids.service(host)
            self.collector.service(service, at)
            if service != default:
                self.collector.redirects.append((default, at))
            client = _Client(service, confidence=value.confidence)
        return client

    def _receiver(self, call: ast.Call, scope: Scope) -> _Client | None:
        """Return the client a method is called on; the file's only one if unnamed."""
        node: ast.expr = call.func
        known: _Client | None = None
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
        made = {(c.service, c.local, c.confidence): c for c in self._made.values()}
        return next(iter(made.values())) if len(made) == 1 else None

    # -- loaders -----------------------------------------------------------------

    def load(self, call: ast.Call, scope: Scope, spec: CallSpec) -> None:
        """Record the models or datasets that a loader or API call names."""
        argument = _argument(call, spec)
        client: _Client | None = None
        if spec.endpoint:
            client = self._endpoint(call, scope, spec)
        elif spec.provider == "client":
            client = self._receiver(call, scope)
        if argument is None or (isinstance(argument, ast.Constant) and argument.value is None):
            self._default(call, scope, spec, client)
            return
        found = self.values.evaluate(argument, scope)
        if not found:
            if _is_object(argument, self.names.dotted, scope):
                return  # a model made elsewhere; the call that makes it is read there
            self.collector.gap(
                _source(argument), "dynamic-name", call.lineno, expression=_source(call)
            )
            return
        for value in found:
            if not value.text.strip() or len(value.text) > 300 or "\n" in value.text:
                continue
            if names.PLACEHOLDER.fullmatch(value.text):
                self.collector.gap(value.text, "dynamic-name", value.line, expression=_source(call))
                continue
            where = self._at(value)
            self.settled.places.add((value.line, value.text))
            routed = self.vocabulary.routed(value.text) if spec.yields == "model" else None
            if spec.yields == "container":
                self.collector.container(value.text, where)
            elif spec.yields == "dataset":
                self.settled.datasets.add(value.text)
                names.dataset(value.text, spec.provider, where, self.collector, self.vocabulary)
            elif routed and spec.provider.startswith("huggingface"):
                # A router's ``provider/model`` that reached a hub loader by its name alone.
                name = value.text.partition("/")[2]
                names.served(routed, name, where, self.collector, function=spec.function)
            elif spec.provider.partition(":")[0] in ("huggingface", "modelscope"):
                names.weights(
                    value.text, spec.provider, where, self.collector, self.vocabulary,
                    function=spec.function, revision=self._revision(call, scope),
                )  # fmt: skip
            elif spec.provider.startswith("local:"):
                names.runtime_model(
                    value.text, spec.provider.removeprefix("local:"), where, self.collector,
                    self.vocabulary, function=spec.function,
                )  # fmt: skip
            else:
                self._api_model(value.text, spec, client, where)

    def _default(
        self, call: ast.Call, scope: Scope, spec: CallSpec, client: _Client | None
    ) -> None:
        """Record what a call that names nothing is known to use, marked as inferred."""
        if any(keyword.arg is None for keyword in call.keywords) or any(
            isinstance(argument, ast.Starred) for argument in call.args
        ):
            return  # ``**options`` may name it
        asked = client.service or "" if client is not None else None
        for row in self.vocabulary.defaults(spec.callable):
            if row.condition and not self._holds(row.condition, call, scope):
                continue
            where = self.collector.occurrence(call.lineno, _source(call), confidence="medium")
            names.implied(
                row, _source(call.func), where, self.collector, asked=asked,
                function=spec.function, local=spec.provider.startswith("local:"),
            )  # fmt: skip
            return

    def _holds(self, condition: str, call: ast.Call, scope: Scope) -> bool:
        """Tell whether a call has an argument of a known value."""
        name, _, wanted = condition.partition("=")
        given: ast.expr | None
        if name.isdigit():
            given = call.args[int(name)] if int(name) < len(call.args) else None
        else:
            given = next((k.value for k in call.keywords if k.arg == name), None)
        if isinstance(given, ast.Constant):
            return str(given.value) == wanted
        if isinstance(given, ast.Attribute) and given.attr == wanted:
            return True  # a member of an enumeration
        found = self.values.evaluate(given, scope) if given is not None else None
        return any(value.text == wanted for value in found or ())

    def _at(self, value: Value) -> Occurrence:
        return self.collector.occurrence(
            value.line, value.text, confidence=value.confidence, path=value.path
        )

    def _revision(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the revision a loader is held to, when it is one and known."""
        given = next((k.value for k in call.keywords if k.arg == "revision"), None)
        found = self.values.evaluate(given, scope) if given is not None else None
        return found[0].text if found and len(found) == 1 else None

    def _api_model(
        self, text: str, spec: CallSpec, client: _Client | None, where: Occurrence
    ) -> None:
        provider, name = spec.provider, text
        if provider == "prefix":
            prefix, separator, rest = text.partition("/" if "/" in text else ":")
            known = self.vocabulary.provider_prefix(prefix, separator) if separator else None
            if known is None:
                self.collector.gap(text, "provider-unresolved", where)
                return
            service, name = known, rest
        elif client is not None:
            if client.local:
                self.collector.gap(text, "alias-of-local-model", where)
                return
            if client.service is None:
                return
            service = client.service
            if client.confidence == "low" and not self.vocabulary.is_api_family(service, text):
                # The endpoint is chosen at run time, and nothing says that the service
                # the client talks to by default has a model of this name.
                self.collector.gap(text, "provider-unresolved", where)
                if ids.is_hub_repository(text) and self.vocabulary.looks_like_model(text):
                    self.collector.hub_model(text, where, function=spec.function)
                return
            confidence = weakest(where.confidence, client.confidence)
            where = replace(where, confidence=confidence)
        elif provider == "client":
            self.collector.gap(text, "provider-unresolved", where)
            return
        else:
            service = ids.service(provider)
        names.served(service, name, where, self.collector, function=spec.function)


def _argument(call: ast.Call, spec: CallSpec) -> ast.expr | None:
    """Return the first argument of a call that the specification names."""
    for wanted in spec.arguments:
        if isinstance(wanted, int):
            if wanted < len(call.args) and not any(
                isinstance(arg, ast.Starred) for arg in call.args[: wanted + 1]
            ):
                return call.args[wanted]
        else:
            for keyword in call.keywords:
                if keyword.arg == wanted:
                    return keyword.value
    return None


def _is_object(node: ast.expr, dotted: Callable[[ast.expr], str], scope: Scope) -> bool:
    """Tell whether an argument is an object that a class makes, not a name."""
    made = [node]
    if isinstance(node, ast.Name):
        made = [value for value, _ in scope.lookup(node.id)]
    return any(
        isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2][:1].isupper()
        for value in made
    )


def _source(node: ast.AST) -> str:
    """Return a node as source, at most 80 characters."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return type(node).__name__
    return text if len(text) <= 80 else text[:79] + "…"
