"""Calls that load models and datasets or make API clients, read from the AST.

Which callables these are stands in ``data/calls.csv``. Arguments are followed
through assignments, defaults, f-strings and tables of the same file; what is known
only at run time becomes a gap naming the expression.
"""

from __future__ import annotations

import ast
import re

from msgspec import Struct, field
from msgspec.structs import replace

from provenance import ids
from provenance.extract import names
from provenance.extract.collect import Collector
from provenance.extract.places import PythonPlaces
from provenance.extract.python.arguments import elements
from provenance.extract.python.clients import Client, Clients
from provenance.extract.python.conditions import holds
from provenance.extract.python.derived import field_of
from provenance.extract.python.forward import Forwarding
from provenance.extract.python.modules import neighbours, parse_for
from provenance.extract.python.nodes import argument_of, is_nothing, is_object, source_of
from provenance.extract.python.outline import Sink
from provenance.extract.python.outputs import Outputs
from provenance.extract.python.readings import Told, fitting, is_foreign
from provenance.extract.python.scopes import Bindings, Scope, build_scopes
from provenance.extract.python.slices import functions
from provenance.extract.python.texts import Value
from provenance.extract.python.values import Values
from provenance.extract.python.wrappers import lines_of_wrappers
from provenance.model import ComponentId, Occurrence, weakest
from provenance.patterns import lazy
from provenance.siblings import Siblings
from provenance.vocabulary import CallSpec, Vocabulary

_NAME = lazy(r"[A-Za-z0-9][\w.:/@+-]{1,120}")
"""What the name of a model can be."""
_FILES = (3, "data_files")
"""Where ``load_dataset("json", …)`` takes its files."""
_MAX_FILES = 40
_FILE_NAME = lazy(
    r"[^*?{}\s]+\.(?:json|jsonl|[ct]sv|parquet|txt|text|arrow|xml|zip|tar)(?:\.(?:gz|xz|zst|bz2))?",
    re.IGNORECASE,
)
_HUB_KEYWORDS = frozenset({"hub", "model_hub"})
_HUBS = {
    "hf": "huggingface", "huggingface": "huggingface", "ms": "modelscope",
    "modelscope": "modelscope",
}  # fmt: skip
"""How loaders that know several hubs call them."""
_KINDS = frozenset({"dataset", "space"})
"""Repositories of a hub that hold no model."""


class Settled(Struct):
    """What calls have said of literals, so that their looks are not asked again."""

    datasets: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    """Repositories that the source only pushes to."""
    places: set[tuple[int, str]] = field(default_factory=set)
    """(line, text) of every literal that a known call was given."""
    asked: dict[str, ComponentId] = field(default_factory=dict)
    """The service that a name is asked of, where the calls agree."""
    disputed: set[str] = field(default_factory=set)

    def ask(self, name: str, service: ComponentId) -> None:
        """Take that a service is asked for a name."""
        if self.asked.setdefault(name, service) != service:
            self.disputed.add(name)


def read_calls(
    data: bytes, lines: frozenset[int], collector: Collector, vocabulary: Vocabulary,
    siblings: Siblings | None = None, body: ComponentId | None = None,
    places: PythonPlaces | None = None,
) -> Settled:  # fmt: skip
    """Record what the calls of one source name; return what that settles.

    Args:
        lines: where a known callable's name stands; functions without one are skipped.
        siblings: the other files of the tree.
        body: the service that the source sends bodies with a model to.
        places: those of the source, where they are known already.
    """
    try:
        spans = functions(data, places or PythonPlaces(data))
        lines = lines | lines_of_wrappers(spans, data, lines)
        tree, error = parse_for(data, spans, lines)
        if error is not None:
            collector.gap(
                collector.path, "malformed-file", error.lineno or 0,
                detail=error.msg or "syntax error", format="Python",
            )  # fmt: skip
        names_bound, calls = build_scopes(tree, frozenset(vocabulary.calls), lines)
    except (ValueError, RecursionError, MemoryError) as failure:
        collector.gap(
            collector.path, "malformed-file", detail=type(failure).__name__, format="Python"
        )
        return Settled()
    outside = neighbours(collector.path, siblings) if siblings is not None else None
    reader = _Reader(collector, vocabulary, Values(names_bound, outside))
    loads = reader.clients.read(calls)
    for call, scope, spec in loads:
        reader.load(call, scope, spec)
    if siblings is not None:
        names_bound.others += reader.clients.unknown
        forwarding = Forwarding(vocabulary, siblings)
        for call, scope, argument, sink in forwarding.calls(names_bound, collector.path):
            reader.hand_over(call, scope, argument, sink)
    reader.tell(Outputs(data, calls + names_bound.others, reader.values, vocabulary))
    if body is not None:
        reader.bodies(body)
    settled = reader.settled
    names_bound.release()
    for name in settled.disputed:
        del settled.asked[name]
    return settled


class _Reader:
    """Interprets matched calls of one file."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary, values: Values) -> None:
        self.collector = collector
        self.vocabulary = vocabulary
        self.values = values
        self.names: Bindings = values.names
        self.settled = Settled()
        self.clients = Clients(collector, vocabulary, values)
        self._told: list[tuple[Told, ast.expr, Scope]] = []

    def load(self, call: ast.Call, scope: Scope, spec: CallSpec) -> None:
        """Take the models or datasets that a loader or API call names."""
        if spec.yields == "dataset" and not spec.arguments:
            where = self.collector.occurrence(call.lineno, source_of(call.func))
            names.dataset_of_callable(spec.callable, spec.provider, where, self.collector)
            return
        argument = argument_of(call, spec.arguments)
        client = self.clients.of(call, scope, spec)
        if argument is None and (bound := field_of(call, spec.arguments, self.names)):
            argument, scope = bound
        if argument is None or is_nothing(argument):
            self._default(call, scope, spec, client)
            self._asked(call, spec)
            return
        # An empty default (``os.getenv("MODEL", "")``) names nothing either.
        found = [v for v in self._values(argument, call, scope, spec) if v.text.strip()]
        if not found:
            if is_object(argument, self.names.dotted, scope):
                return  # a model made elsewhere; the call that makes it is read there
            if self._is_constant(argument):
                return  # read as what it names, wherever it stands
            self._asked(call, spec)
            self.collector.gap(
                source_of(argument), "dynamic-name", call.lineno, expression=source_of(call)
            )
            return
        if spec.yields == "dataset" and all(v.text in names.DATA_FORMATS for v in found):
            found, spec = self._files(call, scope), spec._replace(provider="file")
        revision = self._revision(call, scope)
        spec = self._of_hub(call, scope, spec)
        self._told += [
            (Told(value, spec, client, call, revision), argument, scope) for value in found
        ]
        for place in spec.also:
            if (other := argument_of(call, (place,))) is not None:
                also = self._values(other, call, scope, spec)
                self._told += [(Told(v, spec, client, call), other, scope) for v in also if v.text]

    def _files(self, call: ast.Call, scope: Scope) -> list[Value]:
        """Return the files that a loader of a format is given: one, a list, or by their split."""
        given = argument_of(call, _FILES)
        if given is None:
            return []
        found = self.values.evaluate(given, scope) or []
        tables = scope.lookup(given.id) if isinstance(given, ast.Name) else [(given, scope)]
        for table, home in tables:
            nodes = table.values if isinstance(table, ast.Dict) else [table]
            for node in nodes[:_MAX_FILES]:
                parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
                for part in parts[:_MAX_FILES]:
                    found += self.values.evaluate(part, home) or []
        # Where a format is chosen by the name's ending, the name may be a repository's.
        return [value for value in found if _FILE_NAME.fullmatch(value.text)]

    def _is_constant(self, argument: ast.expr) -> bool:
        """Tell whether an argument is a constant of a library that the data knows."""
        root, *parts = self.names.dotted(argument).split(".")
        return len(parts) > 1 and (
            parts[-1] in self.vocabulary.constants.get(root, {}).get(parts[-2], {})
        )

    def hand_over(self, call: ast.Call, scope: Scope, argument: ast.expr, sink: Sink) -> None:
        """Take the names that an argument brings to a known call of another module.

        What stays unknown is asked there.
        """
        for value in self.values.evaluate(argument, scope) or ():
            self._told.append((Told(value, sink.spec, sink.client, call), argument, scope))

    def _values(
        self, argument: ast.expr, call: ast.Call, scope: Scope, spec: CallSpec
    ) -> list[Value]:
        """Return the names an argument can be, what is joined to them after a slash."""
        found = self.values.evaluate(argument, scope) or []
        if not found and (spec.yields == "service" or isinstance(argument, ast.List | ast.Tuple)):
            members = elements(argument, scope)
            found = [v for node, home in members for v in self.values.evaluate(node, home) or ()]
        tail = argument_of(call, spec.joined) if spec.joined else None
        tags = self.values.evaluate(tail, scope) if tail is not None else None
        if not tags:
            return found
        return [
            value._replace(
                text=f"{value.text}/{tag.text}",
                whole=value.whole if value.whole == tag.whole else "",
            )
            for value in found
            for tag in tags
            if value.whole == tag.whole or not (value.whole and tag.whole)
        ]

    def tell(self, outputs: Outputs) -> None:
        """Record what the calls were given, each name by the readings that fit it.

        Args:
            outputs: what the source makes, which it only loads again.
        """
        groups: dict[tuple[str, int, str], list[Told]] = {}
        kept = outputs.without(self._told)
        self.settled.made |= outputs.texts(kept)
        self.settled.places |= outputs.places
        for told in kept:
            key = (told.value.path, told.value.line, told.value.text)
            groups.setdefault(key, []).append(told)
        for (_, _, text), group in groups.items():
            for told in fitting(text, group, self.vocabulary):
                self._record(told)

    def _record(self, told: Told) -> None:
        value, spec = told.value._replace(text=told.value.text.strip()), told.spec
        if not value.text or len(value.text) > 300 or "\n" in value.text:
            return
        if names.PLACEHOLDER.fullmatch(value.text):
            self.collector.gap(
                value.text, "dynamic-name", value.line, expression=source_of(told.call)
            )
            return
        where = self.collector.occurrence(
            value.line, value.text, confidence=value.confidence, path=value.path
        )
        self.settled.places.add((value.line, (value.whole or value.text).strip()))
        if spec.yields == "space":
            return  # an application
        if spec.yields == "service":
            service = self.vocabulary.alias(value.text, spec.provider.partition(":")[2])
            if service:
                self.collector.service(service, where)
            return
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
                function=spec.function, revision=told.revision,
            )  # fmt: skip
        elif spec.provider.startswith("local:"):
            names.runtime_model(
                value.text, spec.provider.removeprefix("local:"), where, self.collector,
                self.vocabulary, function=spec.function, composed=bool(spec.joined),
            )  # fmt: skip
        else:
            self._api_model(value.text, spec, told.client, where)

    def _asked(self, call: ast.Call, spec: CallSpec) -> None:
        """Record the service that a callable of one service asks for a model not named here.

        A callable that any object can have (``*.converse``) says nothing of the service
        until a model is named.
        """
        service = ids.service(spec.provider)
        fixed = spec.yields == "model" and not spec.endpoint and "*" not in spec.callable
        if fixed and self.vocabulary.offers(service):
            where = self.collector.occurrence(call.lineno, source_of(call.func), confidence="low")
            self.collector.service(service, where)

    def _default(self, call: ast.Call, scope: Scope, spec: CallSpec, client: Client | None) -> None:
        """Record what a call that names nothing is known to use, marked as inferred."""
        if any(keyword.arg is None for keyword in call.keywords) or any(
            isinstance(argument, ast.Starred) for argument in call.args
        ):
            return  # ``**options`` may name it
        asked = client.service or "" if client is not None else None
        told: tuple[str, str] | None = None
        for row in self.vocabulary.defaults(spec.callable):
            if told is not None and (row.condition, row.until) != told:
                continue
            if row.condition and not holds(row.condition, call, scope, self.values):
                continue
            told = row.condition, row.until  # what is read in one version goes together
            where = self.collector.occurrence(call.lineno, source_of(call), confidence="medium")
            names.implied(
                row, source_of(call.func), where, self.collector, asked=asked,
                function=spec.function, local=spec.provider.startswith("local:"),
            )  # fmt: skip

    def _of_hub(self, call: ast.Call, scope: Scope, spec: CallSpec) -> CallSpec:
        """Return what a loader does with the hub and the kind of repository a call names."""
        hub, colon, tool = spec.provider.partition(":")
        yields = spec.yields
        if hub in _HUBS.values():
            for keyword in call.keywords:
                if keyword.arg in _HUB_KEYWORDS and isinstance(keyword.value, ast.Constant):
                    hub = _HUBS.get(str(keyword.value.value).lower(), hub)
                elif keyword.arg == "repo_type" and yields == "model":
                    kinds = self.values.evaluate(keyword.value, scope) or ()
                    yields = next((k.text for k in kinds if k.text in _KINDS), yields)
        return spec._replace(provider=f"{hub}{colon}{tool}", yields=yields)

    def _revision(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the revision a loader is held to, when it is one and known."""
        given = next((k.value for k in call.keywords if k.arg == "revision"), None)
        found = self.values.evaluate(given, scope) if given is not None else None
        return found[0].text if found and len(found) == 1 else None

    def _api_model(
        self, text: str, spec: CallSpec, client: Client | None, where: Occurrence
    ) -> None:
        provider, name = spec.provider, text
        if provider == "prefix":
            if names.run_here(text, where, self.collector, self.vocabulary):
                return
            prefix, separator, rest = text.partition("/" if "/" in text else ":")
            known = self.vocabulary.provider_prefix(prefix, separator) if separator else None
            if known is None and not separator:
                known, rest = self.vocabulary.api_owner(text), text  # as routers know it too
            if known is None:
                self.collector.gap(text, "provider-unresolved", where)
                return
            service, name = known, rest
        elif client is not None:
            if client.local:
                names.served_here(
                    text, where, self.collector, self.vocabulary, function=spec.function
                )
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
                else:
                    names.of_family(text, where, self.collector, self.vocabulary)
                return
            confidence = weakest(where.confidence, client.confidence)
            where = replace(where, confidence=confidence)
        elif provider == "client":
            self.collector.gap(text, "provider-unresolved", where)
            return
        else:
            service = ids.service(provider)
        if is_foreign(name, service, self.vocabulary):
            self.collector.gap(text, "provider-unresolved", where)
            return
        self.settled.ask(text, service)
        names.served(service, name, where, self.collector, function=spec.function)

    def bodies(self, service: ComponentId) -> None:
        """Record the models that bodies of requests to a service ask for."""
        for table, scope in self.names.bodies():
            for key, given in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "model":
                    for value in self.values.evaluate(given, scope) or ():
                        self._body(service, value)

    def _body(self, service: ComponentId, value: Value) -> None:
        text = value.text.strip()
        if not _NAME.fullmatch(text) or names.PLACEHOLDER.fullmatch(text):
            return
        sure = weakest(value.confidence, "medium")
        where = self.collector.occurrence(value.line, text, confidence=sure, path=value.path)
        self.settled.places.add((value.line, text))
        names.served(service, text, where, self.collector)
