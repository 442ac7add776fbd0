"""Canonical ids: equal to packageurl-python's, and taken apart as they were put together."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from provenance import ids

_ALNUM = string.ascii_letters + string.digits
python_names = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?", fullmatch=True)
versions = st.from_regex(
    r"(?:[1-9]!)?\d{1,3}(?:\.\d{1,3}){0,3}(?:(?:a|b|rc)\d)?(?:\.post\d)?(?:\.dev\d)?"
    r"(?:\+[a-z0-9]{1,6}(?:\.[a-z0-9]{1,4})?)?",
    fullmatch=True,
)
hub_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}[A-Za-z0-9_]", fullmatch=True).filter(
    lambda name: "--" not in name and ".." not in name
)
revisions = st.text("0123456789abcdef", min_size=7, max_size=40)


@given(python_names, st.none() | versions)
def test_pypi_is_packageurl_of_the_normal_name(name: str, version: str | None) -> None:
    expected = PackageURL("pypi", None, str(canonicalize_name(name)), version).to_string()
    assert ids.pypi(name, version) == expected


@given(hub_names, hub_names, st.none() | revisions)
def test_hub_model_is_packageurl_with_case_kept(
    space: str, name: str, revision: str | None
) -> None:
    expected = PackageURL("huggingface", space, name, revision).to_string()
    made = ids.hub_model(f"{space}/{name}", revision)
    assert made == expected
    assert ids.without_version(made) == ids.hub_model(f"{space}/{name}")
    assert ids.version_of(made) == revision
    assert ids.short(ids.without_version(made)) == f"{space}/{name}"


@given(python_names, versions)
def test_versions_come_off_again(name: str, version: str) -> None:
    assert ids.without_version(ids.pypi(name, version)) == ids.pypi(name)
    parsed = PackageURL.from_string(ids.pypi(name, version))
    assert parsed.version == version


@given(st.sampled_from(["torch", "Torch", "TORCH"]), st.sampled_from(["-", "_", ".", "-_.", "--"]))
def test_one_package_has_one_id(name: str, separator: str) -> None:
    assert ids.pypi(f"{name}{separator}audio") == "pkg:pypi/torch-audio"


def test_ids_of_the_other_kinds() -> None:
    assert ids.modelscope_model("qwen/Qwen2-7B") == "model:modelscope/qwen/Qwen2-7B"
    assert ids.api_model("openai", "gpt-4o") == "model:openai/gpt-4o"
    assert ids.api_model("aws-bedrock", "x.y-v1:0") == "model:bedrock/x.y-v1:0"
    assert ids.local_model("./".strip("./")) == "model:local/."
    assert ids.local_model("checkpoints/my-chat/") == "model:local/checkpoints/my-chat"
    assert ids.dataset("modelscope", "ns/d") == "dataset:modelscope/ns/d"
    assert ids.service("openai") == "service:openai"
    assert ids.project("my-app") == "project:my-app"


@pytest.mark.parametrize("text", ["a/b", "Qwen/Qwen2-7B", "ns/name.v1_x", "0x/1"])
def test_hub_repository(text: str) -> None:
    assert ids.is_hub_repository(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a/", "/a", "a/b/c", "a b/c", "a/b--c", "a/..", "../b", "-a/b", "a/b-", "中/文"],
)
def test_not_a_hub_repository(text: str) -> None:
    assert not ids.is_hub_repository(text)


@pytest.mark.parametrize(
    ("component", "keys"),
    [
        ("pkg:pypi/torch@2.3.1", ("pkg:pypi/torch",)),
        ("pkg:huggingface/ns/name@abc", ("pkg:huggingface/ns/name", "huggingface:ns")),
        ("dataset:huggingface/ns/name", ("dataset:huggingface/ns/name", "huggingface:ns")),
        ("dataset:huggingface/old", ("dataset:huggingface/old",)),
        ("model:modelscope/ns/name", ("model:modelscope/ns/name", "modelscope:ns")),
        ("pkg:github/owner/repo", ("pkg:github/owner/repo", "github:owner")),
        ("model:ollama/small:8b", ("model:ollama/small:8b", "model:ollama/small")),
        ("model:ollama/small", ("model:ollama/small",)),
        ("model:openai/m:1", ("model:openai/m:1",)),
        ("service:x", ("service:x",)),
        ("model:local/x", ()),
        ("dataset:local/x", ()),
        ("project:x", ()),
    ],
)
def test_lookup_keys(component: str, keys: tuple[str, ...]) -> None:
    assert ids.lookup_keys(component) == keys
