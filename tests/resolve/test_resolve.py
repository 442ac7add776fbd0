"""resolve: from what single files say to one inventory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from provenance.extract.collect import Collector
from provenance.model import (
    Component,
    Confidence,
    Evidence,
    Extraction,
    Gap,
    Import,
    LicenseDeclaration,
    Link,
    Location,
    Occurrence,
    Usage,
)
from provenance.ports import Enrichment, Outside
from provenance.registry import Registry
from provenance.resolve import RESOLVERS, Inventory, lineage, merge, packages, services
from provenance.vocabulary import Vocabulary
from tests.support.reading import read, registry_in

ROOT = "project:shop"
A, B, C, D = (f"pkg:huggingface/acme/{name}" for name in "abcd")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return registry_in(
        tmp_path,
        identifiers=[
            {"identifier": "import:vision", "component": "pkg:pypi/acme-vision"},
            {"identifier": "import:vision", "component": "pkg:pypi/acme-vision-headless"},
            {"identifier": "import:sight", "component": "pkg:pypi/acme-contrib-sight",
             "confidence": "medium"},
            {"identifier": "import:sight", "component": "pkg:pypi/acme-sight",
             "confidence": "high"},
            {"identifier": "import:cloud.store", "component": "pkg:pypi/acme-cloud-store"},
            {"identifier": "import:cloud.queue.client", "component": "pkg:pypi/acme-cloud-queue"},
            {"identifier": "import:cloud.table", "component": "pkg:pypi/acme-cloud-table"},
            {"identifier": "import:yaml", "component": "pkg:pypi/acme-yaml"},
            {"identifier": "client:pkg:pypi/acme-sdk", "component": "service:acme-api"},
        ],
        lineage=[
            {"child": A, "relation": "derived-from", "how": "finetune", "parent": B,
             "source": "https://acme.example/a", "confidence": "high"},
            {"child": B, "relation": "derived-from", "how": "merge", "parent": C,
             "overrides_hub": "yes", "source": "https://acme.example/b", "confidence": "high"},
            {"child": C, "relation": "derived-from", "how": "finetune", "parent": A,
             "source": "https://acme.example/c", "confidence": "low"},
            {"child": C, "relation": "trained-on", "parent": "dataset:huggingface/acme/corpus",
             "source": "https://acme.example/c", "confidence": "high"},
        ],
        links=[
            {"source_component": "pkg:pypi/acme-gpu", "relation": "runs-on",
             "target": "platform:acme-chip", "source": "https://acme.example/gpu",
             "confidence": "high"},
        ],
    )  # fmt: skip


def inventory(registry: Registry, *modules: str) -> Inventory:
    return Inventory(
        root=ROOT, registry=registry, vocabulary=Vocabulary(registry), modules=frozenset(modules)
    )


def imported(*names: str, usage: Usage = "used") -> Extraction:
    made = []
    for line, name in enumerate(names, 1):
        module, _, members = name.partition(":")
        at = Occurrence(
            path="app.py", line=line, as_written=name, extractor="python-source", usage=usage
        )
        made.append(Import(module=module, names=tuple(members.split()), occurrence=at))
    return Extraction(imports=tuple(made))


def resolved(
    registry: Registry, *extractions: Extraction, modules: Sequence[str] = ()
) -> Inventory:
    return packages.resolve(merge(inventory(registry, *modules), extractions))


def package_ids(found: Inventory) -> set[str]:
    return {c.id for c in found.components.values() if c.kind == "package"}


def gaps(found: Inventory) -> set[tuple[str, str, str]]:
    return {(g.subject, g.reason, str(g.location or "")) for g in found.gaps}


def reqs(text: str) -> Extraction:
    return read("requirements.txt", text)


# -- imports to packages ----------------------------------------


def test_the_candidate_that_is_declared_wins(registry: Registry) -> None:
    found = resolved(registry, reqs("acme-vision-headless==2.0\n"), imported("vision"))
    assert package_ids(found) == {"pkg:pypi/acme-vision-headless@2.0"}
    (package,) = (c for c in found.components.values() if c.kind == "package")
    assert [(o.path, o.line) for o in package.occurrences] == [
        ("requirements.txt", 1), ("app.py", 1)]  # fmt: skip
    assert gaps(found) == set()


def test_a_declared_package_of_the_import_s_own_name_wins(registry: Registry) -> None:
    found = resolved(registry, reqs("yaml==1\n"), imported("yaml"))
    assert package_ids(found) == {"pkg:pypi/yaml@1"}


@pytest.mark.parametrize("name", ["acme-contrib-sight", "acme-sight"])
def test_any_package_with_the_import_satisfies_it(registry: Registry, name: str) -> None:
    found = resolved(registry, reqs(f"{name}==2.0\n"), imported("sight"))
    assert package_ids(found) == {f"pkg:pypi/{name}@2.0"}


def test_of_packages_with_one_import_the_surest_is_meant(registry: Registry) -> None:
    assert package_ids(resolved(registry, imported("sight"))) == {"pkg:pypi/acme-sight"}


@pytest.mark.parametrize("name", ["deepsee-py", "python-deepsee", "deepsee-gpu", "pydeepsee"])
def test_a_declared_package_named_after_an_import_satisfies_it(
    registry: Registry, name: str
) -> None:
    vendored = "extras/DeepSee/util/run.py"
    found = resolved(registry, reqs(f"{name}==0.4\n"), imported("deepsee.util"), modules=[vendored])
    assert package_ids(found) == {f"pkg:pypi/{name}@0.4"}
    assert gaps(found) == set()


def test_of_two_packages_named_after_an_import_neither_is_taken(registry: Registry) -> None:
    found = resolved(registry, reqs("deepsee-py\npydeepsee\n"), imported("deepsee"))
    assert "pkg:pypi/deepsee" in package_ids(found)


def test_an_import_that_nobody_declares_is_there_and_a_gap(registry: Registry) -> None:
    found = resolved(registry, imported("os", "vision.io"))
    assert package_ids(found) == {"pkg:pypi/acme-vision"}
    assert gaps(found) == {("pkg:pypi/acme-vision", "undeclared-import", "app.py:2")}
    assert (ROOT, "pkg:pypi/acme-vision", "depends-on", None) in found.links
    assert found.components["pkg:pypi/acme-vision"].name == "acme-vision"


def test_a_commented_import_is_no_question(registry: Registry) -> None:
    found = resolved(registry, imported("vision.io", "unheard", usage="commented"))
    assert package_ids(found) == {"pkg:pypi/acme-vision"}
    assert found.components["pkg:pypi/acme-vision"].usage == "commented"
    assert gaps(found) == set()


def test_the_same_import_twice_is_one_gap(registry: Registry) -> None:
    found = resolved(registry, imported("vision", "vision.io", "vision"))
    assert gaps(found) == {("pkg:pypi/acme-vision", "undeclared-import", "app.py:1")}
    assert len(found.components["pkg:pypi/acme-vision"].occurrences) == 3


def test_an_unmapped_import_is_a_guess_and_a_gap(registry: Registry) -> None:
    found = resolved(registry, imported("vision", "strange_part.x", "strange_part"))
    guess = "pkg:pypi/strange-part"
    assert {one for one in gaps(found) if "vision" not in one[0]} == {
        (guess, "unmapped-import", "app.py:2")
    }
    assert [(o.line, o.confidence) for o in found.components[guess].occurrences] == [
        (2, "low"), (3, "low")]  # fmt: skip
    assert (ROOT, guess, "depends-on", None) in found.links


def test_generated_modules_are_no_packages(registry: Registry) -> None:
    found = resolved(registry, imported("inference_pb2", "inference_pb2_grpc"))
    assert package_ids(found) == set()
    assert {subject for subject, _, _ in gaps(found)} == {"inference_pb2", "inference_pb2_grpc"}


def test_a_module_of_a_name_that_many_programs_have_is_a_gap_alone(registry: Registry) -> None:
    found = resolved(registry, imported("common.log", "common", "strange_common"))
    assert package_ids(found) == {"pkg:pypi/strange-common"}
    assert ("common", "undeclared-import", "app.py:1") in gaps(found)
    declared = resolved(registry, reqs("common\n"), imported("common"))
    assert package_ids(declared) == {"pkg:pypi/common"}


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("cloud.store", "pkg:pypi/acme-cloud-store"),
        ("cloud.store.blob", "pkg:pypi/acme-cloud-store"),
        ("cloud:store", "pkg:pypi/acme-cloud-store"),
        ("cloud.queue:client", "pkg:pypi/acme-cloud-queue"),
        ("cloud.queue.client.aio:Client", "pkg:pypi/acme-cloud-queue"),
    ],
)
def test_the_longest_dotted_name_decides(registry: Registry, module: str, package: str) -> None:
    assert package_ids(resolved(registry, imported(module))) == {package}


def test_two_packages_of_one_namespace_in_one_import(registry: Registry) -> None:
    found = resolved(registry, imported("cloud:store table"))
    assert package_ids(found) == {"pkg:pypi/acme-cloud-store", "pkg:pypi/acme-cloud-table"}


def test_a_declared_package_of_the_module_s_own_name(registry: Registry) -> None:
    found = resolved(registry, reqs("Some_Tool>=1\n"), imported("some_tool.x"))
    assert package_ids(found) == {"pkg:pypi/some-tool"}
    assert gaps(found) == set()


def test_modules_of_the_tree_and_of_python_are_no_packages(registry: Registry) -> None:
    found = resolved(
        registry, imported("os.path", "json", "tomllib", "yaml", "helpers.x", "vision"),
        modules=("helpers.py", "src/vision/__init__.py", "src/vision"),
    )  # fmt: skip
    assert package_ids(found) == {"pkg:pypi/acme-yaml"}
    assert {reason for _, reason, _ in gaps(found)} == {"undeclared-import"}


@pytest.mark.parametrize(
    ("path", "imports", "usage"),
    [
        ("requirements-dev.txt", "used", "used"),
        ("requirements-dev.txt", "test", "development"),
        ("requirements-optional.txt", "used", "optional"),
        ("requirements.txt", "test", "used"),
    ],
)
def test_what_the_code_imports_is_used_unless_it_is_an_optional_extra(
    registry: Registry, path: str, imports: Usage, usage: str
) -> None:
    found = resolved(registry, read(path, "acme-vision\n"), imported("vision", usage=imports))
    assert found.components["pkg:pypi/acme-vision"].usage == usage


def test_an_import_seen_in_tests_only_is_for_tests(registry: Registry) -> None:
    found = resolved(registry, imported("vision", usage="test"))
    assert found.components["pkg:pypi/acme-vision"].usage == "test"


def test_an_sdk_without_a_call_is_a_question(registry: Registry) -> None:
    found = resolved(registry, reqs("\nacme-sdk==1\n"))
    assert gaps(found) == {("pkg:pypi/acme-sdk@1", "sdk-without-endpoint", "requirements.txt:2")}
    assert "service:acme-api" not in found.components


# -- versions ----------------------------------------


def test_a_mention_joins_the_only_pin(registry: Registry) -> None:
    found = resolved(
        registry, reqs("acme-lib==2.0\n"), read("dev/requirements.txt", "acme-lib>=1\n")
    )
    assert package_ids(found) == {"pkg:pypi/acme-lib@2.0"}
    component = found.components["pkg:pypi/acme-lib@2.0"]
    assert (component.version, component.usage, len(component.occurrences)) == ("2.0", "used", 2)
    assert {(k.source, k.requirement) for k in found.links.values()
            if k.target == component.id and k.relation == "depends-on"} == {
        (ROOT, "==2.0"), (ROOT, ">=1")}  # fmt: skip
    assert not any("pkg:pypi/acme-lib" in (k.source, k.target) for k in found.links.values())


def test_a_local_version_stays_readable_when_joined(registry: Registry) -> None:
    found = resolved(
        registry, read("b/requirements.txt", "acme-lib\n"), reqs("acme-lib==2.0+cu121\n")
    )
    assert found.components["pkg:pypi/acme-lib@2.0%2Bcu121"].version == "2.0+cu121"


def test_two_pins_stay_apart(registry: Registry) -> None:
    found = resolved(
        registry, reqs("acme-lib==2.0\n"), read("b/requirements.txt", "acme-lib==3.0\nacme-lib\n")
    )
    assert package_ids(found) == {
        "pkg:pypi/acme-lib", "pkg:pypi/acme-lib@2.0", "pkg:pypi/acme-lib@3.0"}  # fmt: skip


def test_an_import_finds_the_pinned_package(registry: Registry) -> None:
    found = resolved(registry, imported("vision"), reqs("acme-vision==1\n"))
    assert package_ids(found) == {"pkg:pypi/acme-vision@1"}
    assert gaps(found) == set()


# -- merging ----------------------------------------


def component(identifier: str, usage: Usage = "used", line: int = 1, **more: object) -> Component:
    where = Occurrence(path="a.py", line=line, as_written="x", extractor="t", usage=usage)
    return Component(
        id=identifier, kind="model", name="x", usage=usage, occurrences=(where,), **more
    )  # type: ignore[arg-type]


def test_merging_folds_what_is_the_same(registry: Registry) -> None:
    link = Link(source=A, target=B, relation="derived-from", how="unknown", basis="declared")
    known = Link(source=A, target=B, relation="derived-from", how="adapter", basis="declared")
    gap = Gap(subject=A, reason="license-other")
    found = merge(
        inventory(registry),
        [
            Extraction(components=(component(A, "test"), component(B)), links=(link,), gaps=(gap,)),
            Extraction(components=(component(A, "example", functions=("f",)),), links=(known,),
                       gaps=(gap,)),
            Extraction(components=(component(A, "example", 2, functions=("e",)),)),
        ],
    )  # fmt: skip
    one = found.components[A]
    assert (one.usage, one.functions) == ("test", ("e", "f"))
    assert [(o.line, o.usage) for o in one.occurrences] == [
        (1, "test"), (1, "example"), (2, "example")]  # fmt: skip
    assert [k.how for k in found.links.values()] == ["adapter"]
    assert list(found.gaps) == [gap]


def test_the_placeholder_becomes_the_project(registry: Registry) -> None:
    evidence = Evidence(source="tree", reference="pyproject.toml:3")
    found = merge(
        inventory(registry),
        [
            Extraction(
                components=(component(A),),
                links=(Link(source="project:", target=A, relation="contains"),),
                licenses=(LicenseDeclaration(component="project:", raw="MIT", declared_by="tree",
                                             evidence=evidence),),
            )
        ],
    )  # fmt: skip
    assert [(k.source, k.target) for k in found.links.values()] == [(ROOT, A)]
    assert [item.component for item in found.licenses] == [ROOT]
    assert found.components[ROOT].kind == "project"


# -- services ----------------------------------------


def scan(registry: Registry, *documents: tuple[str, str]) -> Inventory:
    extractions = [read(path, text) for path, text in documents]
    found = merge(inventory(registry), extractions)
    for resolve in RESOLVERS:
        found = resolve(found)
    return found


NEAR = "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:8000/v1')\n"
KEY = "import os\nkey = os.environ['OPENAI_API_KEY']\n"


def test_a_variable_beside_a_redirected_client_is_no_service(registry: Registry) -> None:
    found = scan(registry, ("app.py", NEAR), ("config.py", KEY))
    assert "service:openai" not in found.components
    assert not any("service:openai" in (k.source, k.target) for k in found.links.values())
    redirected = [g for g in found.gaps if g.reason == "redirected-client"]
    assert [(g.subject, g.location, dict(g.params)) for g in redirected] == [
        ("service:openai", Location(path="app.py", line=2),
         {"endpoint": "http://localhost:8000/v1"})
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        "from openai import OpenAI\nOpenAI()\n",
        'URL = "https://api.openai.com/v1"\n',
        "from openai import OpenAI\nOpenAI(base_url=chosen())\n",
    ],
)
def test_better_evidence_keeps_the_service(registry: Registry, other: str) -> None:
    found = scan(registry, ("app.py", NEAR), ("config.py", KEY), ("other.py", other))
    assert "service:openai" in found.components
    assert not [g for g in found.gaps if g.reason == "redirected-client"]


def test_a_variable_alone_stays_as_weak_evidence(registry: Registry) -> None:
    found = scan(registry, ("config.py", KEY))
    assert {o.confidence for o in found.components["service:openai"].occurrences} == {"low"}


def test_a_redirect_without_the_service_is_no_trouble(registry: Registry) -> None:
    found = services.resolve(merge(inventory(registry), [read("app.py", NEAR)]))
    assert not [g for g in found.gaps if g.reason == "redirected-client"]


MAINLAND = 'URL = "https://api.siliconflow.cn/v1"\n'
SHARED = "import os\nkey = os.environ['SILICONFLOW_API_KEY']\n"


def test_a_variable_of_two_platforms_is_of_the_one_whose_address_is_there(
    registry: Registry,
) -> None:
    found = scan(registry, ("app.py", MAINLAND), ("config.py", SHARED))
    assert {i for i in found.components if "siliconflow" in i} == {"service:siliconflow"}
    redirected = [g for g in found.gaps if g.reason == "redirected-client"]
    assert [(g.subject, dict(g.params)) for g in redirected] == [
        ("service:siliconflow-intl", {"endpoint": "https://api.siliconflow.cn/v1"})
    ]


@pytest.mark.parametrize(
    "other", [("docs/a.md", "See https://api.siliconflow.cn/v1\n"), ("a.py", "x = 1\n")]
)
def test_a_variable_of_two_platforms_stays_without_an_address(
    registry: Registry, other: tuple[str, str]
) -> None:
    found = scan(registry, other, ("config.py", SHARED))
    assert "service:siliconflow-intl" in found.components


# -- lineage ----------------------------------------


def grown(registry: Registry, *extractions: Extraction, hub: object = None) -> Inventory:
    found = merge(inventory(registry), extractions)
    found.outside = Outside(hub=hub)  # type: ignore[arg-type]
    return lineage.resolve(found)


def edges(found: Inventory) -> set[tuple[str, str, str, str | None]]:
    return {(k.source, k.relation, k.target, k.how) for k in found.links.values()}


def test_ancestors_are_followed_through_a_cycle(registry: Registry) -> None:
    found = grown(registry, Extraction(components=(component(A, "test"),)))
    assert edges(found) - {(ROOT, "depends-on", A, None)} == {
        (A, "derived-from", B, "finetune"),
        (B, "derived-from", C, "merge"),
        (C, "derived-from", A, "finetune"),
        (C, "trained-on", "dataset:huggingface/acme/corpus", None),
    }
    assert {c.id: (c.kind, c.direct, c.usage) for c in found.components.values()} == {
        ROOT: ("project", True, "used"),
        A: ("model", True, "test"),
        B: ("model", False, "test"),
        C: ("model", False, "test"),
        "dataset:huggingface/acme/corpus": ("dataset", False, "test"),
    }
    derived = [k for k in found.links.values() if k.relation == "derived-from"]
    assert {k.basis for k in derived} == {"declared"}
    assert {k.evidence[0].reference for k in derived if k.source == A} == {"https://acme.example/a"}


def test_names_of_a_hub_are_the_same_in_any_case(registry: Registry) -> None:
    found = grown(registry, Extraction(components=(component(A.replace("acme", "ACME")),)))
    assert B in found.components


def test_every_component_hangs_under_the_project_even_in_a_cycle(registry: Registry) -> None:
    from provenance.graph import Graph

    found = grown(registry, Extraction(components=(component(A),)))
    graph = Graph(ROOT, found.components.values(), found.links.values())
    assert graph.shortest_path(A) == (ROOT, A)
    reached = {target for target, _ in graph.reach(ROOT, frozenset(
        {"depends-on", "derived-from", "trained-on", "calls", "contains"}))}  # fmt: skip
    assert reached == set(found.components) - {ROOT}


@pytest.mark.parametrize(
    ("identifier", "kind", "relation"),
    [
        ("service:x", "service", "calls"), ("platform:x", "platform", "runs-on"),
        ("pkg:docker/x", "container", "built-from"), ("pkg:pypi/x", "package", "depends-on"),
        (D, "model", "depends-on"), ("dataset:local/x", "dataset", "depends-on"),
    ],
)  # fmt: skip
def test_what_nothing_leads_to_is_attached_to_the_project(
    registry: Registry, identifier: str, kind: str, relation: str
) -> None:
    one = Component(id=identifier, kind=kind, name="x")  # type: ignore[arg-type]
    found = grown(registry, Extraction(components=(one,)))
    assert edges(found) == {(ROOT, relation, identifier, None)}
    assert lineage.kind_of(identifier) == kind


def test_other_relations_of_the_registry(registry: Registry) -> None:
    gpu = Component(id="pkg:pypi/acme-gpu@1", kind="package", name="acme-gpu")
    found = grown(registry, Extraction(components=(gpu,)))
    assert ("pkg:pypi/acme-gpu@1", "runs-on", "platform:acme-chip", None) in edges(found)
    assert found.components["platform:acme-chip"].kind == "platform"


def test_a_lineage_without_end_is_cut_and_said(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "MAX_COMPONENTS", 2)
    found = grown(registry, Extraction(components=(component(A),)))
    assert (ROOT, "lineage-too-large", "") in gaps(found)
    assert A in found.components


class Hub:
    """Declares that every model comes from the next letter's, and keeps what it is asked."""

    hosts_contacted = ("hub.acme.example",)

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def describe(self, component_ids: Sequence[str]) -> Enrichment:
        self.asked.append(list(component_ids))
        parents = {D: A, B: D}
        return Enrichment(
            links=tuple(
                Link(source=one, target=parents[one], relation="derived-from", how="quantization")
                for one in component_ids
                if one in parents
            ),
            gaps=tuple(
                Gap(subject=one, reason="hub-silent") for one in component_ids if one not in parents
            ),
        )


def test_the_hub_is_asked_once_for_each_and_overridden_where_the_registry_says_so(
    registry: Registry,
) -> None:
    hub = Hub()
    found = grown(
        registry,
        Extraction(components=(component(D), Component(id="pkg:pypi/x", kind="package", name="x"))),
        hub=hub,
    )
    assert hub.asked == [[D], [A], [B], [C, "dataset:huggingface/acme/corpus"]] or sorted(
        one for asked in hub.asked for one in asked
    ) == sorted([A, B, C, D, "dataset:huggingface/acme/corpus"])
    assert (D, "derived-from", A, "quantization") in edges(found)
    assert not any(source == B and target == D for source, _, target, _ in edges(found))
    assert (A, "hub-silent", "") in gaps(found)


def test_a_file_s_own_model_keeps_its_parents_in_the_registry(registry: Registry) -> None:
    adapter = json.dumps({"peft_type": "LORA", "base_model_name_or_path": "acme/b"})
    found = scan(registry, ("out/adapter_config.json", adapter))
    assert {
        ("model:local/out", "derived-from", B, "adapter"), (B, "derived-from", C, "merge"),
        (ROOT, "contains", "model:local/out", None),
    } <= edges(found)  # fmt: skip
    assert found.components[B].direct
    assert not found.components[C].direct


def test_the_order_of_the_resolvers() -> None:
    names = [resolve.__module__.rpartition(".")[2] for resolve in RESOLVERS]
    assert names == [
        "agreement", "stack", "packages", "metadata", "services", "served", "ancestry", "lineage",
        "stages", "advisories",
    ]  # fmt: skip


def test_an_imported_sdk_tells_of_its_service_unless_others_speak_its_protocol() -> None:
    found = scan(
        Registry(),
        ("app.py", "import pinecone\nimport openai\n"),
        ("requirements.txt", "pinecone\nopenai\n"),
    )
    service = found.components["service:pinecone"]
    assert {place.confidence for place in service.occurrences} == {"low"}
    assert "service:openai" not in found.components
    asked = {gap.subject for gap in found.gaps if gap.reason == "sdk-without-endpoint"}
    assert {"pkg:pypi/pinecone", "pkg:pypi/openai"} <= asked


def test_a_server_that_settings_run_tells_of_its_service() -> None:
    package = "@modelcontextprotocol/server-"
    servers = {
        name: {"command": "npx", "args": ["-y", package + name]}
        for name in ("brave-search", "filesystem")
    }
    found = scan(Registry(), (".mcp.json", json.dumps({"mcpServers": servers})))
    service = found.components["service:brave-search"]
    assert {place.confidence for place in service.occurrences} == {"low"}
    hosted = {name for name in found.components if name.startswith("service:")}
    assert hosted == {"service:brave-search", "service:npm"}


# -- datasets that are folders ----------------------------------------


@pytest.mark.parametrize(
    ("folder", "confidence", "expected"),
    [("acme/news", "medium", False), ("train/acme/news", "medium", False),
     ("other/news", "medium", True), ("acme/news", "high", True)],
)  # fmt: skip
def test_a_folder_of_the_tree_is_no_dataset_of_a_hub(
    registry: Registry, folder: str, confidence: Confidence, expected: bool
) -> None:
    collector = Collector("train/run.py", "python-source")
    collector.dataset(
        "huggingface", "acme/news", collector.occurrence(1, "acme/news", confidence=confidence)
    )
    found = merge(inventory(registry, folder), [collector.done()])
    assert ("dataset:huggingface/acme/news" in found.components) is expected
    assert ("service:huggingface-hub" in found.components) is expected


# -- what the tree builds itself ----------------------------------------


def test_images_that_the_tree_builds_are_its_own(registry: Registry) -> None:
    chart = read(
        "values.yaml", "image: {repository: acme/app, tag: 2}\nother:\n  image: acme/db:1\n"
    )
    base = read("gpu/Dockerfile", "FROM acme/base:1\n")
    built = Extraction(own=("pkg:docker/acme/app", "pkg:docker/acme/base"))
    found = merge(inventory(registry), (chart, base, built))
    assert {c for c, item in found.components.items() if item.kind == "container"} == {
        "pkg:docker/acme/db@1", "pkg:docker/acme/base@1",
    }  # fmt: skip
    only = merge(inventory(registry), (read("k/values.yaml", "image: acme/app:2\n"), built))
    assert set(only.components) == {ROOT}


def test_the_name_of_an_image_in_prose_is_no_model_of_a_hub(registry: Registry) -> None:
    prose = read("README.md", "Runs `acme/qwen-server` and `acme/qwen-7b`.\n")
    image = read("k/values.yaml", "image: acme/qwen-server:2\n")
    found = merge(inventory(registry), (prose, image))
    assert {c for c, item in found.components.items() if item.kind == "model"} == {
        "pkg:huggingface/acme/qwen-7b"
    }
    asked = read(
        "a.py",
        'from transformers import AutoModel\nAutoModel.from_pretrained("acme/qwen-server")\n',
    )
    found = merge(inventory(registry), (prose, image, asked))
    assert "pkg:huggingface/acme/qwen-server" in found.components
