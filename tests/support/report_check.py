"""What every JSON report must fulfil: the published schema, and what a schema cannot say."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from provenance import ids
from tests.support.small_data import DATA

SCHEMA_FILE = DATA / "schema" / "report-v1.json"


@functools.cache
def validator() -> Draft202012Validator:
    """Return the validator of the published schema, formats checked."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def check_report(report: dict[str, Any]) -> dict[str, Any]:
    """Assert that a report keeps its contract; return it."""
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator().iter_errors(report)
    ]
    assert problems == []
    known = [component["id"] for component in report["components"]]
    assert known == sorted(set(known))
    root = next(c["id"] for c in report["components"] if c["kind"] == "project")
    for link in report["links"]:
        assert link["source"] in known
        assert link["target"] in known
    organizations = {item["id"] for item in report["organizations"]}
    for component in report["components"]:
        own = {"seat", "control", "steward", "operator"}
        claims = component["origins"]
        assert {o["organization"] for o in claims} - {None} <= organizations
        assert {o["jurisdiction"] for o in claims if o["role"] in own} == set(
            component["jurisdictions"]
        )
        assert {o["jurisdiction"] for o in claims if o["role"] in {*own, "base"}} == set(
            component["effective_jurisdictions"]
        )
        for name in ("jurisdictions", "effective_jurisdictions", "required_jurisdictions"):
            assert component[name] == sorted(set(component[name]))
        if component["kind"] != "project" and not component["jurisdictions"]:
            same = {
                k["target"]
                for k in report["links"]
                if (k["source"], k["relation"]) == (component["id"], "same-as")
            }
            assert same or component["id"] in component["unknown"]
            assert same or any(gap["subject"] == component["id"] for gap in report["gaps"])
    for finding in report["findings"]:
        assert finding["component"] in known
        assert finding["path"][0] == root
        assert finding["component"] in finding["path"]
        assert set(finding["path"]) <= set(known)
        assert not re.search(r"\{[a-z_]+\}", finding["message"])
    for item in report["substitutes"]:
        assert item["of"] in known
        assert item["candidate"] != ids.without_version(item["of"])
    summary = report["summary"]
    assert summary["gaps"] == len(report["gaps"])
    assert sum(summary["by_kind"].values()) == len(known) - 1
    opened = [f for f in report["findings"] if f["status"] == "open"]
    for severity, number in summary["findings"].items():
        assert number == sum(1 for f in opened if f["severity"] == severity)
    return report
