"""The port ``Ancestry`` from a database of sketches: whose weights a scanned tree holds.

Only files that the walk has met are opened, and of these no more than slices. A database in
which anything is not as it was written is refused as a whole: no supplier should be asked
about a match with a row that somebody changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from provenance import ids
from provenance.artifacts.source import ArtifactError
from provenance.edge.model_files import open_files
from provenance.edge.sketches import Bases, LineageError, Tables, sketch_of
from provenance.errors import ProvenanceError
from provenance.model import Agreement, ComponentId, Evidence, Gap, Link
from provenance.ports import Enrichment
from provenance.registry import Registry
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from provenance.fingerprint.database import Entry
    from provenance.fingerprint.sketch import Sketch
    from provenance.fingerprint.verdict import Verdict

MODEL_BYTES, SCAN_BYTES = 96 << 20, 1 << 30
"""Bytes of weights read of one model, and in one scan."""
SCAN_SECONDS = 600.0
_PARTS_INSIDE = ("vision", "audio")
"""Parts of a model that are another's encoder, taken in."""


class Sketched:
    """Compares weights with a user's sketches of base models."""

    def __init__(self, path: Path, root: Path, registry: Registry) -> None:
        """Check the database from its first to its last line.

        Raises:
            UsageError: no file that can be read, or numpy is not installed.
            LineageError: no database, or not one as it was written.
        """
        self._path, self._root = path, root.parent if root.is_file() else root
        self._tables = Tables.of(registry)
        self._vocabulary = Vocabulary(registry)
        self._left, self._until = SCAN_BYTES, 0.0
        self._bases = Bases(path, self._refuse)

    @property
    def database(self) -> tuple[str, str, int]:
        """The database's name, the SHA-256 of its file and the number of its models."""
        return self._path.name, self._bases.sha256, self._bases.rows

    def matches(self, weights: Mapping[ComponentId, Sequence[str]]) -> Enrichment:
        """Return whom the weights of models descend from; never raises."""
        links: list[Link] = []
        gaps: list[Gap] = []
        self._until = time.monotonic() + SCAN_SECONDS
        for component, paths in sorted(weights.items()):
            for folder, files in _by_folder(paths):
                try:
                    found = self._verdicts(folder, files)
                except (ArtifactError, ProvenanceError, OSError) as error:
                    gaps.append(_untested(component, folder, str(error)))
                    continue
                tested = [verdict for verdict in found if verdict.comparison.form is not None]
                if not tested:
                    gaps.append(_untested(component, folder, "no base of its width"))
                links += self._links(component, tested)
                gaps += self._questions(component, tested)
        return Enrichment(links=tuple(links), gaps=tuple(gaps))

    def _verdicts(self, folder: str, files: Sequence[str]) -> list[Verdict]:
        """Test one model against every base.

        Raises:
            ArtifactError, ProvenanceError, OSError: it could not be read, or not in time.
        """
        from provenance.fingerprint.verdict import judge_all

        model = open_files(self._root / folder, files)
        sketch = sketch_of(model, self._tables, witness=True, admit=self._admit)
        if not sketch.parts:
            raise ArtifactError("nothing in it that the tests read")
        found = judge_all(sketch, self._in_time(), self._tables.thresholds)
        return [verdict for verdict, _ in found]

    def _admit(self, length: int, _: int) -> None:
        if length > MODEL_BYTES:
            raise ArtifactError(f"{length} bytes would be read, more than {MODEL_BYTES}")
        if length > self._left:
            raise ArtifactError(f"more than {SCAN_BYTES} bytes would be read in this scan")
        self._left -= length

    def _refuse(self, entry: Entry) -> None:
        name = f"{entry.name}: " if entry.name else ""
        raise LineageError(
            f"{self._path}:{entry.line}: {name}{entry.problem}",
            hint="the database was changed after it was built; build it again",
        )

    def _in_time(self) -> Iterator[Sketch]:
        for sketch in self._bases:
            if time.monotonic() > self._until:
                raise ArtifactError(f"not done within {SCAN_SECONDS:.0f} s")
            yield sketch

    def _links(self, component: ComponentId, tested: Iterable[Verdict]) -> Iterator[Link]:
        """Yield a link to each base that a verdict of descent names, the main part's first."""
        named: set[ComponentId] = set()
        descended = [verdict for verdict in tested if verdict.word in ("identical", "derived")]
        for verdict in sorted(descended, key=lambda item: item.part in _PARTS_INSIDE):
            base = self._id(verdict.base)
            if base == component or base in named:
                continue
            named.add(base)
            agreement = self._agreement(verdict)
            yield Link(
                source=component, target=base, relation="derived-from", basis="weights",
                how="encoder" if verdict.part in _PARTS_INSIDE else "unknown",
                evidence=(
                    Evidence(
                        source="weights", as_of=self._bases.as_of,
                        reference=f"{agreement.database}: {agreement.base}: "
                        f"p ≤ {agreement.p:.2g}, {agreement.statistic}",
                        # The tests cannot tell which of two came first.
                        confidence="high" if verdict.word == "identical" else "medium",
                    ),
                ),
                agreement=agreement,
            )  # fmt: skip

    def _questions(self, component: ComponentId, tested: Iterable[Verdict]) -> Iterator[Gap]:
        """Yield what weights show short of descent."""
        for verdict in tested:
            if verdict.word == "related":
                found = self._agreement(verdict)
                failed = "control-failed" in verdict.reasons
                yield Gap(
                    subject=component,
                    reason="weights-control-failed" if failed else "weights-related",
                    params=(
                        ("base", found.base), ("database", found.database),
                        ("p", f"{found.p:.2g}"), ("statistic", found.statistic),
                    ),
                )  # fmt: skip

    def _agreement(self, verdict: Verdict) -> Agreement:
        p = verdict.p(self._tables.thresholds)
        return Agreement(
            base=_one_line(verdict.base), database=self._path.name,
            p=1.0 if p is None else p, statistic=_statistic(verdict),
        )  # fmt: skip

    def _id(self, name: str) -> ComponentId:
        """Return the id of a base by its name in the database, which its user chose."""
        name = _one_line(name)
        if name.startswith(("pkg:huggingface/", "model:modelscope/", "model:url/")):
            return ids.without_version(name)
        if name.startswith(("http://", "https://")):
            return ids.url_model(name)
        plain = name.removeprefix("hf://").removeprefix("huggingface:").partition("@")[0]
        if ids.is_hub_repository(plain):
            return ids.hub_model(plain)
        return self._vocabulary.alias(plain) or ids.sketch_model(name)


def _by_folder(paths: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield folders with the names of the files in them."""
    split = sorted(path.rpartition("/")[::2] for path in paths)
    for folder, group in groupby(split, key=lambda item: item[0]):
        yield folder, [name for _, name in group]


def _untested(component: ComponentId, folder: str, detail: str) -> Gap:
    return Gap(
        subject=component, reason="weights-not-compared",
        params=(("detail", _one_line(detail)), ("folder", folder or ".")),
    )  # fmt: skip


def _statistic(verdict: Verdict) -> str:
    """Return what a verdict stands on, in signs that no language needs to translate."""
    parts = []
    if verdict.word == "identical":
        parts.append("SHA-256 =")
    if verdict.strongest:
        parts.append(f"columns Z {verdict.strongest.z:.1f} (n {verdict.strongest.coins})")
    if verdict.norms and verdict.norms.permutation_z is not None:
        parts.append(f"norms Z {verdict.norms.permutation_z:.1f} (n {verdict.norms.coins})")
    if verdict.share is not None:
        parts.append(f"share {verdict.share:.2f}")
    if verdict.norms:
        parts.append(f"r {verdict.norms.share:.2f}")
    return ", ".join([*parts, f"m {verdict.comparisons}"])


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "-"
