"""Which file of a tree an import means."""

from __future__ import annotations

import pytest

from provenance.extract.python.imports import find
from provenance.siblings import Siblings


@pytest.mark.parametrize(
    ("path", "dotted", "files", "expected"),
    [
        ("app/run.py", ".config", "app/config.py", "app/config.py"),
        ("app/sub/run.py", "..config", "app/config.py", "app/config.py"),
        ("run.py", "..config", "config.py", ""),
        ("app/run.py", ".", "app/__init__.py", "app/__init__.py"),
        ("app/run.py", "app.config", "app/config.py", "app/config.py"),
        ("app/run.py", "config", "app/config.py config.py", "app/config.py"),
        ("tests/a/run.py", "lib.x", "lib/x.py tests/lib/y.py", "lib/x.py"),
        ("tests/run.py", "lib.x", "src/lib/x/__init__.py", "src/lib/x/__init__.py"),
        # The nearest folder that has the package decides over one that only has the module.
        ("a/b/run.py", "lib.x", "a/lib/x.py lib/x.py lib/__init__.py", "lib/x.py"),
        # The tree is a part of the package that it is imported as.
        ("llm/run.py", "acme.llm.config", "llm/config.py", "llm/config.py"),
        ("a/openai.py", "openai", "a/openai.py", ""),
        ("a/openai.py", "openai", "a/openai.py openai.py", "openai.py"),
        ("run.py", "numpy", "app.py", ""),
    ],
)
def test_the_file_that_is_meant(path: str, dotted: str, files: str, expected: str) -> None:
    tree = dict.fromkeys(files.split(), b"")
    assert find(path, dotted, Siblings(tree.get)) == expected
