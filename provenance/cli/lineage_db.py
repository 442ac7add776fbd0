"""The databases of ``lineage db``: assembled, checked, counted."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from provenance import config, ids
from provenance.artifacts.source import ArtifactError
from provenance.cli.lineage_run import Lineage
from provenance.edge.sketches import LineageError
from provenance.errors import UsageError
from provenance.fingerprint import database

MAX_PAIRED = 200
"""Models whose pairs are all tested; their number grows with the square."""


def rows_of(path: Path) -> list[database.Row]:
    """Return the rows of a sound database.

    Raises:
        LineageError: a row or the whole has a wrong digest.
    """
    try:
        with path.open(encoding="ascii", newline="\n") as stream:
            return list(database.rows(stream))
    except (ArtifactError, UnicodeDecodeError) as error:
        raise LineageError(f"{path}: {error}") from error


def assembled(
    run: Lineage, models: tuple[str, ...], listed: Path | None, before: Iterable[database.Row]
) -> str:
    """Return the text of a database of these models after those that were there."""
    from msgspec.structs import replace

    wanted = [(model, model) for model in models] + (_listed(listed) if listed else [])
    if not wanted:
        raise UsageError("no model to add", hint="name models, or a list with --list")
    rows = list(before)
    for name, model in wanted:
        sketch = run.sketch(model, witness=True)
        # A saved sketch brings its own name; a path or an id is one.
        saved = model.endswith(".json") and name == model
        if name == model and Path(model).exists() and ids.is_hub_repository(name):
            name = f"./{name}"  # a path that reads like a hub's id must not pass for one
        rows.append(database.row_of(sketch if saved else replace(sketch, name=name)))
    return database.written(rows, config.now(run.environ)[:10])


def _listed(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: {error}") from error
    found = []
    for number, row in enumerate(rows, 2):
        name, model = (row.get("name") or "").strip(), (row.get("model") or "").strip()
        if not (name or model):
            raise UsageError(f"{path}:{number}: no model", hint="columns: name,model")
        found.append((name or model, model or name))
    return found


def problems_of(path: Path) -> tuple[list[str], int]:
    """Return one line for each row that is not as it was written, and the number of rows."""
    problems, count = [], 0
    try:
        with path.open(encoding="ascii", newline="\n") as stream:
            for entry in database.read(stream):
                count += 1
                if entry.sketch is None:
                    problems.append(f"{path}:{entry.line}: {entry.name}: {entry.problem}")
    except (ArtifactError, UnicodeDecodeError) as error:
        problems.append(f"{path}: {error}")
    return problems, count


def counted(path: Path, *, pairs: bool, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return how many models of which width there are, and which match one another."""
    from provenance.fingerprint.verdict import judge_all

    run = Lineage.start(online=False, budget=None, tell=tell)
    sketches = list(run.database(path))
    widths = Counter(str(s.parts[0].shape.width) for s in sketches if s.parts)
    data: dict[str, Any] = {
        "models": len(sketches), "bytes": path.stat().st_size,
        "widths": dict(sorted(widths.items(), key=lambda item: int(item[0]))),
    }  # fmt: skip
    if pairs:
        if len(sketches) > MAX_PAIRED:
            raise UsageError(f"{len(sketches)} models", hint=f"--pairs takes {MAX_PAIRED} at most")
        data["matches"] = [
            [sketch.name, verdict.base, verdict.word]
            for index, sketch in enumerate(sketches)
            for verdict, _ in judge_all(sketch, sketches[index + 1 :], run.thresholds)
            if verdict.word in ("identical", "derived", "related")
        ]
    return data
