"""Batch files and PowerShell (``windows-script``)."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, lines, read

BATCH = r"""@echo off
rem python old.py --model_name_or_path acme/old-7b
set HF_ENDPOINT=https://hf-mirror.com
set "MODEL=acme/chat-7b"
if not exist venv (
    python -m venv venv
)
call venv\Scripts\activate.bat
venv\Scripts\python.exe -m pip install torch==2.1.0 ^
    transformers>=4.40
:serve
python serve.py --model_name_or_path %MODEL% --port 80
docker run --gpus all ollama/ollama:latest
@ollama pull llama3.1:8b
:: pip install old-thing==1.0
if exist node_modules npm install openai
goto serve
"""

POWERSHELL = """<# pip install prose
 #>
$env:HF_ENDPOINT = "https://hf-mirror.com"
$Model = "acme/enc-7b"
& .\\venv\\Scripts\\python.exe -m pip install "sentence-transformers==3.0" `
   faiss-cpu
python embed.py --model_name $Model
# pip install old-thing==1.0
Invoke-WebRequest -Uri https://huggingface.co/acme/x-GGUF/resolve/main/m.gguf -OutFile m.gguf
"""


@pytest.mark.parametrize("path", ["run.bat", "setup/Run.CMD"])
def test_a_batch_file(path: str) -> None:
    found = read(path, BATCH.replace("\n", "\r\n"))
    assert lines(found, "pkg:huggingface/acme/chat-7b") == [4, 12]
    assert component(found, "pkg:huggingface/acme/old-7b").usage == "commented"
    assert lines(found, "service:hf-mirror") == [3]
    assert lines(found, "pkg:pypi/torch@2.1.0") == [9]
    assert lines(found, "pkg:pypi/transformers") == [10]
    assert lines(found, "pkg:docker/ollama/ollama@latest") == [13]
    assert lines(found, "model:ollama/llama3.1:8b") == [14]
    assert component(found, "pkg:pypi/old-thing@1.0").usage == "commented"
    assert lines(found, "pkg:npm/openai") == [16]
    assert ids(found, "package") == {
        "pkg:pypi/torch@2.1.0", "pkg:pypi/transformers", "pkg:pypi/old-thing@1.0", "pkg:npm/openai",
    }  # fmt: skip


def test_powershell() -> None:
    found = read("run.ps1", POWERSHELL)
    assert lines(found, "pkg:huggingface/acme/enc-7b") == [4, 7]
    assert lines(found, "pkg:pypi/sentence-transformers@3.0") == [5]
    assert lines(found, "pkg:pypi/faiss-cpu") == [6]
    assert lines(found, "pkg:huggingface/acme/x-GGUF") == [9]
    assert lines(found, "service:hf-mirror") == [3]
    used = {c.id for c in found.components if c.kind == "package" and c.usage == "used"}
    assert used == {"pkg:pypi/sentence-transformers@3.0", "pkg:pypi/faiss-cpu"}


@pytest.mark.parametrize("path", ["a.bat", "a.ps1"])
@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfeo\x00k\x00", b"%" * 50_000, b"^\n" * 20_000, b"<#" * 20_000, b"`\n" * 20_000,
     b"if " * 30_000, b'start "' * 20_000, b"$env:" * 20_000, b"\x00\x01\r\r\n"],
)  # fmt: skip
def test_hostile_scripts(path: str, text: bytes) -> None:
    assert ids(read(path, text), "model") == set()
