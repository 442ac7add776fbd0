"""Calls that load models and datasets or make API clients, read from the AST.

Which callables these are stands in ``data/calls.csv``. Arguments are followed
through assignments, defaults, f-strings and tables of the same file; what is known
only at run time becomes a gap naming the expression.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, replace

from provenance import ids
from provenance.extract.collect import Collector
from provenance.extract.python_values import Scope, Target, Values, build_scopes
from provenance.model import ComponentId, Confidence, Occurrence, weakest
from provenance.vocabulary import CallSpec, Vocabulary, host_of, is_local_host

_PLACEHOLDER = re.compile(
    r"<.*>|\.{3}|x{3,}|(?:your|my|some|the)[-_ ].*|.*[-_ ](?:name|id)[-_ ]here|"
    r"(?:model|deployment|dataset)[-_ ]?(?:name|id)?",
    re.IGNORECASE,
)
"""What documentation writes where a reader is to put a name."""


def read_calls(
    data: bytes, lines: frozenset[int], collector: Collector, vocabulary: Vocabulary
) -> frozenset[str]:
    """Record what the calls of one source name; return the texts that are datasets.

    Args:
        lines: where a known callable's name stands; functions without one are skipped.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes of scanned code are not ours
            tree = ast.parse(data)
        lines = lines | _lines_of_wrappers(tree, data, lines)
        values, calls = build_scopes(tree, frozenset(vocabulary.calls), lines)
    except SyntaxError as error:
        collector.gap(
            collector.path, "malformed-file", error.lineno or 0,
            detail=error.msg or "syntax error", format="Python",
        )  # fmt: skip
        return frozenset()
    except (ValueError, RecursionError, MemoryError) as error:
        collector.gap(
            collector.path, "malformed-file", detail=type(error).__name__, format="Python"
        )
        return frozenset()
    reader = _Reader(collector, vocabulary, values)
    matched = [(call, scope, reader.spec(call)) for call, scope in calls]
    for call, scope, spec in matched:
        if spec is not None and spec.yields == "client":
            reader.client(call, scope, spec)
    reader.returned_clients()
    for call, scope, spec in matched:
        if spec is not None and spec.yields != "client":
            reader.load(call, scope, spec)
    return frozenset(reader.datasets)


def _lines_of_wrappers(tree: ast.Module, data: bytes, lines: frozenset[int]) -> frozenset[int]:
    """Return the lines that call a function of this file in which a known call stands."""
    functions = list(ast.iter_child_nodes(tree))
    functions += [child for node in functions if isinstance(node, ast.ClassDef)
                  for child in node.body]  # fmt: skip
    found: set[int] = set()
    for node in functions:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if node.args.args and any(line in span for line in lines):
                word = f"{node.name}(".encode()
                at = data.find(word)
                while at >= 0:
                    found.add(data.count(b"\n", 0, at) + 1)
                    at = data.find(word, at + 1)
    return frozenset(found)


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
        self.datasets: set[str] = set()
        self.clients: dict[Target, _Client] = {}
        self._made: dict[int, _Client] = {}

    def spec(self, call: ast.Call) -> CallSpec | None:
        """Return the first specification whose pattern the called name fits."""
        dotted = self.values.dotted(call.func)
        for spec in self.vocabulary.calls.get(dotted.rpartition(".")[2], ()):
            if spec.fits(dotted):
                return spec
        return None

    # -- clients -----------------------------------------------------------------

    def client(self, call: ast.Call, scope: Scope, spec: CallSpec) -> None:
        """Record the service a client is made for, and remember the client's name."""
        client = self._endpoint(call, scope, spec)
        self._made[id(call)] = client
        for target in self.values.targets.get(id(call), ()):
            self.clients[target] = client

    def returned_clients(self) -> None:
        """Give names assigned from the file's own functions the client these return."""
        for function, targets in self.values.results.items():
            known = self._returned(function)
            if known is not None:
                for target in targets:
                    self.clients.setdefault(target, known)

    def _returned(self, function: str) -> _Client | None:
        """Return the client one of the file's own functions returns."""
        for returned in self.values.returns.get(function, ()):
            known = self._made.get(id(returned))
            if known is None and isinstance(returned, ast.Name):
                _, scope = self.values.functions.get(function, ([], self.values.module))
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
            at = self.collector.occurrence(value.line, value.text, confidence=value.confidence)
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
        if argument is None:
            return
        found = self.values.evaluate(argument, scope)
        if not found:
            if not (isinstance(argument, ast.Constant) and argument.value is None):
                self.collector.gap(
                    _source(argument), "dynamic-name", call.lineno, expression=_source(call)
                )
            return
        for value in found:
            if not value.text.strip() or len(value.text) > 300 or "\n" in value.text:
                continue
            if _PLACEHOLDER.fullmatch(value.text):
                self.collector.gap(value.text, "dynamic-name", value.line, expression=_source(call))
                continue
            where = self.collector.occurrence(value.line, value.text, confidence=value.confidence)
            routed = self.vocabulary.routed(value.text) if spec.yields == "model" else None
            if spec.yields == "dataset":
                self._dataset(value.text, spec, where)
            elif routed and spec.provider.startswith("huggingface"):
                # A router's ``provider/model`` that reached a hub loader by its name alone.
                self._served(routed, value.text.partition("/")[2], spec, where)
            elif spec.provider.partition(":")[0] in ("huggingface", "modelscope"):
                self._weights(value.text, spec, where)
            elif spec.provider.startswith("local:"):
                self._runtime_model(value.text, spec, where)
            else:
                self._api_model(value.text, spec, client, where)

    def _dataset(self, text: str, spec: CallSpec, where: Occurrence) -> None:
        hub = spec.provider
        if ids.is_hub_repository(text) and not text.startswith("."):
            self.datasets.add(text)
            component = self.collector.dataset(hub, text, where)
        elif hub == "huggingface" and (alias := self.vocabulary.dataset_alias(text)):
            component = self.collector.dataset(
                hub, alias.removeprefix("dataset:huggingface/"), where
            )
        elif text in ("json", "csv", "parquet", "text", "arrow", "imagefolder", "audiofolder"):
            return  # a file format of the datasets library, not a dataset
        else:
            self.collector.gap(text, "short-name-unresolved", where)
            return
        self.collector.link(ids.PROJECT, component, "depends-on", where)

    def _weights(self, text: str, spec: CallSpec, where: Occurrence) -> None:
        text = text.removeprefix("https://huggingface.co/").removeprefix("hf://")
        if text.startswith((".", "/", "~")) or text.count("/") > 1 or "\\" in text:
            path = text.removeprefix("./").strip("/") or "."
            component = ids.local_model(path)
            self.collector.component(component, "model", path, where)
            self.collector.gap(component, "local-model-not-in-tree", where)
        elif spec.provider == "modelscope" and ids.is_hub_repository(text):
            component = self.collector.modelscope_model(text, where, function=spec.function)
        elif ids.is_hub_repository(text):
            component = self.collector.hub_model(text, where, function=spec.function)
        elif alias := self.vocabulary.alias(text, spec.provider.partition(":")[2]):
            component = self.collector.hub_model(alias, where, function=spec.function)
        elif text.isupper():
            # A framework's own constant (a bundle, a preset): no folder and no hub id.
            self.collector.gap(text, "short-name-unresolved", where)
            return
        else:
            # Neither a hub repository nor a known short name: a folder given by name,
            # or a legacy hub id we do not know. It stays in the report, unknown.
            component = ids.local_model(text)
            self.collector.component(component, "model", text, where)
            self.collector.gap(component, "short-name-unresolved", where)
        self.collector.link(ids.PROJECT, component, "depends-on", where)

    def _runtime_model(self, text: str, spec: CallSpec, where: Occurrence) -> None:
        """A model that a framework or local runtime knows by a name of its own."""
        runtime = spec.provider.removeprefix("local:")
        component = ids.api_model(runtime, text)
        self.collector.component(component, "model", text, where, function=spec.function)
        channel = self.vocabulary.runtime_channel(runtime)
        if channel:
            self.collector.link(
                component, self.collector.service(channel, where), "delivered-by", where
            )
        self.collector.link(ids.PROJECT, component, "depends-on", where)

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
        self._served(service, name, spec, where)

    def _served(self, service: ComponentId, name: str, spec: CallSpec, where: Occurrence) -> None:
        if service == "service:google-gemini":
            name = name.removeprefix("models/")  # the API's own long form of the same name
        component = self.collector.api_model(service, name, where, function=spec.function)
        self.collector.link(ids.PROJECT, component, "calls", where)


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


def _source(node: ast.AST) -> str:
    """Return a node as source, at most 80 characters."""
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return type(node).__name__
    return text if len(text) <= 80 else text[:79] + "…"
