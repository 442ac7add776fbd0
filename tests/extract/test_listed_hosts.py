"""Hosts of gateways' lists of base addresses."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, read

KNOWN = "https://api.openai.com https://api.anthropic.com https://api.deepseek.com".split()
OTHER = ["https://api.reseller.example", "https://oa.second.example/v1"]
FOUND = {"service:api.reseller.example", "service:oa.second.example"}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("channel/url.go", "package channel\n\nvar ChannelBaseURLs = []string{\n%s,\n}\n"),
        ("app/urls.py", "API_BASES = [\n%s,\n]\n"),
        ("src/urls.ts", "export const baseUrls = [\n%s,\n];\n"),
    ],
)
def test_an_unknown_host_among_known_ones_is_a_service(path: str, form: str) -> None:
    rows = ",\n".join(f'    "{url}"' for url in [*KNOWN, *OTHER])
    found = read(path, form % rows)
    assert ids(found, "service") == FOUND | {
        "service:openai", "service:anthropic", "service:deepseek",
    }  # fmt: skip
    (place,) = component(found, "service:api.reseller.example").occurrences
    assert place.confidence == "low"


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("API_BASES", [*KNOWN[:2], *OTHER]),  # too few are known
        ("LINKS", [*KNOWN, *OTHER]),  # the list is called otherwise
        ("API_BASES", [*KNOWN, "http://localhost:8000", "http://10.0.0.1"]),
    ],
)
def test_other_lists_of_addresses_say_nothing_of_unknown_hosts(name: str, urls: list[str]) -> None:
    rows = ", ".join(f'"{url}"' for url in urls)
    found = read("app/urls.py", f"{name} = [{rows}]\n")
    assert not ids(found, "service") & {*FOUND, "service:localhost", "service:10.0.0.1"}
