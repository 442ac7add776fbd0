"""Azure's Bicep: defaults and allowed values are models, descriptions are prose."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.extract.deploy import bicep
from provenance.model import Document, Extraction
from tests.support.reading import ids, lines, vocabulary

TEXT = b"""\
@description('Name of the model. Default: gpt-35-turbo')
@allowed([ 'gpt-4o', 'gpt-4o-mini' ])
param azureOpenAIModelName string = 'gpt-4o-mini'
param embeddingModel string = 'text-embedding-3-small' // was 'text-embedding-ada-002'
param version string = '2024-07-18'
param image string = 'mcr.microsoft.com/azuredocs/hello:1'
resource account 'Microsoft.CognitiveServices/accounts@2023-05-01' = {
}
"""


def read(data: bytes) -> Extraction:
    return bicep.extract(Document(path="infra/main.bicep", data=data), vocabulary())


def test_what_a_template_deploys() -> None:
    found = read(TEXT)
    assert ids(found, "model") == {
        "model:azure-openai/gpt-4o", "model:azure-openai/gpt-4o-mini",
        "model:azure-openai/text-embedding-3-small",
        "model:azure-openai/text-embedding-ada-002",
    }  # fmt: skip
    assert lines(found, "model:azure-openai/gpt-4o-mini") == [2, 3]
    old = next(c for c in found.components if c.name == "text-embedding-ada-002")
    assert old.usage == "commented"
    assert "pkg:docker/mcr.microsoft.com/azuredocs/hello@1" in ids(found, "container")
    assert "service:openai" not in ids(found)


def test_models_outside_azure_are_their_owner_s() -> None:
    found = read(b"param model string = 'claude-3-5-sonnet-latest'\n")
    assert ids(found, "model") == {"model:anthropic/claude-3-5-sonnet-latest"}


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    assert isinstance(read(TEXT[:80] + data), Extraction)


SERVICES = b"""\
resource hub 'Microsoft.MachineLearningServices/workspaces@2024-07-01-preview' = {
  name: name
  kind: 'Hub'
  resource contentSafety 'connections' = {
    properties: { target: openAi.properties.endpoints['Content Safety'] }
  }
}
resource old 'Microsoft.MachineLearningServices/workspaces@2024-01-01' existing = {
  name: 'x'
}
resource forms 'Microsoft.CognitiveServices/accounts@2023-05-01' = {
  kind: 'FormRecognizer'
}
// resource search 'Microsoft.Search/searchServices@2021-04-01-preview' = {}
resource site 'Microsoft.Web/sites@2022-03-01' = {
  kind: 'app,linux'
}
"""


def test_services_by_type_kind_and_endpoint() -> None:
    found = read(SERVICES)
    assert ids(found, "service") == {
        "service:azure-ai-foundry", "service:azure-content-safety",
        "service:azure-document-intelligence",
    }  # fmt: skip
    assert lines(found, "service:azure-content-safety") == [5]
