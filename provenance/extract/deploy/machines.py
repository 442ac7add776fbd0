"""Accelerators by the names that clouds give machines, cards and node labels."""

from __future__ import annotations

from provenance.patterns import lazy

_KEYS = lazy(
    r"(?i)(?:^|[./_-])(?:instance[_-]?types?|machine[_-]?types?|vm[_-]?sizes?|node[_-]?sizes?|"
    r"shapes?|node[_-]?shape|accelerator(?:[_-]?types?)?|guest[_-]?accelerators?|"
    r"gke-(?:tpu-)?accelerator|accelerators|gpus?|gpu[_-]?types?|instancetype|machinetype|vmsize"
    r"|cuda(?:[_-]?version)?)$"
)
_MACHINES = (
    ("aws-neuron", lazy(r"(?:ml\.)?(?:inf|trn)\d\w*\.\d*(?:x?large|metal)")),
    ("intel-gaudi", lazy(r"(?:ml\.)?dl1\.\d*x?large")),
    ("nvidia-cuda", lazy(
        r"(?:ml\.)?(?:p[2-6]\w{0,4}|g4dn|g5g?|g6e?|gr6)(?:-\w+)?\.\d*(?:x?large|metal)"
        r"|(?:a2|a3|a4|a4x|g2|g4)-(?:highgpu|megagpu|edgegpu|ultragpu|maxgpu|standard)-\d+\w*"
        r"|(?:a10g?|a100|h100|h200|h20|b200|b300|gb?200|gh200|l4|l40s?|t4|v100|p100|k80|a6000|a4000"
        r"|rtx[-_ ]?\d{4}\w*)(?:-\d{2,3}gb)?(?::\d+)?|1[0-9]\.\d(?:\.\d)?"
        r"|nvidia-(?:tesla-)?(?:[tvpkahlb]\d{1,4}\w*|rtx-\S+|gb\d+)(?:-\S+)?"
        r"|standard_n[cdv]\w*(?:_(?:t4|a10|a100|h100|h200|v100)\w*)+"
        r"|(?:vm|bm)\.gpu\d*\.(?:a10|a100\w*|h100|h200|b200|gb200|[234]\w*|l40s|v\w*)(?:[.-]\S+)?"
    )),
    ("amd-rocm", lazy(
        r"mi\d{3}x?(?::\d+)?|standard_n[dv]\w*_(?:mi300x|mi200|v620)\w*|bm\.gpu\.mi\d{3}x?\.\d+|g4ad\.\d*x?large"
    )),
    ("google-tpu", lazy(
        r"tpu-v\d\w*-(?:podslice|device|slice|lite-\w+)|tpu7x|ct\d\w*-hightpu-\d+t|v[2-6]\w?-\d{1,4}"
    )),
)  # fmt: skip
"""Amazon's instance types, Google's machines, cards and TPUs, Azure's sizes, Oracle's shapes."""


def platform_of_machine(key: str, value: str) -> str | None:
    """Return the slug of the accelerator that a setting asks a cloud for, or None."""
    if not 2 < len(value) <= 60 or not _KEYS.search(key):
        return None
    name = value.strip().lower()
    return next((slug for slug, pattern in _MACHINES if pattern.fullmatch(name)), None)
