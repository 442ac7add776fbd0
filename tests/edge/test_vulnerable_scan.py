"""``provenance scan --online`` with a vulnerable pin, from the command line to every report."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.command import Done, provenance, write
from tests.support.osv_double import OsvDouble
from tests.support.report_check import check_report

OFFLINE_HUB = {"HF_HUB_OFFLINE": "1"}


def run(command: str, project: Path, cache: Path, *flags: str) -> Done:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    env = {**OFFLINE_HUB, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": path}
    return provenance(*command.split(), str(project), *flags, cwd=cache, env=env)


def test_a_vulnerable_pin_shows_in_every_report(tmp_path: Path) -> None:
    project = write(tmp_path / "p", requirements_txt="requests==2.19.0\nclick\n")
    with OsvDouble() as double:
        online = ("--online", "--vulnerability-url", double.url)
        files = ("-o", f"json={tmp_path}/r.json", "-o", f"cyclonedx={tmp_path}/r.cdx.json")
        text = run("scan", project, tmp_path, *online, *files)
        explained = run("explain requests", project, tmp_path, *online)
        left_out = run("scan", project, tmp_path, *online, "--no-vulnerabilities", "-f", "json")
        failing = run("scan", project, tmp_path, *online, "--fail-on", "medium", "-q")
    asked = list(double.asked)
    cut = run("scan", project, tmp_path, *online, "-o", f"json={tmp_path}/again.json")
    said = "PYSEC-2018-28 (CVE-2018-18074, GHSA-x84v-xcm2-53pg)"
    assert said in text.out
    assert said in explained.out
    assert asked == [("requests", "2.19.0")]
    assert cut.out == text.out.replace(f"Hosts contacted: {double.host}.", "Hosts contacted: –.")
    report = check_report(Done(0, (tmp_path / "r.json").read_text(), "").json)
    assert report["inputs"]["hosts_contacted"] == [double.host]
    gaps = {(gap["subject"], gap["reason"]) for gap in report["gaps"]}
    assert ("pkg:pypi/click", "version-unknown") in gaps
    assert failing.code == 1
    assert left_out.json["inputs"]["vulnerabilities_asked"] is False
    assert left_out.json["inputs"]["hosts_contacted"] == []
    bill = Done(0, (tmp_path / "r.cdx.json").read_text(), "").json
    (known,) = bill["vulnerabilities"]
    assert known["id"] == "PYSEC-2018-28"
    (affected,) = known["affects"]
    assert affected["ref"] == "pkg:pypi/requests@2.19.0"
    assert sorted((one["version"], one["status"]) for one in affected["versions"]) == [
        ("2.19.0", "affected"),
        ("2.20.0", "unaffected"),
    ]
    assert known["advisories"] == [{"url": "https://osv.dev/vulnerability/PYSEC-2018-28"}]
    assert "ratings" not in known


def test_an_address_that_cannot_be_used_is_a_usage_error(tmp_path: Path) -> None:
    project = write(tmp_path / "p", requirements_txt="click==8.1.7\n")
    done = run("scan", project, tmp_path, "--online", "--vulnerability-url", "ftp://x")
    assert done.code == 2
    assert "hint:" in done.err
