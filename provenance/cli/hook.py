"""``provenance hook``: what pre-commit runs. Silent and fast when there is nothing to say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from provenance.cli import options


@click.command(name="hook")
@options.path_argument
@options.judging
def command(path: Path, **flags: Any) -> None:
    """Print only findings at or above --fail-on, one a line; exit 1 if there are any.

    Never goes online. A tree with nothing to audit passes.
    """
    from provenance.cli.run import gates, start
    from provenance.errors import NothingToAudit

    try:
        run = start(path, flags, gate_only=True)
    except NothingToAudit:
        return
    failing = [item for item in run.report.findings if gates(item, run)]
    if failing:
        from provenance.cli.output import write
        from provenance.i18n import messages
        from provenance.render.wording import clean, finding_message

        words = messages(run.registry, run.settings.lang)
        components = {item.id: item for item in run.report.components}
        for finding in failing:
            places = components[finding.component].occurrences
            where = clean(f"{places[0].path}:{places[0].line}") if places else "-"
            severity = words(f"severity.{finding.severity}")
            message = finding_message(finding, run.registry, words)
            write(f"{where}: [{severity}] {message} ({clean(finding.component)})\n")
    sys.exit(run.exit_code())
