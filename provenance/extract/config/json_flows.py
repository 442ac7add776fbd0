"""Flows of visual builders (n8n, Flowise, Langflow): which models and services nodes name.

What a node's fields mean stands in ``data/calls_nodes.csv``. Scripts that nodes hold as
strings are read as scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from provenance import ids
from provenance.addresses import host_of, is_local_host
from provenance.extract import names
from provenance.extract.aside import absorb
from provenance.extract.collect import Collector
from provenance.extract.config.yaml_tree import Node, mappings, settings
from provenance.extract.records import service_called
from provenance.extract.written import read_model
from provenance.model import ComponentId, Document, Occurrence
from provenance.patterns import lazy
from provenance.registry.tables import Call
from provenance.vocabulary import Vocabulary

_N8N = ("@n8n/n8n-nodes-langchain.", "n8n-nodes-langchain.", "n8n-nodes-base.")
SIGNS = lazy(rb"n8n-nodes-(?:base|langchain)\.|\"baseClasses\"|\"base_classes\"|require\(\\?[\"']")
"""What a flow, or a script inside JSON, has in it."""
_REFERENCE = lazy(r"\{\{\w+\.data\.instance\}\}")
"""Another node of the flow, as Flowise writes it."""
_SCRIPT_KEY = lazy(r".*(?:func|function|code|script)", re.IGNORECASE)
_SCRIPT = lazy(
    r"\brequire\(\s*[\"'][^\"'\n]{1,200}[\"']\s*\)|^[ \t]*import\b[^;\n]{1,300}\bfrom\b", re.M
)
_MAX_SCRIPT = 256 * 1024


class _Use(NamedTuple):
    """A node of a flow: its row, its fields, and where it stands."""

    call: Call
    fields: Node
    mapping: Node
    line: int
    wrapped: bool
    """Each field is a mapping that holds its value beside what describes it."""

    def field(self, path: str) -> Node | None:
        """Return the scalar that a field holds, also inside a picker's ``{"value": …}``."""
        keys = path.split(".")
        if self.wrapped:
            keys.append("value")
        found = self.fields.get(*keys)
        if found is not None and found.pairs is not None:
            found = found.get("value")
        return found if found is not None and found.value else None


def read_flow(root: Node, collector: Collector, vocabulary: Vocabulary, *, runtime: str = ""
              ) -> frozenset[int]:  # fmt: skip
    """Record what the nodes of a flow use.

    Args:
        runtime: the local runtime that the file speaks of, for names that no service has.

    Returns:
        The scalars whose meaning that has told, by the identity of their tree's nodes.
    """
    settled = {
        id(setting.node)
        for setting in settings(root)
        if setting.node.value and _REFERENCE.fullmatch(setting.node.value)
    }
    for _, mapping, _ in mappings(root):
        for use in _uses(mapping, vocabulary):
            settled |= _read(use, collector, vocabulary, runtime)
    _scripts(root, collector, vocabulary)
    return frozenset(settled)


def _uses(mapping: Node, vocabulary: Vocabulary) -> Iterator[_Use]:
    """Yield the node that a mapping of a flow is, if it is one that the data knows."""
    table = vocabulary.node_calls
    kind = mapping.get("type")
    if kind is not None and kind.value:
        start = next((prefix for prefix in _N8N if kind.value.startswith(prefix)), "")
        call = table.get(f"n8n#{kind.value[len(start) :]}") if start else None
        if call is not None:
            yield _Use(call, mapping.get("parameters") or Node(kind.line, pairs=[]), mapping,
                       kind.line, wrapped=False)  # fmt: skip
            return
        template = mapping.get("node", "template")
        call = table.get(f"langflow#{kind.value}") if template is not None else None
        if call is not None and template is not None:
            yield _Use(call, template, mapping, kind.line, wrapped=True)
            return
    name, inputs = mapping.get("name"), mapping.get("inputs")
    if inputs is None or inputs.pairs is None or name is None:
        return
    call = table.get(f"flowise#{name.value}")
    if call is not None:
        yield _Use(call, inputs, mapping, name.line, wrapped=False)
    for key, value in inputs.entries():  # a node that configures another within itself
        inner = inputs.get(f"{key}Config")
        call = table.get(f"flowise#{value.value}") if value.value and inner is not None else None
        if call is not None and inner is not None and inner.pairs is not None:
            yield _Use(call, inner, mapping, value.line, wrapped=False)


def _read(use: _Use, collector: Collector, vocabulary: Vocabulary, runtime: str) -> set[int]:
    settled: set[int] = set()
    where = collector.occurrence(use.line, use.call.callable.partition("#")[2])
    service = _service(use, vocabulary)
    if use.call.yields == "client":
        if service is not None:
            collector.service(service, where)
        return settled
    paths = use.call.argument.split("|")
    for path in paths:
        whole = use.fields.get(*path.split("."))
        settled |= {id(setting.node) for setting in settings(whole)} if whole is not None else set()
    named = next((found for path in paths if (found := use.field(path)) is not None), None)
    base = next((b for p in use.call.endpoint.split("|") if p and (b := use.field(p))), None)
    host = host_of(base.value or "") if base is not None else None
    local = use.call.provider.partition("local:")[2]
    if host is not None and not is_local_host(host):
        service, local = vocabulary.service_of_host(host) or ids.service(host), ""
    elif host is not None and not local:
        if named is not None:
            at = collector.occurrence(named.line, named.value or "")
            names.served_here(named.value or "", at, collector, vocabulary)
        return settled
    if named is None:
        _implied(use, service, where, collector, vocabulary)
        return settled
    text = (named.value or "").removeprefix("=")  # what n8n computes begins so
    at = collector.occurrence(named.line, text)
    function = use.call.function
    if "{{" in text or "$" in text:
        collector.gap(text, "dynamic-name", at, expression=text)
    elif local:
        names.runtime_model(text, local, at, collector, vocabulary, function=function)
    elif service is None:
        collector.gap(text, "provider-unresolved", at)
    elif host is None and _is_others(text, service, vocabulary):
        # Credentials outside of the file say where this goes, and it is not where it seems.
        collector.gap(service, "endpoint-at-runtime", at, expression=text, client=where.as_written)
        read_model(text, replace(at, confidence="medium"), collector, vocabulary, runtime=runtime)
    else:
        names.served(service, text, at, collector, function=function)
    return settled


def _service(use: _Use, vocabulary: Vocabulary) -> ComponentId | None:
    """Return the service that a node asks: its row's, or the one that a field of it names."""
    field = use.call.provider.partition("beside:")[2]
    if field:
        written = use.field(field)
        return service_called(written.value or "", vocabulary) if written is not None else None
    if not use.call.provider or use.call.provider.startswith("local:"):
        return None
    return ids.service(use.call.provider)


def _is_others(name: str, service: ComponentId, vocabulary: Vocabulary) -> bool:
    """Tell whether a provider of families of its own is asked for what is none of them."""
    return (
        service in vocabulary.family_owners
        and vocabulary.api_owner(name) != service
        and not vocabulary.is_api_family(service, name)
        and vocabulary.looks_like_model(f"tag/{name.partition(':')[0]}")
    )


def _implied(
    use: _Use, service: ComponentId | None, where: Occurrence, collector: Collector,
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Record the model of a node that leaves it unsaid; saved flows omit what is default."""
    for row in vocabulary.defaults(use.call.callable):
        key, _, wanted = row.condition.partition("=")
        if key and use.mapping.text(key) != wanted:
            continue
        names.implied(
            row, where.as_written, replace(where, confidence="medium"), collector,
            asked=service, function=use.call.function,
            local=use.call.provider.startswith("local:"),
        )  # fmt: skip
        return
    if service is not None:
        collector.service(service, where)


def _scripts(root: Node, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the scripts that settings hold as text, each as one of its own."""
    for setting in settings(root):
        text = setting.node.value or ""
        if (
            len(text) > _MAX_SCRIPT
            or not _SCRIPT_KEY.fullmatch(setting.key)
            or not _SCRIPT.search(text)
        ):
            continue
        from provenance.extract.javascript import source

        script = Document(path="script.js", data=text.encode("utf-8", "replace"))
        absorb(source.extract(script, vocabulary), collector, line=setting.node.line)
