"""Whole scans in a process of their own, online against the hub double."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.registry import Registry
from tests.support.hub_double import HubDouble, Repo

EPOCH = "1780000000"  # 2026-05-28
DAY = "2026-05-28"


@dataclass(frozen=True, slots=True)
class Scan:
    """What one run printed and how it ended."""

    status: int
    stderr: str
    report: dict[str, Any]

    def component(self, identifier: str) -> dict[str, Any]:
        """The one component with this id."""
        (found,) = [c for c in self.report["components"] if c["id"] == identifier]
        return found

    def links(self, source: str, relation: str) -> dict[str, dict[str, Any]]:
        """The links of one kind that leave a component, by their targets.

        Of a derivation whose kind the hub makes up there are two: that one is taken here.
        """
        found = [
            link
            for link in self.report["links"]
            if (link["source"], link["relation"]) == (source, relation)
        ]
        assert len({(link["target"], link.get("basis")) for link in found}) == len(found)
        found.sort(key=lambda link: link.get("how") != "unknown")
        return {link["target"]: link for link in found}

    def gaps(self, prefix: str = "hub-") -> dict[str, str]:
        """Reasons of the gaps that the hub left, by their subjects."""
        return {
            gap["subject"]: gap["reason"]
            for gap in self.report["gaps"]
            if gap["reason"].startswith(prefix)
        }

    @property
    def hosts(self) -> list[str]:
        """The hosts that the report lists."""
        found: list[str] = self.report["inputs"]["hosts_contacted"]
        return found


def tree(folder: Path, models: Iterable[str]) -> Path:
    """A project that loads these models, one a line."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = [f"AutoModel.from_pretrained({name!r})" for name in models]
    text = "\n".join(["from transformers import AutoModel", *calls, ""])
    (folder / "app.py").write_text(text, "utf-8")
    return folder


def scan(project: Path, double: HubDouble | str, cache: Path, *flags: str, **environ: str) -> Scan:
    """Run ``provenance scan PROJECT FLAGS -f json`` with `double` as HF_ENDPOINT."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": double if isinstance(double, str) else double.url,
        "HF_HOME": str(cache / "hf"),
        "XDG_CACHE_HOME": str(cache),
        "SOURCE_DATE_EPOCH": EPOCH,
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        **environ,
    }
    ran = subprocess.run(
        [
            sys.executable, "-m", "provenance", "scan", str(project), "-f", "json",
            "--no-vulnerabilities", *flags,
        ],
        env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    stderr = ran.stderr.decode()
    assert "Traceback" not in stderr, stderr
    return Scan(ran.returncode, stderr, json.loads(ran.stdout) if ran.stdout else {})


def with_ancestors(repos: Iterable[Repo]) -> tuple[Repo, ...]:
    """`repos`, and an empty one for all that the registry links them to, however far."""
    registry = Registry()
    found = {f"{_PREFIX[repo.kind]}{repo.id}": repo for repo in repos}
    pending = list(found)
    while pending:
        component = pending.pop()
        targets = [row.parent for row in registry.lineage(component)]
        targets += [row.target for row in registry.links(component)]
        for target in targets:
            for kind, prefix in _PREFIX.items():
                if target.startswith(prefix) and target not in found:
                    found[target] = Repo(target.removeprefix(prefix), kind)  # type: ignore[arg-type]
                    pending.append(target)
    return tuple(found.values())


_PREFIX: Mapping[str, str] = {"model": "pkg:huggingface/", "dataset": "dataset:huggingface/"}
