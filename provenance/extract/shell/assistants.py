"""Programs in front of a model: ``codex exec``, ``claude -p``, ``gemini -m …``.

A script, a pipeline or a source that starts one sends it text as surely as a client would.
Their names are everyday words, so what follows a name has to be theirs as well; and a switch
or a variable of the script can send the same program somewhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance.extract.shell.options import Arguments, option, positionals
from provenance.model import ComponentId
from provenance.patterns import lazy

if TYPE_CHECKING:
    from provenance.extract.shell.script import Shell

_OPTIONS = frozenset(
    "-p --print --prompt -m --model --yolo -x --execute --message --message-file --yes-always "
    "--full-auto --dangerously-skip-permissions --dangerously-bypass-approvals-and-sandbox "
    "--allowedTools --allowed-tools --allow-all-tools --approval-mode --permission-mode "
    "--output-format --append-system-prompt --system-prompt --mcp-config --oss "
    "--dangerously-allow-all".split()
)
"""Options by which such a program is asked something, or let do it."""
_SUBCOMMANDS = {
    "codex": frozenset("exec e review apply resume mcp app-server".split()),
    "opencode": frozenset("run serve".split()),
    "crush": frozenset({"run"}),
    "kilo": frozenset({"run"}),
}
_WRAPPERS = frozenset("env timeout nohup xargs nice stdbuf command time sudo exec".split())
_ELSEWHERE = lazy(
    r"\b(?:ANTHROPIC(?:_BEDROCK|_VERTEX)?_BASE_URL|CLAUDE_CODE_USE_(?:BEDROCK|VERTEX)|"
    r"OPENAI_(?:API_)?BASE(?:_URL)?|GOOGLE_GEMINI_BASE_URL|GOOGLE_GENAI_USE_VERTEXAI)\b"
)
"""Variables that send a program to another service than its maker's."""
_MAX_WRAPPING = 12
"""Words of a line within which a program is looked for behind what wraps it."""
_LOCAL = frozenset({"--oss", "--local-provider"})
_PROVIDER = lazy(r"model_provider=[\"']?([\w-]*)|model_providers\b|.*\.base_url=")
"""Settings of ``codex -c`` that name another provider."""


def sends_elsewhere(text: str) -> bool:
    """Tell whether a text speaks of a variable that sends such programs to another service."""
    return ("_BASE" in text or "_USE_" in text) and _ELSEWHERE.search(text) is not None


def is_asked(arguments: Arguments) -> bool:
    """Tell whether words that begin with the name of such a program ask it for something."""
    operands = positionals(arguments[1:])
    own = _SUBCOMMANDS.get(_name(arguments[0].text), frozenset())
    return bool(operands and operands[0].text in own) or any(
        argument.text.partition("=")[0] in _OPTIONS for argument in arguments[1:]
    )


def hub_of(arguments: Arguments, shell: Shell) -> str:
    """Return the service, or the runtime of one's own, that a program's models are of."""
    found = _find(arguments, shell)
    return _service(*found, shell).removeprefix("service:") if found else ""


def read(arguments: Arguments, shell: Shell) -> None:
    """Record such a program, the service it asks and the model it is given."""
    found = _find(arguments, shell)
    if found is None:
        return
    command, package = found
    where = shell.collector.occurrence(
        command[0].line, command[0].text, usage=shell.usage, confidence="medium"
    )
    shell.collector.package(package, where)
    service = _service(command, package, shell)
    if service.startswith("service:"):
        shell.collector.service(service, where)
    model = option(command, "-m")
    if model is not None and not shell.model(model) and "$" not in model.text:
        shell.collector.gap(model.text, "provider-unresolved", model.line)


def _find(arguments: Arguments, shell: Shell) -> tuple[Arguments, ComponentId] | None:
    """Return such a program's command, from its name on, and the package it comes in."""
    for number, argument in enumerate(arguments[:_MAX_WRAPPING]):
        name = _name(argument.text)
        package = shell.vocabulary.named("program").get(name)
        if package:
            command = arguments[number:]
            return (command, package) if is_asked(command) else None
        if number == 0 and name not in _WRAPPERS:
            return None
    return None


def _service(command: Arguments, package: ComponentId, shell: Shell) -> str:
    """Return whom a program asks as it is started here: a service, ``ollama``, or not known."""
    if any(argument.text in _LOCAL for argument in command):
        return "ollama"
    told = option(command, "-c", "--config")
    if told is not None and (match := _PROVIDER.match(told.text)):
        return shell.vocabulary.provider_prefix(match.group(1) or "") or ""
    if shell.variables.elsewhere or sends_elsewhere(" ".join(shell.variables.known)):
        return ""
    return shell.vocabulary.default_services.get(package, "")


def _name(text: str) -> str:
    return text.rpartition("/")[2].removesuffix(".cmd").removesuffix(".exe")
