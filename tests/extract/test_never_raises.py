"""Whatever the bytes are: an extractor answers with components and gaps, never an exception."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.extract import EXTRACTORS, extractor, extractor_for
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import logical_lines, read_requirement
from tests.support.reading import vocabulary
from tests.support.samples import SAMPLES
from tests.support.sound import sound

bounded = settings(
    max_examples=40, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
each = pytest.mark.parametrize("name", sorted(SAMPLES))
ODD = [
    "\n", "\r\n", "\r", "\\\n", " ", "\t", "  ", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028",
    "é", "模型", "\ud7ff", "\U0001f600", "'", '"', "`", '"""', "'''", "#", "//", "/*", "*/", "<!--",
    "(", ")", "[", "]", "{", "}", "<", ">", "${", "${A:-", "$(", "{{", "}}", "{%", "f'{", "&a ",
    "*a", "<<: ", "<<EOF\n", "- ", ": ", "? ", "| ", "---\n", "%YAML", "!tag ",
    "!!python/name:os.system ", "null", "1e999", "-1", "0", "9" * 20, "\\u0000", "\\ud800", "://",
    "http://[", "@", "%", "*", "**", ";", ",", "=", "==", "acme/x-7b", "https://huggingface.co/",
    "datasets/", "your-", "lambda: ", "await ", "```sh\n", "```python\n", "file:", "npm:", "git+",
]  # fmt: skip
"""What means something in one format or another, and characters that few programs expect."""


def fragments(name: str) -> list[str]:
    """What the samples of an extractor are made of: words, marks and whole lines."""
    texts = [sample.data.decode("latin-1") for sample in SAMPLES[name]]
    found = {part for text in texts for part in re.findall(r"[\w.@/-]{2,30}|[^\w\s]{1,3}", text)}
    return sorted(found) + sorted({line + "\n" for text in texts for line in text.split("\n")})


def soups(name: str) -> st.SearchStrategy[bytes]:
    """Fragments in any order, in several encodings, at times with a broken end."""
    parts = st.sampled_from(fragments(name)) | st.sampled_from(ODD) | st.text(max_size=6)
    text = st.lists(parts, max_size=40).map("".join)
    encoded = st.tuples(text, st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])).map(
        lambda pair: pair[0].encode(pair[1], "surrogatepass")
    )
    return encoded | st.tuples(encoded, st.binary(max_size=20)).map(b"".join)


edits = st.lists(
    st.tuples(
        st.integers(0, 1500), st.integers(0, 60),
        st.binary(max_size=6) | st.sampled_from([odd.encode("utf-8", "replace") for odd in ODD]),
    ),
    max_size=6,
)  # fmt: skip


def keys_of(value: object) -> Iterator[str]:
    """Every key of a JSON value."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from keys_of(item)


def trees(name: str) -> st.SearchStrategy[bytes]:
    """JSON (so also YAML) of any shape, with the keys and values that the samples have."""
    keys: set[str] = {"<<", "a.b", "", "${a}"}
    for sample in SAMPLES[name]:
        text = sample.data.decode("latin-1")
        keys.update(re.findall(r"^[ -]*([\w./-]+):", text, re.MULTILINE))
        if sample.path.endswith((".json", ".ipynb")) and "//" not in text:
            keys.update(keys_of(json.loads(text)))
    values = st.sampled_from(fragments(name))
    key = st.sampled_from(sorted(keys))
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | values | key,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=5),
        max_leaves=20,
    ).map(lambda content: json.dumps(content).encode())


STRUCTURED = sorted(
    name for name, samples in SAMPLES.items()
    if any(one.path.endswith((".json", ".ipynb", ".yml", ".yaml", ".lock")) for one in samples)
)  # fmt: skip


def test_every_extractor_is_tried() -> None:
    assert set(SAMPLES) == set(EXTRACTORS)
    for name, samples in SAMPLES.items():
        for path, data in samples:
            assert extractor_for(path) is extractor(name), path
            found = sound(extractor(name), path, data)
            # Else the edits would try little; what is not read is a question and no more.
            assert found.components or found.imports or name == "manifests.unread", path


@each
@bounded
@given(data=st.data())
def test_no_edit_of_a_sample_makes_an_extractor_raise(name: str, data: st.DataObject) -> None:
    path, content = data.draw(st.sampled_from(SAMPLES[name]))
    changed = bytearray(content)
    for at, length, new in data.draw(edits):
        changed[at : at + length] = new
    sound(extractor(name), path, bytes(changed))


@each
@bounded
@given(data=st.data())
def test_no_text_makes_an_extractor_raise(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SAMPLES[name])).path
    sound(extractor(name), path, data.draw(soups(name)))


@each
@settings(bounded, max_examples=10)
@given(data=st.binary(max_size=200))
def test_no_bytes_make_an_extractor_raise(name: str, data: bytes) -> None:
    for path in {sample.path for sample in SAMPLES[name]}:
        sound(extractor(name), path, data)


@pytest.mark.parametrize("name", STRUCTURED)
@bounded
@given(data=st.data())
def test_no_tree_makes_an_extractor_raise(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SAMPLES[name])).path
    sound(extractor(name), path, data.draw(trees(name)))


@bounded
@given(data=soups("models.card"))
def test_no_front_matter_makes_a_card_raise(data: bytes) -> None:
    content = b"---\nlicense: x\nbase_model: " + data + b"\n---\n"
    sound(extractor("models.card"), "a/README.md", content)


@bounded
@given(data=soups("python.source"))
def test_no_cell_makes_a_notebook_raise(data: bytes) -> None:
    cell = {"cell_type": "code", "source": data.decode("utf-8", "replace")}
    content = json.dumps({"cells": [cell]}).encode()
    sound(extractor("python.notebook"), "a/lab.ipynb", content)


@bounded
@given(text=st.lists(st.sampled_from([*fragments("manifests.requirements"), *ODD])).map("".join))
def test_no_text_makes_a_requirement_line_raise(text: str) -> None:
    for number, line in logical_lines(text):
        assert 1 <= number <= text.count("\n") + text.count("\r") + 1
        assert line.strip()
        collector = Collector("requirements.txt", "requirements")
        read_requirement(line, number, "used", ["service:pypi"], collector, vocabulary())
        found = collector.done()
        assert found.components or found.gaps, line  # nothing is dropped in silence


# -- size -----------------------------------------

UNITS = [
    b"${", b"$(", b"'", b'"', b"`", b"\\", b"a/b ", b"(", b"<<A\n", b"- ", b"{a: ", b"[", b"<a>",
    b"#", b"```sh\n", b"A=$A$A\n", b"model: &a [*a]\n", b"https://huggingface.co/a/", b"your-",
]  # fmt: skip
SECONDS = 20
"""Of processor time, for what takes some hundredths: only a blow-up takes longer."""


@each
def test_repetition_takes_no_quadratic_time(name: str) -> None:
    path, data = SAMPLES[name][0]
    begin = time.process_time()
    for unit in UNITS:
        sound(extractor(name), path, data + unit * (10_000 // len(unit)))
    assert time.process_time() - begin < SECONDS


@each
def test_deep_nesting_is_answered(name: str) -> None:
    for path in sorted({sample.path for sample in SAMPLES[name]}):
        for text in ("a = " + "[" * 20_000, "a: " + "{" * 20_000, "[" * 20_000,
                     "f(a=" + "(" * 20_000, "- " * 20_000 + "a"):  # fmt: skip
            sound(extractor(name), path, text.encode())


@pytest.mark.parametrize(
    ("name", "path", "data"),
    [
        ("manifests.gradle", "build.gradle", b"implementation" * 20_000),
        ("manifests.gradle", "build.gradle", b"implementation " * 20_000),
        ("manifests.gradle", "build.gradle", b"x = 'a' " * 30_000),
        ("manifests.gradle", "build.gradle", b"'" + b"\\" * 200_000),
        ("manifests.gemfile", "Gemfile", b"group " * 40_000),
        ("manifests.gemfile", "Gemfile", b"gem 'a'" + b", 'b'" * 50_000),
        ("manifests.go_mod", "go.mod", b"require (" * 30_000),
        ("locks.yarn", "yarn.lock", b'"a@1", ' * 30_000 + b":\n"),
        ("locks.pnpm", "pnpm-lock.yaml",
         b"lockfileVersion: 9\npackages:\n" + b"  ? ? : : \n" * 20_000),
        ("manifests.maven", "pom.xml", b"<project>" + b"${a}" * 50_000 + b"</project>"),
        ("manifests.cargo", "Cargo.toml", b"[" * 100_000),
        ("bills.sbom", "bom.json", b'{"bomFormat": "CycloneDX", "name": "' * 10_000),
        ("locks.npm", "package-lock.json",
         b'{"packages": {"' + b"a/" * 50_000 + b'node_modules/b": {"dependencies": {"c": "1"}}}}'),
        ("manifests.setup_py", "setup.py", b"setup(install_requires=" + b"(" * 20_000),
        ("manifests.conda", "environment.yml", b"dependencies: " + b"[" * 20_000),
        ("manifests.cargo", "Cargo.toml", b"[a" + b".a" * 200_000 + b"]"),
        ("locks.uv", "uv.lock", b"a" + b" . 'a'" * 200_000 + b" = 1"),
        ("config.toml_config", "app.toml", b"model" + b'."a"' * 60_000 + b" = 1"),
        ("deploy.bicep", "main.bicep", b"image" * 40_000),
    ],
)  # fmt: skip
def test_what_is_long_stays_cheap(name: str, path: str, data: bytes) -> None:
    begin = time.process_time()
    sound(extractor(name), path, data)
    assert time.process_time() - begin < SECONDS


@pytest.mark.parametrize(
    ("path", "head", "line", "end"),
    [
        ("app.py", "from transformers import AutoModel\n",
         "if c == {0}:\n    a = b or c\n    b = c or a\n    c = a if a else b\n",
         "AutoModel.from_pretrained(a)\n"),
        ("app.py", "import openai\n", "a = b + a\nb = f'{{a}}/x'\n",
         "openai.OpenAI(base_url=a + '/v1')\n"),
        ("app.ts", 'import OpenAI from "openai";\nlet a, b, c;\n',
         "a = b || c; b = c || a; c = a ? a : b;\n",
         "new OpenAI({ baseURL: a }).chat.completions.create({ model: b });\n"),
    ],
)  # fmt: skip
def test_names_bound_to_each_other_again_and_again_stay_cheap(
    path: str, head: str, line: str, end: str
) -> None:
    """What a name can be branches at every binding; the walk has a bound of its own."""
    begin = time.process_time()
    bound = "".join(line.format(number) for number in range(60))
    for name in ("python.source", "javascript.source"):
        one = extractor(name)
        if one.accepts(path):
            sound(one, path, (head + bound + end).encode())
    assert time.process_time() - begin < SECONDS
