"""Command lines that a script runs: ``execSync("ollama pull llama3")``, ``.runCmd('npx …')``."""

from __future__ import annotations

from itertools import islice

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.shell.script import read_shell
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_RUN = lazy(
    rb"(?:\bexec\w{0,12}|[cC]md|[cC]ommands?|\bsystem)\(\s{0,200}(?:\[\s{0,200})?([\"'`])"
    rb"((?:sudo )?(?:npx|npm|pnpm|yarn|bunx|uvx?|pip3?|python3?|docker|podman|ollama|vllm|"
    rb"git clone|huggingface-cli|hf|modelscope)[ ](?:\\.|(?!\1)[^\\]){2,500})\1"
)
"""A call that runs what it is given, with a command that fetches or starts something."""
_MAX_COMMANDS = 100


def read_commands(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what the commands of one script fetch and start."""
    if not any(word in data for word in (b"exec", b"md(", b"ommand", b"system(")):
        return
    from provenance.extract.javascript.tree import unescaped

    for match in islice(_RUN.finditer(data), _MAX_COMMANDS):
        if places.state(match.start()) is None:
            line = places.line(match.start(2))
            read_shell(unescaped(match.group(2)), line, collector, vocabulary, collector.usage)
