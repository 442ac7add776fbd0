"""What a conda package is elsewhere: a Python package, an accelerator stack, or itself."""

from __future__ import annotations

from provenance import ids
from provenance.extract.channels import channel_of_url
from provenance.extract.collect import Collector
from provenance.model import ComponentId, Occurrence
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

ANACONDA = "service:anaconda"
_CHANNELS = {"conda-forge": "service:conda-forge"}
_HOSTED = lazy(r"https?://(?:conda\.)?anaconda\.org/(?:t/[^/]+/)?([\w.-]+)")

_ON_PYPI = {
    "pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "libtorch": "torch",
    "pyg": "torch-geometric", "pytorch_geometric": "torch-geometric",
    "pytorch-scatter": "torch-scatter", "pytorch-sparse": "torch-sparse",
    "pytorch-cluster": "torch-cluster", "tensorflow-base": "tensorflow",
    "opencv": "opencv-python", "py-opencv": "opencv-python", "libopencv": "opencv-python",
    "py-xgboost": "xgboost", "py-xgboost-cpu": "xgboost", "py-xgboost-gpu": "xgboost",
    "matplotlib-base": "matplotlib", "dask-core": "dask", "seaborn-base": "seaborn",
    "ray-core": "ray", "ray-default": "ray", "ray-tune": "ray", "pytables": "tables",
    "msgpack-python": "msgpack", "python-graphviz": "graphviz", "python-xxhash": "xxhash",
    "sentencepiece-python": "sentencepiece", "python-tzdata": "tzdata", "hjson-py": "hjson",
    "python-flatbuffers": "flatbuffers", "brotli-python": "brotli", "pyqt": "pyqt5",
    "google-cloud-bigquery-core": "google-cloud-bigquery", "ruamel_yaml": "ruamel-yaml",
}  # fmt: skip
"""Python packages whose conda name differs from the one on PyPI, and parts they are split into."""
_PLATFORMS = (
    (lazy(r"cudatoolkit(?:-dev)?|cuda(?:-.*)?|cudnn|nccl|pytorch-cuda|cutensor|tensorrt"),
     "nvidia-cuda"),
    (lazy(r"rocm(?:-.*)?|hip(?:-.*)?"), "amd-rocm"),
)  # fmt: skip
_NATIVE = lazy(
    r"_.*|lib(?!rosa$|cst$|sass$|tpu$|clang$|cloud$).*|r-.*|perl-.*|xorg-.*|fonts?-.*|gcc.*|gxx.*|"
    r"gfortran.*|clang.*|binutils.*|ld_impl_.*|sysroot_.*|.*-ng|.*_(?:linux|osx|win)-.*|.*-abi|"
    r"python|python_abi|nodejs|openssl|ca-certificates|zlib|bzip2|xz|zstd|lz4-c|snappy|sqlite|tk|"
    r"readline|ncurses|ffmpeg|x264|x265|openh264|git|git-lfs|curl|wget|make|cmake|ninja|pkg-config|"
    r"openjdk|maven|go|rust|ruby|hdf5|openmpi|mpich|mkl|mkl-devel|blas|openblas|intel-openmp|tbb|"
    r"llvm-openmp|eigen|boost|boost-cpp|gmp|mpfr|mpc|icu|freetype|jpeg|lame|giflib|lerc|openjpeg|"
    r"compilers|c-compiler|cxx-compiler|conda|mamba|micromamba|jq|unzip|zip|tar|bash|vim|tmux|htop|"
    r"graphviz|pandoc|tesseract|poppler|ghostscript|imagemagick|sox|espeak|magma.*|pytorch-mutex|"
    r"krb5|yaml|c-ares|arrow-cpp|glog|gflags|re2|abseil-cpp|grpc-cpp|aws-c.*|s2n|orc|qt|qt-main"
)
"""Packages of conda alone: libraries, compilers, tools."""


def platform_of(name: str) -> str | None:
    """Return the accelerator stack that a conda package is a part of."""
    return next((slug for names, slug in _PLATFORMS if names.fullmatch(name)), None)


def component(name: str, version: str | None, *, python: bool | None = None) -> ComponentId:
    """Return the id of a conda package: that of the Python package it builds, else its own.

    Args:
        python: whether it is known to be a Python package; None where only its name tells.
    """
    known = _ON_PYPI.get(name)
    if known:
        return ids.pypi(known, version)
    if python is False or _NATIVE.fullmatch(name):
        return ids.package("conda", name, version)
    return ids.pypi(name, version)


def channel(
    written: str, where: Occurrence, collector: Collector, vocabulary: Vocabulary
) -> ComponentId | None:
    """Record and return the service behind a channel: a name, or an address."""
    hosted = _HOSTED.match(written)
    if hosted:
        written = hosted.group(1)
    if "://" in written:
        return channel_of_url(written, where, collector, vocabulary)
    if written == "nodefaults" or not written:
        return None
    if written == "local" or written.startswith((".", "/")):
        collector.gap(written, "private-channel", where)
        return None
    return collector.service(_CHANNELS.get(written, ANACONDA), where)


class CondaChannels:
    """The channel behind a package's address, each looked up and recorded once."""

    def __init__(self, collector: Collector, vocabulary: Vocabulary) -> None:
        self._collector = collector
        self._vocabulary = vocabulary
        self._found: dict[str, ComponentId | None] = {}

    def of(self, url: str, where: Occurrence) -> ComponentId | None:
        """Return the channel of a package's URL; None where it has no address."""
        if "://" not in url:
            return None
        base = "/".join(url.split("/", 4)[:4])
        if base not in self._found:
            self._found[base] = channel(base, where, self._collector, self._vocabulary)
        return self._found[base]
