"""Scripts of Windows: batch files and PowerShell, rewritten line by line into a shell's terms.

What matters here is what they share with a shell: commands with arguments, variables, and
comments. Flow of control is passed over; every line keeps its number.
"""

from __future__ import annotations

import re

from provenance.extract import textfile
from provenance.extract.collect import Collector
from provenance.extract.shell.script import read_shell
from provenance.model import Document, Extraction
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

NAME = "windows-script"
MAX_BYTES = 512 * 1024

_BATCH = (".bat", ".cmd")
_POWERSHELL = (".ps1", ".psm1")
_REMARK = lazy(r"(?:rem\b|::)[ \t]*", re.IGNORECASE)
_LABEL = lazy(r":[A-Za-z_]|(?:goto|exit|pause|cls|title|color|setlocal|endlocal|shift)\b", re.I)
_SET = lazy(r"set[ \t]+\"?([A-Za-z_]\w*)=(.*)", re.IGNORECASE)
_CALLED = lazy(
    r"(?:if[ \t]+(?:/i[ \t]+)?(?:not[ \t]+)?(?:exist|defined|errorlevel)?[ \t]*\S+[ \t]+"
    r"(?=\w)(?!==)"
    r"|else[ \t]+|call[ \t]+|start[ \t]+(?:\"[^\"]*\"[ \t]+)?(?:/\w+[ \t]+)*|cmd[ \t]+/c[ \t]+)",
    re.IGNORECASE,
)
"""What stands before a command that is run."""
_PERCENT = lazy(r"%([A-Za-z_]\w*)%|!([A-Za-z_]\w*)!")
_OWN_FOLDER = lazy(r"%~dp0[\\/]?|\$PSScriptRoot[\\/]?")
_BACKSLASH = lazy(r"\\(?!$)")
_PROGRAM = lazy(r"\.(?:exe|cmd|bat)(?=[\"' \t]|$)", re.IGNORECASE)
_ENVIRONMENT = lazy(r"\$\{?env:([A-Za-z_]\w*)\}?", re.IGNORECASE)
_ASSIGNED = lazy(
    r"(?:\[\w+\])?\$(?:env:|script:|global:)?([A-Za-z_]\w*)[ \t]*=[ \t]*"
    r"([\"'][^\"'\n]*[\"'])[ \t]*$",
    re.IGNORECASE,
)
_INVOKED = lazy(r"(?:&|\.)[ \t]+(?=\S)")


def accepts(path: str) -> bool:
    """Accept batch files and scripts of PowerShell by their ending."""
    return path.lower().endswith(_BATCH + _POWERSHELL)


def extract(document: Document, vocabulary: object) -> Extraction:
    """Return what one script uses."""
    assert isinstance(vocabulary, Vocabulary)
    collector = Collector(document.path, NAME)
    text = textfile.bounded(document.data, collector, MAX_BYTES)
    if text is None:
        return collector.done()
    rewrite = _batch if document.path.lower().endswith(_BATCH) else _powershell
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read_shell("\n".join(rewrite(lines)), 1, collector, vocabulary)
    return collector.done()


def _batch(lines: list[str]) -> list[str]:
    written: list[str] = []
    for line in lines:
        line = line[:4000].strip().lstrip("@").lstrip()
        if remark := _REMARK.match(line):
            written.append(f"# {line[remark.end() :]}")
            continue
        if _LABEL.match(line):
            written.append("")
            continue
        line = _CALLED.sub("", line.rstrip("()").strip(), count=1)
        line = _OWN_FOLDER.sub("./", line)
        if given := _SET.match(line):
            line = f'export {given.group(1)}="{given.group(2).strip(chr(34))}"'
        line = _PERCENT.sub(lambda match: f"${{{match.group(1) or match.group(2)}}}", line)
        line = _PROGRAM.sub("", _BACKSLASH.sub("/", line))
        written.append(f"{line[:-1]}\\" if line.endswith("^") else line)
    return written


def _powershell(lines: list[str]) -> list[str]:
    written: list[str] = []
    remark = False
    for line in lines:
        line = line[:4000].strip()
        if remark or line.startswith("<#"):
            remark = "#>" not in line
            written.append(f"# {line.strip('<#> ')}")
            continue
        if given := _ASSIGNED.match(line):
            line = f"export {given.group(1)}={given.group(2)}"
        line = _ENVIRONMENT.sub(r"${\1}", _OWN_FOLDER.sub("./", line))
        line = _PROGRAM.sub("", _BACKSLASH.sub("/", _INVOKED.sub("", line, count=1)))
        written.append(f"{line[:-1]}\\" if line.endswith("`") else line)
    return written
