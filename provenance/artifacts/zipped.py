"""Zip files by their directory: of weights (PyTorch, TorchScript, Keras, NumPy) the names alone.

What a PyTorch file holds is a pickle, which is a program. It is not looked into. Of a wheel, one
small text is read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from provenance.artifacts.source import ArtifactError, Source
from provenance.patterns import lazy

if TYPE_CHECKING:
    import zipfile

MAGIC = b"PK\x03\x04"
MAX_DIRECTORY = 4 * 1024 * 1024
"""Bytes read of one file; a member takes some hundred."""

Kind = Literal["pytorch", "tensor", "torchscript", "keras", "numpy", ""]
"""``tensor``: PyTorch's too, of one tensor alone."""
_STORAGE = lazy(r"data/\d+")
_WEIGHT = lazy(r"(?:^|[/._])(?:weights?|bias(?:es)?|kernel|gamma|embeddings?)(?:[:_]\d+)?$")


class Archive(Struct, frozen=True, kw_only=True):
    """A zip file by its directory."""

    names: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What wrote it, told by its members' names; "" when it is no file of weights."""
        inner = {name.partition("/")[2] for name in self.names}
        if "constants.pkl" in inner or "bytecode.pkl" in inner:
            return "torchscript"
        if "data.pkl" in inner:
            tensors = sum(1 for name in inner if _STORAGE.fullmatch(name))
            return "tensor" if tensors == 1 else "pytorch"
        if "config.json" in self.names and any(n.startswith("model.weights.") for n in self.names):
            return "keras"
        arrays = [name.removesuffix(".npy") for name in self.names if name.endswith(".npy")]
        if len(arrays) == len(self.names) and any(map(_WEIGHT.search, arrays)):
            return "numpy"
        return ""


def read_directory(source: Source) -> Archive:
    """Return the names in a zip file.

    Raises:
        ArtifactError: no zip file, a broken one, or a directory above the cap.
    """
    with _opened(source) as archive:
        return Archive(names=tuple(archive.namelist()))


def read_member(source: Source, pattern: re.Pattern[str], limit: int) -> bytes:
    """Return the beginning of the member whose name fits; of several that with the shortest name.

    Raises:
        ArtifactError: no zip file, a broken one, or one without such a member.
    """
    with _opened(source) as archive:
        found = [info for info in archive.infolist() if pattern.fullmatch(info.filename)]
        if not found:
            raise ArtifactError("no such member")
        chosen = min(found, key=lambda info: (len(info.filename), info.filename))
        with archive.open(chosen) as stream:
            return stream.read(limit)


@contextmanager
def _opened(source: Source) -> Iterator[zipfile.ZipFile]:
    """Open a zip file; whatever is wrong with it becomes an ArtifactError."""
    import struct
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(_Seekable(source)) as archive:
            yield archive
    except ArtifactError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, OverflowError,
            struct.error, zlib.error, EOFError, RuntimeError) as error:  # fmt: skip
        raise ArtifactError(f"no readable zip directory ({type(error).__name__})") from error


class _Seekable(io.RawIOBase):
    """A source as the file object that :mod:`zipfile` reads, up to a budget."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0
        self._left = MAX_DIRECTORY

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        at = offset + (0, self._at, self._source.size)[whence]
        if at < 0:
            raise OSError("before the file")
        self._at = at
        return at

    def read(self, size: int = -1) -> bytes:
        rest = max(self._source.size - self._at, 0)
        size = rest if size is None or size < 0 else min(size, rest)
        if size > self._left:
            raise ArtifactError(f"a directory of more than {MAX_DIRECTORY} bytes")
        data = self._source.read(self._at, size)
        self._left -= len(data)
        self._at += len(data)
        return data
