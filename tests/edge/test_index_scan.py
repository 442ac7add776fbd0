"""Whole scans against an index on loopback: licenses, replay without a network, an air gap."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.index_double import IndexDouble, released
from tests.support.report_check import check_report

EPOCH, LATER = "1780000000", "1790000000"  # 2026-05-28, 2026-09-21
MIT = "License-Expression: MIT"


def run(*arguments: str, cache: Path, url: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "PIP_INDEX_URL": url, "XDG_CACHE_HOME": str(cache), "LANG": "C.UTF-8",
        "SOURCE_DATE_EPOCH": EPOCH, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        **environ,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "provenance", *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def scan(tree: Path, *flags: str, cache: Path, url: str, **environ: str) -> dict[str, Any]:
    done = run("scan", str(tree), "-f", "json", *flags, cache=cache, url=url, **environ)
    assert done.stdout, done.stderr
    return check_report(json.loads(done.stdout))


def project(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "requirements.txt").write_text("zz-demo==1.0\nzz-gone==2.0\nzz-open>=1\n")
    return tree


def license_of(report: dict[str, Any], component: str) -> list[tuple[str, str, str]]:
    (found,) = [c for c in report["components"] if c["id"] == component]
    return [(x["expression"], x["declared_by"], x["evidence"][0]["as_of"])
            for x in found["licenses"]]  # fmt: skip


def without_hosts(report: dict[str, Any], *keys: str) -> dict[str, Any]:
    inputs = {k: v for k, v in report["inputs"].items() if k != "hosts_contacted"}
    return {k: v for k, v in report.items() if k not in keys} | {"inputs": inputs}


def test_the_same_audit_twice_the_second_time_with_the_network_cut(tmp_path: Path) -> None:
    tree, cache = project(tmp_path), tmp_path / "cache"
    with IndexDouble(zz_demo=released("zz-demo", "1.0", MIT)) as double:
        url, host = double.url, double.host
        online = scan(tree, "--online", "--ask", "index", cache=cache, url=url)
        asked = len(double.paths)
    assert online["inputs"] | {} == online["inputs"]
    assert (online["inputs"]["online"], online["inputs"]["hosts_contacted"]) == (True, [host])
    assert license_of(online, "pkg:pypi/zz-demo@1.0") == [("MIT", "index", "2026-05-28")]
    gaps = {gap["subject"]: gap["reason"] for gap in online["gaps"]
            if gap["reason"].startswith("index-")}  # fmt: skip
    assert gaps == {
        "pkg:pypi/zz-gone@2.0": "index-not-found", "pkg:pypi/zz-open": "index-version-open",
    }  # fmt: skip
    assert asked == 3
    replayed = scan(tree, "--cached", "--ask", "index", cache=cache, url=url)
    assert replayed["inputs"]["hosts_contacted"] == []
    assert without_hosts(replayed) == without_hosts(online)
    later = scan(tree, "--cached", "--ask", "index", cache=cache, url=url, SOURCE_DATE_EPOCH=LATER)
    assert later["created"] > "2026-09"
    assert license_of(later, "pkg:pypi/zz-demo@1.0") == [("MIT", "index", "2026-05-28")]


def test_an_air_gapped_site_is_carried_over(tmp_path: Path) -> None:
    tree, here, there = project(tmp_path), tmp_path / "here", tmp_path / "there"
    file = str(tmp_path / "carried.zip")
    with IndexDouble(zz_demo=released("zz-demo", "1.0", MIT)) as double:
        url = double.url
        online = scan(tree, "--online", "--ask", "index", cache=here, url=url)
    done = run("cache", "export", file, cache=here, url=url)
    assert (done.returncode, done.stderr.split()[:2]) == (0, ["2", "records,"])
    done = run("cache", "import", file, cache=there, url=url)
    assert (done.returncode, done.stderr.split()[:2]) == (0, ["2", "new,"])
    replayed = scan(tree, "--cached", "--ask", "index", cache=there, url=url)
    assert without_hosts(replayed) == without_hosts(online)
    said = run("cache", "info", cache=there, url=url).stdout.splitlines()
    assert ["index", "2"] in [line.split()[:2] for line in said]
    assert run("cache", "clear", cache=there, url=url).stderr.startswith("3 files removed")
    again = run("cache", "import", str(tree / "requirements.txt"), cache=there, url=url)
    assert (again.returncode, "no readable archive" in again.stderr) == (2, True)


def test_who_is_asked_can_be_chosen(tmp_path: Path) -> None:
    tree, cache = project(tmp_path), tmp_path / "cache"
    with IndexDouble(zz_demo=released("zz-demo", "1.0", MIT)) as double:
        scan(tree, "--online", "--ask", "hub", cache=cache, url=double.url)
        assert double.paths == []
        scan(tree, "--online", "--no-vulnerabilities", cache=cache, url=double.url)
        assert len(double.paths) == 3
        scan(tree, cache=cache, url=double.url)
        assert len(double.paths) == 3
    done = run("scan", str(tree), "--ask", "hub", cache=cache, url="http://127.0.0.1:9")
    assert (done.returncode, "--ask without --online" in done.stderr) == (2, True)


def test_settings_of_the_scanned_tree_name_no_index(tmp_path: Path) -> None:
    tree, cache = project(tmp_path), tmp_path / "cache"
    with IndexDouble() as hostile, IndexDouble() as own:
        (tree / "pip.conf").write_text(f"[global]\nindex-url = {hostile.url}\n")
        (tree / "requirements.txt").write_text(f"--index-url {hostile.url}\nzz-demo==1.0\n")
        report = scan(tree, "--online", "--ask", "index", cache=cache, url=own.url)
        assert (hostile.paths, len(own.paths)) == ([], 1)
    assert report["inputs"]["hosts_contacted"] == [own.host]
