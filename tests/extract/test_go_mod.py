"""go.mod: required modules, replacements, what is there on behalf of others."""

from __future__ import annotations

from provenance.extract.manifests import go_mod
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, requirement

MODULE = """\
    module github.com/acme/chat

    go 1.22

    require github.com/openai/openai-go v0.1.0-alpha.62

    require (
    \tgithub.com/Azure/azure-sdk-for-go v68.0.0+incompatible // the SDK
    \t"github.com/sashabaranov/go-openai" v1.36.1
    \tgolang.org/x/net v0.33.0 // indirect
    \tgithub.com/acme/old v1.0.0
    \tgithub.com/acme/near v1.0.0
    \tgithub.com/acme/inside v1.0.0
    )

    replace (
    \tgithub.com/acme/old => github.com/acme/new v1.5.0
    \tgithub.com/acme/near v1.0.0 => ../near
    )

    replace github.com/acme/inside => ./inside

    exclude golang.org/x/net v0.1.0
"""


def module(content: str) -> Extraction:
    return extracted(go_mod, "go.mod", content)


def test_required_modules() -> None:
    found = module(MODULE)
    assert ids(found) == {
        "pkg:golang/github.com/openai/openai-go@v0.1.0-alpha.62",
        "pkg:golang/github.com/azure/azure-sdk-for-go@v68.0.0%2Bincompatible",
        "pkg:golang/github.com/sashabaranov/go-openai@v1.36.1",
        "pkg:golang/golang.org/x/net@v0.33.0",
        "pkg:golang/github.com/acme/new@v1.5.0",
    }
    assert found.project_name == "chat"
    assert lines(found, "pkg:golang/github.com/sashabaranov/go-openai@v1.36.1") == [9]
    assert requirement(found, "pkg:golang/github.com/openai/openai-go@v0.1.0-alpha.62") == (
        "v0.1.0-alpha.62"
    )
    assert gaps(found) == {("github.com/acme/near", "local-requirement", 12)}


def test_indirect_modules_are_not_direct() -> None:
    found = module(MODULE)
    assert not component(found, "pkg:golang/golang.org/x/net@v0.33.0").direct
    # Any other comment says nothing of the kind.
    azure = "pkg:golang/github.com/azure/azure-sdk-for-go@v68.0.0%2Bincompatible"
    assert component(found, azure).direct


def test_broken_lines_are_gaps() -> None:
    found = module("module a\nrequire b\n<<<<<<< HEAD\nrequire c v1\n")
    assert gaps(found) == {("go.mod", "malformed-file", 2), ("go.mod", "malformed-file", 3)}
    assert ids(found) == {"pkg:golang/c@v1"}
