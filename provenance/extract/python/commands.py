"""Commands that stand in Python text: usage in docstrings and comments, installs in strings.

``python train.py --model_name_or_path Qwen/Qwen2-0.5B`` in a docstring names a model as
documentation does. ``pip install`` in a string is run, or told to whoever lacks the package:
either way the source can use it.
"""

from __future__ import annotations

from itertools import islice

from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.shell.script import read_shell
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_PROGRAM = (
    rb"(?:python3?|accelerate|torchrun|deepspeed|pip3?|uvx?|conda|docker|ollama|vllm|sglang|"
    rb"optimum-cli|huggingface-cli|hf|llamafactory-cli|swift|trl|lmdeploy|litellm|git[ \t]+clone)"
    rb"[ \t]"
)
_LINE = lazy(rb"\n[ \t#]*+(?:[$>!%%][ \t]?)?(?=[CsapudcovlthgH])(?:CUDA_|sudo|%b)" % _PROGRAM)
"""What a line that is a command begins with; the one pattern that sees every line."""
_USAGE = lazy(
    rb"\n[ \t#]*+(?:[$>!%%][ \t]?)?((?:CUDA_VISIBLE_DEVICES=\S+[ \t]+|sudo[ \t]+)?%b[^\n]+)"
    % _PROGRAM
)
"""The whole of it."""
_FLAGS = lazy(
    rb"--(?=[\w-]{0,60}(?:model|data))[a-z][\w-]*(?:[ \t]+|=)"
    rb"[\"']?[A-Za-z0-9][\w.-]*/[\w.-]+[^\n]*"
)
"""Arguments that a command above is to be given instead: ``--model_name acme/other``."""
_SPEAKS = lazy(
    rb"[ \t]-{1,2}[a-z]|\.py\b|\b(?:install|run|pull|serve|download|clone|launch|export)\b"
)
"""What a command has and a sentence that begins with the same word has not."""
_INSTALL = lazy(
    rb"(`?)\b(?:uv[ \t]+)?pip3?[ \t]+install[ \t]+([^\n]{2,300})"
    rb"|\b\w*pip\w*\([ \t\n]*f?[\"']install[ \t]+([^\n\"']{2,300})[\"']"
    rb"|[\"']pip[\"'],\s*[\"']install[\"'],([^\])]{2,400})[\])]"
)
"""An install in text, in a call of a helper, or as a list of words."""
_METHOD = lazy(
    rb"(?:\.(?:uv_)?pip_install|\bsession\.(?:run_)?install)\((?:[^()]|\([^()]*\)){2,3000}?\)"
)
"""What puts packages into an image or a session: ``image.pip_install("vllm==0.6")``."""
_ITEM = lazy(rb"(?<![\w\"'])[\"']([^\"'\s]{1,100})[\"']")
_WORD = lazy(rb"install[ \t\"']")
_RUN = lazy(
    rb"(?:\b(?:system|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|"
    rb"exec_command|pip\w*)\(|\bRUN )[^\n]{0,80}(?:\n[ \t]{0,40}f?[\"'])?\Z"
)
"""What runs a string that begins here."""
_GOES_ON = lazy(rb"[ \t]*\n[ \t]*f?([\"'])([^\"'\n]{1,300})\1")
"""A literal below another, which Python puts together."""
_MAX_FOLLOWING = 2_000
_REQUIREMENT = lazy(r"[A-Za-z][\w.-]*(?:\[[\w.,-]+\])?(?:(?:[<>=!~]=|[<>])[\w.*+!-]+)?")
_PROSE = frozenset("to and or for if in by with then first before from into it via using on is at "
                   "the this as when of again manually separately".split())  # fmt: skip
_MAX_COMMANDS = 200
_MAX_LINES = 60
"""Lines that one command goes on over, with backslashes."""


def read_commands(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what commands in docstrings, comments and strings name."""
    _read_flags(data, places, collector, vocabulary)
    for number, begun in enumerate(_LINE.finditer(data)):
        match = _USAGE.match(data, begun.start())
        if number >= _MAX_COMMANDS:
            return
        if match is None:
            continue
        state = places.state(match.start(1))
        if state not in ("documentation", "commented") or not _SPEAKS.search(match.group(1)):
            continue
        text = _continued(data, match.group(1), match.end())
        _read(text, places.line(match.start(1)), state, collector, vocabulary)


def _read_flags(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what lines of flags name that stand for themselves under a sentence."""
    for match in islice(_FLAGS.finditer(data), _MAX_COMMANDS):
        begin = data.rfind(b"\n", 0, match.start()) + 1
        if data[begin : match.start()].strip(b" \t#") or data[begin - 2 : begin] == b"\\\n":
            continue  # within a line, or the command that goes on has it
        state = places.state(match.start())
        if state == "documentation" or state == "commented":
            text = b"run " + _continued(data, match.group(), match.end())
            _read(text, places.line(match.start()), state, collector, vocabulary)


def _continued(data: bytes, line: bytes, end: int) -> bytes:
    """Return a line of a command, and those below that it goes on over with backslashes."""
    lines = [line]
    while lines[-1].rstrip().endswith(b"\\") and len(lines) < _MAX_LINES:
        following = data.find(b"\n", end + 1)
        following = len(data) if following < 0 else following
        lines.append(data[end + 1 : following].lstrip(b" \t#"))
        end = following
    return b"\n".join(lines)


def read_installs(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what strings of the source install, or tell a user to install."""
    done = -1
    _read_methods(data, places, collector, vocabulary)
    for word in _WORD.finditer(data):
        match = _INSTALL.search(data, max(done, word.start() - 60), word.end() + 420)
        if match is None or not match.start() <= word.start() < match.end():
            continue
        done = match.end()
        if places.state(match.start()) is not None:
            continue  # read as a command, where its line is one
        ticked, text, called, listed = match.groups()
        run = called is not None or listed is not None or bool(
            _RUN.search(data, max(0, match.start() - 160), match.start())
        )  # fmt: skip
        if text and not ticked:
            following = _following(data, match.end())
            text = text.rstrip()[:-1] + following if following else text
        if listed is not None:  # a name without quotes is a variable
            called = b" ".join(_ITEM.findall(listed))
        words = _words((text or called or b"").decode("utf-8", "replace"), bool(ticked))
        if words:
            command = f"pip install {' '.join(words)}".encode()
            _read(command, places.line(match.start()), None if run else "optional", collector,
                  vocabulary)  # fmt: skip


def _following(data: bytes, end: int) -> bytes:
    """Return the literals that a literal which ends a line goes on in, on the lines below."""
    found = b""
    if not data[max(0, end - 8) : end].rstrip(b" \t").endswith((b'"', b"'")):
        return found
    while (match := _GOES_ON.match(data, end)) and len(found) < _MAX_FOLLOWING:
        found += b" " + match.group(2)
        end = match.end(2) + 1
    return found


def _read_methods(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record what is put into an image or a session, each literal at its own line."""
    if b"pip_install(" not in data and b"session." not in data:
        return
    for match in islice(_METHOD.finditer(data), _MAX_COMMANDS):
        if places.state(match.start()) is not None:
            continue
        for item in _ITEM.finditer(match.group()):
            if not item.group(1).startswith(b"-"):
                text = b"pip install '" + item.group(1) + b"'"
                line = places.line(match.start() + item.start())
                _read(text, line, None, collector, vocabulary)


def _words(text: str, ticked: bool) -> list[str]:
    """Return the requirements at the beginning of a text, as far as it is no prose."""
    if ticked:
        text = text.partition("`")[0]
    found: list[str] = []
    for written in text.replace(",", ", ").split():
        word = written.rstrip(",")
        bare = word.strip("\"'`\\")
        if word.startswith(("-", '"-', "'-")):
            # A sentence goes on after ``--no-build-isolation, see …``.
            if word != written or bare.lstrip("-") in ("r", "e", "requirement", "editable", "c"):
                break
            continue
        end = word.rstrip("\\n").endswith(('"', "'", "`", ".", ";", ")", ":"))
        bare = bare.rstrip(".;:)\"'`")
        if bare.lower() in _PROSE or not _REQUIREMENT.fullmatch(bare):
            break
        found.append(bare)
        if end and not word.startswith(('"', "'")):
            break
    return found


def _read(
    text: bytes, line: int, usage: Usage | None, collector: Collector, vocabulary: Vocabulary
) -> None:
    if usage is None:
        read_shell(text.decode("utf-8", "replace"), line, collector, vocabulary)
        return
    aside = Aside(collector, usage)
    read_shell(text.decode("utf-8", "replace"), line, aside, vocabulary, usage)
    absorb(aside.done(), collector)
