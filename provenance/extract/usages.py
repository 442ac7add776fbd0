"""The usage that a path implies: tests, examples, documentation, development."""

from __future__ import annotations

from provenance.model import Usage
from provenance.patterns import lazy

_SEGMENTS: dict[str, Usage] = {
    **dict.fromkeys(
        ("test", "tests", "testing", "__tests__", "spec", "specs", "e2e", "integration_test",
         "integration_tests", "integration-test", "integration-tests"), "test"),
    **dict.fromkeys(
        ("example", "examples", "demo", "demos", "sample", "samples", "cookbook", "cookbooks",
         "tutorial", "tutorials", "quickstart"), "example"),
    **dict.fromkeys(("doc", "docs", "documentation"), "documentation"),
    **dict.fromkeys(
        ("benchmark", "benchmarks", "bench", "ci", ".github", ".devcontainer", "dev", "evals"),
        "development"),
}  # fmt: skip


_BUILDS = frozenset({"pom.xml", "build.gradle", "build.gradle.kts"})


def usage_of_path(path: str) -> Usage:
    """Return the usage that a file's place in the tree implies.

    Whole segments only: ``Dockerfile`` is no documentation and ``load_test.py`` may
    well be a normal script.
    """
    lowered = path.lower()
    if "/dev/" in lowered:
        lowered = _DOMAIN.sub(r"\1", lowered)
    *folders, name = lowered.split("/")
    for folder in folders:
        usage = _SEGMENTS.get(folder)
        if usage == "documentation" and (name in _BUILDS or "/src/main/" in f"/{path}"):
            return "example"  # a program beside the text, which can be built and run
        if usage:
            return usage
    if name in ("setup.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py"):
        return "development"
    if name in ("conftest.py", "tests.py", "test.py") or (
        name.startswith("test_") and name.endswith(".py")
    ):
        return "test"
    if "/src/main/" in f"/{path}":
        return "used"  # a ``ChatTest.java`` there is part of the product
    script = _SCRIPT.fullmatch(path.rpartition("/")[2])
    if script is None:
        return "used"
    kind = next((word for word in script.groups() if word), None)
    return _SCRIPT_KINDS.get(kind, "development")


_DOMAIN = lazy(r"((?:^|/)src/\w+/(?:java|kotlin|scala|groovy)/)dev(?=/)")
"""The top of a package's name, ``dev.langchain4j``, which says nothing of the folder."""
_SCRIPT = lazy(
    r".+\.(test|spec|stories|config|setup)\.[cm]?[jt]sx?|.*_(test|spec)\.(?:go|rb)|"
    r"\.[a-z][a-z-]*(rc)\.[cm]?[jt]s|(?i:(gulpfile|gruntfile))\.[cm]?[jt]s|"
    r".*[a-z0-9]Tests?\.(?:cs|java|kt|scala|swift)"
)
"""JavaScript tests, stories and configuration of tools (``.eslintrc.cjs``), by the file's name."""
_SCRIPT_KINDS: dict[str | None, Usage] = {
    "test": "test", "spec": "test", "stories": "example", None: "test",
}  # fmt: skip
