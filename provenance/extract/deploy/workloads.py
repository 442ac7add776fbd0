"""What runs a container, in Compose, Kubernetes, Helm and CI alike: image, environment, devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from provenance.extract.accelerators import DRIVERS
from provenance.extract.collect import Collector
from provenance.extract.config.yaml_tree import Node, settings
from provenance.extract.deploy.images import read_image
from provenance.extract.deploy.machines import platform_of_machine
from provenance.extract.sections import provider_beside, router_beside
from provenance.extract.settings import read_setting
from provenance.extract.shell.assistants import sends_elsewhere
from provenance.extract.shell.script import read_command, read_shell
from provenance.extract.shell.words import Value, Variables, Word
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_RESOURCES = {
    "nvidia.com/gpu": "nvidia-cuda", "amd.com/gpu": "amd-rocm", "gpu.intel.com/i915": "intel-xpu",
    "gpu.intel.com/xe": "intel-xpu", "habana.ai/gaudi": "intel-gaudi",
    "aws.amazon.com/neuron": "aws-neuron", "aws.amazon.com/neuroncore": "aws-neuron",
    "google.com/tpu": "google-tpu", "cambricon.com/mlu": "cambricon",
    "hygon.com/dcu": "hygon-dcu", "metax-tech.com/gpu": "metax-maca",
    "mthreads.com/gpu": "moore-threads-musa", "enflame.com/gcu": "enflame-gcu",
    "iluvatar.com/gpu": "iluvatar-corex", "kunlunxin.com/xpu": "kunlunxin",
}  # fmt: skip
"""Kubernetes' extended resources, and Ascend's by their beginning."""
_DEVICES = (
    ("/dev/davinci", "ascend-cann"), ("/dev/kfd", "amd-rocm"), ("/dev/nvidia", "nvidia-cuda"),
    ("/dev/neuron", "aws-neuron"), ("nvidia.com/gpu", "nvidia-cuda"),
)  # fmt: skip

_BASE = lazy(r"(?:\w+_)?IMAGE(?:_NAME)?", re.IGNORECASE)
"""An argument of a build that names the image it begins from."""


def _variables(node: Node) -> Iterator[tuple[str, str, int]]:
    """Yield name, text and line of environment variables in each of their written forms."""
    for key, value in node.entries():
        if value.value is not None:
            yield key, value.value, value.line
    for item in node.items or ():
        if item.value is not None:
            key, equals, text = item.value.partition("=")
            if equals:
                yield key, text, item.line
        elif name := item.get("name"):
            held = item.get("value")
            yield (
                name.value or "",
                held.value or "" if held is not None else "",
                (held or name).line,
            )


class Workloads:
    """Reads mappings that describe containers."""

    def __init__(
        self, collector: Collector, vocabulary: Vocabulary, *, usage: Usage | None = None,
        runtime: str = "", expand: Callable[[str], Value] | None = None,
    ) -> None:  # fmt: skip
        self.collector = collector
        self.vocabulary = vocabulary
        self.usage = usage
        self.runtime = runtime
        self.variables = Variables()
        self.expand = expand or self.variables.expand

    def read(self, node: Node, *, image: bool = True) -> None:
        """Read one container's mapping.

        Args:
            image: the image comes from elsewhere; the tree does not build it.
        """
        if image:
            self.image(node.get("image"))
        for key in ("environment", "env", "variables"):
            self.environment(node.get(key))
        self.environment(node.get("build", "args"), default=True)
        self._command(node)
        self.devices(node)

    def image(self, node: Node | None) -> None:
        """Read ``image: name:tag``, or a mapping of registry, repository and tag."""
        if node is None:
            return
        line, written = node.line, node.value
        if written is None:
            name = node.get("repository") or node.get("name")
            if name is None or not name.value:
                return
            line, written = name.line, name.value
            registry, tag = node.text("registry"), node.text("tag")
            if registry and not written.startswith(registry):
                written = f"{registry}/{written}"
            if tag and ":" not in written.rpartition("/")[2]:
                written = f"{written}:{tag}"
        if written:
            image = self.expand(written)
            read_image(
                image.text, line, self.collector, self.vocabulary, usage=self.usage,
                default=image.default,
            )  # fmt: skip

    def environment(self, node: Node | None, *, default: bool = False) -> None:
        """Read environment variables in each of their written forms.

        Args:
            default: they are arguments of a build, which only replace what it has itself.
        """
        if node is None or node.value is not None:
            return
        found = [
            (key.strip(), self.expand(text.strip("\"'")), line)
            for key, text, line in _variables(node)
        ]
        known = {key: value.text for key, value, _ in found}
        self.variables.elsewhere |= sends_elsewhere(" ".join(known))
        for key, value, line in found:
            if default and _BASE.fullmatch(key) and re.search("[/:]", value.text):
                read_image(
                    value.text, line, self.collector, self.vocabulary, usage=self.usage,
                    default=True,
                )  # fmt: skip
                continue
            read_setting(
                key, value.text, line, self.collector, self.vocabulary, usage=self.usage,
                default=default or value.default, runtime=self.runtime,
                provider=provider_beside(key, known, value.text, self.vocabulary)
                or router_beside(known, value.text, self.vocabulary),
            )  # fmt: skip

    def _command(self, node: Node) -> None:
        """Read entry point, command and arguments as the one command they make."""
        words: list[Word] = []
        for key in ("entrypoint", "command", "args"):
            part = node.get(key)
            if part is None:
                continue
            if part.value is not None:
                read_shell(
                    part.value.replace("$$", "$"), part.text_line(), self.collector,
                    self.vocabulary, self.usage, self.variables,
                )  # fmt: skip
            for item in part.items or ():
                if item.value is not None:
                    words.append(Word(item.value.replace("$$", "$"), item.text_line()))
        read_command(words, self.collector, self.vocabulary, self.usage, self.variables)

    def devices(self, node: Node) -> None:
        """Record the accelerators that a mapping asks for."""
        for setting in settings(node):
            key, text = setting.key, setting.node.value or ""
            slug = _RESOURCES.get(key) or _RESOURCES.get(text)
            if key.startswith("huawei.com/Ascend"):
                slug = "ascend-cann"
            elif key in ("runtime", "runtimeClassName") or (
                key == "driver" and "devices" in setting.path
            ):
                slug = DRIVERS.get(text)
            elif key == "gpus" and len(setting.path) == 1:
                slug = "nvidia-cuda"
            elif key in ("devices", "path"):
                slug = next((s for begin, s in _DEVICES if text.startswith(begin)), None)
            slug = slug or platform_of_machine(key, text)
            if slug and text != "0":
                where = self.collector.occurrence(
                    setting.node.line, f"{key}: {text}", usage=self.usage
                )
                self.collector.platform(slug, where)
