"""What is kept of a model: norms and the first rows of a few matrices, whole or one-way.

A sketch in a file holds ranks of norms in eight bits and signs of rows, one bit a weight:
enough to recognise the model, too little to run or restore any of it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import asdict, fields

from provenance.artifacts.source import ArtifactError
from provenance.fingerprint.layout import MAX_LAYERS, MAX_WIDTH, Key, ShapeKey

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from provenance.fingerprint.statistics import Floats

    Bytes = npt.NDArray[np.int8]
    Rows = Floats | Bytes

FORMAT = "provenance-sketch"
VERSION = 1
NORMS_KEPT, LAYERS_KEPT = 16, 8
ROWS_LEAST, ROWS_MOST, SIGNS_KEPT = 8, 32, 1 << 21
"""Rows of a matrix in a file, so that all signs of a part stay near 256 KiB."""
MAX_ENTRIES = 2_000
_FLAGS = frozenset({"tied", "qk_norm", "qkv_bias"})


class Signs(Mapping[Key, "Rows"]):
    """Rows of signs as a file has them, one bit a weight; unpacked whenever they are asked for.

    A database of a thousand models stays in memory this way: a model of 8 billion parameters
    takes a third of a megabyte, of which an eighth of the unpacked rows.
    """

    __slots__ = ("_packed", "_width")

    def __init__(self, packed: Mapping[Key, tuple[bytes, int]], width: int) -> None:
        """Take bits and numbers of rows by key.

        Args:
            packed: the bits of all rows without a gap, the last byte filled up, and how many
                rows these are.
            width: weights in a row.
        """
        self._packed, self._width = packed, width

    def __getitem__(self, key: Key) -> Bytes:
        """Return the rows of one matrix, 1 and -1: (row, coordinate)."""
        import numpy as np

        packed, count = self._packed[key]
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count * self._width)
        return (bits.view(np.int8) * np.int8(2) - np.int8(1)).reshape(count, self._width)

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys."""
        return iter(self._packed)

    def __len__(self) -> int:
        """Return the number of matrices."""
        return len(self._packed)

    def height(self, key: Key) -> int:
        """Return the number of rows of one matrix."""
        return self._packed[key][1]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(packed) for packed, _ in self._packed.values())


class Part(Struct, frozen=True, kw_only=True):
    """One component of a model as the tests want it."""

    name: str
    shape: ShapeKey
    symmetry: str
    norms: Mapping[Key, Rows]
    """One vector each: gains, or their ranks in eight bits."""
    rows: Mapping[Key, Rows]
    digests: Mapping[Key, str] = field(default_factory=dict)
    """SHA-256 of the bytes each norm and each slice of rows was read from."""
    one_way: bool = False
    """Whether norms are ranks and rows signs."""
    untestable: tuple[tuple[str, str], ...] = ()

    def height(self, key: Key) -> int:
        """Return the number of rows of one matrix."""
        return self.rows.height(key) if isinstance(self.rows, Signs) else len(self.rows[key])

    @property
    def size(self) -> int:
        """Bytes that its numbers take in memory."""
        rows = self.rows
        held = rows.size if isinstance(rows, Signs) else sum(v.nbytes for v in rows.values())
        return held + sum(values.nbytes for values in self.norms.values())


class Sketch(Struct, frozen=True, kw_only=True):
    """A model by its parts, with what was read for it."""

    name: str
    parts: tuple[Part, ...]
    witness: Mapping[str, str] = field(default_factory=dict)
    """Whole tensors by name: dtype, shape and SHA-256 in one string."""
    bytes_read: int = 0
    bytes_total: int = 0
    missing: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    def part(self, name: str) -> Part | None:
        """Return a part by name."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def size(self) -> int:
        """Bytes that its numbers take in memory."""
        return sum(part.size for part in self.parts)


def one_way(part: Part) -> Part:
    """Return a part reduced to what a file may hold."""
    import numpy as np

    from provenance.fingerprint.statistics import ranks

    norm_keys = _spread(sorted(part.norms, key=lambda key: (key[1], key[0])), NORMS_KEPT)
    layers = set(_spread(sorted({layer for _, layer in part.rows if layer >= 0}), LAYERS_KEPT))
    row_keys = [key for key in sorted(part.rows) if key[1] in layers or key[1] < 0]
    width = part.shape.width
    most = SIGNS_KEPT // max(len(row_keys) * width, 1)
    most = min(max(most, ROWS_LEAST), ROWS_MOST)
    norms = {}
    for key in norm_keys:
        ranked = ranks(part.norms[key][None])[0]
        peak = float(np.abs(ranked).max()) or 1.0
        norms[key] = np.rint(ranked / peak * 127).astype(np.int8)
    rows = {key: np.where(part.rows[key][:most] >= 0, 1, -1).astype(np.int8) for key in row_keys}
    kept = {*norms, *rows}
    return Part(
        name=part.name, shape=part.shape, symmetry=part.symmetry, norms=norms, rows=rows,
        digests={key: d for key, d in part.digests.items() if key in kept}, one_way=True,
        untestable=part.untestable,
    )  # fmt: skip


def _spread(items: list[Any], count: int) -> list[Any]:
    """Return so many items, evenly spread, the first and the last among them."""
    if len(items) <= count:
        return items
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]


# -- as JSON ----------------------------------------------------------------------------


def to_json(sketch: Sketch) -> dict[str, Any]:
    """Return a sketch, made one-way, as JSON values."""
    return {
        "format": FORMAT, "version": VERSION, "name": sketch.name,
        "bytes_read": sketch.bytes_read, "bytes_total": sketch.bytes_total,
        "witness": dict(sorted(sketch.witness.items())),
        "missing": list(sketch.missing), "unread": [list(item) for item in sketch.unread],
        "parts": [_part_to_json(p if p.one_way else one_way(p)) for p in sketch.parts],
    }  # fmt: skip


def _part_to_json(part: Part) -> dict[str, Any]:
    import numpy as np

    def entry(key: Key, packed: bytes, rows: int) -> dict[str, Any]:
        return {
            "kind": key[0], "layer": key[1], "rows": rows, "sha256": part.digests.get(key, ""),
            "data": base64.b64encode(packed).decode(),
        }  # fmt: skip

    return {
        "name": part.name, "shape": asdict(part.shape), "symmetry": part.symmetry,
        "norms": [
            entry(key, values.astype(np.int8, copy=False).tobytes(), 1)
            for key, values in sorted(part.norms.items())
        ],
        "rows": [
            entry(key, np.packbits(values > 0).tobytes(), len(values))
            for key, values in sorted(part.rows.items())
        ],
        "untestable": [list(item) for item in part.untestable],
    }  # fmt: skip


def from_json(data: Any) -> Sketch:
    """Return the sketch in JSON values.

    Raises:
        ArtifactError: another format or version, or a part that is not as it should be.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ArtifactError("no sketch of a model")
    if data.get("version") != VERSION:
        raise ArtifactError(f"a sketch of version {str(data.get('version'))[:20]}")
    try:
        return Sketch(
            name=_text(data["name"]), parts=tuple(map(_part, _items(data["parts"], 16))),
            witness={_text(k): _text(v) for k, v in dict(data["witness"]).items()},
            bytes_read=int(data["bytes_read"]), bytes_total=int(data["bytes_total"]),
            missing=tuple(map(_text, _items(data["missing"]))),
            unread=tuple((_text(a), _text(b)) for a, b in _items(data["unread"])),
        )  # fmt: skip
    except ArtifactError:
        raise
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ArtifactError(f"a sketch without proper fields ({type(error).__name__})") from error


def _part(data: dict[str, Any]) -> Part:
    import numpy as np

    sides = {item.name: data["shape"].get(item.name, item.default) for item in fields(ShapeKey)}
    typed: dict[str, Any] = {n: bool(v) if n in _FLAGS else int(v) for n, v in sides.items()}
    shape = ShapeKey(**typed)
    if not 8 <= shape.width <= MAX_WIDTH or not 1 <= shape.layers <= MAX_LAYERS:
        raise ArtifactError(f"a width of {shape.width} with {shape.layers} layers")
    if data["symmetry"] not in ("sign", "permutation", "none"):
        raise ArtifactError("a symmetry that is none")
    norms: dict[Key, Rows] = {}
    rows: dict[Key, tuple[bytes, int]] = {}
    digests = {}
    for entry in _items(data["norms"]):
        key, packed, _ = _entry(entry, shape.width)
        norms[key] = np.frombuffer(packed, np.int8)
        digests[key] = _text(entry["sha256"])
    for entry in _items(data["rows"]):
        key, packed, count = _entry(entry, shape.width, bits=True)
        rows[key] = packed, count
        digests[key] = _text(entry["sha256"])
    return Part(
        name=_text(data["name"]), shape=shape, symmetry=data["symmetry"], norms=norms,
        rows=Signs(rows, shape.width), digests=digests, one_way=True,
        untestable=tuple((_text(a), _text(b)) for a, b in _items(data["untestable"])),
    )  # fmt: skip


def _entry(entry: dict[str, Any], width: int, *, bits: bool = False) -> tuple[Key, bytes, int]:
    key = (_text(entry["kind"]), int(entry["layer"]))
    count = int(entry["rows"])
    if not 1 <= count <= 256 or not -1 <= key[1] < MAX_LAYERS:
        raise ArtifactError(f"an entry of {count} rows in layer {key[1]}")
    try:
        packed = base64.b64decode(entry["data"], validate=True)
    except binascii.Error as error:
        raise ArtifactError(f"an entry that is no base64 ({key[0]!r})") from error
    if len(packed) != (-(-count * width // 8) if bits else width):
        raise ArtifactError(f"an entry of {len(packed)} bytes ({key[0]!r})")
    return key, packed, count


def _items(value: Any, most: int = MAX_ENTRIES) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ArtifactError("a list that is none, or too long")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 1024:
        raise ArtifactError("a text that is none, or too long")
    return value
