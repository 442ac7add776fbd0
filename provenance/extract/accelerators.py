"""Accelerator stacks, as names of images and builds, indexes and device strings tell them."""

from __future__ import annotations

import re

from provenance.extract.collect import Collector
from provenance.extract.deploy.machines import platform_of_machine
from provenance.extract.places import Places
from provenance.patterns import lazy

_PLATFORMS = (
    ("ascend-cann", lazy(r"ascend|(?:^|[/_-])cann|mindie|mindspore.*(?:910|npu)|[_-]npu")),
    ("amd-rocm", lazy(r"rocm|(?:^|[/:_.-])hip(?:$|[/:_.-])")),
    ("intel-gaudi", lazy(r"gaudi|habana")),
    ("intel-xpu", lazy(r"ipex|[-_.:]xpu|intel-gpu|oneapi")),
    ("aws-neuron", lazy(r"neuron")),
    ("cambricon", lazy(r"cambricon")),
    ("moore-threads-musa", lazy(r"musa|mthreads")),
    ("nvidia-jetson", lazy(r"l4t|jetson")),
    ("nvidia-cuda", lazy(
        r"cuda|(?:^|[-_.:/+])cu\d{2,3}(?:$|[-_./])|^nvcr\.io/nvidia/(?:pytorch|tensorflow|tensorrt|"
        r"tritonserver|nemo|rapids|jax|vllm|cuda|k8s)|^nvidia/|-gpu(?:$|[-_.])|tensorrt")),
)  # fmt: skip
DRIVERS = {"nvidia": "nvidia-cuda", "amd": "amd-rocm", "habana": "intel-gaudi",
           "ascend": "ascend-cann"}  # fmt: skip
"""Drivers and runtimes of devices that containers are given."""
_SWITCH = lazy(
    r"(?<![A-Za-z])(?:-D)?(?:GGML|LLAMA|WHISPER|SD|CT|USE)_(METAL|CUBLAS|CUDA|HIPBLAS|HIP|ROCM|"
    r"CLBLAST|OPENCL|VULKAN|SYCL|CANN|MUSA)=(?:1|[Oo][Nn]|ON|[Tt]rue)\b"
)
_SWITCHES = {
    "METAL": "apple-mps", "CUBLAS": "nvidia-cuda", "CUDA": "nvidia-cuda", "HIPBLAS": "amd-rocm",
    "HIP": "amd-rocm", "ROCM": "amd-rocm", "CLBLAST": "opencl", "OPENCL": "opencl",
    "VULKAN": "vulkan", "SYCL": "intel-xpu", "CANN": "ascend-cann", "MUSA": "moore-threads-musa",
}  # fmt: skip
"""What llama.cpp, its kin and PyTorch are built for, by the switches of their builds."""
_DEVICE = lazy(r"(cuda|mps|npu|xpu|hpu|mlu|musa|rocm)(?::\d+)?")
_OF_DEVICE = {
    "cuda": "nvidia-cuda", "mps": "apple-mps", "npu": "ascend-cann", "xpu": "intel-xpu",
    "hpu": "intel-gaudi", "mlu": "cambricon", "musa": "moore-threads-musa", "rocm": "amd-rocm",
}  # fmt: skip
"""Devices as options of commands name them, in the words of PyTorch."""
_OPENCL = lazy(r"(?:^|[.,])tornado\.drivers\.opencl\b")
_LIBRARIES = (
    ("nvidia-cuda", lazy(r"cuda(?:-|$).*|nvidia-(?:cuda|container-toolkit).*|libcudnn.*|"
                               r"cudnn.*")),
    ("amd-rocm", lazy(r"rocm(?:-.*)?|hip-(?:dev|runtime-amd)|amdgpu-dkms|rocblas.*|"
                            r"miopen.*")),
    ("opencl", lazy(r"ocl-icd-.*|.*-opencl-icd|opencl-headers|clinfo|nvidia-opencl-.*")),
    ("intel-xpu", lazy(r"intel-(?:oneapi|level-zero)-.*|libze.*-dev|level-zero.*")),
)  # fmt: skip
"""Packages of Linux distributions that belong to an accelerator stack."""
_WITHOUT = lazy(r"device-plugin|dcgm|docs")
_MOVED = tuple(
    (
        slug,
        word.encode(),
        (f"torch.{word}.".encode(), f".{word}(".encode(), f"'{word}".encode(), f'"{word}'.encode()),
        lazy(rf"torch\.{word}\.|\.{word}\(|[\"']{word}(?::\d+)?[\"']".encode()),
    )
    for slug, word in (("nvidia-cuda", "cuda"), ("ascend-cann", "npu"))
)
_MOVES = {
    slug: lazy(
        rb"\.%b\(\s*(?:\d|\)|non_blocking|device)|\.to\(\s*[\"']%b(?::\d)?[\"']" % (word, word)
    )
    for slug, word in (("nvidia-cuda", b"cuda"), ("ascend-cann", b"npu"))
}
"""What moves a tensor or a model to the device, whatever else there is."""
_ELSE = (b"is_available", b'"cpu"', b"'cpu'", b'"mps"', b"'mps'", b"device_count")
"""What a source says that can do without."""
_IMPORTED = rb"(?m)^[ \t]*(?:import|from)[ \t]+"
_DEVICES = (
    *_MOVED,
    # Devices whose bare names are too short to mean anything, and runtimes.
    ("apple-mps", b"mps", (b"torch.mps.", b"backends.mps.", b'"mps"', b"'mps'"),
     lazy(rb"torch\.(?:backends\.)?mps\.|"
                rb"\bdevice\w{0,20}\s?(?::\s?\w{1,20}\s?)?=\s?[\"']mps[\"']")),
    ("intel-xpu", b"xpu.", (b"torch.xpu.",), lazy(rb"torch\.xpu\.")),
    ("intel-openvino", b"openvino", (b"",),
     lazy(_IMPORTED + rb"(?:optimum\.intel\.)?openvino\b")),
    ("nvidia-tensorrt", b"tensorrt", (b"",), lazy(_IMPORTED + rb"tensorrt(?:_llm)?\b")),
)  # fmt: skip
"""What Python writes to move tensors to a device; before it a word that it is never without,
and marks one of which it is never without: both are quick to look for."""


_PROVIDER = lazy(rb"[\"']([A-Za-z]{2,16})ExecutionProvider[\"']")
_PROVIDERS = {
    b"CUDA": "nvidia-cuda", b"Tensorrt": "nvidia-tensorrt", b"NvTensorRTRTX": "nvidia-tensorrt",
    b"ROCM": "amd-rocm", b"MIGraphX": "amd-rocm", b"OpenVINO": "intel-openvino",
    b"QNN": "qualcomm-qnn", b"CoreML": "apple-coreml", b"Dml": "microsoft-directml",
    b"CANN": "ascend-cann", b"Rknpu": "rockchip-rknn", b"WebGpu": "webgpu",
}  # fmt: skip
"""What ONNX Runtime runs on; https://onnxruntime.ai/docs/execution-providers/."""


def platform_of(image: str) -> str | None:
    """Return the slug of the accelerator stack that an image or a build brings, or None."""
    name = image.lower()
    if _WITHOUT.search(name):
        return None
    return next((slug for slug, pattern in _PLATFORMS if pattern.search(name)), None)


def platforms_built_for(text: str) -> list[str]:
    """Return the slugs of the stacks that one word of a command says a build is for."""
    found = [_SWITCHES[match.group(1)] for match in _SWITCH.finditer(text)]
    return [*found, "opencl"] if _OPENCL.search(text) else found


def platform_of_device(device: str) -> str | None:
    """Return the slug of the stack that an option's device (``cuda:0``) needs, or None."""
    match = _DEVICE.fullmatch(device)
    return _OF_DEVICE[match.group(1)] if match else None


def platform_of_library(package: str) -> str | None:
    """Return the slug of the stack that a package of a distribution belongs to, or None."""
    return next((slug for slug, pattern in _LIBRARIES if pattern.fullmatch(package)), None)


_ADAPTER = lazy(
    rb"\bnavigator(?:[ \t]+as[ \t]+\w+[ \t]*\))?\s*\??\.\s*gpu\s*[?!]?\.\s*requestAdapter\b"
)
"""A script asks a browser for a GPU."""
_BROWSER = lazy(rb"\bdevice[\"']?\s{0,4}[:=]\s{0,4}[\"']webgpu[\"']")


def script_devices(data: bytes, places: Places, collector: Collector) -> None:
    """Record that a script works on the GPU of a browser, or may."""
    if b"gpu" not in data:
        return
    for pattern in (_ADAPTER, _BROWSER):
        if match := pattern.search(data):
            written = " ".join(match.group().decode("ascii", "replace").split())
            state = places.state(match.start())
            where = collector.occurrence(
                places.line(match.start()), written, confidence="medium",
                usage=state or ("optional" if pattern is _BROWSER else None),
            )  # fmt: skip
            collector.platform("webgpu", where)


_CARD = lazy(rb"\bgpu[ ]?=[ ]?[\"']([A-Za-z0-9-]{2,20}(?::\d)?)[\"']")
"""A card that a function is given to run on: ``@app.function(gpu="H100")``."""


def cards(data: bytes, places: Places, collector: Collector) -> None:
    """Record the accelerators that a source asks its host for by the name of a card."""
    if b"gpu=" not in data and b"gpu =" not in data:
        return
    for match in _CARD.finditer(data):
        slug = platform_of_machine("gpu", match.group(1).decode("ascii"))
        if slug and places.state(match.start()) is None:
            written = match.group().decode("ascii", "replace")
            collector.platform(slug, collector.occurrence(places.line(match.start()), written))


def devices(data: bytes, places: Places, collector: Collector) -> None:
    """Record the accelerators a source moves work to; code mostly runs without them too.

    A source that moves work there and neither asks whether the device is there nor speaks
    of another one does not.
    """
    for slug, word, marks, pattern in _DEVICES:
        there = word in data and any(mark in data for mark in marks)
        match = pattern.search(data) if there else None
        if match:
            needed = _needed(slug, data, places)
            if needed is not None:
                where = collector.occurrence(
                    places.line(needed.start()), needed.group().decode("ascii", "replace"),
                    confidence="medium",
                )  # fmt: skip
                collector.platform(slug, where)
                continue
            _perhaps(slug, match, places, collector)
    for match in _PROVIDER.finditer(data) if b"ExecutionProvider" in data else ():
        if match.group(1) in _PROVIDERS:  # of a list, the first that is there is taken
            _perhaps(_PROVIDERS[match.group(1)], match, places, collector)


def _perhaps(slug: str, match: re.Match[bytes], places: Places, collector: Collector) -> None:
    """Record a stack that a source works with where it is there."""
    where = collector.occurrence(
        places.line(match.start()), match.group().decode("ascii", "replace"),
        usage=places.state(match.start()) or "optional", confidence="medium",
    )  # fmt: skip
    collector.platform(slug, where)


def _needed(slug: str, data: bytes, places: Places) -> re.Match[bytes] | None:
    """Return where a source moves work to a device that it cannot do without, if it does."""
    pattern = _MOVES.get(slug)
    if pattern is None or any(mark in data for mark in _ELSE):
        return None
    return next((m for m in pattern.finditer(data) if places.state(m.start()) is None), None)
