"""Container images as every format names them: the image, its registry, what it runs on."""

from __future__ import annotations

import re

from provenance import ids
from provenance.extract.accelerators import platform_of
from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

DOCKER_HUB = "service:docker-hub"

_IMAGE = lazy(
    r"(?:[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?(?::\d{1,5})?/)?"
    r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*){0,6}"
    r"(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{6,64})?",
    re.ASCII | re.IGNORECASE,
)
_FILE = lazy(r"\.(?:png|jpe?g|gif|svg|webp|ico|bmp|ya?ml|json|tar|img|qcow2|iso)$")
_DYNAMIC = lazy(r"\$|\{\{|\}\}|[<>%]")
_PLACEHOLDER = lazy(r"(?:^|/)(?:your|my)[-_](?:org|user|registry|name|repo|account|project)")

_DEEP_LEARNING = lazy(
    rb"(?:(?<=[\"'`])|(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]{5,20}|\$?\{[^{}\s]{1,60}\})"
    rb"\.amazonaws\.com/|(?<=\}/))"
    rb"(?P<image>(?:(?:huggingface|stabilityai|autogluon|djl|pytorch|tensorflow|mxnet)(?:-[a-z]{2,12}){0,3}-"
    rb"(?:inference|training)(?:-[a-z]{2,12}){0,2}):\d+\.\d+(?:\.\d+)?-[\w.-]{2,100})[\"'`]"
)
"""An image of AWS's Deep Learning Containers, whose account and region are often variables."""
_AWS = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


def read_deep_learning(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the images of AWS's Deep Learning Containers that a source quotes.

    Where the region is chosen at run time, the image is reported as it is in the first one.
    """
    if b"-inference:" not in data and b"-training:" not in data:
        return
    for match in _DEEP_LEARNING.finditer(data):
        account, region = match["account"], match["region"]
        fixed = account and region and b"{" not in region
        host = f"{account.decode()}.dkr.ecr.{region.decode()}.amazonaws.com" if fixed else _AWS
        read_image(
            f"{host}/{match['image'].decode()}", places.line(match.start("image")), collector,
            vocabulary, usage=places.state(match.start("image")), default=not fixed,
        )  # fmt: skip


def is_image(text: str) -> bool:
    """Tell whether a text can be an image reference."""
    return bool(_IMAGE.fullmatch(text)) and not _FILE.search(text)


def read_image(
    image: str, line: int, collector: Collector, vocabulary: Vocabulary, *,
    usage: Usage | None = None, default: bool = False, path: str = "",
) -> bool:  # fmt: skip
    """Record an image with its registry and platform; a name only known later is a gap.

    Args:
        path: the other file of the tree that names it, when it is not the one that is read.
    """
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
        line, image, usage=usage, confidence="medium" if default else "high", path=path
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
