"""Settings of YAML lines that are put out of use."""

from __future__ import annotations

from provenance.extract.accelerators import DRIVERS
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import read_image
from provenance.extract.settings import read_setting
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Variables
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_COMMENTED = lazy(
    r"[ \t]*(?:#[ \t]*){1,3}(?:-[ \t]+)?([\w.-]{2,60})[ \t]*:[ \t]+(\S+)[ \t]*(?:#.*)?"
)
_COMMAND = lazy(
    r"[ \t]*(?:#[ \t]*){1,3}((?:(?:uv )?pip3? install|(?:hf|huggingface-cli) download|"
    r"(?:docker|podman|ollama) (?:run|pull)|vllm serve)[ ]\S.*)"
)
"""A commented line of a script that stands in a tree."""
_ENTRY = lazy(r"[ \t]*#[ \t]*-[ \t]+[\"']?([\w.-]{2,60}/[\w.-]{2,100})[\"']?[ \t]*(?:#.*)?")
"""A commented entry of a list: an alternative."""


def read_comments(text: str, first_line: int, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the settings of YAML lines that are put out of use."""
    aside = Aside(collector, "commented")
    for number, line in enumerate(text.split("\n"), first_line):
        match = _COMMENTED.fullmatch(line[:300].rstrip("\r")) if "#" in line else None
        if not match:
            command = _COMMAND.match(line[:1000]) if "#" in line else None
            if command:
                read_shell(f"# {command.group(1)}", number, aside, vocabulary)
            entry = _ENTRY.fullmatch(line[:300].rstrip("\r")) if "#" in line else None
            if entry and vocabulary.looks_like_model(entry.group(1)):
                aside.hub_model(entry.group(1), aside.occurrence(number, entry.group(1)))
            continue
        key, value = match.group(1), match.group(2).strip("\"',")
        if key == "image" and (":" in value or "/" in value):
            read_image(Variables().expand(value).text, number, aside, vocabulary)
        elif key == "driver" and value in DRIVERS:
            aside.platform(DRIVERS[value], aside.occurrence(number, f"driver: {value}"))
        elif key != "image":
            read_setting(key, value, number, aside, vocabulary)
    absorb(aside.done(), collector)
