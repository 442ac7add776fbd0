"""Gathering what one document says, and the usage its path implies."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from provenance import ids
from provenance.descent import Says, Statement
from provenance.extract.usages import usage_of_path
from provenance.model import (
    CONFIDENCES,
    Component,
    ComponentId,
    Confidence,
    Evidence,
    Extraction,
    Gap,
    Import,
    Include,
    Kind,
    LicenseDeclaration,
    Link,
    Location,
    Occurrence,
    Relation,
    Usage,
    strongest_usage,
)
from provenance.patterns import lazy

HUB_INFERENCE = "service:huggingface-inference"
MODELSCOPE = "service:modelscope"
GITHUB = "service:github"
GEMINI = "service:google-gemini"

_ROUTERS = frozenset(
    ids.service(slug)
    for slug in (
        "github-models openrouter vercel-ai-gateway portkey aihubmix replicate fal requesty "
        "cloudflare-ai-gateway aimlapi cometapi edenai langdb nano-gpt unify"
    ).split()
)
"""Services with names like ``openai/gpt-4o`` of their own, which are no hub repositories."""


_TYPES = "pkg:npm/%40types/"
"""Declarations of types alone: nothing of them is there when a program runs, whatever in a
lock asks for them. Where the project itself declares them is its own choice."""
_NPM_LOCKS = frozenset({"npm-lock", "yarn-lock", "pnpm-lock"})
_CREDENTIALS = lazy(r"(?<=//)(?!git@)[^/@\s]+@")


def shown(text: str, limit: int = 300) -> str:
    """Return text fit for a report: no credentials of a URL, no lone surrogates, bounded."""
    if "@" in text:
        text = _CREDENTIALS.sub("…@", text)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text[:limit]


class _Places:
    """Occurrences by place; one seen twice (literal and call) is kept once, surest first."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], Occurrence] = {}

    def add(self, where: Occurrence) -> None:
        key = (where.path, where.line, where.as_written)
        known = self._found.get(key)
        if known is None or CONFIDENCES.index(where.confidence) > CONFIDENCES.index(
            known.confidence
        ):
            self._found[key] = where

    def all(self) -> tuple[Occurrence, ...]:
        return tuple(self._found.values())


class Collector:
    """Collects components, links and gaps of one document into an :class:`Extraction`."""

    def __init__(self, path: str, extractor: str) -> None:
        self.path = shown(path, 4096)
        self.extractor = extractor
        self.usage = usage_of_path(path)
        self._components: dict[ComponentId, Component] = {}
        self._places: dict[ComponentId, _Places] = {}
        self._links: dict[tuple[str | None, ...], Link] = {}
        self._link_places: dict[tuple[str | None, ...], _Places] = {}
        self._gaps: dict[Gap, None] = {}
        self.licenses: list[LicenseDeclaration] = []
        self._statements: dict[Statement, None] = {}
        self.imports: list[Import] = []
        self.includes: list[Include] = []
        self.redirects: list[tuple[ComponentId, Occurrence]] = []
        self.project_name: str | None = None
        self.own: list[ComponentId] = []
        self.namespaces: dict[str, None] = {}

    def occurrence(
        self,
        line: int,
        as_written: str,
        *,
        usage: Usage | None = None,
        confidence: Confidence = "high",
        path: str = "",
    ) -> Occurrence:
        """Make an occurrence in this document; the weaker of usage and path usage wins.

        Args:
            path: the other file of the tree that holds the text, when it is not this one.
        """
        effective: Usage = self.usage
        if usage and strongest_usage((usage, self.usage)) == self.usage:
            effective = usage
        return Occurrence(
            path=path or self.path,
            line=line,
            as_written=shown(as_written),
            extractor=self.extractor,
            usage=effective,
            confidence=confidence,
        )

    def component(
        self,
        component: ComponentId,
        kind: Kind,
        name: str,
        where: Occurrence,
        *,
        version: str | None = None,
        function: str = "",
        direct: bool = True,
    ) -> ComponentId:
        """Record that a component stands at a place; returns its id."""
        if (
            component.startswith(_TYPES)
            and self.extractor in _NPM_LOCKS
            and where.usage in ("used", "optional")
        ):
            where = replace(where, usage="development")
        known = self._components.get(component)
        functions = (function,) if function else ()
        if known is None:
            self._components[component] = Component(
                id=component, kind=kind, name=name, version=version, usage=where.usage,
                functions=functions, direct=direct,
            )  # fmt: skip
            self._places[component] = _Places()
        elif (
            where.usage != known.usage
            or direct > known.direct
            or set(functions) - set(known.functions)
        ):
            self._components[component] = replace(
                known,
                direct=known.direct or direct,
                usage=strongest_usage((known.usage, where.usage)),
                functions=tuple(sorted({*known.functions, *functions})),
            )
        self._places[component].add(where)
        return component

    def link(
        self,
        source: ComponentId,
        target: ComponentId,
        relation: Relation,
        where: Occurrence,
        *,
        how: str | None = None,
        basis: str | None = None,
        requirement: str | None = None,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        """Record a relation seen at a place, with evidence from outside the tree if there is."""
        key = (source, target, relation, how, basis, requirement)
        if key not in self._links:
            self._links[key] = Link(
                source=source, target=target, relation=relation, how=how, basis=basis,
                requirement=requirement, evidence=evidence,
            )  # fmt: skip
            self._link_places[key] = _Places()
        self._link_places[key].add(where)

    def derived(
        self, child: ComponentId, parent: ComponentId, where: Occurrence, how: str,
        basis: str = "declared",
    ) -> None:  # fmt: skip
        """Record what a model is made from; one that names itself is a question, no base."""
        if ids.same_repository(child, parent):
            self.gap(child, "base-is-itself", where)
        else:
            self.link(child, parent, "derived-from", where, how=how, basis=basis)

    def state(
        self, model: ComponentId, says: Says, subject: str, where: Occurrence,
        confidence: Confidence = "low",
    ) -> None:  # fmt: skip
        """Record what a place says of a model's descent that is no base."""
        reference = f"{where.path}:{where.line}"
        evidence = Evidence(
            source="tree", reference=reference, confidence=confidence, note=where.as_written
        )
        self._statements.setdefault(
            Statement(component=model, says=says, subject=subject, evidence=evidence)
        )

    def gap(self, subject: str, reason: str, line: int | Occurrence = 0, **params: str) -> None:
        """Record what could not be determined, at a line or where an occurrence stands."""
        number = line.line if isinstance(line, Occurrence) else line
        gap = Gap(
            subject=shown(subject),
            reason=reason,
            location=Location(path=self.path, line=number),
            params=tuple(sorted((key, shown(value)) for key, value in params.items())),
        )
        self._gaps.setdefault(gap)

    def project(self, name: str, package: ComponentId) -> None:
        """Record that the tree itself is a package; at the top its name is the project's."""
        self.own.append(package)
        if "/" not in self.path:
            self.project_name = name

    # -- the recurring cases ---------------------------------------------------------

    def package(
        self,
        component: ComponentId,
        where: Occurrence,
        *,
        source: ComponentId = ids.PROJECT,
        requirement: str | None = None,
        channels: Sequence[ComponentId] = (),
        further: Sequence[ComponentId] = (),
        direct: bool = True,
    ) -> ComponentId:
        """Record a package that ``source`` depends on, and the channels it arrives by.

        Args:
            component: a purl; a version in it is the component's.
            source: the project, or another package of a lock file.
            further: channels that are asked beside those, so that either may deliver it; a
                build with a local version (``2.3.1+cu118``) is not on a public index.
            direct: False for what only other packages of a lock file ask for.
        """
        name = ids.short(ids.without_version(component))
        version = ids.version_of(component)
        self.component(component, "package", name, where, version=version, direct=direct)
        self.link(source, component, "depends-on", where, requirement=requirement or None)
        for channel in channels:
            self.link(component, self.service(channel, where), "delivered-by", where)
        for channel in further:
            basis = None if version and "+" in version else "possible"
            self.link(component, channel, "delivered-by", where, basis=basis)
        if version and "+" in version:
            self._build(version, where)
        return component

    def _build(self, version: str, where: Occurrence) -> None:
        """Record the platform that a build is for, as ``2.3.1+cu118`` says."""
        from provenance.extract.accelerators import platform_of

        platform = platform_of(f"+{version.partition('+')[2]}")
        if platform:
            self.platform(platform, where)

    def container(
        self, image: str, where: Occurrence, *, source: ComponentId = ids.PROJECT
    ) -> None:
        """Record a container image ``[host/]name[:tag][@digest]`` that the source is built from."""
        component = ids.container(image)
        name = ids.short(ids.without_version(component)).removeprefix("docker/")
        self.component(component, "container", name, where, version=ids.version_of(component))
        self.link(source, component, "built-from", where)

    def platform(self, slug: str, where: Occurrence) -> None:
        """Record an accelerator stack or runtime that the project runs on."""
        component = self.component(f"platform:{slug}", "platform", slug, where)
        self.link(ids.PROJECT, component, "runs-on", where)

    def weights_file(self, url: str, where: Occurrence, channel: ComponentId | None) -> None:
        """Record a file of weights that is fetched by its address, from no hub."""
        component = ids.url_model(url)
        self.component(component, "model", url.rstrip("/").rpartition("/")[2], where)
        if channel:
            self.link(component, self.service(channel, where), "delivered-by", where)

    def service(self, component: ComponentId, where: Occurrence) -> ComponentId:
        """Record a hosted service."""
        return self.component(component, "service", component.partition(":")[2], where)

    def hub_model(self, repository: str, where: Occurrence, *, function: str = "") -> ComponentId:
        """Record a model of the Hugging Face hub (``namespace/name`` or a purl)."""
        if repository.startswith("pkg:"):
            component = repository
            repository = ids.short(ids.without_version(repository))
        else:
            component = ids.hub_model(repository)
        self.component(component, "model", repository, where, function=function)
        self.link(component, self.service(ids.HUB, where), "delivered-by", where)
        return component

    def api_model(
        self, service: ComponentId, name: str, where: Occurrence, *, function: str = "",
        by_name: bool = False, hub: bool = True,
    ) -> ComponentId:  # fmt: skip
        """Record a model behind a service's API.

        A name that is a hub repository's (as hosts of open weights use them) is the
        same model as that repository.

        Args:
            by_name: only the name says which service; that it is called is a weak claim.
            hub: a name of the form of a hub repository's may be one.
        """
        if service == HUB_INFERENCE and ids.is_hub_repository(name):
            component = self.hub_model(name, where, function=function)
            self.link(component, self.service(service, where), "served-by", where)
            return component
        if service == GEMINI:
            name = name.removeprefix("models/")  # the API's own long form of the same name
        component = ids.api_model(service.removeprefix("service:"), name)
        self.component(component, "model", name, where, function=function)
        seen = replace(where, confidence="low") if by_name else where
        self.link(component, self.service(service, seen), "served-by", seen)
        if hub and ids.is_hub_repository(name) and service not in _ROUTERS:
            repository = ids.hub_model(name)
            self.component(repository, "model", name, where, direct=False)
            self.link(component, repository, "same-as", where)
        return component

    def modelscope_model(
        self, repository: str, where: Occurrence, *, function: str = ""
    ) -> ComponentId:
        """Record a model of ModelScope."""
        component = ids.modelscope_model(repository)
        self.component(component, "model", repository, where, function=function)
        self.link(component, self.service(MODELSCOPE, where), "delivered-by", where)
        return component

    def dataset(self, hub: str, name: str, where: Occurrence) -> ComponentId:
        """Record a dataset of a hub."""
        component = self.component(ids.dataset(hub, name), "dataset", name, where)
        channel = {"huggingface": ids.HUB, "modelscope": MODELSCOPE, "github": GITHUB}.get(hub)
        if channel:
            self.link(component, self.service(channel, where), "delivered-by", where)
        return component

    def dataset_at(self, url: str, where: Occurrence) -> ComponentId:
        """Record a dataset by the address of a file of it."""
        hub, _, name = ids.url_dataset(url).removeprefix("dataset:").partition("/")
        return self.dataset(hub, name, where)

    def done(self) -> Extraction:
        """Return everything collected."""
        return Extraction(
            components=tuple(
                replace(item, occurrences=self._places[key].all())
                for key, item in self._components.items()
            ),
            links=tuple(
                replace(item, occurrences=self._link_places[key].all())
                for key, item in self._links.items()
            ),
            gaps=tuple(self._gaps),
            licenses=tuple(self.licenses),
            statements=tuple(self._statements),
            imports=tuple(self.imports),
            includes=tuple(self.includes),
            redirects=tuple(self.redirects),
            project_name=self.project_name,
            own=tuple(self.own),
            namespaces=tuple(self.namespaces),
        )
