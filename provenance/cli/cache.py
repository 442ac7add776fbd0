"""``provenance cache``: what earlier runs have stored, and carrying it to another site."""

from __future__ import annotations

from pathlib import Path

import click

from provenance.cli.output import remark, write


@click.group(name="cache")
def command() -> None:
    """Show, carry over and clear what earlier runs have stored."""


@command.command(name="export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path) -> None:
    """Write all records into FILE, for a site without a network."""
    from provenance import config
    from provenance.edge.cache import cache_directory, keep
    from provenance.edge.cache_archive import ArchiveError, export_records

    today = config.now(config.environment())[:10]
    content, count = export_records(cache_directory(), today)
    if not keep(file, content):
        raise ArchiveError(f"{file}: cannot be written")
    remark(f"{count} records, {len(content)} bytes")


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def take_in(file: Path) -> None:
    """Take over the records of FILE; later ones that are here already stay."""
    from provenance.edge.cache import cache_directory
    from provenance.edge.cache_archive import import_records

    taken = import_records(cache_directory(), file)
    remark(
        f"{taken.new} new, {taken.replaced} replaced, {taken.same} the same, "
        f"{taken.kept} kept as they are newer here"
    )


@command.command()
def info() -> None:
    """Tell where the stores lie and what is in them."""
    from provenance.edge.cache import HTTP, SCANS, STORES, cache_directory, usage_of

    root = cache_directory()
    write(f"{root}\n")
    for store in (*STORES, HTTP, SCANS):
        files, size = usage_of(root / store)
        write(f"  {store:<10} {files:>7} files {size:>12} bytes\n")


@command.command()
def clear() -> None:
    """Remove everything that is stored."""
    import shutil

    from provenance.edge.cache import HTTP, SCANS, STORES, cache_directory, usage_of

    removed = 0
    for store in (*STORES, HTTP, SCANS):
        folder = cache_directory() / store
        removed += usage_of(folder)[0]
        shutil.rmtree(folder, ignore_errors=True)
    remark(f"{removed} files removed")
