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
        ("x.to('cuda:0' if ok else 'cpu')\n", {"platform:nvidia-cuda"}),
        ("def run(device='cuda'): ...\n", {"platform:nvidia-cuda"}),
        ("if torch.cuda.is_available():\n    model.cuda()\n", {"platform:nvidia-cuda"}),
        ("ok = torch.cuda.is_available()\n", {"platform:nvidia-cuda"}),
        ('x.to("npu" if ok else "cpu")\n', {"platform:ascend-cann"}),
        ("name = 'cudahy'\ninput = 'output'\n", set()),
    ],
)
def test_devices_of_python(code: str, platforms: set[str]) -> None:
    found = read("a.py", code)
    assert ids(found, "platform") == platforms
    for platform in platforms:
        assert component(found, platform).usage == "optional"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 'cuda'\nmodel.cuda()\n", 2),
        ("# model.cuda()\nmodel = load().to('cuda:0')\n", 2),
        ("x.cuda(non_blocking=True)\n", 1),
        ('x.to("npu")\n', 1),
    ],
)
def test_a_source_that_cannot_do_without_its_device(code: str, line: int) -> None:
    found = read("a.py", code)
    (platform,) = ids(found, "platform")
    assert component(found, platform).usage == "used"
    assert [place.line for place in component(found, platform).occurrences] == [line]


@pytest.mark.parametrize(
    ("options", "platforms"),
    [
        ("--device mps", {"platform:apple-mps"}),
        ("--device=cuda:0", {"platform:nvidia-cuda"}),
        ("--device-type hpu", {"platform:intel-gaudi"}),
        ("--train.device npu", {"platform:ascend-cann"}),
        ("trainer.device=xpu", {"platform:intel-xpu"}),
        ("--device cpu", set()), ("--device auto", set()), ("--device /dev/x", set()),
        ("--devices mps", set()), ("--device", set()),
    ],
)  # fmt: skip
def test_devices_of_commands(options: str, platforms: set[str]) -> None:
    command = f"python serve.py {options} --port 80\n".replace("--device --port 80", "--device")
    found = read("run.sh", command)
    assert ids(found, "platform") == platforms
    told = read("README.md", f"Run\n\n```sh\n{command}```\n")
    assert ids(told, "platform") == platforms
    for platform in platforms:
        assert component(found, platform).usage == "used"
        assert component(told, platform).usage == "documentation"


def test_a_device_between_back_ticks() -> None:
    found = read("README.md", "On a Mac use `--device mps`, elsewhere `--device cpu`.\n")
    assert ids(found, "platform") == {"platform:apple-mps"}
    assert component(found, "platform:apple-mps").usage == "documentation"


def test_a_pinned_build_needs_its_stack() -> None:
    found = read("requirements.txt", "torch==2.3.1+cu118\n")
    assert component(found, "platform:nvidia-cuda").usage == "used"


@pytest.mark.parametrize(
    ("command", "slugs"),
    [
        ('CMAKE_ARGS="-DGGML_CUDA=on" pip install acme', {"nvidia-cuda"}),
        ('export CMAKE_ARGS="-DGGML_HIPBLAS=on -DGGML_VULKAN=ON"', {"amd-rocm", "vulkan"}),
        ("CT_METAL=1 pip3 install acme --no-binary acme", {"apple-mps"}),
        ("LLAMA_CLBLAST=1 make", {"opencl"}),
        ("cmake -B build -DGGML_CUDA=OFF", set()),
        ("echo set -DGGML_CUDA=on", set()),
        ("run_quiet torch --index-url https://download.pytorch.org/whl/rocm6.2", {"amd-rocm"}),
        ("apt-get install -y ocl-icd-libopencl1 rocm-dev curl", {"opencl", "amd-rocm"}),
    ],
)  # fmt: skip
def test_what_a_command_builds_for(command: str, slugs: set[str]) -> None:
    found = ids(read("build.sh", f"{command}\n"), "platform")
    assert found == {f"platform:{slug}" for slug in slugs}


def test_switches_of_an_image_and_commented_drivers() -> None:
    image = read("Dockerfile", 'FROM acme/x:1\nENV CMAKE_ARGS="-DGGML_CUDA=on"\n')
    assert "platform:nvidia-cuda" in ids(image)
    compose = read(
        "docker-compose.yml",
        "services:\n  a:\n    image: acme/x:1\n    # deploy:\n    #   - driver: amd\n"
        "    # pip install peft\n",
    )
    assert component(compose, "platform:amd-rocm").usage == "commented"
    assert component(compose, "pkg:pypi/peft").usage == "commented"


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


def test_providers_of_onnx_runtime() -> None:
    found = read(
        "a.py",
        """\
        import onnxruntime
        onnxruntime.InferenceSession(
            path,
            providers=["DmlExecutionProvider", "CANNExecutionProvider", "CPUExecutionProvider"],
        )
        """,
    )
    assert ids(found, "platform") == {"platform:microsoft-directml", "platform:ascend-cann"}
    assert component(found, "platform:ascend-cann").usage == "optional"
