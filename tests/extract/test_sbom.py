"""Bills of material in: CycloneDX 1.4 to 1.7, SPDX 2.3 and SPDX 3.0."""

from __future__ import annotations

import json

import pytest

from provenance.extract.bills import purls, sbom
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import PACKAGE_INDEX, component, gaps, ids, lines, links


def bill(content: object, path: str = "bom.json") -> Extraction:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    return extracted(sbom, path, text)


JVM = """\
    {
      "bomFormat": "CycloneDX",
      "specVersion": "1.6",
      "metadata": {
        "component": {"type": "application", "bom-ref": "app", "name": "assistant",
                      "purl": "pkg:maven/com.acme/assistant@1.0?type=jar"}
      },
      "components": [
        {
          "type": "library",
          "bom-ref": "lc4j",
          "group": "dev.langchain4j",
          "name": "langchain4j-open-ai",
          "version": "0.35.0",
          "purl": "pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0?type=jar",
          "licenses": [{"license": {"id": "Apache-2.0"}}]
        },
        {
          "type": "library",
          "bom-ref": "oai",
          "name": "openai-java",
          "purl": "pkg:maven/com.openai/openai-java@0.8.1?type=jar",
          "licenses": [{"expression": "Apache-2.0 OR MIT"}]
        },
        {
          "type": "framework",
          "bom-ref": "spring",
          "purl": "pkg:maven/org.springframework.ai/spring-ai-core@1.0.0",
          "name": "spring-ai-core",
          "scope": "optional",
          "licenses": [{"license": {"name": "Acme License"}}]
        }
      ],
      "services": [
        {"bom-ref": "s1", "name": "chat", "endpoints": ["https://api.openai.com/v1"]},
        {"bom-ref": "s2", "name": "Inner Gateway", "endpoints": ["http://gateway:8080/"]}
      ],
      "dependencies": [
        {"ref": "app", "dependsOn": ["lc4j", "spring"]},
        {"ref": "lc4j", "dependsOn": ["oai"]},
        {"ref": "oai", "dependsOn": ["s1"]}
      ]
    }
"""


def test_a_jvm_bill_brings_its_clients() -> None:
    found = bill(JVM)
    assert {(c.id, c.usage, c.direct) for c in found.components if c.kind == "package"} == {
        ("pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0", "used", True),
        ("pkg:maven/com.openai/openai-java@0.8.1", "used", False),
        ("pkg:maven/org.springframework.ai/spring-ai-core@1.0.0", "optional", True),
    }
    lc4j, oai = (
        "pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0",
        "pkg:maven/com.openai/openai-java@0.8.1",
    )
    assert links(found) == {
        ("project:", "depends-on", lc4j),
        ("project:", "depends-on", "pkg:maven/org.springframework.ai/spring-ai-core@1.0.0"),
        (lc4j, "depends-on", oai),
        (oai, "calls", "service:openai"),
    }
    assert gaps(found) == {("Inner Gateway", "private-channel", 36)}
    assert lines(found, oai) == [22]
    assert {(d.component, d.raw, d.scheme) for d in found.licenses} == {
        (lc4j, "Apache-2.0", "spdx"),
        (oai, "Apache-2.0 OR MIT", "spdx"),
        ("pkg:maven/org.springframework.ai/spring-ai-core@1.0.0", "Acme License", "spdx"),
    }
    assert {d.evidence.reference for d in found.licenses if d.component == oai} == {"bom.json:22"}


def test_models_with_cards_and_pedigree() -> None:
    found = bill(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.7",
            "components": [
                {
                    "type": "machine-learning-model",
                    "bom-ref": "m",
                    "group": "acme",
                    "name": "Acme-7B-Chat",
                    "modelCard": {
                        "modelParameters": {
                            "datasets": [
                                {"ref": "d"},
                                {"type": "dataset", "name": "house data"},
                            ]
                        }
                    },
                    "pedigree": {
                        "ancestors": [
                            {
                                "type": "machine-learning-model",
                                "name": "base",
                                "purl": "pkg:huggingface/Qwen/Qwen2-7B@abcdef",
                            }
                        ]
                    },
                },
                {
                    "type": "data",
                    "bom-ref": "d",
                    "name": "alpaca",
                    "data": [
                        {
                            "type": "dataset",
                            "contents": {"url": "https://huggingface.co/datasets/tatsu-lab/alpaca"},
                        }
                    ],
                },
                {"type": "machine-learning-model", "name": "our private scorer"},
                {
                    "type": "machine-learning-model",
                    "name": "scorer",
                    "externalReferences": [
                        {"type": "other", "url": "https://huggingface.co/acme/scorer-v2"}
                    ],
                },
            ],
        }
    )
    assert ids(found, "model") == {
        "pkg:huggingface/acme/Acme-7B-Chat",
        "pkg:huggingface/Qwen/Qwen2-7B",
        "pkg:huggingface/acme/scorer-v2",
        "model:sbom/our private scorer",
    }
    assert ids(found, "dataset") == {
        "dataset:huggingface/tatsu-lab/alpaca", "dataset:sbom/house data",
    }  # fmt: skip
    assert {
        ("pkg:huggingface/acme/Acme-7B-Chat", "trained-on", "dataset:huggingface/tatsu-lab/alpaca"),
        ("pkg:huggingface/acme/Acme-7B-Chat", "trained-on", "dataset:sbom/house data"),
        ("pkg:huggingface/acme/Acme-7B-Chat", "derived-from", "pkg:huggingface/Qwen/Qwen2-7B"),
    } <= links(found)


def test_nested_components_containers_and_what_has_no_purl() -> None:
    inner: dict[str, object] = {"type": "library", "name": "deepest", "version": "1"}
    for number in range(100):
        inner = {"type": "file", "name": f"n{number}"} | {"components": [inner]}
    found = bill(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.4",
            "components": [
                {
                    "type": "application",
                    "bom-ref": "o",
                    "name": "outer",
                    "group": "com.acme",
                    "version": "2",
                    "components": [
                        {
                            "type": "container",
                            "bom-ref": "c",
                            "name": "ollama",
                            "purl": "pkg:docker/ollama/ollama@0.3.0",
                        }
                    ],
                },
                {"type": "operating-system", "name": ""},
                inner,
                {"type": "library", "name": "odd", "purl": "pkg:"},
            ],
        }
    )
    assert ids(found) == {
        "pkg:generic/com.acme/outer@2", "pkg:docker/ollama/ollama@0.3.0", "pkg:generic/odd",
        "pkg:generic/deepest@1",
    }  # fmt: skip
    assert links(found) == {
        ("pkg:generic/com.acme/outer@2", "contains", "pkg:docker/ollama/ollama@0.3.0")
    }
    assert component(found, "pkg:docker/ollama/ollama@0.3.0").kind == "container"
    assert {reason for _, reason, _ in gaps(found)} == {"requirement-without-name"}


SPDX = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-1", "name": "Acme License"}],
    "packages": [
        {"SPDXID": "SPDXRef-root", "name": "app", "licenseDeclared": "MIT"},
        {
            "SPDXID": "SPDXRef-a",
            "name": "Torch",
            "versionInfo": "2.3.1",
            "downloadLocation": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "licenseConcluded": "BSD-3-Clause",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:pypi/Torch_Audio@2.3.1?checksum=sha256:aa",
                }
            ],
        },
        {
            "SPDXID": "SPDXRef-b",
            "name": "helper",
            "licenseDeclared": "LicenseRef-1",
            "downloadLocation": "git+https://github.com/acme/helper.git",
        },
        {"SPDXID": "SPDXRef-c", "name": "lint", "licenseDeclared": "NONE"},
    ],
    "relationships": [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relationshipType": "DESCRIBES",
            "relatedSpdxElement": "SPDXRef-root",
        },
        {
            "spdxElementId": "SPDXRef-root",
            "relationshipType": "DEPENDS_ON",
            "relatedSpdxElement": "SPDXRef-a",
        },
        {
            "spdxElementId": "SPDXRef-c",
            "relationshipType": "DEV_DEPENDENCY_OF",
            "relatedSpdxElement": "SPDXRef-root",
        },
        {
            "spdxElementId": "SPDXRef-b",
            "relationshipType": "DEPENDENCY_OF",
            "relatedSpdxElement": "SPDXRef-c",
        },
    ],
}


def test_spdx_documents() -> None:
    found = bill(SPDX, "app.spdx.json")
    assert {(c.id, c.usage, c.direct) for c in found.components if c.kind == "package"} == {
        ("pkg:pypi/torch-audio@2.3.1", "used", True),
        ("pkg:generic/lint", "development", True),
        ("pkg:generic/helper", "development", False),
    }
    assert links(found) == {
        ("project:", "depends-on", "pkg:pypi/torch-audio@2.3.1"),
        ("project:", "depends-on", "pkg:generic/lint"),
        ("pkg:generic/lint", "depends-on", "pkg:generic/helper"),
        ("pkg:generic/helper", "delivered-by", "service:github"),
    }
    assert {(d.component, d.raw) for d in found.licenses} == {
        ("pkg:pypi/torch-audio@2.3.1", "BSD-3-Clause"),
        ("pkg:generic/helper", "Acme License"),
    }


def test_a_registry_address_tells_the_ecosystem() -> None:
    address = f"{PACKAGE_INDEX}/lmdb/"
    found = bill(
        {
            "spdxVersion": "SPDX-2.2",
            "packages": [
                {"SPDXID": "a", "name": "LMDB", "versionInfo": "1.0", "downloadLocation": address}
            ],
        }
    )
    assert links(found) == {("pkg:pypi/lmdb@1.0", "delivered-by", "service:pypi")}


def test_spdx_graphs() -> None:
    found = bill(
        {
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": [
                {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:app"]},
                {"type": "software_Package", "spdxId": "urn:app", "name": "app"},
                {
                    "type": "software_Package",
                    "spdxId": "urn:p",
                    "name": "transformers",
                    "software_packageUrl": "pkg:pypi/transformers@4.44.0",
                },
                {
                    "type": "software_Package",
                    "spdxId": "urn:t",
                    "name": "pytest",
                    "externalIdentifier": [
                        {
                            "type": "ExternalIdentifier",
                            "externalIdentifierType": "packageUrl",
                            "identifier": "pkg:pypi/pytest@8.3.3",
                        }
                    ],
                },
                {
                    "type": "ai_AIPackage",
                    "spdxId": "urn:m",
                    "name": "chat model",
                    "software_downloadLocation": "https://huggingface.co/acme/Acme-7B",
                },
                {"type": "dataset_DatasetPackage", "spdxId": "urn:d", "name": "house data"},
                {
                    "type": "simplelicensing_LicenseExpression",
                    "spdxId": "urn:l",
                    "simplelicensing_licenseExpression": "Apache-2.0",
                },
                {
                    "type": "Relationship",
                    "from": "urn:app",
                    "to": ["urn:p", "urn:m"],
                    "relationshipType": "dependsOn",
                },
                {
                    "type": "LifecycleScopedRelationship",
                    "from": "urn:app",
                    "to": ["urn:t"],
                    "relationshipType": "dependsOn",
                    "scope": "test",
                },
                {
                    "type": "Relationship",
                    "from": "urn:m",
                    "to": ["urn:d"],
                    "relationshipType": "trainedOn",
                },
                {
                    "type": "Relationship",
                    "from": "urn:p",
                    "to": ["urn:l"],
                    "relationshipType": "hasDeclaredLicense",
                },
            ],
        }
    )
    assert {c.id: c.usage for c in found.components if c.kind != "service"} == {
        "pkg:pypi/transformers@4.44.0": "used",
        "pkg:pypi/pytest@8.3.3": "test",
        "pkg:huggingface/acme/Acme-7B": "used",
        "dataset:sbom/house data": "used",
    }
    assert ("pkg:huggingface/acme/Acme-7B", "trained-on", "dataset:sbom/house data") in links(found)
    assert ("project:", "depends-on", "pkg:huggingface/acme/Acme-7B") in links(found)
    (declared,) = found.licenses
    assert (declared.component, declared.raw) == ("pkg:pypi/transformers@4.44.0", "Apache-2.0")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("bom.json", True), ("out/app.cdx.json", True), ("app.spdx.json", True),
        ("sbom-2026.json", True), ("app-sbom.json", True), ("app.spdx3.json", True),
        ("app.jsonld", False), ("package.json", False), ("bombay.json", False),
    ],
)  # fmt: skip
def test_names(path: str, wanted: bool) -> None:
    assert sbom.accepts(path) is wanted


def test_content_tells_a_bill_from_other_json() -> None:
    assert sbom.recognises(b'{"$schema": "x", "bomFormat" : "CycloneDX"}')
    assert sbom.recognises(b'{"spdxVersion": "SPDX-2.3"}')
    assert sbom.recognises(b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}')
    assert not sbom.recognises(b'{"name": "bomFormat", "dependencies": {}}')
    assert ids(bill({"name": "a board of materials"})) == set()


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:pypi/Foo_Bar@1.0", "pkg:pypi/foo-bar@1.0"),
        ("pkg:npm/%40acme/kit@1.0.0?x=y#z", "pkg:npm/%40acme/kit@1.0.0"),
        ("pkg:npm/@acme/kit@1.0.0", "pkg:npm/%40acme/kit@1.0.0"),
        ("pkg:npm/@acme/kit", "pkg:npm/%40acme/kit"),
        ("pkg:golang/github.com/Azure/sdk@v1.0", "pkg:golang/github.com/azure/sdk@v1.0"),
        ("pkg:GOLANG/a/b@v1%2Bincompatible", "pkg:golang/a/b@v1%2Bincompatible"),
        ("pkg:docker/library/redis@sha256:ab?tag=7", "pkg:docker/redis@sha256:ab"),
        ("pkg:huggingface/Qwen/Qwen2-7B@abc", "pkg:huggingface/Qwen/Qwen2-7B"),
        ("pkg:maven/g/a", "pkg:maven/g/a"),
        ("pkg:npm/", None),
        ("pkg:/x", None),
        ("cpe:2.3:a:x", None),
        ("", None),
    ],
)
def test_purls(purl: str, expected: str | None) -> None:
    found = purls.read(purl)
    assert (found.component if found else None) == expected
