"""render: a report in a format and a language. Each format is one module."""

from __future__ import annotations

from importlib import import_module

from provenance.i18n import Messages
from provenance.model import Report
from provenance.registry import Registry

RENDERERS: dict[str, str] = {
    "text": "provenance.render.text",
    "json-v1": "provenance.render.json_v1",
    "cyclonedx-1.6": "provenance.render.cyclonedx",
}
"""Every report format by name; the module offers ``render``. Add a report here."""

ALIASES = {"json": "json-v1", "cyclonedx": "cyclonedx-1.6"}
FORMATS = (*RENDERERS, *ALIASES)


def render(
    report: Report, name: str, registry: Registry, words: Messages, **options: object
) -> str:
    """Render a report; the renderer's module is imported only when it is used."""
    module = import_module(RENDERERS[ALIASES.get(name, name)])
    rendered: str = module.render(report, registry, words, **options)
    return rendered
