"""requirements files: what pip would read, at which line, with which usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.discover import Walk
from provenance.documents import extract_all
from provenance.extract import extractor_for
from provenance.extract.manifests import requirements
from provenance.model import Extraction, Gap, Include, Location
from tests.support.reading import (
    PACKAGE_INDEX,
    component,
    gaps,
    ids,
    lines,
    links,
    places,
    read,
    reasons,
    requirement,
    texts,
    vocabulary,
)

INDEX = "https://download.pytorch.org/whl/cpu"  # a channel the registry knows by name


def reqs(content: str | bytes, path: str = "requirements.txt") -> Extraction:
    return read(path, content)


def packages(content: str | bytes) -> set[str]:
    return ids(reqs(content), "package")


# -- which files, and what their names say ----------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt", "requirement.txt", "requirements.in", "requirements.pip",
        "Requirements.txt", "requirements-dev.txt", "requirements_gpu.txt",
        "dev-requirements.txt", "deploy/requirements.cpu.txt", "requirements/base.txt",
        "a/requirements/prod.in",
    ],
)  # fmt: skip
def test_wanted_names(path: str) -> None:
    assert extractor_for(path) is requirements


@pytest.mark.parametrize(
    "path",
    ["requirements.md", "myrequirements.txt", "requirements", "constraints.txt", "notes/base.txt",
     "requirements/README.md", "requirements.txt.bak"],
)  # fmt: skip
def test_unwanted_names(path: str) -> None:
    assert not requirements.accepts(path)


@pytest.mark.parametrize(
    ("path", "usage"),
    [
        ("requirements.txt", "used"),
        ("requirements-dev.txt", "development"),
        ("lint-requirements.txt", "development"),
        ("requirements/test.txt", "test"),
        ("requirements_docs.txt", "documentation"),
        ("requirements-optional.txt", "optional"),
        ("docs/requirements.txt", "documentation"),
        ("examples/chat/requirements.txt", "example"),
        ("tests/requirements-dev.txt", "test"),
        ("latest/requirements.txt", "used"),
        ("requirements-device.txt", "used"),
    ],
)
def test_usage_is_told_by_file_and_folder_names(path: str, usage: str) -> None:
    assert component(reqs("acme-lib", path), "pkg:pypi/acme-lib").usage == usage


# -- PEP 508 ----------------------------------------


@pytest.mark.parametrize(
    ("line", "package", "condition"),
    [
        ("acme-lib", "pkg:pypi/acme-lib", None),
        ("Acme_Lib.Core", "pkg:pypi/acme-lib-core", None),
        ("ACME--lib", "pkg:pypi/acme-lib", None),
        ("acme-lib>=2", "pkg:pypi/acme-lib", ">=2"),
        ("acme-lib (>=2)", "pkg:pypi/acme-lib", ">=2"),
        ("acme-lib ~= 2.1", "pkg:pypi/acme-lib", "~=2.1"),
        ("acme-lib==2.1.0", "pkg:pypi/acme-lib@2.1.0", "==2.1.0"),
        ("acme-lib == 2.1.0", "pkg:pypi/acme-lib@2.1.0", "==2.1.0"),
        ("acme-lib==2.1.0+cu121", "pkg:pypi/acme-lib@2.1.0%2Bcu121", "==2.1.0+cu121"),
        ("acme-lib==1!2.0", "pkg:pypi/acme-lib@1%212.0", "==1!2.0"),
        ("acme-lib===2.1.weird", "pkg:pypi/acme-lib@2.1.weird", "===2.1.weird"),
        ("acme-lib==2.*", "pkg:pypi/acme-lib", "==2.*"),
        ("acme-lib!=2.1", "pkg:pypi/acme-lib", "!=2.1"),
        ("acme-lib[fast,gpu]==2.1", "pkg:pypi/acme-lib@2.1", "[fast,gpu]==2.1"),
        ("acme-lib>=2 ; python_version < '3.12'", "pkg:pypi/acme-lib",
         '>=2 ; python_version < "3.12"'),
        ('acme-lib; sys_platform == "linux"', "pkg:pypi/acme-lib", 'sys_platform == "linux"'),
        ("acme-lib==2.1 --hash=sha256:00ff", "pkg:pypi/acme-lib@2.1", "==2.1"),
        ('acme-lib==2.1 --config-settings="x=y"', "pkg:pypi/acme-lib@2.1", "==2.1"),
        ("acme-lib==2.1  # pinned, see the wiki", "pkg:pypi/acme-lib@2.1", "==2.1"),
        ("   acme-lib==2.1\t", "pkg:pypi/acme-lib@2.1", "==2.1"),
    ],
)  # fmt: skip
def test_one_requirement(line: str, package: str, condition: str | None) -> None:
    found = reqs(line)
    assert ids(found, "package") == {package}
    assert requirement(found, package) == condition
    assert links(found, "depends-on") == {("project:", "depends-on", package)}
    assert links(found, "delivered-by") == {(package, "delivered-by", "service:pypi")}
    assert not found.gaps


def test_a_version_is_kept_as_written_beside_its_quoted_id() -> None:
    found = component(reqs("acme-lib==2.1.0+cu121"), "pkg:pypi/acme-lib@2.1.0%2Bcu121")
    assert (found.version, found.name) == ("2.1.0+cu121", "acme-lib")


def test_several_clauses_are_no_pin() -> None:
    found = reqs("acme-lib==2.*,>=2.3,<3")
    assert ids(found, "package") == {"pkg:pypi/acme-lib"}
    condition = requirement(found, "pkg:pypi/acme-lib") or ""
    assert set(condition.split(",")) == {"==2.*", ">=2.3", "<3"}


def test_one_package_under_two_markers_is_one_component_with_two_links() -> None:
    found = reqs('acme-lib>=2; python_version>="3.9"\nacme-lib<2; python_version<"3.9"\n')
    assert lines(found, "pkg:pypi/acme-lib") == [1, 2]
    assert {k.requirement for k in found.links if k.relation == "depends-on"} == {
        '>=2 ; python_version >= "3.9"', '<2 ; python_version < "3.9"'}  # fmt: skip


@pytest.mark.parametrize(
    "line", ["this is prose", "acme-lib = 2", "acme lib", "==2.1", "<html>", "acme-lib>=two words"]
)
def test_what_is_no_requirement_is_a_gap_with_its_line(line: str) -> None:
    found = reqs(f"acme-core\n\n{line}\nacme-tail\n")
    assert gaps(found) == {(line, "not-a-requirement", 3)}
    assert ids(found, "package") == {"pkg:pypi/acme-core", "pkg:pypi/acme-tail"}


# -- lines, continuations, comments ----------------------------------------


def test_hashes_on_continuation_lines_belong_to_the_line_that_begins() -> None:
    found = reqs(
        "# made by a tool\n"
        "acme-core==1.0 \\\n"
        "    --hash=sha256:aa11 \\\n"
        "    --hash=sha256:bb22\n"
        "    # via acme-app\n"
        "acme-lib==2.0 \\\r\n"
        "    --hash=sha256:cc33\r\n"
        "acme-tail==3.0"
    )
    assert not found.gaps
    assert lines(found, "pkg:pypi/acme-core@1.0") == [2]
    assert lines(found, "pkg:pypi/acme-lib@2.0") == [6]
    assert lines(found, "pkg:pypi/acme-tail@3.0") == [8]


def test_a_continuation_at_the_end_of_the_file_is_still_read() -> None:
    assert packages("acme-core==1.0 \\") == {"pkg:pypi/acme-core@1.0"}


def test_a_comment_line_does_not_continue() -> None:
    found = reqs("# a note that ends in a backslash \\\nacme-core\n")
    assert lines(found, "pkg:pypi/acme-core") == [2]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_newline_counts(newline: str) -> None:
    found = reqs(newline.join(["acme-a==1", "", "acme-b==2"]).encode())
    assert lines(found, "pkg:pypi/acme-a@1") == [1]
    assert lines(found, "pkg:pypi/acme-b@2") == [3]
    assert not found.gaps


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("# acme-npu==2.1", "pkg:pypi/acme-npu@2.1"),
        ("#acme-npu>=2.1", "pkg:pypi/acme-npu"),
        ("# acme-npu[fast]~=2.1  ", "pkg:pypi/acme-npu"),
    ],
)
def test_a_commented_requirement_is_marked_as_such(line: str, package: str) -> None:
    found = reqs(f"acme-lib\n{line}\n")
    (place,) = places(found, package)
    assert (place.line, place.usage) == (2, "commented")
    assert component(found, package).usage == "commented"


@pytest.mark.parametrize(
    "line", ["# acme-npu", "# acme-npu==2.1 breaks the build", "# see acme-npu", "#", "# -r x.txt"]
)
def test_other_comments_say_nothing(line: str) -> None:
    found = reqs(f"{line}\nacme-lib\n")
    assert ids(found, "package") == {"pkg:pypi/acme-lib"}
    assert not found.gaps
    assert not found.includes


def test_a_package_used_and_commented_is_used() -> None:
    found = reqs("# acme-lib>=1\nacme-lib>=2\n")
    assert component(found, "pkg:pypi/acme-lib").usage == "used"


# -- encodings ----------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_honoured(encoding: str) -> None:
    found = reqs("acme-lib==1.0\r\n# naïve\r\nacme-tail\r\n".encode(encoding))
    assert lines(found, "pkg:pypi/acme-lib@1.0") == [1]
    assert lines(found, "pkg:pypi/acme-tail") == [3]
    assert not found.gaps


def test_latin_1_is_read_and_said_to_be_lossy() -> None:
    found = reqs("# caf\xe9\nacme-lib==1.0\n".encode("latin-1"))
    assert lines(found, "pkg:pypi/acme-lib@1.0") == [2]
    assert gaps(found) == {("requirements.txt", "undecodable-bytes", 0)}


def test_a_coding_line_makes_latin_1_lossless() -> None:
    found = reqs("# -*- coding: latin-1 -*-\n# caf\xe9\nacme-lib==1.0\n".encode("latin-1"))
    assert lines(found, "pkg:pypi/acme-lib@1.0") == [3]
    assert not found.gaps


def test_an_unknown_coding_line_is_no_obstacle() -> None:
    assert packages("# coding: no-such-code\nacme-lib\n") == {"pkg:pypi/acme-lib"}


def test_an_empty_file_says_nothing() -> None:
    assert reqs(b"") == Extraction()


# -- URLs and paths ----------------------------------------


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("git+https://github.com/acme/tool.git@v1.2#egg=acme-tool", "pkg:pypi/acme-tool"),
        ("git+https://github.com/acme/tool@main#egg=Acme_Tool&subdirectory=py",
         "pkg:pypi/acme-tool"),
        ("-e git+https://github.com/acme/tool.git#egg=acme-tool", "pkg:pypi/acme-tool"),
        ("-egit+https://github.com/acme/tool.git#egg=acme-tool", "pkg:pypi/acme-tool"),
        ("--editable=git+https://github.com/acme/tool.git#egg=acme-tool", "pkg:pypi/acme-tool"),
        ("git+ssh://git@github.com/acme/tool.git#egg=acme-tool", "pkg:pypi/acme-tool"),
        ("acme-tool @ git+https://github.com/acme/tool.git@abc123", "pkg:pypi/acme-tool"),
        ("acme-tool[x] @ git+https://github.com/acme/tool ; python_version>'3.8'",
         "pkg:pypi/acme-tool"),
        ("https://github.com/acme/tool/releases/download/v1/acme_tool-1.2-py3-none-any.whl",
         "pkg:pypi/acme-tool@1.2"),
        ("acme-tool @ https://github.com/acme/tool/releases/acme_tool-1.2-py3-none-any.whl",
         "pkg:pypi/acme-tool@1.2"),
    ],
)  # fmt: skip
def test_a_url_that_names_its_package(line: str, package: str) -> None:
    found = reqs(f"\n{line}\n")
    assert ids(found, "package") == {package}
    assert lines(found, package) == [2]
    assert links(found, "delivered-by") == {(package, "delivered-by", "service:github")}
    assert not found.gaps


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("acme_tool-1.2.0-py3-none-any.whl", "pkg:pypi/acme-tool@1.2.0"),
        ("acme_tool-1.2.0-1-cp311-cp311-manylinux_2_28_x86_64.whl", "pkg:pypi/acme-tool@1.2.0"),
        ("acmetool-2.3.1%2Bcu121-cp311-cp311-linux_x86_64.whl",
         "pkg:pypi/acmetool@2.3.1%2Bcu121"),
        ("acmetool-2.3.1+cu121-cp311-cp311-linux_x86_64.whl", "pkg:pypi/acmetool@2.3.1%2Bcu121"),
        ("acme_tool-1.2.0.tar.gz", "pkg:pypi/acme-tool@1.2.0"),
        ("acme-tool-1.2.0.tar.gz", "pkg:pypi/acme-tool@1.2.0"),
        ("acme-tool-1.2.0.zip", "pkg:pypi/acme-tool@1.2.0"),
    ],
)  # fmt: skip
def test_name_and_version_of_a_distribution_file(file: str, package: str) -> None:
    found = reqs(f"{INDEX}/{file}#sha256=00ff")
    assert ids(found, "package") == {package}
    assert links(found, "delivered-by") == {(package, "delivered-by", "service:pytorch-index")}


def test_an_unknown_host_is_a_channel_of_its_own() -> None:
    found = reqs("https://wheels.acme.example/acme_tool-1.2-py3-none-any.whl")
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-tool@1.2", "delivered-by", "service:wheels.acme.example")
    }


@pytest.mark.parametrize(
    "line",
    [
        "git+https://github.com/Acme/Tool.git@v1.2",
        "git+https://github.com/Acme/Tool",
        "git+ssh://git@github.com/Acme/Tool.git",
        "https://github.com/Acme/Tool/archive/refs/heads/main.zip",
    ],
)
def test_a_repository_without_egg_is_named_by_its_address_and_asked_about(line: str) -> None:
    found = reqs(line)
    assert ids(found, "package") == {"pkg:github/acme/tool"}
    assert links(found) == {("pkg:github/acme/tool", "delivered-by", "service:github")}
    assert gaps(found) == {(line, "requirement-without-name", 1)}


def test_a_url_that_names_nothing_is_a_gap() -> None:
    line = "git+https://git.acme.example/tool.git"
    found = reqs(f"acme-lib\n{line}\n")
    assert ids(found, "package") == {"pkg:pypi/acme-lib"}
    assert (line, "requirement-without-name", 2) in gaps(found)


@pytest.mark.parametrize("line", ["./libs/tool", "../tool", "libs/tool", "-e ./libs/tool",
                                  "--editable ./libs/tool[fast]", "file:///srv/tool",
                                  "~/tool"])  # fmt: skip
def test_a_local_path_is_a_gap_and_no_package(line: str) -> None:
    found = reqs(f"\n\n{line}\n")
    assert ids(found) == set()
    assert reasons(found) == {("local-requirement", 3)}


@pytest.mark.parametrize(
    "line",
    [
        "./wheels/acme_tool-1.2-py3-none-any.whl",
        "file:///srv/wheels/acme_tool-1.2-py3-none-any.whl",
        "acme-tool @ file:///srv/wheels/acme_tool-1.2-py3-none-any.whl",
    ],
)
def test_a_local_wheel_names_its_package_but_no_channel(line: str) -> None:
    found = reqs(line)
    tool = component(found, "pkg:pypi/acme-tool@1.2")
    assert (tool.version, tool.name) == ("1.2", "acme-tool")
    assert reasons(found) == {("local-requirement", 1)}
    assert links(found, "delivered-by") == set()


# -- channels ----------------------------------------


@pytest.mark.parametrize("option", ["-i {}", "--index-url {}", "--index-url={}", "-i{}"])
def test_another_index_delivers_the_packages(option: str) -> None:
    found = reqs(f"{option.format(INDEX)}\nacme-lib\n")
    assert lines(found, "service:pytorch-index") == [1, 2]
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-lib", "delivered-by", "service:pytorch-index")
    }


def test_the_index_holds_for_the_whole_file_wherever_it_stands() -> None:
    found = reqs(f"acme-lib\n--index-url {INDEX}\n")
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-lib", "delivered-by", "service:pytorch-index")
    }


def test_the_public_index_by_its_address() -> None:
    found = reqs(f"-i {PACKAGE_INDEX}\nacme-lib\n")
    assert ids(found, "service") == {"service:pypi"}
    assert links(found, "delivered-by") == {("pkg:pypi/acme-lib", "delivered-by", "service:pypi")}


@pytest.mark.parametrize("option", ["--extra-index-url", "--find-links", "-f"])
def test_an_extra_source_is_a_channel_beside_the_index(option: str) -> None:
    found = reqs(f"acme-lib\n{option} {INDEX}\n")
    assert lines(found, "service:pytorch-index") == [2]
    assert ("pkg:pypi/acme-lib", "delivered-by", "service:pypi") in links(found)
    assert bases(found) == {"service:pypi": None, "service:pytorch-index": "possible"}
    assert not found.gaps


def bases(found: Extraction) -> dict[str, str | None]:
    return {link.target: link.basis for link in found.links if link.relation == "delivered-by"}


def test_a_digest_or_a_local_version_settles_which_index_delivers() -> None:
    pinned = f"acme-lib==1.0 --hash=sha256:{'0' * 64}"
    assert bases(reqs(f"{pinned}\n--extra-index-url {INDEX}\n")) == {"service:pypi": None}
    found = bases(reqs(f"acme-lib==1.0+cu118\n--extra-index-url {INDEX}\n"))
    assert found == {"service:pypi": None, "service:pytorch-index": None}


def test_an_unknown_index_is_a_channel_of_its_own() -> None:
    found = reqs("--index-url https://packages.acme.example/simple\nacme-lib\n")
    assert ("pkg:pypi/acme-lib", "delivered-by", "service:packages.acme.example") in links(found)


@pytest.mark.parametrize(
    "url",
    ["http://10.1.2.3:8080/simple", "http://localhost:3141/simple", "http://Nexus/simple",
     "https://u:p@192.168.0.7/simple"],
)  # fmt: skip
def test_a_private_index_is_named_by_its_host_and_a_gap(url: str) -> None:
    found = reqs(f"--index-url {url}\nacme-lib\n")
    host = url.partition("//")[2].rpartition("@")[2].partition("/")[0].partition(":")[0].lower()
    assert gaps(found) == {(url.replace("u:p@", "…@"), "private-channel", 1)}
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-lib", "delivered-by", f"service:{host}")
    }
    (index,) = [c for c in found.components if c.kind == "service"]
    assert (index.name.lower(), index.functions) == (f"private index {host}", ("package.index",))
    assert ids(found, "package") == {"pkg:pypi/acme-lib"}


@pytest.mark.parametrize("option", ["-f ./wheels", "--find-links ./wheels", "--find-links=wheels"])
def test_a_folder_of_wheels_is_no_unknown_option(option: str) -> None:
    assert "unknown-option" not in {reason for reason, _ in reasons(reqs(f"{option}\nacme-lib\n"))}


def test_no_credential_of_an_index_reaches_the_report() -> None:
    found = reqs(
        "--extra-index-url https://bot:s3cr3t@packages.acme.example/simple\n"
        "--index-url http://bot:s3cr3t@10.0.0.1/simple\n"
        "acme-tool @ git+https://bot:s3cr3t@github.com/acme/tool.git\n"
        "git+https://bot:s3cr3t@git.acme.example/other.git\n"
    )
    assert {"service:packages.acme.example", "pkg:pypi/acme-tool"} <= ids(found)
    assert [text for text in texts(found) if "s3cr3t" in text] == []


# -- options ----------------------------------------


@pytest.mark.parametrize(
    "line",
    ["--no-index", "--pre", "--only-binary :all:", "--no-binary=acme", "--require-hashes",
     "--trusted-host host.acme.example", "--prefer-binary", "--use-feature=fast-deps"],
)  # fmt: skip
def test_options_without_a_component_are_passed_over(line: str) -> None:
    found = reqs(f"{line}\nacme-lib\n")
    assert not found.gaps
    assert ids(found, "package") == {"pkg:pypi/acme-lib"}


@pytest.mark.parametrize("line", ["--frobnicate", "--frobnicate=yes", "-z x"])
def test_an_unknown_option_is_a_gap(line: str) -> None:
    assert gaps(reqs(f"acme-lib\n{line}\n")) == {(line, "unknown-option", 2)}


# -- includes ----------------------------------------


@pytest.mark.parametrize(
    ("line", "path", "kind"),
    [
        ("-r base.txt", "deploy/base.txt", "requirements"),
        ("-rbase.txt", "deploy/base.txt", "requirements"),
        ("--requirement base.txt", "deploy/base.txt", "requirements"),
        ("--requirement=base.txt", "deploy/base.txt", "requirements"),
        ("-r ../common/base.txt  # shared", "common/base.txt", "requirements"),
        ("-r ./sub/./base.txt", "deploy/sub/base.txt", "requirements"),
        ('-r "base.txt"', "deploy/base.txt", "requirements"),
        ("-r sub\\base.txt", "deploy/sub/base.txt", "requirements"),
        ("-c pins.txt", "deploy/pins.txt", "constraints"),
        ("--constraint=pins.txt", "deploy/pins.txt", "constraints"),
    ],
)
def test_an_include_is_a_path_of_the_tree(line: str, path: str, kind: str) -> None:
    found = reqs(f"\n{line}\n", "deploy/requirements.txt")
    at = Location(path="deploy/requirements.txt", line=2)
    assert found.includes == (Include(path=path, kind=kind, location=at),)  # type: ignore[arg-type]
    assert not found.gaps


@pytest.mark.parametrize("value", ["../base.txt", "../../base.txt", "/srv/base.txt", "a/../../b"])
def test_an_include_outside_the_tree_is_a_gap(value: str) -> None:
    found = reqs(f"acme-lib\n-r {value}\n")
    assert found.includes == ()
    assert gaps(found) == {(value, "include-outside-tree", 2)}


@pytest.mark.parametrize("option", ["-r", "--requirement", "-c"])
def test_a_remote_include_is_a_gap(option: str) -> None:
    url = "https://acme.example/reqs.txt"
    found = reqs(f"{option} {url}\n")
    assert found.includes == ()
    assert gaps(found) == {(url, "remote-include", 1)}


def scan(root: Path, files: dict[str, str]) -> tuple[list[Extraction], Walk]:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    walk = Walk(root=root, wanted=extractor_for)
    return extract_all(walk, vocabulary()), walk


def all_places(found: list[Extraction]) -> dict[str, list[tuple[str, int]]]:
    result: dict[str, list[tuple[str, int]]] = {}
    for extraction in found:
        for one in extraction.components:
            if one.kind == "package":
                result.setdefault(one.id, []).extend((p.path, p.line) for p in one.occurrences)
    return result


def test_nested_includes_are_followed_and_loops_end(tmp_path: Path) -> None:
    found, walk = scan(
        tmp_path,
        {
            "requirements.txt": "acme-top\n-r parts/one.txt\n",
            "parts/one.txt": "acme-one\n-r two.lst\n-r ../requirements.txt\n",
            "parts/two.lst": "\nacme-two\n-r one.txt\n-r two.lst\n",
        },
    )
    assert all_places(found) == {
        "pkg:pypi/acme-top": [("requirements.txt", 1)],
        "pkg:pypi/acme-one": [("parts/one.txt", 1)],
        "pkg:pypi/acme-two": [("parts/two.lst", 2)],
    }
    assert walk.gaps == []


def test_a_missing_include_is_a_gap_where_it_is_asked_for(tmp_path: Path) -> None:
    found, walk = scan(tmp_path, {"requirements.txt": "acme-top\n-r gone.txt\n"})
    assert set(all_places(found)) == {"pkg:pypi/acme-top"}
    missing = [gap for gap in walk.gaps if gap.reason == "include-missing"]
    at = Location(path="requirements.txt", line=2)
    assert missing == [Gap(subject="gone.txt", reason="include-missing", location=at)]


def test_constraints_bring_in_nothing(tmp_path: Path) -> None:
    found, _ = scan(
        tmp_path, {"requirements.txt": "acme-top\n-c pins.txt\n", "pins.txt": "acme-pin==1\n"}
    )
    assert set(all_places(found)) == {"pkg:pypi/acme-top"}


def test_a_file_is_both_a_constraint_and_a_requirement(tmp_path: Path) -> None:
    found, _ = scan(
        tmp_path,
        {"requirements.txt": "-c pins.txt\n-r pins.txt\n-c pins.txt\n", "pins.txt": "acme-pin==1"},
    )
    assert all_places(found) == {"pkg:pypi/acme-pin@1": [("pins.txt", 1)]}


@pytest.mark.parametrize("single_file", [False, True])
def test_an_include_does_not_follow_a_link_out_of_the_tree(
    tmp_path: Path, single_file: bool
) -> None:
    (tmp_path / "outside.lst").write_text("acme-stolen\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "requirements.txt").write_text("acme-top\n-r link.lst\n")
    (tree / "link.lst").symlink_to(tmp_path / "outside.lst")
    walk = Walk(root=tree / "requirements.txt" if single_file else tree, wanted=extractor_for)
    assert set(all_places(extract_all(walk, vocabulary()))) == {"pkg:pypi/acme-top"}
    assert "include-missing" in {gap.reason for gap in walk.gaps}
