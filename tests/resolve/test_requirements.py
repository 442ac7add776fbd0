"""What a resolver may be handed: names, extras and conditions, in every manifest's spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.extract import extractor_for
from provenance.model import Component, Document, Link, Occurrence
from provenance.registry import Registry
from provenance.resolve.requirements import pins, read, same_version, wanted
from provenance.vocabulary import Vocabulary


def asked(path: str, text: str) -> dict[str, tuple[str, str]]:
    """Return line and usage of what a file asks for, by name."""
    reader = extractor_for(path)
    assert reader
    found = reader.extract(Document(path=path, data=text.encode()), Vocabulary(Registry()))
    return {one.name: (one.line, one.usage) for one in wanted(found.links)[0]}


@pytest.mark.parametrize(
    ("requirement", "condition"),
    [
        ("^1.2", "<2,>=1.2"), ("^0.2.3", "<0.3,>=0.2.3"), ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0", "<1,>=0"), ("^0.0", "<0.1,>=0.0"), ("~1.2.3", "<1.3,>=1.2.3"), ("~1", "<2,>=1"),
        ("^2.0.0b1", "<3,>=2.0.0b1"), ("~=1.4", "~=1.4"), ("1.2", "==1.2"), ("*", ""),
        (">=1, <2,", "<2,>=1"), ("(>=1)", ">=1"), ("", ""), ("==2.1+cu118", "==2.1+cu118"),
    ],
)  # fmt: skip
def test_conditions_of_poetry_and_pep_440(requirement: str, condition: str) -> None:
    assert read("acme", requirement) == ((), condition, "")


@pytest.mark.parametrize(
    "requirement",
    [">=1 --index-url http://evil.example", "===1\n-i http://evil.example", "===$HOME", "^1 || ^2",
     "[a b]>=1", "[a;b]", "@ http://evil.example/x.whl", "latest", ">=1 ; no marker", "(" * 3000,
     "===1#x", "==1.0 \\\n--pre"],
)  # fmt: skip
def test_what_could_be_an_option_or_cannot_be_read_is_none(requirement: str) -> None:
    assert read("acme", requirement) is None


@pytest.mark.parametrize("name", ["-i", "--pre", "a b", "", "a/../b", "acme\n-i", "é"])
def test_a_name_that_is_none(name: str) -> None:
    assert read(name, ">=1") is None


def test_extras_and_markers_survive() -> None:
    found = read("acme", '[b,a]>=1 ; python_version < "3.12"')
    assert found == (("a", "b"), ">=1", 'python_version < "3.12"')


def test_manifests_say_how_they_use_what_they_ask_for() -> None:
    assert asked(
        "pyproject.toml",
        '[build-system]\nrequires = ["hatchling>=1"]\n[project]\nname = "own"\n'
        'dependencies = ["Acme_Tool[x]>=2", "lib @ https://example.org/lib.whl", "own[all]"]\n'
        '[project.optional-dependencies]\ngpu = ["acme-gpu"]\n[dependency-groups]\n'
        'dev = ["acme-lint==1"]\n',
    ) == {
        "hatchling": ("hatchling>=1", "development"), "acme-tool": ("acme-tool[x]>=2", "used"),
        "acme-gpu": ("acme-gpu", "optional"), "acme-lint": ("acme-lint==1", "development"),
    }  # fmt: skip
    assert asked(
        "pyproject.toml",
        '[tool.poetry]\nname = "own"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'acme = "^1.2"\nwide = {version = "~2", extras = ["fast"]}\nhere = {path = "../here"}\n',
    ) == {
        "acme": ("acme<2,>=1.2", "used"), "wide": ("wide[fast]<3,>=2", "used"),
    }  # fmt: skip
    assert asked(
        "pyproject.toml",
        '[project]\nname = "own"\ndependencies = ["beside>=1", "acme"]\n'
        '[tool.uv.sources]\nbeside = {path = "../beside"}\n',
    ) == {"acme": ("acme", "used")}
    assert asked("requirements.txt", "# acme==1\n-i https://x.example\nacme-b>=2\n") == {
        "acme-b": ("acme-b>=2", "used")
    }


def test_an_unreadable_condition_is_a_gap_with_its_place() -> None:
    place = Occurrence(path="pyproject.toml", line=7, as_written="x", extractor="pyproject")
    link = Link(source="project:", target="pkg:pypi/acme", relation="depends-on",
                requirement="^1 || ^2", occurrences=(place,))  # fmt: skip
    found, gaps = wanted((link,))
    assert found == ()
    assert [(gap.reason, str(gap.location)) for gap in gaps] == [
        ("not-a-requirement", "pyproject.toml:7")
    ]


def test_pins_by_what_they_rest_on() -> None:
    def component(version: str, extractor: str, path: str = "x") -> Component:
        place = Occurrence(path=path, line=1, as_written="x", extractor=extractor)
        return Component(id=f"pkg:pypi/acme-{extractor}@{version}", kind="package", name="x",
                         version=version, occurrences=(place,))  # fmt: skip

    pipenv = component("4", "pipfile", "Pipfile.lock")
    found = pins((component("1.0", "uv-lock"), component("2", "installed"),
                  component("3", "requirements"), pipenv))  # fmt: skip
    assert set(found.locked) == {"acme-uv-lock", "acme-pipfile"}
    assert set(found.installed) == {"acme-installed"}
    assert found.constraints == ("acme-installed==2", "acme-pipfile==4", "acme-uv-lock==1.0")
    assert found.component("acme-uv-lock", "1.0.0") == "pkg:pypi/acme-uv-lock@1.0"
    assert found.component("acme-uv-lock", "1.1") == "pkg:pypi/acme-uv-lock@1.1"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("1.0", "1.0.0", True), ("2.3.1", "2.3.1+cu118", True), ("2.3.1+cpu", "2.3.1+cu118", False),
     ("1.0", "1.1", False), ("odd!", "1", False), ("odd!", "odd!", True)],
)  # fmt: skip
def test_spellings_of_a_version(one: str, other: str, same: bool) -> None:
    assert same_version(one, other) is same


# -- manifests and their locks ----------------------------------------

UV_LOCK = """version = 1
requires-python = ">=3.11"

[[package]]
name = "own"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "acme" }]

[[package]]
name = "acme"
version = "1.4"
source = { registry = "https://packages.acme.example/simple" }
"""


def disagreements(folder: Path, **files: str) -> set[tuple[str, str, str, str]]:
    """Return reason, subject, place and lock of every disagreement in a tree."""
    from tests.support.stacks import audited

    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_lock", ".lock")
        path = path.with_name(path.name.replace("_txt", ".txt"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return {
        (gap.reason, gap.subject, str(gap.location), dict(gap.params).get("lock", ""))
        for gap in audited(folder).gaps
        if gap.reason in ("lock-disagrees", "not-in-lock")
    }


def test_lock_and_manifest_that_disagree(tmp_path: Path) -> None:
    project = '[project]\nname = "own"\ndependencies = [\n "acme>=2",\n "missing",\n "other; '
    project += "sys_platform == 'win32'\",\n]\n[build-system]\nrequires = ['hatchling']\n"
    assert disagreements(
        tmp_path, pyproject_toml=project, uv_lock=UV_LOCK, requirements_txt="acme==1.4\nalso\n",
        sub__requirements_txt="acme>=3\n",
    ) == {
        ("lock-disagrees", "pkg:pypi/acme", "pyproject.toml:4", "uv.lock:11"),
        ("not-in-lock", "pkg:pypi/missing", "pyproject.toml:5", ""),
    }  # fmt: skip


def test_lock_and_manifest_that_agree(tmp_path: Path) -> None:
    project = '[project]\nname = "own"\ndependencies = ["Acme[x]>=1.2,<2"]\n'
    assert disagreements(tmp_path, pyproject_toml=project, uv_lock=UV_LOCK) == set()


def test_pipenv_and_its_lock(tmp_path: Path) -> None:
    lock = '{"_meta": {}, "default": {"acme": {"version": "==1.4"}}, "develop": {}}'
    (tmp_path / "Pipfile.lock").write_text(lock)
    (tmp_path / "Pipfile").write_text('[packages]\nacme = "<1"\nmissing = "*"\n')
    assert {one[:3] for one in disagreements(tmp_path)} == {
        ("lock-disagrees", "pkg:pypi/acme", "Pipfile:2"),
        ("not-in-lock", "pkg:pypi/missing", "Pipfile:3"),
    }
