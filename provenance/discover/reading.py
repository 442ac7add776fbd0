"""Small files read whole, and the commit a checkout stands at."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from provenance.patterns import lazy

_SMALL = 1024 * 1024
_COMMIT = lazy(r"[0-9a-f]{40}|[0-9a-f]{64}")


def git_revision(root: Path) -> str | None:
    """Return the commit a checkout stands at, read from ``.git`` without running git."""
    folder = root / ".git"
    head = (read_small(folder / "HEAD") or "").strip()
    if not head.startswith("ref: "):
        return head if _COMMIT.fullmatch(head) else None
    name = head.removeprefix("ref: ")
    if not name.startswith("refs/") or ".." in name:
        return None  # a reference elsewhere would show us another file
    found = (read_small(folder / name) or "").strip()
    if _COMMIT.fullmatch(found):
        return found
    for line in (read_small(folder / "packed-refs") or "").splitlines():
        if line.endswith(f" {name}") and _COMMIT.fullmatch(line.split(" ", 1)[0]):
            return line.split(" ", 1)[0]
    return None


def read_small(path: Path) -> str | None:
    """Return the text of a regular file of at most 1 MiB, links not followed; else None."""
    data = read_bytes(path)
    return data.decode("utf-8", "replace") if data is not None else None


def read_bytes(path: Path | str, most: int = _SMALL) -> bytes | None:
    """Return a regular file of at most ``most`` bytes, links not followed; else None."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags)
    except OSError:
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        return os.read(handle, most)
    except OSError:
        return None
    finally:
        os.close(handle)
