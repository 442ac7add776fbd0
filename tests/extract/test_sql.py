"""SQL that fills tables of models: what it names, and what only looks like SQL about models."""

from __future__ import annotations

import pytest

from provenance.extract.config import sql
from tests.support.reading import component, ids, read


def test_names_that_are_written_into_a_table() -> None:
    found = read(
        "supabase/migrations/001_models.sql",
        """\
        -- gpt-3.5-turbo was the first
        INSERT INTO llm_models (id, provider) VALUES
          ('gpt-4o-mini', 'openai'),
          ('anthropic/claude-opus-4.5', 'openrouter');
        ALTER TABLE chats ADD COLUMN model text DEFAULT 'gpt-4o';
        """,
    )
    assert {c.id for c in found.components if c.kind == "model" and c.usage == "used"} == {
        "model:openai/gpt-4o-mini", "model:openai/gpt-4o", "model:anthropic/claude-opus-4.5",
    }  # fmt: skip
    [place] = component(found, "model:openai/gpt-4o").occurrences
    assert (place.line, place.extractor) == (5, sql.NAME)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM models WHERE created > now();",
        "INSERT INTO cities (name) VALUES ('gpt-4o');",
        "CREATE TABLE models (id text);",
    ],
)
def test_what_names_no_model(text: str) -> None:
    assert not ids(read("a.sql", text), "model")


def test_a_dump_is_data() -> None:
    rows = "INSERT INTO models VALUES ('gpt-4o');\n"
    assert ids(read("a.sql", rows), "model") == {"model:openai/gpt-4o"}
    assert not ids(read("a.sql", rows * (sql.MAX_BYTES // len(rows) + 1)), "model")
