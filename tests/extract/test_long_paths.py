"""Models whose names are paths of many parts."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, read

NAME = "fal-ai/kling-video/v2.1/pro/image-to-video"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", 'const models = { video: "{}" };'),
        ("a.py", 'MODELS = {"video": "{}"}'),
        ("a.vue", "<script>\nconst video = '{}'\n</script>"),
    ],
)
def test_a_path_of_a_service_of_such_names(path: str, text: str) -> None:
    found = read(path, text.replace("{}", NAME))
    [place] = component(found, f"model:fal/{NAME}").occurrences
    assert (place.confidence, place.usage) == ("medium", "used")


@pytest.mark.parametrize("name", ["src/kling-video/v2.1/pro/image-to-video", "a/b/c/d/e"])
def test_any_other_path(name: str) -> None:
    assert not ids(read("a.ts", f'import x from "./y"; const video = "{name}";'), "model")
