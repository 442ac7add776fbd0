"""``lineage``: from files to verdicts, in both languages, with status and cost."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support.command import Done, provenance
from tests.support.weight_files import Sparse, gguf_of, llama, model_folder, serving, shapes_of

Arrays = dict[str, np.ndarray]
BIG = {"width": 128, "layers": 3}


def noisy(arrays: Arrays, size: float = 0.1) -> Arrays:
    chance = np.random.default_rng(5)
    return {n: (v + size * v.std() * chance.standard_normal(v.shape)).astype("f4")
            for n, v in arrays.items()}  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    base = llama(1, **BIG)
    model_folder(folder / "base", base)
    model_folder(folder / "copy", base)
    model_folder(folder / "tuned", noisy(base))
    model_folder(folder / "stranger", llama(2, **BIG))
    done = lineage(folder, "db", "build", "base", "stranger", "-o", "bases.db")
    assert done.code == 0, done.err
    return folder


def lineage(cwd: Path, *args: str | Path, **env: str) -> Done:
    return provenance("lineage", *args, cwd=cwd, env=env)


def test_compare_says_what_it_stands_on(tree: Path) -> None:
    done = lineage(tree, "compare", "tuned", "base")
    assert done.code == 0
    assert done.out.startswith("tuned: DERIVED – weight evidence\n")
    for words in (
        "If the two were initialised independently, agreement this strong has probability",
        "at most 1e-12.",
        "columns: Z 11.3", "norms: Z ", "controls: coordinates exchanged Z ",
        "right of reply", "power: a share of", "0←0, 1←1, 2←2", "Not visible in weights",
    ):  # fmt: skip
        assert words in done.out
    assert "reads 0." in done.err


def test_compare_in_chinese(tree: Path) -> None:
    out = lineage(tree, "compare", "tuned", "base", "--lang", "zh-CN").out
    assert out.startswith("tuned: 权重证据表明同源\n")
    assert "若两者各自独立初始化，出现如此强的一致性的概率不超过 1e-12。" in out


def test_compare_by_units_on_request(tree: Path) -> None:
    """Coordinates in another order: the unit test gives a p, worded as a question."""
    order = np.random.default_rng(4).permutation(128)
    turned = {}
    for name, v in noisy(llama(1, **BIG)).items():
        out = "o_proj" in name or "down_proj" in name
        turned[name] = v[order] if v.ndim == 1 or out else v[:, order]
    model_folder(tree.parent / "turned", turned)
    args = ("compare", "../turned", "base", "--units")
    assert lineage(tree, *args[:3]).out.startswith("../turned: ARCHITECTURE-COMPATIBLE")
    out = lineage(tree, *args).out
    assert out.startswith("../turned: CONSISTENT WITH (transformed copy)\n")
    for words in ("has probability at most 1e-12.", "unit test: Z ", "right of reply",
                  "the coordinates of the stream do not"):  # fmt: skip
        assert words in out
    chinese = lineage(tree, *args, "--lang", "zh-CN").out
    assert "单元检验：Z " in chinese
    assert "概率不超过 1e-12" in chinese
    found = lineage(tree, *args, "-f", "json").json["models"][0]["verdicts"][0]
    assert found["statistics"]["units"]["bound"] == "hoeffding"
    assert [e["signal"] for e in found["evidence"]][-1] == "units"
    assert lineage(tree, "compare", "stranger", "base", "--units").out.startswith(
        "stranger: ARCHITECTURE-COMPATIBLE"
    )


def test_identical_and_stranger(tree: Path) -> None:
    assert lineage(tree, "compare", "copy", "base").out.startswith("copy: IDENTICAL\n")
    out = lineage(tree, "compare", "stranger", "base").out
    assert out.startswith("stranger: ARCHITECTURE-COMPATIBLE (not evidence of descent)\n")
    assert "If the two" not in out


def test_scan_finds_the_base_in_a_database(tree: Path) -> None:
    done = lineage(tree, ".", "--db", "bases.db", "-f", "json")
    assert done.code == 0, done.err
    found = {m["model"]: m for m in done.json["models"]}
    assert {name: m["verdict"] for name, m in found.items()} == {
        "base": "identical", "copy": "identical", "stranger": "identical",
        "tuned": "derived",
    }  # fmt: skip
    first = found["tuned"]["verdicts"][0]
    assert (first["base"], first["verdict"], first["p"], first["p_is_floor"]) == (
        "base", "derived", 1e-12, True,
    )  # fmt: skip
    assert first["comparisons"] == 2 * (2 + 9 + 2)
    assert first["log10_p"] < -20
    assert first["controls"]["unrelated"] == "stranger"
    assert {record["signal"] for record in first["evidence"]} == {
        "shape-key", "columns", "layers", "norms",
    }  # fmt: skip
    assert found["tuned"]["bases_tested"] == 2
    assert len(found["tuned"]["components"][0]["sha256s"]["final-norm.-1"]) == 64


def test_bytes_are_the_same_each_time(tree: Path) -> None:
    first, second = (lineage(tree, "tuned", "--db", "bases.db", "-f", "json") for _ in range(2))
    assert first.out == second.out


def test_declared_base_is_kept_apart_from_weights(tree: Path, tmp_path: Path) -> None:
    """A false declaration makes no weight evidence, and none takes it away."""
    liar = model_folder(tmp_path / "liar", llama(3, **BIG))
    (liar / "README.md").write_text("---\nbase_model: Qwen/Qwen2-7B\n---\n# Mine\n")
    found = lineage(tree, liar, "--db", "bases.db", "-f", "json").json["models"][0]
    assert found["verdict"] == "declared"
    assert found["declared"][0]["base"] == "pkg:huggingface/Qwen/Qwen2-7B"
    assert {v["verdict"] for v in found["verdicts"]} == {"architecture-compatible"}
    tuned = model_folder(tmp_path / "tuned", noisy(llama(1, **BIG)))
    (tuned / "README.md").write_text("---\nbase_model: Qwen/Qwen2-7B\n---\n# Mine\n")
    found = lineage(tree, tuned, "--db", "bases.db", "-f", "json").json["models"][0]
    assert found["verdict"] == "derived"
    assert found["verdicts"][0]["base"] == "base"


def test_gguf_that_says_nothing_has_the_norms_of_a_base(tree: Path, tmp_path: Path) -> None:
    """Renamed, rounded to eight bits in blocks, without one word on where it is from."""
    path = tmp_path / "fresh.gguf"
    path.write_bytes(gguf_of(llama(1, **BIG)))
    found = lineage(tree, path, "--db", "bases.db", "-f", "json").json["models"][0]
    assert found["verdict"] == "derived"
    assert [(v["base"], v["p"]) for v in found["verdicts"] if v["verdict"] == "derived"] == [
        ("base", 1e-12)
    ]


def test_fingerprint_is_small_and_stands_for_the_model(tree: Path, tmp_path: Path) -> None:
    kept = tmp_path / "base.json"
    assert lineage(tree, "fingerprint", "base", "-o", kept, "--name", "acme/base").code == 0
    assert kept.stat().st_size < 60_000
    done = lineage(tree, "compare", "tuned", kept, "-f", "json")
    assert [v["base"] for v in done.json["models"][0]["verdicts"]] == ["acme/base"]
    assert done.json["models"][0]["verdict"] == "derived"


def test_database_grows_is_counted_and_checked(tree: Path, tmp_path: Path) -> None:
    db = tmp_path / "own.db"
    db.write_bytes((tree / "bases.db").read_bytes())
    assert lineage(tree, "db", "add", db, "tuned").code == 0
    assert lineage(tree, "db", "verify", db).out == f"{db}: 3 rows, all sound\n"
    done = lineage(tree, "db", "stats", db, "--pairs")
    assert "width 128: 3" in done.out
    assert "base ~ tuned: derived" in done.out


def test_a_poisoned_row_is_refused_and_named(tree: Path, tmp_path: Path) -> None:
    db = tmp_path / "poisoned.db"
    text = (tree / "bases.db").read_text()
    place = text.index('"data":"') + 20
    db.write_text(text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :])
    done = lineage(tree, "db", "verify", db)
    assert (done.code, done.out) == (1, f"{db}:2: base: its digest is wrong\n")
    done = lineage(tree, "tuned", "--db", db, "-f", "json")
    assert done.code == 4
    assert done.json["refused_rows"] == [["base", "its digest is wrong"]]
    assert done.json["models"][0]["verdict"] == "architecture-compatible"
    assert lineage(tree, "db", "add", db, "copy").code == 4


def test_a_csv_lists_what_to_build(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "roots.csv").write_text(f"name,model\nacme/base,{tree / 'base'}\n")
    db = tmp_path / "listed.db"
    assert lineage(tmp_path, "db", "build", "--list", "roots.csv", "-o", db).code == 0
    found = lineage(tree, "tuned", "--db", db, "-f", "json").json["models"][0]
    assert found["verdicts"][0]["base"] == "acme/base"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["compare", "base", "nothing-there"], 2, "no such model"),
        (["compare", "base", "owner/name"], 2, "--online"),
        (["scan", "empty"], 3, "no weights"),
        (["scan", "base", "--db", "base/config.json"], 4, "no database of sketches"),
        (["explain", "guilty"], 2, "unknown verdict"),
        (["db", "build", "-o", "x.db"], 2, "no model to add"),
    ],
)
def test_statuses(tree: Path, args: list[str], code: int, says: str) -> None:
    (tree / "empty").mkdir(exist_ok=True)
    done = lineage(tree, *args)
    assert done.code == code
    assert says in done.err


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_explain_has_every_verdict(tree: Path, lang: str) -> None:
    out = lineage(tree, "explain", "--lang", lang).out
    for word in ("identical", "derived", "related", "consistent", "declared",
                 "architecture-compatible", "no-evidence", "not-testable"):  # fmt: skip
        assert f"({word})" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "most"),
    [((4096, 32, 14336, 1024, 128256), 30), ((8192, 80, 28672, 1024, 128256), 30)],
    ids=["8B", "70B"],
)
def test_cost_of_large_models(tree: Path, shape: tuple[int, ...], most: int) -> None:
    """At most 30 MB, 60 s and 1 GiB for one base, over the network."""
    config = json.dumps({"model_type": "llama", "rms_norm_eps": 1e-5}).encode()
    files: dict[str, object] = {f"/{n}/config.json": config for n in range(2)}
    files |= {f"/{n}/model.safetensors": Sparse(shapes_of(*shape), n) for n in range(2)}
    with serving(files) as server:
        urls = [f"{server.url}/{n}/model.safetensors" for n in range(2)]
        assert provenance("lineage", "fingerprint", "--online", urls[1], "-o", "base.json",
                          cwd=tree, timeout=300).code == 0  # fmt: skip
        sent, start = server.sent, time.process_time()
        done = provenance("lineage", "compare", "--online", "-f", "json", urls[0], "base.json",
                          cwd=tree, timeout=300)  # fmt: skip
        assert done.code == 0, done.err
        assert server.sent - sent <= most * 1_000_000
        assert done.json["models"][0]["verdict"] == "architecture-compatible"
    assert time.process_time() - start <= 60
    unit = 1 if sys.platform == "darwin" else 1024
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit <= 1 << 30
