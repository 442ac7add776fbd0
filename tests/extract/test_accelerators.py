"""Accelerator stacks, from builds, indexes, images and the devices that code names."""

from __future__ import annotations

import pytest

from provenance.extract.accelerators import platform_of
from tests.support.reading import component, ids, read


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("+cu118", "nvidia-cuda"), ("https://download.pytorch.org/whl/cu121", "nvidia-cuda"),
        ("nvidia/cuda:12.4.1-runtime", "nvidia-cuda"), ("rocm/pytorch:latest", "amd-rocm"),
        ("python:3.11-slim", None), ("acme/documents:cup11", None),
    ],
)  # fmt: skip
def test_names_that_bring_a_stack(name: str, slug: str | None) -> None:
    assert platform_of(name) == slug


@pytest.mark.parametrize(
    ("code", "platforms"),
    [
        ("x.to('cuda:0')\n", {"platform:nvidia-cuda"}),
        ("model.cuda()\n", {"platform:nvidia-cuda"}),
        ("ok = torch.cuda.is_available()\n", {"platform:nvidia-cuda"}),
        ('x.to("npu")\n', {"platform:ascend-cann"}),
        ("name = 'cudahy'\ninput = 'output'\n", set()),
    ],
)
def test_devices_of_python(code: str, platforms: set[str]) -> None:
    found = read("a.py", code)
    assert ids(found, "platform") == platforms
    for platform in platforms:
        assert component(found, platform).usage == "optional"


def test_a_pinned_build_needs_its_stack() -> None:
    found = read("requirements.txt", "torch==2.3.1+cu118\n")
    assert component(found, "platform:nvidia-cuda").usage == "used"


def test_devices_and_runtimes_that_a_source_names() -> None:
    found = read(
        "app.py",
        """\
    import tensorrt_llm
    from optimum.intel.openvino import OVModelForCausalLM
    device = "mps" if torch.backends.mps.is_available() else "cpu"
    torch.xpu.empty_cache()
    """,
    )
    assert ids(found, "platform") == {
        "platform:nvidia-tensorrt", "platform:intel-openvino", "platform:apple-mps",
        "platform:intel-xpu",
    }  # fmt: skip
    assert ids(read("app.py", 'mps = "mps" if openvino else None\n'), "platform") == set()


def test_an_index_of_builds_for_one_device() -> None:
    line = 'install_all torch --index-url "https://download.pytorch.org/whl/rocm6.2"\n'
    assert "platform:amd-rocm" in ids(read("install.sh", line), "platform")
