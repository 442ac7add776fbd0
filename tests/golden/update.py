"""Rewrites the expected reports of the golden repositories: ``python -m tests.golden.update``.

Run it after a change that is meant to change reports, and read the difference before
committing it: that is the review of the change. With names, only those are rewritten.
What changes with every row of data (registry digest, rows, version; how many other
candidates were left out) is replaced by a placeholder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tests.support.command import provenance

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.parent.name for path in HERE.glob("*/repo"))
LANGUAGES = ("en", "zh-CN")
CODES = {"rag-app": 1, "zh-finetune": 0, "eu-stack": 0, "messy": 0}
"""Exit status under the default policy."""


def prepare(name: str, folder: Path) -> Path:
    """Copy a golden repository to where nothing of this checkout can reach it."""
    target = folder / name
    shutil.copytree(HERE / name / "repo", target)
    if name == "messy":  # what a checkout of ours should not hold itself
        os.symlink("../../outside", target / "pkg" / "linked.py")
        os.symlink("nowhere.py", target / "pkg" / "dangling.py")
    return target


def reports(name: str, lang: str, folder: Path, **env: str) -> tuple[int, dict[str, str]]:
    """Return the exit status and the normalised reports by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = prepare(name, folder)
    done = provenance(
        "scan",
        "-q",
        "--lang",
        lang,
        "-f",
        "json",
        "-o",
        f"text={folder / 'report.txt'}",
        tree,
        cwd=folder,
        env=env,
    )
    text = (folder / "report.txt").read_text("utf-8")
    return done.code, {
        f"expected.{lang}.json": normal_json(done.out),
        f"expected.{lang}.txt": normal_text(text),
    }


def normal_json(text: str) -> str:
    """Replace what every row of data changes, line by line so that the form stays tested."""
    lines = []
    for line in text.splitlines(keepends=True):
        if line.startswith(' "inputs": '):
            value = json.loads(line.partition(": ")[2].rstrip().rstrip(","))
            value["registry"] = {"version": "-", "sha256": "-", "rows": 0, "overlays": []}
            value["policy"]["sha256"] = "-"
            line = f' "inputs": {json.dumps(value, ensure_ascii=False)},\n'
        elif line.startswith(' "tool": '):
            line = re.sub(r'"version": "[^"]*"', '"version": "-"', line)
        elif line.startswith(' "candidates_left_out": '):
            line = re.sub(r'": \d+([,}])', r'": 0\1', line)
        lines.append(line)
    return "".join(lines)


def normal_text(text: str) -> str:
    """Replace what every row of data changes."""
    text = re.sub(r"Registry of \d+ rows, digest [0-9a-f]+", "Registry of N rows, digest D", text)
    text = re.sub(r"登记册 \d+ 行，摘要 [0-9a-f]+", "登记册 N 行，摘要 D", text)
    text = re.sub(r"\b\d+ other candidates left out", "N other candidates left out", text)
    return re.sub(r"另有 \d+ 个候选未列出", "另有 N 个候选未列出", text)


def main(names: list[str]) -> None:
    """Rewrite the expected files of the named repositories (all by default)."""
    for name in names or NAMES:
        for lang in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                code, found = reports(name, lang, Path(folder) / "run")
            for file, text in found.items():
                (HERE / name / file).write_text(text, "utf-8")
            print(f"{name} {lang}: exit status {code}")


if __name__ == "__main__":
    main(sys.argv[1:])
