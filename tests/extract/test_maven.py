"""pom.xml: coordinates, properties, scopes; nothing that XML can do beyond elements."""

from __future__ import annotations

import pytest

from provenance.extract.manifests import maven
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, places, requirement

POM = """\
    <?xml version="1.0" encoding="UTF-8"?>
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <parent>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-starter-parent</artifactId>
        <version>3.3.4</version>
      </parent>
      <groupId>com.acme</groupId>
      <artifactId>chat</artifactId>
      <version>1.0</version>
      <licenses><license><name>Apache-2.0</name></license></licenses>
      <properties>
        <langchain4j.version>${lc.major}.35.0</langchain4j.version>
        <lc.major>0</lc.major>
      </properties>
      <dependencyManagement>
        <dependencies>
          <dependency>
            <groupId>com.openai</groupId>
            <artifactId>openai-java</artifactId>
            <version>0.8.1</version>
          </dependency>
          <dependency>
            <groupId>org.springframework.ai</groupId>
            <artifactId>spring-ai-bom</artifactId>
            <version>1.0.0</version>
            <type>pom</type>
            <scope>import</scope>
          </dependency>
        </dependencies>
      </dependencyManagement>
      <dependencies>
        <dependency>
          <groupId>dev.langchain4j</groupId>
          <artifactId>langchain4j-open-ai</artifactId>
          <version>${langchain4j.version}</version>
        </dependency>
        <dependency>
          <groupId>com.openai</groupId>
          <artifactId>openai-java</artifactId>
        </dependency>
        <!-- <dependency><groupId>x</groupId><artifactId>y</artifactId></dependency> -->
        <dependency>
          <groupId>org.junit.jupiter</groupId>
          <artifactId>junit-jupiter</artifactId>
          <version>[5.10,6)</version>
          <scope>test</scope>
        </dependency>
        <dependency>
          <groupId>${project.groupId}</groupId>
          <artifactId>chat-core</artifactId>
          <version>${project.version}</version>
        </dependency>
        <dependency>
          <groupId>io.netty</groupId>
          <artifactId>netty-common</artifactId>
          <version>${netty.version}</version>
          <optional>true</optional>
        </dependency>
        <dependency>
          <groupId>${somewhere}</groupId>
          <artifactId>else</artifactId>
        </dependency>
      </dependencies>
      <build><plugins><plugin>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.13.0</version>
      </plugin></plugins></build>
    </project>
"""


def pom(content: str | bytes) -> Extraction:
    return extracted(maven, "pom.xml", content)


def test_declared_artifacts() -> None:
    found = pom(POM)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:maven/org.springframework.boot/spring-boot-starter-parent@3.3.4": "used",
        "pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0": "used",
        "pkg:maven/com.openai/openai-java@0.8.1": "used",
        "pkg:maven/org.junit.jupiter/junit-jupiter": "test",
        "pkg:maven/io.netty/netty-common": "optional",
        "pkg:maven/com.acme/chat-core@1.0": "used",  # folded into the project if it is in the tree
        "pkg:maven/org.apache.maven.plugins/maven-compiler-plugin@3.13.0": "development",
    }
    assert found.project_name == "chat"
    assert requirement(found, "pkg:maven/org.junit.jupiter/junit-jupiter") == "[5.10,6)"


def test_lines_and_gaps() -> None:
    found = pom(POM)
    assert lines(found, "pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0") == [33]
    assert lines(found, "pkg:maven/com.openai/openai-java@0.8.1") == [38]
    assert places(found, "pkg:maven/dev.langchain4j/langchain4j-open-ai@0.35.0")[0].as_written == (
        "dev.langchain4j:langchain4j-open-ai:${langchain4j.version}"
    )
    assert gaps(found) == {
        ("io.netty:netty-common", "dynamic-name", 54),
        ("${somewhere}:else", "requirement-without-name", 60),
    }
    (declared,) = found.licenses
    assert (declared.raw, declared.evidence.reference) == ("Apache-2.0", "pom.xml:11")


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE project [<!ENTITY a "b">]><project>&a;</project>',
        '<!DOCTYPE project SYSTEM "file:///etc/hostname"><project/>',
        '<?xml version="1.0" encoding="UTF-16"?><project/>',
        "<project><dependencies>",
        "<a>" * 100_000,
        "",
    ],
)
def test_hostile_files_are_gaps(hostile: str) -> None:
    found = pom(hostile)
    assert ids(found) == set()
    (gap,) = found.gaps
    assert gap.reason == "malformed-file"
    assert dict(gap.params)["format"] == "XML"


def test_encodings_and_circles() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><project><properties><a>${b}</a><b>${a}</b>'
        "</properties><dependencies><dependency><groupId>g</groupId><artifactId>x</artifactId>"
        "<version>${a}</version></dependency></dependencies></project>"
    )
    found = pom(text.encode("utf-16"))
    assert component(found, "pkg:maven/g/x").version is None
    assert {reason for _, reason, _ in gaps(found)} == {"dynamic-name"}


def test_build_time_artifacts() -> None:
    found = pom("""\
        <project>
          <artifactId>chat</artifactId>
          <build>
            <extensions><extension>
              <groupId>kr.motd.maven</groupId><artifactId>os-maven-plugin</artifactId>
              <version>1.7.1</version>
            </extension></extensions>
            <plugins><plugin>
              <artifactId>maven-compiler-plugin</artifactId>
              <configuration><annotationProcessorPaths><path>
                <groupId>org.acme</groupId><artifactId>acme-codegen</artifactId>
                <version>2.0</version>
              </path></annotationProcessorPaths></configuration>
            </plugin></plugins>
          </build>
          <profiles><profile><build><plugins><plugin>
            <artifactId>maven-assembly-plugin</artifactId><version>3.7.1</version>
          </plugin></plugins></build></profile></profiles>
        </project>
    """)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:maven/kr.motd.maven/os-maven-plugin@1.7.1": "development",
        "pkg:maven/org.apache.maven.plugins/maven-compiler-plugin": "development",
        "pkg:maven/org.acme/acme-codegen@2.0": "development",
        "pkg:maven/org.apache.maven.plugins/maven-assembly-plugin@3.7.1": "development",
    }
