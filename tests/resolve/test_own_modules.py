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


SCRIPTS = OwnModules(("app", "app/run.py", "app/f5_tts", "app/f5_tts/model",
                      "app/f5_tts/model/dit.py"))  # fmt: skip


@pytest.mark.parametrize(
    ("module", "importer", "declared", "own"),
    [
        ("f5_tts.model.dit", "app/run.py", False, True),  # a folder that Python finds
        ("f5_tts.model", "app/run.py", False, True),
        ("f5_tts.model.dit", "app/run.py", True, False),  # a package that is there comes first
        ("f5_tts.infer", "app/run.py", False, False),  # of which the folder has nothing
        ("f5_tts.model.dit", "run.py", False, False),  # from elsewhere it is not found
        ("f5_tts", "app/run.py", False, False),
    ],
)
def test_a_folder_without_an_init_is_found_where_no_package_is(
    module: str, importer: str, declared: bool, own: bool
) -> None:
    assert SCRIPTS.owns(module, importer, package=True, declared=declared) is own
