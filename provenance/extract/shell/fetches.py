"""Programs that fetch from hubs and code hosts, and those that name what they measure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provenance.extract.shell.options import Arguments, option, positionals
from provenance.extract.shell.words import Argument, Cloned
from provenance.patterns import lazy

if TYPE_CHECKING:
    from provenance.extract.shell.script import Shell

_GITHUB = lazy(r"(?:https?://github\.com/|git@github\.com:)([\w.-]+/[\w.-]+?)(?:\.git)?/?")
_CLONE_VALUES = frozenset("-b --branch --depth -o --origin -c --config -j --jobs".split())


def hub_download(rest: Arguments, shell: Shell) -> None:
    """Read ``huggingface-cli download ns/name [files]``, also of datasets."""
    words = positionals(
        rest, frozenset("--repo-type --revision --local-dir --include --exclude --cache-dir "
                        "--token --local-dir-use-symlinks --max-workers".split())
    )  # fmt: skip
    if len(words) < 2 or words[0].text != "download":
        return
    repo_type = option(rest, "--repo-type")
    if repo_type is not None and repo_type.text == "dataset":
        shell.setting("dataset", words[1])
    elif repo_type is None or repo_type.text == "model":
        shell.model(words[1])


def modelscope(rest: Arguments, shell: Shell) -> None:
    """Read ``modelscope download ns/name``; the forms with an option are read as options."""
    words = positionals(
        rest, frozenset("--local_dir --cache_dir --revision --include --exclude --model "
                        "--dataset --token".split())
    )  # fmt: skip
    if not words or words[0].text != "download":
        return
    if len(words) > 1 and not (option(rest, "--model") or option(rest, "--dataset")):
        shell.model(words[1], "modelscope")


def kaggle(rest: Arguments, shell: Shell) -> None:
    """Read ``kaggle datasets download owner/name`` and ``kaggle competitions download -c x``."""
    words = positionals(
        rest, frozenset("-f --file -p --path -c --competition -d --dataset".split())
    )
    if [word.text for word in words[1:2]] != ["download"]:
        return
    if words[0].text in ("datasets", "d"):
        flags: tuple[str, ...] = ("-d", "--dataset")
    elif words[0].text in ("competitions", "c"):
        flags = ("-c", "--competition")
    else:
        return
    named = option(rest, *flags) or (words[2] if len(words) > 2 else None)
    if named is not None and "$" not in named.text:
        where = shell.collector.occurrence(named.line, named.text, usage=shell.usage)
        shell.collector.dataset("kaggle", named.text, where)


_HARNESS_MODEL = lazy(r"(?:^|,)(?:pretrained|model_name|model|peft)=([^,\s]+)")


def harness(rest: Arguments, shell: Shell) -> None:
    """Read ``lm_eval --model_args pretrained=ns/name,dtype=…`` and what lighteval is given."""
    for argument in rest:
        for match in _HARNESS_MODEL.finditer(argument.text.partition("--model_args=")[2]
                                             or argument.text):  # fmt: skip
            shell.model(Argument(match.group(1), argument.line, argument.default))


def git(rest: Arguments, shell: Shell) -> None:
    """Read ``git clone`` of a ModelScope repository; hub addresses are read as such."""
    for argument in rest[:8]:
        slug = _GITHUB.fullmatch(argument.text)
        if slug and rest[0].text == "clone":
            last = positionals(rest, _CLONE_VALUES)[-1].text.rstrip("/").removesuffix(".git")
            shell.variables.cloned = Cloned(
                slug.group(1).lower(), argument.line, last.rpartition("/")[2]
            )
        match = re.match(
            r"https?://(?:www\.)?modelscope\.cn/(datasets/)?(?:models/)?([\w-]+/[\w.-]+?)"
            r"(?:\.git)?/?$", argument.text,
        )  # fmt: skip
        if match:
            where = shell.collector.occurrence(argument.line, argument.text, usage=shell.usage)
            if match.group(1):
                shell.collector.dataset("modelscope", match.group(2), where)
            else:
                shell.collector.modelscope_model(match.group(2), where)
