"""Other files of the scanned tree, and what was worked out of them: each once a process.

What one document says can depend on other files: modules it imports, a license beside it.
Every file looked at on the way is noted, so that a memory of earlier runs can tell whether
what it knows still holds. What many documents ask alike is worked out once, and its notes
are shared by all that asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, TypeVar

from msgspec import Struct

Result = TypeVar("Result")

MAX_HELD = 32 * 1024 * 1024
"""Bytes of files that are kept; of a larger tree the ones read first are read again."""


class Looked(Struct, frozen=True, eq=False):
    """What an answer rests on. No answer rests on itself, however far around."""

    paths: tuple[str, ...] = ()
    """Files looked into, or for which there was nothing to look into."""
    parts: tuple[Looked, ...] = ()
    """What the answers rest on that this one made use of."""


_NOTHING = Looked()


class Notes:
    """What is being looked at."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.parts: set[Looked] = set()

    def done(self) -> Looked:
        """Return what was looked at."""
        if not self.paths and len(self.parts) == 1:
            return next(iter(self.parts))  # it only passes on what another found
        return Looked(tuple(self.paths), tuple(self.parts))


class Siblings:
    """Reads the files of one tree for whoever reads one of them."""

    def __init__(self, read: Callable[[str], bytes | None], *, noting: bool = True) -> None:
        """Take what returns a file's bytes by its path, None when there is no such file.

        Args:
            noting: somebody will ask what answers rest on.
        """
        self.noting = noting
        self._read = read
        self._files: dict[str, bytes | None] = {}
        self._held = 0
        """Bytes of those."""
        self._digests: dict[str, bytes | None] = {}
        self._answers: dict[Hashable, tuple[Any, Looked]] = {}
        self._open = [Notes()]

    def __call__(self, path: str) -> bytes | None:
        """Return another file of the tree, None when there is none."""
        if self.noting:
            self._open[-1].paths.add(path)
        if path not in self._files:
            found = self._read(path)
            self._files[path] = found
            self._held += len(found or b"")
            while self._held > MAX_HELD and len(self._files) > 1:
                self._give_up(next(iter(self._files)))
            return found
        return self._files[path]

    def held(self, path: str) -> bytes | None:
        """Return a file that was looked at before, if its bytes are still kept."""
        return self._files.get(path)

    def _give_up(self, path: str) -> None:
        """Forget what a file holds, though not what it held when others asked."""
        if self.noting:
            self.digest(path)
        self._held -= len(self._files.pop(path) or b"")

    def digest(self, path: str) -> bytes | None:
        """Return the digest of another file, None when there is none."""
        if self.noting:
            self._open[-1].paths.add(path)
        if path not in self._digests:
            data = self(path)
            self._digests[path] = None if data is None else digest_of(data)
        return self._digests[path]

    def digests(self) -> Mapping[str, bytes | None]:
        """Return the digests of all files that were asked for."""
        for path in tuple(self._files):
            self.digest(path)
        return self._digests

    def once(self, key: Hashable, work: Callable[[], Result]) -> Result:
        """Return an answer that depends on nothing but its key and files of the tree.

        Args:
            key: says what is asked; no answer may need itself.
            work: finds the answer, reading files through this object alone.
        """
        known = self._answers.get(key)
        if known is None:
            if self.noting:
                with self.noted() as notes:
                    answer = work()
                known = (answer, notes.done())
            else:
                known = (work(), _NOTHING)
            self._answers[key] = known
        if self.noting:
            self._open[-1].parts.add(known[1])
        result: Result = known[0]
        return result

    @contextmanager
    def noted(self) -> Iterator[Notes]:
        """Note what is looked at in the meantime."""
        notes = Notes()
        self._open.append(notes)
        try:
            yield notes
        finally:
            self._open.pop()


def digest_of(data: bytes) -> bytes:
    """Return what stands for the bytes of a file in a memory."""
    return blake2b(data, digest_size=16).digest()
