"""Hosts of gateways' lists of base addresses."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, lines, read

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


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/api.ts", ("export default {\n  getBaseURL: () => 'https://api.new.ai/v1',\n"
         "  getEndpoint: () => '/chat/completions',\n};\n")),
        ("app/client.py", ('BASE_URL = "https://api.new.ai"\n'
         'url = f"{BASE_URL}/v1/chat/completions"\n')),
    ],
)  # fmt: skip
def test_a_base_address_beside_the_paths_of_such_an_api(path: str, text: str) -> None:
    assert "service:api.new.ai" in ids(read(path, text), "service")
    plain = text.replace("chat/completions", "users")
    assert "service:api.new.ai" not in ids(read(path, plain), "service")


@pytest.mark.parametrize(
    "host", ["localhost:8000", "192.168.0.4", "api.example.com", "dashboard.openai.com"]
)
def test_hosts_that_are_no_unknown_service(host: str) -> None:
    text = f'BASE_URL = "https://{host}"\nurl = BASE_URL + "/chat/completions"\n'
    assert f"service:{host.partition(':')[0]}" not in ids(read("a.py", text), "service")


def test_the_whole_address_of_a_request() -> None:
    text = 'ANSWER = requests.post("https://gw.new.ai/v1/chat/completions", json=data)\n'
    assert lines(read("a.py", text), "service:gw.new.ai") == [1]
    assert not ids(read("a.py", text.replace("gw.new.ai", "127.0.0.1")), "service")
    assert not ids(read("a.py", text.replace("chat/completions", "chats")), "service")
