"""What extractors know by name: compiled once per scan from the registry.

Words here serve detection only. That ``llama`` occurs in a name makes the string
worth a look; it never says whose the model is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from functools import cached_property

from provenance import ids
from provenance.addresses import is_fetched, is_page
from provenance.patterns import lazy
from provenance.registry import Registry
from provenance.registry.descent import DescentWords
from provenance.registry.hosts import Hosts
from provenance.registry.routing import Routing
from provenance.registry.specs import CallSpec as CallSpec
from provenance.registry.specs import (
    Constant,
    Specs,
    Triggers,
    called_names,
    derived_classes,
    triggers,
)
from provenance.registry.tables import Call, Default, fits
from provenance.shapes import has_size, is_cloud_name, is_file_name, may_be_repository

_RUNS_MODELS = frozenset(
    "llm.api llm.router embedding.api rerank.api image.api video.api tts.api asr.api".split()
)
_ALIAS = lazy(rb"[ \t]+as[ \t]+([A-Za-z_]\w*)")
_NOTHING: Set[bytes] = frozenset()
_MODEL_HOSTS = frozenset("llm.router gpu.cloud".split())
"""What else than an API of models a service can be that answers with one."""


class Vocabulary:
    """Lookup tables for extractors, derived from one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._packages: dict[str, bool] = {}
        self._named: dict[str, Mapping[str, str]] = {}

    # -- hub ids -----------------------------------------------------------------

    @cached_property
    def _model_word(self) -> re.Pattern[str]:
        words = "|".join(sorted(map(re.escape, self._registry.model_words), key=len, reverse=True))
        return re.compile(rf"(?:^|[-_.]|\d)(?:{words})", re.IGNORECASE)

    def looks_like_model(self, repository: str) -> bool:
        """Tell whether a bare literal ``namespace/name`` is worth reporting as a model.

        It needs a model word or a parameter count in the name; MIME types, paths,
        file names and branch names never qualify.
        """
        name = repository.partition("/")[2]
        return may_be_repository(repository) and bool(
            has_size(name) or self._model_word.search(name)
        )

    def reads_like_model(self, name: str) -> bool:
        """Tell whether a bare name has a model's word and a size or version in it."""
        if is_file_name(name) or not self._model_word.search(name):
            return False
        return bool(has_size(name) or name.count("-") > 1)

    def hub_of_namespace(self, repository: str) -> str | None:
        """Return ``modelscope`` for a namespace that only ModelScope is known to have."""
        namespace = repository.partition("/")[0].lower()
        if namespace in self._registry.modelscope_namespaces:
            return None if namespace in self._registry.known_namespaces else "modelscope"
        return None

    def alias(self, name: str, tool: str = "") -> str | None:
        """Return the hub model that a short or legacy name stands for (``gpt2``).

        Some names mean something to one tool alone (``small`` to faster-whisper).
        """
        return self._registry.identified(f"{tool or 'hub'}:{name}")

    def dataset_alias(self, name: str) -> str | None:
        """Return the dataset that a short name stands for (``squad``)."""
        return self._registry.identified(f"dataset:{name}")

    @cached_property
    def descent(self) -> DescentWords:
        """What cards, notices and digests say of a model's descent."""
        return DescentWords(self._registry)

    # -- services ------------------------------------------------------------------

    @cached_property
    def _hosts(self) -> Hosts:
        return Hosts(self._registry.identified_by("host"))

    def service_of_host(self, host: str) -> str | None:
        """Return the service behind a host name, or None."""
        return self._hosts.service_of(host)

    def service_of_resource(self, tool: str, name: str) -> str | None:
        """Return the service that a tool for infrastructure means by a provider or resource.

        Args:
            tool: ``terraform`` or ``arm``, the templates of Azure.
        """
        known, name = self._registry.identified_by(tool), name.lower()
        fitting = [row for row in known if "*" in row and fits(name, row)]
        return known.get(name) or (known[max(fitting, key=len)] if fitting else None)

    def service_of_url(self, url: str) -> str | None:
        """Return the service behind a URL; one host may serve several, each under its folder."""
        return self._hosts.service_of_url(url)

    def is_storehouse(self, service: str) -> bool:
        """Tell whether a service keeps code, packages or weights and answers no requests."""
        return self._registry.is_storehouse(service)

    def is_mere_link(self, service: str, host: str, url: str) -> bool:
        """Tell whether a URL points a reader somewhere instead of calling a service.

        Help pages and consoles are no calls; a code host or hub counts only where
        something is fetched from it. A folder known for its service is no page to read.
        """
        if self._hosts.service_of_folder(url):
            return False
        if is_page(url):
            return True
        return self._registry.is_storehouse(service) and not (
            host.startswith(("raw.", "cdn")) or is_fetched(url)
        )

    def offers(self, service: str) -> bool:
        """Tell whether a service is one that the data describes."""
        return bool(self._registry.functions(service))

    def serves_models(self, service: str) -> bool:
        """Tell whether a service may answer with a model; one the data does not know may."""
        functions = self._registry.functions(service)
        return not functions or any(
            (name.endswith(".api") and name != "search.api") or name in _MODEL_HOSTS
            for name in functions
        )

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Service ids by environment variable."""
        return self._registry.identified_by("env")

    def named(self, scheme: str) -> Mapping[str, str]:
        """Return component ids by name for a scheme of ``identifiers.csv`` (``program``)."""
        if scheme not in self._named:
            self._named[scheme] = self._registry.identified_by(scheme)
        return self._named[scheme]

    @cached_property
    def default_services(self) -> Mapping[str, str]:
        """The service an SDK package talks to unless told otherwise, by package id."""
        return self._registry.identified_by("client")

    def routed(self, repository: str) -> str | None:
        """Return the service when ``provider/model`` is written as routers write it.

        ``groq/llama3-8b-8192`` names a provider, ``openai/whisper-large-v3`` a hub
        repository: a prefix that is also a hub namespace counts as a provider only
        for a name that its API is known to offer and the hub is not.
        """
        if maker := self.routing.maker_model(repository):
            return maker
        prefix, _, name = repository.partition("/")
        service = self.provider_prefix(prefix)
        if prefix == "modelscope" and "/" not in name:
            return None  # ``modelscope/Llama-2-7b-ms``: what that hub itself publishes
        if service is None or prefix.lower() not in self._registry.known_namespaces:
            return service
        hub = ids.hub_model(repository)
        on_hub = self._registry.lineage(hub) or self._registry.functions(hub)
        return service if not on_hub and self.is_api_family(service, name) else None

    @cached_property
    def routing(self) -> Routing:
        """What is known of services that hand requests on to others."""
        return Routing(self._registry, self.api_owner)

    def is_api_family(self, service: str, name: str) -> bool:
        """Tell whether a service is known to offer a model of this name."""
        return bool(self._registry.functions(ids.api_model(service.removeprefix("service:"), name)))

    @cached_property
    def _families(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Patterns of API model names with the owner's service, by their first letters."""
        found: dict[str, list[tuple[str, str]]] = {}
        rows = self._registry.identified_by("family").items()
        for family, owner in sorted(rows, key=lambda row: (-len(row[0]), row[0])):
            found.setdefault(_stem(family), []).append((family, owner))
        return {stem: tuple(families) for stem, families in found.items()}

    @cached_property
    def family_stems(self) -> frozenset[bytes]:
        """The letters that names of API models begin with, up to the first other sign."""
        return frozenset(stem.encode() for stem in self._families)

    def api_owner(self, name: str) -> str | None:
        """Return the service of the provider whose own family a bare model name belongs to.

        ``gpt-4o-mini`` alone names OpenAI's model; who serves it here is another question.
        """
        name = name.lower()
        if name.endswith("cloud") and is_cloud_name(name):
            return "service:ollama-cloud"
        stem = _stem(name)
        for key in (stem, "") if stem else ("",):
            for family, owner in self._families.get(key, ()):
                if fits(name, family):
                    return owner
        return None

    def owner_of_path(self, repository: str) -> str | None:
        """Return the service whose own ids ``namespace/name`` are of a namespace no hub has.

        ``fal-ai/flux`` names what fal serves, though it has the form of a hub repository.
        """
        name = repository.lower()
        for family, owner in self._families.get(_stem(name), ()):
            if "/" in family and fits(name, family):
                return owner
        return None

    @cached_property
    def path_words(self) -> tuple[bytes, ...]:
        """What names of models that are paths begin with, for services that call them so."""
        rows = self._registry.identified_by("family")
        return tuple({f"{row.partition('/')[0]}/".encode() for row in rows if "/" in row})

    def runs_own(self, service: str) -> bool:
        """Tell whether a service only runs what its users bring: the names there are theirs."""
        return self._registry.functions(service) == ("gpu.cloud",)

    def is_tagged(self, stem: str) -> bool:
        """Tell whether what stands before a tag is a model's name: by a word, or as recorded."""
        return self.looks_like_model(f"tag/{stem}") or bool(
            self._registry.lineage(f"model:ollama/{stem}")
        )

    def provider_prefix(self, prefix: str, separator: str = "/") -> str | None:
        """Return the service that routers mean by ``prefix/model`` or ``prefix:model``.

        The colon has prefixes of its own (``mistralai:``), which with a slash are hub
        namespaces.
        """
        own = self._registry.identified(f"prefix:{prefix}:") if separator == ":" else None
        return own or self._registry.identified(f"prefix:{prefix}")

    def model_service(self, slug: str) -> str | None:
        """Return the service of this slug when it is one that runs or routes models."""
        service = ids.service(slug)
        return service if _RUNS_MODELS.intersection(self._registry.functions(service)) else None

    def runtime_channel(self, runtime: str) -> str | None:
        """Return the service a local runtime such as Ollama pulls its models from."""
        return self._registry.identified(f"runtime:{runtime}")

    # -- calls ---------------------------------------------------------------------

    @cached_property
    def calls(self) -> Mapping[str, tuple[CallSpec, ...]]:
        """Call specifications by the callable's last name."""
        return Specs(self._registry.calls)

    @property
    def script_calls(self) -> tuple[Call, ...]:
        """Callables of JavaScript packages, as the data has them."""
        return self._registry.script_calls

    def is_package(self, module: str) -> bool:
        """Tell whether a top-level Python module is known to come from a package."""
        if module not in self._packages:
            self._packages[module] = self._registry.has_identifiers(f"import:{module}.") or bool(
                self._registry.identified(f"import:{module}")
            )
        return self._packages[module]

    @cached_property
    def language_calls(self) -> tuple[Call, ...]:
        """Callables of languages without a parser (``ecosystem:module#name``)."""
        return tuple(self._registry.rows("calls_languages.csv", Call))

    @cached_property
    def node_calls(self) -> Mapping[str, Call]:
        """Nodes of visual builders (``n8n#lmChatOpenAi``), by builder and name."""
        return {row.callable: row for row in self._registry.rows("calls_nodes.csv", Call)}

    def standard_modules(self, ecosystem: str) -> frozenset[str]:
        """Return what a language brings itself, by what imports of it begin with."""
        return frozenset(self._registry.identified_by(f"standard:{ecosystem}"))

    def imports_of(self, ecosystem: str) -> Mapping[str, str]:
        """Packages of an ecosystem by what imports of them begin with."""
        return self._registry.identified_by(f"import:{ecosystem}")

    @cached_property
    def family_owners(self) -> frozenset[str]:
        """Services that have model families of their own."""
        return frozenset(self._registry.identified_by("family").values())

    @cached_property
    def constants(self) -> Mapping[str, Mapping[str, Mapping[str, Constant]]]:
        """What constants of Python packages name: by root, the name before the last, the last.

        Those of ``identifiers.csv``, and those that a call without arguments is made on.
        """
        found: dict[str, dict[str, dict[str, Constant]]] = {}

        def add(dotted: str, constant: Constant) -> None:
            *head, parent, name = dotted.split(".")
            root = head[0] if head else parent
            found.setdefault(root, {}).setdefault(parent, {})[name] = constant

        for dotted, component in self._registry.identified_by("constant").items():
            service = ids.service_of_model(component) or ""
            add(
                dotted,
                Constant(component, service=service * bool(self._registry.functions(service))),
            )
        for row in self._registry.calls:
            owner = row.callable.rpartition(".")[0]
            if row.argument or not owner.rpartition(".")[2].isupper():
                continue
            for default in self._registry.defaults(row.callable)[:1]:
                add(owner, Constant(default.component, row.function))
        return found

    def defaults(self, callable_name: str) -> tuple[Default, ...]:
        """Return what a callable uses that is told nothing, the newest version first."""
        return self._registry.defaults(callable_name)

    @cached_property
    def _triggers(self) -> Triggers:
        """What a file must call to be worth parsing: by imported root, and for any file."""
        return triggers(self._registry.calls)

    @cached_property
    def _loads(self) -> Triggers:
        """The same without what only makes clients."""
        return triggers(row for row in self._registry.calls if row.yields != "client")

    def called(self, data: bytes) -> frozenset[bytes]:
        """Return every name that a source calls, or imports under another name."""
        return called_names(data)

    def call_offsets(
        self, data: bytes, roots: Iterable[str], called: Set[bytes] | None = None, *,
        loads: bool = False,
    ) -> list[int]:  # fmt: skip
        """Return where a source that imports ``roots`` may hold a call we know.

        Args:
            called: the names it calls, where they are known already.
            loads: only calls that name something, not those that make clients.
        """
        rooted, free = self._loads if loads else self._triggers
        called = self.called(data) if called is None else called
        words = {dotted for last in called & free.keys() for dotted in free[last]}
        for root in roots:
            words |= called & rooted.get(root, _NOTHING)
        found: list[int] = []
        renamed: set[bytes] = set()
        for word in words:
            at = data.find(word)
            while at >= 0:
                end = at + len(word)
                if data[end : end + 8].lstrip().startswith(b"("):
                    found.append(at)
                elif alias := _ALIAS.match(data, end):  # ``import Client as make``: ``make(`` too
                    found.append(at)
                    renamed.add(alias.group(1))
                at = data.find(word, at + 1)
        for at, name, bases in derived_classes(data):
            if not words.isdisjoint(bases):
                found.append(at)
                renamed.add(name)
        for name in renamed & called:
            calls = re.finditer(rb"\b" + name + rb"[ \t]*\(", data)
            found += (match.start() for match in calls)
        return found


def _stem(name: str) -> str:
    """Return the letters a lower-case name begins with."""
    size = next((n for n, sign in enumerate(name) if not "a" <= sign <= "z"), len(name))
    return name[:size]
