"""Native sources: kernels, includes and their conditions, CMake, and names in C++ code."""

from __future__ import annotations

import time

import pytest

from tests.support.reading import component, gaps, ids, lines, links, places, read, requirement

CUDA, ROCM, MPS = "platform:nvidia-cuda", "platform:amd-rocm", "platform:apple-mps"
LLAMA = "pkg:github/ggml-org/llama.cpp"
KERNEL = "__global__ void scale(float *x, int n) {\n  x[threadIdx.x] *= 2;\n}\n"


def usages(path: str, text: str, wanted: str) -> set[str]:
    """How the places of a component use it."""
    return {place.usage for place in places(read(path, text), wanted)}


# -- kernels -----------------------------------------------------------------------


def test_a_kernel_needs_cuda_though_nothing_is_included() -> None:
    found = read("src/scale.cu", KERNEL)
    assert ids(found) == {CUDA}
    assert lines(found, CUDA) == [1]
    assert ("project:", "runs-on", CUDA) in links(found)


def test_a_launch_is_a_sign_and_a_comment_is_none() -> None:
    assert ids(read("a.cu", "void f() { scale<<<blocks, 256>>>(x, n); }\n")) == {CUDA}
    assert ids(read("a.cuh", "// a __global__ function goes here\nint f();\n")) == set()
    assert ids(read("a.cpp", "int __device__count;\n")) == set()


def test_kernels_for_hip_are_not_for_cuda() -> None:
    assert ids(read("a.cu", "#include <hip/hip_runtime.h>\n" + KERNEL)) == {ROCM}
    assert ids(read("a.hip", KERNEL)) == {ROCM}


@pytest.mark.parametrize("condition", ["#ifdef USE_ROCM", "#if defined(__HIP_PLATFORM_AMD__)"])
def test_a_kernel_with_a_branch_for_hip_is_for_both(condition: str) -> None:
    text = (
        f"{condition}\n#include <hip/hip_runtime.h>\n#else\n#include <cuda_runtime.h>\n#endif\n"
        + KERNEL
    )
    found = read("a.cu", text)
    assert ids(found) == {CUDA, ROCM}
    assert component(found, CUDA).usage == "used"
    assert component(found, ROCM).usage == "optional"


def test_a_branch_without_an_include() -> None:
    text = "#ifndef USE_ROCM\n#define WARP 32\n#else\n#define WARP 64\n#endif\n"
    found = read("a.cu", text + KERNEL)
    assert component(found, ROCM).usage == "optional"


def test_shaders_of_apple() -> None:
    text = "#include <metal_stdlib>\nusing namespace metal;\nkernel void add(uint i [[id]]) {}\n"
    assert ids(read("add.metal", text)) == {MPS}


# -- includes ----------------------------------------------------------------------


def test_includes_of_stacks_and_libraries() -> None:
    text = """\
        #pragma once
        #include <vector>
        #include "net/socket.h"
        #  include <cublas_v2.h>
        #include "onnxruntime_cxx_api.h"
        #include <torch/extension.h>
        """
    found = read("src/run.hpp", text)
    assert ids(found) == {CUDA, "pkg:pypi/onnxruntime", "pkg:pypi/torch"}
    assert lines(found, CUDA) == [4]
    assert ("project:", "depends-on", "pkg:pypi/torch") in links(found)


def test_headers_that_are_none_of_ours() -> None:
    text = '#include <stdio.h>\n#include "cuda_utils/my.h"\n#include "models/llama-7b.h"\n'
    assert ids(read("a.c", text)) == set()


def test_an_include_in_a_comment_is_commented() -> None:
    text = "// #include <cuda_runtime.h>\n/*\n * old:\n#include <NvInfer.h>\n*/\nint x;\n"
    found = read("a.cpp", text)
    assert {c.id: c.usage for c in found.components} == {
        CUDA: "commented", "platform:nvidia-tensorrt": "commented",
    }  # fmt: skip


def test_a_word_of_a_text_is_no_include() -> None:
    assert ids(read("a.c", 'puts("write #include <cuda_runtime.h>");\n')) == set()


def test_conditions_make_an_include_optional_and_guards_do_not() -> None:
    guard = "#ifndef RUN_H\n#define RUN_H\n#ifdef __cplusplus\n%s\n#endif\n#endif\n"
    assert usages("run.h", guard % "#include <cuda.h>", CUDA) == {"used"}
    assert usages("run.h", "#ifdef WITH_CUDA\n#include <cuda.h>\n#endif\n", CUDA) == {"optional"}
    assert usages("run.h", "#if 0\n#include <cuda.h>\n#endif\n", CUDA) == {"commented"}
    assert usages("run.h", "#if 0\n#else\n#include <cuda.h>\n#endif\n", CUDA) == {"used"}
    ended = "#ifdef A\n#endif // A\n#include <cuda.h>\n"
    assert usages("run.h", ended, CUDA) == {"used"}


def test_few_places_of_one_component() -> None:
    text = "".join(f"#include <torch/part{n}.h>\n" for n in range(50))
    assert lines(read("a.cc", text), "pkg:pypi/torch") == [1, 2, 3]


def test_modules_of_objective_c() -> None:
    text = "#import <Metal/Metal.h>\n@import CoreML;\n@import UIKit;\n"
    assert ids(read("App/Run.mm", text)) == {MPS, "platform:apple-coreml"}


def test_tests_by_the_names_of_files() -> None:
    assert usages("src/run_test.cc", "#include <cuda.h>\n", CUDA) == {"test"}
    assert usages("src/latest.cc", "#include <cuda.h>\n", CUDA) == {"used"}


# -- what C++ code names -----------------------------------------------------------


def test_a_client_of_llama_cpp() -> None:
    text = """\
        #include "llama.h"
        #include <cstdio>
        int main() {
            const char * url =
                "https://huggingface.co/ggml-org/gemma-3-1b-it-GGUF/resolve/main/model.gguf";
            llama_model * model = llama_model_load_from_file("model.gguf", params);
        }
        """
    found = read("main.cpp", text)
    assert ids(found) == {
        LLAMA, "pkg:huggingface/ggml-org/gemma-3-1b-it-GGUF", "service:huggingface-hub",
    }  # fmt: skip


def test_a_hosted_api() -> None:
    text = """\
        #include <curl/curl.h>
        // https://api.anthropic.com is not used
        const char *key = getenv("OPENAI_API_KEY");
        auto url = "https://api.openai.com/v1/chat/completions";
        auto body = json{{"model", "gpt-4o-mini"}};
        auto say = R"({"a": "// no comment"})";
        """
    found = read("src/chat.cpp", text)
    assert component(found, "service:openai").usage == "used"
    assert component(found, "model:openai/gpt-4o-mini").usage == "used"
    assert {c.id: c.usage for c in found.components}.get("service:anthropic", "") in (
        "", "commented",
    )  # fmt: skip


# -- CMake -------------------------------------------------------------------------


def test_cmake_finds_packages() -> None:
    text = """\
        cmake_minimum_required(VERSION 3.20)
        project(run LANGUAGES CXX)
        # find_package(MNN REQUIRED)
        #[[ find_package(ncnn REQUIRED) ]]
        find_package(Threads REQUIRED)
        find_package(onnxruntime 1.17 REQUIRED)
        find_package(OpenCL QUIET)
        if(WITH_CUDA)
            find_package(CUDAToolkit REQUIRED)
        endif()
        find_package(
            Torch  # the library
            REQUIRED)
        """
    found = read("CMakeLists.txt", text)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:pypi/onnxruntime": "used", "platform:opencl": "optional", CUDA: "optional",
        "pkg:pypi/torch": "used",
    }  # fmt: skip
    assert requirement(found, "pkg:pypi/onnxruntime") == "1.17"
    assert lines(found, "pkg:pypi/torch") == [11]


def test_cmake_enables_languages() -> None:
    assert ids(read("CMakeLists.txt", "project(kernels LANGUAGES CXX CUDA)\n")) == {CUDA}
    assert ids(read("CMakeLists.txt", "project(kernels CXX HIP)\n")) == {ROCM}
    assert ids(read("CMakeLists.txt", "project(CUDA CXX)\n")) == set()
    text = 'option(GPU "" OFF)\nIF (GPU)\n  enable_language( CUDA )\nELSE ()\nENDIF ()\n'
    assert usages("cmake/gpu.cmake", text, CUDA) == {"optional"}


def test_cmake_fetches_repositories() -> None:
    text = """\
        set(TOKENIZERS_TAG "v0.2")
        FetchContent_Declare(llama
          GIT_REPOSITORY https://github.com/ggml-org/llama.cpp.git
          GIT_TAG b4567)
        FetchContent_Declare(json
          URL https://github.com/Nlohmann/json/archive/refs/tags/v3.11.3.tar.gz)
        ExternalProject_Add(tok GIT_REPOSITORY "git@github.com:acme/Tok" GIT_TAG ${TOKENIZERS_TAG})
        CPMAddPackage("gh:fmtlib/fmt#10.2.1")
        CPMAddPackage(NAME spd GITHUB_REPOSITORY gabime/spdlog VERSION 1.14.0)
        FetchContent_Declare(w GIT_TAG master GIT_REPOSITORY https://github.com/ggml-org/whisper.cpp)
        FetchContent_Declare(x GIT_REPOSITORY ${SOMEWHERE}/x.git GIT_TAG ${UNKNOWN})
        """
    found = read("CMakeLists.txt", text)
    assert ids(found, "package") == {
        "pkg:github/ggml-org/llama.cpp@b4567", "pkg:github/nlohmann/json@v3.11.3",
        "pkg:github/acme/tok@v0.2", "pkg:github/fmtlib/fmt@10.2.1",
        "pkg:github/gabime/spdlog@1.14.0", "pkg:github/ggml-org/whisper.cpp",
    }  # fmt: skip
    assert requirement(found, "pkg:github/ggml-org/whisper.cpp") == "master"
    assert ("pkg:github/ggml-org/llama.cpp@b4567", "delivered-by", "service:github") in links(found)
    assert ("$/x.git", "requirement-without-name", 11) in gaps(found)


# -- hostile and odd ---------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"#" * 2_000_000,
        b"#include <cuda.h>" * 60_000,
        b"#include <cuda.h>\n/*" + b"*" * 900_000,
        b'#include <cuda.h>\nR"(' * 40_000,
        b"#if X\n" * 150_000 + b"#include <cuda.h>\n",
        b"#include <cuda.h>\n" + b"'\"\\" * 300_000,
        b"__global__ <<< " * 60_000,
        b"a://" * 200_000,
        b"set(" * 200_000,
        b'set("' + b"find_package(a " * 60_000,
        b"FetchContent_Declare(" + b"gh:a/b " * 100_000,
        b"#[=[" * 200_000,
        b"${a}" * 200_000,
    ],
)
@pytest.mark.parametrize("path", ["a.cu", "CMakeLists.txt"])
def test_hostile_sources_are_read_quickly(path: str, data: bytes) -> None:
    start = time.perf_counter()
    read(path, data)
    assert time.perf_counter() - start < 5


def test_an_unterminated_comment_and_other_encodings() -> None:
    assert usages("a.c", "/* never ended\n#include <cuda.h>\n", CUDA) == {"commented"}
    assert CUDA in ids(read("a.c", b"\x00\x00\n#include <cuda.h>\n"))
    assert CUDA in ids(read("a.h", "#include <cuda.h>\r\n".encode("utf-16")))


def test_a_large_source_is_a_gap_only_where_it_holds_something() -> None:
    padding = b"0x00, " * 200_000
    assert gaps(read("a.c", padding)) == set()
    found = read("a.c", b"#include <cuda.h>\n" + padding)
    assert ids(found) == {CUDA}
    assert gaps(found) == {("a.c", "too-large", 0)}
