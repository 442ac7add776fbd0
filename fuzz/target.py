"""One extractor under libFuzzer: started by run.py in a process of its own.

    python fuzz/target.py EXTRACTOR SECONDS FOLDER

Seeds are the documents of tests/support/samples.py. The first byte of an input chooses
which of their paths the rest stands at. A failure does not end the run: the smallest input
of each distinct one is kept in FOLDER, and libFuzzer goes on.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

with atheris.instrument_imports(include=["provenance"]):
    from provenance.extract import EXTRACTORS, extractor, extractor_for

    for one in sys.argv[1:2]:
        extractor(one)
    # What a reader imports late must be instrumented as well: one run over each sample.
    from tests.support.samples import SAMPLES
    from tests.support.sound import sound

    for sample in SAMPLES[sys.argv[1]]:
        sound(extractor(sys.argv[1]), *sample)

MAX_BYTES = 16_384
GROW_EVERY = 400
"""Every so manieth input is repeated to 64 KiB: what is quadratic shows there."""
GROWN_BYTES = 65_536
SECONDS, SECONDS_A_BYTE = 1.5, 150e-6
"""CPU time an instrumented run may take: a start, and what each byte adds."""
MEMORY_MIB = 1024
WORD = re.compile(rb"[\w.@/-]{3,24}|[^\w\s]{1,3}")


class Findings:
    """The failures of a run, each kept once by its kind and place, the shortest input first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = 0
        self.slowest = (0.0, 0)
        self._sizes: dict[str, int] = {}

    def keep(self, kind: str, detail: str, path: str, data: bytes) -> None:
        """Write an input down when it is the first or the shortest of its kind."""
        if len(data) >= self._sizes.get(kind, sys.maxsize):
            return
        self._sizes[kind] = len(data)
        stem = self.folder / hashlib.sha256(kind.encode()).hexdigest()[:12]
        stem.with_suffix(".input").write_bytes(data)
        record = {"kind": kind, "path": path, "detail": detail}
        stem.with_suffix(".json").write_text(json.dumps(record), "utf-8")

    def summary(self) -> None:
        """Write how much was tried."""
        record = {"inputs": self.inputs, "seconds": self.slowest[0], "bytes": self.slowest[1]}
        (self.folder / "summary.json").write_text(json.dumps(record), "utf-8")


def tried(name: str, path: str, data: bytes, findings: Findings) -> None:
    """Extract one input and note whatever must not happen."""
    begin = time.process_time()
    try:
        sound(extractor(name), path, data)
    except Exception as error:  # noqa: BLE001 - any is a finding
        frame = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}"
        findings.keep(kind, "".join(traceback.format_exception(error))[-3000:], path, data)
    spent = time.process_time() - begin
    if spent > findings.slowest[0]:
        findings.slowest = (spent, len(data))
    if spent > SECONDS + SECONDS_A_BYTE * len(data):
        findings.keep("slow", f"{spent:.1f} s for {len(data)} bytes", path, data)


def words() -> str:
    """Return libFuzzer's dictionary: what the samples are made of."""
    found = {word for samples in SAMPLES.values() for one in samples for word in
             WORD.findall(one.data)}  # fmt: skip
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in sorted(found))
    return "".join(f'"{word}"\n' for word in escaped)


def main() -> None:
    name, seconds, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    paths = [sample.path for sample in SAMPLES[name]]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(SAMPLES[name]):
        (corpus / f"seed-{number}").write_bytes(bytes([number]) + sample.data)
    (folder / "words.dict").write_text(words(), "ascii")
    findings = Findings(folder)

    def one_input(data: bytes) -> None:
        path = paths[data[0] % len(paths)] if data else paths[0]
        findings.inputs += 1
        tried(name, path, data[1:], findings)
        if findings.inputs % GROW_EVERY == 0 and len(data) > 1:
            tried(name, path, data[1:] * (GROWN_BYTES // len(data)), findings)
        if findings.inputs % 200 == 0:
            findings.summary()

    options: list[Any] = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", "-timeout=60",
        f"-rss_limit_mb={MEMORY_MIB}", f"-dict={folder / 'words.dict'}", "-print_final_stats=0",
        "-verbosity=0", f"-artifact_prefix={folder}/", "-len_control=20", "-use_value_profile=0",
        str(corpus),
    ]  # fmt: skip
    assert name in EXTRACTORS
    assert extractor_for(paths[0]) is extractor(name)
    atheris.Setup(options, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
