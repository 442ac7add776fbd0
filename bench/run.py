"""Speed and memory beside a floor, in one run: ratios, not seconds, are the result.

    python bench/run.py [--runs N] [--cache DIR]

For each pinned archive three commands take turns: the floor (bench/floor.py: a script
that reads every file once and runs one byte regex of our trigger words), `provenance
scan` to text and to JSON with every file read (`--no-cache`), and once more to JSON where
only the files that have changed since the last scan are read: none. For the small commands
the floor is `python -c "import click"`. The best of N runs counts, since only noise makes a
run slower.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "evals"))
from archives import default_cache, fetch, unpack  # noqa: E402

# Kind: a Python tree of about 60 kLOC first, then trees with much else in them.
TREES = (
    {
        "name": "haystack-ai",
        "version": "3.4.1",
        "file": "haystack_ai-3.4.1.tar.gz",
        "sha256": "95b57e672264584a9c437857e4ca4c89bf2137dab80fc972553df491349d811b",
    },
    {
        "name": "llamafactory",
        "version": "0.9.5",
        "file": "llamafactory-0.9.5.tar.gz",
        "sha256": "1702c0bfb864e80577a59521d2edcacd2aab05ec6aee06188fcba335a589681f",
    },
    {
        "name": "llama-index-core",
        "version": "0.14.25",
        "file": "llama_index_core-0.14.25.tar.gz",
        "sha256": "4ebfdc5317f0382501fa80262d7a7382715f80741cf41a7b11a52d4335e6f696",
    },
)


def clock(command: list[str]) -> tuple[float, int]:
    """Run a command; return wall seconds and its peak memory in KiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss


def best(commands: dict[str, list[str]], runs: int) -> dict[str, tuple[float, int]]:
    """Run the commands in turn; return the best time and peak memory of each."""
    found: dict[str, tuple[float, int]] = {}
    for _ in range(runs + 1):  # the first turn warms caches and counts like any other
        for name, command in commands.items():
            seconds, memory = clock(command)
            known = found.get(name, (seconds, memory))
            found[name] = (min(seconds, known[0]), max(memory, known[1]))
    return found


def python_lines(tree: Path) -> int:
    """Return the number of lines of Python in a tree."""
    return sum(path.read_bytes().count(b"\n") for path in tree.rglob("*.py") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=default_cache())
    arguments = parser.parse_args()
    # Byte code is cached for an installed tool; a setting that forbids it would be measured.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    python = sys.executable
    tool = str(Path(python).parent / "provenance")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_CACHE_HOME"] = str(Path(scratch, "cache"))
        empty = Path(scratch, "nothing-to-report")
        (empty / "src").mkdir(parents=True)
        for number in range(40):
            lines = "\n".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(60))
            (empty / "src" / f"module{number}.py").write_text(f"import os\n\n{lines}")
        (empty / "requirements.txt").write_text("attrs==25.3.0\n")
        small = best(
            {
                "floor": [python, "-c", "import click"],
                "help": [tool, "--help"],
                "hook": [tool, "hook", str(empty)],
            },
            arguments.runs,
        )
        floor = small["floor"][0]
        print("| command | seconds | × `import click` |\n| --- | --- | --- |")
        for name in ("help", "hook"):
            print(f"| {name} | {small[name][0]:.3f} | {small[name][0] / floor:.1f} |")
        print(f'\n`python -c "import click"`: {floor:.3f} s\n')
        print(
            "| tree | lines of Python | MB | floor s | text s | × floor | json s | × floor | "
            "again s | × floor | peak MiB |\n"
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        )
        for project in TREES:
            tree = unpack(fetch(dict(project), arguments.cache), Path(scratch, project["name"]))
            size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) / 1e6
            times = best(
                {
                    "floor": [python, str(HERE / "floor.py"), str(tree)],
                    "text": [tool, "scan", str(tree), "-q", "--no-cache"],
                    "json": [tool, "scan", str(tree), "-q", "--no-cache", "-f", "json"],
                    "again": [tool, "scan", str(tree), "-q", "-f", "json"],
                },
                arguments.runs,
            )
            base = times["floor"][0]
            memory = max(times["text"][1], times["json"][1]) / 1024
            print(
                f"| {project['name']} {project['version']} | {python_lines(tree)} | {size:.1f} "
                f"| {base:.2f} | {times['text'][0]:.2f} | {times['text'][0] / base:.1f} "
                f"| {times['json'][0]:.2f} | {times['json'][0] / base:.1f} "
                f"| {times['again'][0]:.2f} | {times['again'][0] / base:.1f} | {memory:.0f} |"
            )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
