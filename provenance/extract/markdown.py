"""Documentation in Markdown and reStructuredText: hub addresses, ids, commands, snippets."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Set
from typing import NamedTuple

from msgspec.structs import replace

from provenance import ids
from provenance.extract import signs, textfile
from provenance.extract.accelerators import platform_of_device
from provenance.extract.aside import Aside, absorb
from provenance.extract.collect import Collector
from provenance.extract.mentions import follow_hubs
from provenance.extract.names import tool_model
from provenance.extract.places import Places
from provenance.extract.prose import read_prose
from provenance.extract.shell.script import is_sentence, read_shell
from provenance.extract.shell.words import Variables
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "markdown"
MAX_BYTES = 2 * 1024 * 1024

_INSTRUCTIONS = lazy(
    r"(?:agents?|claude|gemini|copilot-instructions|cursor|windsurf|cline|skill|conventions|"
    r"codex|warp|junie)(?:[.-].*)?\.mdx?|.*\.(?:mdc|prompt\.md|instructions\.md|chatmode\.md)",
    re.IGNORECASE,
)
"""What an assistant is told; it names no dependency."""
_INSTRUCTION_FOLDER = lazy(
    r"(?:^|/)\.(?:cursor|claude|github/(?:instructions|prompts|chatmodes)|windsurf|clinerules|"
    r"continue|codex|gemini|kiro|roo|trae)/"
)
_HISTORY = lazy(
    r"(?:changelog|changes|history|news|releases?|code_of_conduct|security|license|citation|"
    r"contributors|authors)(?:[._-].*)?\.(?:mdx?|rst)",
    re.IGNORECASE,
)
_VENDORED = lazy(r"(?:^|/)(?:wwwroot/lib|bower_components|vendor)/")
_FRONT = lazy(r"---[ \t]*\r?\n(?:(?!---[ \t]*\r?$).*\n){0,5000}---[ \t]*\r?\n", re.MULTILINE)
_FENCE = lazy(r"^(?P<indent>[ \t>]*(?:[-*+]|\d+\.)?[ \t]*)(?P<mark>`{3,}|~{3,})[ \t]*"
                    r"\{?[ \t]*\.?(?P<language>[\w+#.-]*)")  # fmt: skip
_DIRECTIVE = lazy(r"^([ \t]*)\.\.[ \t]+(?:code-block|code|sourcecode|prompt)::[ \t]*(\w*)")
_TO_PUT = lazy(r"(?<==)<([A-Za-z][\w -]{0,60})>")
"""What a reader is to put in as a value (``TOKEN=<your token>``): one word, no redirection."""
_SHELLS = frozenset("sh bash shell console shell-session zsh terminal cmd powershell ps1 bat "
                    "shellscript".split())  # fmt: skip
_PYTHONS = frozenset("python py python3 pycon ipython".split())
_PROMPT = lazy(r"^[ \t]*(?:\$|%|>|PS[^>]*>)[ ]+|^\([\w.-]+\)[ ]*\$?[ ]+|^[ \t]*[%!]{1,2}(?=\w)")
_MAGIC = lazy(r"[ \t]*[%!]{1,2}(?=[A-Za-z])")
_COMMAND = lazy(
    r"^[ \t]*(?:\$[ ])?(?:sudo |[A-Z_]+=\S+ )?(?:pip3?|uv|python3?|conda|docker|ollama|vllm|"
    r"huggingface-cli|hf|git|wget|curl|npm|npx|export)[ ]"
)
_INDENTS = ("    ", "\t")
"""How lines of a block begin that is marked by nothing else."""
_TICKED_COMMAND = lazy(
    r"(?<!`)`((?:\$ |sudo )?(?:ollama|docker|podman|npm|npx|pnpm|yarn|bunx?|pip3?|uvx?|pipx|conda|"
    r"huggingface-cli|hf|modelscope|vllm|lmdeploy)[ ](?![^`\n]*://)[^`\n]{2,200})`(?!`)"
)
"""A command within a sentence that installs, fetches or starts something by its name."""
_WARNED = lazy(
    r"(?:\b(?:do(?:es)? not|don['’]t|never|avoid|must not|should not|shouldn['’]t|instead of"
    r"|rather than|no longer)\b|不要|请勿|切勿|而不是|不能|无法)[^.!?。！？\n]{0,40}\Z",
    re.IGNORECASE,
)
"""What stands before a command that a reader is not to run."""
_ANOTHER = lazy(
    r"[^.\n]{0,12}[.,;:]?[^.\n]{0,30}\b(?:different|another|unrelated|wrong|other) "
    r"(?:package|project)",
    re.IGNORECASE,
)
"""What stands behind one that does not install what it seems to."""
_TICKED_DEVICE = lazy(r"(?<!`)`[^`\n]{0,80}?(--device(?:-type)?[ =]([a-z]{2,5})(?::\d)?)`(?!`)")
_ID = lazy(
    rb"(?<![\w./@:#~%-])([A-Za-z0-9][\w-]{1,60}/[A-Za-z0-9][\w.-]{2,95})"
    rb"(?![\w/@-]|\.\w)"
)
_SIZE = lazy(r"[\d.]+[BM]?", re.IGNORECASE)
_TICKED = lazy(rb"`([a-z0-9][\w.:-]{2,60})`", re.IGNORECASE)
_AZURE = lazy(rb"azure[ _-]?open[ _-]?ai|azure ai (?:foundry|studio)", re.IGNORECASE)
_OPENAI = lazy(
    rb"(?:platform|api)\.openai\.com|(?<![A-Z_])OPENAI_API_KEY|(?<![`\w/.-])OpenAI(?![\w/.-])"
)
"""What a document has in it that speaks of OpenAI's own service."""
_OF_AZURE = lazy(rb"(?i:azure)[ _-]OpenAI")
_IMAGE_LINE = lazy(rb"[ \t>]*(?:-[ \t]+)?[\"']?(?:image|repository)[\"']?[ \t]*[:=]")
_DATA_FLAG = lazy(rb"--(?:[a-z]+[_-])*data(?:[_-](?:path|name|id|dir))?[ =]+[\"']?\Z")
"""The option of a command that is given data to learn from."""
_CONTAINER_ID = lazy(rb"(?:^|\s)[0-9a-f]{12}\s")
"""What a line has in it that lists images or containers."""
_CONTAINERS = lazy(rb"\b(?:docker|podman|nerdctl)[ ]")
_OF_A_HUB = lazy(
    r"\b(?:hf|huggingface-cli|modelscope)[ ]+(?:download|clone)\b|(?:huggingface\.co|hf\.co|"
    r"modelscope\.c[no]m?)/|USE_MODELSCOPE|use_modelscope"
)
"""What shell text has in it that says from which hub its names come."""
_CHOICE = lazy(r"[A-Za-z0-9.]+/[A-Za-z]+|[^/]+/\d+(?:\.\d+)?[bBmM]?")
"""Two words of a sentence, one or the other; sizes of one family."""
_SLUG = lazy(r"github\.com[/:]([\w.-]+/[\w.-]+)", re.IGNORECASE)
_DATASET = lazy(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]+/[\w.-]+)")
_CALLED = lazy(r"//api[.-]|/v\d|/api/|inference|hooks\.")
_RESOURCES = frozenset("svc service deploy deployment pod pods job cm ds sts ingress recipes "
                       "plugins modules".split())  # fmt: skip
_BUILT = lazy(r"docker (?:buildx )?build\b[^\n]{0,300}?[ ](?:-t|--tag)[ =]([^\s\\]+)")
_PYTHON_PROMPT = lazy(r"^(?:>>> ?|\.\.\. ?|In \[\d+\]: ?)")


class Block(NamedTuple):
    """A fenced block: its language, the line on which its text begins, the text."""

    language: str
    line: int
    text: str


def accepts(path: str) -> bool:
    """Accept documentation; not what assistants are told, nor histories and licenses."""
    name = path.rpartition("/")[2]
    return (
        name.lower().endswith((".md", ".mdx", ".rst", ".markdown"))
        and not _INSTRUCTIONS.fullmatch(name) and not _INSTRUCTION_FOLDER.search(path)
        and not _HISTORY.fullmatch(name) and not _VENDORED.search(path)
    )  # fmt: skip


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one document names, all of it as documentation."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    if len(document.data) > MAX_BYTES:
        collector.gap(document.path, "too-large", detail=f"{len(document.data)} bytes")
        return collector.done()
    text, _ = textfile.decode(document.data)
    front = _FRONT.match(text)
    if front:  # read as a model card's, or nobody's: what it lists is no prose
        text = "\n" * front.group().count("\n") + text[front.end() :]
    read_markdown(text, collector, vocabulary)
    return collector.done()


def read_markdown(text: str, collector: Collector, vocabulary: Vocabulary) -> None:
    """Read Markdown into ``collector``; nothing in it is an open question."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    aside = Aside(collector, "documentation")
    data = text.encode("utf-8", "replace")
    places = Places(data)
    links = Aside(collector, "documentation")
    signs.addresses(data, places, links, vocabulary)
    absorb(_without_links(links.done()), aside)
    read_prose(data, places, aside, vocabulary)
    _api_names(data, places, aside, vocabulary)
    made = frozenset(_BUILT.findall(text))
    mentions = Aside(collector, "documentation")
    pythons: list[Block] = []
    for block in blocks(text):
        language = block.language.lower()
        if language in _SHELLS or (not language and _COMMAND.match(block.text)):
            shell = "\n".join(_PROMPT.sub("", line) for line in block.text.split("\n"))
            shell = _TO_PUT.sub(lambda match: match.group(1).replace(" ", "_"), shell)
            known = Variables(made=made)
            into = aside if _OF_A_HUB.search(shell) else mentions
            read_shell(shell, block.line, into, vocabulary, "documentation", known)
        elif language in _PYTHONS:
            python, shell = _parted(block.text)
            pythons.append(block._replace(text=python))
            if shell.strip():
                read_shell(shell, block.line, mentions, vocabulary, "documentation")
        elif language in ("env", "dotenv", "ini", "properties"):
            from provenance.extract.config.env_file import read_env

            read_env(block.text, block.line, mentions, vocabulary, "documentation")
        elif language in ("yaml", "yml"):
            from provenance.extract.config.yaml_config import read_yaml

            read_yaml(block.text, block.line, mentions, vocabulary)
        elif language in ("json", "jsonc", "json5"):
            from provenance.extract.config.json_config import read_json

            read_json(block.text, block.line, mentions, vocabulary)
        elif language in ("xml", "gradle", "groovy", "kotlin", "kts"):
            from provenance.extract.manifests.coordinates import read_snippet

            read_snippet(block.text, block.line, mentions, vocabulary)
        elif language in ("dockerfile", "docker"):
            from provenance.extract.deploy.dockerfile import read_dockerfile

            read_dockerfile(block.text, block.line, mentions, vocabulary)
    _commands(text, aside, mentions, vocabulary, made)
    _python(pythons, aside, vocabulary)
    said = aside.done()
    images = {name.partition(":")[0].lower() for name in made}
    images |= _images(said) | _images(mentions.done())
    _names(data, text, places, mentions, vocabulary, images)
    absorb(said, collector)
    absorb(follow_hubs(mentions.done(), said), collector)


def _parted(snippet: str) -> tuple[str, str]:
    """Return the Python of a snippet and the commands as cells have them, lines kept."""
    python, shell = [], []
    for line in snippet.split("\n"):
        command = _MAGIC.match(line)
        python.append("" if command else line)
        shell.append(line[command.end() :] if command else "")
    return "\n".join(python), "\n".join(shell)


def blocks(text: str) -> Iterator[Block]:
    """Yield blocks, their common indentation removed: fenced, directives, indented commands."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence, directive = _FENCE.match(lines[number]), _DIRECTIVE.match(lines[number])
        number += 1
        begin = number
        if fence:
            mark = fence.group("mark")
            quote = ">" in fence.group("indent")
            while number < len(lines) and not lines[number].lstrip(" \t>").startswith(mark):
                number += 1
            body = [line.lstrip(">") if quote else line for line in lines[begin:number]]
            number += 1
            yield Block(fence.group("language"), begin + 1, _dedented(body))
        elif directive:
            outer = len(directive.group(1))
            while number < len(lines) and (
                not lines[number].strip()
                or len(lines[number]) - len(lines[number].lstrip()) > outer
            ):
                number += 1
            yield Block(directive.group(2), begin + 1, _dedented(lines[begin:number]))
        elif lines[begin - 1].startswith(_INDENTS) and _COMMAND.match(lines[begin - 1]):
            if begin > 1 and lines[begin - 2].strip():
                continue  # a paragraph that goes on
            while number < len(lines) and lines[number].startswith(_INDENTS):
                number += 1
            body = ["" if is_sentence(line.split()) else line for line in lines[begin - 1 : number]]
            yield Block("", begin, _dedented(body))


def _dedented(lines: list[str]) -> str:
    indent = min((len(s) - len(s.lstrip()) for s in lines if s.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


def _without_links(found: Extraction) -> Extraction:
    """Leave out the services that prose only points a reader to."""
    kept = {link.target for link in found.links}
    return replace(
        found,
        components=tuple(
            item for item in found.components
            if item.kind != "service" or item.id in kept
            or any(_CALLED.search(place.as_written) for place in item.occurrences)
        ),
    )  # fmt: skip


def _commands(
    text: str, said: Collector, mentions: Collector, vocabulary: Vocabulary, made: frozenset[str]
) -> None:
    """Read commands between back-ticks."""
    line, at = 1, 0
    for match in _TICKED_COMMAND.finditer(text):
        line, at = line + text.count("\n", at, match.start()), match.start()
        before = text[max(0, match.start() - 80) : match.start()]
        if _WARNED.search(before) or _ANOTHER.match(text, match.end()):
            continue
        command = _PROMPT.sub("", match.group(1))
        into = said if _OF_A_HUB.search(command) else mentions
        read_shell(command, line, into, vocabulary, "documentation", Variables(made=made))
    if "--device" in text:
        for match in _TICKED_DEVICE.finditer(text):
            platform = platform_of_device(match.group(2))
            if platform:
                line = text.count("\n", 0, match.start()) + 1
                said.platform(platform, said.occurrence(line, match.group(1)))


def _images(found: Extraction) -> set[str]:
    """Return the names of container images, without their tags."""
    return {
        ids.without_version(item.id).removeprefix("pkg:docker/").lower()
        for item in found.components
        if item.kind == "container"
    }


def _names(
    data: bytes, text: str, places: Places, collector: Collector, vocabulary: Vocabulary,
    images: Set[str],
) -> None:  # fmt: skip
    """Record ids that stand in prose, tables and snippets; a code host's slugs are none.

    Args:
        images: names of container images that the document's commands have.
    """
    slugs = {slug.lower().removesuffix(".git") for slug in _SLUG.findall(text)}
    datasets = {name.lower().rstrip(".") for name in _DATASET.findall(text)}
    for match in _ID.finditer(data):
        name = match.group(1).decode("ascii", "replace").rstrip(".-")
        if (
            (_CHOICE.fullmatch(name) and not _in_code(data, match.start(1), match.end(1)))
            or name.lower() in slugs or name.partition("/")[0].lower() in _RESOURCES
            or not vocabulary.looks_like_model(name)
            or data[match.end() : match.end() + 2].startswith((b"*", b"-*"))  # a pattern of names
            or name.lower() in images
        ):  # fmt: skip
            continue
        around = places.text_line(match.start()).lower()
        if _IMAGE_LINE.match(around) or _CONTAINER_ID.search(around) or (
            data[match.end() : match.end() + 1] == b":"
            and _CONTAINERS.search(_before(data, match.start()))
        ):  # fmt: skip
            continue
        where = collector.occurrence(places.line(match.start()), name, confidence="medium")
        if vocabulary.routed(name):
            continue
        if vocabulary.alias(name, "open-clip"):
            tool_model(name, "open-clip", where, collector, vocabulary)
            continue
        if (
            name.lower() in datasets
            or (b"dataset" in around and b"model" not in around)
            or _DATA_FLAG.search(_before(data, match.start(1)))
        ):
            collector.dataset("huggingface", name, where)
        elif vocabulary.hub_of_namespace(name) == "modelscope":
            collector.modelscope_model(name, where)
        else:
            collector.hub_model(name, where)


def _before(data: bytes, offset: int) -> bytes:
    """Return what stands before an offset on its line, at most 200 bytes."""
    return data[max(0, offset - 200) : offset].rpartition(b"\n")[2]


def _in_code(data: bytes, start: int, end: int) -> bool:
    """Tell whether a name stands between marks of code or quotation, or ends a line of a list."""
    return data[start - 1 : start] in (b"`", b'"', b"'", b"=") and data[end : end + 1] in (
        b"`", b'"', b"'", b":", b"\n", b" "
    )  # fmt: skip


def _api_names(data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record names of hosted models that stand between back-ticks.

    A document that speaks of Azure's service, and hardly of OpenAI's own, means the models
    that are deployed there.
    """
    azure = (b"zure" in data or b"ZURE" in data) and (
        len(_AZURE.findall(data)) > len(_OPENAI.findall(_OF_AZURE.sub(b"", data)))
    )
    for match in _TICKED.finditer(data):
        name = match.group(1).decode("ascii", "replace")
        owner = vocabulary.api_owner(name)
        if owner:
            owner = "service:azure-openai" if azure and owner == "service:openai" else owner
            where = collector.occurrence(places.line(match.start()), name, confidence="medium")
            collector.api_model(owner, name, where)


def _python(found: list[Block], collector: Collector, vocabulary: Vocabulary) -> None:
    """Read the snippets that parse as one source, each on its own lines."""
    lines: list[str] = []
    for block in found:
        source = block.text
        if ">>>" in source:
            source = "\n".join(
                _PYTHON_PROMPT.sub("", line) if _PYTHON_PROMPT.match(line) else ""
                for line in source.split("\n")
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        lines += [""] * (block.line - 1 - len(lines))
        lines += source.split("\n")
    if lines:
        from provenance.extract.python.source import read_source

        read_source("\n".join(lines).encode("utf-8", "replace"), collector, vocabulary)
