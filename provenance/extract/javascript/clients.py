"""Where a client of an SDK sends its requests."""

from __future__ import annotations

from dataclasses import dataclass

from provenance.model import ComponentId, Confidence


@dataclass(frozen=True, slots=True)
class Client:
    """Where a client object sends its requests: a service, a runtime, a local server."""

    service: ComponentId | None
    runtime: str = ""
    local: bool = False
    confidence: Confidence = "high"
    callable: bool = False
    """Calling the client itself names a model: ``openai("gpt-4o")``."""
    function: str = ""
