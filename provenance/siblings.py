"""Other files of the scanned tree, and what was worked out of them: each once a process.

What one document says can depend on other files: modules it imports, a license beside it.
Every file looked at on the way is noted, so that a memory of earlier runs can tell whether
what it knows still holds. What many documents ask alike is worked out once, and its notes
are shared by all that asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

Result = TypeVar("Result")

MAX_HELD = 32 * 1024 * 1024
"""Bytes of files that are kept; of a larger tree the ones read first are read again."""


@dataclass(slots=True, eq=False)
class Looked:
    """What an answer rests on. No answer rests on itself, however far around."""

    paths: set[str] = field(default_factory=set)
    """Files looked into, or for which there was nothing to look into."""
    parts: set[Looked] = field(default_factory=set)
    """What the answers rest on that this one made use of."""


class Siblings:
    """Reads the files of one tree for whoever reads one of them."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        """Take what returns a file's bytes by its path, None when there is no such file."""
        self._read = read
        self._files: dict[str, bytes | None] = {}
        self._held = 0
        """Bytes of those."""
        self._digests: dict[str, bytes | None] = {}
        self._answers: dict[Hashable, tuple[Any, Looked]] = {}
        self._open = [Looked()]

    def __call__(self, path: str) -> bytes | None:
        """Return another file of the tree, None when there is none."""
        self._open[-1].paths.add(path)
        if path not in self._files:
            found = self._read(path)
            self._files[path] = found
            self._held += len(found or b"")
            while self._held > MAX_HELD and len(self._files) > 1:
                self._give_up(next(iter(self._files)))
            return found
        return self._files[path]

    def _give_up(self, path: str) -> None:
        """Forget what a file holds, though not what it held when others asked."""
        self.digest(path)
        self._held -= len(self._files.pop(path) or b"")

    def digest(self, path: str) -> bytes | None:
        """Return the digest of another file, None when there is none."""
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
            with self.noted() as looked:
                known = self._answers[key] = (work(), looked)
        part, whole = known[1], self._open[-1]
        if part.paths or len(part.parts) > 1:
            whole.parts.add(part)
        else:  # it only passes on what another found
            whole.parts |= part.parts
        answer: Result = known[0]
        return answer

    @contextmanager
    def noted(self) -> Iterator[Looked]:
        """Note what is looked at in the meantime."""
        looked = Looked()
        self._open.append(looked)
        try:
            yield looked
        finally:
            self._open.pop()


def digest_of(data: bytes) -> bytes:
    """Return what stands for the bytes of a file in a memory."""
    return blake2b(data, digest_size=16).digest()
