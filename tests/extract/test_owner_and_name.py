"""Hub names whose owner and name stand apart."""

from __future__ import annotations

from tests.support.reading import ids, lines, read

TEXT = """\
configs = [
    dict(name="chat", hf_config=dict(org="meta-llama", name="Llama-2-7b-hf")),
    {"org": "tiiuae", "name": "falcon-7b{}"},
    dict(org="acme", name="rockets"),
]
for c in configs:
    for kind in ("", "-instruct"):
        c["name"] = c["name"].format(kind)
"""


def test_owner_and_name_make_a_repository() -> None:
    found = read("config.py", TEXT)
    assert ids(found, "model") == {
        "pkg:huggingface/meta-llama/Llama-2-7b-hf", "pkg:huggingface/tiiuae/falcon-7b",
        "pkg:huggingface/tiiuae/falcon-7b-instruct",
    }  # fmt: skip
    assert lines(found, "pkg:huggingface/tiiuae/falcon-7b-instruct") == [3]


def test_without_a_loop_a_hole_stays_one() -> None:
    assert ids(read("config.py", TEXT.partition("for c")[0]), "model") == {
        "pkg:huggingface/meta-llama/Llama-2-7b-hf"
    }


def test_a_source_that_knows_no_hub_names_other_things() -> None:
    assert ids(read("config.py", 'dict(org="meta-llama", name="Llama-2-7b")\n'), "model") == set()
