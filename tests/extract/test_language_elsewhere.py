"""Constants of other Java sources, lists of words that start a program, layouts of Maven."""

from __future__ import annotations

import textwrap

import pytest

from provenance.extract.javascript import source as javascript
from provenance.extract.languages import source
from provenance.model import Document, Extraction
from provenance.siblings import Siblings
from tests.support.reading import ids, lines, reasons, vocabulary

MODELS = """\
package com.acme.base;

public class Models {
    public static final String SMALL = "gpt-4o-mini";
    public static final String CHAT = Other.LARGE;
}
"""
OTHER = """\
package com.acme.base;

public enum Other {
    ANY("gpt-3.5-turbo"),
    LARGE("gpt-4o");
}
"""
BASE = """\
package com.acme.base;

import static com.acme.base.Models.SMALL;

abstract class Base {
    static final String NAME = SMALL;
}
"""
TREE = {
    "app/src/main/java/com/acme/base/Models.java": MODELS,
    "app/src/main/java/com/acme/base/Other.java": OTHER,
    "app/src/main/java/com/acme/base/Base.java": BASE,
}


def java(
    body: str, head: str = "", path: str = "app/src/main/java/com/acme/App.java"
) -> Extraction:
    text = "\n".join(
        (
            "package com.acme;",
            "import com.acme.base.Base;",
            "import com.acme.base.Models;",
            "import dev.langchain4j.model.openai.OpenAiChatModel;",
            head,
            textwrap.dedent(body),
        )
    )
    files = {name: content.encode() for name, content in TREE.items()}
    return source.extract(
        Document(path=path, data=text.encode(), sibling=Siblings(files.get)), vocabulary()
    )


@pytest.mark.parametrize(
    ("argument", "head", "model"),
    [
        ("Models.SMALL", "", "gpt-4o-mini"),
        ("Models.CHAT", "", "gpt-4o"),
        ("SMALL", "import static com.acme.base.Models.SMALL;", "gpt-4o-mini"),
        ("SMALL", "import static com.acme.base.Models.*;", "gpt-4o-mini"),
        ("NAME", "", "gpt-4o-mini"),  # inherited, and there another's
        ("Other.LARGE.getName()", "import com.acme.base.Other;", "gpt-4o"),
    ],
)
def test_constants_of_other_sources(argument: str, head: str, model: str) -> None:
    found = java(
        f"""\
        class App extends Base {{
            Object m = OpenAiChatModel.builder().modelName({argument}).build();
        }}
        """,
        head,
    )
    assert ids(found, "model") == {f"model:openai/{model}"}
    assert lines(found, f"model:openai/{model}") == [7]


def test_what_the_tree_does_not_define_stays_unknown() -> None:
    found = java(
        "class App { Object m = OpenAiChatModel.builder().modelName(Away.THERE).build(); }",
        "import com.acme.gone.Away;",
    )
    assert not ids(found, "model")


def test_programs_that_a_list_of_words_starts() -> None:
    found = java(
        """\
        class App {
            List<String> a = List.of("/usr/bin/npm", "exec",
                "@acme/server-files@0.6.2", new File("x").getPath());
            List<String> b = List.of("npx", "-y", "mcp-acme");
            List<String> c = Arrays.asList("docker", "run", "-i", "--rm", "acme/mcp:1");
            // List.of("npx", "-y", "mcp-old");
            String d = "npm";
        }
        """
    )
    assert ids(found, "package") - {"pkg:maven/dev.langchain4j/langchain4j-open-ai"} == {
        "pkg:npm/%40acme/server-files@0.6.2", "pkg:npm/mcp-acme",
    }  # fmt: skip
    assert ids(found, "container") == {"pkg:docker/acme/mcp@1"}


@pytest.mark.parametrize(
    ("path", "usage"),
    [
        ("app/src/main/java/dev/acme/ChatTest.java", "used"),
        ("app/src/test/java/dev/acme/ChatTest.java", "test"),
        ("app/src/main/java/dev/acme/example/Chat.java", "example"),
        ("dev/Chat.java", "development"),
    ],
)
def test_usage_by_the_layout_of_maven(path: str, usage: str) -> None:
    text = 'class App { Object m = OpenAiChatModel.builder().modelName("gpt-4o").build(); }'
    found = java(text, path=path)
    (model,) = (c for c in found.components if c.kind == "model")
    assert model.usage == usage


@pytest.mark.parametrize("path", [
    "src/main/resources/META-INF/resources/app.js", "web/src/main/webapp/js/app.js",
])  # fmt: skip
def test_imports_that_an_import_map_of_the_archive_decides(path: str) -> None:
    text = b"import {LitElement} from 'lit';\nimport './own.js';\n"

    def read(files: dict[str, bytes]) -> Extraction:
        document = Document(path=path, data=text, sibling=Siblings(files.get))
        return javascript.extract(document, vocabulary())

    found = read({})
    assert not ids(found, "package")
    assert reasons(found) == {("undeclared-import", 1)}
    assert ids(read({"package.json": b"{}"}), "package") == {"pkg:npm/lit"}
