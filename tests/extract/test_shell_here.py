"""Here-documents: read by whatever they are given to."""

from __future__ import annotations

import pytest

from provenance.extract.shell import script as shell
from provenance.extract.shell.words import commands
from provenance.model import Extraction
from tests.support.reading import component, ids, lines, reasons
from tests.support.settings_files import direct


def sh(text: str, path: str = "run.sh") -> Extraction:
    return direct(shell, path, text)


def places(found: Extraction, kind: str = "model") -> dict[str, list[int]]:
    return {name.rpartition("/")[2]: lines(found, name) for name in ids(found, kind)}


def test_bodies_stay_with_their_commands() -> None:
    text = "a <<A >f; b <<-'B' | c\none\nA\n\ttwo\n\tB\nd\n"
    found = [
        (c.words[0].text, [(h.text, h.line, h.quoted) for h in c.here], c.target, c.piped)
        for c in commands(text, 10)
    ]
    assert found == [
        ("a", [("one\n", 11, False)], "f", False),
        ("b", [("\ttwo\n", 13, True)], "", True),
        ("c", [], "", False),
        ("d", [], "", False),
    ]


def test_what_is_only_shown_or_written_somewhere_is_no_command() -> None:
    shown = "cat <<EOF\nusage: --model acme/shown-7b\nEOF\n"
    written = "cat <<-'EOT' > f\n--model acme/no-7b\n\tEOT\nvllm serve acme/yes-7b\n"
    assert places(sh(shown + written)) == {"yes-7b": [7]}


def test_a_body_that_ends_nowhere_is_commands() -> None:
    assert places(sh("cat <<EOF > f.yaml\nvllm serve acme/open-7b\n")) == {"open-7b": [2]}


def test_a_command_in_a_variable() -> None:
    text = """\
read -r -d '' todo <<EOF
acme_train.cli.sft \\
   --dataset acme/talks \\
   --pretrain acme/seven-7b
EOF
deepspeed --module $todo
"""
    found = sh(text)
    assert places(found) == {"seven-7b": [4]}
    assert places(found, "dataset") == {"talks": [3]}
    modules = {(i.module, i.occurrence.line) for i in found.imports}
    assert modules == {("deepspeed", 6), ("acme_train.cli.sft", 2)}


def test_a_command_that_cat_puts_into_a_variable() -> None:
    text = "CMD=$(cat <<EOF\npython t.py --model acme/sub-7b\nEOF\n)\neval $CMD\n"
    assert places(sh(text)) == {"sub-7b": [2]}


@pytest.mark.parametrize(
    "line", ["bash <<EOF", "sudo -E bash -s <<EOF", "ssh host 'bash -s' <<'EOF'",
             "cat <<EOF | sh", "sbatch --nodes 1 <<EOF"],
)  # fmt: skip
def test_bodies_that_a_shell_runs(line: str) -> None:
    assert places(sh(f"{line}\nollama pull acme-7b:1b\nEOF\n")) == {"acme-7b:1b": [2]}


def test_source_that_an_interpreter_runs() -> None:
    text = (
        "python3 - <<'EOF'\nfrom transformers import AutoModel\n"
        "AutoModel.from_pretrained('acme/py-7b')\nEOF\n"
    )
    assert places(sh(text)) == {"py-7b": [3]}


def test_files_that_a_script_writes() -> None:
    text = """\
ORG=acme
cat > conf/config.yaml <<EOF
model: $ORG/yaml-7b
embedding_model: \\$KEPT
EOF
tee "$HOME/.env" <<'ENV' >/dev/null
EMBEDDING_MODEL=acme/env-7b
ENV
cat <<EOF >Modelfile
FROM llama9:1b
EOF
docker build -t own - <<EOF
FROM acme/base:3
EOF
kubectl apply -f - <<EOF
apiVersion: v1
kind: Pod
spec:
  containers:
  - image: acme/server:1.2
EOF
"""
    found = sh(text)
    assert places(found) == {"yaml-7b": [3], "env-7b": [7], "llama9:1b": [10]}
    assert places(found, "container") == {"base@3": [13], "server@1.2": [20]}
    (place,) = component(found, "pkg:huggingface/acme/yaml-7b").occurrences
    assert (place.path, place.extractor, place.usage) == ("run.sh", "shell", "used")


def test_the_body_of_a_request() -> None:
    text = (
        'curl https://api.openai.com/v1/chat/completions -d @- <<EOF\n{\n "model": "gpt-4o"}\nEOF\n'
    )
    assert places(sh(text)) == {"gpt-4o": [3]}


def test_what_a_written_file_leaves_open_is_a_gap() -> None:
    assert reasons(sh("cat > c.yaml <<EOF\nmodel: $UNSET\nEOF\n")) == {("dynamic-name", 2)}


def test_usage_by_place() -> None:
    found = sh("bash <<EOF\nvllm serve acme/x-7b\nEOF\n", "examples/run.sh")
    assert component(found, "pkg:huggingface/acme/x-7b").occurrences[0].usage == "example"
