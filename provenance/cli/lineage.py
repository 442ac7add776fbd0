"""``provenance lineage``: what a model is made of, by its weights and without running it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from provenance.cli.output import remark, write, write_file
from provenance.i18n import LANGUAGES

_DEFAULT = "scan"


class _Commands(click.Group):
    """A group whose first argument may also be the models to look at."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = [_DEFAULT, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group(name="lineage", cls=_Commands)
def command() -> None:
    """Tell what a model is made of: by what it declares, its structure and its weights.

    `provenance lineage DIR…` looks at every model folder and file under DIR.
    """


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that all commands reading models have."""
    for option in (
        click.option(
            "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text",
            show_default=True,
        ),
        click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the text."),
        click.option("--online", is_flag=True, help="Read remote models, by ranges."),
        click.option(
            "--budget", type=click.FloatRange(min=0.001), metavar="MB",
            help="Most that is read over the network (default: 64).",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Nothing on stderr but errors."),
    ):  # fmt: skip
        function = option(function)
    return function


@command.command()
@click.argument("paths", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Sketches of base models to test against.",
)  # fmt: skip
@_shared
def scan(
    paths: tuple[str, ...], db: Path | None, form: str, lang: str | None, online: bool,
    budget: float | None, quiet: bool,
) -> None:  # fmt: skip
    """Test models against a database of base models."""
    from provenance.cli.lineage_run import Lineage, model_places
    from provenance.cli.lineage_scan import examine
    from provenance.errors import NothingToAudit

    run = Lineage.start(online=online, budget=budget, tell=_tell(quiet))
    names = [
        place
        for path in paths
        for place in (model_places(Path(path)) if Path(path).exists() else [path])
    ]
    if not names:
        raise NothingToAudit(f"{paths[0]}: no weights that can be read")
    _show([examine(run, name, db) for name in names], run, form, lang)
    sys.exit(4 if run.refused else 0)


@command.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--aligned", is_flag=True, help="Also the aligned test: reads whole matrices.")
@click.option("--units", is_flag=True, help="Also the unit test: reads rows of more matrices.")
@_shared
def compare(
    first: str, second: str, aligned: bool, units: bool, form: str, lang: str | None, online: bool,
    budget: float | None, quiet: bool,
) -> None:  # fmt: skip
    """Test one model against another: files, folders, URLs, hub ids or saved sketches."""
    from provenance.cli.lineage_run import Lineage
    from provenance.cli.lineage_scan import compared

    run = Lineage.start(online=online, budget=budget, tell=_tell(quiet))
    _show([compared(run, first, second, aligned=aligned, units=units)], run, form, lang)
    sys.exit(0)


@command.command()
@click.argument("model")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
    metavar="FILE", help="Where to write the sketch (JSON).",
)  # fmt: skip
@click.option("--name", help="The name to write into it (default: as given).")
@click.option("--online", is_flag=True, help="Read a remote model, by ranges.")
@click.option("--budget", type=click.FloatRange(min=0.001), metavar="MB")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on stderr but errors.")
def fingerprint(
    model: str, output: Path, name: str | None, online: bool, budget: float | None, quiet: bool
) -> None:
    """Write a one-way sketch of a model: ranks of norms, signs of a few rows."""
    from msgspec.structs import replace

    from provenance.cli.lineage_run import Lineage
    from provenance.fingerprint.sketch import to_json

    run = Lineage.start(online=online, budget=budget, tell=_tell(quiet))
    sketch = run.sketch(model, witness=True)
    data = to_json(replace(sketch, name=name or sketch.name))
    write_file(output, json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n")
    sys.exit(0)


@command.command()
@click.argument("word", required=False)
@click.option("--lang", type=click.Choice(LANGUAGES))
def explain(word: str | None, lang: str | None) -> None:
    """Tell what each verdict requires and what it does not mean."""
    from provenance.cli.lineage_text import explained
    from provenance.errors import UsageError
    from provenance.fingerprint.verdict import WORDS

    if word is not None and word not in WORDS:
        raise UsageError(f"unknown verdict {word!r}", hint="one of " + ", ".join(WORDS))
    write(explained(_words(lang), word))
    sys.exit(0)


@command.group()
def db() -> None:
    """Build, extend, check and count a database of sketches."""


@db.command()
@click.argument("models", nargs=-1, metavar="MODEL...")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option(
    "--list", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="CSV", help="name,model rows: what to call it, and where it lies.",
)  # fmt: skip
@click.option("--online", is_flag=True, help="Read remote models, by ranges.")
@click.option("--budget", type=click.FloatRange(min=0.001), metavar="MB")
@click.option("-q", "--quiet", is_flag=True)
def build(
    models: tuple[str, ...], output: Path, listed: Path | None, online: bool,
    budget: float | None, quiet: bool,
) -> None:  # fmt: skip
    """Write a new database of models, or of saved sketches."""
    _write_db(models, output, listed, (), online=online, budget=budget, quiet=quiet)


@db.command()
@click.argument("database", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--online", is_flag=True, help="Read remote models, by ranges.")
@click.option("--budget", type=click.FloatRange(min=0.001), metavar="MB")
@click.option("-q", "--quiet", is_flag=True)
def add(
    database: Path, models: tuple[str, ...], online: bool, budget: float | None, quiet: bool
) -> None:
    """Add models to a database; one of the same name is replaced."""
    from provenance.cli.lineage_db import rows_of

    before = rows_of(database)
    _write_db(models, database, None, before, online=online, budget=budget, quiet=quiet)


@db.command()
@click.argument("database", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def verify(database: Path) -> None:
    """Check every digest; exit 1 when a row is not as it was written."""
    from provenance.cli.lineage_db import problems_of

    problems, count = problems_of(database)
    write("".join(f"{line}\n" for line in problems) or f"{database}: {count} rows, all sound\n")
    sys.exit(1 if problems else 0)


@db.command()
@click.argument("database", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--pairs", is_flag=True, help="Also which of its models match one another.")
def stats(database: Path, form: str, pairs: bool) -> None:
    """Count a database's models by width; with --pairs, find those that are no roots."""
    from provenance.cli.lineage_db import counted

    data = counted(database, pairs=pairs, tell=_tell(quiet=False))
    if form == "json":
        write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    else:
        lines = [f"{database}: {data['models']} models, {data['bytes']} bytes"]
        lines += [f"  width {width}: {n}" for width, n in data["widths"].items()]
        lines += [f"  {a} ~ {b}: {word}" for a, b, word in data.get("matches", ())]
        write("\n".join(lines) + "\n")
    sys.exit(0)


def _write_db(
    models: tuple[str, ...], output: Path, listed: Path | None, before: Any, *,
    online: bool, budget: float | None, quiet: bool,
) -> None:  # fmt: skip
    from provenance.cli.lineage_db import assembled
    from provenance.cli.lineage_run import Lineage

    run = Lineage.start(online=online, budget=budget, tell=_tell(quiet))
    write_file(output, assembled(run, models, listed, before))
    sys.exit(0)


def _show(results: list[dict[str, Any]], run: Any, form: str, lang: str | None) -> None:
    from provenance.cli.lineage_scan import report
    from provenance.cli.lineage_text import told

    if form == "json":
        write(json.dumps(report(results, run), ensure_ascii=False, indent=1) + "\n")
    else:
        words = _words(lang)
        write("\n".join(told(result, words, run.thresholds) for result in results))


def _words(lang: str | None) -> Any:
    from provenance import config
    from provenance.i18n import messages
    from provenance.registry import Registry

    return messages(Registry(), lang or config.settings_language(config.environment()))


def _tell(quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else remark
