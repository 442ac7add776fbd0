"""Files that share a name or an ending reach the reader that understands them."""

from __future__ import annotations

import json

import pytest

from provenance.extract import extractor_for
from provenance.extract.usages import usage_of_path
from tests.support.reading import ids, read


def test_an_application_s_config_json_is_settings() -> None:
    found = read("app/config.json", '{"provider": "openai", "model": "gpt-4o"}')
    assert ids(found, "model") == {"model:openai/gpt-4o"}


def test_a_bill_of_materials_is_known_by_what_it_says() -> None:
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5",
        "components": [{"type": "library", "name": "x", "purl": "pkg:maven/dev.langchain4j/x@1.0"}],
    }  # fmt: skip
    assert ids(read("out/report.json", json.dumps(bill))) >= {"pkg:maven/dev.langchain4j/x@1.0"}


@pytest.mark.parametrize(
    ("path", "like"),
    [
        ("conf/agent.yaml.example", "conf/agent.yaml"), ("a.toml.sample", "a.toml"),
        ("agent.json.template", "agent.json"),
    ],
)  # fmt: skip
def test_a_template_is_read_as_what_it_is_a_template_of(path: str, like: str) -> None:
    assert extractor_for(path) is extractor_for(like) is not None


@pytest.mark.parametrize(
    ("path", "usage"),
    [
        ("src/config.ts", "used"), ("tailwind.config.ts", "development"),
        ("src/a.test.tsx", "test"), ("src/a.stories.jsx", "example"), ("Contest.java", "used"),
        ("ChatTest.java", "test"), ("ChatTests.cs", "test"), ("a_test.go", "test"),
        ("ui/.eslintrc.cjs", "development"), (".prettierrc.js", "development"),
        ("gulpfile.js", "development"), ("src/.hidden.js", "used"), ("a/arc.js", "used"),
        ("a_spec.rb", "test"), (".devcontainer/x.sh", "development"),
        ("tests.py", "test"), ("load_test.py", "used"),
        ("docs/requirements.txt", "documentation"), ("documentation/pom.xml", "example"),
        ("documentation/src/main/java/a/App.java", "example"), ("docs/a/App.java", "documentation"),
    ],
)  # fmt: skip
def test_usage_of_a_path(path: str, usage: str) -> None:
    assert usage_of_path(path) == usage
