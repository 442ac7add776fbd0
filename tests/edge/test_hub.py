"""Records of models and datasets, against the hub double."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi
from msgspec.structs import replace

from provenance.edge.hub import HubFailure, HubRecord
from tests.support.hub_asks import INFO, NOW, A, failed, hub, one, repo
from tests.support.hub_double import HubDouble, Repo


def test_model_record_and_what_was_asked() -> None:
    with HubDouble(repo()) as double:
        asked = hub(double)
        record = one(asked)
    assert record == HubRecord(
        id=A,
        resolved="ns/a",
        revision="ab" * 20,
        licenses=("mit",),
        license_name="n",
        license_link="l",
        base_models=(("ns/base", "merge", "declared"), ("ns/base", "finetune", "hub-inferred")),
        names_itself=False,
        unnamed_bases=(),
        datasets=("x/d", "C4"),
        tags=("license:mit", "base_model:ns/tag"),
        library="transformers",
        pipeline="text-generation",
        gated="manual",
        created="2024-01-02T03:04:05Z",
        modified="2025-02-03T04:05:06Z",
        retrieved=NOW,
        url=f"{double.url}/ns/a",
    )
    (request,) = double.requests
    assert (request.method, request.path) == ("GET", "/api/models/ns/a")
    wanted = "baseModels cardData createdAt gated lastModified library_name pipeline_tag sha tags"
    assert " ".join(sorted(request.expand)) == wanted
    assert asked.hosts_contacted == (double.host,)


def test_dataset_record() -> None:
    info = {key: INFO[key] for key in ("sha", "createdAt", "lastModified")}
    info |= {"cardData": {"license": ["mit", "odbl"]}, "gated": False, "tags": ["license:mit"]}
    with HubDouble(Repo("ns/d", "dataset", info=info)) as double:
        record = one(hub(double), "dataset:huggingface/ns/d")
        assert failed(hub(double), "pkg:huggingface/ns/d").reason == "not-found"
    assert (record.id, record.resolved) == ("dataset:huggingface/ns/d", "ns/d")
    assert (record.licenses, record.gated, record.base_models) == (("mit", "odbl"), None, ())
    assert (record.library, record.modified) == (None, "2025-02-03T04:05:06Z")
    assert record.url == f"{double.url}/datasets/ns/d"
    assert double.requests[0].path == "/api/datasets/ns/d"


def test_a_bare_record() -> None:
    with HubDouble(repo(info={"sha": None, "gated": None})) as double:
        record = one(hub(double))
    assert (record.revision, record.license_name, record.gated, record.created) == (None,) * 4
    assert (record.tags, record.datasets, record.base_models, record.licenses) == ((),) * 4


def test_order_and_repeats() -> None:
    ids = ["pkg:huggingface/ns/b", A, "pkg:huggingface/ns/none", "pkg:huggingface/ns/b"]
    with HubDouble(repo(), repo("ns/b")) as double:
        results = hub(double).lookup(ids)
        assert hub(double).lookup([]) == ()
    assert [result.id for result in results] == ids
    assert [type(result) for result in results] == [HubRecord, HubRecord, HubFailure, HubRecord]
    assert len(double.requests) == 3


def bases(info: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """The base models read from `info` of ns/a: name, relation, who says so."""
    with HubDouble(repo(info=info)) as double:
        return one(hub(double)).base_models


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"base_model": "o/x"}, (("o/x", "unknown"),)),
        (
            {"base_model": ["o/x", "o/y", "o/x"], "base_model_relation": "merge"},
            (("o/x", "merge"), ("o/y", "merge")),
        ),
        ({"base_model": "o/x", "base_model_relation": "Odd"}, (("o/x", "odd"),)),
        ({"base_model": "o/x", "base_model_relation": "so to say"}, (("o/x", "unknown"),)),
        ({"base_model": "o/x", "base_model_relation": ["merge"]}, (("o/x", "unknown"),)),
        ({"base_model": "https://huggingface.co/o/x"}, (("o/x", "unknown"),)),
        ({"base_model": "https://hf.co/o/x/tree/main"}, (("o/x", "unknown"),)),
        ({"base_model": ["./out", 7, None, "bert", "a/b/c"]}, (("bert", "unknown"),)),
        ({"base_model": ["NS/A", "o/x"]}, (("o/x", "unknown"),)),
    ],
)
def test_base_models_of_the_card(
    card: dict[str, Any], expected: tuple[tuple[str, str], ...]
) -> None:
    stated = tuple((name, relation, "declared") for name, relation in expected)
    assert bases({"cardData": card, "tags": ["base_model:o/tag"]}) == stated
    assert bases({"cardData": card, "baseModels": None}) == stated
    assert bases({"cardData": card, "baseModels": {"relation": "merge", "models": []}}) == stated


def test_base_models_of_tags_only() -> None:
    tags = ["base_model:o/x", "base_model:quantized:o/x", "base_model:o/y", "base_model:ns/a"]
    tags += ["base_model:finetune:ns/a", "base_model:a b", "xbase_model:o/z"]
    x = (("o/x", "unknown", "declared"), ("o/x", "quantized", "hub-inferred"))
    y = (("o/y", "unknown", "declared"),)
    assert bases({"tags": tags}) == (*x, *y)
    assert bases({"tags": tags[::-1]}) == (*y, *x)


def test_the_kind_that_the_hub_makes_up_is_apart_from_the_card_s() -> None:
    card = {"base_model": "o/x"}
    field = {"relation": "quantized", "models": [{"id": "o/x"}]}
    expected = (("o/x", "unknown", "declared"), ("o/x", "quantized", "hub-inferred"))
    assert bases({"cardData": card, "baseModels": field}) == expected
    assert bases({"cardData": card, "tags": ["base_model:quantized:o/x"]}) == expected
    card["base_model_relation"] = "quantized"
    assert bases({"cardData": card, "baseModels": field}) == (("o/x", "quantized", "declared"),)
    card["base_model_relation"] = "finetune"
    assert bases({"cardData": card, "baseModels": field}) == (
        ("o/x", "finetune", "declared"), ("o/x", "quantized", "hub-inferred"),
    )  # fmt: skip


def test_base_models_of_the_field() -> None:
    several = {"relation": "merge", "models": [{"id": "o/x"}, {"id": "ns/a"}, {"id": "o/y"}, {}]}
    assert bases({"baseModels": several}) == (
        ("o/x", "unknown", "declared"), ("o/x", "merge", "hub-inferred"),
        ("o/y", "unknown", "declared"), ("o/y", "merge", "hub-inferred"),
    )  # fmt: skip
    odd = {"relation": "distilled", "models": [{"id": "o/x"}]}
    assert bases({"baseModels": odd}) == (("o/x", "unknown", "declared"),)
    itself = {"relation": "merge", "models": [{"id": "Ns/a"}]}
    assert bases({"baseModels": itself, "tags": ["base_model:o/tag"]}) == ()


def test_base_models_that_the_field_leaves_out() -> None:
    card = {"base_model": ["O/X", "o/gone"], "base_model_relation": "merge"}
    field = {"relation": "merge", "models": [{"id": "o/x"}]}
    assert bases({"cardData": card, "baseModels": field}) == (
        ("o/x", "merge", "declared"), ("o/gone", "merge", "declared"),
    )  # fmt: skip


def test_a_revision_is_asked_for() -> None:
    pinned = Repo("ns/a", info=INFO, revisions=frozenset({"main", "v1", "refs/pr/1"}))
    with HubDouble(pinned) as double:
        record = one(hub(double), f"{A}@v1")
        assert (record.id, record.url) == (f"{A}@v1", f"{double.url}/ns/a/tree/v1")
        assert one(hub(double), f"{A}@refs%2Fpr%2F1").url.endswith("/tree/refs%2Fpr%2F1")
        assert one(hub(double), f"{A}@{'ab' * 20}").revision == "ab" * 20
        failure = failed(hub(double), f"{A}@v2")
    assert (failure.reason, failure.detail) == ("not-found", "HTTP 404 (RevisionNotFound)")
    assert double.requests[0].path == "/api/models/ns/a/revision/v1"


def test_old_name_answers_for_the_new_one(tmp_path: Path) -> None:
    with HubDouble(repo("ns/old", renamed_to="ns/a"), repo()) as double:
        found = hub(double, cache_dir=tmp_path)
        old = one(found, "pkg:huggingface/ns/old@main")
        new = one(found, f"{A}@main")
        assert len(double.requests) == 2
        assert new == replace(old, id=f"{A}@main")
        assert one(hub(double, cache_dir=tmp_path, offline=True), f"{A}@main") == new
        assert one(found).id == A  # another revision is another question
        assert len(double.requests) == 3


def test_rename_is_followed() -> None:
    info = {"cardData": {"base_model": ["old", "ns/new", "o/x"]}}
    with HubDouble(repo("old", renamed_to="ns/new"), repo("ns/new", info)) as double:
        asked = hub(double)
        record = one(asked, "pkg:huggingface/old")
    assert (record.id, record.resolved) == ("pkg:huggingface/old", "ns/new")
    assert record.url == f"{double.url}/ns/new"
    assert record.base_models == (("o/x", "unknown", "declared"),)
    assert record.names_itself
    assert [r.path for r in double.requests] == ["/api/models/old", "/api/models/ns/new"]
    assert double.requests[0].expand == double.requests[1].expand != ()
    assert asked.hosts_contacted == (double.host,)


def test_the_gate_of_files_does_not_hide_the_info() -> None:
    with HubDouble(repo(gated=True)) as double:
        assert one(hub(double)).gated == "manual"


def test_hostile_fields_are_defused(tmp_path: Path) -> None:
    card = {"license": "m\x1b[31m\ud800it", "get": "x", "datasets": {"a": 1}, "model-index": 3}
    body = json.dumps({"id": "ns/a", "cardData": card, "tags": ["t" * 9000]})
    with HubDouble(repo(raw_body=body.encode())) as double:
        record = one(hub(double, cache_dir=tmp_path))
        assert one(hub(double, cache_dir=tmp_path, offline=True)) == record
    assert record.licenses == ("m\ufffd[31m\ufffdit",)
    assert (len(record.tags[0]), record.datasets) == (2000, ())


@pytest.mark.parametrize("card", [[], "x", ["license"], 3])
def test_a_card_that_is_no_mapping_is_no_card(card: object) -> None:
    with HubDouble(repo(info={"cardData": card, "tags": ["license:mit"]})) as double:
        assert one(hub(double)).licenses == ("mit",)


def test_no_token_means_none_whatever_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_stored")
    with HubDouble(repo(), tokens=["hf_stored", "hf_given"]) as double:
        HfApi(endpoint=double.url).model_info("ns/a")  # shows that the stored one would be sent
        for token in (None, "", "hf_given"):
            assert one(hub(double, token=token)).resolved == "ns/a"
    assert [r.token for r in double.requests] == ["hf_stored", None, None, "hf_given"]


def test_token_stays_at_the_endpoint_on_redirect() -> None:
    with (
        HubDouble(repo()) as other,
        HubDouble(repo(redirect_to=other.url), tokens=["hf_in"]) as double,
    ):
        asked = hub(double, token="hf_in")
        record = one(asked)
    assert [r.token for r in double.requests] == ["hf_in"]
    assert [r.token for r in other.requests] == [None]
    assert record.url == f"{double.url}/ns/a"
    assert asked.hosts_contacted == tuple(sorted([double.host, other.host]))


def test_token_is_kept_out_of_results_and_cache(tmp_path: Path) -> None:
    with HubDouble(repo(), tokens=["hf_in"]) as double:
        found = hub(double, token="hf_in", cache_dir=tmp_path)
        results = found.lookup([A, "pkg:huggingface/ns/none", "pkg:huggingface/x y"])
    (stored,) = tmp_path.iterdir()
    assert [r.token for r in double.requests] == ["hf_in", "hf_in"]
    assert "hf_in" not in repr(results) + stored.read_text() + repr(found)


RAW = "from huggingface_hub import HfApi; HfApi(endpoint={url!r}, token=False).model_info('ns/a')"
OURS = """
import sys
from provenance.edge.hub import Hub
options = dict(endpoint={url!r}, token=None, cache_dir=None, now=str)
off = Hub(offline=True, **options).lookup(["pkg:huggingface/ns/a"])
assert off[0].reason == "offline" and "huggingface_hub" not in sys.modules
assert Hub(offline=False, **options).lookup(["pkg:huggingface/ns/a"])[0].resolved == "ns/a"
assert "huggingface_hub" in sys.modules
"""


@pytest.mark.parametrize(("code", "telemetry"), [(RAW, True), (OURS, False)])
def test_import_is_late_and_nothing_else_is_asked(
    code: str, telemetry: bool, tmp_path: Path
) -> None:
    """Left alone, huggingface_hub asks about agents; through Hub nothing but the info is asked."""
    with HubDouble(repo()) as double:
        environment = {
            **{k: v for k, v in os.environ.items() if k != "HF_HUB_DISABLE_TELEMETRY"},
            "HF_ENDPOINT": double.url,
            "HF_HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        run: Callable[..., Any] = subprocess.run
        run([sys.executable, "-c", code.format(url=double.url)], env=environment, check=True)
    extra = ["/api/agent-harnesses"] if telemetry else []
    assert [r.path for r in double.requests] == [*extra, "/api/models/ns/a"]
