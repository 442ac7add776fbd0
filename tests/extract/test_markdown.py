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


TWO_HUBS = """\
# Acme
```python
from modelscope import snapshot_download
snapshot_download('acme/here-7b')
snapshot_download('acme/both-7b')
# elsewhere
from huggingface_hub import snapshot_download
snapshot_download('acme/there-7b')
snapshot_download('acme/both-7b')
```
Also [one](https://www.modelscope.cn/models/acme/linked-7b) and acme/linked-7b.

```sh
# change acme/here-7b to acme/there-7b
python serve.py --model acme/here-7b
python serve.py --model acme/there-7b
```
`acme/both-7b`, `acme/other-7b`, `acme/Here-7b`
"""


def test_a_mention_is_of_the_hub_that_the_document_names() -> None:
    found = md(TWO_HUBS)
    assert ids(found, "model") == {
        *(f"model:modelscope/acme/{name}" for name in ("here-7b", "both-7b", "linked-7b")),
        *(f"pkg:huggingface/acme/{name}" for name in ("there-7b", "both-7b", "other-7b")),
    }
    assert set(lines(found, "model:modelscope/acme/here-7b")) == {4, 14, 15, 18}
    assert 18 in lines(found, "model:modelscope/acme/both-7b")
    assert 18 in lines(found, "pkg:huggingface/acme/both-7b")
    delivered = {link.source: link.target for link in found.links if link.target != "project:"
                 and link.relation == "delivered-by"}  # fmt: skip
    assert delivered["model:modelscope/acme/linked-7b"] == "service:modelscope"
    assert delivered["pkg:huggingface/acme/other-7b"] == "service:huggingface-hub"


def test_a_command_that_names_its_hub_is_no_mention() -> None:
    found = md(
        "https://modelscope.cn/models/acme/a-7b\n```sh\nhuggingface-cli download acme/a-7b\n```\n"
    )
    assert ids(found, "model") == {"model:modelscope/acme/a-7b", "pkg:huggingface/acme/a-7b"}


def test_the_tag_of_an_image_is_no_model() -> None:
    found = md(
        "```sh\ndocker build . -f Dockerfile.server -t acme/llama-server:25.06\n"
        "docker run -it \\\n  acme/qwen-runtime:1 --model acme/real-7b\n```\n"
        "`docker pull acme/gemma-image:2`, later acme/llama-server and acme/qwen-runtime.\n"
    )
    assert ids(found, "model") == {"pkg:huggingface/acme/real-7b"}
    assert "pkg:docker/acme/qwen-runtime@1" in ids(found, "container")


def test_a_printed_list_of_containers_names_no_models() -> None:
    found = md(
        "```\nCONTAINER ID   IMAGE                 COMMAND\n"
        'b3e1388fa2ca   acme/qwen-rerank:${V}   "python a.py"\n```\n'
        "acme/llama-server   latest   0a1b2c3d4e5f   2 days ago   5GB\n"
    )
    assert not found.components


def test_data_that_a_command_is_given() -> None:
    found = md(
        "```sh\npython tune.py --base_model acme/a-7b \\\n  --data_path 'acme/pairs-7b'\n```\n"
    )
    assert ids(found, "dataset") == {"dataset:huggingface/acme/pairs-7b"}
    assert ids(found, "model") == {"pkg:huggingface/acme/a-7b"}


def test_commands_between_back_ticks() -> None:
    found = md(
        "Install the tool: `npm i -g acme-cli`.\n\n"
        "- run `ollama run llama2`, or `ollama pull <model>`\n"
        "- `docker run acme/server:1`, `$ pip install acme-lib>=2`\n"
        "- `npm install`, `pip install -r requirements.txt`, `docker compose up`, `ollama serve`\n"
    )
    assert at(found, "pkg:npm/acme-cli") == [(1, "documentation")]
    assert at(found, "model:ollama/llama2") == [(3, "documentation")]
    assert ids(found, "model") == {"model:ollama/llama2"}
    assert at(found, "pkg:docker/acme/server@1") == [(4, "documentation")]
    assert ids(found, "package") == {"pkg:npm/acme-cli", "pkg:pypi/acme-lib"}
    assert not found.gaps


def test_tools_that_documentation_runs_by_npx() -> None:
    found = md("```bash\nnpx acme-init my-app\nnpx tsc --noEmit\nnpm i -g acme-cli\n```\n")
    assert ids(found, "package") == {"pkg:npm/acme-init", "pkg:npm/acme-cli"}
    assert at(found, "pkg:npm/acme-init") == [(2, "documentation")]


def test_commands_within_sentences() -> None:
    text = "Then run `ollama run llama2`, or `npm i -g some-cli`. Not `run it` nor ``pip``.\n"
    found = read("a.md", text)
    assert {"model:ollama/llama2", "pkg:npm/some-cli"} <= ids(found)
    assert {c.usage for c in found.components if c.kind != "service"} == {"documentation"}
    assert ids(read("a.md", "Get it by `pip install https://acme.example/x.zip`.\n")) == set()


def test_commands_that_are_only_indented() -> None:
    text = """\
On other machines

    pip uninstall acme-old
    pip install acme-vision acme-audio --index-url https://download.pytorch.org/whl/rocm5.6

1. first

        docker run acme/server:1

A list that goes on
    pip install acme-within

    pip install it and the tools you need.
"""
    found = md(text)
    assert ids(found, "package") == {"pkg:pypi/acme-vision", "pkg:pypi/acme-audio"}
    assert lines(found, "pkg:pypi/acme-audio") == [4]
    assert ids(found, "container") == {"pkg:docker/acme/server@1"}
    assert "platform:amd-rocm" in ids(found)


def test_a_command_that_a_sentence_warns_of_installs_nothing() -> None:
    text = (
        "CAUTION: do NOT use `pip install acme`. It installs a different package.\n\n"
        "请勿使用 `pip install acme-cn`。\n\n"
        "`pip install acme-other`, which is another package, and\n"
        "`pip install acme-tool` is all. This does not need `conda install acme-conda`.\n"
    )
    found = read("README.md", text)
    assert ids(found, "package") == {"pkg:pypi/acme-tool"}


def test_the_short_address_of_a_model_on_modelscope() -> None:
    found = read(
        "README.md",
        "[a](https://www.modelscope.cn/openbmb/MiniCPM4-8B) "
        "[b](https://modelscope.cn/docs/intro) [c](https://modelscope.cn/studios/acme/chat-7b)\n",
    )
    assert ids(found, "model") == {"model:modelscope/openbmb/MiniCPM4-8B"}


def test_names_in_back_ticks_are_tags_only_beside_the_word() -> None:
    text = "Run it with Ollama.\n\n| `llama3-deploy` | a skill |\n| `llama3-chat` | another |\n"
    assert ids(read("README.md", text), "model") == set()
    assert ids(read("README.md", "Pull `llama3-chatqa` with ollama, then `llama3-groq`.\n"),
               "model") >= {"model:ollama/llama3-groq"}  # fmt: skip


@pytest.mark.parametrize("language", ["python", "shell"])
def test_commands_as_cells_have_them(language: str) -> None:
    found = md(f"Set up:\n\n```{language}\n%pip install -q docling rich\n!pip install trl\n```\n")
    assert {"pkg:pypi/docling", "pkg:pypi/rich", "pkg:pypi/trl"} <= ids(found)
    assert lines(found, "pkg:pypi/docling") == [4]
    assert lines(found, "pkg:pypi/trl") == [5]


def test_a_snippet_is_read_beside_the_commands_in_it() -> None:
    found = md("```python\n%pip install -q docling\nimport anthropic\n```\n")
    assert [(one.module, one.occurrence.line) for one in found.imports] == [("anthropic", 3)]
