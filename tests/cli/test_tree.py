"""``tree``: what brings what in, why something is there, and what the exposure hangs on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from provenance.registry.tables import Claim
from tests.support.command import Done, provenance, write

# shop asks for web, ml and (for development) lint.
#   web  → util, wire          ml → hub → wire, ring-a ⇄ ring-b       lint → util
# Ours, by the overlay: hub, wire, ring-b of a US publisher; web of a Chinese one.
EDGES = {
    "web": "util wire",
    "ml": "hub",
    "hub": "wire ring-a",
    "wire": "",
    "ring-a": "ring-b",
    "ring-b": "ring-a",
    "util": "",
    "lint": "util",
}
PROJECT = """\
[project]
name = "shop"
version = "1"
dependencies = ["web", "ml"]

[dependency-groups]
dev = ["lint"]
"""


def lock() -> str:
    records = ["version = 1\nrequires-python = '>=3.11'\n"]
    for name, below in EDGES.items():
        asks = ", ".join(f'{{ name = "{one}" }}' for one in below.split())
        records.append(
            f'[[package]]\nname = "{name}"\nversion = "1.0"\n'
            f'source = {{ registry = "https://packages.example.org/simple" }}\n'
            f"dependencies = [{asks}]\n"
        )
    records.append(
        '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "web" }, { name = "ml" }]\n'
        '[package.dev-dependencies]\ndev = [{ name = "lint" }]\n'
    )
    return "\n".join(records)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("shop"), pyproject_toml=PROJECT, uv_lock=lock())
    owners = {"hub": "openai", "wire": "openai", "ring-b": "openai", "web": "huawei"}
    with (folder / "ours.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Claim._fields)
        for name, owner in owners.items():
            given = {"key": f"pkg:pypi/{name}", "role": "seat", "organization": owner,
                     "source": "our contract 7", "as_of": "2026-02-01", "confidence": "high",
                     "basis": "curated"}  # fmt: skip
            writer.writerow([given.get(field, "") for field in Claim._fields])
    return folder


def tree(folder: Path, *args: str) -> Done:
    """Run the command with our own origins and a policy that denies the US."""
    overlay = ("--registry", "ours.csv") if (folder / "ours.csv").exists() else ()
    return provenance("tree", "--policy", "us-exposure", *overlay, *args, cwd=folder)


def drawn(done: Done) -> list[str]:
    """The lines of the tree itself, up to the first empty one."""
    assert (done.code, done.err) == (0, "")
    return done.out.split("\n\n")[0].splitlines()


UNKNOWN = "?  license not known"
WHOLE = f"""\
shop
├── lint@1.0  {UNKNOWN} (development)
│   └── util@1.0  {UNKNOWN}
├── ml@1.0  {UNKNOWN}
│   └── ! hub@1.0  US  license not known
│       ├── ring-a@1.0  {UNKNOWN}
│       │   └── ! ring-b@1.0  US  license not known
│       │       └── ring-a@1.0  {UNKNOWN} (cycle)
│       └── ! wire@1.0  US  license not known
└── web@1.0  CN  license not known
    ├── util@1.0  {UNKNOWN}
    └── ! wire@1.0  US  license not known"""


def test_the_whole_tree(shop: Path) -> None:
    done = tree(shop)
    assert drawn(done) == WHOLE.splitlines()
    legend = done.out.split("\n\n")[1]
    assert "! exposed to US" in legend
    assert "(cycle)" in legend
    assert "(*)" not in legend


def test_a_subtree_is_shown_once_and_depth_cuts(shop: Path, tmp_path: Path) -> None:
    assert drawn(tree(shop, "--depth", "1")) == [
        "shop",
        f"├── lint@1.0  {UNKNOWN} (development) (…)",
        f"├── ml@1.0  {UNKNOWN} (…)",
        "└── web@1.0  CN  license not known (…)",
    ]
    assert drawn(tree(shop, "--depth", "0")) == ["shop (…)"]
    text = lock().replace('[{ name = "web" }, { name = "ml" }]', '[{ name = "ml" }]').replace(
        'name = "web"\nversion = "1.0"', 'name = "web"\nversion = "1.0"\n# asks for ml below'
    ).replace('[{ name = "util" }, { name = "wire" }]', '[{ name = "ml" }]')  # fmt: skip
    assert text.count('{ name = "ml" }') == 2
    folder = write(tmp_path, uv_lock=text, pyproject_toml=PROJECT)
    done = tree(folder)
    assert f"    └── ml@1.0  {UNKNOWN} (*)" in drawn(done)
    assert "(*) what it brings in" in done.out


def test_only_the_branches_that_lead_to_a_jurisdiction(shop: Path) -> None:
    assert drawn(tree(shop, "--jurisdiction", "cn")) == [
        "shop",
        "└── ! web@1.0  CN  license not known",
    ]
    kept = drawn(tree(shop, "--jurisdiction", "US"))
    assert not [line for line in kept if "util" in line or "lint" in line]
    assert len([line for line in kept if "wire" in line]) == 2
    both = tree(shop, "--jurisdiction", "US", "--jurisdiction", "CN")
    assert "4 of 8 components are from US, CN or made from something that is" in both.out
    assert drawn(tree(shop, "--jurisdiction", "EU")) == ["shop"]


def test_an_ancestor_is_shown_and_speaks_through_what_is_made_from_it(tmp_path: Path) -> None:
    model = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    folder = write(
        tmp_path, app_py=f'AutoModel.from_pretrained("{model}")\n', pyproject_toml=PROJECT
    )
    done = tree(folder, "--jurisdiction", "US")
    project, child, parent = drawn(done)
    assert project == "shop"
    assert child == f"└── ! {model}  CN → CN, US  MIT"  # not the license of its base
    assert parent.startswith("    └── meta-llama/Llama-3.1-8B  US  ")
    assert parent.endswith(" [derived-from]")
    assert "1 of 5 components are from US or made from something that is" in done.out


def test_an_origin_that_is_known_in_part_keeps_its_question_mark(tmp_path: Path) -> None:
    card = "---\nbase_model: meta-llama/Llama-3.1-8B\n---\n"
    _, own, *_ = drawn(tree(write(tmp_path, README_md=card)))
    assert "  ? → US?  " in own
    assert own.endswith(" [contains]")


def test_the_summary(shop: Path) -> None:
    # ml alone brings hub and the ring; wire stays, since web needs it as well.
    out = tree(shop).out
    assert "3 of 8 components are exposed to US; 2 of 3 direct requirements lead to them." in out
    weights = out.partition("Heaviest")[2].partition("\n\n")[0].splitlines()[1:]
    assert weights == ["  2 of 3  ml@1.0", "  0 of 1  web@1.0"]
    chokepoints = out.partition("Chokepoints")[2].partition("\n\n")[0].splitlines()[1:]
    # Between project and exposure: shop–web–wire–hub–ml is a ring, so only what hangs on it
    # falls off: ring-a and ring-b behind hub, ring-b behind ring-a.
    assert chokepoints == ["  1  hub@1.0", "  1  ring-a@1.0"]
    smallest = out.partition("Smallest set")[2].partition("\n\n")[0].splitlines()
    assert smallest[0].endswith(": 1")
    assert smallest[1:] == ["  –  ml@1.0"]


def test_json_holds_the_same(shop: Path) -> None:
    found = tree(shop, "-f", "json").json
    assert [row["component"] for row in found["rows"]][:3] == [
        "project:shop",
        "pkg:pypi/lint@1.0",
        "pkg:pypi/util@1.0",
    ]
    assert [row["level"] for row in found["rows"]] == [0, 1, 2, 1, 2, 3, 4, 5, 3, 1, 2, 2]
    assert [row["mark"] for row in found["rows"]][7] == "cycle"
    assert found["summary"]["smallest_set"] == {"members": ["pkg:pypi/ml@1.0"], "exact": True}
    assert found["summary"]["weights"][0] == {
        "component": "pkg:pypi/ml@1.0",
        "leaving": ["pkg:pypi/hub@1.0", "pkg:pypi/ring-b@1.0"],
        "leading": ["pkg:pypi/hub@1.0", "pkg:pypi/ring-b@1.0", "pkg:pypi/wire@1.0"],
        "components_leaving": 4,
    }
    web = next(one for one in found["components"] if one["id"] == "pkg:pypi/web@1.0")
    assert web["jurisdictions"] == web["effective_jurisdictions"] == ["CN"]
    # All it depends on, wire among it; hub is not.
    assert web["required_jurisdictions"] == ["US"]
    assert found["why"] == []


# -- why ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["wire", "WIRE", "pkg:pypi/wire", "pkg:pypi/wire@1.0"])
def test_why_prints_every_path(shop: Path, wanted: str) -> None:
    done = tree(shop, "--why", wanted)
    assert done.code == 0
    assert done.out.splitlines() == [
        "! wire@1.0  US  license not known",
        "Paths from shop: 2",
        "  shop → web@1.0 → wire@1.0",
        "  shop → ml@1.0 → hub@1.0 → wire@1.0",
    ]


def test_why_names_what_every_path_goes_through(shop: Path) -> None:
    assert tree(shop, "--why", "ring-b").out.splitlines()[-2:] == [
        "  shop → ml@1.0 → hub@1.0 → ring-a@1.0 → ring-b@1.0",
        "Every path goes through: ml@1.0, hub@1.0, ring-a@1.0",
    ]


def test_a_bare_name_goes_before_a_part_of_one(shop: Path, tmp_path: Path) -> None:
    libraries = write(tmp_path, requirements_txt="torch==2.3.1\ntorchvision==0.18.1\n")
    assert "torchvision" not in tree(libraries, "--why", "Torch").out
    both = tree(shop, "--why", "ring").out  # no component is called so
    assert "ring-a@1.0  ?" in both
    assert "ring-b@1.0  US" in both


def test_why_in_json(shop: Path) -> None:
    (why,) = tree(shop, "--why", "wire", "-f", "json").json["why"]
    assert why["total"] == len(why["paths"]) == 2
    assert why["paths"][0] == ["project:shop", "pkg:pypi/web@1.0", "pkg:pypi/wire@1.0"]
    assert why["on_every_path"] == []


def test_why_inverted_is_a_tree(shop: Path) -> None:
    assert drawn(tree(shop, "--why", "wire", "--invert")) == [
        "! wire@1.0  US  license not known",
        "├── ! hub@1.0  US  license not known",
        f"│   └── ml@1.0  {UNKNOWN}",
        "│       └── shop",
        "└── web@1.0  CN  license not known",
        "    └── shop",
    ]


def test_a_channel_is_explained_though_it_stands_in_no_tree(tmp_path: Path) -> None:
    folder = write(tmp_path, requirements_txt="torch==2.3.1\n")
    assert "[delivered-by]" not in tree(folder).out
    done = tree(folder, "--why", "service:pypi")
    assert " → torch@2.3.1 → Python Package Index" in done.out
    assert "Not counted, since they only deliver: 1 (Python Package Index)" in tree(folder).out


def test_inverted_from_everything_exposed(shop: Path) -> None:
    lines = drawn(tree(shop, "--invert"))
    assert [line for line in lines if not line.startswith((" ", "│", "├", "└"))] == [
        "! hub@1.0  US  license not known",
        "! ring-b@1.0  US  license not known",
        "! wire@1.0  US  license not known",
    ]


# -- edges of use ------------------------------------------------------------------------------


def test_what_cannot_be_used_is_said(shop: Path, tmp_path: Path) -> None:
    done = tree(shop, "--why", "wyre")
    assert (done.code, done.out) == (2, "")
    assert "wyre is not in this project" in done.err
    assert "pkg:pypi/wire@1.0" in done.err
    done = tree(shop, "--jurisdiction", "usa")
    assert done.code == 2
    assert "unknown jurisdiction 'USA'\nhint: did you mean US?" in done.err
    assert tree(shop, "--why", "wire", "--jurisdiction", "US").code == 2
    assert tree(shop, "--depth", "-1").code == 2
    assert tree(tmp_path).code == 3


def test_in_chinese(shop: Path) -> None:
    out = tree(shop, "--lang", "zh-CN").out
    assert "8 个组件中有 3 个依赖 US；3 个直接依赖中有 2 个通向它们。" in out
    assert "lint@1.0  ?  许可证不明 (开发)" in out


def test_colour_only_where_asked(shop: Path) -> None:
    assert "\x1b" not in tree(shop).out
    colored = tree(shop, "--color", "always").out
    assert "\x1b[31m! wire@1.0" in colored
    assert "\x1b[2mlint@1.0" in colored


def test_a_hostile_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('AutoModel.from_pretrained("./a\\x1b[2Jb\\u202ec")\n')
    (tmp_path / "requirements.txt").write_text("torch==2.3.1\x1b[2J\n")
    out = tree(tmp_path).out
    assert all(char.isprintable() or char == "\n" for char in out)
