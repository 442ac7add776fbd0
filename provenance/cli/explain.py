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
def command(component: str, path: Path, color: str, quiet: bool, **flags: Any) -> None:
    """Print every claim, place, license and path of one component.

    COMPONENT is an id or a part of one: torch, pkg:pypi/torch, llama, service:openai.
    """
    from difflib import get_close_matches

    from provenance.cli import output
    from provenance.cli.run import start
    from provenance.errors import UsageError
    from provenance.i18n import messages
    from provenance.render.explain import render

    run = start(path, flags)
    words = messages(run.registry, run.settings.lang)
    known = [item.id for item in run.report.components if item.kind != "project"]
    exact = [name for name in known if component in (name, name.partition("@")[0])]
    chosen = exact or [name for name in known if component.lower() in name.lower()]
    if not chosen:
        near = get_close_matches(component, known, 3, 0.3)
        raise UsageError(
            words("label.not-in-report", component=component),
            hint=words("label.did-you-mean", names=", ".join(near)) if near else "",
        )
    for name in chosen[:20]:
        output.write(
            render(run.scanned.audit, run.report, name, run.registry, words,
                   width=output.width(), color=output.use_color(color))
        )  # fmt: skip
    sys.exit(0)
