"""Programs in front of a model: who starts them, whom they ask, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.support.reading import component, gaps, ids, lines, places, read

CLAUDE = "pkg:npm/%40anthropic-ai/claude-code"
CODEX = "pkg:npm/%40openai/codex"
GEMINI = "pkg:npm/%40google/gemini-cli"


def test_a_script_starts_them() -> None:
    found = read(
        "review.sh",
        """\
        claude -p "review" --model claude-opus-4-1
        git diff | codex exec -m gpt-5-codex -
        env LANG=C timeout 600 gemini -m gemini-2.5-pro -p "$TEXT"
        aider --model deepseek/deepseek-chat --message fix
        """,
    )
    assert ids(found, "package") == {CLAUDE, CODEX, GEMINI, "pkg:pypi/aider-chat"}
    assert ids(found, "model") == {
        "model:anthropic/claude-opus-4-1", "model:openai/gpt-5-codex",
        "model:google-gemini/gemini-2.5-pro", "model:deepseek/deepseek-chat",
    }  # fmt: skip
    assert lines(found, "service:openai") == [2]
    assert {place.confidence for place in places(found, CODEX)} == {"medium"}


@pytest.mark.parametrize(
    "line",
    [
        "claude --version", "command -v codex", "which gemini", "npm run claude",
        "copilot app init --name api", "codex", "echo claude -p hello", "./gen.sh claude -p x",
        "gemini help", "brew upgrade opencode",
    ],
)  # fmt: skip
def test_what_asks_for_nothing(line: str) -> None:
    assert ids(read("a.sh", f"{line}\n")) == set()


def test_sent_elsewhere_the_maker_is_not_asked() -> None:
    found = read(
        "a.sh",
        """\
        export ANTHROPIC_BASE_URL=https://api.deepseek.com/anthropic
        claude -p "review" --model deepseek-chat
        """,
    )
    assert ids(found, "service") == {"service:deepseek"}
    assert ids(found, "model") == {"model:deepseek/deepseek-chat"}
    assert CLAUDE in ids(found)


def test_variables_of_the_file_around_send_it_elsewhere_too() -> None:
    made = read("Makefile", "export ANTHROPIC_BASE_URL=https://x.example\nask:\n\tclaude -p hi\n")
    built = read("Dockerfile", "ENV CLAUDE_CODE_USE_BEDROCK=1\nCMD claude -p hi\n")
    composed = read(
        "compose.yaml",
        """\
        services:
          ask:
            command: claude -p hi
            environment: {CLAUDE_CODE_USE_VERTEX: "1"}
        """,
    )
    for found in (made, built, composed):
        assert CLAUDE in ids(found)
        services = [c for c in found.components if c.kind == "service"]
        assert "claude" not in {place.as_written for c in services for place in c.occurrences}


@pytest.mark.parametrize(
    ("command", "services", "models"),
    [
        ("codex exec --oss -m gpt-oss:20b x", {"service:ollama-library"},
         {"model:ollama/gpt-oss:20b"}),
        ("codex exec -c model_provider=mistral -m devstral-medium x", {"service:mistral"},
         {"model:mistral/devstral-medium"}),
        ("CLAUDE_CODE_USE_BEDROCK=1 claude -p x", set(), set()),
    ],
)  # fmt: skip
def test_switches(command: str, services: set[str], models: set[str]) -> None:
    found = read("a.sh", f"{command}\n")
    assert (ids(found, "service"), ids(found, "model")) == (services, models)


def test_a_model_whose_provider_nothing_tells() -> None:
    found = read("a.sh", 'opencode run x\ncodex exec -c model_provider="$P" -m acme-9 x\n')
    assert ids(found, "model") == set()
    assert ("acme-9", "provider-unresolved", 2) in gaps(found)


def test_a_source_starts_them() -> None:
    found = read(
        "ask.py",
        """\
        import subprocess

        NAMES = ["claude", "codex"]

        def ask(prompt, model):
            subprocess.run(["claude", "-p", prompt, "--model", "claude-haiku-4-5"])
            command = [
                "codex",
                "exec",
                "--model", model,
            ]
            subprocess.run("gemini -p hello", shell=True)
            print("gemini -p hello")
            # subprocess.run(["opencode", "run", prompt])
        """,
    )
    assert ids(found, "package") == {CLAUDE, CODEX, GEMINI}
    assert lines(found, CLAUDE) == [6]
    assert lines(found, CODEX) == [8]
    assert lines(found, GEMINI) == [12]
    assert lines(found, "model:anthropic/claude-haiku-4-5") == [6]
    assert ("${model}", "dynamic-name", 10) in gaps(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", 'const child = spawn("claude", ["-p", prompt, "--output-format", "text"]);'),
        ("a.js", "execSync(`claude -p ${prompt}`);"),
        ("a.go", 'package a\nfunc f() { exec.Command("claude", "--print", text) }'),
        ("A.java", 'class A { String[] argv = {"claude", "-p", text}; }'),
    ],
)
def test_in_other_languages(path: str, text: str) -> None:
    found = read(path, f"{text}\n")
    assert CLAUDE in ids(found)
    assert component(found, "service:anthropic").usage == "used"


WORKFLOW = """\
on: pull_request
jobs:
  review:
    steps:
      - uses: anthropics/claude-code-action@v1
        with:
          prompt: look
          claude_args: |
            --max-turns 5
            --model claude-haiku-4-5
      - uses: actions/ai-inference@v1
        with: {model: openai/gpt-4o-mini, prompt: x}
      - uses: actions/checkout@v4
        with: {model: gpt-4o}
      - run: codex exec "fix"
"""


def test_a_workflow_has_them() -> None:
    found = read(".github/workflows/review.yml", WORKFLOW)
    assert lines(found, "service:anthropic") == [5, 10]
    assert lines(found, "service:github-models") == [11, 12]
    assert lines(found, CODEX) == [15]
    assert ids(found, "model") == {
        "model:anthropic/claude-haiku-4-5", "model:github-models/openai/gpt-4o-mini",
    }  # fmt: skip
    assert {c.usage for c in found.components} == {"development"}


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ('use_bedrock: "true"', {"service:aws-bedrock"}),
        ("use_vertex: true", {"service:google-vertex-ai"}),
        ("prompt: x", {"service:anthropic"}),
    ],
)
def test_an_action_is_told_whom_to_ask(told: str, asked: set[str]) -> None:
    uses = "- uses: anthropics/claude-code-action@v1"
    text = f"jobs:\n  a:\n    steps:\n      {uses}\n        with:\n          {told}\n"
    assert ids(read(".github/workflows/a.yml", text), "service") == asked


def test_an_action_at_another_endpoint() -> None:
    text = """\
        jobs:
          a:
            steps:
              - uses: openai/codex-action@v1
                with:
                  responses-api-endpoint: https://acme.openai.azure.com/openai/v1/responses
        """
    assert ids(read(".github/workflows/a.yml", text), "service") == {"service:azure-openai"}
    sent = 'env: {ANTHROPIC_BASE_URL: "${{ vars.BASE }}"}\n' + WORKFLOW
    at = lines(read(".github/workflows/a.yml", sent), "service:anthropic")
    assert at == [1, 11]  # the variable and the family of a model, not the action
