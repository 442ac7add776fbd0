"""What the commands of ``lineage`` share: tables, reading with a budget, judging."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from provenance.artifacts.source import ArtifactError
from provenance.edge.model_files import open_model
from provenance.edge.ranges import BUDGET, Refused, Traffic
from provenance.edge.sketches import Bases, LineageError, Tables, sketch_of
from provenance.fingerprint.sketch import Sketch
from provenance.fingerprint.thresholds import Thresholds

if TYPE_CHECKING:
    from provenance.fingerprint.database import Entry
    from provenance.fingerprint.layout import Model
    from provenance.fingerprint.roles import RoleTable
    from provenance.registry import Registry

MAX_DEPTH = 8
MAX_SKETCH = 64 * 1024 * 1024
_WEIGHTS = (".safetensors", ".gguf")


class Lineage(Struct):
    """One run: its tables, what it may fetch, and what it said on the way."""

    registry: Registry
    environ: Mapping[str, str]
    online: bool
    traffic: Traffic
    tables: Tables
    tell: Callable[[str], None]
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Rows of a database that were refused, and why."""
    _databases: dict[Path, Bases] = field(default_factory=dict)

    @classmethod
    def start(cls, *, online: bool, budget: float | None, tell: Callable[[str], None]) -> Lineage:
        """Read the tables.

        Raises:
            UsageError: numpy is not installed.
        """
        from provenance import config
        from provenance.registry import Registry

        registry = Registry()
        return cls(
            registry=registry, environ=config.environment(), online=online, tell=tell,
            traffic=Traffic(budget=int(budget * 1e6) if budget else BUDGET),
            tables=Tables.of(registry),
        )  # fmt: skip

    @property
    def thresholds(self) -> Thresholds:
        """The lines that verdicts are drawn at."""
        return self.tables.thresholds

    @property
    def roles(self) -> RoleTable:
        """What tensors are for, by their names."""
        return self.tables.roles

    def sketch(self, name: str, *, witness: bool | None = None) -> Sketch:
        """Read a model, or the sketch in a file.

        Args:
            witness: whether to read a large tensor whole as well, to know it again; None
                does so for files at hand, where it costs nothing.

        Raises:
            LineageError: it cannot be read; UsageError, NothingToAudit: see ``open_model``.
        """
        if name.endswith(".json") and Path(name).is_file():
            return self._saved(Path(name))
        try:
            here = Path(name).exists()
            return self._read(self._opened(name), witness=here if witness is None else witness)
        except Refused as error:
            raise LineageError(f"{name}: {error.detail}", hint=_HINTS.get(error.reason, "")) from (
                error
            )
        except ArtifactError as error:
            raise LineageError(f"{name}: {error.detail}") from error

    def model(self, name: str) -> Model:
        """Open a model for tests that read more than a sketch.

        Raises:
            LineageError: it cannot be read.
        """
        try:
            return self._opened(name)
        except ArtifactError as error:
            raise LineageError(f"{name}: {error.detail}") from error

    def _opened(self, name: str) -> Model:
        return open_model(name, online=self.online, traffic=self.traffic, environ=self.environ)

    def _saved(self, path: Path) -> Sketch:
        import json

        from provenance.fingerprint.sketch import from_json

        try:
            if path.stat().st_size > MAX_SKETCH:
                raise LineageError(f"{path}: more than {MAX_SKETCH} bytes")
            return from_json(json.loads(path.read_text("utf-8")))
        except ArtifactError as error:
            raise LineageError(f"{path}: {error.detail}") from error
        except (OSError, ValueError, RecursionError) as error:
            raise LineageError(f"{path}: {error}") from error

    def _read(self, model: Model, *, witness: bool) -> Sketch:
        def admit(planned: int, slices: int) -> None:
            self.tell(
                f"{model.name}: reads {_megabytes(planned)} of {_megabytes(model.size)} MB "
                f"in {slices} slices"
            )
            if self.online and not Path(model.name).exists():
                self.traffic.admit(planned)

        before = self.traffic.received
        sketch = sketch_of(model, self.tables, witness=witness, admit=admit)
        if self.traffic.received > before:
            self.tell(
                f"{model.name}: {_megabytes(self.traffic.received)} MB received "
                f"in {self.traffic.requests} requests"
            )
        return sketch

    def database(self, path: Path) -> Iterable[Sketch]:
        """Return the sound rows of a database, read once a run; the others are named.

        Raises:
            UsageError, LineageError: no database, or not the rows it was written with.
        """

        def refuse(entry: Entry) -> None:
            self.refused.append((entry.name or f"line {entry.line}", entry.problem))
            self.tell(f"{path}:{entry.line}: {entry.name}: {entry.problem}: refused")

        if path not in self._databases:
            self._databases[path] = Bases(path, refuse)
        return self._databases[path]


_HINTS = {
    "gated": "accept the model's terms on the hub, then set HF_TOKEN",
    "budget": "--budget MB permits more",
    "no-ranges": "download the file and name its path",
}


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f}"


def model_places(path: Path) -> list[str]:
    """Return the model folders and files under a path: it itself, or those in it."""
    if path.is_file():
        return [str(path)]
    found = []
    for folder, below, names in os.walk(path):
        depth = len(Path(folder).relative_to(path).parts)
        below[:] = sorted(n for n in below if not n.startswith(".")) if depth < MAX_DEPTH else []
        ggufs = [n for n in sorted(names) if n.endswith(".gguf")]
        if any(name.endswith(".safetensors") for name in names):
            found.append(folder)
        elif len(ggufs) > 1:
            found += [str(Path(folder) / name) for name in ggufs]
        elif ggufs:
            found.append(folder)
    return found
