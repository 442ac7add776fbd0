"""``provenance tree [PATH]``: what brings what in, and what the exposure hangs on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenance.cli import options

if TYPE_CHECKING:
    from provenance.cli.run import Run
    from provenance.i18n import Messages
    from provenance.model import ComponentId
    from provenance.registry import Registry
    from provenance.render.tree import Reading

MAX_TARGETS = 20
"""Components that one name may stand for before the rest is only counted."""


@click.command(name="tree")
@options.path_argument
@click.option(
    "--why", metavar="COMPONENT", help="Every path from the project to it: an id or a name."
)
@click.option(
    "--jurisdiction", "codes", multiple=True, metavar="CODE",
    help="Only branches that lead there: US, EU; repeatable.",
)  # fmt: skip
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="Levels of the tree.")
@click.option("--invert", is_flag=True, help="From the exposed components up to the project.")
@click.option(
    "-f", "--format", "form", type=click.Choice(("text", "json")), default="text",
    show_default=True, help="Format on stdout.",
)  # fmt: skip
@options.judging
@options.showing
def command(
    path: Path, why: str | None, codes: tuple[str, ...], depth: int | None, invert: bool,
    form: str, color: str, quiet: bool, **flags: Any,
) -> None:  # fmt: skip
    """Print the tree of everything a project stands on, with origins and licenses.

    Below it: which direct requirements carry the exposure, where it passes through one
    component alone, and the fewest requirements that lead to all of it.
    """
    from provenance.cli import output
    from provenance.cli.run import start
    from provenance.errors import UsageError
    from provenance.i18n import messages
    from provenance.render import tree
    from provenance.render.wording import denied_by

    if why and codes:
        raise UsageError("--why and --jurisdiction", hint="each chooses what is shown; use one")
    run = start(path, flags)
    words = messages(run.registry, run.settings.lang)
    wanted = _members(codes, run.registry)
    if why:
        reading = _why(run, why, words, depth=depth, invert=invert)
    else:
        reading = _whole(run, wanted, depth=depth, invert=invert)
    if form == "json":
        output.write(tree.as_json(reading, run.scanned.audit))
    else:
        label = (
            words("tree.of-jurisdiction", names=words("label.comma").join(map(str.upper, codes)))
            if codes
            else words("tree.of-policy", names=denied_by(run.policy, words))
        )
        colored = output.use_color(color)
        output.write(tree.as_text(reading, run.scanned.audit, words, label=label, color=colored))
    sys.exit(0)


def _whole(run: Run, codes: frozenset[str], *, depth: int | None, invert: bool) -> Reading:
    """Read the whole tree, or its branches that lead to some jurisdictions."""
    from provenance.analysis.dependency import Dependencies, of_jurisdiction
    from provenance.analysis.rows import rows
    from provenance.analysis.summary import summarize
    from provenance.render.tree import Reading

    audit = run.scanned.audit
    there = of_jurisdiction(audit, codes)
    marked = _concerned(run, there) if codes else _exposed(run)
    dependencies = Dependencies(audit.graph, marked)
    keep = dependencies.leading_to(there) if codes else None
    starts = dependencies.marked if invert else (dependencies.root,)
    return Reading(
        root=dependencies.root, marked=marked,
        rows=tuple(rows(dependencies, starts, depth=depth, keep=keep, invert=invert)),
        summary=summarize(dependencies, marked),
    )  # fmt: skip


def _why(run: Run, why: str, words: Messages, *, depth: int | None, invert: bool) -> Reading:
    """Read what leads to the components that a name stands for."""
    from provenance.analysis.dependency import ALL, Dependencies
    from provenance.analysis.dominators import on_every_path
    from provenance.analysis.paths import paths_to
    from provenance.analysis.rows import rows
    from provenance.cli.matching import matching
    from provenance.render.tree import Reading, Ways

    targets = matching(run.report, why, words)
    marked = _exposed(run)
    dependencies = Dependencies(run.scanned.audit.graph, marked, ALL)
    shown, left_out = targets[:MAX_TARGETS], len(targets[MAX_TARGETS:])
    root = dependencies.root
    if invert:
        laid = tuple(rows(dependencies, shown, depth=depth, invert=True))
        return Reading(root=root, marked=marked, rows=laid, left_out=left_out)
    ways = tuple(
        Ways(
            component=name, paths=paths_to(dependencies, name),
            always=on_every_path(dependencies, name),
        )
        for name in shown
    )  # fmt: skip
    return Reading(root=root, marked=marked, ways=ways, left_out=left_out)


def _exposed(run: Run) -> frozenset[ComponentId]:
    """Return the components with an open finding of exposure."""
    return frozenset(
        finding.component
        for finding in run.report.findings
        if finding.rule.startswith("exposure/") and finding.status == "open"
    )


def _concerned(run: Run, components: frozenset[ComponentId]) -> frozenset[ComponentId]:
    """Return those that may have findings: an ancestor speaks through what is made from it."""
    audit = run.scanned.audit
    return frozenset(name for name in components if audit.concerns(audit.graph.components[name]))


def _members(codes: tuple[str, ...], registry: Registry) -> frozenset[str]:
    """Return the jurisdictions that codes and blocs stand for.

    Raises:
        UsageError: no such code.
    """
    from difflib import get_close_matches

    from provenance.errors import UsageError

    found: set[str] = set()
    for code in map(str.upper, codes):
        members = registry.members(code)
        if code not in registry.jurisdictions and members == {code}:
            near = get_close_matches(code, registry.jurisdictions, 1)
            raise UsageError(
                f"unknown jurisdiction {code!r}",
                hint=f"did you mean {near[0]}?" if near else "see data/jurisdictions.csv",
            )
        found |= members
    return frozenset(found)
