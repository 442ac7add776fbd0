"""What was answered on package versions, kept between runs: one JSON file a version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from provenance.edge.cache import keep
from provenance.edge.pip_audit_answers import Answer, Pin, known_from

MAX_FILE = 4 * 1024 * 1024
_SCHEMA = 1


def read(directory: Path, source: str, pin: Pin) -> Answer | None:
    """Return the stored answer; None if there is none or its file is not a sound one."""
    try:
        with _path(directory, source, pin).open("rb") as stream:
            stored = json.loads(stream.read(MAX_FILE))
        asked = [stored["schema"], stored["source"], *stored["pin"]]
        as_of, skipped = stored["record"]["retrieved"], stored["record"]["skipped"]
        known = [known_from(entry) for entry in stored["record"]["known"]]
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return None
    if asked != [_SCHEMA, source, *pin] or not all(known):
        return None
    if not isinstance(as_of, str) or not isinstance(skipped, str):
        return None
    return Answer(as_of=as_of, known=tuple(one for one in known if one), skipped=skipped)


def write(directory: Path, source: str, pin: Pin, answer: Answer) -> None:
    """Store an answer by replacing its file in one step; a disk that refuses is no error."""
    content = {
        "schema": _SCHEMA, "source": source, "pin": list(pin),
        "record": {
            "retrieved": answer.as_of, "skipped": answer.skipped,
            # In the words of pip-audit, so that one function reads both.
            "known": [
                {
                    "id": one.id, "aliases": one.aliases, "description": one.summary,
                    "fix_versions": one.fixed_in,
                }
                for one in answer.known
            ],
        },
    }  # fmt: skip
    text = json.dumps(content, sort_keys=True)
    keep(_path(directory, source, pin), text.encode("ascii"))


def _path(directory: Path, source: str, pin: Pin) -> Path:
    digest = hashlib.sha256("\n".join((source, *pin)).encode()).hexdigest()
    return directory / f"{digest}.json"
