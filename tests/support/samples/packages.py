"""Manifests, locks and bills of material."""

from __future__ import annotations

from tests.support.samples.made import HUB, MODEL, Sample, json_text, text

_TOML_LOCK = """
    version = 1
    [[package]]
    name = "acme"
    version = "1.2"
    source = { registry = "https://index.example.com/simple" }
    dependencies = [{ name = "torch", extra = ["cpu"], marker = "os_name == 'nt'" }]
    [package.optional-dependencies]
    dev = [{ name = "pytest" }]
    [[package]]
    name = "torch"
    version = "2.3.1"
    """
_PIXI = """
    [project]
    name = "app"
    channels = ["conda-forge"]
    platforms = ["linux-64"]
    [dependencies]
    pytorch = { version = ">=2", channel = "pytorch" }
    [pypi-dependencies]
    openai = "*"
    [feature.test.target.win-64.dependencies]
    pytest = ">=8"
    """

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "manifests.requirements": (
        text("a/requirements.txt", """
            -r base.txt
            --index-url https://index.example.com/simple
            acme[extra]==1.2 ; python_version < "3.12"  # why
            torch>=2 \\
                --hash=sha256:00
            git+https://user:pass@git.example.com/a/acme.git@v1#egg=acme
            -e ./local
            """),
    ),
    "manifests.pyproject": (
        text("pyproject.toml", """
            [project]
            name = "app"
            dependencies = ["acme>=1", "torch; extra == 'x'"]
            [project.optional-dependencies]
            dev = ["pytest"]
            [dependency-groups]
            test = ["pytest", {include-group = "dev"}]
            [tool.poetry.dependencies]
            acme = { version = "^1", optional = true, git = "https://git.example.com/a" }
            [tool.uv.sources]
            acme = { path = "../acme" }
            """),
    ),
    "locks.uv": (text("uv.lock", _TOML_LOCK),),
    "locks.poetry": (text("poetry.lock", _TOML_LOCK + """
    [package.dependencies]
    acme = {version = "*", markers = "os_name == 'nt'"}
    """),),
    "locks.pdm": (
        text("pdm.lock", _TOML_LOCK.replace("dependencies =", "groups = ['dev']\n    #")),
    ),
    "locks.pylock": (text("pylock.toml", _TOML_LOCK.replace("package", "packages")),),
    "manifests.pipfile": (
        text("Pipfile", """
            [[source]]
            url = "https://index.example.com/simple"
            [packages]
            acme = {version = "*", extras = ["a"], markers = "os_name == 'nt'"}
            [dev-packages]
            pytest = "*"
            """),
        json_text("Pipfile.lock", {
            "_meta": {"sources": [{"name": "x", "url": "https://index.example.com/simple"}]},
            "default": {"acme": {"version": "==1.2", "index": "x"}},
            "develop": {"pytest": {"git": "https://git.example.com/a", "ref": "main"}},
        }),
    ),
    "manifests.setup_cfg": (
        text("setup.cfg", """
            [metadata]
            name = app
            [options]
            install_requires =
                acme>=1
                torch ; python_version < "3.12"
            [options.extras_require]
            dev = pytest
            """),
    ),
    "manifests.setup_py": (
        text("setup.py", """
            from setuptools import setup
            base = ["acme>=1"]
            extra = {"dev": base + ["pytest"], "x": [f"torch=={1}"]}
            setup(name="app", install_requires=base, extras_require=dict(extra, y=["a"]),
                  tests_require=open("requirements.txt").read().splitlines())
            """),
    ),
    "manifests.pixi": (text("pixi.toml", _PIXI),),
    "locks.pixi": (
        text("pixi.lock", """
            version: 6
            environments:
              default:
                channels:
                - url: https://conda.anaconda.org/conda-forge/
                packages:
                  linux-64:
                  - conda: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
                  - pypi: https://files.example.com/torch-2.3.1-py3-none-any.whl
            packages:
            - conda: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
              depends:
              - python >=3.11
              license: MIT
            - pypi: https://files.example.com/torch-2.3.1-py3-none-any.whl
              name: torch
              version: 2.3.1
              requires_dist:
              - acme>=1
            """),
    ),
    "locks.conda": (
        text("conda-lock.yml", """
            version: 1
            metadata:
              channels:
              - url: conda-forge
            package:
            - name: acme
              version: '1.2'
              manager: conda
              platform: linux-64
              dependencies:
                python: '>=3.11'
              url: https://conda.anaconda.org/conda-forge/linux-64/acme-1.2-h0_0.conda
              category: dev
              optional: true
            """),
    ),
    "manifests.conda": (
        text("environment.yml", """
            name: app
            channels: [pytorch, &c conda-forge]
            dependencies:
              - pytorch::pytorch>=2
              - acme=1.2=py_0
              - pip:
                - openai>=1
                - -r requirements.txt
            """),
    ),
    "manifests.npm": (
        json_text("package.json", {
            "name": "app", "workspaces": ["packages/*"],
            "dependencies": {"openai": "^4", "alias": "npm:@acme/kit@1", "x": "file:../x"},
            "devDependencies": {"g": "git+https://git.example.com/a.git#v1"},
            "peerDependencies": {"p": "*"}, "peerDependenciesMeta": {"p": {"optional": True}},
        }),
    ),
    "locks.npm": (
        json_text("package-lock.json", {
            "name": "app", "lockfileVersion": 3,
            "packages": {
                "": {"dependencies": {"openai": "^4"}, "workspaces": ["packages/*"]},
                "node_modules/openai": {"version": "4.1.0", "license": "MIT",
                                        "dependencies": {"zod": "^3"}},
                "node_modules/openai/node_modules/zod": {"version": "3.2.0", "optional": True},
                "node_modules/kit": {"resolved": "packages/kit", "link": True},
            },
        }),
        json_text("npm-shrinkwrap.json", {
            "lockfileVersion": 1,
            "dependencies": {"openai": {"version": "4.1.0", "requires": {"zod": "^3"},
                                        "dependencies": {"zod": {"version": "3.2.0"}}}},
        }),
    ),
    "locks.yarn": (
        text("yarn.lock", """
            "@acme/kit@^1.0.0", "@acme/kit@^1.1.0":
              version "1.1.2"
              resolved "https://packages.example.com/kit-1.1.2.tgz#0a1b2c"
              dependencies:
                chat "^2.0.0"

            alias@npm:openai@^4.0.0:
              version "4.20.1"
            """),
        text("yarn.lock", """
            __metadata:
              version: 8

            "app@workspace:.":
              version: 0.0.0-use.local
              resolution: "app@workspace:."
              dependencies:
                alias: "npm:openai@^4.0.0"
              languageName: unknown

            "alias@npm:openai@^4.0.0":
              version: 4.20.1
              resolution: "openai@npm:4.20.1"
            """),
    ),
    "locks.pnpm": (
        text("pnpm-lock.yaml", """
            lockfileVersion: '9.0'
            importers:
              .:
                dependencies:
                  chat:
                    specifier: npm:openai@^4.0.0
                    version: openai@4.20.1(zod@3.23.8)
                devDependencies:
                  core:
                    specifier: workspace:^
                    version: link:packages/core
            packages:
              openai@4.20.1:
                resolution: {integrity: sha512-0, tarball: https://packages.example.com/a.tgz}
              zod@3.23.8:
                resolution: {integrity: sha512-0}
            snapshots:
              openai@4.20.1(zod@3.23.8):
                dependencies:
                  zod: 3.23.8
              zod@3.23.8: {}
            """),
        text("pnpm-lock.yaml", """
            lockfileVersion: 5.4
            specifiers:
              openai: ^4
            dependencies:
              openai: 4.20.1_zod@3.23.8
            packages:
              /openai/4.20.1_zod@3.23.8:
                dependencies: {zod: 3.23.8}
                dev: false
            """),
    ),
    "manifests.go_mod": (
        text("go.mod", """
            module github.com/acme/app
            require github.com/openai/openai-go v0.1.0-alpha.62
            require (
            \tgithub.com/acme/old v1.0.0 // indirect
            )
            replace github.com/acme/old => github.com/acme/new v1.5.0
            """),
    ),
    "manifests.cargo": (
        text("Cargo.toml", """
            [package]
            name = "app"
            [dependencies]
            tokio = { version = "1", features = ["full"], optional = true }
            llm = { package = "async-openai", git = "https://git.example.com/a", branch = "x" }
            [target.'cfg(unix)'.dev-dependencies]
            candle-core = "0.6"
            [workspace.dependencies]
            serde.workspace = true
            """),
    ),
    "locks.cargo": (
        text("Cargo.lock", """
            version = 3
            [[package]]
            name = "app"
            version = "0.1.0"
            dependencies = ["tokio 1.2.0 (registry+https://index.example.com)", "serde"]
            [[package]]
            name = "tokio"
            version = "1.2.0"
            source = "registry+https://index.example.com"
            """),
    ),
    "manifests.maven": (
        text("pom.xml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <groupId>com.acme</groupId><artifactId>app</artifactId><version>1.0</version>
              <properties><v>${lc}.35.0</v><lc>0</lc></properties>
              <dependencies><dependency>
                <groupId>com.openai</groupId><artifactId>openai-java</artifactId>
                <version>${v}</version><scope>test</scope><optional>true</optional>
              </dependency></dependencies>
            </project>
            """),
    ),
    "manifests.gradle": (
        text("build.gradle", """
            ext { v = '1.0.0' }
            def tika = "2.9.2"
            dependencies {
                implementation "org.springframework.ai:spring-ai-core:${v}"
                api group: 'com.openai', name: 'openai-java', version: tika
                testImplementation("a.b:c:5.+") { exclude module: 'x' }
                // runtimeOnly 'old.group:old:1.0'
            }
            """),
        text("gradle/libs.versions.toml", """
            [versions]
            openai = "0.8.1"
            junit = { strictly = "[5.10, 6[", prefer = "5.11.0" }
            [libraries]
            openai = { module = "com.openai:openai-java", version.ref = "openai" }
            chain = "dev.langchain4j:langchain4j:0.35.0"
            """),
        text("gradle.lockfile", """
            # locked
            com.openai:openai-java:0.8.1=compileClasspath,testRuntimeClasspath
            empty=annotationProcessor
            """),
    ),
    "manifests.nuget": (
        text("App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><V>1.30.0</V></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Azure.AI.OpenAI" Version="2.1.0" />
                <PackageReference Include="Microsoft.SemanticKernel" Version="$(v)" />
                <PackageReference Include="OllamaSharp"><Version>[4,5)</Version></PackageReference>
              </ItemGroup>
            </Project>
            """),
        json_text("packages.lock.json", {
            "version": 1,
            "dependencies": {"net8.0": {
                "Azure.AI.OpenAI": {"type": "Direct", "resolved": "2.1.0",
                                    "dependencies": {"Azure.Core": "1.4"}},
                "Azure.Core": {"type": "Transitive", "resolved": "1.4.0"},
            }},
        }),
        text("packages.config", '<packages><package id="OpenAI" version="1.0" /></packages>'),
    ),
    "manifests.cmake": (
        text("CMakeLists.txt", """
            project(x LANGUAGES CXX CUDA) # a
            set(TAG v1)
            if(WITH_TORCH)
              find_package(Torch 2.1 REQUIRED)
            endif()
            FetchContent_Declare(l GIT_REPOSITORY "https://github.com/a/b.git" GIT_TAG ${TAG})
            CPMAddPackage("gh:a/b@1.0") #[=[ x ]=]
            """),
    ),
    "manifests.unread": (text("app/acme.cabal", "name: acme\nbuild-depends: base, aeson\n"),),
    "manifests.hex": (
        text("mix.exs", """
            defmodule App.MixProject do
              def project do
                [app: :app, deps: deps()]
              end
              defp deps do
                [
                  {:bumblebee, "~> 0.5", only: [:dev, :test], runtime: false},
                  # {:exla, "~> 0.7"},
                  {:nx, "0.7.3", optional: true},
                  {:axon, github: "acme/axon", branch: "main"},
                  {:far, path: "../far"}
                ]
              end
            end
            """),
        text("mix.lock", """
            %{
              "axon": {:git, "https://git.example.com/axon.git", "0a1b2c", [branch: "main"]},
              "nx": {:hex, :nx, "0.7.3", "51", [:mix], [{:complex, "~> 0.5", [hex: :complex]}]},
              "complex": {:hex, :complex, "0.5.0", "af", [:mix], [], "hexpm:acme", "26"},
            }
            """),
        text("rebar.config", """
            % {deps, [old]}.
            {deps, [recon, {jsx, "3.1.0"},
              {cowboy, ".*", {git, "https://git.example.com/a.git", {tag, "2.9.0"}}}]}.
            {profiles, [{test, [{deps, [meck]}]}]}.
            """),
        text("rebar.lock", """
            {"1.2.0",
            [{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1},
             {<<"cowboy">>,{git,"https://git.example.com/a.git",{ref,"0a"}},0}]}.
            """),
    ),
    "manifests.cran": (
        text("DESCRIPTION", """
            Package: app
            License: GPL (>= 2) | file LICENSE
            Depends: R (>= 4.1)
            Imports: torch (>= 0.12.0), stats,
                ellmer
            Suggests: testthat
            Remotes: tidyverse/ellmer@main, git::https://git.example.com/a.git
            """),
        json_text("renv.lock", {
            "R": {"Repositories": [{"Name": "own", "URL": "https://packages.example.com"}]},
            "Packages": {
                "torch": {"Version": "0.13.0", "Source": "Repository", "Repository": "own",
                          "Requirements": ["R6", "R"], "License": "MIT + file LICENSE"},
                "R6": {"Version": "2.5.1", "Source": "GitHub", "RemoteUsername": "r-lib",
                       "RemoteRepo": "R6", "Imports": ["utils", "lost (>= 1)"]},
            },
        }),
    ),
    "manifests.julia": (
        text("Project.toml", """
            name = "App"
            uuid = "99e6a3ab-5dfb-504d-930d-738a2a938a0e"
            [deps]
            Flux = "587475ba-b771-5e3f-ad9e-33799f191a9c"
            Random = "9a3f8284-a2c9-5f02-9a11-845980a1fd5c"
            [weakdeps]
            CUDA = "052768ef-5323-5732-b1bb-66c8b64840ba"
            [sources]
            Flux = { url = "https://git.example.com/Flux.jl" }
            [compat]
            Flux = "=0.14.15"
            """),
        text("Manifest.toml", """
            manifest_format = "2.0"
            [[deps.Flux]]
            deps = ["Adapt", "Random"]
            git-tree-sha1 = "5a626d6ef24ae0a8590c22dc12096fb65eb66325"
            uuid = "587475ba-b771-5e3f-ad9e-33799f191a9c"
            version = "0.14.15"
            [[deps.Adapt]]
            git-tree-sha1 = "6a55b747d1812e699320963ffde36f1ebdda4099"
            repo-url = "https://git.example.com/Adapt.jl"
            uuid = "79e6a3ab-5dfb-504d-930d-738a2a938a0e"
            version = "4.0.4"
            """),
    ),
    "manifests.conan": (
        text("conanfile.txt", """
            [requires]
            onnxruntime/1.18.1@acme/stable#0a
            openssl/[>=3 <4]
            # zlib/1.3
            [tool_requires]
            cmake/3.27.0
            """),
        text("conanfile.py", """
            from conan import ConanFile
            class App(ConanFile):
                requires = "fmt/10.0.0", ("zlib/1.3", "private")
                def requirements(self):
                    if self.options.cuda:
                        self.requires(f"cudnn/{v}")
                    self.test_requires("gtest/1.14.0")
            """),
        json_text("conan.lock", {
            "version": "0.5", "requires": ["zlib/1.3.1#cac0%1765.3"],
            "build_requires": ["cmake/4.3.2"], "overrides": {"zlib/1.2": ["zlib/1.3.1"]},
        }),
        json_text("a/conan.lock", {
            "graph_lock": {"nodes": {"0": {"ref": "app/1.0", "requires": ["1"]},
                                     "1": {"ref": "zlib/1.3", "build_requires": ["2"]},
                                     "2": {"pref": "cmake/3.27.0#0:d5#0"}}},
        }),
        json_text("vcpkg.json", {
            "name": "app", "license": "MIT",
            "dependencies": ["curl", {"name": "onnxruntime", "version>=": "1.18.0", "host": True}],
            "features": {"cuda": {"dependencies": ["cudnn"]}},
            "overrides": [{"name": "curl", "version": "8.5.0#2"}],
        }),
    ),
    "manifests.composer": (
        json_text("composer.json", {
            "name": "acme/shop", "license": ["MIT"],
            "require": {"php": "^8.2", "acme/client": "1.2.3"},
            "require-dev": {"acme/tests": "^1"},
        }),
        json_text("composer.lock", {
            "packages": [{
                "name": "acme/client", "version": "v1.2.3", "require": {"acme/http": "^1"},
                "dist": {"url": "https://git.example.com/a.zip"}, "license": ["MIT"],
            }, {"name": "acme/http", "version": "1.0"}],
            "packages-dev": [],
        }),
    ),
    "manifests.pub": (
        text("pubspec.yaml", """
            name: app
            dependencies:
              acme: ^1.2.0
              forked: {git: {url: "https://git.example.com/a/b.git"}}
              local: {path: ../local}
            dev_dependencies: {test: any}
            """),
        text("pubspec.lock", """
            packages:
              acme:
                dependency: "direct main"
                source: hosted
                version: "1.2.3"
            """),
    ),
    "manifests.swift": (
        text("Package.swift", """
            let package = Package(name: "App", dependencies: [
                .package(url: "https://github.com/acme/client.git", exact: "1.2.3"),
                // .package(url: "https://github.com/acme/old", from: "1.0.0"),
            ])
            """),
        json_text("Package.resolved", {"pins": [{
            "location": "https://github.com/acme/client", "state": {"version": "1.2.3"},
        }], "version": 2}),
    ),
    "manifests.gemfile": (
        text("Gemfile", """
            source "https://gems.example.com"
            gem "ruby-openai", "~> 7.0", require: false
            group :test do
              gem 'rspec', git: "https://git.example.com/a.git"
            end
            """),
        text("Gemfile.lock", """
            GEM
              remote: https://gems.example.com/
              specs:
                ruby-openai (7.0.1)
                  faraday (>= 1)
                faraday (2.1.0)

            DEPENDENCIES
              ruby-openai (~> 7.0)!
            """),
    ),
    "manifests.gitmodules": (
        text(".gitmodules", """
            [submodule "third_party/acme"]
            \tpath = third_party/acme
            \turl = "https://user:secret@github.com/acme/speech.git"  # the engine
            \tbranch = main
            [submodule "docs/theme"]
            \tupdate = none
            \turl = ../theme.git
            [submodule "weights"]
            \turl = git@huggingface.co:acme/weights
            """),
    ),
    "bills.sbom": (
        json_text("bom.json", {
            "bomFormat": "CycloneDX", "specVersion": "1.5",
            "metadata": {"component": {"type": "application", "name": "app", "bom-ref": "r"}},
            "components": [
                {"type": "library", "name": "openai", "version": "1.2", "bom-ref": "o",
                 "purl": "pkg:pypi/openai@1.2?a=b", "licenses": [{"license": {"id": "MIT"}}],
                 "components": [{"type": "machine-learning-model", "name": MODEL}]},
                {"type": "data", "name": "talk", "externalReferences": [{"url": HUB}]},
            ],
            "services": [{"name": "api", "endpoints": ["https://api.openai.com/v1"]}],
            "dependencies": [{"ref": "r", "dependsOn": ["o"]}],
        }),
        json_text("app.spdx.json", {
            "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "app",
            "packages": [{
                "SPDXID": "SPDXRef-a", "name": "acme", "versionInfo": "1.2",
                "licenseDeclared": "MIT", "downloadLocation": "NOASSERTION",
                "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40a/b@1"}],
            }],
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT",
                               "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}],
        }),
        json_text("app.spdx3.json", {
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": [
                {"type": "software_Package", "spdxId": "a", "name": "acme",
                 "software_packageVersion": "1", "software_packageUrl": "pkg:pypi/acme@1"},
                {"type": "ai_AIPackage", "spdxId": "m", "name": MODEL},
                {"type": "Relationship", "from": "a", "to": ["m"], "relationshipType": "dependsOn"},
            ],
        }),
    ),
}  # fmt: skip
