"""Gradle scripts, catalogs and locks."""

from __future__ import annotations

from provenance.extract.manifests import gradle
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, requirement

GROOVY = """\
    ext {
        springAiVersion = '1.0.0'
    }
    def tika = "2.9.2"
    repositories { maven { url 'https://repo.example.com//x' } }
    dependencies {
        implementation 'dev.langchain4j:langchain4j:0.35.0'
        implementation "org.springframework.ai:spring-ai-core:${springAiVersion}"
        api("org.apache.tika:tika-core:$tika")
        implementation group: 'com.openai', name: 'openai-java', version: '0.8.1'
        implementation group: 'com.theokanning.openai-gpt3-java', name: 'service', version: tika
        testImplementation "org.junit.jupiter:junit-jupiter:5.+"
        annotationProcessor 'org.projectlombok:lombok'
        // implementation 'old.group:old:1.0'
        /* runtimeOnly 'old.group:older:1.0' */
        runtimeOnly "io.netty:netty-common:$unknownVersion"
        implementation project(':core')
        implementation files('libs/far.jar')
        exclude group: 'commons-logging', module: 'commons-logging'
    }
"""

KOTLIN = """\
    val ktor by extra("2.3.12")
    dependencies {
        implementation(platform("org.springframework.ai:spring-ai-bom:1.0.0"))
        implementation("com.aallam.openai:openai-client:3.8.2")
        implementation("io.ktor:ktor-client:$ktor")
        implementation(
            "com.google.genai:google-genai:1.2.0"
        )
        implementation(libs.openai.java)
        implementation(npm("@xenova/transformers", "2.17.0"))
    }
"""

CATALOG = """\
    [versions]
    openai = "0.8.1"
    junit = { strictly = "[5.10, 6[", prefer = "5.11.0" }

    [libraries]
    openai-java = { module = "com.openai:openai-java", version.ref = "openai" }
    langchain4j = "dev.langchain4j:langchain4j:0.35.0"
    junit = { group = "org.junit.jupiter", name = "junit-jupiter", version.ref = "junit" }
    bom-managed = { module = "org.springframework.ai:spring-ai-core" }
    broken = { module = "nothing" }
"""


def test_groovy() -> None:
    found = extracted(gradle, "build.gradle", GROOVY)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:maven/dev.langchain4j/langchain4j@0.35.0": "used",
        "pkg:maven/org.springframework.ai/spring-ai-core@1.0.0": "used",
        "pkg:maven/org.apache.tika/tika-core@2.9.2": "used",
        "pkg:maven/com.openai/openai-java@0.8.1": "used",
        "pkg:maven/com.theokanning.openai-gpt3-java/service@2.9.2": "used",
        "pkg:maven/org.junit.jupiter/junit-jupiter": "test",
        "pkg:maven/org.projectlombok/lombok": "development",
        "pkg:maven/old.group/old@1.0": "commented",
        "pkg:maven/old.group/older@1.0": "commented",
        "pkg:maven/io.netty/netty-common": "used",
    }
    assert lines(found, "pkg:maven/com.openai/openai-java@0.8.1") == [10]
    assert gaps(found) == {
        ("io.netty:netty-common", "dynamic-name", 16),
        ("'libs/far.jar'", "local-requirement", 18),
    }


def test_kotlin() -> None:
    found = extracted(gradle, "app/build.gradle.kts", KOTLIN)
    assert ids(found, "package") == {
        "pkg:maven/com.aallam.openai/openai-client@3.8.2",
        "pkg:maven/io.ktor/ktor-client@2.3.12",
        "pkg:maven/com.google.genai/google-genai@1.2.0",
        "pkg:npm/%40xenova/transformers",
    }
    assert requirement(found, "pkg:npm/%40xenova/transformers") == "2.17.0"
    assert lines(found, "pkg:maven/com.google.genai/google-genai@1.2.0") == [6]


def test_catalog() -> None:
    found = extracted(gradle, "gradle/libs.versions.toml", CATALOG)
    assert ids(found) == {
        "pkg:maven/com.openai/openai-java@0.8.1",
        "pkg:maven/dev.langchain4j/langchain4j@0.35.0",
        "pkg:maven/org.junit.jupiter/junit-jupiter",
        "pkg:maven/org.springframework.ai/spring-ai-core",
    }
    assert requirement(found, "pkg:maven/org.junit.jupiter/junit-jupiter") == "[5.10, 6["
    assert lines(found, "pkg:maven/dev.langchain4j/langchain4j@0.35.0") == [7]
    assert gaps(found) == {("broken", "requirement-without-name", 10)}


def test_lock() -> None:
    found: Extraction = extracted(
        gradle,
        "gradle.lockfile",
        """\
        # This is a Gradle generated file for dependency locking.
        com.openai:openai-java:0.8.1=compileClasspath,runtimeClasspath,testRuntimeClasspath
        org.junit.jupiter:junit-jupiter:5.11.0=testCompileClasspath,testRuntimeClasspath
        <<<<<<< HEAD
        empty=annotationProcessor
        """,
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:maven/com.openai/openai-java@0.8.1": "used",
        "pkg:maven/org.junit.jupiter/junit-jupiter@5.11.0": "test",
    }
    assert not component(found, "pkg:maven/com.openai/openai-java@0.8.1").direct
    assert gaps(found) == {("gradle.lockfile", "malformed-file", 4)}
