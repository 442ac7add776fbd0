"""discover: walk once, in stable order, and read each wanted file once.

Honours ``.gitignore`` for what git does not track, never leaves the tree through a
symlink, never reads a device or pipe, and turns what it could not read into gaps.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from provenance.discover.git_index import tracked
from provenance.discover.ignores import Ignore, is_ignored, read_ignore
from provenance.discover.reading import read_bytes
from provenance.model import Document, Gap, Location
from provenance.patterns import lazy
from provenance.siblings import Siblings

MAX_FILE_BYTES = 16 * 1024 * 1024
"""A larger text file is a gap: no hand-written manifest or source comes near it."""

MAX_WINDOW_BYTES = 32 * 1024 * 1024
"""What may be read of one file of weights beyond its beginning."""

MAX_DEPTH = 100
"""Folders below this are a gap; deeper trees are made, not written."""

_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


class Wanted(NamedTuple):
    """A file that somebody will read."""

    path: str
    head: int = 0
    """Of how many bytes its beginning is asked for (0: all of it)."""
    identity: os.stat_result | None = None
    """What the file system said of it when the walk met it."""

    @property
    def size(self) -> int:
        """Bytes to read; of a file of weights, next to nothing."""
        return 1 if self.head else self.identity.st_size if self.identity else 0


SKIPPED_FOLDERS = frozenset(
    ".git .hg .svn .tox .nox .venv venv __pycache__ node_modules .mypy_cache .ruff_cache "
    ".pytest_cache .eggs .ipynb_checkpoints site-packages .idea".split()
)


_TEMPLATE = lazy(r"[._-](?:example|sample|template|dist)$")
"""A file that is there to be shared: ``.env.*`` hides the secrets, not what they are for."""


class Walk(Struct):
    """One walk over a tree; counters and gaps fill while :meth:`documents` runs."""

    root: Path
    wanted: Callable[[str], object]
    """Returns what will read a file; an attribute ``HEAD_BYTES`` says how much it needs."""
    seen: int = 0
    read: int = 0
    ignored: int = 0
    modules: set[str] = field(default_factory=set)
    """What the tree itself could be loaded from: paths of folders, ``*.py`` and ``*.rb`` files."""
    gaps: list[Gap] = field(default_factory=list)
    base: Path = None  # type: ignore[assignment]  # made below
    """The folder that paths are relative to: the root, or where a single file lies."""
    siblings: Siblings = None  # type: ignore[assignment]  # made below
    """The files of the tree for the readers of others; one for all copies of a walk."""

    _folders: dict[str, bool] = field(default_factory=dict)
    _index: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Let readers look at other files."""
        if self.base is None:
            self.base = self.root.parent if self.root.is_file() else self.root
        if self.siblings is None:
            self.siblings = Siblings(self._sibling)

    def documents(self) -> Iterator[Document]:
        """Yield every wanted document in sorted order."""
        for item in self.paths():
            document = self.open(item.path, item.head)
            if document:
                yield document

    def open(self, path: str, head: int = 0) -> Document | None:
        """Read one file of the tree, or record why not.

        Args:
            head: read only so many bytes and offer the rest as windows; 0 reads it whole.
        """
        known = None if head else self.siblings.held(path)
        if known is not None:
            self.read += 1
            return Document(path=path, data=known, sibling=self.siblings)
        full = self.base / path
        try:
            # O_NONBLOCK: a pipe with a file's name must not hang the scan.
            handle = os.open(full, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            self._gap(path, "unreadable", detail=error.strerror or type(error).__name__)
            return None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                self._gap(path, "not-a-regular-file")
                return None
            if head:
                self.read += 1
                return Document(
                    path=path, data=os.read(handle, head),
                    size=status.st_size, read=_Window(full, status), sibling=self.siblings,
                )  # fmt: skip
            if status.st_size > MAX_FILE_BYTES:
                self._gap(path, "too-large", detail=f"{status.st_size} bytes")
                return None
            data = _read(handle, status.st_size)
        except OSError as error:
            self._gap(path, "unreadable", detail=error.strerror or type(error).__name__)
            return None
        finally:
            os.close(handle)
        if len(data) > MAX_FILE_BYTES:
            self._gap(path, "too-large", detail="grew while being read")
            return None
        self.read += 1
        return Document(path=path, data=as_utf8(data), sibling=self.siblings)

    def _sibling(self, path: str) -> bytes | None:
        """Return another file of the tree, at most 1 MiB; None when there is none."""
        full = f"{self.base}{os.sep}{path}"
        try:
            mode = os.lstat(full).st_mode
        except (OSError, ValueError):
            return None
        # Folders on the way may be links, which must not lead out of the tree.
        inside = stat.S_ISREG(mode) and self._lies_inside(path.rpartition("/")[0])
        found = read_bytes(full) if inside else None
        return as_utf8(found) if found is not None else None

    def _lies_inside(self, folder: str) -> bool:
        """Tell whether a folder of the tree is what its path says, no link on the way."""
        if folder not in self._folders:
            real = os.path.realpath(self.base)
            self._folders[folder] = os.path.realpath(os.path.join(self.base, folder)) == (
                os.path.join(real, folder) if folder else real
            )
        return self._folders[folder]

    def _gap(self, path: str, reason: str, **params: str) -> None:
        self.gaps.append(
            Gap(
                subject=path,
                reason=reason,
                location=Location(path=path),
                params=tuple(sorted(params.items())),
            )
        )

    def paths(self) -> Iterator[Wanted]:
        """Yield the wanted paths and how much of each is wanted; depth first, names sorted."""
        if self.root.is_file():
            self.seen = 1
            name = self.root.name
            yield Wanted(name, getattr(self.wanted(name), "HEAD_BYTES", 0))
            return
        real_root = os.path.realpath(self.root)
        pending: list[tuple[str, int, tuple[Ignore, ...]]] = [("", 0, ())]
        while pending:
            folder, depth, ignores = pending.pop()
            try:
                with os.scandir(self.root / folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self._gap(folder or ".", "unreadable", detail=error.strerror or "error")
                continue
            if any(entry.name == ".gitignore" for entry in entries):
                ignore = read_ignore(self.root / folder / ".gitignore", folder)
                if ignore:
                    ignores = (*ignores, ignore)
                    self.modules |= ignore.modules
            folders: list[str] = []
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    is_link = entry.is_symlink()
                except OSError:
                    continue
                if is_folder:
                    if entry.name in SKIPPED_FOLDERS or (
                        ignores and self._is_hidden(f"{path}/", ignores)
                    ):
                        self.ignored += 1
                    elif depth >= MAX_DEPTH:
                        self._gap(path, "too-deep")
                    else:
                        self.modules.add(path)
                        folders.append(path)
                    continue
                if is_link and not self._link_to_file_inside(path, real_root):
                    continue
                self.seen += 1
                if entry.name.endswith((".py", ".rb")):
                    self.modules.add(path)
                reader = self.wanted(path)
                if not reader:
                    continue
                if ignores and self._is_hidden(path, ignores):
                    self.ignored += 1
                    continue
                head = getattr(reader, "HEAD_BYTES", 0)
                identity = None
                with suppress(OSError):  # opening it will say why
                    identity = entry.stat()
                yield Wanted(path, head, identity)
            pending.extend((path, depth + 1, ignores) for path in reversed(folders))

    def _is_hidden(self, path: str, ignores: tuple[Ignore, ...]) -> bool:
        """Tell whether a path is left out: ignored, and neither tracked nor a template."""
        return (
            is_ignored(path, ignores) and not _TEMPLATE.search(path) and not self._is_tracked(path)
        )

    def _is_tracked(self, path: str) -> bool:
        """Tell whether git has a path though it is ignored; read when something is."""
        if self._index is None:
            self._index = tracked(self.root)
        return path in self._index

    def _link_to_file_inside(self, path: str, real_root: str) -> bool:
        """Tell whether a symlink ends at a file of the tree; others are gaps or skipped.

        A linked folder is skipped silently: what it holds is walked where it lies.
        """
        target = os.path.realpath(self.root / path)
        inside = target == real_root or target.startswith(real_root + os.sep)
        if os.path.isdir(target) and inside:
            return False
        if not inside:
            self._gap(path, "link-outside-tree")
            return False
        if not os.path.isfile(target):
            self._gap(path, "broken-link")
            return False
        return True


class _Window:
    """Reads parts of one file as long as it stays the file that was met, up to a budget."""

    def __init__(self, path: Path, status: os.stat_result) -> None:
        self._path = path
        self._known = (status.st_dev, status.st_ino, status.st_size)
        self._left = MAX_WINDOW_BYTES

    def __call__(self, offset: int, length: int) -> bytes:
        length = min(length, self._left)
        if length <= 0:
            return b""
        try:
            handle = os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError:
            return b""
        try:
            status = os.fstat(handle)
            if (status.st_dev, status.st_ino, status.st_size) != self._known:
                return b""
            os.lseek(handle, offset, os.SEEK_SET)
            data = os.read(handle, length)
        except OSError:
            return b""
        finally:
            os.close(handle)
        self._left -= len(data)
        return data


def _read(handle: int, size: int) -> bytes:
    """Read a file whole, at most one byte beyond the cap even when it grows meanwhile."""
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    parts, total = [data], len(data)
    while data and total <= MAX_FILE_BYTES:
        data = os.read(handle, 1 << 20)
        parts.append(data)
        total += len(data)
    return b"".join(parts)


def as_utf8(data: bytes) -> bytes:
    """Return text that begins with a byte order mark as UTF-8 without one; the rest as it is.

    Readers look for words in the bytes; none of them should have to think of this.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :]
    for mark, name in _WIDE:
        if data.startswith(mark):
            try:
                return data.decode(name).encode()
            except UnicodeError:
                return data  # the reader says that it has to guess
    return data
