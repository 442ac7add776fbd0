"""ModelScope's metadata behind the port of the hubs, against a loopback double."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provenance.edge.hub_environment import modelscope_access
from provenance.edge.hub_records import HubFailure, HubRecord
from provenance.edge.hubs import Hubs, every_hub
from provenance.edge.model_hub import HuggingFaceHub, ModelScopeHub
from provenance.edge.modelscope import ModelScope
from provenance.errors import UsageError
from tests.support.hub_double import HubDouble, Repo
from tests.support.modelscope_double import Entry, ModelScopeDouble

TODAY = "2026-01-02"
A = "model:modelscope/ns/a"
DATA: dict[str, Any] = {
    "License": "Apache License 2.0",
    "BaseModel": ["Qwen/Qwen2-7B", "ns/a"],
    "BaseModelRelation": "Quantized",
    "Tags": ["text-generation", "awq"],
    "CreatedTime": 1_704_164_645,
    "LastUpdatedTime": 1_738_555_506,
}


def client(double: ModelScopeDouble, **changes: Any) -> ModelScope:
    options: dict[str, Any] = {
        "endpoint": double.url, "token": None, "cache_dir": None, "offline": False,
        "now": lambda: TODAY, "sleep": lambda _: None, "timeout": 5.0,
    }  # fmt: skip
    return ModelScope(**{**options, **changes})


def asked(*entries: Entry, wanted: str = A, **changes: Any) -> HubRecord | HubFailure:
    with ModelScopeDouble(*entries) as double:
        (found,) = client(double, **changes).lookup([wanted])
    return found


def test_a_record_and_what_was_asked() -> None:
    with ModelScopeDouble(Entry("ns/a", DATA)) as double:
        hub = client(double)
        (record,) = hub.lookup([A])
    assert isinstance(record, HubRecord)
    assert (record.id, record.resolved, record.url) == (A, "ns/a", f"{double.url}/models/ns/a")
    assert record.base_models == (
        ("Qwen/Qwen2-7B", "unknown", "declared"), ("Qwen/Qwen2-7B", "quantized", "hub-inferred"),
    )  # fmt: skip
    assert record.names_itself
    assert (record.licenses, record.tags) == (("Apache License 2.0",), ("text-generation", "awq"))
    assert (record.created, record.modified) == ("2024-01-02T03:04:05Z", "2025-02-03T04:05:06Z")
    (request,) = double.requests
    assert (request.path, request.query) == ("/api/v1/models/ns/a", "Revision=master")
    assert (request.cookie, request.authorization) == (None, None)
    assert hub.hosts_contacted == (double.host,)


@pytest.mark.parametrize(
    ("written", "bases", "unnamed"),
    [
        (None, (), ()),
        ("", (), ()),
        ("o/x", (("o/x", "unknown", "declared"),), ()),
        (["https://www.modelscope.cn/models/o/x/summary"], (("o/x", "unknown", "declared"),), ()),
        (["./out", 7, None, "bert"], (), ("./out", "bert")),
    ],
)
def test_bases_in_every_spelling(written: object, bases: object, unnamed: object) -> None:
    record = asked(Entry("ns/a", {"BaseModel": written}))
    assert isinstance(record, HubRecord)
    assert (record.base_models, record.unnamed_bases) == (bases, unnamed)


def test_a_dataset() -> None:
    entry = Entry("ns/d", {"License": "CC BY 4.0"}, kind="datasets")
    record = asked(entry, wanted="dataset:modelscope/ns/d")
    assert isinstance(record, HubRecord)
    assert (record.resolved, record.licenses) == ("ns/d", ("CC BY 4.0",))


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry("ns/b"), "not-found"),
        (Entry("ns/a", envelope=10010205001), "not-found"),
        (Entry("ns/a", status=403), "unauthorized"),
        (Entry("ns/a", status=429), "rate-limited"),
        (Entry("ns/a", status=503), "server-error"),
        (Entry("ns/a", raw=b"<html>"), "invalid-response"),
        (Entry("ns/a", raw=b"[" * 100_000), "invalid-response"),
        (Entry("ns/a", raw=b"[]"), "invalid-response"),
        (Entry("ns/a", raw=b'{"Code": 200}'), "invalid-response"),
        (Entry("ns/a", raw=b" " * (5 << 20)), "invalid-response"),
        (Entry("ns/a", {"Tags": "x"}), "invalid-response"),
        (Entry("ns/a", {"BaseModel": {"a": 1}}), "invalid-response"),
        (Entry("ns/a", {"Name": "../../x"}), "invalid-response"),
        (Entry("ns/a", raw=b"{}", headers={"Content-Encoding": "gzip"}), "invalid-response"),
    ],
)
def test_trouble_is_a_failure(entry: Entry, reason: str) -> None:
    found = asked(entry)
    assert isinstance(found, HubFailure), found
    assert found.reason == reason


@pytest.mark.parametrize(
    "wanted", ["pkg:huggingface/ns/a", "model:modelscope/a", "model:modelscope/ns/a/b", "x",
               "model:modelscope/../a", "dataset:modelscope/"],
)  # fmt: skip
def test_other_ids_are_not_asked(wanted: str) -> None:
    with ModelScopeDouble(Entry("ns/a")) as double:
        (found,) = client(double).lookup([wanted])
        assert not double.requests
    assert isinstance(found, HubFailure)
    assert found.reason == "invalid-id"


def test_the_token_goes_to_the_endpoint_and_nowhere_else() -> None:
    with ModelScopeDouble(Entry("ns/a")) as other:
        target = f"{other.url}/api/v1/models/ns/a"
        with ModelScopeDouble(Entry("ns/a", redirect=target)) as double:
            hub = client(double, token="secret-1")
            (record,) = hub.lookup([A])
            assert isinstance(record, HubRecord)
            assert [seen.cookie for seen in double.requests] == ["m_session_id=secret-1"]
            assert [seen.cookie for seen in other.requests] == [None]
            assert hub.hosts_contacted == tuple(sorted((double.host, other.host)))


def test_no_cookie_of_an_answer_is_sent_again() -> None:
    entries = [Entry("ns/a", headers={"Set-Cookie": "m_session_id=theirs"}), Entry("ns/b")]
    with ModelScopeDouble(*entries) as double:
        client(double).lookup([A, "model:modelscope/ns/b"])
        assert [seen.cookie for seen in double.requests] == [None, None]


def test_offline_replays_the_cache(tmp_path: Path) -> None:
    with ModelScopeDouble(Entry("ns/a", DATA)) as double:
        (stored,) = client(double, cache_dir=tmp_path).lookup([A])
        found = client(double, cache_dir=tmp_path, offline=True)
        assert found.lookup([A]) == (stored,)
        (missing,) = found.lookup(["model:modelscope/ns/b"])
        assert len(double.requests) == 1
    assert isinstance(missing, HubFailure)
    assert missing.reason == "offline"


def test_the_port(tmp_path: Path) -> None:
    with ModelScopeDouble(Entry("ns/a", DATA)) as double:
        hub = ModelScopeHub({"MODELSCOPE_ENDPOINT": double.url}, today=TODAY, cache=tmp_path)
        found = hub.describe([A, "pkg:huggingface/ns/a"])
        assert [seen.path for seen in double.requests] == ["/api/v1/models/ns/a"]
    assert [(k.target, k.how, k.basis) for k in found.links] == [
        ("model:modelscope/Qwen/Qwen2-7B", "unknown", "declared"),
        ("model:modelscope/Qwen/Qwen2-7B", "quantization", "hub-inferred"),
    ]
    (license_claim,) = found.licenses
    assert (license_claim.component, license_claim.raw) == (A, "Apache License 2.0")
    assert license_claim.evidence.reference == f"{double.url}/models/ns/a"
    assert [(gap.subject, gap.reason) for gap in found.gaps] == [(A, "base-is-itself")]


def test_each_id_is_asked_of_its_own_hub(tmp_path: Path) -> None:
    with HubDouble(Repo("ns/a")) as one, ModelScopeDouble(Entry("ns/a", DATA)) as other:
        environ = {"HF_ENDPOINT": one.url, "MODELSCOPE_ENDPOINT": other.url}
        hubs = Hubs(
            HuggingFaceHub(environ, today=TODAY, cache=tmp_path / "1"),
            ModelScopeHub(environ, today=TODAY, cache=tmp_path / "2"),
        )
        found = hubs.describe([A, "pkg:huggingface/ns/a", "model:openai/gpt-4o"])
        assert [request.path for request in one.requests] == ["/api/models/ns/a"]
        assert [seen.path for seen in other.requests] == ["/api/v1/models/ns/a"]
        assert hubs.hosts_contacted == tuple(sorted((one.host, other.host)))
    assert {link.source for link in found.links} == {A}


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({}, "https://www.modelscope.cn"),
        ({"MODELSCOPE_DOMAIN": "www.modelscope.ai"}, "https://www.modelscope.ai"),
        ({"MODELSCOPE_DOMAIN": "http://mirror.example:8080/"}, "http://mirror.example:8080"),
        (
            {"MODELSCOPE_ENDPOINT": "http://one.example/", "MODELSCOPE_DOMAIN": "two.example"},
            "http://one.example",
        ),
    ],
)
def test_the_address(environ: dict[str, str], endpoint: str) -> None:
    assert modelscope_access(environ).endpoint == endpoint


def test_the_environment_s_token_and_switches() -> None:
    chosen = modelscope_access({"MODELSCOPE_API_TOKEN": " t\n", "HF_HUB_OFFLINE": "1"})
    assert (chosen.token, chosen.offline) == ("t", True)
    assert "t" not in repr(chosen).partition("token")[2][:8]
    assert modelscope_access({"HF_TOKEN": "h"}).token is None


@pytest.mark.parametrize(
    "environ", [{"MODELSCOPE_ENDPOINT": "ftp://x"}, {"MODELSCOPE_API_TOKEN": "a b"},
                {"MODELSCOPE_DOMAIN": "user:secret@x"}],
)  # fmt: skip
def test_what_cannot_be_used_is_a_usage_error(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError) as error:
        every_hub(environ, today=TODAY)
    assert "secret" not in str(error.value) and "a b" not in str(error.value)
