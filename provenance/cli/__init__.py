"""The command line: one module a command, each imported only when it is called."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from provenance import __version__
from provenance.errors import ProvenanceError

COMMANDS = {
    "scan": "Find what AI a tree stands on, whose it is, and what is exposed.",
    "explain": "Print every claim, place and path of one component.",
    "tree": "Print what brings what in, and what the exposure hangs on.",
    "hook": "The fast gate for pre-commit: silent unless something is exposed.",
    "cache": "Show, carry over and clear what earlier runs have stored.",
    "lineage": "Tell what a model is made of, by its files and its weights.",
    "registry": "Look things up in the origin registry and check it.",
}


class _Commands(click.Group):
    """A group that imports a command's module when the command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"provenance.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="provenance")
def cli() -> None:
    """Where your AI stack comes from, with evidence.

    Offline unless --online is given. Results are flags with sources and dates, not
    legal advice.
    """


def run() -> NoReturn:
    """Be the program: :func:`main`, and out without giving memory back piece by piece.

    Of a large tree that takes longer than a hook may.
    """
    try:
        main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 0
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read has gone, as ``| head`` does
        status = status or 4
    os._exit(status)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line; every expected error becomes a message and an exit code."""
    # A short process: collecting would find next to nothing, but where large sources are parsed.
    gc.disable()
    try:
        result: Any = cli.main(args=args, prog_name="provenance", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except ProvenanceError as error:
        _fail(str(error), error.hint)
        sys.exit(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(4)
    except Exception as error:
        # A bug: said with where it struck, and never the status of a finding.
        import traceback

        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        _fail(f"{type(error).__name__} at {place}: {error}", "this is a bug; please report it")
        sys.exit(4)


def _fail(message: str, hint: str) -> None:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
