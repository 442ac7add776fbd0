"""Container images as every format names them: the image, its registry, what it runs on."""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract.accelerators import platform_of
from provenance.extract.collect import Collector
from provenance.model import Usage
from provenance.vocabulary import Vocabulary

DOCKER_HUB = "service:docker-hub"

_IMAGE = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?(?::\d{1,5})?/)?"
    r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*){0,6}"
    r"(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{6,64})?",
    re.ASCII | re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|bmp|ya?ml|json|tar|img|qcow2|iso)$")
_DYNAMIC = re.compile(r"\$|\{\{|\}\}|[<>%]")
_PLACEHOLDER = re.compile(r"(?:^|/)(?:your|my)[-_](?:org|user|registry|name|repo|account|project)")


def is_image(text: str) -> bool:
    """Tell whether a text can be an image reference."""
    return bool(_IMAGE.fullmatch(text)) and not _FILE.search(text)


def read_image(
    image: str, line: int, collector: Collector, vocabulary: Vocabulary, *,
    usage: Usage | None = None, default: bool = False,
) -> bool:  # fmt: skip
    """Record an image with its registry and platform; a name only known later is a gap."""
    image = image.strip().removeprefix("docker://").removeprefix("docker:")
    if _DYNAMIC.search(image):
        # A tag set at run time hides the version only.
        named, _, tag = image.partition(":")
        if _DYNAMIC.search(named) or not tag or not is_image(named):
            collector.gap(image, "dynamic-name", line, expression=image)
            return False
        image = named
    if not is_image(image) or image == "scratch" or _PLACEHOLDER.search(image):
        return False
    where = collector.occurrence(
        line, image, usage=usage, confidence="medium" if default else "high"
    )
    collector.container(image, where)
    host = image.partition("/")[0] if "/" in image else ""
    channel = vocabulary.service_of_host(host.partition(":")[0]) if "." in host else None
    if channel is None and "." not in host and ":" not in host and host != "localhost":
        channel = DOCKER_HUB
    if channel:
        component = ids.container(image)
        collector.link(component, collector.service(channel, where), "delivered-by", where)
    platform = platform_of(image)
    if platform:
        collector.platform(platform, where)
    return True
