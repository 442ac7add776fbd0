"""Where things are kept between runs."""

from __future__ import annotations

from pathlib import Path

from provenance.edge.files import replace_file

STORES = ("hub", "modelscope", "index", "resolver", "advisories")
"""Folders of records: what an air-gapped site can take over (``provenance cache export``)."""
HTTP = "index-http"
"""Pages of indexes as HTTP caches keep them; of no use elsewhere, and never exported."""
SCANS = "scans"
"""What the files of trees said the last time; of no use elsewhere either."""


def cache_directory() -> Path:
    """Return the folder that holds all stores (platformdirs)."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("provenance-audit", appauthor=False))


def keep(target: Path, content: bytes) -> bool:
    """Write a file of a store, its folder made where it is missing.

    Returns:
        False when the disk refused; a cache is never worth an error.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, content)
    except OSError:
        return False
    return True


def usage_of(folder: Path) -> tuple[int, int]:
    """Return how many files a folder holds, and their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)
