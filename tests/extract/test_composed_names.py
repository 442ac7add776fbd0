"""Names put together from parts, in every format that does so: found, with file and line."""

from __future__ import annotations

import pytest

from provenance.extract.deploy import compose, dockerfile, terraform
from provenance.extract.shell import makefile
from provenance.extract.shell import script as shell
from tests.support.reading import lines
from tests.support.settings_files import direct

_STACK = """\
services:
  llm:
    image: ollama/ollama
  app:
    build: .
    environment:
      - LLM=${LLM:-llama3}
"""


@pytest.mark.parametrize(
    ("module", "path", "content", "model", "line"),
    [
        (dockerfile, "Dockerfile",
         "ARG ORG=acme\nARG NAME=Chat-7B\nFROM python\nCMD vllm serve $ORG/$NAME\n",
         "pkg:huggingface/acme/Chat-7B", 4),
        (shell, "serve.sh", "ORG=acme\nNAME=Chat-7B\n\nrun --model ${ORG}/${NAME}\n",
         "pkg:huggingface/acme/Chat-7B", 4),
        (terraform, "main.tf", 'variable "model_id" {\n  default = "acme/Chat-7B"\n}\n',
         "pkg:huggingface/acme/Chat-7B", 2),
        (compose, "docker-compose.yml",
         _STACK, "model:ollama/llama3", 7),
        (makefile, "Makefile", "O = acme\nM = $(O)/Chat-7B\nrun:\n\tvllm serve $(M)\n",
         "pkg:huggingface/acme/Chat-7B", 4),
    ],
)  # fmt: skip
def test_a_composed_name(module: object, path: str, content: str, model: str, line: int) -> None:
    assert line in lines(direct(module, path, content), model)  # type: ignore[arg-type]
