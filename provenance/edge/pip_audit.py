"""Known vulnerabilities of Python packages, asked for through pip-audit's command line.

Its exit status and its summary are not believed: it says that nothing was found, with
status 0, when it skipped every package. Only what its JSON answers for a version counts;
whatever it does not answer is a gap.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from provenance.edge import advisory_cache, pip_audit_answers, process
from provenance.edge.cache import cache_directory
from provenance.edge.pip_audit_answers import Answer, Pin, Skipped
from provenance.errors import UsageError
from provenance.extract.channels import PYPI, REGISTRY_HOSTS
from provenance.model import ComponentId, Gap, Vulnerability
from provenance.ports import Advised

SERVICES = ("pypi", "osv")
"""Those of pip-audit's services that need no account; its own default comes first."""
OSV_HOST = "api.osv.dev"
MAX_OUTPUT = 32 * 1024 * 1024
SOCKET_TIMEOUT = 15
"""Seconds that one request of pip-audit may wait for the service."""
DEADLINE = 300.0
"""Seconds for all that one scan asks."""
_WORKERS = 4
_MIN_BATCH = 8
"""Packages that one process asks for at least: starting it costs more than they do."""
_MAX_RUNS = 64
_PASSED = (
    "PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LANG", "PYTHONPATH",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip
"""All of the environment that the engine gets: how to reach the service, no tokens."""


class PipAudit:
    """Asks one service for advisories on package versions (the ``Advisories`` port).

    Args:
        cached: ask nobody, and take every answer from the cache, whatever its day.

    Raises:
        UsageError: the service or its address cannot be used.
    """

    def __init__(
        self, environ: Mapping[str, str], *, today: str, service: str | None = None, url: str = "",
        cached: bool = False, cache: Path | None = None, socket_timeout: int = SOCKET_TIMEOUT,
        deadline: float = DEADLINE,
    ) -> None:  # fmt: skip
        self._url = endpoint(url, service)
        self._service = "osv" if url else service or SERVICES[0]
        self._environ = {name: environ[name] for name in _PASSED if name in environ}
        self._today = today
        self._cached = cached
        self._cache = cache or cache_directory() / "advisories"
        self._socket_timeout = socket_timeout
        self._deadline = deadline
        self._asked = False

    @property
    def hosts_contacted(self) -> tuple[str, ...]:
        """The service's host, once a process was started that asks it."""
        if not self._asked:
            return ()
        if self._service == "osv":
            return (urlsplit(self._url).netloc if self._url else OSV_HOST,)
        return (next(host for host, channel in REGISTRY_HOSTS.items() if channel == PYPI),)

    def known(self, component_ids: Sequence[ComponentId]) -> Advised:
        """Return advisories on the given ids; what was not answered is a gap."""
        pins, gaps = pip_audit_answers.pins(component_ids)
        kept = {
            pin: stored
            for pin in pins
            if (stored := advisory_cache.read(self._cache, self._source, pin)) is not None
            and (self._cached or not stored.skipped)
        }
        fresh = {pin: one for pin, one in kept.items() if self._cached or one.as_of == self._today}
        missing = [pin for pin in pins if pin not in fresh]
        answers, skipped, problem = (
            ({}, {}, "not in the cache") if self._cached else self._ask(missing)
        )
        for pin, answer in answers.items():
            advisory_cache.write(self._cache, self._source, pin, answer)
        for pin, reason in skipped.items():
            said = Answer(as_of=self._today, skipped=reason)
            advisory_cache.write(self._cache, self._source, pin, said)
        skipped |= {pin: one.skipped for pin, one in fresh.items() if one.skipped}
        found = {pin: one for pin, one in fresh.items() if not one.skipped} | answers
        stale = {pin: kept[pin] for pin in missing if pin in kept and pin not in found}
        silent = [p for p in missing if p not in found and p not in stale and p not in skipped]
        for pin, reason in skipped.items():
            gaps += [_skipped(one, reason) for one in pins[pin] if pin not in stale]
        gaps += self._summary(silent, problem, stale)
        return Advised(
            vulnerabilities={
                component: self._vulnerabilities(pin, answer)
                for pin, answer in (found | stale).items()
                for component in pins[pin]
            },
            gaps=tuple(gaps),
        )

    @property
    def _source(self) -> str:
        return self._url or self._service

    def _vulnerabilities(self, pin: Pin, answer: Answer) -> tuple[Vulnerability, ...]:
        return pip_audit_answers.vulnerabilities(pin, answer, self._service, self._url)

    def _summary(
        self, silent: Sequence[Pin], problem: str, stale: Mapping[Pin, Answer]
    ) -> Iterable[Gap]:
        """Yield one gap for all that nobody answered, and one for what only the cache did."""
        if silent:
            detail = problem or "left out of its answer"
            yield Gap(
                subject=self._source, reason="advisory-unanswered",
                params=(("count", str(len(silent))), ("detail", detail)),
            )  # fmt: skip
        if stale:
            oldest = min(answer.as_of for answer in stale.values())
            yield Gap(
                subject=self._source, reason="advisory-stale",
                params=(("as_of", oldest), ("count", str(len(stale)))),
            )  # fmt: skip

    # -- asking ---------------------------------------------------------------------

    def _ask(self, pins: Sequence[Pin]) -> tuple[dict[Pin, Answer], dict[Pin, str], str]:
        """Ask for all; return answers, what was skipped with the reason, and the last problem.

        pip-audit gives up altogether when one request fails. So a batch that failed is asked
        for again in halves, until the failing package stands alone; two rounds in which
        nothing is answered mean that the service is not there.
        """
        answers: dict[Pin, Answer] = {}
        skipped: dict[Pin, str] = {}
        problem, silent, runs = "", False, 0
        end = time.monotonic() + self._deadline
        batches = [
            part
            for layer in _layers(pins)
            for part in _split(layer, max(1, min(_WORKERS, len(layer) // _MIN_BATCH)))
        ]
        with ThreadPoolExecutor(_WORKERS) as pool:
            while batches and runs + len(batches) <= _MAX_RUNS:
                left = end - time.monotonic()
                if left <= 0:
                    problem = f"no answer within {self._deadline:.0f} s"
                    break
                runs += len(batches)
                failed: list[list[Pin]] = []
                results = pool.map(self._run, batches, itertools.repeat(left))
                for batch, result in zip(batches, results, strict=True):
                    if isinstance(result, str):
                        problem = result
                        failed.append(batch)
                        continue
                    for pin, answer in result.items():
                        if isinstance(answer, Skipped):
                            skipped[pin] = answer.reason
                        else:
                            answers[pin] = answer
                nobody = len(failed) == len(batches)
                if nobody and silent:
                    break
                silent = nobody
                batches = [half for one in failed if len(one) > 1 for half in _split(one, 2)]
        return answers, skipped, problem

    def _run(self, batch: Sequence[Pin], timeout: float) -> dict[Pin, Answer | Skipped] | str:
        """Ask for one batch in a process; return what was answered, or what went wrong."""
        self._asked = True
        with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
            requirements = Path(folder, "requirements.txt")
            requirements.write_text("".join(f"{p.name}=={p.version}\n" for p in batch), "ascii")
            ran = process.run(
                self._command(requirements), folder=Path(folder), environ=self._environ,
                timeout=timeout, limit=MAX_OUTPUT,
            )  # fmt: skip
        found = None if ran.problem else pip_audit_answers.read(ran.out, batch, self._today)
        return found if found is not None else ran.problem or pip_audit_answers.cause(ran.err)

    def _command(self, requirements: Path) -> list[str]:
        # -P and a folder of our own: nothing of the scanned tree can be imported.
        command = [
            sys.executable, "-P", "-m", "pip_audit", "-r", str(requirements), "--no-deps",
            "--disable-pip", "-f", "json", "--desc", "on", "--aliases", "on",
            "--progress-spinner", "off", "--timeout", str(self._socket_timeout),
            "--cache-dir", str(self._cache / "http"), "-s", self._service,
        ]  # fmt: skip
        return [*command, "--osv-url", self._url] if self._url else command


def endpoint(url: str, service: str | None) -> str:
    """Return the address to put queries to; "" for the service's own.

    Raises:
        UsageError: no address of an OSV service, or one that holds a login.
    """
    if service not in (None, *SERVICES):
        raise UsageError(f"vulnerability service {service!r}", hint="one of " + ", ".join(SERVICES))
    if not url:
        return ""
    if service not in (None, "osv"):
        raise UsageError(
            "--vulnerability-url is an OSV service", hint="use --vulnerability-service osv"
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise UsageError("--vulnerability-url is no http or https address", hint="https://host/…")
    if parts.username or parts.password:
        raise UsageError("--vulnerability-url holds a login", hint="logins belong into ~/.netrc")
    return url if parts.path.strip("/") else f"{url.rstrip('/')}/v1/query"


def _layers(pins: Sequence[Pin]) -> list[list[Pin]]:
    """Return the pins in runs that hold every name once: two versions are a conflict."""
    layers: list[list[Pin]] = []
    seen: Counter[str] = Counter()
    for pin in pins:
        if seen[pin.name] == len(layers):
            layers.append([])
        layers[seen[pin.name]].append(pin)
        seen[pin.name] += 1
    return layers


def _split(pins: Sequence[Pin], parts: int) -> list[list[Pin]]:
    """Return the pins in so many runs of nearly equal length."""
    step = -(-len(pins) // parts)
    return [list(pins[at : at + step]) for at in range(0, len(pins), step)]


def _skipped(component: ComponentId, reason: str) -> Gap:
    return Gap(subject=component, reason="advisory-skipped", params=(("detail", reason),))
