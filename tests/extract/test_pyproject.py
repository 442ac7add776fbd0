"""pyproject.toml: PEP 621, PEP 735, Poetry, build requirements."""

from __future__ import annotations

import pytest

from provenance.extract import extractor_for
from provenance.extract.manifests import pyproject
from provenance.model import Extraction
from tests.support.reading import (
    component,
    gaps,
    ids,
    line_with,
    lines,
    links,
    places,
    read,
    reasons,
    requirement,
    texts,
)


def project(text: str, path: str = "pyproject.toml") -> Extraction:
    return read(path, text)


def usages(found: Extraction) -> dict[str, str]:
    return {c.name: c.usage for c in found.components if c.kind == "package"}


def test_wanted_anywhere_and_by_no_other_name() -> None:
    assert extractor_for("pyproject.toml") is pyproject
    assert extractor_for("libs/core/pyproject.toml") is pyproject
    assert extractor_for("my-pyproject.toml") is not pyproject


# -- PEP 621 ----------------------------------------


def test_dependencies_with_their_lines() -> None:
    found = project(
        """\
        [project]
        name = "shop"
        dependencies = [
          "acme-core>=1",
          'Acme_Tool[fast]==2.0; python_version < "3.12"',

          "acme-late", # a note
        ]
        """
    )
    assert found.project_name == "shop"
    assert usages(found) == {"acme-core": "used", "acme-tool": "used", "acme-late": "used"}
    assert lines(found, "pkg:pypi/acme-core") == [4]
    assert lines(found, "pkg:pypi/acme-tool@2.0") == [5]
    assert lines(found, "pkg:pypi/acme-late") == [7]
    assert requirement(found, "pkg:pypi/acme-core") == ">=1"
    assert requirement(found, "pkg:pypi/acme-tool@2.0") == '[fast]==2.0 ; python_version < "3.12"'
    assert links(found, "delivered-by") == {
        (package, "delivered-by", "service:pypi") for package in ids(found, "package")
    }
    assert not found.gaps


@pytest.mark.parametrize(
    ("written", "package"),
    [
        ('"acme"', "pkg:pypi/acme"),  # also within the name and another requirement
        (r'"acme-x ; sys_platform == \"linux\""', "pkg:pypi/acme-x"),
        ("'acme-x'", "pkg:pypi/acme-x"),
        ('"acme-x" ', "pkg:pypi/acme-x"),
    ],
)
def test_the_line_is_the_requirement_s_own(written: str, package: str) -> None:
    found = project(
        f"""\
        [project]
        name = "acme-x-shop"
        dependencies = [
          "acme-xy>=1",
          {written},
        ]
        """
    )
    assert lines(found, package) == [5]


def test_a_requirement_declared_twice_has_two_places() -> None:
    found = project(
        """\
        [project]
        dependencies = [
          "acme-core>=1",
        ]
        [project.optional-dependencies]
        fast = [
          "acme-core>=1",
        ]
        """
    )
    assert lines(found, "pkg:pypi/acme-core") == [3, 7]
    assert component(found, "pkg:pypi/acme-core").usage == "used"


@pytest.mark.parametrize(
    ("extra", "usage"),
    [
        ("gpu", "optional"), ("all", "optional"), ("dev", "development"), ("lint", "development"),
        ("test", "test"), ("testing", "test"), ("docs", "documentation"), ("latest", "optional"),
        ("examples", "example"), ("dev-docs", "development"),
    ],
)  # fmt: skip
def test_an_extra_is_optional_unless_its_name_says_more(extra: str, usage: str) -> None:
    found = project(f'[project.optional-dependencies]\n{extra} = ["acme-core"]\n')
    assert usages(found) == {"acme-core": usage}


def test_build_requirements_are_for_development() -> None:
    found = project('[build-system]\nrequires = ["acme-build>=3"]\n')
    (place,) = places(found, "pkg:pypi/acme-build")
    assert (place.line, place.usage) == (2, "development")


def test_a_direct_reference_comes_from_its_host() -> None:
    found = project(
        '[project]\ndependencies = ["acme-tool @ git+https://github.com/acme/tool.git@v1"]\n'
    )
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-tool", "delivered-by", "service:github")
    }


def test_a_malformed_requirement_is_a_gap_with_its_line() -> None:
    found = project('[project]\ndependencies = [\n  "acme-core",\n  "acme core =",\n]\n')
    assert gaps(found) == {("acme core =", "not-a-requirement", 4)}
    assert ids(found, "package") == {"pkg:pypi/acme-core"}


# -- PEP 735 ----------------------------------------


def test_groups_are_for_development_or_what_their_name_says() -> None:
    found = project(
        """\
        [dependency-groups]
        test = ["acme-check"]
        docs = ["acme-pages"]
        serve = ["acme-serve"]
        all = [{include-group = "test"}, {include-group = "docs"}, "acme-more"]
        """
    )
    assert usages(found) == {
        "acme-check": "test", "acme-pages": "documentation", "acme-serve": "development",
        "acme-more": "development",
    }  # fmt: skip
    assert not found.gaps


def test_a_group_entry_that_is_neither_is_a_gap() -> None:
    found = project('[dependency-groups]\nodd = [{surprise = "x"}, 7, "acme-core"]\n')
    assert {(subject, reason) for subject, reason, _ in gaps(found)} == {("odd", "malformed-file")}
    assert ids(found, "package") == {"pkg:pypi/acme-core"}


# -- Poetry ----------------------------------------

POETRY = """\
[tool.poetry]
name = "shop"

[tool.poetry.dependencies]
python = "^3.11"
acme-core = "^1.0"
Acme_Pin = "2.1.0"
acme-any = "*"
acme-extra = { version = "^3", optional = true, markers = "sys_platform == 'linux'" }
acme-git = { git = "https://github.com/acme/tool.git", rev = "abc" }
acme-url = { url = "https://wheels.acme.example/acme_url-4.5-py3-none-any.whl" }
acme-near = { path = "../near", develop = true }
acme-many = [
  { version = "<2", python = "<3.12" },
  { version = ">=2", python = ">=3.12" },
]

[tool.poetry.dev-dependencies]
acme-old = "^1"

[tool.poetry.group.test.dependencies]
acme-check = "^1"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
acme-pages = "^1"

[tool.poetry.group.serve.dependencies]
acme-serve = "^1"
"""


def test_poetry_usages() -> None:
    assert usages(project(POETRY)) == {
        "acme-core": "used", "acme-pin": "used", "acme-any": "used", "acme-extra": "optional",
        "acme-git": "used", "acme-url": "used", "acme-near": "used", "acme-many": "used",
        "acme-old": "development", "acme-check": "test", "acme-pages": "documentation",
        "acme-serve": "development",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("package", "written", "condition"),
    [
        ("pkg:pypi/acme-core", "acme-core =", "^1.0"),
        ("pkg:pypi/acme-pin@2.1.0", "Acme_Pin =", "==2.1.0"),
        ("pkg:pypi/acme-any", "acme-any =", None),
        ("pkg:pypi/acme-extra", "acme-extra =", "^3 ; sys_platform == 'linux'"),
        ("pkg:pypi/acme-old", "acme-old =", "^1"),
        ("pkg:pypi/acme-check", "acme-check =", "^1"),
    ],
)
def test_poetry_conditions_and_lines(package: str, written: str, condition: str | None) -> None:
    found = project(POETRY)
    assert lines(found, package) == [line_with(POETRY, written)]
    assert requirement(found, package) == condition


def test_poetry_s_multiple_constraints_are_two_links() -> None:
    found = project(POETRY)
    conditions = {k.requirement for k in found.links if k.target == "pkg:pypi/acme-many"}
    assert len(conditions) == 2
    assert {(c or "").split(" ")[0] for c in conditions} == {"<2", ">=2"}


def test_poetry_git_and_url_name_their_channel() -> None:
    assert {
        ("pkg:pypi/acme-git", "delivered-by", "service:github"),
        ("pkg:pypi/acme-url@4.5", "delivered-by", "service:wheels.acme.example"),
    } <= links(project(POETRY))


def test_poetry_git_by_ssh_comes_from_its_host() -> None:
    found = project('[tool.poetry.dependencies]\nacme = { git = "git@github.com:acme/tool.git" }\n')
    assert links(found, "delivered-by") == {("pkg:pypi/acme", "delivered-by", "service:github")}


def test_poetry_path_is_a_gap_and_comes_from_no_index() -> None:
    found = project(POETRY)
    line = line_with(POETRY, "acme-near =")
    assert ("acme-near", "local-requirement", line) in gaps(found)
    assert not {k for k in links(found, "delivered-by") if k[0] == "pkg:pypi/acme-near"}


def test_poetry_one_package_in_two_tables_has_two_lines() -> None:
    found = project(
        """\
        [tool.poetry.scripts]
        acme-core = "shop:main"
        [tool.poetry.dependencies]
        acme-core = "^1"
        [tool.poetry.group.test.dependencies]
        acme-core = "^1"
        """
    )
    assert lines(found, "pkg:pypi/acme-core") == [4, 6]


def test_poetry_table_form_has_a_line() -> None:
    found = project('[tool.poetry.dependencies.acme-core]\nversion = "^1"\n')
    assert lines(found, "pkg:pypi/acme-core") == [1]
    assert requirement(found, "pkg:pypi/acme-core") == "^1"


SOURCE = """\
[tool.poetry.dependencies]
acme-core = "^1"

[[tool.poetry.source]]
name = "second"
url = "{url}"
priority = "{priority}"
"""


def test_a_primary_source_replaces_the_public_index() -> None:
    url = "https://download.pytorch.org/whl/cpu"
    found = project(SOURCE.format(url=url, priority="primary"))
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-core", "delivered-by", "service:pytorch-index")
    }
    assert 6 in lines(found, "service:pytorch-index")


def test_a_supplemental_source_stands_beside_the_public_index() -> None:
    url = "https://download.pytorch.org/whl/cpu"
    found = project(SOURCE.format(url=url, priority="supplemental"))
    assert ids(found, "service") == {"service:pypi", "service:pytorch-index"}
    assert ("pkg:pypi/acme-core", "delivered-by", "service:pypi") in links(found)


def test_a_private_source_is_a_gap() -> None:
    url = "http://10.0.0.9/simple"
    found = project(SOURCE.format(url=url, priority="primary"))
    assert gaps(found) == {(url, "private-channel", 6)}
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-core", "delivered-by", "service:10.0.0.9")
    }


def test_no_credential_of_a_source_reaches_the_report() -> None:
    url = "https://bot:s3cr3t@packages.acme.example/simple"
    found = project(SOURCE.format(url=url, priority="primary"))
    assert "service:packages.acme.example" in ids(found)
    assert [text for text in texts(found) if "s3cr3t" in text] == []


# -- PDM, uv, Hatch ----------------------------------------


def test_what_tools_let_a_project_ask_for_beside_the_standard() -> None:
    found = project(
        """\
        [tool.pdm.dev-dependencies]
        test = ["acme-check>=8"]
        lint = ["-e file:///${PROJECT_ROOT}/sub#egg=acme-sub"]
        [tool.uv]
        dev-dependencies = ["acme-uv"]
        [tool.hatch.envs.docs]
        dependencies = ["acme-pages"]
        extra-dependencies = ["acme-theme"]
        [tool.hatch.envs.default]
        dependencies = ["acme-tool"]
        [tool.rye]
        dev-dependencies = ["acme-rye>=1"]
        """
    )
    assert usages(found) == {
        "acme-check": "test", "acme-sub": "development", "acme-rye": "development",
        "acme-uv": "development",
        "acme-pages": "documentation", "acme-theme": "documentation", "acme-tool": "development",
    }  # fmt: skip
    assert lines(found, "pkg:pypi/acme-check") == [2]
    assert lines(found, "pkg:pypi/acme-theme") == [8]
    assert {reason for reason, _ in reasons(found)} == {"local-requirement"}


UV = """\
[project]
name = "shop"
dependencies = ["acme-torch>=2", "acme-git", "acme-near", "acme-member", "acme-usual"]

[tool.uv.sources]
Acme_Torch = [{ index = "torch", marker = "sys_platform == 'linux'" }]
acme-git = { git = "https://github.com/acme/git", rev = "main" }
acme-near = { path = "../near", editable = true }
acme-member = { workspace = true }

[[tool.uv.index]]
name = "torch"
url = "https://download.pytorch.org/whl/cpu"
explicit = true
"""


def test_uv_sources_say_where_a_requirement_comes_from() -> None:
    found = project(UV)
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme-torch", "delivered-by", "service:pytorch-index"),
        ("pkg:pypi/acme-git", "delivered-by", "service:github"),
        ("pkg:pypi/acme-usual", "delivered-by", "service:pypi"),
    }
    assert gaps(found) == {("acme-near", "local-requirement", 3)}


@pytest.mark.parametrize(
    "table",
    [
        '[[tool.uv.index]]\nurl = "{url}"\ndefault = true',
        '[tool.uv]\nindex-url = "{url}"',
        '[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}"',
    ],
)
def test_an_index_that_replaces_the_public_one(table: str) -> None:
    url = "https://packages.acme.example/simple"
    found = project('[project]\ndependencies = ["acme"]\n' + table.format(url=url) + "\n")
    assert links(found, "delivered-by") == {
        ("pkg:pypi/acme", "delivered-by", "service:packages.acme.example")
    }


@pytest.mark.parametrize(
    "table",
    [
        '[[tool.uv.index]]\nurl = "{url}"',
        '[tool.uv]\nextra-index-url = ["{url}"]',
        '[[tool.pdm.source]]\nname = "x"\nurl = "{url}"\ninclude_packages = ["inner"]',
        '[[tool.poetry.source]]\nname = "x"\nurl = "{url}"\npriority = "explicit"',
        (
            '[tool.uv]\nindex-strategy = "unsafe-best-match"\n'
            '[[tool.uv.index]]\nurl = "{url}"\nexplicit = true'
        ),
    ],
)
def test_an_index_that_stands_beside_the_public_one(table: str) -> None:
    url = "https://packages.acme.example/simple"
    found = project('[project]\ndependencies = ["acme"]\n' + table.format(url=url) + "\n")
    assert links(found, "delivered-by") == {("pkg:pypi/acme", "delivered-by", "service:pypi")}
    assert "service:packages.acme.example" in ids(found)


@pytest.mark.parametrize(
    "table",
    [
        '[[tool.pdm.source]]\nname = "second"\nurl = "{url}"',
        '[[tool.poetry.source]]\nname = "x"\nurl = "{url}"\npriority = "supplemental"',
        '[tool.uv]\nindex-strategy = "unsafe-best-match"\nextra-index-url = ["{url}"]',
    ],
)
def test_an_index_that_may_deliver_as_well(table: str) -> None:
    url = "https://packages.acme.example/simple"
    found = project('[project]\ndependencies = ["acme"]\n' + table.format(url=url) + "\n")
    delivered = [link for link in found.links if link.relation == "delivered-by"]
    assert {link.target: link.basis for link in delivered} == {
        "service:pypi": None, "service:packages.acme.example": "possible",
    }  # fmt: skip


def test_of_two_primary_sources_either_may_deliver() -> None:
    source = '[[tool.poetry.source]]\nname = "{0}"\nurl = "https://{0}.example/simple"\n'
    found = project(
        '[tool.poetry.dependencies]\nacme = "*"\n' + source.format("a") + source.format("b")
    )
    delivered = [link for link in found.links if link.relation == "delivered-by"]
    assert {link.target: link.basis for link in delivered} == {
        "service:a.example": None, "service:b.example": "possible",
    }  # fmt: skip


def test_a_poetry_dependency_may_name_its_source() -> None:
    text = SOURCE.format(url="https://download.pytorch.org/whl/cpu", priority="explicit")
    text = text.replace('"^1"', '{ version = "^1", source = "second" }')
    assert links(project(text), "delivered-by") == {
        ("pkg:pypi/acme-core", "delivered-by", "service:pytorch-index")
    }


def test_pixi_inside_pyproject() -> None:
    found = project(
        """\
        [tool.pixi.workspace]
        channels = ["conda-forge"]
        [tool.pixi.dependencies]
        pytorch = "==2.3.1"
        """
    )
    assert lines(found, "pkg:pypi/torch@2.3.1") == [4]
    assert links(found, "delivered-by") == {
        ("pkg:pypi/torch@2.3.1", "delivered-by", "service:conda-forge")
    }


def test_a_number_without_end_is_malformed() -> None:
    found = project("[project]\na = " + "9" * 5_000 + "\n")
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}


# -- the project itself ----------------------------------------


def test_only_the_root_file_names_the_project() -> None:
    text = '[project]\nname = "shop"\n'
    assert project(text).project_name == "shop"
    assert project(text, "libs/shop/pyproject.toml").project_name is None
    assert project('[tool.poetry]\nname = "shop"\n').project_name == "shop"
    assert project("[project]\nname = 7\n").project_name is None


@pytest.mark.parametrize(
    ("value", "raw"),
    [('"Apache-2.0"', "Apache-2.0"), ('{ text = "MIT" }', "MIT"), ('{ file = "LICENSE" }', None)],
)
def test_the_project_s_own_license(value: str, raw: str | None) -> None:
    found = project(f'[project]\nname = "shop"\nlicense = {value}\n')
    assert [(i.component, i.raw, i.scheme, i.evidence.reference) for i in found.licenses] == (
        [("project:", raw, "spdx", "pyproject.toml:3")] if raw else []
    )


def test_a_nested_project_file_keeps_the_usage_of_its_folder() -> None:
    text = '[project]\ndependencies = ["acme-core"]\n'
    assert usages(project(text, "examples/shop/pyproject.toml")) == {"acme-core": "example"}


# -- trouble ----------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[project]\nname = "shop"\ndependencies = [\n  "acme" "core",\n]\n', 4),
        ("[project\n", 1),
        ('[project]\nname = "a"\nname = "b"\n', 3),
        ('[project]\r\nname = "a"\r\n= 1\r\n', 3),
    ],
)
def test_malformed_toml_is_a_gap_with_its_line(text: str, line: int) -> None:
    found = project(text)
    assert gaps(found) == {("pyproject.toml", "malformed-file", line)}
    (gap,) = found.gaps
    assert dict(gap.params)["format"] == "TOML"
    assert not found.components


def test_deep_nesting_is_a_gap() -> None:
    found = project("a = " + "[" * 50_000 + "\n")
    assert {reason for reason, _ in reasons(found)} == {"malformed-file"}


def test_values_of_the_wrong_type_are_no_exception() -> None:
    found = project(
        """\
        project = 7
        build-system = ["x"]
        [dependency-groups]
        a = 3
        [tool.poetry]
        dependencies = "none"
        group = { docs = 1, test = { dependencies = 2 } }
        source = [1, { url = 5 }, { name = "x" }]
        """
    )
    assert not found.components


def test_carriage_returns_do_not_shift_lines() -> None:
    found = project('[project]\r\ndependencies = [\r\n  "acme-core",\r\n]\r\n')
    assert lines(found, "pkg:pypi/acme-core") == [3]


def test_lossy_text_is_said_so() -> None:
    found = read("pyproject.toml", b'[project]\n# caf\xe9\ndependencies = ["acme-core"]\n')
    assert ids(found, "package") == {"pkg:pypi/acme-core"}
    assert gaps(found) == {("pyproject.toml", "undecodable-bytes", 0)}
