"""conanfile.txt, conanfile.py, conan.lock and vcpkg.json."""

from __future__ import annotations

import json
import time

import pytest

from provenance.extract.manifests import conan
from tests.support.reading import component, gaps, ids, lines, links, requirement
from tests.support.settings_files import at, direct
from tests.support.sound import sound

TEXT = """\
    # what is needed
    [requires]
    onnxruntime/1.18.1
    openssl/[>=3.0 <4]  # a range
    OpenCV/4.1.1@acme/stable#0a1b2c
    #zlib/1.2.13
    # docs/none

    [tool_requires]
    cmake/3.27.0

    [test_requires]
    gtest/1.14.0

    [generators]
    CMakeDeps/1.0

    [options]
    fmt/*:shared=True
"""

RECIPE = '''\
    from conan import ConanFile


    class Talk(ConanFile):
        name = "talk"
        requires = "fmt/10.0.0", ("zlib/[>=1.2 <2]", "private")
        tool_requires = ["cmake/3.27.0"]

        def requirements(self):
            """self.requires("nothing/1.0")"""
            self.requires("onnxruntime/1.18.1", transitive_headers=True)
            if self.options.with_cuda:
                self.requires("cudnn/9.0")
            # self.requires("old/1.0")
            self.requires(f"opencv/{self.version}")

        def build_requirements(self):
            self.test_requires("gtest/1.14.0")
'''

VCPKG = """\
    {
      "name": "talk",
      "version": "0.1.0",
      "license": "MIT",
      "dependencies": [
        "curl",
        { "name": "onnxruntime", "version>=": "1.18.0" },
        { "name": "vcpkg-cmake", "host": true },
        { "name": "talk", "features": ["cuda"] }
      ],
      "features": {
        "cuda": {
          "description": "With curl and cuda",
          "dependencies": [ "cudnn", { "name": "curl" } ]
        },
        "tests": { "description": "x", "dependencies": [ "gtest" ] }
      },
      "overrides": [ { "name": "curl", "version": "8.5.0#2" } ]
    }
"""


def test_text() -> None:
    found = direct(conan, "conanfile.txt", TEXT)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:conan/onnxruntime@1.18.1": "used",
        "pkg:conan/openssl": "used",
        "pkg:conan/OpenCV@4.1.1": "used",
        "pkg:conan/zlib@1.2.13": "commented",
        "pkg:conan/cmake@3.27.0": "development",
        "pkg:conan/gtest@1.14.0": "test",
    }
    assert lines(found, "pkg:conan/gtest@1.14.0") == [13]
    assert requirement(found, "pkg:conan/openssl") == ">=3.0 <4"


def test_recipe() -> None:
    found = direct(conan, "conanfile.py", RECIPE)
    assert {c.id: c.usage for c in found.components if c.id.startswith("pkg:conan/")} == {
        "pkg:conan/fmt@10.0.0": "used",
        "pkg:conan/zlib": "used",
        "pkg:conan/cmake@3.27.0": "development",
        "pkg:conan/onnxruntime@1.18.1": "used",
        "pkg:conan/cudnn@9.0": "optional",
        "pkg:conan/gtest@1.14.0": "test",
    }
    assert lines(found, "pkg:conan/cudnn@9.0") == [13]
    assert ("requires", "dynamic-name", 15) in gaps(found)
    assert {item.module for item in found.imports} == {"conan"}  # it is still read as Python


def test_lock_is_a_list() -> None:
    content = {
        "version": "0.5",
        "requires": ["zlib/1.3.1#cac0f6%1765284699.337", "abc/2.0@acme/stable#0a%1.5"],
        "build_requires": ["cmake/4.3.2#c740%1776934625.055"],
        "python_requires": [],
        "overrides": {"zlib/1.2.11": ["zlib/1.3.1"]},
    }
    found = direct(conan, "conan.lock", json.dumps(content, indent=4))
    assert {c.id: c.usage for c in found.components} == {
        "pkg:conan/zlib@1.3.1": "used",
        "pkg:conan/abc@2.0": "used",
        "pkg:conan/cmake@4.3.2": "development",
    }
    assert lines(found, "pkg:conan/abc@2.0") == [5]
    assert links(found) == set()


def test_lock_is_a_graph() -> None:
    nodes = {
        "0": {"ref": "talk/0.1", "requires": ["1"], "build_requires": ["3"]},
        "1": {"ref": "onnxruntime/1.18.1#0a", "requires": ["2"]},
        "2": {"ref": "zlib/1.3"},
        "3": {"ref": "cmake/3.27.0"},
    }
    text = json.dumps({"graph_lock": {"nodes": nodes}, "version": "0.4"}, indent=1)
    found = direct(conan, "conan.lock", text)
    assert links(found) == {
        ("project:", "depends-on", "pkg:conan/onnxruntime@1.18.1"),
        ("project:", "depends-on", "pkg:conan/cmake@3.27.0"),
        ("pkg:conan/onnxruntime@1.18.1", "depends-on", "pkg:conan/zlib@1.3"),
    }
    assert component(found, "pkg:conan/cmake@3.27.0").direct
    assert not component(found, "pkg:conan/zlib@1.3").direct


def test_the_first_graphs_name_builds() -> None:
    nodes = {
        "a-1": {"pref": "zlib/1.2.11@conan/stable#0:d50a0d#0"},
        "a-2": {"pref": None, "requires": {"zlib/1.2.11@conan/stable#0": "a-1"}},
    }
    found = direct(conan, "conan.lock", json.dumps({"graph_lock": {"nodes": nodes}}))
    assert links(found) == {("project:", "depends-on", "pkg:conan/zlib@1.2.11")}


def test_vcpkg() -> None:
    found = direct(conan, "vcpkg.json", VCPKG)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:vcpkg/curl@8.5.0": "used",
        "pkg:vcpkg/onnxruntime": "used",
        "pkg:vcpkg/vcpkg-cmake": "development",
        "pkg:vcpkg/cudnn": "optional",
        "pkg:vcpkg/gtest": "test",
    }
    assert at(found, "pkg:vcpkg/curl@8.5.0") == [(6, "used"), (14, "optional")]
    assert lines(found, "pkg:vcpkg/gtest") == [16]
    assert requirement(found, "pkg:vcpkg/onnxruntime") == ">=1.18.0"
    assert found.project_name == "talk"
    assert [item.raw for item in found.licenses] == ["MIT"]


def test_broken_files() -> None:
    for path in ("conan.lock", "vcpkg.json"):
        assert gaps(direct(conan, path, "{")) == {(path, "malformed-file", 1)}
    odd = '{"dependencies": [3, null, {"name": []}, "A b"], "features": [1], "overrides": [{}]}'
    assert ids(direct(conan, "vcpkg.json", odd)) == set()
    odd = '{"graph_lock": {"nodes": {"1": 3, "2": {"ref": 4, "requires": [[], {}]}}}}'
    assert ids(direct(conan, "conan.lock", odd)) == set()
    assert ids(direct(conan, "conanfile.py", "requires = (")) == set()


@pytest.mark.parametrize("path", ["conanfile.txt", "conanfile.py", "conan.lock", "vcpkg.json"])
@pytest.mark.parametrize(
    "unit", ["a/1 ", "a/[", "#", "#a/1\n", "[requires]\n", "/", "a/1@a", 'self.requires("a/1")\n',
             "self.requires(", "a/1\n", '["a", '],
)  # fmt: skip
def test_a_long_line_stays_cheap(path: str, unit: str) -> None:
    text = unit * ((20_000 if path.endswith(".py") else 200_000) // len(unit))
    begin = time.process_time()
    sound(conan, path, ("[requires]\n" + text).encode())
    sound(conan, path, json.dumps({"requires": [text], "dependencies": [text] * 2}).encode())
    assert time.process_time() - begin < 5
