"""Archives that a text fetches by their address: whether one holds weights.

Only what says so itself counts: the tag of a release, the folder or name of the file, the
variable that the address is given to. Data, sources and programs are none, whatever else
their names say.
"""

from __future__ import annotations

import re

_ARCHIVE = re.compile(r"(.+?)(?:\.(?:tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|zip|7z|tar))", re.IGNORECASE)
_MODEL = re.compile(
    r"(?<![a-z])(?:models?|weights?|checkpoints?|ckpts?|pre-?trained)(?![a-z])", re.IGNORECASE
)
_OTHER = re.compile(
    r"(?<![a-z])(?:data|datas?ets?|corpus|corpora|annotations?|labels?|benchmarks?|samples?|"
    r"examples?|src|source|sources|code|bin|cli|sdk|lib|server|client|runner|viewer|tools?|utils?|"
    r"plugin|chart|docs?|static|linux\d*|ubuntu|darwin|macos|osx|windows|win\d*|x86(?:_64)?|x64|"
    r"amd64|arm64|aarch64|armv\d\w*|musl|gnu)(?![a-z])",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rb"(?:^|[\s\"'{(,.])\w*(?:model|weight|checkpoint|ckpt|pretrained)s?(?:_?(?:url|uri|link|"
    rb"archive|address|download|src|zip|tar))*[\"']?[ \t]*[:=][ \t]*[\"'(]?\Z",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"/releases/download/([^/]+)/([^/]+)$")
_MADE = re.compile(r"/(?:archive|resolve|tarball|zipball|raw|blob|tree|datasets?)/|codeload\.")
"""Sources of a repository, files of a hub, data."""


def holds_weights(url: str, before: bytes) -> bool:
    """Tell whether an address leads to an archive of weights.

    Args:
        before: what stands before it on its line.
    """
    name = url.rpartition("/")[2]
    stem = _ARCHIVE.fullmatch(name)
    if stem is None or _MADE.search(url):
        return False
    release = _RELEASE.search(url)
    if release is None and "://github.com/" in url:
        return False
    if _OTHER.search(stem.group(1)):
        return False
    above = release.group(1) if release else url.rpartition("/")[0].rpartition("/")[2]
    return bool(
        _MODEL.search(stem.group(1))
        or (_MODEL.search(above) and not _OTHER.search(above))
        or _GIVEN.search(before)
    )
