"""Flags that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from provenance.config import ASKED, PLATFORMS
from provenance.i18n import LANGUAGES
from provenance.model import SEVERITIES

Function = TypeVar("Function", bound=Callable[..., Any])


def path_argument(function: Function) -> Function:
    """``[PATH]``: what to scan, the working folder by default."""
    return click.argument("path", default=".", type=click.Path(path_type=Path), metavar="[PATH]")(
        function
    )


overlays = click.option(
    "--registry", "overlays", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Rows of your own over the shipped ones; repeatable, later wins.",
)  # fmt: skip
"""``--registry FILE``: the same for every command that looks things up."""


def judging(function: Function) -> Function:
    """Options that decide what a scan's result is."""
    for option in (
        click.option("--policy", metavar="ID|FILE", help="A shipped policy or a TOML file."),
        click.option(
            "--fail-on", type=click.Choice([*reversed(SEVERITIES), "never"]),
            help="Exit 1 from this severity on (default: the policy's).",
        ),
        click.option("--strict", is_flag=True, default=None, help="Exit 4 when gaps remain."),
        click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the report."),
        overlays,
        click.option(
            "--no-cache", is_flag=True, default=None,
            help="Read every file, also those that have not changed since the last scan.",
        ),
        click.option(
            "--no-config", is_flag=True, default=None,
            help="Do not read the scanned tree's own configuration.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def showing(function: Function) -> Function:
    """Options of commands that print a report."""
    for option in (
        click.option(
            "--online", is_flag=True, default=None,
            help="Ask the model hub and the package index for metadata.",
        ),
        click.option(
            "--ask", multiple=True, type=click.Choice(ASKED),
            help="Of what --online asks, only this; repeatable.",
        ),
        click.option(
            "--cached", is_flag=True, default=None,
            help="Answer from what --online has stored; no request is made.",
        ),
        click.option(
            "--venv", type=click.Path(path_type=Path), metavar="DIR",
            help="Read the packages installed in an environment.",
        ),
        click.option(
            "--python", type=click.Path(path_type=Path), metavar="PATH",
            help="The same for the environment of an interpreter, which is not started.",
        ),
        click.option(
            "--lineage-db", type=click.Path(path_type=Path), metavar="FILE",
            help="Compare weights in the tree with the base models of this database.",
        ),
        click.option(
            "--resolve", is_flag=True, default=None,
            help="Let uv or pip choose versions of what nothing pins (asks the package index).",
        ),
        click.option(
            "--platform", metavar="NAME", help="Resolve for it: " + ", ".join(PLATFORMS) + ".",
        ),
        click.option("--python-version", metavar="X.Y", help="Resolve for this Python."),
        click.option(
            "--allow-build", is_flag=True, default=None,
            help="Let the resolver run build scripts of packages that have no wheel.",
        ),
        click.option(
            "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
            show_default=True,
        ),
        click.option("-q", "--quiet", is_flag=True, help="Nothing on stderr but errors."),
    ):  # fmt: skip
        function = option(function)
    return function


def advising(function: Function) -> Function:
    """Options of commands that tell known vulnerabilities."""
    for option in (
        click.option(
            "--no-vulnerabilities", "vulnerabilities", is_flag=True, flag_value=False,
            default=True, help="With --online: do not ask for known vulnerabilities.",
        ),
        click.option(
            "--vulnerability-service", type=click.Choice(["pypi", "osv"]),
            help="Whom pip-audit asks for known vulnerabilities (default: pypi).",
        ),
        click.option(
            "--vulnerability-url", metavar="URL", help="An OSV service of your own to ask instead.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function
