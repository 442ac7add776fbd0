"""``provenance explain COMPONENT [PATH]``: the whole case for one component."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from provenance.cli import options


@click.command(name="explain")
@click.argument("component", metavar="COMPONENT")
@options.path_argument
@options.judging
@options.showing
@options.advising
def command(component: str, path: Path, color: str, quiet: bool, **flags: Any) -> None:
    """Print every claim, place, license and path of one component.

    COMPONENT is an id, a name or a part of one: torch, pkg:pypi/torch, llama, service:openai.
    """
    from provenance.cli import output
    from provenance.cli.matching import matching
    from provenance.cli.run import start
    from provenance.i18n import messages
    from provenance.render.explain import render

    run = start(path, flags)
    words = messages(run.registry, run.settings.lang)
    for name in matching(run.report, component, words)[:20]:
        output.write(
            render(run.scanned.audit, run.report, name, run.registry, words,
                   width=output.width(), color=output.use_color(color))
        )  # fmt: skip
    sys.exit(0)
