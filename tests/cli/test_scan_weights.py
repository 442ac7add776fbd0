"""``scan --lineage-db``: weights in a tree beside the bases of a database, declared or not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command import Done, provenance
from tests.support.report_check import check_report
from tests.support.weight_files import gguf_of, llama, model_folder, safetensors_of

BIG = {"width": 128, "layers": 3}
BASE = "pkg:huggingface/meta-llama/Llama-3.1-8B"
RULE = "lineage/undeclared-base"
CARD = "---\nlicense: llama3.1\nbase_model: {base}\nbase_model_relation: quantized\n---\n# Mine\n"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bases")
    rows = ["name,model"]
    for seed, name in ((1, "meta-llama/Llama-3.1-8B"), (2, "Qwen/Qwen2-7B")):
        rows.append(f"{name},{model_folder(folder / str(seed), llama(seed, **BIG))}")
    (folder / "roots.csv").write_text("\n".join(rows) + "\n")
    done = provenance("lineage", "db", "build", "--list", "roots.csv", "-o", "bases.db", cwd=folder)
    assert done.code == 0, done.err
    return folder / "bases.db"


def silent(tree: Path) -> Path:
    """A tree with one file of weights that says nothing on where it is from."""
    tree.mkdir(exist_ok=True)
    (tree / "assistant.gguf").write_bytes(gguf_of(llama(1, **BIG)))
    return tree


def scan(tree: Path, *args: str | Path, **env: str) -> Done:
    return provenance("scan", tree, "-q", "--exit-zero", *args, cwd=tree.parent, env=env)


def report(tree: Path, *args: str | Path, **env: str) -> dict[str, Any]:
    done = scan(tree, "-f", "json", *args, **env)
    assert done.code == 0, done.err
    return check_report(done.json)


def questions(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in found["findings"] if item["rule"] == RULE]


def descent(found: dict[str, Any], source: str) -> dict[str, dict[str, Any]]:
    """The links by which a model is made from the base, by what they rest on."""
    return {
        link["basis"]: link for link in found["links"]
        if (link["source"], link["target"], link["relation"]) == (source, BASE, "derived-from")
    }  # fmt: skip


def test_an_undeclared_base_is_named_with_its_p(bases: Path, tmp_path: Path) -> None:
    found = report(silent(tmp_path / "tree"), "--lineage-db", bases)
    [question] = questions(found)
    assert question["component"] == "model:local/assistant.gguf"
    assert (question["severity"], question["confidence"]) == ("medium", "medium")
    assert question["params"]["base"] == "meta-llama/Llama-3.1-8B"
    assert question["params"]["p"] == "1e-12"
    assert question["params"]["statistic"].startswith("columns Z 11.")
    assert "probability at most 1e-12" in question["message"]
    assert "right of reply, and no accusation" in question["message"]
    assert question["path"][-2:] == ["model:local/assistant.gguf", BASE]
    [evidence] = question["citations"]
    assert evidence["source"] == "weights"
    assert evidence["as_of"] == "2026-03-01"
    assert evidence["reference"].startswith(
        "bases.db: meta-llama/Llama-3.1-8B: p ≤ 1e-12, columns Z 11."
    )
    assert ", norms Z " in evidence["reference"]
    assert ", m 24" in evidence["reference"]


def test_origins_follow_what_the_weights_show(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    for args, reached in (((), []), (("--lineage-db", bases), ["US"])):
        [model] = [c for c in report(tree, *args)["components"]
                   if c["id"] == "model:local/assistant.gguf"]  # fmt: skip
        assert model["effective_jurisdictions"] == reached


def test_in_text_and_in_chinese(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    english = " ".join(scan(tree, "--lineage-db", bases).out.split())
    assert "base not declared" in english
    assert "agree with those of meta-llama/Llama-3.1-8B" in english
    assert "probability at most 1e-12" in english
    assert "Weights compared with 2 base models of bases.db" in english
    chinese = "".join(scan(tree, "--lineage-db", bases, "--lang", "zh-CN").out.split())
    assert "的权重与meta-llama/Llama-3.1-8B的权重一致" in chinese
    assert "概率不超过1e-12" in chinese
    assert "供方有权答复，并非指控" in chinese


EXPOSURE = "exposure/derived-weights"


def test_an_exposure_by_weights_alone_is_worded_as_such(bases: Path, tmp_path: Path) -> None:
    """By probability and as a question; with a declared base it is a plain statement."""
    tree = tmp_path / "tree"
    folder = model_folder(tree / "model", llama(1, **BIG))
    [finding] = [f for f in report(tree, "--lineage-db", bases)["findings"]
                 if f["rule"] == EXPOSURE]  # fmt: skip
    assert finding["message"].startswith("Weights alone connect model:local/model with US (")
    assert "probability at most 1e-12" in finding["message"]
    assert "no accusation" in finding["message"]
    assert [item["source"] for item in finding["citations"]].count("weights") == 1
    for lang, says, never in (
        ("en", ("weights agree, not declared", "by weights alone, base by",
                "(by weights alone, through meta-llama/Llama-3.1-8B)",
                "Exposed to US: not by what is declared"), ("is made from", "derived weights")),
        ("zh-CN", ("权重一致，未作声明", "仅据权重，基础来自", "所作声明中未见", "仅据权重，经由"),
         ("衍生权重",)),
    ):  # fmt: skip
        out = " ".join(scan(tree, "--lineage-db", bases, "--lang", lang).out.split())
        assert all(text in out for text in says), out
        assert not any(text in out for text in never)
    (folder / "README.md").write_text(CARD.format(base="meta-llama/Llama-3.1-8B"))
    found = report(tree, "--lineage-db", bases)
    [finding] = [f for f in found["findings"] if f["rule"] == EXPOSURE]
    assert finding["message"].startswith("model:local/model is made from weights of US (")
    assert "Weights alone" not in finding["message"]


def test_a_declared_base_is_no_finding_and_the_link_has_both_bases(
    bases: Path, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    silent(tree / "model")
    (tree / "model" / "README.md").write_text(CARD.format(base="meta-llama/Llama-3.1-8B"))
    found = report(tree, "--lineage-db", bases)
    assert questions(found) == []
    links = descent(found, "model:local/model")
    assert set(links) == {"declared", "weights"}
    assert (links["declared"]["how"], links["weights"]["how"]) == ("quantization", "unknown")
    assert links["weights"]["evidence"][0]["source"] == "weights"


@pytest.mark.parametrize(
    ("declared", "asked"),
    [
        # By the registry this one is made from the base in the database.
        ("meta-llama/Llama-3.1-8B-Instruct", []),
        ("Qwen/Qwen2-7B", ["meta-llama/Llama-3.1-8B"]),
    ],
)
def test_another_declared_base_explains_only_where_its_line_leads_there(
    bases: Path, tmp_path: Path, declared: str, asked: list[str]
) -> None:
    folder = model_folder(tmp_path / "tree" / "model", llama(1, **BIG))
    (folder / "README.md").write_text(CARD.format(base=declared))
    found = report(tmp_path / "tree", "--lineage-db", bases)
    assert [item["params"]["base"] for item in questions(found)] == asked


def test_weights_alone_say_nothing_about_licenses(bases: Path, tmp_path: Path) -> None:
    """A card with a license of its own and no base: a question, and no reproach about terms."""
    folder = model_folder(tmp_path / "tree" / "model", llama(1, **BIG))
    (folder / "README.md").write_text("---\nlicense: mit\nlibrary_name: transformers\n---\n")
    found = report(tmp_path / "tree", "--lineage-db", bases)
    assert len(questions(found)) == 1
    assert [f for f in found["findings"] if f["rule"].startswith("license-lineage/")] == []
    (folder / "README.md").write_text(CARD.format(base="meta-llama/Llama-3.1-8B").replace(
        "llama3.1", "mit"))  # fmt: skip
    found = report(tmp_path / "tree", "--lineage-db", bases)
    assert [f["component"] for f in found["findings"]
            if f["rule"].startswith("license-lineage/")] == ["model:local/model"]  # fmt: skip


def test_safetensors_equal_to_the_base_are_told_as_such(bases: Path, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "w.safetensors").write_bytes(safetensors_of(llama(1, **BIG)))
    config = tmp_path / "tree" / "config.json"
    config.write_text(json.dumps({"model_type": "llama", "rms_norm_eps": 1e-6}))
    [question] = questions(report(tmp_path / "tree", "--lineage-db", bases))
    assert question["params"]["statistic"].startswith("SHA-256 =, columns Z")
    assert question["confidence"] == "high"


def test_related_weights_are_a_gap_with_three_explanations(bases: Path, tmp_path: Path) -> None:
    """A merge with a small share of the base: no link, no finding."""
    base, other = llama(1, **BIG), llama(7, **BIG)
    mixed = {n: (0.3 * base[n] + 0.7 * other[n]).astype(np.float32) for n in base}
    tree = tmp_path / "tree"
    model_folder(tree / "merge", mixed)
    found = report(tree, "--lineage-db", bases)
    assert questions(found) == []
    assert descent(found, "model:local/merge") == {}
    [gap] = [gap for gap in found["gaps"] if gap["reason"] == "weights-related"]
    assert gap["subject"] == "model:local/merge"
    assert gap["params"]["base"] == "meta-llama/Llama-3.1-8B"
    for words in ("Long retraining", "minority share in a merge", "one initialisation"):
        assert words in gap["message"]


def test_strangers_and_other_widths(bases: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    model_folder(tree / "stranger", llama(5, **BIG))
    model_folder(tree / "narrow", llama(6, width=64))
    found = report(tree, "--lineage-db", bases)
    assert questions(found) == []
    assert [(gap["subject"], gap["params"]["detail"]) for gap in found["gaps"]
            if gap["reason"].startswith("weights-")] == [
        ("model:local/narrow", "no base of its width")
    ]  # fmt: skip


def test_broken_weights_are_a_gap(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    (tree / "cut.gguf").write_bytes(gguf_of(llama(1, **BIG))[:3000])
    found = report(tree, "--lineage-db", bases)
    assert [gap["subject"] for gap in found["gaps"] if gap["reason"] == "weights-not-compared"] == [
        "model:local/cut.gguf"
    ]
    assert len(questions(found)) == 1


def test_the_database_stands_in_the_report(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    assert report(tree)["inputs"]["lineage_database"] is None
    assert report(tree, PROVENANCE_LINEAGE_DB=str(bases))["inputs"]["lineage_database"] == {
        "file": "bases.db", "rows": 2, "sha256": hashlib.sha256(bases.read_bytes()).hexdigest(),
    }  # fmt: skip


def test_the_scanned_tree_cannot_name_a_database(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    (tree / "provenance.toml").write_text(f"lineage-db = {str(bases)!r}\n")
    done = scan(tree)
    assert done.code == 2
    assert "unknown key 'lineage-db'" in done.err


def test_a_single_file_is_compared_too(bases: Path, tmp_path: Path) -> None:
    found = report(silent(tmp_path / "tree") / "assistant.gguf", "--lineage-db", bases)
    assert [item["params"]["base"] for item in questions(found)] == ["meta-llama/Llama-3.1-8B"]


def test_explain_shows_the_evidence_and_the_hook_asks_nobody(bases: Path, tmp_path: Path) -> None:
    tree = silent(tmp_path / "tree")
    done = provenance("explain", "assistant", tree, "--lineage-db", bases, cwd=tmp_path)
    assert "–derived-from (unknown, weights)→ meta-llama/Llama-3.1-8B" in done.out
    env = {"PROVENANCE_LINEAGE_DB": str(tmp_path / "none.db")}
    assert provenance("hook", tree, "--fail-on", "never", cwd=tmp_path, env=env).code == 0


def poisoned(text: str) -> str:
    place = text.index('"data":"') + 20
    return text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (poisoned, 4, ":2: Qwen/Qwen2-7B: its digest is wrong"),
        (lambda text: text[: text.rindex("\n", 0, -1) + 1], 4, "not those it was written with"),
        (lambda text: text.replace("2026-03-01", "2020-03-01", 1), 4, "not those it was written"),
        (lambda _: "{}\n", 4, "no database of sketches"),
        (lambda _: None, 2, "No such file"),
    ],
    ids=["row", "row taken out", "date", "other file", "no file"],
)
def test_a_database_that_is_not_as_written_is_refused_and_named(
    bases: Path, tmp_path: Path, change: Any, code: int, says: str
) -> None:
    tree, own = silent(tmp_path / "tree"), tmp_path / "own.db"
    text = change(bases.read_text())
    if text is not None:
        own.write_text(text)
    done = scan(tree, "--lineage-db", own)
    assert (done.code, done.out) == (code, "")
    assert str(own) in done.err
    assert says in done.err


def test_a_policy_weighs_it(bases: Path, tmp_path: Path) -> None:
    tree, policy = silent(tmp_path / "tree"), tmp_path / "own.toml"
    shipped = Path(__file__).parents[2] / "data" / "policies" / "us-exposure.toml"
    policy.write_text(shipped.read_text().replace('undeclared-base = "medium"',
                                                  'undeclared-base = "high"'))  # fmt: skip
    [question] = questions(report(tree, "--lineage-db", bases, "--policy", policy))
    assert question["severity"] == "high"


def test_without_numpy_the_extra_is_named(bases: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "numpy.py").write_text("raise ImportError('gone', name='numpy')\n")
    done = scan(silent(tmp_path / "tree"), "--lineage-db", bases, PYTHONPATH=str(tmp_path / "none"))
    assert done.code == 2
    assert "numpy is not installed" in done.err
    assert "provenance-audit[weights]" in done.err
