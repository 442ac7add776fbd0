"""Maven coordinates in comments of a Java file and in snippets of documentation."""

from __future__ import annotations

import textwrap

from provenance.extract import markdown
from provenance.extract.languages import source as languages
from provenance.model import Document, Extraction
from tests.support.reading import component, ids, vocabulary


def java(text: str, path: str = "Run.java") -> Extraction:
    document = Document(path=path, data=textwrap.dedent(text).encode())
    return languages.extract(document, vocabulary())


def readme(text: str) -> Extraction:
    document = Document(path="README.md", data=textwrap.dedent(text).encode())
    return markdown.extract(document, vocabulary())


def test_what_jbang_is_asked_for() -> None:
    found = java(
        """\
        ///usr/bin/env jbang "$0" "$@" ; exit $?
        //DEPS dev.langchain4j:langchain4j:1.0.0, org.acme:tool:2.1@pom
        //DEPS org.acme:other:3:linux
        //JAVA 17
        // DEPS org.acme:prose:1
        class Run {}
        """
    )
    assert ids(found) == {
        "pkg:maven/dev.langchain4j/langchain4j@1.0.0", "pkg:maven/org.acme/tool@2.1",
        "pkg:maven/org.acme/other@3",
    }  # fmt: skip
    assert component(found, "pkg:maven/org.acme/other@3").occurrences[0].line == 3


def test_a_snippet_of_a_build_file_is_documentation() -> None:
    found = readme(
        """\
        Add one of these:

        ```xml
        <!-- OpenAI -->
        <dependency>
            <groupId>org.springframework.ai</groupId>
            <artifactId>spring-ai-openai-spring-boot-starter</artifactId>
        </dependency>
        <dependency><groupId>${group}</groupId><artifactId>x</artifactId></dependency>
        ```

        ```gradle
        implementation("dev.langchain4j:langchain4j:1.0.0")
        ```
        """
    )
    assert ids(found) == {
        "pkg:maven/org.springframework.ai/spring-ai-openai-spring-boot-starter",
        "pkg:maven/dev.langchain4j/langchain4j@1.0.0",
    }
    usages = {(o.usage, o.line) for c in found.components for o in c.occurrences}
    assert usages == {("documentation", 5), ("documentation", 13)}
