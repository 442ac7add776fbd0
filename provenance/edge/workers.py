"""Work spread over processes: forked when a tree is large, never for a small one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MIN_BYTES = 1024 * 1024
"""Starting processes costs what extracting some hundred kilobytes does."""
LARGE = 32 * 1024 * 1024
"""Beyond it what was learned on the way of every module weighs more than a fork: the process
that keeps all results leaves the work, and what it takes, to others."""
_BATCHES = 24
"""Batches a worker: enough that one slow file does not leave the others idle."""

_work: Callable[[Sequence[Any]], Any] | None = None


def spread(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], sizes: Sequence[int]
) -> list[Result]:
    """Do some work on items, in order, on as many processors as pay.

    Args:
        work: takes a run of items; what it returns must be picklable.
        sizes: bytes that each item stands for.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    size = sum(sizes)
    if size < MIN_BYTES or processors < 2 or not hasattr(os, "fork"):
        return [work(items)]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    global _work
    batches = _batches(items, sizes, size // (processors * _BATCHES))
    _work = work
    helps = size < LARGE
    try:
        with ProcessPoolExecutor(processors - helps, mp_context=get_context("fork")) as pool:
            asked = [pool.submit(_run, batch) for batch in batches]
            # From the end, since the others start at the front. What this process reads of
            # the registry on the way it need not read again when it judges what was found.
            try:
                own = {
                    at: work(batches[at])
                    for at in reversed(range(len(batches) if helps else 0))
                    if asked[at].cancel()
                }
                return [own[at] if at in own else asked[at].result() for at in range(len(batches))]
            except BaseException:
                pool.shutdown(cancel_futures=True)  # nobody waits for the rest
                raise
    except BrokenProcessPool:
        return [work(items)]  # a worker was killed, perhaps for memory: once more, alone
    finally:
        _work = None


def _batches(items: Sequence[Item], sizes: Sequence[int], enough: int) -> list[Sequence[Item]]:
    """Cut items into runs of at least so many bytes each."""
    found: list[Sequence[Item]] = []
    start = held = 0
    for at, size in enumerate(sizes, 1):
        held += size
        if held >= enough or at == len(items):
            found.append(items[start:at])
            start, held = at, 0
    return found


def _run(batch: Sequence[Any]) -> Any:
    assert _work is not None  # noqa: S101
    return _work(batch)
