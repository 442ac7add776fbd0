"""Shell scripts: variables followed, flags of model tools, installs, downloads, containers.

``read_shell`` serves every format that holds shell text: Dockerfiles, recipes,
workflows, notebooks, documentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from provenance.addresses import host_of, is_local_host
from provenance.extract import signs, textfile
from provenance.extract.accelerators import platform_of_device, platforms_built_for
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.names import served_here
from provenance.extract.places import Places
from provenance.extract.settings import names_dataset, names_model, names_tracker, read_setting
from provenance.extract.shell import assistants, here
from provenance.extract.shell import installs as shell_installs
from provenance.extract.shell import programs as shell_programs
from provenance.extract.shell.options import option
from provenance.extract.shell.words import (
    Argument,
    Command,
    Here,
    Value,
    Variables,
    Word,
    commands,
)
from provenance.extract.written import read_model
from provenance.model import Document, Extraction, Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "shell"

MAX_BYTES = 1024 * 1024
"""A larger script is made, not written."""

_ASSIGNMENT = lazy(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=(.*)", re.DOTALL)
_KEYWORDS = frozenset("if then else elif do while until ! time { } exec nohup sudo fi done".split())
_DECLARATIONS = frozenset("export declare local readonly typeset env setenv".split())
_TALK = frozenset("echo printf cat grep egrep sed awk log info warn error die print trap".split())
"""Commands whose words are text, not arguments."""
_FLAG = lazy(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_OVERRIDE = lazy(r"(?:\+\+?)?([A-Za-z]\w*(?:[./]\w+)*\.\w+)=(.+)", re.DOTALL)
"""A setting of a configuration in files that a command line replaces: ``trainer.logger=[…]``."""
_HUB_BY_VARIABLE = lazy(r"\w*USE_MODELSCOPE(?:_HUB)?")
_IMAGE = lazy(r"(?:docker|container|base|runtime)[-_]?image(?:[-_]name)?")
"""A flag whose value is a container's image."""
_DEVICE = lazy(r"(?:[\w.-]*[._-])?device(?:[_-]?(?:type|name|map))?")
"""An option that says on what a program runs."""
_BODY_MODEL = lazy(r"[\"']model[\"']\s*:\s*[\"']([^\"']{2,200})[\"']")
_UNFINISHED = lazy(r"(?:huggingface\.co|hf\.co|modelscope\.cn)/[^\s]*\$")
_SPEAKS = lazy(
    r"[A-Za-z_]\w*=\S|--?\w[\w-]*[ =]\S|(?:!|\$ )?(?:sudo )?(?:pip3?|uv|python3?|conda|"
    r"mamba|docker|podman|ollama|vllm|huggingface-cli|hf|modelscope|git clone|wget|curl|npm|"
    r"npx|yarn|pnpm|export|accelerate|torchrun|deepspeed|llamafactory-cli|swift|sglang|"
    r"ARG|ENV|RUN|FROM)\s"
)
"""How a comment begins that is a command put out of use, rather than prose."""
_OF_SENTENCES = frozenset(
    "a an and any are as be before both but by can depends does doesn't don't each else every "
    "fails for from has have if in installs instead into is isn't it its must need needs no not "
    "of on only or our requires should so than that the their them then there these they this "
    "those to too uses using via was we were when where which while will with without won't "
    "works would you your".split()
)
"""Words of which a sentence has one and the operands of a command none."""
_FULL_STOP = lazy(r"[^\W\d_]{2,}[.!?:…]+")


def accepts(path: str) -> bool:
    """Accept shell scripts by their ending."""
    return path.lower().endswith((".sh", ".bash", ".zsh", ".ksh", ".sbatch", ".slurm"))


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one script uses."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if len(document.data) > MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes of shell")
        return collector.done()
    text = textfile.decoded(document.data, collector)
    read_shell(text, 1, collector, vocabulary)
    return collector.done()


def read_shell(
    text: str, first_line: int, collector: Collector, vocabulary: Vocabulary,
    usage: Usage | None = None, variables: Variables | None = None,
) -> None:  # fmt: skip
    """Read shell text into ``collector``.

    Args:
        first_line: the line of the document on which the text begins.
        usage: what the surroundings say of its use.
        variables: known before; what the text sets is added to them.
    """
    variables = variables if variables is not None else Variables()
    variables.elsewhere = variables.elsewhere or assistants.sends_elsewhere(text)
    reader = Shell(collector, vocabulary, usage, variables)
    aside = Aside(collector, "commented")
    passive = Shell(aside, vocabulary, "commented", Variables(variables.known))
    for command in commands(text, first_line):
        if command.comment:
            passive.comment(command)
        else:
            reader.command(command.words)
            here.read(command, reader)
    absorb(aside.done(), collector)


def read_command(
    words: Sequence[Word], collector: Collector, vocabulary: Vocabulary,
    usage: Usage | None = None, variables: Variables | None = None,
) -> None:  # fmt: skip
    """Read one command that is given as a list of words."""
    known = variables if variables is not None else Variables()
    if words:
        Shell(collector, vocabulary, usage, known).command(words)


class Shell:
    """Interprets the commands of one script, in order."""

    def __init__(
        self, collector: Collector, vocabulary: Vocabulary, usage: Usage | None,
        variables: Variables,
    ) -> None:  # fmt: skip
        self.collector = collector
        self.vocabulary = vocabulary
        self.usage = usage
        self.variables = variables
        self.hub = ""
        """The hub or provider that the names of the present command belong to."""
        self.loops: set[str] = set()
        self.given: list[Here] = []
        """Here-documents that the command before hands on."""
        self._asked: set[str] = set()

    def comment(self, comment: Command) -> None:
        """Read a comment: its addresses always, its words when it is a command put out of use."""
        text = comment.comment.strip().removesuffix("\\")
        if "://" in text:
            self.addresses(text, comment.line)
        if _SPEAKS.match(text):
            for command in commands(text, comment.line):
                if command.words:
                    self.command(command.words)

    def command(self, words: Sequence[Word]) -> None:
        """Read one command: assignments first, then flags, addresses and the program."""
        self.hub = ""
        self._builds(words)
        at = 0
        while at < len(words):
            word = words[at]
            match = _ASSIGNMENT.fullmatch(word.text)
            if match:
                self._assign(match.group(1), match.group(2), word)
            elif word.text not in _KEYWORDS and word.text not in _DECLARATIONS:
                break
            at += 1
        if at >= len(words):
            return
        if words[at].text in ("for", "select") and len(words) > at + 2:
            self._loop(words[at + 1].text, words[at + 3 :])
            return
        if words[at].text in (":", "set"):
            self._defaults(words[at + 1 :])
            return
        if words[at].text.rpartition("/")[2] in _TALK:
            return
        arguments = [argument for w in words[at:] for argument in self.variables.arguments(w)]
        self.hub = (
            self.hub or shell_programs.hub_of(arguments) or assistants.hub_of(arguments, self)
        )
        named = option(arguments, "--provider", "--llm-provider", "--model-provider")
        if named is not None and not self.hub:
            service = self.vocabulary.provider_prefix(named.text.lower()) or ""
            local = named.text.lower() == "ollama"
            self.hub = "ollama" if local else service.removeprefix("service:")
        shell_installs.indexes(arguments, self)
        self._flags(arguments)
        for argument in arguments:
            if "://" in argument.text:
                self.addresses(argument.text, argument.line)
        self.body(arguments)
        if not (self.usage == "commented" and is_sentence([a.text for a in arguments])):
            shell_programs.read(arguments, self)

    def _builds(self, words: Sequence[Word]) -> None:
        """Record the accelerators that switches of a build name."""
        if words and words[0].text.rpartition("/")[2] in _TALK:
            return
        for word in words:
            for slug in platforms_built_for(word.text):
                where = self.collector.occurrence(word.line, word.text, usage=self.usage)
                self.collector.platform(slug, where)

    def setting(self, key: str, argument: Argument, provider: str = "") -> None:
        """Read a setting; what the script leaves open is asked once."""
        if "$" in argument.text:
            if argument.text in self._asked or argument.text.strip("${}") in self.loops:
                return
            self._asked.add(argument.text)
        read_setting(
            key, argument.text, argument.line, self.collector, self.vocabulary,
            usage=self.usage, default=argument.default, provider=provider or self.hub,
        )  # fmt: skip

    def model(self, argument: Argument, provider: str = "") -> bool:
        """Read a word that can only be a model."""
        where = self.collector.occurrence(
            argument.line, argument.text, usage=self.usage,
            confidence="medium" if argument.default else "high",
        )  # fmt: skip
        return read_model(
            argument.text, where, self.collector, self.vocabulary, provider=provider or self.hub
        )

    # -- variables ----------------------------------------

    def _assign(self, name: str, text: str, word: Word) -> None:
        before = self.variables.lists.pop(name, [])
        if word.items is not None:
            self._loop(name, word.items)
            more = word.text.startswith(f"{name}+=")
            self.variables.lists[name] = [*before, *word.items] if more else word.items
            self._options(word.items)
            return
        value = here.substituted(text, word.line) or self.variables.expand(text)
        if "$" not in value.text or value.line:
            line = value.line or word.line
            self.variables.set(name, Value(value.text, value.default, line))
        elif f"${{{name}" not in text:
            # A later use names the variable's own source: ``$1``, ``$(…)``.
            self.variables.unset(name, value.text)
        if _HUB_BY_VARIABLE.fullmatch(name) and value.text.lower() in ("1", "true", "yes"):
            self.hub = "modelscope"
        self.setting(name, Argument(value.text, word.line, value.default))
        if value.text.startswith("-") and " " in value.text and not value.line:
            self._options([w for c in commands(value.text, word.line, 1) for w in c.words])

    def _options(self, words: Sequence[Word]) -> None:
        """Read the options that a variable holds, whatever command they are given to."""
        if any(word.text.startswith("-") for word in words):
            self._flags([a for word in words for a in self.variables.arguments(word)])

    def _loop(self, name: str, words: Sequence[Word]) -> None:
        """Read the values that a loop's variable or a list takes in turn."""
        self.variables.known.pop(name, None)
        self.loops.add(name)
        for word in words:
            value = self.variables.expand(word.text)
            self.setting(name.rstrip("sS"), Argument(value.text, word.line, value.default))

    def _defaults(self, words: Sequence[Word]) -> None:
        """Read ``: "${NAME:=default}"``."""
        for word in words:
            match = re.fullmatch(r"\$\{(\w+):?=.*\}", word.text, re.DOTALL)
            if match:
                value = self.variables.expand(word.text)
                self.variables.set(match.group(1), Value(value.text, default=True))
                self.setting(match.group(1), Argument(value.text, word.line, default=True))

    # -- arguments ----------------------------------------

    def _flags(self, arguments: Sequence[Argument]) -> None:
        for number, argument in enumerate(arguments):
            match = _FLAG.fullmatch(argument.text) or _OVERRIDE.fullmatch(argument.text)
            if not match:
                continue
            key, value = match.groups()
            if _IMAGE.fullmatch(key):
                given = Argument(value, argument.line) if value is not None else None
                self._image(given or next(iter(arguments[number + 1 :]), None))
                continue
            if _DEVICE.fullmatch(key):
                given = Argument(value, argument.line) if value is not None else None
                self._device(argument, given or next(iter(arguments[number + 1 :]), None))
                continue
            if not (names_model(key) or names_dataset(key) or names_tracker(key)):
                continue
            if value is not None:
                self.setting(key, Argument(value, argument.line, argument.default))
                continue
            for position in range(number + 1, len(arguments)):
                other = arguments[position]
                more = position > number + 1
                if other.text.startswith("-") or (more and not self._is_another(other)):
                    break
                self.setting(key, other)

    def _image(self, argument: Argument | None) -> None:
        """Read the image that a tool of the project is told to start."""
        if argument is not None and is_image(argument.text) and "$" not in argument.text:
            read_image(
                argument.text, argument.line, self.collector, self.vocabulary, usage=self.usage,
                default=argument.default,
            )  # fmt: skip

    def _device(self, option: Argument, argument: Argument | None) -> None:
        """Read the device that a program is told to run on."""
        slug = platform_of_device(argument.text) if argument is not None else None
        if argument is not None and slug:
            whole = option.text.endswith(f"={argument.text}")
            written = option.text if whole else f"{option.text} {argument.text}"
            self.collector.platform(
                slug, self.collector.occurrence(argument.line, written, usage=self.usage)
            )

    def _is_another(self, argument: Argument) -> bool:
        """Tell whether a word goes on a list of hub ids after a flag."""
        return self.vocabulary.looks_like_model(argument.text)

    def addresses(self, text: str, line: int) -> None:
        """Read the addresses that a text names."""
        if _UNFINISHED.search(text):
            self.collector.gap(text, "dynamic-name", line, expression=text)
            return
        data = text.encode("utf-8", "replace")
        places = Places(data, first_line=line, usage=self.usage)
        signs.addresses(data, places, self.collector, self.vocabulary)

    def body(self, arguments: Sequence[Argument]) -> None:
        """Read the model that the body of a request asks for."""
        found = [(a, m) for a in arguments for m in _BODY_MODEL.finditer(a.text)]
        if not found:
            return
        hosts = [host for a in arguments if (host := host_of(a.text))]
        service = self.vocabulary.service_of_host(hosts[0]) if hosts else None
        local = bool(hosts) and is_local_host(hosts[0])
        for argument, match in found:
            line = argument.line + argument.text.count("\n", 0, match.start())
            if local:
                at = self.collector.occurrence(line, match.group(1), usage=self.usage)
                served_here(match.group(1), at, self.collector, self.vocabulary)
            else:
                provider = (service or "").removeprefix("service:")
                self.model(Argument(match.group(1), line), provider)


def is_sentence(words: Sequence[str]) -> bool:
    """Tell whether words that begin with a program's name go on as prose does.

    ``conda install and conda forge channel as default``: what follows are no operands.
    """
    operands = [word for word in words[1:] if not word.startswith("-")]
    return any(
        text.lower().strip(",;:'\"") in _OF_SENTENCES or not text.isascii() for text in operands
    ) or bool(operands and _FULL_STOP.fullmatch(operands[-1]))
