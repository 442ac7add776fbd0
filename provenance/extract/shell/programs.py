"""What known programs are told on a command line: models to run, packages, images."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.shell import assistants, fetches
from provenance.extract.shell import installs as shell_installs
from provenance.extract.shell.options import Arguments, option, positionals
from provenance.extract.shell.words import Argument, commands
from provenance.model import Import
from provenance.patterns import lazy

if TYPE_CHECKING:
    from provenance.extract.shell.script import Shell

_TOOLS = {
    "vllm": "vllm", "accelerate": "accelerate", "deepspeed": "deepspeed", "torchrun": "torch",
    "lmdeploy": "lmdeploy", "llamafactory-cli": "llamafactory", "trl": "trl",
    "axolotl": "axolotl", "litellm": "litellm", "mergekit-yaml": "mergekit",
    "mergekit-moe": "mergekit", "lm_eval": "lm_eval", "lm-eval": "lm_eval",
    "xinference": "xinference", "xinference-local": "xinference", "sglang": "sglang",
    "huggingface-cli": "huggingface_hub", "modelscope": "modelscope", "optimum-cli": "optimum",
    "langgraph": "langgraph_cli", "wandb": "wandb", "autotrain": "autotrain",
    "bentoml": "bentoml", "faster-whisper": "faster_whisper", "whisperx": "whisperx",
    "img2dataset": "img2dataset", "lighteval": "lighteval", "kaggle": "kaggle",
}  # fmt: skip
"""Commands that come with a Python package, and the module that package has."""
_DOCKER_VALUES = frozenset(
    "-a -c -e -h -l -m -p -u -v -w --name --env --env-file --volume --publish --gpus --network "
    "--net --user --workdir --shm-size --memory --cpus --mount --device --entrypoint --runtime "
    "--restart --hostname --add-host --label --ulimit --ipc --pid --cap-add --security-opt "
    "--platform --log-driver --log-opt --cpuset-cpus --group-add --tmpfs --link --dns --expose "
    "--health-cmd --health-interval --health-timeout --health-retries --memory-swap --pull "
    "--userns --volumes-from --network-alias --annotation --cgroupns --stop-timeout".split()
)
_DEVICES = (
    ("/dev/davinci", "ascend-cann"), ("/dev/kfd", "amd-rocm"), ("/dev/nvidia", "nvidia-cuda"),
    ("/dev/neuron", "aws-neuron"), ("/dev/cambricon", "cambricon"), ("nvidia.com/gpu",
     "nvidia-cuda"),
)  # fmt: skip
_RUNTIMES = {"nvidia": "nvidia-cuda", "habana": "intel-gaudi", "ascend": "ascend-cann",
             "amd": "amd-rocm"}  # fmt: skip
_SHORT_MODEL = {"llm", "mods", "aichat", "chatblade", "fabric", "interpreter"}
"""Clients whose ``-m`` names a model."""


_CLOUDS = {
    ("az", "cognitiveservices"): "azure-openai", ("aws", "bedrock"): "aws-bedrock",
    ("aws", "bedrock-runtime"): "aws-bedrock", ("gcloud", "ai"): "google-vertex-ai",
}  # fmt: skip
"""Commands of clouds, and the service whose models they deploy or ask."""


def hub_of(arguments: Arguments) -> str:
    """Return the hub or provider that the names of a command belong to, when it says so."""
    texts = [argument.text for argument in arguments]
    program = texts[0].rpartition("/")[2] if texts else ""
    if len(texts) > 1 and (cloud := _CLOUDS.get((program, texts[1]))):
        return cloud
    flags = " ".join(texts)
    if program == "modelscope" or "--use_modelscope" in flags or "--use-modelscope" in flags:
        return "modelscope"
    if program == "swift" and len(texts) > 1 and texts[1] in _SWIFT:
        return "" if re.search(r"--use_hf(?:$|[ =](?:1|[Tt]rue))", flags) else "modelscope"
    return ""


_SWIFT = frozenset("sft pt rlhf infer deploy export eval app web-ui merge-lora rollout".split())


def read(arguments: Arguments, shell: Shell) -> None:
    """Read every known program of a command line, behind whatever wraps it."""
    assistants.read(arguments, shell)
    for number, argument in enumerate(arguments[:60]):
        name = argument.text.rpartition("/")[2]
        rest = arguments[number + 1 :]
        if name in ("-m", "--module") and rest and _runs_modules(arguments[:number]):
            _module(rest[0], shell)
        elif name == "-c" and rest and number and _IS_SHELL.fullmatch(
            arguments[number - 1].text.rpartition("/")[2]
        ):  # fmt: skip
            _nested(rest[0], shell)
            return
        elif (module := _TOOLS.get(name)) and not (
            number and arguments[number - 1].text.startswith("-")
        ):
            _import(module, argument, shell)
        if handler := _PROGRAMS.get(name):
            handler(rest, shell)
        if shell_installs.read(name, rest, shell):
            return


_LAUNCHERS = frozenset({"deepspeed", "torchrun", "accelerate"})


def _runs_modules(before: Arguments) -> bool:
    """Tell whether what stands before ``-m`` runs the module that it names."""
    return bool(before) and (
        "python" in before[-1].text
        or any(argument.text.rpartition("/")[2] in _LAUNCHERS for argument in before)
    )


_IS_SHELL = lazy(r"(?:ba|z|da|k)?sh|-l")


def _nested(script: Argument, shell: Shell) -> None:
    """Read the text that ``sh -c`` runs."""
    for command in commands(script.text, script.line, 1):
        if command.words:
            shell.command(command.words)


def _module(argument: Argument, shell: Shell) -> None:
    root = argument.text.partition(".")[0]
    if root not in ("pip", "uv", "venv", "http", "build") and re.fullmatch(r"[A-Za-z_]\w*", root):
        _import(argument.text, argument, shell)


def _import(module: str, argument: Argument, shell: Shell) -> None:
    import sys

    if module.partition(".")[0] in sys.stdlib_module_names:
        return
    where = shell.collector.occurrence(argument.line, argument.text, usage=shell.usage)
    shell.collector.imports.append(Import(module=module, names=(), occurrence=where))


# -- programs ----------------------------------------


def _first(subcommands: frozenset[str], provider: str = "") -> Callable[[Arguments, Shell], None]:
    """Make a handler for ``program subcommand MODEL``."""

    def read_first(rest: Arguments, shell: Shell) -> None:
        words = positionals(rest, _SERVE_VALUES)
        if len(words) > 1 and words[0].text in subcommands:
            shell.model(words[1], provider)

    return read_first


_SERVE_VALUES = frozenset(
    "--port --host --dtype --max-model-len --tensor-parallel-size -tp --gpu-memory-utilization "
    "--api-key --served-model-name --tp --chat-template --backend --tokenizer --download-dir "
    "--revision --quantization".split()
)


def _lmdeploy(rest: Arguments, shell: Shell) -> None:
    words = positionals(rest, _SERVE_VALUES)
    wanted = 2 if words and words[0].text in ("serve", "lite") else 1
    if len(words) > wanted:
        shell.model(words[wanted])


def _llama_cpp(rest: Arguments, shell: Shell) -> None:
    for flag in ("-hf", "-hfr", "--hf-repo"):
        found = option(rest, flag)
        if found is not None:
            shell.model(found)


def _short_model(rest: Arguments, shell: Shell) -> None:
    found = option(rest, "-m")
    if found is not None:
        shell.model(found)


def _make(rest: Arguments, shell: Shell) -> None:
    """Read images that ``make deploy IMG=…`` is given; what it builds is the project's own."""
    if any("build" in argument.text or "push" in argument.text for argument in rest):
        return
    for argument in rest:
        key, _, value = argument.text.partition("=")
        if _IMAGE_VARIABLE.fullmatch(key) and "/" in value and "$" not in value and is_image(value):
            read_image(value, argument.line, shell.collector, shell.vocabulary, usage=shell.usage)


_IMAGE_VARIABLE = lazy(r"(?:[A-Z]+_)*(?:IMG|IMAGE)(?:_NAME)?")


_IMAGE_SET = lazy(r"[\w.*-]+=(.+)")


def _kubectl(rest: Arguments, shell: Shell) -> None:
    """Read ``kubectl run x --image=…``, ``create deployment|job``, ``debug``, ``set image``."""
    words = [argument.text for argument in positionals(rest, _KUBECTL_VALUES)]
    given: list[Argument] = []
    if words[:1] in (["run"], ["debug"], ["create"]):
        found = option(rest, "--image")
        given += [found] if found is not None else []
    elif words[:2] == ["set", "image"]:
        given += [
            Argument(match.group(1), argument.line, argument.default)
            for argument in rest
            if not argument.text.startswith("-") and (match := _IMAGE_SET.fullmatch(argument.text))
        ]
    for image in given:
        if is_image(image.text) and image.text not in shell.variables.made:
            read_image(
                image.text, image.line, shell.collector, shell.vocabulary, usage=shell.usage,
                default=image.default,
            )  # fmt: skip


_KUBECTL_VALUES = frozenset(
    "-n --namespace --context --kubeconfig -l --selector -o --output".split()
)


def docker(rest: Arguments, shell: Shell) -> None:
    """Read ``docker run|pull|create``: image, devices and the environment given."""
    verb = rest[0].text if rest else ""
    if verb in ("build", "buildx", "tag"):
        made = rest[-1] if verb == "tag" else option(rest, "-t", "--tag")
        if made is not None:
            shell.variables.made.add(made.text)
    if verb not in ("run", "pull", "create"):
        return
    words = positionals(rest[1:], _DOCKER_VALUES)
    if not words:
        return
    image = words[0]
    if _is_options(image) and len(words) > 1 and is_image(words[1].text):
        image = words[1]
    bare = not re.search(r"[/:@]", image.text)
    if image.text not in shell.variables.made and not (bare and shell.usage == "documentation"):
        read_image(
            image.text, image.line, shell.collector, shell.vocabulary, usage=shell.usage,
            default=image.default,
        )  # fmt: skip
    options = rest[1 : rest.index(image)]
    for number, argument in enumerate(options):
        value = options[number + 1] if number + 1 < len(options) else argument
        flag, equals, inline = argument.text.partition("=")
        if flag in ("--env", "-e"):
            key, _, setting = (inline if equals else value.text).partition("=")
            shell.setting(key, Argument(setting, value.line, value.default))
        given = inline if equals else value.text
        if flag == "--gpus":
            _platform("nvidia-cuda", argument, shell)
        elif flag == "--runtime" and given in _RUNTIMES:
            _platform(_RUNTIMES[given], argument, shell)
        elif flag in ("--device", "-v", "--volume"):
            for device, slug in _DEVICES:
                if given.startswith(device):
                    _platform(slug, argument, shell)


def _is_options(argument: Argument) -> bool:
    """Tell whether a variable holds options of the command, not the image: by its name."""
    return argument.text.startswith("$") and not re.search(r"image|img", argument.text, re.I)


def _platform(slug: str, argument: Argument, shell: Shell) -> None:
    where = shell.collector.occurrence(argument.line, argument.text, usage=shell.usage)
    shell.collector.platform(slug, where)


_PROGRAMS: dict[str, Callable[[Arguments, Shell], None]] = {
    "ollama": _first(frozenset({"run", "pull"}), "ollama"),
    "vllm": _first(frozenset({"serve"})),
    "trtllm-serve": lambda rest, shell: _first_word(rest, shell),
    "lmdeploy": _lmdeploy,
    "huggingface-cli": fetches.hub_download,
    "hf": fetches.hub_download,
    "modelscope": fetches.modelscope,
    "llama-server": _llama_cpp,
    "llama-cli": _llama_cpp,
    "git": fetches.git,
    "kaggle": fetches.kaggle,
    **dict.fromkeys(("lm_eval", "lm-eval", "lighteval"), fetches.harness),
    "make": _make,
    **dict.fromkeys(("kubectl", "oc"), _kubectl),
    "docker": docker,
    "podman": docker,
    "nerdctl": docker,
    "nvidia-docker": docker,
    **dict.fromkeys(_SHORT_MODEL, _short_model),
}


def _first_word(rest: Arguments, shell: Shell) -> None:
    words = positionals(rest, _SERVE_VALUES)
    if words:
        shell.model(words[0])
