"""``provenance scan [PATH]``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from provenance.cli import options
from provenance.render import FORMATS


@click.command(name="scan")
@options.path_argument
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Format on stdout.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write a file; repeatable, one scan writes them all.",
)
@click.option("-v", "--verbose", is_flag=True, help="Low findings and all gaps in full.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@options.judging
@options.showing
@options.advising
def command(
    path: Path, form: str, outputs: tuple[str, ...], verbose: bool, exit_zero: bool,
    color: str, quiet: bool, **flags: Any,
) -> None:  # fmt: skip
    """Find what AI a tree stands on, whose it is, and what is exposed.

    PATH is a folder or a file. Exit status: 0 nothing at or above --fail-on,
    1 something is, 2 usage, 3 nothing to audit, 4 not completed.
    """
    from provenance import config
    from provenance.cli import output
    from provenance.cli.run import note, start
    from provenance.edge.hub_environment import hosts_of_endpoints
    from provenance.i18n import messages
    from provenance.render import render
    from provenance.render.wording import denied_by

    files = output.parse_outputs(outputs, FORMATS)
    run = start(path, flags)
    words = messages(run.registry, run.settings.lang)
    if not run.settings.online:
        hosts = words("label.comma").join(hosts_of_endpoints(config.environment()))
        note(words("label.skipped-online", host=hosts), quiet=quiet)

    def rendered(name: str, *, to_file: bool) -> str:
        return render(
            run.report, name, run.registry, words, verbose=verbose,
            label=denied_by(run.policy, words), width=100 if to_file else output.width(),
            color=not to_file and output.use_color(color),
        )  # fmt: skip

    for name, file in files:
        output.write_file(file, rendered(name, to_file=True))
    output.write(rendered(form, to_file=False))
    sys.exit(run.exit_code(exit_zero=exit_zero))
