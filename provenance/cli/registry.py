"""``provenance registry``: look up and check what the auditor knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from provenance.cli import options
from provenance.cli.output import remark, write
from provenance.i18n import LANGUAGES
from provenance.render.wording import clean


@click.group(name="registry")
def command() -> None:
    """Look things up in the origin registry and check it."""


@command.command()
@click.argument("queries", nargs=-1, required=True, metavar="ID...")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text",
    show_default=True,
)  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES))
@options.overlays
def lookup(
    queries: tuple[str, ...], form: str, lang: str | None, overlays: tuple[Path, ...]
) -> None:
    """Tell what is known of components, namespaces, hosts and variables; offline.

    An ID is a canonical id or a raw name: pkg:pypi/torch, Qwen/Qwen2-7B,
    huggingface:Qwen, host:api.openai.com, env:OPENAI_API_KEY. A single - reads ids
    from stdin, one a line.
    """
    from provenance import config
    from provenance.i18n import messages
    from provenance.lookup import Lookup, answer_json
    from provenance.registry import Registry
    from provenance.render.wording import citation, claim, organization_name

    if queries == ("-",):
        queries = tuple(line.strip() for line in sys.stdin if line.strip())
    environ = config.environment()
    registry = Registry(overlays=overlays)
    answers = Lookup(registry, config.now(environ)).answers(queries)
    if form == "json":
        items = (json.dumps(answer_json(answer), ensure_ascii=False) for answer in answers)
        write("[" + ",\n ".join(items) + "]\n")
        return
    words = messages(registry, lang or config.settings_language(environ))
    lines: list[str] = []
    for answer in answers:
        renamed = answer.id not in ("", answer.query)
        lines.append(f"{answer.query} → {answer.id}" if renamed else answer.query)
        own = ", ".join(answer.attribution.jurisdictions) or "?"
        effective = ", ".join(answer.attribution.effective_jurisdictions) or "?"
        required = ", ".join(answer.attribution.required_jurisdictions) or "–"
        lines.append("  " + words("label.jurisdictions", own=own, effective=effective,
                                required=required))  # fmt: skip
        for origin in answer.attribution.origins:
            lines.append("  " + claim(origin, registry, words))
            for evidence in origin.evidence:
                lines.append("      " + citation(evidence, words))
        for item in answer.attribution.licenses:
            lines.append(f"  {words('field.license')}: {item.expression}")
        for organization, evidence in answer.publishers:
            name = organization_name(organization, registry, words)
            lines.append("  " + words("label.no-seat", organization=name))
            lines.append("      " + citation(evidence, words))
        if not answer.attribution.origins and not answer.publishers:
            lines.append(
                "  " + words("label.nothing-known", query=answer.query,
                             tried=", ".join(answer.tried))
            )  # fmt: skip
    write("".join(clean(line) + "\n" for line in lines))


@command.command()
@options.overlays
def validate(overlays: tuple[Path, ...]) -> None:
    """Check every row: codes, organizations, sources, dates, duplicates, cycles."""
    from provenance.registry import Registry
    from provenance.registry.validate import validate as check

    registry = Registry(overlays=overlays)
    problems = check(registry)
    write("".join(f"{clean(problem)}\n" for problem in problems))
    digest, rows = registry.digest
    remark(f"{rows} rows, {len(problems)} problems, digest {digest[:12]}")
    sys.exit(1 if problems else 0)


@command.command()
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text",
    show_default=True,
)  # fmt: skip
@options.overlays
def stats(form: str, overlays: tuple[Path, ...]) -> None:
    """Count rows by table, kind, confidence and jurisdiction, with and without a source."""
    from provenance.registry import Registry
    from provenance.registry.stats import statistics

    found: dict[str, Any] = statistics(Registry(overlays=overlays))
    if form == "json":
        write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    lines: list[str] = []
    for name, counts in found.items():
        lines.append(name)
        lines += [f"  {count:>6}  {key}" for key, count in counts.items()]
    write("".join(f"{clean(line)}\n" for line in lines))


@command.command()
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@options.overlays
def search(words: tuple[str, ...], limit: int, overlays: tuple[Path, ...]) -> None:
    """Find rows that contain all the given words, in any table."""
    from provenance.registry import Registry
    from provenance.registry.browse import search as find

    found = find(Registry(overlays=overlays), words)
    shown = [f"{name}:{line}: {clean(text)}\n" for name, line, text in found[:limit]]
    write("".join(shown))
    if len(found) > limit:
        remark(f"{len(found) - limit} more; raise --limit")
    sys.exit(0 if found else 1)


@command.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, file_okay=False))
def diff(old: Path, new: Path) -> None:
    """Compare two data folders row by row: + added, - removed, ~ changed."""
    from provenance.registry.browse import diff as compare

    changes = compare(old, new)
    write("".join(f"{sign} {name}: {clean(text)}\n" for sign, name, text in changes))
    sys.exit(1 if changes else 0)


@command.command()
@click.option("--months", default=12, show_default=True, type=click.IntRange(0, 1200))
@options.overlays
def stale(months: int, overlays: tuple[Path, ...]) -> None:
    """List rows whose evidence is older than so many months."""
    from provenance import config
    from provenance.registry import Registry
    from provenance.registry.browse import older_than

    found = older_than(Registry(overlays=overlays), config.now(config.environment())[:10], months)
    write("".join(f"{name}:{line}: {clean(text)}\n" for name, line, text in found))
    remark(f"{len(found)} rows")
    sys.exit(1 if found else 0)
