"""Work on several processes: the same answers, in the same order, whatever happens to one."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import pytest

from provenance.edge import workers
from provenance.edge.workers import MIN_BYTES, spread

ITEMS = list(range(200))
LARGE = [MIN_BYTES // 100] * len(ITEMS)

several = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one processor: nothing is spread"
)


def squares(items: Sequence[int]) -> list[tuple[int, int]]:
    time.sleep(0.002)
    return [(item * item, os.getpid()) for item in items]


@several
def test_the_answers_are_in_order_and_this_process_does_its_share() -> None:
    found = [answer for batch in spread(squares, ITEMS, LARGE) for answer in batch]
    assert [square for square, _ in found] == [item * item for item in ITEMS]
    makers = {maker for _, maker in found}
    assert os.getpid() in makers
    assert len(makers) > 1


@several
def test_of_a_very_large_tree_this_process_only_gathers() -> None:
    sizes = [workers.LARGE // 100] * len(ITEMS)
    found = [answer for batch in spread(squares, ITEMS, sizes) for answer in batch]
    assert [square for square, _ in found] == [item * item for item in ITEMS]
    assert os.getpid() not in {maker for _, maker in found}


@several
def test_a_run_is_as_long_as_its_bytes_allow() -> None:
    sizes = [1] * 100 + [MIN_BYTES] * 2 + [1] * 98
    runs = spread(lambda items: list(items), ITEMS, sizes)
    assert [item for run in runs for item in run] == ITEMS
    assert [run for run in runs if 100 in run] == [ITEMS[:101]]
    assert [run for run in runs if 101 in run] == [[101]]


def test_a_small_tree_stays_here() -> None:
    ((answers),) = spread(squares, ITEMS, [1] * len(ITEMS))
    assert {maker for _, maker in answers} == {os.getpid()}


@several
def test_a_worker_that_is_killed_costs_time_and_no_answer() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            os._exit(9)
        return [item + 1 for item in items]

    runs = spread(work, ITEMS, LARGE)
    assert [answer for run in runs for answer in run] == [item + 1 for item in ITEMS]


@several
def test_an_error_of_the_work_is_raised_here() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> None:
        time.sleep(0.002)
        if os.getpid() != here:
            raise LookupError("there")

    with pytest.raises(LookupError, match="there"):
        spread(work, ITEMS, LARGE)


@several
def test_whoever_interrupts_waits_for_no_worker_s_rest() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        time.sleep(0.01)
        if os.getpid() == here:
            raise KeyboardInterrupt
        return list(items)

    with pytest.raises(KeyboardInterrupt):
        spread(work, ITEMS, LARGE)
    assert [
        item for run in spread(lambda items: list(items), ITEMS, LARGE) for item in run
    ] == ITEMS
