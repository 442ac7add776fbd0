"""Branches that exclude each other: what is bound in one is not used in the other.

``if source == "hf": name = A else: name = B`` and, below, ``if source == "hf": load(name)``:
the call gets A. Conditions are compared as they are written; a variable that changes between
two of them is not noticed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class _Condition(NamedTuple):
    """What holds between two lines: a subject equals a constant, or does not."""

    subject: str
    constant: str
    holds: bool


class _Span(NamedTuple):
    first: int
    last: int
    condition: _Condition


class Branches:
    """The branches of one module."""

    def __init__(self, nodes: Sequence[ast.If | ast.Match]) -> None:
        """Take the statements that branch."""
        self._nodes = nodes
        self._spans: list[_Span] | None = None
        self._conditions: dict[int, list[_Condition]] = {}

    def exclude(self, one: int, other: int) -> bool:
        """Tell whether two lines lie in branches of which only one is taken."""
        here = self._at(one)
        return bool(here) and any(
            a.subject == b.subject
            and (a.holds != b.holds if a.constant == b.constant else a.holds and b.holds)
            for a in here
            for b in self._at(other)
        )

    def _at(self, line: int) -> list[_Condition]:
        """Return what holds at a line; asked again and again of the same few."""
        if line not in self._conditions:
            if self._spans is None:
                self._spans = [span for node in self._nodes for span in _spans(node)]
            self._conditions[line] = [
                span.condition for span in self._spans if span.first <= line <= span.last
            ]
        return self._conditions[line]


def _spans(node: ast.If | ast.Match) -> Iterator[_Span]:
    if isinstance(node, ast.Match):
        subject = ast.dump(node.subject)
        for case in node.cases:
            pattern = case.pattern
            if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant):
                yield _span(case.body, _Condition(subject, repr(pattern.value.value), True))
        return
    test, holds = node.test, True
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, holds = test.operand, not holds
    written, constant = f"truth of {ast.dump(test)}", ""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        if isinstance(test.ops[0], ast.Eq | ast.NotEq) and isinstance(right, ast.Constant):
            written, constant = ast.dump(test.left), repr(right.value)
            holds = holds == isinstance(test.ops[0], ast.Eq)
    yield _span(node.body, _Condition(written, constant, holds))
    if node.orelse:
        yield _span(node.orelse, _Condition(written, constant, not holds))


def _span(body: Sequence[ast.stmt], condition: _Condition) -> _Span:
    return _Span(body[0].lineno, body[-1].end_lineno or body[-1].lineno, condition)
