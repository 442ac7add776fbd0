"""How samples are written down."""

from __future__ import annotations

import json
import textwrap
from typing import NamedTuple

HUB = "https://huggingface.co/acme/chat-7b"
MODEL = "acme/chat-7b"


class Sample(NamedTuple):
    """A path that an extractor accepts, and what may stand there."""

    path: str
    data: bytes


def text(path: str, content: str) -> Sample:
    """A file of text, dedented."""
    return Sample(path, textwrap.dedent(content).lstrip("\n").encode())


def json_text(path: str, content: object) -> Sample:
    """A file of JSON."""
    return Sample(path, json.dumps(content, indent=1).encode())
