"""Whatever the bytes are: settings and scripts answer with components and gaps."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract import extractor
from provenance.model import Document, Extraction
from tests.support.reading import texts, vocabulary

PATHS = {
    "shell.script": "a.sh", "deploy.dockerfile": "Dockerfile", "deploy.compose": "compose.yml", "deploy.ci": ".gitlab-ci.yml",
    "deploy.kubernetes": "values.yaml", "deploy.terraform": "a.tf", "deploy.modelfile": "Modelfile",
    "shell.makefile": "Makefile", "config.env_file": ".env", "config.yaml_config": "a.yaml", "config.toml_config": "a.toml",
    "config.ini_config": "a.ini", "config.json_config": "a.json", "markdown": "a.md",
}  # fmt: skip
FRAGMENTS = [
    "acme/chat-7b", "MODEL=", "--model ", "$", "${", "}", "${A:-", "$(", ")", "`", "'", '"', "\\",
    "\\\n", "\n", "\r\n", " ", "\t", "#", "<<EOF\n", "EOF\n", "pip install ", "docker run ", ">=",
    "FROM ", "ARG A=", "RUN ", "RUN [", "COPY --from=", "CMD [", " AS x", "services:\n", "  a:\n",
    "    image: ", "environment:\n", "- ", ": ", "&a ", "*a", "<<: *a", "{", "[", "]", ",", "|\n",
    "apiVersion: v1\nkind: Pod\n", "{{", "}}", "{%", "---\n", "variable \"a\" {\n", "default = ",
    "/*", "*/", "//", "```sh\n", "```python\n", "```", "https://huggingface.co/", "openai/gpt-4o",
    "OPENAI_BASE_URL=http://", "models:\n", "provider: ollama\n", "mcpServers", "command", "args",
    "null", "\x00", "é", "模型", "\ud7ff", "\U0001f600", "ollama run ", "bash -c ", "npx -y ",
    "A ?= ", "run:\n\t", "[a]\n", "a = ", "'''", '"""', "model_list:\n", "litellm_params: ",
    "!tag ", "? ", "%YAML", "@", "1", "x", "-m ", "-", "env:", "- name: A\n  value: ",
]  # fmt: skip
bounded = settings(
    max_examples=60, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
soup = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=40).map("".join)
as_bytes = st.one_of(
    st.binary(max_size=200),
    soup.map(lambda text: text.encode("utf-8", "surrogatepass")),
    soup.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.tuples(soup, st.binary(max_size=10)).map(
        lambda pair: pair[0].encode("utf-8", "surrogatepass") + pair[1]
    ),
)
keys = st.sampled_from(
    ["services", "image", "command", "args", "env", "environment", "models", "model", "base_url",
     "litellm_params", "provider", "mcpServers", "build", "repository", "tag", "value", "name",
     "dataset_mixer", "resources", "devices", "<<", "run", "url", "deploy", "driver", "entrypoint",
     "config", "items", "kind", "options", "spec", "${a}", "a.b", "id"]
)  # fmt: skip
values = st.sampled_from(["acme/x-7b", "${a}", "${.model}", "pip install a", "x:1", "nvidia", "-m"])
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values | keys | soup,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


def check(module: str, data: bytes) -> None:
    reader = extractor(module)
    assert reader.accepts(PATHS[module])
    found = reader.extract(Document(path=PATHS[module], data=data), vocabulary())
    assert isinstance(found, Extraction)
    known = {component.id for component in found.components} | {"project:"}
    for link in found.links:
        assert {link.source, link.target} <= known
    last = data.count(b"\n") + data.count(b"\r") + 1
    for component in found.components:
        assert component.occurrences
        assert all(0 <= place.line <= last for place in component.occurrences), component
    for text in texts(found):
        text.encode()


@pytest.mark.parametrize("module", sorted(PATHS))
@bounded
@given(data=as_bytes)
def test_no_bytes_make_a_reader_raise(module: str, data: bytes) -> None:
    check(module, data)


@pytest.mark.parametrize("module", ["deploy.compose", "deploy.ci", "deploy.kubernetes", "config.yaml_config",
                                    "config.json_config"])
@bounded
@given(content=shapes)
def test_no_tree_makes_a_reader_raise(module: str, content: object) -> None:
    check(module, json.dumps(content).encode())


@pytest.mark.parametrize("module", sorted(PATHS))
@pytest.mark.parametrize(
    "unit",
    [b"${", b"$(", b"'", b'"', b"`", b"\\", b"a/b ", b"(", b"<<A\n", b"- ", b"{a: ", b"[", b"#",
     b"```sh\n", b"A=$A$A\n", b"model: &a [*a]\n", b"https://huggingface.co/a/", b"your-"],
)  # fmt: skip
def test_repetition_takes_no_quadratic_time(module: str, unit: bytes) -> None:
    data = b"model: acme/x-7b\n" + unit * (20_000 // len(unit))
    begin = time.process_time()
    check(module, data)
    assert time.process_time() - begin < 20
