"""Keys of what training logs, against keys that are hub ids."""

from __future__ import annotations

import pytest

from tests.support.reading import ids, read


@pytest.mark.parametrize(
    "text",
    [
        'stats = {\n  "policy/reward_mean": rewards.mean(),\n  "policy/count": float(n),\n}\n',
        'out = {"policy/reward": reward if n > 1 else 0.0, "policy/loss": loss}\n',
        'm["policy/reward_std"] = r.std()\nm["policy/length"] += 1\n',
        'self.log("policy/reward", value)\n',
        'writer.add_scalar(\n    "policy/reward", value, step)\n',
    ],
)
def test_keys_of_measures_are_no_models(text: str) -> None:
    assert ids(read("trainer.py", text)) == set()


@pytest.mark.parametrize(
    "text",
    [
        'MODELS = {"acme/reward": "a", "acme/other": "b"}\n',
        'MODELS = {"acme/reward": Config(1), "acme/other": Config(2)}\n',
        'MODELS = {"acme/reward": {"size": 1}, "acme/other": {"size": 2}}\n',
        'MODELS = {"acme/reward": template}\n',
        'names = ["acme/reward", "acme/other"]\n',
        'load("acme/reward", device)\n',
    ],
)
def test_ids_in_tables_stay(text: str) -> None:
    assert ids(read("app.py", text), "model") == {"pkg:huggingface/acme/reward"}
