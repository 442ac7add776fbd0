"""Work spread over processes: forked when a tree is large, never for a small one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MIN_BYTES = 1024 * 1024
"""Starting processes costs what extracting some hundred kilobytes does."""
_BATCHES = 6
"""Batches a worker: enough that one slow file does not leave the others idle."""

_work: Callable[[Sequence[Any]], Any] | None = None


def spread(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], size: int
) -> list[Result]:
    """Do some work on items, in order, on as many processors as pay.

    Args:
        work: takes a run of items; what it returns must be picklable.
        size: bytes that the items stand for altogether.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if size < MIN_BYTES or processors < 2 or not hasattr(os, "fork"):
        return [work(items)]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    global _work
    step = -(-len(items) // (processors * _BATCHES))
    batches = [items[at : at + step] for at in range(0, len(items), step)]
    _work = work
    try:
        with ProcessPoolExecutor(processors, mp_context=get_context("fork")) as pool:
            return list(pool.map(_run, batches))
    except BrokenProcessPool:
        return [work(items)]  # a worker was killed, perhaps for memory: once more, alone
    finally:
        _work = None


def _run(batch: Sequence[Any]) -> Any:
    assert _work is not None  # noqa: S101
    return _work(batch)
