"""Where answers from outside are kept between runs, and how a file of them is replaced."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

STORES = ("hub", "index")
"""Folders of records: what an air-gapped site can take over (``provenance cache export``)."""
HTTP = "index-http"
"""Pages of indexes as HTTP caches keep them; of no use elsewhere, and never exported."""


def cache_directory() -> Path:
    """Return the folder that holds all stores (platformdirs)."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("provenance-audit", appauthor=False))


def replace_file(target: Path, content: bytes) -> bool:
    """Write a file in one step, so that another run sees the old or the new one.

    Returns:
        False when the disk refused; a cache is never worth an error.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=".tmp")
    except OSError:
        return False
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, target)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        return False
    return True


def usage_of(folder: Path) -> tuple[int, int]:
    """Return how many files a folder holds, and their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)
