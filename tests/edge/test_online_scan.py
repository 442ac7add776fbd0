"""``provenance scan --online`` from the command line to the report, against the hub double."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from provenance.registry import Registry
from tests.support.hub_double import FOREVER, Behaviour, HubDouble, Repo
from tests.support.hub_scan import DAY, Scan, scan, tree, with_ancestors

HF, DATASET = "pkg:huggingface/", "dataset:huggingface/"
TOP, MID, ROOT = "mistralai/zz-top", "Qwen/zz-mid", "meta-llama/zz-root"
MERGED, PARENTS = "zz-unknown/zz-merged", ("BAAI/zz-p1", "google/zz-p2", "mistralai/zz-p3")
LOOP = ("Qwen/zz-loop-a", "mistralai/zz-loop-b", "google/zz-loop-c")
ITSELF, OLD, NEW, FROM_OLD = "google/zz-self", "zz-old/zz-m", "google/zz-m", "mistralai/zz-n"
CASE = "qwen/ZZ-Case"


def first(table: str, **wanted: str) -> dict[str, str]:
    """The first row of a data file on exactly one hub model, with these values."""
    with (Registry().root / table).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = row.get("child") or row.get("key") or ""
            if key.startswith(HF) and "*" not in key and wanted.items() <= row.items():
                return row
    raise AssertionError(f"no such row in {table}")


OVERRIDDEN = first("lineage.csv", overrides_hub="true")["child"].removeprefix(HF)
LICENSED = first("licenses/components.csv", expression="Apache-2.0")["key"].removeprefix(HF)


def model(name: str, *bases: str, how: str | None = None, **card: Any) -> Repo:
    """A model whose record names these bases."""
    info: dict[str, Any] = {"cardData": {**card, "base_model": list(bases)}, "gated": False}
    if how is not None:
        info["baseModels"] = {"relation": how, "models": [{"id": base} for base in bases]}
    return Repo(name, info=info)


REPOS = with_ancestors([
    model(TOP, MID, how="finetune", license="apache-2.0", datasets=["tatsu-lab/zz-d", "zzbare"]),
    model(MID, f"https://huggingface.co/{ROOT}/tree/main", base_model_relation="quantized",
          license="other", license_name="llama3.1", license_link="LICENSE"),
    model(ROOT, license=["mit", "cc-by-4.0"]),
    model(MERGED, *PARENTS, how="merge", license="other"),
    *(model(name) for name in PARENTS),
    *(model(a, b, how="finetune") for a, b in zip(LOOP, LOOP[1:] + LOOP[:1], strict=True)),
    model(ITSELF, ITSELF.upper(), ITSELF),
    Repo(OLD, behaviour=Behaviour(renamed_to=NEW)),
    model(NEW, ROOT, how="adapter", license="mit"),
    model(FROM_OLD, OLD),
    Repo(CASE, info={"id": "Qwen/zz-case"}),
    model(OVERRIDDEN, "zz-wrong/zz-wrong", how="merge"),
    model(LICENSED, license="cc-by-nc-4.0"),
    Repo("tatsu-lab/zz-d", "dataset", info={"cardData": {"license": "odbl"}}),
    Repo("zzbare", "dataset", behaviour=Behaviour(renamed_to="allenai/zzbare")),
    Repo("allenai/zzbare", "dataset"),
])  # fmt: skip
SCANNED = (TOP, MERGED, LOOP[0], ITSELF, FROM_OLD, CASE, OVERRIDDEN, LICENSED)


OFFLINE = {"HF_HUB_OFFLINE": "1"}


class Runs(NamedTuple):
    """One project, scanned online, by default, from the cache; and what the hub was asked."""

    online: Scan
    default: Scan
    replayed: Scan
    asked: tuple[int, ...]
    paths: tuple[str, ...]
    double: HubDouble


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("online")
    project = tree(folder / "project", SCANNED)
    with HubDouble(*REPOS) as double:
        done, asked = [], []
        for flags, environ in ((("--online",), {}), ((), {}), (("--online",), OFFLINE)):
            done.append(scan(project, double, folder / "cache", *flags, **environ))
            asked.append(len(double.requests))
        paths = tuple(request.path for request in double.requests)
        online, default, replayed = done
        yield Runs(online, default, replayed, tuple(asked), paths, double)


def hub_evidence(runs: Runs, page: str) -> dict[str, Any]:
    """What a claim of the hub rests on: a page of the endpoint that was asked, and the day."""
    return {"source": "hub", "reference": f"{runs.double.url}/{page}", "as_of": DAY}


def rests_on(claim: dict[str, Any], evidence: dict[str, Any]) -> bool:
    """Whether one piece of a claim's evidence has these values."""
    return any(evidence.items() <= item.items() for item in claim["evidence"])


def test_lineage_is_followed_to_the_roots(runs: Runs) -> None:
    report = runs.online
    line = [HF + name for name in (TOP, MID, ROOT)]
    # TOP's card leaves the kind to the hub, MID's says it.
    said = (("finetune", "hub-inferred"), ("quantization", "declared"))
    for child, parent, (how, basis) in zip(line, line[1:], said, strict=False):
        link = report.links(child, "derived-from")[parent]
        assert (link["how"], link["basis"]) == (how, basis)
        assert rests_on(link, hub_evidence(runs, child.removeprefix(HF)))
    own = {code for one in line for code in report.component(one)["jurisdictions"]}
    assert own >= {"FR", "CN", "US"}
    assert set(report.component(line[0])["effective_jurisdictions"]) == own
    base = [o for o in report.component(line[0])["origins"] if o["role"] == "base"]
    assert {tuple(origin["via"]) for origin in base} == {tuple(line[1:2]), tuple(line[1:])}
    assert report.component(line[0])["direct"] and not report.component(line[2])["direct"]


def test_merge_keeps_every_parent(runs: Runs) -> None:
    links = runs.online.links(HF + MERGED, "derived-from")
    assert set(links) == {HF + name for name in PARENTS}
    assert {link["how"] for link in links.values()} == {"merge"}
    component = runs.online.component(HF + MERGED)
    assert component["jurisdictions"] == []
    assert {"CN", "US", "FR"} <= set(component["effective_jurisdictions"])
    assert HF + MERGED in component["unknown"]


def test_cycles_end(runs: Runs) -> None:
    effective = [runs.online.component(HF + name)["effective_jurisdictions"] for name in LOOP]
    assert effective[0] == effective[1] == effective[2]
    assert {"CN", "FR", "US"} <= set(effective[0])
    assert all(runs.paths.count(f"/api/models/{name}") == 1 for name in LOOP)


def test_self_reference_is_no_link(runs: Runs) -> None:
    assert runs.online.links(HF + ITSELF, "derived-from") == {}
    assert runs.online.component(HF + ITSELF)["effective_jurisdictions"] == ["US"]


def test_registry_row_overrides_the_hub(runs: Runs) -> None:
    links = runs.online.links(HF + OVERRIDDEN, "derived-from")
    assert set(links) == {row.parent for row in Registry().lineage(HF + OVERRIDDEN)}
    assert not any(item["source"] == "hub" for k in links.values() for item in k["evidence"])
    assert not any("zz-wrong" in component["id"] for component in runs.online.report["components"])


def test_datasets_are_linked_and_asked_for(runs: Runs) -> None:
    links = runs.online.links(HF + TOP, "trained-on")
    assert set(links) == {f"{DATASET}tatsu-lab/zz-d", f"{DATASET}zzbare"}
    assert all(rests_on(link, hub_evidence(runs, TOP)) for link in links.values())
    (license_,) = runs.online.component(f"{DATASET}tatsu-lab/zz-d")["licenses"]
    assert rests_on(license_, hub_evidence(runs, "datasets/tatsu-lab/zz-d"))
    assert list(runs.online.links(f"{DATASET}zzbare", "same-as")) == [f"{DATASET}allenai/zzbare"]


def test_licenses_of_the_hub(runs: Runs) -> None:
    def own(name: str) -> dict[str, str]:
        found = runs.online.component(HF + name)["licenses"]
        return {item["expression"]: item["declared_by"] for item in found if not item["via"]}

    assert own(TOP) == {"Apache-2.0": "hub"}
    assert own(ROOT) == {"MIT": "hub", "CC-BY-4.0": "hub"}
    (named,) = own(MID)
    assert named.startswith("LicenseRef-") and "other" not in named
    assert own(MERGED) == {}
    assert runs.online.gaps("license-other") == {HF + MERGED: "license-other"}
    inherited = [item for item in runs.online.component(HF + TOP)["licenses"] if item["via"]]
    assert [HF + MID, HF + ROOT] in [item["via"] for item in inherited]
    (declared, *_) = runs.online.component(HF + TOP)["licenses"]
    assert rests_on(declared, hub_evidence(runs, TOP))


def test_license_conflict_is_kept_side_by_side(runs: Runs) -> None:
    licenses = runs.online.component(HF + LICENSED)["licenses"]
    own = {(i["declared_by"], i["expression"]) for i in licenses if not i["via"]}
    assert own == {("registry", "Apache-2.0"), ("hub", "CC-BY-NC-4.0")}


def test_renamed_repository_is_the_same(runs: Runs) -> None:
    (link,) = runs.online.links(HF + OLD, "same-as").values()
    assert link["target"] == HF + NEW
    assert rests_on(link, hub_evidence(runs, NEW))
    assert list(runs.online.links(HF + NEW, "derived-from")) == [HF + ROOT]
    effective = runs.online.component(HF + FROM_OLD)["effective_jurisdictions"]
    assert set(effective) == {"FR", "US"}
    assert runs.paths.count(f"/api/models/{NEW}") == 1  # the answer to the old name was enough


def test_case_is_no_rename(runs: Runs) -> None:
    assert runs.online.links(HF + CASE, "same-as") == {}
    assert runs.online.component(HF + CASE)["jurisdictions"] == ["CN"]


def test_hosts_and_requests_are_exact(runs: Runs) -> None:
    assert runs.online.report["inputs"]["online"] is True
    assert runs.online.hosts == [runs.double.host]
    assert runs.online.gaps() == {}
    renamed = ["/api/models/" + OLD, "/api/datasets/zzbare"]
    named = [f"/api/{repo.kind}s/{repo.id}" for repo in REPOS]
    assert sorted(runs.paths) == sorted(named)
    assert set(renamed) < set(runs.paths)
    assert all(request.token is None for request in runs.double.requests)


def test_default_is_offline(runs: Runs) -> None:
    assert runs.asked[1] == runs.asked[0] > 0
    assert (runs.default.hosts, runs.default.report["inputs"]["online"]) == ([], False)
    assert "--online" in runs.default.stderr
    assert runs.default.links(HF + TOP, "derived-from") == {}
    claims = [c["licenses"] + c["origins"] for c in runs.default.report["components"]]
    assert not any(rests_on(claim, {"source": "hub"}) for own in claims for claim in own)


def test_replay_from_the_cache_is_identical(runs: Runs) -> None:
    assert runs.asked[2] == runs.asked[1]
    assert (runs.replayed.hosts, runs.replayed.report["inputs"]["online"]) == ([], True)
    assert runs.replayed.status == runs.online.status
    one, two = (
        {**run.report, "inputs": {**run.report["inputs"], "hosts_contacted": None}}
        for run in (runs.online, runs.replayed)
    )
    assert one == two


def test_replay_keeps_the_day_of_the_answer(tmp_path: Path) -> None:
    project = tree(tmp_path / "p", [TOP])
    with HubDouble(model(TOP, license="mit")) as double:
        scan(project, double, tmp_path, "--online")
        later = scan(
            project, double, tmp_path, "--online", **OFFLINE, SOURCE_DATE_EPOCH="1790000000"
        )
        other = scan(project, "http://127.0.0.1:9", tmp_path, "--online", **OFFLINE)
    assert later.report["created"] > "2026-09"
    assert later.component(HF + TOP)["licenses"][0]["evidence"][0]["as_of"] == DAY
    assert other.gaps() == {HF + TOP: "hub-offline"}  # another endpoint's answers are not used


TROUBLES: dict[str, tuple[str, dict[str, Any]]] = {
    "zz/gated": ("hub-gated", {"gated_info": True}),
    "zz/private": ("hub-not-found", {"private": True}),
    "zz/unauthorized": ("hub-unauthorized", {"server_errors": FOREVER, "error_status": 403}),
    "zz/not-found": ("hub-not-found", {"server_errors": FOREVER, "error_status": 404}),
    "zz/broken": ("hub-server-error", {"server_errors": FOREVER, "error_status": 500}),
    "zz/slow": ("hub-timeout", {"delay": 20.0}),
    "zz/html": ("hub-invalid-response", {"raw_body": b"<html>"}),
    "zz/odd": ("hub-invalid-response", {"raw_body": b'{"id": "../../x", "tags": 3}'}),
    "zz/loop": ("hub-invalid-response", {"renamed_to": "zz/loop"}),
}


def test_every_trouble_is_a_gap_and_the_rest_is_there(tmp_path: Path) -> None:
    troubled = [Repo(name, behaviour=Behaviour(**how)) for name, (_, how) in TROUBLES.items()]
    tops = [model(TOP, MID, "zz/gone", how="merge", license="mit"), model(MID)]
    project = tree(tmp_path / "p", [*TROUBLES, TOP])
    with HubDouble(*troubled, *tops, tokens=["hf_in"]) as double:
        done = scan(
            project, double, tmp_path, "--online", HF_TOKEN="hf_in", HF_HUB_ETAG_TIMEOUT="1"
        )
    expected = {HF + name: reason for name, (reason, _) in TROUBLES.items()}
    assert done.gaps() == expected | {f"{HF}zz/gone": "hub-not-found"}
    assert set(done.links(HF + TOP, "derived-from")) == {HF + MID, f"{HF}zz/gone"}
    assert {"CN", "FR"} <= set(done.component(HF + TOP)["effective_jurisdictions"])
    assert all(done.component(HF + name)["direct"] for name in TROUBLES)
    assert (done.status, done.hosts) == (0, [double.host])
    for gap in done.report["gaps"]:
        assert gap["message"] and "{" not in gap["message"] and "hf_in" not in str(gap)


def test_exit_code_is_by_findings_and_strict_by_gaps(tmp_path: Path) -> None:
    project = tree(tmp_path / "p", [TOP, "zz/gone"])
    with HubDouble(model(TOP, ROOT), model(ROOT)) as double:
        found = scan(project, double, tmp_path, "--online", "--fail-on", "medium")
        never = scan(project, double, tmp_path, "--online", "--fail-on", "never")
        strict = scan(project, double, tmp_path, "--online", "--fail-on", "never", "--strict")
    assert [run.status for run in (found, never, strict)] == [1, 0, 4]
    assert strict.gaps() == {f"{HF}zz/gone": "hub-not-found"}  # 401, as there is no token
    rules = {(f["rule"], f["component"]) for f in found.report["findings"]}
    assert ("exposure/derived-weights", HF + TOP) in rules
    assert found.report["findings"] == strict.report["findings"]


def test_no_token_and_unknown_token(tmp_path: Path) -> None:
    project = tree(tmp_path / "p", [TOP, "zz/g"])
    gated = Repo("zz/g", behaviour=Behaviour(gated_info=True), readers=frozenset({"hf_in"}))
    with HubDouble(model(TOP), gated) as double:
        none = scan(project, double, tmp_path, "--online")
        bad = scan(project, double, tmp_path, "--online", HF_TOKEN="hf_bad")
        good = scan(project, double, tmp_path, "--online", HF_TOKEN="hf_in\n")
    assert none.gaps() == {f"{HF}zz/g": "hub-gated"}
    assert bad.gaps() == {HF + TOP: "hub-unauthorized", f"{HF}zz/g": "hub-unauthorized"}
    assert good.gaps() == {}


@pytest.mark.parametrize(("after", "requests"), [("1", 3), ("300", 1)])
def test_rate_limit(tmp_path: Path, after: str, requests: int) -> None:
    busy = Repo(MID, behaviour=Behaviour(rate_limited=1, retry_after=after))
    project = tree(tmp_path / "p", [MID, TOP])
    with HubDouble(busy, model(TOP, license="mit")) as double:
        done = scan(project, double, tmp_path, "--online")
        assert len(double.requests) == requests
    if requests == 1:
        assert done.gaps() == {HF + MID: "hub-rate-limited", HF + TOP: "hub-rate-limited"}
    else:
        assert done.gaps() == {}
    assert (done.status, done.hosts) == (0, [double.host])


def test_hub_that_cannot_be_reached(tmp_path: Path) -> None:
    with HubDouble() as double:
        url, host = double.url, double.host
    done = scan(tree(tmp_path / "p", [TOP, MID]), url, tmp_path, "--online")
    assert done.gaps() == {HF + TOP: "hub-offline", HF + MID: "hub-offline"}
    assert (done.status, done.hosts) == (0, [host])


def test_token_goes_to_the_endpoint_only(tmp_path: Path) -> None:
    project = tree(tmp_path / "p", [TOP, MID])
    with HubDouble(model(TOP, license="mit")) as other:
        away = Repo(TOP, behaviour=Behaviour(redirect_to=other.url))
        with HubDouble(away, model(MID), tokens=["hf_in"]) as double:
            done = scan(project, double, tmp_path, "--online", HF_TOKEN="hf_in")
            mute = scan(
                project, double, tmp_path, "--online",
                HF_TOKEN="hf_in", HF_HUB_DISABLE_IMPLICIT_TOKEN="1",
            )  # fmt: skip
    assert [request.token for request in double.requests] == ["hf_in"] * 2 + [None] * 2
    assert [request.token for request in other.requests] == [None] * 2
    assert done.hosts == mute.hosts == sorted([double.host, other.host])
    (license_,) = done.component(HF + TOP)["licenses"]
    assert license_["evidence"][0]["reference"] == f"{double.url}/{TOP}"
    assert "hf_in" not in json.dumps(done.report) + done.stderr
    stored = [p.read_text() for p in tmp_path.rglob("*.json")]
    assert stored and "hf_in" not in "".join(stored)


def test_token_file_of_the_hub(tmp_path: Path) -> None:
    project, home = tree(tmp_path / "p", [TOP]), tmp_path / "home"
    home.mkdir()
    (home / "token").write_text("hf_in\n")
    usual = tmp_path / "huggingface" / "token"  # below XDG_CACHE_HOME, nobody pointed to it
    usual.parent.mkdir()
    usual.write_text("hf_in")
    with HubDouble(model(TOP), tokens=["hf_in"]) as double:
        scan(project, double, tmp_path, "--online", HF_HOME=str(home))
        scan(project, double, tmp_path, "--online", HF_HOME="")
    assert [request.token for request in double.requests] == ["hf_in", None]


@pytest.mark.parametrize(
    "environ",
    [{"HF_ENDPOINT": "ftp://x"}, {"HF_ENDPOINT": "http://u:hf_in@x:y"}, {"HF_TOKEN": "hf in"}],
)
def test_settings_that_cannot_be_used(tmp_path: Path, environ: dict[str, str]) -> None:
    done = scan(tree(tmp_path / "p", [TOP]), "http://127.0.0.1:9", tmp_path, "--online", **environ)
    assert (done.status, done.report) == (2, {})
    assert done.stderr.startswith("error: ") and "hint: " in done.stderr
    assert "hf_in" not in done.stderr and "hf in" not in done.stderr
