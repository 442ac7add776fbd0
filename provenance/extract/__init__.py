"""extract: one reader per format. Pure; never opens anything; problems become gaps."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from provenance.ports import Extractor

EXTRACTORS: dict[str, tuple[str, ...]] = {
    "manifests.requirements": ("*.txt", "*.in", "*.pip"),
    "manifests.pyproject": ("pyproject.toml",),
    "locks.uv": ("uv.lock",),
    "locks.poetry": ("poetry.lock",),
    "locks.pdm": ("pdm.lock",),
    "locks.pylock": ("pylock.toml", "pylock.*"),
    "manifests.pipfile": ("Pipfile", "Pipfile.lock"),
    "manifests.setup_cfg": ("setup.cfg",),
    "manifests.setup_py": ("setup.py",),
    "manifests.pixi": ("pixi.toml",),
    "locks.pixi": ("pixi.lock",),
    "models.merge": (
        "mergekit_config.yml", "mergekit_config.yaml", "mergekit_moe_config.yml",
        "mergekit_moe_config.yaml", "merge.yml", "merge.yaml",
    ),
    "locks.conda": ("*.yml", "*.yaml"),
    "manifests.conda": ("*.yml", "*.yaml"),
    "manifests.npm": ("package.json",),
    "locks.npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "locks.yarn": ("yarn.lock",),
    "locks.pnpm": ("pnpm-lock.yaml", "shrinkwrap.yaml"),
    "manifests.go_mod": ("go.mod",),
    "manifests.cargo": ("Cargo.toml",),
    "locks.cargo": ("Cargo.lock",),
    "manifests.maven": ("pom.xml", "*.pom"),
    "manifests.gradle": ("*.gradle", "*.kts", "*.toml", "gradle.lockfile"),
    "manifests.nuget": (
        "*.csproj", "*.fsproj", "*.vbproj", "*.props", "*.targets", "packages.config",
        "packages.lock.json", "dotnet-tools.json",
    ),
    "manifests.gemfile": ("Gemfile", "gems.rb", "Gemfile.lock", "gems.locked", "*.gemspec"),
    "manifests.hex": ("mix.exs", "mix.lock", "rebar.config", "rebar.lock"),
    "manifests.cran": ("DESCRIPTION", "renv.lock"),
    "manifests.julia": (
        "Project.toml", "JuliaProject.toml", "Manifest.toml", "JuliaManifest.toml", "Manifest-v*",
        "JuliaManifest-v*",
    ),
    "manifests.conan": ("conanfile.txt", "conanfile.py", "conan.lock", "vcpkg.json"),
    "manifests.composer": ("composer.json", "composer.lock"),
    "manifests.pub": (
        "pubspec.yaml", "pubspec.yml", "pubspec_overrides.yaml", "pubspec.lock",
    ),
    "manifests.swift": ("Package.swift", "Package@*", "Package.resolved"),
    "manifests.gitmodules": (".gitmodules",),
    "manifests.cmake": ("CMakeLists.txt", "*.cmake"),
    "manifests.unread": (
        "build.sbt", "project.clj", "deps.edn", "cpanfile", "shard.yml",
        "build.zig.zon", "elm.json", "MODULE.bazel", "Podfile", "Cartfile",
        "dub.json", "dub.sdl", "gleam.toml", "dune-project", "*.cabal", "*.rockspec", "*.nimble",
        "*.opam", "*.podspec",
    ),
    "bills.sbom": ("*.json", "*.jsonld"),
    "models.card": ("*.md",),
    "models.folder": ("*.json",),
    "deploy.dockerfile": (
        "Dockerfile*", "Containerfile*", "*.dockerfile", "*.containerfile", "*dockerfile*",
        "*containerfile*", "Earthfile*",
    ),
    "deploy.compose": ("*.yml", "*.yaml", "*.example", "*.sample"),
    "deploy.ci": ("*.yml", "*.yaml"),
    "deploy.kubernetes": ("*.yaml", "*.yml", "*.tpl", "*.tftpl"),
    "deploy.terraform": ("*.tf", "*.tfvars", "*.hcl", "*.tofu", "*.example"),
    "deploy.bicep": ("*.bicep", "*.bicepparam"),
    "deploy.modelfile": ("Modelfile*", "*.modelfile"),
    "shell.makefile": (
        "Makefile*", "GNUmakefile", "justfile", ".justfile", "*.mk", "*.mak", "*.just",
    ),
    "config.env_file": (
        ".env*", "env*", "*.env", "*.example", "*.sample", "*.template", "*.dist", "*.tpl",
        "dotenv", "dockerenv",
    ),
    "shell.script": ("*.sh", "*.bash", "*.zsh", "*.ksh", "*.sbatch", "*.slurm"),
    "shell.launchers": (
        "*.service", "*.timer", "*.container", "*.in", "*.j2", "*.tmpl", "Procfile*",
        "*jenkinsfile*",
    ),
    "shell.windows": ("*.bat", "*.cmd", "*.ps1", "*.psm1"),
    "models.weights": (
        "*.safetensors", "*.gguf", "*.ggml", "*.onnx", "*.pt", "*.pth", "*.ptl", "*.jit",
        "*.torchscript", "*.bin", "*.ckpt", "*.keras", "*.h5", "*.hdf5", "*.tflite", "*.npz",
        "*.nemo", "*.pdparams", "*.pdiparams", "*.pdmodel", "*.joblib", "*.pkl", "*.pickle",
        "*.bst", "*.cbm", "*.pmml", "saved_model.pb", "flax_model.msgpack",
        "sha256-*", "model.safetensors.index.json",
        "diffusion_pytorch_model.safetensors.index.json", "pytorch_model.bin.index.json",
        "tf_model.h5.index.json", "flax_model.msgpack.index.json",
    ),
    "models.store": (".mdl", ".msc", "manifests/"),
    "python.notebook": ("*.ipynb",),
    "python.source": ("*.py",),
    "javascript.source": (
        "*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.tsx", "*.mts", "*.cts", "*.vue", "*.svelte",
    ),
    "languages.source": (
        "*.go", "*.java", "*.kt", "*.kts", "*.scala", "*.cs", "*.rs", "*.rb", "*.php", "*.swift",
        "*.dart", "*.ex", "*.exs", "*.r", "*.jl", "*.lua",
    ),
    "languages.native": (
        "*.c", "*.cc", "*.cpp", "*.cxx", "*.h", "*.hh", "*.hpp", "*.hxx", "*.cu", "*.cuh", "*.hip",
        "*.m", "*.mm", "*.metal",
    ),
    "config.yaml_config": ("*.yaml", "*.yml", "MLproject"),
    "config.sql": ("*.sql",),
    "config.prompty": ("*.prompty",),
    "config.toml_config": ("*.toml",),
    "config.ini_config": ("*.ini", "*.cfg", "*.conf", "*.properties"),
    "config.json_config": ("*.json", "*.jsonc", "*.json5"),
    "markdown": ("*.md", "*.mdx", "*.rst", "*.markdown"),
}  # fmt: skip
"""Every input format: its module here, and the names of files it may want. Add one here.

A name is whole (``Dockerfile``), an ending (``*.py``), a beginning (``Dockerfile.*``) or a
word anywhere in it (``*dockerfile*``), in any case. Of several modules that may want a file
the first here that accepts it reads it. A module is imported when the first such file is
met: most trees need two or three.
"""


@cache
def extractor(name: str) -> Extractor:
    """Return an extractor by the name of its module."""
    return cast("Extractor", import_module(f"provenance.extract.{name}"))


def extractor_for(path: str) -> Extractor | None:
    """Return the extractor that wants a file, or None."""
    for module in _candidates(path[path.rfind("/") + 1 :].lower()):
        found = extractor(module)
        if found.accepts(path):
            return found
    stem, _, ending = path.rpartition(".")
    if ending.lower() in _TEMPLATES and "." in stem.rpartition("/")[2]:
        return extractor_for(stem)  # ``config.yaml.example`` is a ``config.yaml``
    for folder, module in _FOLDERS:
        if folder in path and extractor(module).accepts(path):
            return extractor(module)
    return None


_TEMPLATES = frozenset({"example", "sample", "template", "dist", "tmpl"})
_FOLDERS: list[tuple[str, str]] = []
_EXACT: dict[str, list[str]] = {}
_ENDINGS: dict[str, list[str]] = {}
_BEGINNINGS: dict[str, list[str]] = {}
_WORDS: dict[str, list[str]] = {}
_ORDER = {module: number for number, module in enumerate(EXTRACTORS)}
for _module, _patterns in EXTRACTORS.items():
    for _pattern in _patterns:
        if _pattern.endswith("/"):
            _FOLDERS.append((_pattern, _module))
        elif _pattern.startswith("*."):
            _ENDINGS.setdefault(_pattern[1:].lower(), []).append(_module)
        elif _pattern.startswith("*"):
            _WORDS.setdefault(_pattern.strip("*").lower(), []).append(_module)
        elif _pattern.endswith("*"):
            _BEGINNINGS.setdefault(_pattern[:-1].lower(), []).append(_module)
        else:
            _EXACT.setdefault(_pattern.lower(), []).append(_module)


@lru_cache(maxsize=4096)
def _candidates(name: str) -> tuple[str, ...]:
    """Return the modules that may want a file of this lower-case name, in order."""
    found = set(_EXACT.get(name, ()))
    dot = name.rfind(".")
    if dot >= 0:
        found.update(_ENDINGS.get(name[dot:], ()))
    for beginning, modules in _BEGINNINGS.items():
        if name.startswith(beginning):
            found.update(modules)
    for word, modules in _WORDS.items():
        if word in name:
            found.update(modules)
    return tuple(sorted(found, key=_ORDER.__getitem__))
