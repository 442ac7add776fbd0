"""Package indexes asked over loopback: what they say, and every trouble as a gap."""

from __future__ import annotations

import base64
import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest

from provenance.edge import index_http, package_index
from provenance.edge.package_index import SimpleIndex
from provenance.ports import Enrichment
from tests.support.index_double import IndexDouble, Project, metadata, released, sdist, wheel

DAY, LATER = "2026-11-28", "2026-12-24"
DEMO = "pkg:pypi/demo@1.0"
MIT = "Classifier: License :: OSI Approved :: MIT License"


def made(url: str, cache: Path, today: str = DAY, *, cached: bool = False, **environ: str) -> Any:
    environ = {"PIP_INDEX_URL": url, "PIP_CONFIG_FILE": "/dev/null", "HOME": str(cache), **environ}
    return SimpleIndex(environ, today=today, cache=cache, cached=cached)


def ask(double: IndexDouble, cache: Path, *wanted: str, **more: Any) -> Enrichment:
    return made(double.url, cache, **more).describe(wanted or (DEMO,))  # type: ignore[no-any-return]


def reasons(found: Enrichment) -> dict[str, str]:
    return {gap.subject: gap.reason for gap in found.gaps}


def detail(found: Enrichment) -> str:
    (gap,) = found.gaps
    return dict(gap.params)["detail"]


@pytest.mark.parametrize("html", [False, True])
def test_what_a_release_declares(tmp_path: Path, html: bool) -> None:
    project = released(
        "Demo", "1.0", "License-Expression: MIT", "License-File: LICENSE",
        "Project-URL: Source, https://github.com/acme/demo", "Author-email: a@acme.example",
    )  # fmt: skip
    with IndexDouble(html=html, demo=project) as double:
        index = made(double.url, tmp_path)
        found = index.describe((DEMO,))
    (said,) = found.licenses
    assert (said.component, said.raw, said.scheme, said.declared_by) == (
        DEMO, "MIT", "spdx", "index",
    )  # fmt: skip
    assert said.evidence.source == "index"
    assert said.evidence.reference == f"{double.host}: demo 1.0 METADATA"
    assert (said.evidence.as_of, said.evidence.note) == (DAY, "license files: LICENSE")
    assert found.homes == {DEMO: ("github:acme", "domain:acme.example")}
    assert found.gaps == ()
    assert double.paths == ["/simple/demo/", "/files/demo/Demo-1.0-py3-none-any.whl.metadata"]
    assert index.hosts_contacted == (double.host,)


def test_only_python_packages_with_a_version_are_asked_for(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT)) as double:
        found = ask(double, tmp_path, "pkg:npm/demo@1.0", "pkg:pypi/demo", "pkg:cargo/x@1")
    assert reasons(found) == {"pkg:pypi/demo": "index-version-open"}
    assert double.paths == []


def test_the_wanted_release_is_chosen_among_all(tmp_path: Path) -> None:
    one, two = (f"demo-{v}-py3-none-any.whl" for v in ("1.0", "1.0.1"))
    files = {
        "other-1.0-py3-none-any.whl": b"", "demo-extra-1.0.tar.gz": b"", two: b"", one: b"",
        "demo-1.0-cp312-cp312-win_amd64.whl": b"", "demo-1.0.tar.gz": b"", "demo-1.0.exe": b"",
    }  # fmt: skip
    beside = {one: metadata("demo", "1.0", MIT), two: metadata("demo", "1.0.1", "License: BSD")}
    with IndexDouble(demo=Project(files=files, beside=beside)) as double:
        found = ask(double, tmp_path, DEMO, "pkg:pypi/demo@1.0.1", "pkg:pypi/demo@v1.0.0")
    assert [(said.component, said.raw) for said in found.licenses] == [
        (DEMO, "License :: OSI Approved :: MIT License"),
        ("pkg:pypi/demo@1.0.1", "BSD"),
        ("pkg:pypi/demo@v1.0.0", "License :: OSI Approved :: MIT License"),
    ]
    assert double.paths.count("/simple/demo/") == 1


def test_metadata_that_is_not_announced_is_asked_for_all_the_same(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT, announced=False)) as double:
        assert len(ask(double, tmp_path).licenses) == 1


def test_metadata_and_license_are_read_out_of_the_wheel_by_parts(tmp_path: Path) -> None:
    text = b"MIT License\n\nCopyright (c) 2026 Acme\n"
    data = wheel("demo", "1.0", metadata("demo", "1.0"), **{"licenses/LICENSE.txt": text})
    file = "demo-1.0-cp312-cp312-linux_x86_64.whl"
    with IndexDouble(demo=Project(files={file: data})) as double:
        found = ask(double, tmp_path)
    (said,) = found.licenses
    assert (said.scheme, said.raw) == ("text", text.decode())
    ranged = [headers["range"] for headers in double.headers if "range" in headers]
    assert ranged
    assert len(data) > 250_000
    assert all(path != f"/files/demo/{file}" or "range" in headers
               for path, headers in zip(double.paths, double.headers, strict=True))  # fmt: skip


def test_a_source_archive_is_read_and_never_run(tmp_path: Path) -> None:
    data = sdist("demo", "1.0", metadata("demo", "1.0", "License: Apache 2.0"))
    with IndexDouble(demo=Project(files={"demo-1.0.tar.gz": data})) as double:
        (said,) = ask(double, tmp_path).licenses
    assert said.raw == "Apache 2.0"
    assert said.evidence.reference.endswith("demo 1.0 PKG-INFO")


def test_yanked_is_said_and_the_license_stays(tmp_path: Path) -> None:
    project = released("demo", "1.0", MIT)
    project.yanked = {next(iter(project.files)): "broken on Windows"}
    with IndexDouble(demo=project) as double:
        found = ask(double, tmp_path)
    assert reasons(found) == {DEMO: "index-yanked"}
    assert detail(found) == "broken on Windows"
    assert len(found.licenses) == 1


TROUBLES: dict[str, tuple[str, Project]] = {
    "forbidden": ("index-unauthorized", Project(status=403)),
    "broken": ("index-server-error", Project(status=500)),
    "teapot": ("index-invalid-response", Project(status=418)),
    "garbage": ("index-invalid-response", Project(page=b"\x00\xff{", content_type="x/json")),
    "nolist": ("index-invalid-response", Project(page=b'{"files": 3}')),
    "deep": ("index-invalid-response", Project(page=b"[" * 100_000)),
    "image": ("index-invalid-response", Project(page=b"PNG", content_type="image/png")),
    "hollow": ("index-version-missing", Project(page=b"<html>", content_type="text/html")),
    "other": ("index-version-missing", released("other", "2.0", MIT)),
    "lying": ("index-identity-mismatch", released("lying", "1.0", MIT)),
    "older": ("index-identity-mismatch", released("older", "1.0", MIT)),
    "nometa": ("index-invalid-response", released("nometa", "1.0", MIT)),
    "forged": ("index-invalid-response", released("forged", "1.0", MIT, digest="0" * 64)),
    "huge": ("index-too-large", released("huge", "1.0", MIT, announce_length=100_000_000)),
    "flood": ("index-too-large", released("flood", "1.0", MIT)),
    "slow": ("index-timeout", Project(delay=20.0)),
    "loop": ("index-invalid-response", Project(redirect="/simple/loop/")),
    "exe": ("index-version-missing", Project(files={"exe-1.0.exe": b"MZ"})),
    "egg": ("index-no-metadata", Project(files={"egg-1.0.zip": b"PK"})),
    "nozip": ("index-invalid-response", Project(files={"nozip-1.0-py3-none-any.whl": b"PK"})),
    "notar": ("index-invalid-response", Project(files={"notar-1.0.tar.gz": b"\x1f\x8b"})),
}


def test_every_trouble_is_a_gap_and_the_rest_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_http, "MAX_WAIT", 0.0)
    projects = {name: dataclasses.replace(project) for name, (_, project) in TROUBLES.items()}
    for name, content in (
        ("lying", metadata("requests", "1.0", MIT)),
        ("older", metadata("older", "0.9", MIT)),
        ("nometa", b"<html>an error page</html>"),
        ("flood", metadata("flood", "1.0", "Keywords: " + "k" * 5_000_000)),
    ):
        projects[name].beside = {next(iter(projects[name].files)): content}
    projects["demo"] = released("demo", "1.0", MIT)
    wanted = [f"pkg:pypi/{name}@1.0" for name in (*TROUBLES, "demo", "absent")]
    with IndexDouble(**projects) as double:
        found = made(double.url, tmp_path, PIP_DEFAULT_TIMEOUT="1").describe(wanted)
    expected = {f"pkg:pypi/{name}@1.0": reason for name, (reason, _) in TROUBLES.items()}
    assert reasons(found) == expected | {"pkg:pypi/absent@1.0": "index-not-found"}
    assert [said.component for said in found.licenses] == [DEMO]
    said = {gap.subject: dict(gap.params)["detail"] for gap in found.gaps}
    assert said["pkg:pypi/lying@1.0"] == f"{double.host}: requests 1.0"
    assert said["pkg:pypi/huge@1.0"].endswith("more than 4194304 bytes are announced")
    assert said["pkg:pypi/absent@1.0"] == f"{double.host}: HTTP 404"


def test_a_page_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_http, "MAX_SECONDS", 0.5)
    with IndexDouble(demo=released("demo", "1.0", MIT, drip=0.05)) as double:
        found = ask(double, tmp_path)
    assert reasons(found) == {DEMO: "index-timeout"}


def test_a_busy_index_is_asked_again_a_few_times(tmp_path: Path) -> None:
    for busy, count in ((1, 1), (9, 0)):
        with IndexDouble(demo=released("demo", "1.0", MIT, busy=busy)) as double:
            found = ask(double, tmp_path)
        assert len(found.licenses) == count
        assert double.paths.count("/simple/demo/") == (busy + 1 if count else 3)


def test_a_connection_that_breaks_does_not_end_the_questions(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT, cut=1)) as double:
        found = ask(double, tmp_path)
    assert len(found.licenses) == 1
    assert double.paths.count("/simple/demo/") == 2


def test_an_index_that_is_gone_is_asked_once(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(package_index, "WORKERS", 1)
    with IndexDouble() as double:
        url = double.url
    found = made(url, tmp_path).describe([f"pkg:pypi/p{number}@1" for number in range(40)])
    assert set(reasons(found).values()) == {"index-offline"}
    assert len({dict(gap.params)["detail"] for gap in found.gaps}) == 1


def test_requests_are_counted(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT), two=released("two", "1.0", MIT)) as double:
        index = made(double.url, tmp_path)
        index._fetcher.traffic.max_requests = 2
        found = index.describe((DEMO, "pkg:pypi/two@1.0"))
    assert len(double.paths) == 2
    assert "index-too-many" in reasons(found).values()


def test_further_indexes_are_asked_for_what_the_first_does_not_have(tmp_path: Path) -> None:
    first = IndexDouble(demo=released("demo", "1.0", MIT), both=released("both", "2.0", MIT))
    second = IndexDouble(inner=released("inner", "1.0", "License: Proprietary"),
                         both=released("both", "1.0", "License: BSD"))  # fmt: skip
    wanted = (DEMO, "pkg:pypi/inner@1.0", "pkg:pypi/both@1.0", "pkg:pypi/none@1.0")
    with first, second:
        index = made(first.url, tmp_path, PIP_EXTRA_INDEX_URL=f"{second.url} file:///wheels")
        found = index.describe(wanted)
    references = {said.component: said.evidence.reference for said in found.licenses}
    assert references == {
        DEMO: f"{first.host}: demo 1.0 METADATA",
        "pkg:pypi/inner@1.0": f"{second.host}: inner 1.0 METADATA",
        "pkg:pypi/both@1.0": f"{second.host}: both 1.0 METADATA",
    }
    assert reasons(found) == {
        "file:///wheels": "index-unsupported", "pkg:pypi/none@1.0": "index-not-found",
    }  # fmt: skip
    assert index.hosts_contacted == tuple(sorted((first.host, second.host)))
    assert "/simple/demo/" not in second.paths


def test_credentials_go_to_the_index_only_and_stand_nowhere(tmp_path: Path) -> None:
    project = released("demo", "1.0", MIT)
    token = "Basic " + base64.b64encode(b"user:s3cret").decode()
    with IndexDouble(files=project) as elsewhere:
        file = next(iter(project.files))
        page = f'<a href="http://{elsewhere.host}/files/files/{file}">{file}</a>'.encode()
        project = Project(page=page, content_type="text/html")
        with IndexDouble(auth=token, demo=project) as double:
            index = made(f"http://user:s3cret@{double.host}/simple", tmp_path)
            found = index.describe((DEMO,))
    assert len(found.licenses) == 1
    assert [headers.get("authorization") for headers in double.headers] == [token]
    assert [headers.get("authorization") for headers in elsewhere.headers] == [None]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"s3cret" not in stored
    assert "s3cret" not in repr((found, index._chosen))


def test_cached_answers_are_those_of_the_day_they_were_given(tmp_path: Path) -> None:
    wanted = (DEMO, "pkg:pypi/absent@1.0", "pkg:pypi/slow@1.0")
    with IndexDouble(demo=released("demo", "1.0", MIT), slow=Project(status=502)) as double:
        first = ask(double, tmp_path, *wanted)
        asked = len(double.paths)
        again = ask(double, tmp_path, *wanted, today=LATER, cached=True)
        assert len(double.paths) == asked
    url = double.url
    cut = made(url, tmp_path, LATER, cached=True)
    assert cut.describe(wanted) == again
    assert cut.hosts_contacted == ()
    assert again.licenses == first.licenses
    assert again.licenses[0].evidence.as_of == DAY
    assert reasons(again) == {
        "pkg:pypi/absent@1.0": "index-not-found",  # an answer
        "pkg:pypi/slow@1.0": "index-offline",  # none: it may be gone tomorrow
    }
    other = made("http://127.0.0.1:9/simple", tmp_path, LATER, cached=True).describe((DEMO,))
    assert reasons(other) == {DEMO: "index-offline"}  # another index's answers are not used


def test_what_http_says_is_fresh_is_not_asked_for_again(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT, max_age=3_600)) as double:
        ask(double, tmp_path)
        later = ask(double, tmp_path, today=LATER)
        assert len(double.paths) == 2
    assert later.licenses[0].evidence.as_of == DAY


def test_parallel_runs_share_a_cache(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(30)]
    projects = {name: released(name, "1.0", MIT, max_age=60) for name in names}
    wanted = [f"pkg:pypi/{name}@1.0" for name in names]
    found: list[Enrichment] = []
    with IndexDouble(**projects) as double:
        runs = [
            threading.Thread(target=lambda: found.append(ask(double, tmp_path, *wanted)))
            for _ in range(3)
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
    assert [one.gaps for one in found] == [(), (), ()]
    assert ask(double, tmp_path, *wanted, cached=True) == found[0] == found[1] == found[2]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"schema": 1}', b"null", b"\xff" * 10])
def test_a_damaged_cache_is_no_answer_and_no_error(tmp_path: Path, damage: bytes) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT, max_age=60)) as double:
        ask(double, tmp_path)
        for path in tmp_path.rglob("*"):
            if path.is_file():
                path.write_bytes(damage)
        assert reasons(ask(double, tmp_path, cached=True)) == {DEMO: "index-offline"}
        assert len(ask(double, tmp_path).licenses) == 1


def test_a_record_that_was_changed_by_hand_is_checked_again(tmp_path: Path) -> None:
    with IndexDouble(demo=released("demo", "1.0", MIT)) as double:
        ask(double, tmp_path)
        (record,) = (tmp_path / "index").iterdir()
        record.write_text(record.read_text().replace("Name: demo", "Name: evil"))
        found = ask(double, tmp_path, cached=True)
    assert reasons(found) == {DEMO: "index-identity-mismatch"}
    assert found.licenses == ()
