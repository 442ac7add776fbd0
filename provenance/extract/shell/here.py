"""Here-documents: commands a shell is given, variables, files that a script writes.

A body is read by whatever is given it: as commands by a shell, as source by an interpreter,
as the manifest that ``kubectl apply -f -`` applies; written to a file it is read as that
file would be. What is only shown (``cat <<EOF``) is text for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provenance.extract import extractor_for
from provenance.extract.aside import Aside, absorb
from provenance.extract.shell.words import Argument, Command, Here, Value, Word
from provenance.model import Document
from provenance.patterns import lazy

if TYPE_CHECKING:
    from provenance.extract.shell.script import Shell

_SHELLS = frozenset("bash sh zsh ksh dash ash ssh sbatch qsub".split())
_SOURCES = (
    (lazy(r"(?:python[\d.]*|ipython3?|\$\{?PYTHON\w*\}?)"), "stdin.py"),
    (lazy(r"node|bun|deno"), "stdin.mjs"),
    (lazy(r"tsx|ts-node"), "stdin.ts"),
    (lazy(r"ruby"), "stdin.rb"),
    (lazy(r"php"), "stdin.php"),
)
"""Programs that run what they are given, and a name that says what that is."""
_READS = {
    "kubectl": "manifest.yaml", "oc": "manifest.yaml", "k3s": "manifest.yaml",
    "microk8s": "manifest.yaml", "helm": "values.yaml", "docker-compose": "docker-compose.yml",
    "ollama": "Modelfile", "conda": "environment.yml", "mamba": "environment.yml",
    "pip": "requirements.txt", "pip3": "requirements.txt", "uv": "requirements.txt",
    "terraform": "stdin.tf",
}  # fmt: skip
"""Programs by what kind of file they are given on their input."""
_BUILDERS = frozenset({"docker", "podman", "buildah", "nerdctl"})
_COPIES = frozenset({"cat", "tee", "envsubst", "sed", "dd"})
"""Programs whose output is their input."""
_BEFORE = frozenset("sudo exec nohup time env command if then else elif while ! { do - -E".split())
_COMMAND = lazy(r"\s--?[A-Za-z][\w.-]*(?:[ =]|$)", re.MULTILINE)
_SUBSTITUTED = lazy(
    r"\$\([ \t]*cat[ \t]+<<-?[ \t]*['\"\\]?([A-Za-z_]\w*)['\"]?[ \t]*\n(.*?)\n?[ \t]*\1\s*\)",
    re.DOTALL,
)
_SCRIPT = lazy(r"#!\s*/[^\n]*\b(?:ba|z|k|da)?sh\b")
_NOT_IN_NAMES = lazy(r"[^\w.-]+")


def read(command: Command, shell: Shell) -> None:
    """Read the here-documents that a command is given, by itself or through a pipe."""
    bodies = [*shell.given, *(here for here in command.here if here.text is not None)]
    shell.given = []
    if not bodies:
        return
    words = _program(command.words)
    if not words:
        return
    name = words[0].text.rpartition("/")[2]
    if name in _COPIES:
        target = command.target
        if name == "tee":
            named = [word.text for word in words[1:] if not word.text.startswith("-")]
            target = named[0] if named else target
        if target and not target.startswith("/dev/"):
            _written(target, bodies, shell)
        elif command.piped:
            shell.given = bodies
        return
    for body in bodies:
        _given(name, words, body, shell)


def substituted(text: str, line: int) -> Value | None:
    """Return the text of ``$(cat <<EOF …)``, or None for any other value."""
    match = _SUBSTITUTED.fullmatch(text) if text.startswith("$(") and "<<" in text else None
    return Value(match.group(2), line=line + 1) if match else None


def _program(words: Sequence[Word]) -> list[Word]:
    """Return the words of a command from its program on."""
    for number, word in enumerate(words):
        if word.text not in _BEFORE and not re.match(r"[A-Za-z_]\w*=", word.text):
            return list(words[number:])
    return []


def _given(name: str, words: Sequence[Word], body: Here, shell: Shell) -> None:
    """Read what a program has on its input."""
    texts = [word.text.rpartition("/")[2] for word in words]
    if name == "read":
        _variable(words, body, shell)
    elif name in _SHELLS or (name not in _READS and _SHELLS.intersection(texts[:-1] + texts[-1:])):
        _commands(body, shell)
    elif name == "curl":
        shell.body([*(Argument(w.text, w.line) for w in words), _whole(body)])
    elif name in _BUILDERS and "compose" in texts:
        _as_file("docker-compose.yml", body, shell)
    elif name in _BUILDERS and "build" in texts:
        _as_file("Dockerfile", body, shell)
    elif name in _READS:
        _as_file(_READS[name], body, shell)
    else:
        for text in texts[:6]:
            source = next((file for kind, file in _SOURCES if kind.fullmatch(text)), None)
            if source:
                _as_file(source, body, shell)
                return


def _variable(words: Sequence[Word], body: Here, shell: Shell) -> None:
    """Read ``read -r -d '' NAME <<EOF``: a value, and where it has options a command."""
    name = words[-1].text
    if re.fullmatch(r"[A-Za-z_]\w*", name):
        shell.variables.set(name, Value(_text(body, shell), line=body.line))
        if _COMMAND.search(body.text or ""):
            _commands(body, shell)


def _written(target: str, bodies: Sequence[Here], shell: Shell) -> None:
    """Read what a script writes to a file."""
    for body in bodies:
        if _SCRIPT.match(body.text or ""):
            _commands(body, shell)
        else:
            _as_file(shell.variables.expand(target).text, body, shell)


def _commands(body: Here, shell: Shell) -> None:
    from provenance.extract.shell.script import read_shell

    read_shell(
        body.text or "", body.line, shell.collector, shell.vocabulary, shell.usage,
        shell.variables,
    )  # fmt: skip


def _whole(body: Here) -> Argument:
    return Argument(body.text or "", body.line)


def _text(body: Here, shell: Shell) -> str:
    """Return the text that comes of a here-document."""
    text = body.text or ""
    return text if body.quoted else shell.variables.filled(text)


def _as_file(target: str, body: Here, shell: Shell) -> None:
    """Read a body as the file of this name; of another kind only its addresses are read."""
    collector = shell.collector
    folder = collector.path.rpartition("/")[0]
    name = _NOT_IN_NAMES.sub("-", target.rpartition("/")[2]).strip("-")
    path = f"{folder}/{name}" if folder else name
    reader = extractor_for(path) if name else None
    text = _text(body, shell)
    if reader is None:
        if "://" in text:
            shell.addresses(text, body.line)
        return
    lines = "\n" * (body.line - 1)
    found = reader.extract(
        Document(path=path, data=(lines + text).encode("utf-8", "replace")), shell.vocabulary
    )
    into = Aside(collector, shell.usage) if shell.usage else collector
    absorb(found, into)
    if shell.usage:
        absorb(into.done(), collector)
        return
    for gap in found.gaps:
        line = gap.location.line if gap.location else body.line
        collector.gap(gap.subject, gap.reason, line, **dict(gap.params))
    for component, place in found.redirects:
        where = collector.occurrence(place.line, place.as_written, confidence=place.confidence)
        collector.redirects.append((component, where))
