"""Files that a text fetches by their address: whether one holds weights, or data.

Only what says so itself counts: the tag of a release, the folder or name of the file, the
variable that the address is given to. Sources and programs are none, whatever else their
names say.
"""

from __future__ import annotations

import re

from provenance.patterns import lazy

_ARCHIVE = lazy(r"(.+?)(?:\.(?:tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|zip|7z|tar))", re.IGNORECASE)
_MODEL = lazy(
    r"(?<![a-z])(?:models?|weights?|checkpoints?|ckpts?|pre-?trained)(?![a-z])", re.IGNORECASE
)
_PROGRAMS = (
    r"src|source|sources|code|bin|cli|sdk|lib|server|client|runner|viewer|tools?|utils?|"
    r"plugin|chart|docs?|static|linux\d*|ubuntu|darwin|macos|osx|windows|win\d*|x86(?:_64)?|x64|"
    r"amd64|arm64|aarch64|armv\d\w*|musl|gnu"
)
_OTHER = lazy(
    r"(?<![a-z])(?:data|datas?ets?|corpus|corpora|annotations?|labels?|benchmarks?|samples?|"
    rf"examples?|{_PROGRAMS})(?![a-z])",
    re.IGNORECASE,
)
_GIVEN = lazy(
    rb"(?:^|[\s\"'{(,.])\w*(?:model|weight|checkpoint|ckpt|pretrained)s?(?:_?(?:url|uri|link|"
    rb"archive|address|download|src|zip|tar))*[\"']?[ \t]*[:=][ \t]*[\"'(]?\Z",
    re.IGNORECASE,
)
_RELEASE = lazy(r"/releases/download/([^/]+)/([^/]+)$")
_MADE = lazy(r"/(?:archive|resolve|tarball|zipball|raw|blob|tree|datasets?)/|codeload\.")
"""Sources of a repository, files of a hub, data."""

_TOLD = lazy(
    r"https?://(?:(?:codeload\.)?github\.com/[^/]+/[^/]+/archive/|(?:www\.)?(?:huggingface\.co|hf\.co"
    r"|hf-mirror\.com|modelscope\.cn)/)"
)
"""Addresses that others read: sources of a code host, what a hub's repositories hold."""
_DATA_FILE = lazy(
    r"https?://[^\s?#]+/([^/\s?#]+?)\.(?:(json(?:\.gz)?)|jsonl(?:\.gz)?|zip|tar|tar\.\w{2,4}|tgz|rar|7z"
    r"|parquet|[ct]sv(?:\.gz)?|tfrecords?|h5ad|arrow)(?:[?#]\S*)?",
    re.IGNORECASE,
)
_RECORDS = lazy(
    r"(?<![a-z])(?:annotations?|captions?|questions?|(?:train|val)(?:\d{4})?|validation|"
    r"datas?ets?|corpus|corpora)(?![a-z])"
)
"""A word in the name of a file of records."""
_MAYBE_RECORDS = lazy(
    r"(?<![a-z])(?:data|test|train\w*|dev|valid|instruct\w*|conversations?)(?![a-z])"
)
"""A word that such a name has as well, though others do."""
_OF_RECORDS = lazy(r"/(?:[\w.-]+[_-])?(?:datas?ets?|annotations|corpora|corpus)/")
_NO_RECORDS = lazy(
    r"(?<![a-z])(?:schemas?|config\w*|settings?|args|packages?|manifest|meta|metadata|index|info|"
    r"readme|license|openapi|swagger|results?|outputs?|predictions?|scores?|logs?|dashboards?|"
    r"specs?|icons?|thumbnails?|models?|weights?|checkpoints?)(?![a-z])"
)
"""A word in the name of a file that says of data, or of anything, how it is."""
_ASKED = lazy(r"//api[.-]|/api/|/v\d+/|/(?:config\w*|schemas?|settings)/", re.IGNORECASE)
"""What answers requests, and folders of settings."""
_NO_DATA = lazy(
    rf"(?<![a-z])(?:models?|weights?|checkpoints?|ckpts?|pre-?trained|{_PROGRAMS})(?![a-z])"
)
_WORDS = lazy(r"(?<=[a-z0-9])(?=[A-Z])")


_OF_DATA = lazy(r"(?:^|/)data(?:sets?|_modules?|sets?_\w{1,20})?/", re.IGNORECASE)


def holds_data(url: str, *, said: bool = False, given: bool = False) -> bool:
    """Tell whether an address leads to a file of data.

    Args:
        said: what stands around it speaks of data; a file that may be anything (JSON)
            counts by its own name only, or by its folder's.
        given: it is the value of a setting of a dataset.
    """
    match = _DATA_FILE.fullmatch(url)
    if match is None or _TOLD.match(url):
        return False
    name = _WORDS.sub("_", match.group(1)).lower()
    if not match.group(2):
        return said or given or bool(_RECORDS.search(name) and not _NO_DATA.search(name))
    if _NO_RECORDS.search(name) or _ASKED.search(url):
        return False
    return given or bool(
        _RECORDS.search(name)
        or _OF_RECORDS.search(url.lower())
        or (said and _MAYBE_RECORDS.search(name))
    )


def prepares_data(path: str) -> bool:
    """Tell whether a file stands in a folder whose files prepare data."""
    return _OF_DATA.search(path) is not None


def is_data_file(url: str) -> bool:
    """Tell whether an address leads to a file, or an archive, that may hold data."""
    return _DATA_FILE.fullmatch(url) is not None


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
