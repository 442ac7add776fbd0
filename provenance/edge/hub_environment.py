"""The hubs' own environment variables, as their clients read them but for two cautions.

====================================== =============================================
``HF_ENDPOINT``                        the hub or mirror to ask
``HF_HUB_OFFLINE TRANSFORMERS_OFFLINE`` answer from the cache
``HF_HUB_ETAG_TIMEOUT``                seconds that one answer may take
``HF_TOKEN HUGGING_FACE_HUB_TOKEN``    the token
``HF_TOKEN_PATH HF_HOME``              where ``hf auth login`` stored one
``HF_HUB_DISABLE_IMPLICIT_TOKEN``      send none of these
``MODELSCOPE_ENDPOINT MODELSCOPE_DOMAIN`` the address of ModelScope, or its host alone
``MODELSCOPE_API_TOKEN``               a token for it
====================================== =============================================

Timeout and offline switches hold for both hubs. The cautions: a login stored in its usual
place, which no variable points to, was made for the public hub and is sent to no other
endpoint; and one that ModelScope's client has stored is a pickle, and not read.
``MODELSCOPE_CACHE`` holds weights, which are not fetched.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_ENDPOINT = "https://huggingface.co"
DEFAULT_MODELSCOPE = "https://www.modelscope.cn"
DEFAULT_TIMEOUT = 10.0  # seconds
_MAX_TIMEOUT = 60.0
_MAX_TOKEN_FILE = 4096  # bytes; a longer file is no token
_TRUE = ("1", "ON", "YES", "TRUE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Whom to ask, as whom, and how long to wait."""

    endpoint: str
    token: str | None = field(default=None, repr=False)
    offline: bool = False
    timeout: float = DEFAULT_TIMEOUT


def access(environ: Mapping[str, str]) -> Access:
    """Return whom to ask, as whom and how long, as the environment says."""
    endpoint = endpoint_of(environ)
    return Access(
        endpoint=endpoint,
        token=_token(endpoint, environ),
        offline=any(_true(environ, name) for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")),
        timeout=_timeout(environ.get("HF_HUB_ETAG_TIMEOUT", "")),
    )  # fmt: skip


def modelscope_access(environ: Mapping[str, str]) -> Access:
    """Return whom to ask for what lies on ModelScope, as whom and how long."""
    common = access(environ)
    return Access(
        endpoint=modelscope_endpoint_of(environ),
        token=_clean(environ.get("MODELSCOPE_API_TOKEN", "")) or None,
        offline=common.offline, timeout=common.timeout,
    )  # fmt: skip


def modelscope_endpoint_of(environ: Mapping[str, str]) -> str:
    """Return the address of ModelScope that would be asked."""
    endpoint = environ.get("MODELSCOPE_ENDPOINT", "").strip().rstrip("/")
    domain = environ.get("MODELSCOPE_DOMAIN", "").strip().rstrip("/")
    if not endpoint and domain:
        endpoint = domain if "://" in domain else f"https://{domain}"
    return endpoint or DEFAULT_MODELSCOPE


def endpoint_of(environ: Mapping[str, str]) -> str:
    """Return the hub or mirror that would be asked."""
    return environ.get("HF_ENDPOINT", "").strip().rstrip("/") or DEFAULT_ENDPOINT


def hosts_of_endpoints(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts of both hubs, without the credentials a URL may carry."""
    endpoints = (endpoint_of(environ), modelscope_endpoint_of(environ))
    return tuple(urlsplit(endpoint).hostname or "?" for endpoint in endpoints)


def _token(endpoint: str, environ: Mapping[str, str]) -> str | None:
    named = _clean(environ.get("HF_TOKEN") or environ.get("HUGGING_FACE_HUB_TOKEN") or "")
    if _true(environ, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return None
    return named or _stored(endpoint, environ)


def _stored(endpoint: str, environ: Mapping[str, str]) -> str | None:
    """Return the token that ``hf auth login`` stored, if it may be sent to `endpoint`."""
    pointed = environ.get("HF_TOKEN_PATH") or environ.get("HF_HOME")
    if not pointed and endpoint != DEFAULT_ENDPOINT:
        return None
    try:
        with _token_file(environ).open("rb") as stream:
            data = stream.read(_MAX_TOKEN_FILE + 1)
        text = _clean(data.decode("ascii")) if len(data) <= _MAX_TOKEN_FILE else ""
    except (OSError, ValueError, RuntimeError):  # RuntimeError: there is no home
        return None
    return text if text and text.isprintable() and " " not in text else None


def _token_file(environ: Mapping[str, str]) -> Path:
    if environ.get("HF_TOKEN_PATH"):
        return _expanded(environ["HF_TOKEN_PATH"])
    if environ.get("HF_HOME"):
        return _expanded(environ["HF_HOME"]) / "token"
    return _expanded(environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "token"


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()


def _clean(text: str) -> str:
    return text.replace("\r", "").replace("\n", "").strip()


def _true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").upper() in _TRUE


def _timeout(text: str) -> float:
    """Return the seconds in `text`, at least one; the default where it holds no such number."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text[:9])):
        return DEFAULT_TIMEOUT
    return min(float(text[:9]), _MAX_TIMEOUT)
