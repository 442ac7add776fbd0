"""One model examined on all levels, as the JSON that the other commands show."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from provenance import __version__
from provenance.artifacts.source import ArtifactError
from provenance.cli.lineage_run import Lineage
from provenance.edge.sketches import LineageError
from provenance.errors import NothingToAudit
from provenance.fingerprint.evidence import verdict_json
from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.statistics import Score
from provenance.fingerprint.verdict import WORDS, Verdict, judge_all

SCHEMA_VERSION = "1.0.0"


def examine(run: Lineage, name: str, db: Path | None) -> dict[str, Any]:
    """Return what is declared of a model, its structure, and its verdicts against a database."""
    declared = _declared(run, name)
    try:
        sketch = run.sketch(name)
    except (LineageError, NothingToAudit) as error:
        return {
            "model": name, "verdict": "declared" if declared else "not-testable",
            "declared": declared, "reason": str(error), "bases_tested": 0, "verdicts": [],
        }  # fmt: skip
    found = judge_all(sketch, run.database(db), run.thresholds) if db else []
    if db and _all_equal(found) and not sketch.witness:
        sketch = run.sketch(name, witness=True)
        found = judge_all(sketch, run.database(db), run.thresholds)
    return {**_result(run, sketch, found, declared), "database": str(db) if db else None}


def compared(
    run: Lineage, first: str, second: str, *, aligned: bool, units: bool
) -> dict[str, Any]:
    """Return the verdict on two models."""
    ours, theirs = run.sketch(first), run.sketch(second)
    extra = _more(run, (first, ours), (second, theirs), aligned=aligned, units=units)
    found = judge_all(ours, [theirs], run.thresholds, *extra)
    if _all_equal(found) and not (ours.witness and theirs.witness):
        ours, theirs = run.sketch(first, witness=True), run.sketch(second, witness=True)
        found = judge_all(ours, [theirs], run.thresholds, *extra)
    return {**_result(run, ours, found, []), "tokenizer": _tokenizers(first, second)}


def _tokenizers(first: str, second: str) -> dict[str, Any] | None:
    """Compare the tokenizers of two folders; None where one has none that can be read."""
    from provenance.fingerprint.tokens import MAX_BYTES, likeness, read_tokenizer

    found = []
    for name in (first, second):
        path = Path(name) if Path(name).is_dir() else Path(name).parent
        try:
            with (path / "tokenizer.json").open("rb") as stream:
                found.append(read_tokenizer(stream.read(MAX_BYTES + 1)))
        except (OSError, ArtifactError):
            return None
    alike = asdict(likeness(*found))
    return {name: round(v, 4) if isinstance(v, float) else v for name, v in alike.items()}


def _all_equal(found: list[tuple[Verdict, Sketch]]) -> bool:
    """Tell whether a base has every slice that was compared: only then are whole tensors read."""
    tests = [verdict.comparison for verdict, _ in found]
    return any(0 < test.digests_compared == len(test.identical) for test in tests)


def _more(
    run: Lineage, first: tuple[str, Sketch], second: tuple[str, Sketch], *,
    aligned: bool, units: bool,
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], Score]]:  # fmt: skip
    """Run the tests on request on every part of two models that lie in files."""
    from provenance.fingerprint.aligned import aligned_z
    from provenance.fingerprint.layout import components
    from provenance.fingerprint.units import offset_of, unit_test

    in_order: dict[tuple[str, str], float] = {}
    turned: dict[tuple[str, str], Score] = {}
    if not (aligned or units):
        return in_order, turned
    models = run.model(first[0]), run.model(second[0])
    sides = [{c.name: c for c in components(model, run.roles)} for model in models]
    offsets = offset_of(models[0]), offset_of(models[1])
    for part in sides[0].keys() & sides[1].keys():
        ours, theirs, key = first[1].part(part), second[1].part(part), (second[1].name, part)
        if ours is None or theirs is None:
            continue
        places = sides[0][part], sides[1][part]
        try:
            if aligned and (z := aligned_z(ours, theirs, *places)) is not None:
                in_order[key] = z
            limits = run.thresholds.reading
            if units and (score := unit_test(ours, theirs, *places, limits, offsets=offsets)):
                turned[key] = score
        except ArtifactError as error:
            run.tell(f"{first[0]}: {error.detail}")
    return in_order, turned


def _result(
    run: Lineage, sketch: Sketch, found: list[tuple[Verdict, Sketch]],
    declared: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    tested = [(v, base) for v, base in found if v.comparison.form is not None or v.units]
    # Bases of another width cannot be tested; alone they are the answer, else they are a number.
    shown = tested or found
    words = {v.word for v, _ in shown}
    if declared and not words & {"identical", "derived", "related", "consistent"}:
        words.add("declared")
    return {
        "model": sketch.name,
        "verdict": min(words, key=WORDS.index) if words else "not-testable",
        "declared": declared,
        "bases_tested": len({v.base for v, _ in tested}),
        "bases_of_other_width": len({v.base for v, _ in found} - {v.base for v, _ in tested}),
        "components": [
            {"name": part.name, "shape": asdict(part.shape), "symmetry": part.symmetry,
             "norms": len(part.norms), "matrices": len(part.rows),
             "sha256s": {f"{kind}.{at}": d for (kind, at), d in sorted(part.digests.items())},
             "not_testable": _counted(part.untestable)}
            for part in sketch.parts
        ],
        "bytes_read": sketch.bytes_read, "bytes_total": sketch.bytes_total,
        "missing": list(sketch.missing), "unread": [list(item) for item in sketch.unread],
        "verdicts": [verdict_json(v, sketch, base, run.thresholds) for v, base in shown],
    }  # fmt: skip


def _counted(problems: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return reasons with how many tensors they are of, and one of these."""
    reasons: dict[str, list[str]] = {}
    for name, reason in problems:
        reasons.setdefault(reason, []).append(name)
    return [
        {"reason": reason, "tensors": len(names), "first": names[0]}
        for reason, names in sorted(reasons.items())
    ]


def _declared(run: Lineage, name: str) -> list[dict[str, Any]]:
    """Return the bases that a folder's own files name, by the street that `scan` goes."""
    from provenance import config, pipeline
    from provenance.cli.run import load_policy

    path = Path(name)
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        return []
    try:
        scanned = pipeline.scan(
            folder, registry=run.registry, created=config.now(run.environ),
            policy=load_policy(config.Settings().policy, run.registry), gate_only=True,
        )  # fmt: skip
    except NothingToAudit:
        return []
    own = {c.id for c in scanned.report.components if c.id.startswith("model:local/")}
    return [
        {"base": link.target, "how": link.how, "basis": link.basis}
        for link in scanned.report.links
        if link.relation == "derived-from" and link.source in own
    ]


def report(results: list[dict[str, Any]], run: Lineage) -> dict[str, Any]:
    """Return the whole answer of a command."""
    from provenance import config

    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "provenance-audit", "version": __version__},
        "created": config.now(run.environ),
        "thresholds": {"version": run.thresholds.version, "frozen_on": run.thresholds.frozen_on},
        "network": {
            "online": run.online, "bytes": run.traffic.received,
            "requests": run.traffic.requests, "hosts_contacted": sorted(run.traffic.hosts),
        },
        "refused_rows": [list(item) for item in run.refused],
        "models": results,
    }  # fmt: skip
