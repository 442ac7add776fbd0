"""What the files of one tree said the last time, kept in the user's cache folder.

One file a tree, sealed with its digest. A changed program, other data or another overlay
void it; whatever cannot be read back exactly is read from the tree again.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias, cast

from provenance import __version__, descent, model
from provenance.edge.cache import SCANS, cache_directory
from provenance.edge.files import replace_file
from provenance.extract import extractor_for
from provenance.model import Extraction
from provenance.ports import Remembered, Wish
from provenance.siblings import Looked, digest_of

MAX_FILE = 256 * 1024 * 1024
"""A larger memory is not read; the tree is."""
MAX_TREES = 50
"""Trees remembered, the ones used last."""
SETTLED = 2.0
"""Seconds a file must be old: within them it can change without a new time stamp."""

_TYPES = (
    model.Extraction, model.Component, model.Link, model.Gap, model.LicenseDeclaration,
    model.Import, model.Include, model.Occurrence, model.Location, model.Evidence,
    descent.Statement,
    model.Vulnerability, model.Agreement,
)  # fmt: skip
_UNREADABLE = (ValueError, TypeError, IndexError, RecursionError)
"""What reading back something else than was stored raises."""
_UNWANTED = -1
_CODES: dict[type, int] = {kind: code for code, kind in enumerate(_TYPES)}
_NAMES = [kind.__struct_fields__ for kind in _TYPES]


class ScanMemory:
    """The port :class:`provenance.ports.Memory`, in a file."""

    def __init__(
        self, root: Path, stamp: str, *, folder: Path | None = None, now: float | None = None
    ) -> None:  # fmt: skip
        """Open what is remembered of a tree.

        Args:
            root: the tree.
            stamp: stands for everything beside the tree that extraction depends on.
            folder: where to keep it; None for the user's cache folder.
            now: seconds since 1970 at which this run began; None for the clock's.
        """
        self._base = root if root.is_dir() else root.parent
        self._now = time.time() if now is None else now
        self._stamp = stamp
        place = blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
        self._file = (folder or cache_directory() / SCANS) / f"{place}.msgpack"
        self._identities: dict[str, tuple[tuple[int, ...], bytes]] = {}
        self._results: dict[str, tuple[bytes, int, bytes]] = {}
        """Of each document the digest, the number of what was looked into, and what it said."""
        self._looked: list[Looked] = []
        self._digests: dict[str, bytes | None] = {}
        """Of the files looked into when the tree was last scanned."""
        self._current: dict[str, bytes | None] = {}
        """Of those looked into, or found unchanged, in this run."""
        self._held: dict[Callable[[str], bytes | None], dict[Looked, bool]] = {}
        self._learnt: dict[str, tuple[bytes, Looked, bytes]] = {}
        self._heads: dict[str, int] = {}
        self._met: set[str] = set()
        self._changed = False
        self._load()

    # -- the port ----------------------------------------------------------------

    def wanted(self, path: str) -> Wish | None:
        """See :class:`provenance.ports.Memory`; no reader is imported for a path known."""
        head = self._heads.get(path)
        if head is None:
            reader = extractor_for(path)
            head = getattr(reader, "HEAD_BYTES", 0) if reader else _UNWANTED
            self._heads[path] = head
            self._changed = True
        self._met.add(path)
        return None if head == _UNWANTED else Wish(head)

    def digest(self, path: str, identity: os.stat_result) -> bytes | None:
        """See :class:`provenance.ports.Memory`."""
        known = self._identities.get(path)
        return known[1] if known and known[0] == _identity(identity) else None

    def recall(
        self, path: str, digest: bytes, current: Callable[[str], bytes | None]
    ) -> Remembered | None:
        """See :class:`provenance.ports.Memory`."""
        known = self._results.get(path)
        if known is None or known[0] != digest:
            return None
        looked = self._looked[known[1]]
        if not self._holds(looked, current, self._held.setdefault(current, {})):
            return None
        try:
            found = _decode(known[2])
        except _UNREADABLE:
            return None
        if not isinstance(found, Extraction):
            return None
        self._learnt[path] = (digest, looked, known[2])
        return Remembered(found, digest, looked)

    def _holds(
        self, looked: Looked, current: Callable[[str], bytes | None], held: dict[Looked, bool]
    ) -> bool:
        """Tell whether every file looked into is what it was."""
        if looked not in held:
            held[looked] = all(self._is_same(path, current(path)) for path in looked.paths) and all(
                self._holds(part, current, held) for part in looked.parts
            )
        return held[looked]

    def _is_same(self, path: str, digest: bytes | None) -> bool:
        if path not in self._digests or self._digests[path] != digest:
            return False
        self._current[path] = digest
        return True

    def look(self, digests: Mapping[str, bytes | None]) -> None:
        """See :class:`provenance.ports.Memory`."""
        for path, digest in digests.items():
            # A file that changed while it was scanned: what rests on it is not known.
            self._current[path] = digest if self._current.get(path, digest) == digest else b""

    def learn(self, path: str, identity: os.stat_result | None, found: Remembered) -> None:
        """See :class:`provenance.ports.Memory`."""
        self._changed = True
        looked = found.looked or Looked()
        self._learnt[path] = (found.digest, looked, _encode(found.extraction))
        self._identify(path, identity, found.digest)

    def keep(self, paths: Set[str]) -> None:
        """See :class:`provenance.ports.Memory`."""
        gone = self._results.keys() - (self._learnt.keys() & paths)
        if not (gone or self._changed or self._heads.keys() - self._met):
            return
        self._heads = {path: head for path, head in self._heads.items() if path in self._met}
        for path, digest in self._current.items():
            if digest and self._identities.get(path, ((), b""))[1] != digest:
                with contextlib.suppress(OSError, ValueError):
                    self._identify(path, os.stat(self._base / path), digest)
        self._identities = {
            path: known for path, known in self._identities.items()
            if path in self._learnt or path in self._current
        }  # fmt: skip
        self._store({path: known for path, known in self._learnt.items() if path in paths})

    # -- the file ----------------------------------------------------------------

    def _identify(self, path: str, identity: os.stat_result | None, digest: bytes) -> None:
        if identity is None:
            return
        self._identities.pop(path, None)
        if max(identity.st_mtime, identity.st_ctime) < self._now - SETTLED:
            self._identities[path] = (_identity(identity), digest)

    def _load(self) -> None:
        try:
            with self._file.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size > MAX_FILE:
                    return
                digest, content = stream.read(16), stream.read()
            if digest_of(content) != digest:
                return
            stored = _decode(content)
        except (OSError, *_UNREADABLE):
            return
        if not isinstance(stored, dict) or stored.get("stamp") != self._stamp:
            return
        heads, identities, digests, results = (
            stored.get(name) for name in ("heads", "identities", "digests", "results")
        )
        if not (
            _sound(heads, int)
            and _sound(identities, tuple, bytes)
            and _sound(digests, bytes | None)
            and _sound(results, bytes, int, bytes)
        ):
            return
        results = cast("dict[str, tuple[bytes, int, bytes]]", results)
        digests = cast("dict[str, bytes | None]", digests)
        try:
            looked = _unflattened(stored.get("looked"), tuple(digests))
        except _UNREADABLE:
            return
        if all(0 <= number < len(looked) for _, number, _ in results.values()):
            self._heads = cast("dict[str, int]", heads)
            self._identities = cast("dict[str, tuple[tuple[int, ...], bytes]]", identities)
            self._digests, self._looked, self._results = digests, looked, results

    def _store(self, results: Mapping[str, tuple[bytes, Looked, bytes]]) -> None:
        numbers, looked = _flattened(
            [looked for _, looked, _ in results.values()],
            {path: number for number, path in enumerate(self._current)},
        )
        content = _encode(
            {
                "stamp": self._stamp, "heads": self._heads, "identities": self._identities,
                "digests": self._current, "looked": looked,
                "results": {
                    path: (digest, number, said)
                    for (path, (digest, _, said)), number in zip(
                        results.items(), numbers, strict=True
                    )
                },
            }
        )  # fmt: skip
        with contextlib.suppress(OSError):  # a disk that refuses costs speed, no result
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self._file, digest_of(content) + content)
            _prune(self._file.parent)


_Flat: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""Numbers of paths, and of earlier entries: what one answer rests on."""


def _flattened(wholes: Sequence[Looked], paths: Mapping[str, int]) -> tuple[list[int], list[_Flat]]:
    """Return the entries that stand for what answers rest on, and which is whose.

    Processes that worked the same out have the same entry.
    """
    known: dict[Looked, int] = {}
    entries: dict[_Flat, int] = {}

    def number_of(looked: Looked) -> int:
        if looked not in known:
            parts = tuple(sorted({number_of(part) for part in looked.parts}))
            entry = (tuple(sorted(paths[path] for path in looked.paths)), parts)
            known[looked] = entries.setdefault(entry, len(entries))
        return known[looked]

    return [number_of(looked) for looked in wholes], list(entries)


def _unflattened(entries: object, paths: tuple[str, ...]) -> list[Looked]:
    """Return what :func:`_flattened` was given.

    Raises:
        ValueError, TypeError, IndexError: these are no such entries.
    """
    found: list[Looked] = []
    for own, parts in cast("tuple[_Flat, ...]", entries):
        if any(number < 0 for number in (*own, *parts)):
            raise ValueError("no such entry")
        found.append(Looked(tuple(paths[n] for n in own), tuple(found[n] for n in parts)))
    return found


def stamp(package: Path, data: Path, overlays: Iterable[str]) -> str:
    """Return what stands for the program, its data and the overlays.

    Files are told apart by size and time, since reading them all would cost what is saved.
    """
    digest = blake2b(f"{__version__} {sys.version}".encode(), digest_size=16)
    for path, status in sorted({**dict(_files(package)), **dict(_files(data))}.items()):
        digest.update(f"\n{path} {status.st_size} {status.st_mtime_ns}".encode())
    for overlay in overlays:
        digest.update(f"\n{overlay}".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(Path(entry.path))
            elif entry.name.endswith((".py", ".csv", ".toml")):
                yield entry.path, entry.stat()


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _sound(table: object, *form: Any) -> bool:
    """Tell whether a stored table maps paths to values of one type, or to tuples of several."""
    return isinstance(table, dict) and all(
        isinstance(path, str)
        and (
            isinstance(row, form[0])
            if len(form) == 1
            else isinstance(row, tuple)
            and len(row) == len(form)
            and all(map(isinstance, row, form))
        )
        for path, row in table.items()
    )


def _prune(folder: Path) -> None:
    """Remove the trees that have not been scanned for longest."""
    files = sorted(folder.glob("*.msgpack"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[MAX_TREES:]:
        old.unlink(missing_ok=True)


def _encode(value: object) -> bytes:
    import msgpack

    def typed(item: object) -> Any:
        code = _CODES[type(item)]
        return msgpack.ExtType(code, _encode(tuple(getattr(item, name) for name in _NAMES[code])))

    # Names of files need not be text: whatever the file system gave goes through.
    packed: bytes = msgpack.packb(value, default=typed, unicode_errors="surrogatepass")
    return packed


def _decode(data: bytes) -> object:
    import msgpack

    def typed(code: int, content: bytes) -> object:
        return _TYPES[code](**dict(zip(_NAMES[code], unpacked(content), strict=True)))

    def unpacked(content: bytes) -> Any:
        return msgpack.unpackb(
            content, use_list=False, ext_hook=typed, unicode_errors="surrogatepass"
        )

    return unpacked(data)
