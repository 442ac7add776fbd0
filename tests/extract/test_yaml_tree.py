"""YAML and JSON as trees with lines, within bounds."""

from __future__ import annotations

import time

import pytest

from provenance.extract.collect import Collector
from provenance.extract.config import json_tree, yaml_tree
from provenance.extract.config.yaml_tree import Node, settings
from tests.support.reading import gaps


def load(text: str) -> list[Node]:
    collector = Collector("a.yaml", "test")
    found = yaml_tree.load(text, collector)
    assert not collector.done().gaps
    return found


def flat(root: Node) -> list[tuple[str, str, int]]:
    return [(".".join(s.path), s.node.value or "", s.node.line) for s in settings(root)]


def test_lines_and_paths() -> None:
    first, second = load("a: 1\nb:\n  - c: x\n  - {d: y}\n---\ne: |\n  text\n")
    assert flat(first) == [("a", "1", 1), ("b.c", "x", 3), ("b.d", "y", 4)]
    (setting,) = settings(second)
    assert (setting.node.value, setting.node.line, setting.node.text_line()) == ("text\n", 6, 7)


def test_merges_look_things_up_and_the_own_key_wins() -> None:
    (root,) = load("a: &a {x: 1, y: 2}\nb: &b {z: 3}\nc:\n  <<: [*a, *b]\n  y: 9\n")
    merged = root.get("c")
    assert merged is not None
    assert {key: node.value for key, node in merged.entries()} == {"x": "1", "y": "9", "z": "3"}


def test_an_alias_of_a_scalar_stands_where_it_is_used() -> None:
    (root,) = load("a: &m acme/x\nmodel: *m\n")
    assert flat(root) == [("a", "acme/x", 1), ("model", "acme/x", 2)]


def test_a_merge_with_itself_ends() -> None:
    (root,) = load("a: &a\n  <<: *a\n  b: 1\n")
    node = root.get("a")
    assert node is not None
    assert [key for key, _ in node.entries()] == ["b"]


def test_anchors_that_expand_without_end_do_not() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    begin = time.process_time()
    (root,) = load(text)
    assert len(flat(root)) == 2
    assert time.process_time() - begin < 20


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000 + "x", "{a: " * 300 + "}" * 300])
def test_deep_nesting_is_a_gap(text: str) -> None:
    collector = Collector("a.yaml", "test")
    yaml_tree.load(text, collector)
    assert {reason for _, reason, _ in gaps(collector.done())} == {"malformed-file"}


def test_what_precedes_an_error_is_kept() -> None:
    collector = Collector("a.yaml", "test")
    (root,) = yaml_tree.load("a: 1\n---\nb: [1, 2\nc: }\n", collector)[:1]
    assert flat(root) == [("a", "1", 1)]
    ((_, reason, line),) = gaps(collector.done())
    assert reason == "malformed-file"
    assert line >= 3


# -- JSON ----------------------------------------


def test_json_with_what_people_add_to_it() -> None:
    collector = Collector("a.json", "test")
    root = json_tree.load(
        '{ // comment\n  "a": "x\\u0041",\n  b: [1, null, true,],\n  /* c */ \'d\': "e//f",\n}\n',
        collector,
    )
    assert root is not None
    assert flat(root) == [
        ("a", "xA", 2), ("b", "1", 3), ("b", "", 3), ("b", "true", 3), ("d", "e//f", 4),
    ]  # fmt: skip
    assert not collector.done().gaps


@pytest.mark.parametrize("text", ["{", "]", "[" * 5000, '{"a": "b}', "{a: }}"])
def test_broken_json_is_a_gap(text: str) -> None:
    collector = Collector("a.json", "test")
    assert json_tree.load(text, collector) is None
    assert {reason for _, reason, _ in gaps(collector.done())} == {"malformed-file"}


def test_lone_surrogates_can_be_written() -> None:
    root = json_tree.load('["\\ud800"]', Collector("a.json", "test"))
    assert root is not None
    for setting in settings(root):
        (setting.node.value or "").encode()
