"""Packages that a command line installs, with pip and the tools of other ecosystems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provenance import ids
from provenance.extract.accelerators import platform_of_library
from provenance.extract.channels import PYPI, channel_of_url
from provenance.extract.collect import Collector
from provenance.extract.manifests.requirements import read_requirement
from provenance.extract.shell.words import Argument, Word
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

if TYPE_CHECKING:
    from provenance.extract.shell.script import Shell

_PIP = frozenset("install download wheel".split())
_SUBCOMMANDS: dict[str, tuple[str, frozenset[str]]] = {
    "pip": ("pypi", _PIP),
    "uv": ("pypi", frozenset({"add"})),
    "poetry": ("pypi", frozenset({"add"})),
    "pdm": ("pypi", frozenset({"add"})),
    "rye": ("pypi", frozenset({"add"})),
    "pipenv": ("pypi", frozenset({"install"})),
    "pipx": ("pypi", frozenset({"install", "run"})),
    "uvx": ("pypi", frozenset()),
    "conda": ("conda", frozenset({"install", "create"})),
    "mamba": ("conda", frozenset({"install", "create"})),
    "micromamba": ("conda", frozenset({"install", "create"})),
    "npm": ("npm", frozenset({"install", "i", "add"})),
    "yarn": ("npm", frozenset({"add"})),
    "pnpm": ("npm", frozenset({"add", "install", "i"})),
    "bun": ("npm", frozenset({"add", "install"})),
    "npx": ("npm", frozenset()),
    "bunx": ("npm", frozenset()),
    "go": ("golang", frozenset({"get", "install"})),
    "cargo": ("cargo", frozenset({"add", "install"})),
    "gem": ("gem", frozenset({"install"})),
    "apt-get": ("apt", frozenset({"install"})),
    "apt": ("apt", frozenset({"install"})),
}
"""By program: the ecosystem, and the subcommands that install (none: the program itself)."""

_VALUED: dict[str, frozenset[str]] = {
    "pypi": frozenset(
        "-r -c -i -f -t -p -C --requirement --constraint --index-url --extra-index-url "
        "--find-links --target --python --platform --prefix --root --cache-dir --trusted-host "
        "--timeout --default-timeout --retries --only-binary --no-binary --progress-bar --src "
        "--upgrade-strategy --log --proxy --abi --implementation --python-version --index "
        "--config-settings --index-strategy --group -G --optional --extra -E --source -d --dest "
        "--build-option --global-option --torch-backend --spec".split()
    ),
    "conda": frozenset("-c --channel -n --name -p --prefix --file -f".split()),
    "npm": frozenset("--registry --prefix --tag -w --workspace --cache -C --dir".split()),
    "golang": frozenset(),
    "cargo": frozenset("--features -F --version --git --branch --path --rename --tag".split()),
    "gem": frozenset("-v --version -s --source".split()),
    "apt": frozenset("-t -o".split()),
}
_PINNED_LATER = lazy(r"([A-Za-z0-9][\w.-]*(?:\[[\w, -]+\])?)\s*(?:[=~<>!]=|[<>@])\s*\$.*")
_RUNS = {"npm": frozenset({"exec", "x"}), "pnpm": frozenset({"dlx"}), "yarn": frozenset({"dlx"}),
         "bun": frozenset({"x"})}  # fmt: skip
"""Subcommands that fetch a package and run it; ``npm exec`` only what the project lacks."""
_AGREED = Argument("-y", 0)
_NPM = lazy(r"((?:@[a-z0-9~][\w.~-]*/)?[A-Za-z0-9~][\w.~-]*)(?:@(\^|~|>=)?([\w.^~-]+))?")
_TOOLS = frozenset("pip setuptools wheel virtualenv build twine poetry pipenv uv pdm hatch "
                   "pip-tools flit tox nox pre-commit ruff".split())  # fmt: skip
"""Packages that only make or install others."""
_BINARIES = frozenset("tsc tsserver ng nest rn sb".split())
"""Commands whose package has another name."""
_NOT_FROM_CONDA = frozenset({"python", "pip"})
_INDEX_PLATFORM = lazy(r"/(?:whl|simple|nightly)[\w/.-]*/(cu\d{2,3}|rocm[\d.]*|xpu)\b")
_PLATFORM_OF_INDEX = {"cu": "nvidia-cuda", "ro": "amd-rocm", "xp": "intel-xpu"}


def read(program: str, rest: Sequence[Argument], shell: Shell) -> bool:
    """Record what an install command names; return whether it was one."""
    if re.fullmatch(r"pip[\d.]*", program):
        program = "pip"
    if program not in _SUBCOMMANDS:
        return False
    ecosystem, subcommands = _SUBCOMMANDS[program]
    if program == "uv" and rest and rest[0].text == "tool":
        rest, subcommands = rest[1:], frozenset({"install", "run"})
    valued = _VALUED[ecosystem]
    words, channels, further = _words(rest, valued, shell, ecosystem)
    runs = _RUNS.get(program, frozenset())
    if words and words[0].text in runs:  # npm exec, pnpm dlx: as npx
        words, subcommands, program = words[1:], frozenset(), "npx"
        rest = rest if words[:1] and "exec" in runs else (*rest, _AGREED)
    if subcommands:
        if not words or words[0].text not in subcommands:
            return False
        words = words[1:]
    if program in ("uvx", "npx", "bunx", "pipx"):
        words = words[:1]
        agreed = any(argument.text in ("-y", "--yes") for argument in rest)
        told = shell.usage == "documentation" and not any(w.text in _BINARIES for w in words)
        if program == "npx" and not (agreed or told or any("@" in word.text for word in words)):
            return True  # a tool of the project itself, as ``npx tsc``
    for word in words:
        _package(ecosystem, word, channels, further, shell)
    return True


def indexes(arguments: Sequence[Argument], shell: Shell) -> None:
    """Record the accelerators of the indexes that a command is given, whatever runs it."""
    for number, argument in enumerate(arguments):
        flag, equals, value = argument.text.partition("=")
        if flag in _INDEX and not equals and number + 1 < len(arguments):
            argument = arguments[number + 1]
            value = argument.text
        platform = _INDEX_PLATFORM.search(value) if flag in _INDEX else None
        if platform:
            where = shell.collector.occurrence(argument.line, value, usage=shell.usage)
            shell.collector.platform(_PLATFORM_OF_INDEX[platform.group(1)[:2]], where)


def _words(
    rest: Sequence[Argument], valued: frozenset[str], shell: Shell, ecosystem: str
) -> tuple[list[Argument], list[ComponentId], list[ComponentId]]:
    """Return the words that name something, pip's channels, and those it asks beside them."""
    words: list[Argument] = []
    channels: list[ComponentId] = []
    further: list[ComponentId] = []
    default = True
    skip = ""
    for argument in rest:
        flag, equals, value = argument.text.partition("=")
        if skip:
            flag, value, skip = skip, argument.text, ""
        elif flag in valued and not equals:
            skip = flag
            continue
        elif not argument.text.startswith("-"):
            words.append(argument)
            continue
        if ecosystem == "pypi" and flag in _INDEX and "://" in value and "$" not in value:
            where = shell.collector.occurrence(argument.line, value, usage=shell.usage)
            channel = channel_of_url(value, where, shell.collector, shell.vocabulary)
            instead = flag in ("-i", "--index-url")
            default = default and not instead
            if channel:
                (channels if instead else further).append(channel)
    channels = [PYPI, *channels] if default else channels
    return words, channels, [channel for channel in further if channel not in channels]


_INDEX = frozenset({"-i", "--index-url", "--extra-index-url", "--index", "-f", "--find-links"})


def _package(
    ecosystem: str, word: Argument, channels: list[ComponentId], further: list[ComponentId],
    shell: Shell,
) -> None:  # fmt: skip
    text, collector = word.text.strip().rstrip(";,"), shell.collector
    cloned = shell.variables.cloned
    if ecosystem == "pypi" and text == "." and cloned and shell.usage != "documentation":
        address = f"https://github.com/{cloned.slug}"
        where = collector.occurrence(cloned.line, address, usage=shell.usage)
        collector.package(f"pkg:github/{cloned.slug}", where, channels=("service:github",))
        shell.variables.cloned = None
    if not text or text.startswith((".", "/", "~", "#")):
        return  # the project itself, or a file beside it
    if ecosystem == "pypi":
        later = _PINNED_LATER.fullmatch(text)
        if later:
            text = later.group(1)
        if "$" in text or "{" in text:
            collector.gap(text, "dynamic-name", word.line, expression=text)
        elif "://" in text or not re.search(r"[/\\<>*]$|\.(?:whl|txt|gz)$", text):
            tool = re.split(r"[\[<>=~! ]", text, maxsplit=1)[0].lower() in _TOOLS
            usage = shell.usage or ("development" if tool else "used")
            read_requirement(
                text, word.line, usage, channels, collector, shell.vocabulary, further=further
            )
        return
    if "$" in text:
        collector.gap(text, "dynamic-name", word.line, expression=text)
        return
    where = collector.occurrence(word.line, text, usage=shell.usage)
    if ecosystem == "apt":
        platform = platform_of_library(text)
        if platform:
            collector.platform(platform, where)
    elif ecosystem == "conda":
        _conda(text, word, shell)
    elif ecosystem == "npm":
        match = _NPM.fullmatch(text)
        if match:
            name, operator, version = match.groups()
            exact = version if version and not operator and version[0].isdigit() else None
            collector.package(
                ids.package("npm", name, exact), where, requirement=version,
                channels=("service:npm",),
            )  # fmt: skip
    else:
        name, _, version = text.partition("@")
        name = name.removesuffix("/...")
        if re.fullmatch(r"[\w./-]+", name) and (ecosystem != "golang" or "." in name):
            pinned = version if version[:1].isdigit() or version[1:2].isdigit() else None
            collector.package(ids.package(ecosystem, name, pinned), where)


def _conda(text: str, word: Argument, shell: Shell) -> None:
    from provenance.extract.manifests.conda import read_spec

    if re.split(r"[=<>!]", text, maxsplit=1)[0].lower() not in _NOT_FROM_CONDA:
        read_spec(text, word.line, shell.usage or "used", [], shell.collector, shell.vocabulary)


def install(words: Sequence[tuple[str, int]], collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what a program's words, each with its line, run or install; npx always agrees."""
    from provenance.extract.shell.script import read_command

    found = [Word(text, line) for text, line in words]
    if found and found[0].text.rpartition("/")[2] == "npx":
        found.insert(1, Word("-y", found[0].line))
    read_command(found, collector, vocabulary)
