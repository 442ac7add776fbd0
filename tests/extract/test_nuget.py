"""NuGet's project files, packages.config and packages.lock.json."""

from __future__ import annotations

from provenance.extract.manifests import nuget
from provenance.model import Extraction
from tests.support.direct import extracted
from tests.support.reading import component, gaps, ids, lines, links, requirement

PROJECT = """\
    <Project Sdk="Microsoft.NET.Sdk">
      <PropertyGroup>
        <SkVersion>1.30.0</SkVersion>
      </PropertyGroup>
      <ItemGroup>
        <PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" />
        <PackageReference Include="Microsoft.SemanticKernel" Version="$(skversion)" />
        <PackageReference Include="OllamaSharp">
          <Version>[4.0,5.0)</Version>
        </PackageReference>
        <PackageReference Include="StyleCop.Analyzers" Version="1.1.118" PrivateAssets="all" />
        <PackageReference Include="Managed.Centrally" />
        <PackageReference Include="Elsewhere" Version="$(Elsewhere)" />
        <PackageReference Remove="Gone" />
        <ProjectReference Include="../Core/Core.csproj" />
      </ItemGroup>
    </Project>
"""


def project(content: str, path: str = "App.csproj") -> Extraction:
    return extracted(nuget, path, content)


def test_project_file() -> None:
    found = project(PROJECT)
    assert {c.id: c.usage for c in found.components} == {
        "pkg:nuget/Azure.AI.OpenAI@2.1.0": "used",
        "pkg:nuget/Microsoft.SemanticKernel@1.30.0": "used",
        "pkg:nuget/OllamaSharp": "used",
        "pkg:nuget/StyleCop.Analyzers@1.1.118": "development",
        "pkg:nuget/Managed.Centrally": "used",
        "pkg:nuget/Elsewhere": "used",
    }
    assert lines(found, "pkg:nuget/OllamaSharp") == [8]
    assert requirement(found, "pkg:nuget/OllamaSharp") == "[4.0,5.0)"
    assert gaps(found) == {("Elsewhere", "dynamic-name", 13)}


def test_a_test_project_tests() -> None:
    found = project(
        """\
        <Project>
          <ItemGroup>
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.0.0" />
            <PackageReference Include="OpenAI" Version="2.1.0" />
          </ItemGroup>
        </Project>
        """
    )
    assert component(found, "pkg:nuget/OpenAI@2.1.0").usage == "test"


def test_central_versions() -> None:
    found = project(
        """\
        <Project>
          <PropertyGroup><PackageVersion>9.9.9</PackageVersion></PropertyGroup>
          <ItemGroup>
            <PackageVersion Include="OpenAI" Version="2.1.0" />
            <GlobalPackageReference Include="Nerdbank.GitVersioning" Version="3.6.0" />
          </ItemGroup>
        </Project>
        """,
        "Directory.Packages.props",
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:nuget/OpenAI@2.1.0": "commented",  # a version; nobody here refers to it
        "pkg:nuget/Nerdbank.GitVersioning@3.6.0": "development",
    }


def test_packages_config() -> None:
    found = project(
        '<packages>\n<package id="OpenAI" version="1.0.0"/>\n'
        '<package id="Tool" version="2.0" developmentDependency="true"/>\n</packages>',
        "packages.config",
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:nuget/OpenAI@1.0.0": "used", "pkg:nuget/Tool@2.0": "development",
    }  # fmt: skip


def test_tools() -> None:
    found = project(
        """\
        {
          "version": 1,
          "isRoot": true,
          "tools": {
            "dotnet-ef": {"version": "8.0.4", "commands": ["dotnet-ef"], "rollForward": false},
            "acme.tool": {"commands": ["acme"]}
          }
        }
        """,
        ".config/dotnet-tools.json",
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:nuget/dotnet-ef@8.0.4": "development", "pkg:nuget/acme.tool": "development",
    }  # fmt: skip
    assert lines(found, "pkg:nuget/acme.tool") == [6]


def test_lock() -> None:
    found = project(
        """\
        {
          "version": 1,
          "dependencies": {
            "net8.0": {
              "OpenAI": {
                "type": "Direct",
                "requested": "[2.1.0, )",
                "resolved": "2.1.0",
                "dependencies": {"system.clientmodel": "1.2.1", "Lost": "1.0.0"}
              },
              "System.ClientModel": {"type": "Transitive", "resolved": "1.2.1"},
              "core": {"type": "Project", "dependencies": {"OpenAI": "[2.1.0, )"}}
            }
          }
        }
        """,
        "packages.lock.json",
    )
    assert links(found) == {
        ("project:", "depends-on", "pkg:nuget/OpenAI@2.1.0"),
        ("pkg:nuget/OpenAI@2.1.0", "depends-on", "pkg:nuget/System.ClientModel@1.2.1"),
    }
    assert lines(found, "pkg:nuget/System.ClientModel@1.2.1") == [11]
    assert not component(found, "pkg:nuget/System.ClientModel@1.2.1").direct
    assert gaps(found) == {("Lost", "not-in-lock", 9)}


def test_broken_files_are_gaps() -> None:
    assert gaps(project("<Project><PackageReference>")) == {("App.csproj", "malformed-file", 1)}
    assert gaps(project("{", "packages.lock.json")) == {("packages.lock.json", "malformed-file", 1)}
    assert gaps(project('{"tools": [', "dotnet-tools.json")) == {
        ("dotnet-tools.json", "malformed-file", 1)
    }
    assert ids(project('{"tools": ["x"]}', "dotnet-tools.json")) == set()
    assert ids(project("<Project/>")) == set()


def test_references_that_comments_hold_ready() -> None:
    found = project(
        """\
        <Project>
          <PropertyGroup><PackageId>Acme.Talk</PackageId></PropertyGroup>
          <ItemGroup>
            <!-- Enable one of these, <PackageReference Include="..." /> or none. -->
            <!-- <PackageReference Include="LLamaSharp.Backend.Cpu" />
                 <PackageReference Include="LLamaSharp.Backend.Cuda12" Version="0.24.0" /> -->
            <PackageReference Include="OllamaSharp" />
          </ItemGroup>
        </Project>
        """
    )
    assert {c.id: c.usage for c in found.components} == {
        "pkg:nuget/LLamaSharp.Backend.Cpu": "commented",
        "pkg:nuget/LLamaSharp.Backend.Cuda12@0.24.0": "commented",
        "pkg:nuget/OllamaSharp": "used",
    }
    assert lines(found, "pkg:nuget/LLamaSharp.Backend.Cuda12@0.24.0") == [6]
    assert found.own == ("pkg:nuget/Acme.Talk",)
