"""Our graph of a lock file beside that of the tool which made it: nodes and edges, all of them.

    python evals/graphs.py FOLDER… [--uv PATH] [--poetry PATH] [--show N]

Each FOLDER is searched for `uv.lock` and `poetry.lock` with a `pyproject.toml` beside them.
`uv export` (its bill of materials, every extra, group and member) gives nodes and edges with
versions. `poetry show` gives nodes with versions, `poetry show --tree` the edges by name. Both
run offline on a copy, resolve nothing and build nothing. Exit status 1 when anything differs
that is not explained.

One difference is explained: of a name that is locked in several versions, poetry's tree follows
one. Edges of the others, and of what only they lead to, are in the lock and not in its tree.

Projects are not shipped here. Take any: source archives of the Python index often hold their
lock file, and so do checkouts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from provenance import ids  # noqa: E402
from provenance.extract import extractor_for  # noqa: E402
from provenance.model import Document  # noqa: E402
from provenance.registry import Registry  # noqa: E402
from provenance.vocabulary import Vocabulary  # noqa: E402

PROJECT = "project"
_TREE = re.compile(r"^((?:[│ ] {3})*)(?:[├└]── )?([A-Za-z0-9][\w.-]*)(?:\s|$)")


@dataclass
class Found:
    """Packages and what asks for what; the project and its members are one node."""

    nodes: set[str] = field(default_factory=set)
    edges: set[tuple[str, str]] = field(default_factory=set)

    def without_versions(self) -> Found:
        bare = {ids.without_version(a): None for a in self.nodes}
        edges = {(ids.without_version(a), ids.without_version(b)) for a, b in self.edges}
        return Found(set(bare), {(a, b) for a, b in edges if a != b})


def ours(lock: Path, vocabulary: Vocabulary) -> Found:
    """Read a lock file with our own reader alone."""
    reader = extractor_for(lock.name)
    assert reader is not None
    extraction = reader.extract(Document(path=lock.name, data=lock.read_bytes()), vocabulary)
    found = Found({c.id for c in extraction.components if c.kind == "package"})
    for link in extraction.links:
        if link.relation == "depends-on":
            source = PROJECT if link.source == ids.PROJECT else link.source
            found.edges.add((source, link.target))
    return found


def of_uv(folder: Path, uv: str) -> Found:
    """Return what uv says a lock holds."""
    command = [
        uv, "export", "--frozen", "--offline", "--all-extras", "--all-groups", "--all-packages",
        "--format", "cyclonedx1.5", "--preview-features", "sbom-export", "--no-config", "-q",
    ]  # fmt: skip
    bill = json.loads(_run(command, folder))
    names: dict[str, str] = {bill["metadata"]["component"]["bom-ref"]: PROJECT}
    for item in bill["components"]:
        flags = {one["name"] for one in item.get("properties", ())}
        own = {"uv:package:is_project_root", "uv:workspace:path"} & flags
        version = item.get("version")
        names[item["bom-ref"]] = PROJECT if own else ids.pypi(item["name"], version)
    found = Found(set(names.values()) - {PROJECT})
    for entry in bill["dependencies"]:
        source = names[entry["ref"]]
        found.edges |= {(source, names[one]) for one in entry.get("dependsOn", ())}
    found.edges = {(a, b) for a, b in found.edges if a != b and b != PROJECT}
    return found


def of_poetry(folder: Path, poetry: str) -> Found:
    """Return what poetry says a lock holds: edges by name, as its tree gives no versions."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    groups = project.get("tool", {}).get("poetry", {}).get("group", {})
    optional = [name for name, one in groups.items() if one.get("optional")]
    chosen = [f"--with={','.join(optional)}"] if optional else []
    listed = _run([poetry, "show", "--all", "--format", "json", *chosen], folder)
    found = Found({ids.pypi(one["name"], one["version"]) for one in json.loads(listed)})
    above: list[str] = []
    for line in _run([poetry, "show", "--tree", "--all", *chosen], folder).splitlines():
        match = _TREE.match(line)
        if not match:
            continue
        depth = len(match[1]) // 4 + ("── " in line)
        del above[depth:]
        above.append(ids.pypi(match[2]))
        source = above[-2] if depth else PROJECT
        found.edges.add((source, above[-1]))
    return found


def _run(command: list[str], folder: Path) -> str:
    env = {
        **os.environ, "POETRY_VIRTUALENVS_CREATE": "false", "NO_COLOR": "1", "COLUMNS": "500",
        "PYTHONUTF8": "1",
    }  # fmt: skip
    done = subprocess.run(
        [*command, *(["--no-ansi", "-n"] if "poetry" in command[0] else [])],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:] or done.stdout.strip()[-300:])
    return done.stdout


def forked_away(mine: Found, theirs: Found) -> set[tuple[str, str]]:
    """Return the edges of ours that poetry's tree leaves out, as it follows one version a name."""
    versions = Counter(ids.without_version(one) for one in mine.nodes)
    shown = {name for edge in theirs.edges for name in edge}
    return {
        (source, target)
        for source, target in mine.without_versions().edges - theirs.edges
        if versions[source] > 1 or source not in shown
    }


def locks(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        for name in ("uv.lock", "poetry.lock"):
            for lock in sorted(folder.rglob(name)):
                if (lock.parent / "pyproject.toml").is_file():
                    yield lock


def compare(lock: Path, arguments: argparse.Namespace, vocabulary: Vocabulary) -> bool:
    """Print one row and every difference; return whether all is equal."""
    mine = ours(lock, vocabulary)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "project")
        folder.mkdir()
        for file in (lock, lock.parent / "pyproject.toml"):
            shutil.copy(file, folder)
        try:
            if lock.name == "uv.lock":
                theirs = of_uv(folder, arguments.uv)
            else:
                theirs = of_poetry(folder, arguments.poetry)
        except (RuntimeError, ValueError) as error:
            print(f"| {lock.parent.name} | {lock.name} | not read by its tool: {error} | | | |")
            return False
    edges = (mine if lock.name == "uv.lock" else mine.without_versions()).edges
    if lock.name == "poetry.lock":  # its roots are in pyproject.toml, which another reader reads
        theirs.edges = {(a, b) for a, b in theirs.edges if a != PROJECT}
    explained = forked_away(mine, theirs) if lock.name == "poetry.lock" else set()
    edges -= explained
    nodes_differ, edges_differ = mine.nodes ^ theirs.nodes, edges ^ theirs.edges
    print(
        f"| {lock.parent.name} | {lock.name} | {len(mine.nodes)} / {len(theirs.nodes)} "
        f"| {len(edges)} / {len(theirs.edges)} | {len(nodes_differ) + len(edges_differ)} "
        f"| {len(explained)} |"
    )
    for name, ours_, theirs_ in (
        ("node", mine.nodes, theirs.nodes), ("edge", edges, theirs.edges),
    ):  # fmt: skip
        for sign, one, other in (("+", ours_, theirs_), ("-", theirs_, ours_)):
            for item in sorted(one - other)[: arguments.show]:  # type: ignore[operator,type-var]
                shown = item if isinstance(item, str) else " → ".join(item)
                print(f"    {sign} {name} {shown}".replace("pkg:pypi/", ""))
    return not nodes_differ and not edges_differ


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--uv", default=shutil.which("uv") or "uv")
    parser.add_argument("--poetry", default=shutil.which("poetry") or "poetry")
    parser.add_argument("--show", type=int, default=20, help="differences shown of one kind")
    arguments = parser.parse_args()
    vocabulary = Vocabulary(Registry())
    print(
        "| project | lock | nodes ours / theirs | edges ours / theirs | differences | explained |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    equal = [compare(lock, arguments, vocabulary) for lock in locks(arguments.folders)]
    print(f"\n{sum(equal)} of {len(equal)} equal")
    sys.exit(0 if all(equal) else 1)


if __name__ == "__main__":
    main()
