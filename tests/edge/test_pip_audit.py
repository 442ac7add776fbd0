"""pip-audit as the engine, run for real against an OSV service on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.edge import advisory_cache, pip_audit
from provenance.edge.pip_audit import PipAudit, endpoint
from provenance.edge.pip_audit_answers import (
    Answer,
    Known,
    Pin,
    Skipped,
    cause,
    pins,
    read,
    text_of,
)
from provenance.errors import UsageError
from provenance.model import Evidence, Gap, Vulnerability
from tests.support.command import environment
from tests.support.osv_double import OsvDouble

DAY = "2026-11-28"
REQUESTS = "pkg:pypi/requests@2.19.0"


@pytest.fixture
def double() -> Iterator[OsvDouble]:
    with OsvDouble() as running:
        yield running


def audit(double: OsvDouble | str, cache: Path, day: str = DAY, **more: float) -> PipAudit:
    url = double if isinstance(double, str) else double.url
    return PipAudit(environment(), today=day, url=url, cache=cache, **more)  # type: ignore[arg-type]


def gap(subject: str, reason: str, **params: str) -> Gap:
    return Gap(subject=subject, reason=reason, params=tuple(params.items()))


# -- good answers ------------------------------------------------------------------------------


def test_an_advisory_is_told_with_its_aliases_its_fix_and_its_day(
    double: OsvDouble, tmp_path: Path
) -> None:
    service = audit(double, tmp_path)
    assert service.hosts_contacted == ()
    found = service.known([REQUESTS, "pkg:pypi/requests@2.20.0", "pkg:pypi/click@8.1.7"])
    assert found.gaps == ()
    assert found.vulnerabilities == {
        REQUESTS: (
            Vulnerability(
                id="PYSEC-2018-28",
                aliases=("CVE-2018-18074", "GHSA-x84v-xcm2-53pg"),
                summary="Requests sends an HTTP Authorization header to an http URI.",
                fixed_in=("2.20.0",),
                evidence=(
                    Evidence(
                        source="advisories",
                        reference="https://osv.dev/vulnerability/PYSEC-2018-28",
                        as_of=DAY,
                        note="osv through pip-audit, asked for requests 2.19.0",
                    ),
                ),
            ),
        ),
        "pkg:pypi/requests@2.20.0": (),
        "pkg:pypi/click@8.1.7": (),
    }
    assert sorted(double.asked) == [
        ("click", "8.1.7"), ("requests", "2.19.0"), ("requests", "2.20.0"),
    ]  # fmt: skip
    assert service.hosts_contacted == (double.host,)


def test_a_local_build_is_asked_for_as_its_release(double: OsvDouble, tmp_path: Path) -> None:
    build = "pkg:pypi/requests@2.19.0%2Bcu128"
    found = audit(double, tmp_path).known([build, REQUESTS])
    assert [v.id for v in found.vulnerabilities[build]] == ["PYSEC-2018-28"]
    assert [v.id for v in found.vulnerabilities[REQUESTS]] == ["PYSEC-2018-28"]
    assert double.asked == [("requests", "2.19.0")]


def test_what_cannot_be_asked_for_is_a_gap(double: OsvDouble, tmp_path: Path) -> None:
    found = audit(double, tmp_path).known(
        [
            "pkg:pypi/click", "pkg:pypi/old@not-a-version", "pkg:pypi/x%0Aevil@1.0",
            "pkg:npm/left-pad@1.0", "pkg:npm/lodash", "pkg:cargo/serde@1.0",
        ]
    )  # fmt: skip
    assert found.vulnerabilities == {}
    assert found.gaps == (
        gap("pkg:pypi/click", "version-unknown"),
        gap("pkg:pypi/old@not-a-version", "advisory-skipped",
            detail="no version of a Python package"),
        gap("pkg:pypi/x%0Aevil@1.0", "advisory-skipped",
            detail="no version of a Python package"),
        gap("cargo", "advisory-other-ecosystem", count="1"),
        gap("npm", "advisory-other-ecosystem", count="2"),
    )  # fmt: skip
    assert double.asked == []


# -- no answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["broken", "garbage", "odd"])
def test_one_failing_package_costs_no_other_its_answer(
    double: OsvDouble, tmp_path: Path, name: str
) -> None:
    others = [f"pkg:pypi/name{number}@1.0" for number in range(9)]
    found = audit(double, tmp_path).known([*others, REQUESTS, f"pkg:pypi/{name}@1.0"])
    assert [v.id for v in found.vulnerabilities[REQUESTS]] == ["PYSEC-2018-28"]
    assert set(found.vulnerabilities) == {*others, REQUESTS}
    (only,) = found.gaps
    assert (only.subject, only.reason) == (double.url, "advisory-unanswered")
    assert dict(only.params)["count"] == "1"
    assert dict(only.params)["detail"]


def test_a_service_that_is_down_is_one_gap_with_the_number(tmp_path: Path) -> None:
    with OsvDouble(down=True) as double:
        found = audit(double, tmp_path).known([f"pkg:pypi/n{i}@1" for i in range(24)])
    assert found.vulnerabilities == {}
    (only,) = found.gaps
    assert dict(only.params)["count"] == "24"
    assert dict(only.params)["detail"].startswith("requests.exceptions.HTTPError: 503 Server Error")
    # Three processes, then their six halves, and no more.
    assert len(double.asked) <= 9


def test_nobody_listening_is_a_gap_and_no_clean_bill(tmp_path: Path) -> None:
    service = audit("http://127.0.0.1:9/v1/query", tmp_path)
    found = service.known([REQUESTS])
    assert found.vulnerabilities == {}
    (only,) = found.gaps
    assert (only.subject, only.reason) == ("http://127.0.0.1:9/v1/query", "advisory-unanswered")
    assert "ConnectionError" in dict(only.params)["detail"]
    assert str(tmp_path) not in dict(only.params)["detail"]
    assert "0x" not in dict(only.params)["detail"]
    assert service.hosts_contacted == ("127.0.0.1:9",)


def test_a_slow_service_is_given_up(double: OsvDouble, tmp_path: Path) -> None:
    found = audit(double, tmp_path, socket_timeout=1).known(["pkg:pypi/slow@1"])
    (only,) = found.gaps
    assert "timed out" in dict(only.params)["detail"]
    found = audit(double, tmp_path, deadline=1.5).known(["pkg:pypi/slow@1"])
    (only,) = found.gaps
    assert dict(only.params)["detail"] == "no answer within 1 s"


def test_an_advisory_with_a_hostile_id_is_no_answer(double: OsvDouble, tmp_path: Path) -> None:
    found = audit(double, tmp_path).known(["pkg:pypi/evil@1"])
    assert found.vulnerabilities == {}
    assert [item.reason for item in found.gaps] == ["advisory-unanswered"]


def test_skipped_packages_are_gaps_though_the_engine_says_none_were_found() -> None:
    """The output of pip-audit 2.10.1 for packages its index does not know; its status is 0."""
    out = (
        b'{"dependencies": [{"name": "flask", "skip_reason": "Dependency not found on PyPI and '
        b'could not be audited: flask (0.5)"}, {"name": "click", "version": "8.1.7", "vulns": []}],'
        b' "fixes": []}'
    )
    flask, click, lost = Pin("flask", "0.5"), Pin("click", "8.1.7"), Pin("lost", "1")
    assert read(out, [flask, click, lost], DAY) == {
        flask: Skipped("Dependency not found on PyPI and could not be audited: flask (0.5)"),
        click: Answer(as_of=DAY),
    }


# -- kept answers ------------------------------------------------------------------------------


def test_an_answer_of_the_day_is_not_asked_for_again(double: OsvDouble, tmp_path: Path) -> None:
    first = audit(double, tmp_path).known([REQUESTS])
    again = audit(double, tmp_path)
    assert again.known([REQUESTS]) == first
    assert again.hosts_contacted == ()
    assert double.asked == [("requests", "2.19.0")]


def test_another_day_asks_again(double: OsvDouble, tmp_path: Path) -> None:
    audit(double, tmp_path).known([REQUESTS])
    later = audit(double, tmp_path, "2026-11-29").known([REQUESTS])
    assert later.vulnerabilities[REQUESTS][0].evidence[0].as_of == "2026-11-29"
    assert len(double.asked) == 2


def test_without_network_an_older_answer_is_used_and_said(tmp_path: Path) -> None:
    with OsvDouble() as double:
        audit(double, tmp_path).known([REQUESTS, "pkg:pypi/click@8"])
    found = audit(double, tmp_path, "2026-12-24").known([REQUESTS, "pkg:pypi/click@8"])
    assert found.vulnerabilities[REQUESTS][0].evidence[0].as_of == DAY
    assert found.vulnerabilities["pkg:pypi/click@8"] == ()
    assert found.gaps == (gap(double.url, "advisory-stale", as_of=DAY, count="2"),)


def test_a_damaged_or_foreign_record_is_not_believed(double: OsvDouble, tmp_path: Path) -> None:
    audit(double, tmp_path).known([REQUESTS])
    (stored,) = tmp_path.glob("*.json")
    for text in ("", "[]", "{}", stored.read_text().replace("2.19.0", "2.18.0"), "[" * 9000,
                 stored.read_text().replace("PYSEC-2018-28", "../..")):  # fmt: skip
        stored.write_text(text)
        assert advisory_cache.read(tmp_path, double.url, Pin("requests", "2.19.0")) is None
    found = audit(double, tmp_path).known([REQUESTS])
    assert [v.id for v in found.vulnerabilities[REQUESTS]] == ["PYSEC-2018-28"]
    assert len(double.asked) == 2


# -- whom to ask -------------------------------------------------------------------------------


def test_endpoints() -> None:
    assert endpoint("", None) == ""
    assert endpoint("", "pypi") == ""
    assert endpoint("https://osv.example.org", None) == "https://osv.example.org/v1/query"
    assert endpoint("https://osv.example.org/x/", "osv") == "https://osv.example.org/x/"


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("ftp://example.org", None),
        ("https://", None),
        ("https://u:p@example.org/", None),
        ("https://example.org:port/", None),
        ("https://example.org/\n", None),
        ("https://example.org/", "pypi"),
        ("", "esms"),
        ("--output=x", None),
    ],
)
def test_endpoints_that_cannot_be_used(url: str, service: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        endpoint(url, service)
    assert "p@" not in str(caught.value)


def test_the_default_service_is_named_as_a_host(tmp_path: Path) -> None:
    for service, host in ((None, "pypi"), ("osv", "api.osv.dev")):
        engine = PipAudit(environment(), today=DAY, service=service, cache=tmp_path)
        engine._asked = True
        assert engine.hosts_contacted[0].startswith(host)


def test_the_engine_gets_no_tokens_and_no_settings_of_its_own(tmp_path: Path) -> None:
    engine = PipAudit(
        environment(HF_TOKEN="hf_x", PIP_AUDIT_OUTPUT=str(tmp_path / "o"), HTTPS_PROXY="http://p"),
        today=DAY, cache=tmp_path,
    )  # fmt: skip
    assert set(engine._environ) <= {"PATH", "HOME", "LANG", "HTTPS_PROXY", "SYSTEMROOT"}
    assert engine._environ["HTTPS_PROXY"] == "http://p"


def test_nothing_of_the_working_folder_is_imported(
    double: OsvDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "tree"
    trap.mkdir()
    for name in ("requests", "packaging", "json", "pip_audit"):
        (trap / f"{name}.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    monkeypatch.chdir(trap)
    found = audit(double, tmp_path / "cache").known([REQUESTS])
    assert len(found.vulnerabilities[REQUESTS]) == 1
    assert not (tmp_path / "sprung").exists()


# -- words -------------------------------------------------------------------------------------


def test_pins_hold_nothing_but_a_name_and_a_version() -> None:
    found, gaps = pins(["pkg:pypi/a@1.0", "pkg:pypi/b@1.0%0A-r%20x", "pkg:pypi/-e@1"])
    assert list(found) == [Pin("a", "1.0")]
    assert [item.reason for item in gaps] == ["advisory-skipped"] * 2


@pytest.mark.parametrize(
    "out",
    [b"", b"[]", b"{}", b'{"dependencies": 1}', b"\xff", b"[" * 100_000, b'"No known"'],
)
def test_what_is_no_answer(out: bytes) -> None:
    assert read(out, [Pin("a", "1")], DAY) is None


def test_a_broken_entry_leaves_its_version_unanswered() -> None:
    entry = b'{"name": "a", "version": "1", "vulns": %s}'
    for vulns in (b"1", b"[1]", b'[{"id": 1}]', b'[{"id": "a b"}]', b"null"):
        assert read(b'{"dependencies": [%s, 7]}' % (entry % vulns), [Pin("a", "1")], DAY) == {}
    told = entry % b'[{"id": "X-1", "aliases": 3, "fix_versions": [1, "2"], "description": null}]'
    assert read(b'{"dependencies": [%s]}' % told, [Pin("a", "1")], DAY) == {
        Pin("a", "1"): Answer(
            as_of=DAY, known=(Known(id="X-1", aliases=(), summary="", fixed_in=("2",)),)
        )
    }


def test_causes_are_told_without_paths_and_addresses() -> None:
    assert cause("Traceback\n  x\nValueError: <object at 0x7f00> in /a/b/c.py\n") == (
        "ValueError: <object> in c.py"
    )
    assert cause("/usr/lib/bin/python: No module named pip_audit") == (
        "python: No module named pip_audit"
    )
    assert cause("") == "it said nothing"
    assert cause("WARNING:x\nERROR:y: Could not connect to OSV's feed") == (
        "ERROR:y: Could not connect to OSV's feed"
    )
    assert text_of("a\x1b[31m\n b") == "a\ufffd[31m b"
    assert len(text_of("x" * 9_999)) == 400


def test_the_limits_are_what_the_manual_says() -> None:
    text = Path("docs/vulnerabilities.md").read_text("utf-8")
    assert f"{pip_audit.SOCKET_TIMEOUT} s" in text
    assert f"{pip_audit.DEADLINE:.0f} s" in text
    assert f"{pip_audit.MAX_OUTPUT // 1024 // 1024} MiB" in text
