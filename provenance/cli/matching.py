"""Which components of a report a user means by a name."""

from __future__ import annotations

from provenance import ids
from provenance.errors import UsageError
from provenance.i18n import Messages
from provenance.model import Component, ComponentId, Report


def matching(report: Report, wanted: str, words: Messages) -> tuple[ComponentId, ...]:
    """Return the components with that id, else that name, else with it in their id.

    An id may lack its version, a name its namespace; upper and lower case are one.

    Raises:
        UsageError: none is meant; the hint names those that are spelled much like it.
    """
    from difflib import get_close_matches

    components = [item for item in report.components if item.kind != "project"]
    for meant in (_by_id, _by_name, _by_part):
        found = tuple(item.id for item in components if meant(item, wanted))
        if found:
            return found
    spelled = {form: item.id for item in components for form in (item.id, _bare(item))}
    near = dict.fromkeys(spelled[form] for form in get_close_matches(wanted, spelled, 3, 0.5))
    raise UsageError(
        words("label.not-in-report", component=wanted),
        hint=words("label.did-you-mean", names=", ".join(near)) if near else "",
    )


def _by_id(item: Component, wanted: str) -> bool:
    return wanted in (item.id, ids.without_version(item.id))


def _by_name(item: Component, wanted: str) -> bool:
    bare = _bare(item)
    names = (bare, bare.rpartition("/")[2], item.name.lower())
    return wanted.lower() in names or ids.pypi(wanted) == ids.without_version(item.id)


def _by_part(item: Component, wanted: str) -> bool:
    return wanted.lower() in item.id.lower()


def _bare(item: Component) -> str:
    return ids.short(ids.without_version(item.id)).lower()
