"""Models that the address of a request names."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, lines, places, read

GEMINI = "https://generativelanguage.googleapis.com/v1beta/models"
VERTEX = "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1"


@pytest.mark.parametrize(
    ("address", "model"),
    [
        (f"{GEMINI}/gemini-2.0:generateContent?key=1", "model:google-gemini/gemini-2.0"),
        (f"{VERTEX}/publishers/google/models/gemini-1.5-pro:predict",
         "model:google-vertex-ai/gemini-1.5-pro"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse",
         "model:bedrock/amazon.nova-lite-v1:0"),
        ("https://api.cloudflare.com/client/v4/accounts/1/ai/run/@cf/meta/llama-3-8b-instruct",
         "model:cloudflare-workers-ai/@cf/meta/llama-3-8b-instruct"),
        ("https://api.replicate.com/v1/models/acme/paint-7b/predictions",
         "model:replicate/acme/paint-7b"),
        ("https://api-inference.huggingface.co/models/acme/moods-7b",
         "pkg:huggingface/acme/moods-7b"),
        ("wss://api.deepgram.com/v1/listen?encoding=opus&model=nova-2", "model:deepgram/nova-2"),
    ],
)  # fmt: skip
def test_who_is_asked_by_the_path(address: str, model: str) -> None:
    found = read("a.py", f'import requests\nURL = "{address}"\n')
    assert ids(found, "model") == {model}
    assert lines(found, model) == [2]
    assert {place.confidence for place in places(found, model)} == {"medium"}


@pytest.mark.parametrize(
    "address",
    [
        f"{GEMINI}/", f"{GEMINI}/{{model}}:generateContent", f"{GEMINI}/YOUR_MODEL:generateContent",
        "https://acme.example.com/v1/models/acme-7:generate", f"{GEMINI}/gemini-2.0-flash",
        "https://api.github.com/search?model=acme-7", "https://api.deepgram.com/v1/listen?model=",
    ],
)  # fmt: skip
def test_addresses_that_name_none(address: str) -> None:
    assert ids(read("a.py", f'URL = "{address}"\n'), "model") == set()


def test_in_a_command_and_in_a_document() -> None:
    shell = read("a.sh", f"curl -X POST {GEMINI}/gemini-2.5-pro:streamGenerateContent -d @b\n")
    assert lines(shell, "model:google-gemini/gemini-2.5-pro") == [1]
    text = read("a.md", f"# Use\n\n```sh\ncurl {GEMINI}/gemini-2.5-pro:embedContent\n```\n")
    assert {p.usage for p in places(text, "model:google-gemini/gemini-2.5-pro")} == {
        "documentation"
    }
