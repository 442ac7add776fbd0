"""uv's explanations, as uv 0.13 wrote them about an index made for it."""

from __future__ import annotations

import pytest

from provenance.edge.process import Finished
from provenance.edge.resolvers import Request
from provenance.edge.targets import Target
from provenance.edge.uv_words import failure_of

HEAD = "error: No solution found when resolving dependencies\n  cause: "
REQUEST = Request(wanted=(), constraints=(), target=Target(), timeout=7)


EXPLANATIONS = """\
resolver-no-version speed ahead
Because only speed==0.1 is available and all versions of ahead depend on speed>=9, we can conclude
that all versions of ahead cannot be used.
And because you require ahead, we can conclude that your requirements are unsatisfiable.

resolver-no-version speed ahead
Because all versions of ahead depend on speed>=9 and only speed==0.1 is available, we can conclude
that all versions of ahead cannot be used.

resolver-no-version beta-lib -
Because only the following versions of beta-lib are available:
  beta-lib==0.9
  beta-lib==1.2
and you require beta-lib>=9, we can conclude that your requirements are unsatisfiable.

resolver-not-in-index nowhere -
Because you require nowhere and nowhere was not found in the package registry, we can conclude
that your requirements are unsatisfiable.

resolver-no-version speed -
Because there is no version of speed==9 and you require speed==9, we can conclude that your
requirements are unsatisfiable.

resolver-no-version cap -
Because the current Python version (3.11.7) does not satisfy Python>=3.99 and cap==1 depends on
Python>=3.99, we can conclude that cap==1 cannot be used.
And because only cap==1 is available and you require cap, we can conclude that your requirements
are unsatisfiable.

resolver-conflict - -
Because only speed==0.1 is available and multi<=1 depends on speed>=9, we can conclude that
multi<=1 cannot be used.
And because multi>=2 depends on ver<2, we can conclude that all versions of multi depend on ver<2.
And because you require multi and ver>=2, we can conclude that your requirements are unsatisfiable.

resolver-conflict - -
Because all versions of b1 depend on ver>=2 and all versions of a1 depend on ver<2, we can conclude
that all versions of a1 and all versions of b1 are incompatible.
And because you require a1 and b1, we can conclude that your requirements are unsatisfiable.

resolver-conflict - -
Because you require speed>=9 and speed<5, we can conclude that your requirements are unsatisfiable.
"""


@pytest.mark.parametrize("explained", EXPLANATIONS.split("\n\n"))
def test_an_explanation(explained: str) -> None:
    expected, _, words = explained.partition("\n")
    found = failure_of(Finished(1, "", HEAD + words), REQUEST)
    assert f"{found.trouble} {found.name or '-'} {found.asked_by or '-'}" == expected


def test_what_is_no_explanation() -> None:
    found = failure_of(Finished(2, "", "error: Could not read \x1b[1mthe file"), REQUEST)
    assert (found.trouble, found.detail) == (
        "resolver-failed", "Could not read \\x1b[1mthe file"
    )  # fmt: skip
    assert failure_of(Finished(None, "", "", "no answer within 7 s"), REQUEST).detail == "7"


def test_a_long_explanation_takes_no_time() -> None:
    long = "Because " + " and ".join(f"a{n} depends on b{n}" for n in range(20_000))
    assert failure_of(Finished(1, "", HEAD + long), REQUEST).trouble == "resolver-conflict"
