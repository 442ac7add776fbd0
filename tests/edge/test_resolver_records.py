"""A resolver's answers kept: the same again without it, and nothing where nothing was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provenance.edge.resolver_records import Recorded
from provenance.edge.resolvers import Answer, Asked, Failure, Request, Resolved
from provenance.edge.targets import Target
from provenance.resolve.requirements import Wanted


class Resolver:
    """Answers from a list."""

    label, command, hosts = "uv 0.10", "uv pip compile", ("index.test",)

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def resolve(self, request: Request) -> Answer:
        return self.answers.pop(0)


def request(*lines: str, platform: str = "linux-x86_64", **more: object) -> Request:
    wanted = tuple(Wanted(name=line, usage="used") for line in lines)
    return Request(
        wanted=wanted, constraints=(), target=Target(platform, "3.12"),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def answer() -> Answer:
    return Answer(
        packages={
            "a": Resolved(name="a", version="1.0", line=3, source="https://index.test/simple"),
            "b": Resolved(name="b", version="2", yanked=""),
        },
        edges=[Asked(source="a", target="b", requirement=">=2", usage="optional")],
        usages={"a": "used", "b": "optional"},
    )


def kept(folder: Path) -> Recorded:
    return Recorded(None, "2026-12-24", cached=True, folder=folder)


def test_an_answer_again_without_the_resolver(tmp_path: Path) -> None:
    first = Recorded(Resolver(answer()), "2026-11-28", folder=tmp_path)
    assert first.resolve(request("a")).packages == answer().packages
    again = kept(tmp_path)
    found = again.resolve(request("a"))
    assert (found.packages, found.edges, found.usages) == (
        answer().packages, answer().edges, answer().usages,
    )  # fmt: skip
    assert (found.as_of, again.label, again.command) == ("2026-11-28", "uv 0.10", "uv pip compile")
    assert (first.hosts, again.hosts) == (("index.test",), ())


@pytest.mark.parametrize(
    "other",
    [
        request("a", "c"), request("a", platform="linux-aarch64"), request("a", allow_build=True),
        request("a", without=frozenset({"b"})),
    ],
)  # fmt: skip
def test_another_question_has_no_answer(tmp_path: Path, other: Request) -> None:
    Recorded(Resolver(answer()), "2026-11-28", folder=tmp_path).resolve(request("a"))
    found = kept(tmp_path).resolve(other)
    assert found.failure == Failure(
        trouble="resolver-failed", detail="the resolver's answer is not in the cache"
    )


def test_a_conflict_is_an_answer_and_a_silent_index_is_none(tmp_path: Path) -> None:
    conflict = Failure(trouble="resolver-conflict", detail="a and b do not go together")
    silent = Failure(trouble="resolver-index-failed", detail="503", name="a")
    resolver = Resolver(Answer(failure=conflict), Answer(failure=silent))
    recorded = Recorded(resolver, "2026-11-28", folder=tmp_path)
    recorded.resolve(request("a"))
    recorded.resolve(request("b"))
    assert kept(tmp_path).resolve(request("a")).failure == conflict
    assert kept(tmp_path).resolve(request("b")).failure != silent
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("packages", 3), ("edges", [{"source": "a"}]), ("usages", {"a": "often"}),
        ("failure", {"trouble": "rain", "detail": ""}),
    ],
)  # fmt: skip
def test_a_spoilt_record_is_none(tmp_path: Path, key: str, value: object) -> None:
    Recorded(Resolver(answer()), "2026-11-28", folder=tmp_path).resolve(request("a"))
    (file,) = tmp_path.iterdir()
    stored = json.loads(file.read_text())
    stored["record"]["answer"][key] = value
    file.write_text(json.dumps(stored))
    assert kept(tmp_path).resolve(request("a")).failure is not None
