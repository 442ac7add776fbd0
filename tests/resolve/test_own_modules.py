"""Imports of the tree's own modules, told from packages of the same name."""

import pytest

from provenance.resolve.own_modules import OwnModules

TREE = OwnModules((
    "src", "src/acme", "src/acme/__init__.py", "src/acme/integrations",
    "src/acme/integrations/__init__.py", "src/acme/integrations/langchain.py",
    "scripts", "scripts/openai.py", "scripts/run.py", "scripts/deep", "scripts/deep/go.py",
    "notebooks", "notebooks/langsmith", "notebooks/langsmith/one.py",
    "rag", "rag/chains.py", "rag/llm", "rag/llm/__init__.py", "rag/llm/client.py",
))  # fmt: skip


@pytest.mark.parametrize(
    ("module", "importer", "package", "own"),
    [
        ("acme.integrations", "tests/test_x.py", False, True),
        ("acme", "tests/test_x.py", True, True),  # a fork under the name of a known package
        ("langchain.chains", "src/acme/integrations/langchain.py", True, False),
        ("langchain.chains", "src/acme/core.py", True, False),  # it lies in a package
        ("openai", "scripts/run.py", True, True),  # Python looks in the script's folder
        ("openai", "scripts/deep/go.py", True, True),  # … and where that folder was added
        ("openai", "scripts/openai.py", True, False),  # nothing imports itself
        ("openai", "src/acme/core.py", True, False),
        ("langsmith", "notebooks/langsmith/one.py", True, False),  # a folder, no module
        ("langsmith", "notebooks/langsmith/one.py", False, True),  # of a name nobody knows
        ("Whole.examples.rag.llm.client", "rag/chains.py", False, True),
        ("whole.client", "rag/chains.py", False, False),
        ("torch.nn", "rag/chains.py", False, False),
    ],
)
def test_whose_module_an_import_means(module: str, importer: str, package: bool, own: bool) -> None:
    assert TREE.owns(module, importer, package=package) is own
