"""Which gem a ``require`` means, and which namespaces of .NET are the tree's own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from provenance.registry import Registry
from provenance.resolve import Inventory, merge, packages
from provenance.vocabulary import Vocabulary
from tests.support.reading import read, registry_in


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return registry_in(
        tmp_path,
        identifiers=[
            {"identifier": "import:gem:acme/talk", "component": "pkg:gem/acme-talk-v1"},
            {"identifier": "import:gem:openai", "component": "pkg:gem/openai"},
            {"identifier": "import:gem:openai", "component": "pkg:gem/ruby-openai"},
            {"identifier": "import:nuget:Acme.Talk", "component": "pkg:nuget/Acme.Talk"},
            {"identifier": "import:nuget:Store.Redis", "component": "pkg:nuget/Store.Redis"},
            {"identifier": "standard:gem:json", "component": "pkg:generic/ruby"},
            {"identifier": "standard:gem:net/http", "component": "pkg:generic/ruby"},
        ],
    )  # fmt: skip


def scan(registry: Registry, documents: dict[str, str]) -> Inventory:
    folders = {path[: path.rfind("/")] for path in documents if "/" in path}
    inventory = Inventory(
        root="project:shop", registry=registry, vocabulary=Vocabulary(registry),
        modules=frozenset({*documents, *folders}),
    )  # fmt: skip
    # The words of the sources are the shipped ones; what they mean is told by the registry.
    found = [read(path, textwrap.dedent(text)) for path, text in documents.items()]
    return packages.resolve(merge(inventory, found))


def usages(found: Inventory) -> dict[str, str]:
    return {c.id: c.usage for c in found.components.values() if c.kind == "package"}


def test_without_a_manifest_a_name_is_a_guess_and_a_gap(registry: Registry) -> None:
    found = scan(registry, {"lib/shop.rb": """\
        require "zeitwerk"
        require "words/more/things"
        require "json/add/core"
        require "net/http"
        require "acme/talk/client"
        require "shop/cart"
        require "spec_helper"
        require "app/models/cart"
        """})  # fmt: skip
    assert usages(found) == {
        "pkg:gem/zeitwerk": "used", "pkg:gem/words": "used", "pkg:gem/acme-talk-v1": "used",
    }  # fmt: skip
    assert found.components["pkg:gem/zeitwerk"].occurrences[0].confidence == "low"
    assert found.components["pkg:gem/acme-talk-v1"].occurrences[0].confidence == "high"
    assert {(g.subject, g.reason) for g in found.gaps} == {
        ("pkg:gem/zeitwerk", "unmapped-import"), ("pkg:gem/words", "unmapped-import"),
    }  # fmt: skip
    (link,) = [k for k in found.links.values() if k.target == "pkg:gem/zeitwerk"]
    assert (link.relation, link.basis) == ("depends-on", "imported")


def test_a_file_of_the_tree_is_no_gem(registry: Registry) -> None:
    found = scan(registry, {
        "lib/shop/openai.rb": 'require "openai"\nrequire "faraway"\n',
        "lib/shop/talk.rb": 'require "openai"\nrequire "near"\nrequire "shop/cart"\n',
        "lib/shop/near.rb": "",
        "lib/shop/cart.rb": "",
        "spec/shop_spec.rb": 'require "helping"\n',
        "spec/helping.rb": "",
    })  # fmt: skip
    assert usages(found) == {"pkg:gem/openai": "used", "pkg:gem/faraway": "used"}
    assert len(found.components["pkg:gem/openai"].occurrences) == 2


@pytest.mark.parametrize(
    ("gemfile", "required", "gem"),
    [
        ('gem "ruby-openai", group: :development', "openai", "ruby-openai"),
        ('gem "activesupport"', "active_support/core_ext/hash", "activesupport"),
        ('gem "wikipedia-client"', "wikipedia", "wikipedia-client"),
        ('gem "net-http-persistent"', "net/http/persistent", "net-http-persistent"),
        ('gem "words-kit", require: "talking"', "talking", "words-kit"),
        ('gem "words-kit", :require => ["talking"]', "talking/loud", "words-kit"),
    ],
)
def test_the_gem_that_a_manifest_declares(
    registry: Registry, gemfile: str, required: str, gem: str
) -> None:
    found = scan(registry, {
        "Gemfile": f"{gemfile}\n", "lib/shop.rb": f'require "{required}"\nrequire "unheard"\n',
    })  # fmt: skip
    assert usages(found) == {f"pkg:gem/{gem}": "used"}  # Bundler loads nothing else
    assert {p.path for p in found.components[f"pkg:gem/{gem}"].occurrences} == {
        "Gemfile", "lib/shop.rb",
    }  # fmt: skip


def test_a_second_name_that_a_source_gives(registry: Registry) -> None:
    found = scan(registry, {
        "lib/one.rb": 'depends_on "ruby-openai", req: "openai"\n',
        "lib/two.rb": 'require "openai"\n',
    })  # fmt: skip
    assert usages(found) == {"pkg:gem/ruby-openai": "used"}
    assert len(found.components["pkg:gem/ruby-openai"].occurrences) == 2


def test_namespaces_of_the_tree_are_no_packages() -> None:
    project = '<Project><PackageReference Include="Microsoft.SemanticKernel" /></Project>'
    found = scan(Registry(), {
        "src/A.cs": "using Microsoft.KernelMemory;\nnamespace Microsoft.KernelMemory;\n",
        "src/B.cs": """\
            using Microsoft.KernelMemory.MemoryDb.Qdrant;
            using Microsoft.SemanticKernel;
            using Microsoft.SemanticKernel.Talk;
            namespace Microsoft.SemanticKernel.Talk { }
            // namespace OllamaSharp
            """,
        "tests/C.cs": "using OllamaSharp;\n",
        "src/A.csproj": project,
    })  # fmt: skip
    assert usages(found) == {"pkg:nuget/Microsoft.SemanticKernel": "used",
                             "pkg:nuget/OllamaSharp": "test"}  # fmt: skip
    places = found.components["pkg:nuget/Microsoft.SemanticKernel"].occurrences
    assert [(p.path, p.line) for p in places if p.path.endswith(".cs")] == [("src/B.cs", 2)]


def test_a_package_comes_with_one_named_after_it() -> None:
    source = {"src/A.cs": "using StackExchange.Redis;\n"}
    assert usages(scan(Registry(), source)) == {"pkg:nuget/StackExchange.Redis": "used"}
    reference = '<Project><PackageReference Include="Aspire.StackExchange.Redis" /></Project>'
    found = scan(Registry(), {**source, "src/A.csproj": reference})
    assert usages(found) == {"pkg:nuget/Aspire.StackExchange.Redis": "used"}
