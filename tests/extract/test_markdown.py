"""Documentation: links, ids, commands and snippets, all of it documentation."""

from __future__ import annotations

import pytest

from provenance.extract import markdown
from provenance.extract.collect import Collector
from provenance.model import Extraction
from tests.support.reading import ids, lines, read, vocabulary
from tests.support.settings_files import at, direct, imports

README = """\
# Acme
Uses [acme/linked](https://huggingface.co/acme/linked) and `acme/named-7b`.
Code is at [hiyouga/LLaMA-Factory](https://github.com/hiyouga/LLaMA-Factory).
Keys: https://platform.openai.com/api-keys, see https://openai.com.

| variable | value |
|---|---|
| M | MODEL_PATH=acme/cell-7b |

```bash
$ pip install acme-lib
docker run --gpus all acme/image:1 --model acme/shell-7b
OPENAI_API_KEY=$KEY python app.py --model <your-model>
```

1. Then:

   ```python
   from openai import OpenAI
   AutoModel.from_pretrained("acme/py-7b")
   ```

```python
this is ... no python
```

```env
EMBED_MODEL=acme/env-7b
```

See recipes/zephyr-7b-beta/sft/config.yaml and svc/llama-7b.
"""


def md(text: str = README, path: str = "README.md") -> Extraction:
    return direct(markdown, path, text)


def test_models_and_their_lines() -> None:
    found = md()
    assert ids(found, "model") == {
        f"pkg:huggingface/acme/{name}" for name in
        ("linked", "named-7b", "cell-7b", "shell-7b", "py-7b", "env-7b")
    }  # fmt: skip
    assert at(found, "pkg:huggingface/acme/linked") == [(2, "documentation")]
    assert lines(found, "pkg:huggingface/acme/named-7b") == [2]
    assert lines(found, "pkg:huggingface/acme/cell-7b") == [8]
    assert lines(found, "pkg:huggingface/acme/shell-7b") == [12]
    assert lines(found, "pkg:huggingface/acme/py-7b") == [20]
    assert lines(found, "pkg:huggingface/acme/env-7b") == [28]
    assert {usage for model in ids(found) for _, usage in at(found, model)} == {"documentation"}


def test_packages_and_containers_of_commands() -> None:
    found = md()
    assert lines(found, "pkg:pypi/acme-lib") == [11]
    assert lines(found, "pkg:docker/acme/image@1") == [12]
    assert imports(found) == {("openai", 19)}


def test_links_for_readers_are_no_services_and_nothing_is_asked() -> None:
    found = md("See https://openai.com and https://api.openai.com/v1 or `pip`.\n")
    assert ids(found) == {"service:openai"}
    assert not ids(md("See https://openai.com or https://ollama.com/library.\n"))
    assert not md().gaps


def test_restructured_text() -> None:
    found = md(
        "Title\n=====\n\n.. code-block:: bash\n\n   pip install acme-lib\n   vllm serve acme/x-7b\n"
        "\nafter\n",
        "docs/index.rst",
    )
    assert lines(found, "pkg:pypi/acme-lib") == [6]
    assert lines(found, "pkg:huggingface/acme/x-7b") == [7]


def test_the_projects_own_image() -> None:
    found = md("```\ndocker build -t acme/own .\n```\n\n```sh\ndocker run acme/own\n```\n")
    assert not ids(found, "container")


@pytest.mark.parametrize(
    "path",
    ["AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md", ".cursor/rules/a.md",
     "CHANGELOG.md", "SKILL.md", ".claude/commands/x.md"],
)  # fmt: skip
def test_unwanted_names(path: str) -> None:
    assert not markdown.accepts(path)


def test_reuse_keeps_the_callers_name() -> None:
    collector = Collector("README.md", "model-card")
    markdown.read_markdown("`acme/x-7b`", collector, vocabulary())
    (model,) = [c for c in collector.done().components if c.kind == "model"]
    assert model.occurrences[0].extractor == "model-card"
    assert model.usage == "documentation"


def test_names_of_hosted_models_between_back_ticks() -> None:
    found = md("Use `gpt-4o-mini`, not gpt-4 and not `my-model`.\n")
    assert ids(found, "model") == {"model:openai/gpt-4o-mini"}


def test_commands_within_sentences() -> None:
    text = "Then run `ollama run llama2`, or `npm i -g some-cli`. Not `run it` nor ``pip``.\n"
    found = read("a.md", text)
    assert {"model:ollama/llama2", "pkg:npm/some-cli"} <= ids(found)
    assert {c.usage for c in found.components if c.kind != "service"} == {"documentation"}
    assert ids(read("a.md", "Get it by `pip install https://acme.example/x.zip`.\n")) == set()
