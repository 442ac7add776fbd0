"""Commands and examples in Python text; constants of libraries."""

from __future__ import annotations

from tests.support.reading import ids, lines, places, read

SCRIPT = '''\
"""
# Full training
python scripts/dpo.py \\
    --dataset_name acme/preferences \\
    --model_name_or_path Qwen/Qwen2-0.5B-Instruct

Python is a language; uv is a tool.
"""
# pip install acme-commented
import os
import subprocess
import sys

os.system("pip install acme-run")
subprocess.run([sys.executable, "-m", "pip", "install", "-q", "acme-listed==1.2"])
run_pip(f"install --pre acme-helped==9.0 --no-cache-dir")
try:
    import acme_told
except ImportError as error:
    raise ImportError("Please install it: `pip install acme-told` to use this.") from error
print("Run pip install acme-prose to go on, or uv.")
os.system("pip install " + name)
'''


def test_commands_in_docstrings_comments_and_strings() -> None:
    found = read("train.py", SCRIPT)
    assert {
        c.id: (c.usage, [p.line for p in c.occurrences])
        for c in found.components
        if c.kind != "service"
    } == {
        "dataset:huggingface/acme/preferences": ("documentation", [4]),
        "pkg:huggingface/Qwen/Qwen2-0.5B-Instruct": ("documentation", [5]),
        "pkg:pypi/acme-commented": ("commented", [9]),
        "pkg:pypi/acme-run": ("used", [14]),
        "pkg:pypi/acme-listed@1.2": ("used", [15]),
        "pkg:pypi/acme-helped@9.0": ("used", [16]),
        "pkg:pypi/acme-told": ("optional", [20]),
        "pkg:pypi/acme-prose": ("optional", [21]),
    }


def test_examples_of_docstrings_are_documentation() -> None:
    found = read(
        "app.py",
        '''\
        def f():
            """Do it.

            >>> from datasets import load_dataset
            >>> data = load_dataset(
            ...     "acme/reviews", split="train")
            >>> this is no code

            >>> load_dataset("acme/other")
            """
        ''',
    )
    assert [(p.line, p.usage) for p in places(found, "dataset:huggingface/acme/other")] == [
        (9, "documentation")
    ]
    assert [(p.line, p.usage) for p in places(found, "dataset:huggingface/acme/reviews")] == [
        (6, "documentation")
    ]


def test_constants_that_name_models() -> None:
    found = read(
        "app.py",
        """\
        import assemblyai as aai
        import torchaudio
        from torchaudio.pipelines import HUBERT_BASE
        config = aai.TranscriptionConfig(speech_model=aai.SpeechModel.best)
        bundle = torchaudio.pipelines.WAV2VEC2_ASR_BASE_960H
        TABLE = {"fr": "VOXPOPULI_ASR_BASE_10K_FR", "xx": "NO_SUCH_BUNDLE"}
        def load(code):
            return getattr(torchaudio.pipelines, TABLE[code]).get_model()
        """,
    )
    assert ids(found, "model") == {
        "model:assemblyai/best", "model:torchaudio/HUBERT_BASE",
        "model:torchaudio/WAV2VEC2_ASR_BASE_960H", "model:torchaudio/VOXPOPULI_ASR_BASE_10K_FR",
    }  # fmt: skip
    assert "service:torchaudio" not in ids(found)


def test_names_without_a_look_up_are_strings() -> None:
    text = 'import torchaudio\nNAME = "VOXPOPULI_ASR_BASE_10K_FR"\n'
    assert ids(read("app.py", text), "model") == set()


def test_trained_data_of_a_toolkit_is_a_model() -> None:
    found = read("app.py", 'import nltk\nnltk.download("punkt_tab")\nnltk.download("stopwords")\n')
    assert ids(found) == {"model:nltk/punkt_tab", "dataset:nltk/stopwords"}


def test_a_variable_in_an_install_is_no_package() -> None:
    found = read(
        "app.py",
        """\
    import subprocess, sys
    subprocess.check_call([sys.executable, "-m", "pip", "install", "-U", package_name])
    subprocess.check_call([sys.executable, "-m", "pip", "install", "tavily-python", other])
    """,
    )
    assert ids(found, "package") == {"pkg:pypi/tavily-python"}


def test_flags_that_stand_under_a_sentence() -> None:
    text = (
        '"""\nFor the larger one, use:\n'
        "    --model_name_or_path acme/large\n\n"
        "Or both of:\n    --dataset_name=acme/pairs \\\n    --model acme/small\n"
        'And see --model acme/within a sentence.\n"""\n'
        "# --reward_model acme/judge\n"
        'run("--model acme/live",\n"x")\n'
    )
    found = read("train.py", text)
    assert {
        c.id: (c.usage, [p.line for p in c.occurrences])
        for c in found.components
        if c.kind != "service"
    } == {
        "pkg:huggingface/acme/large": ("documentation", [3]),
        "dataset:huggingface/acme/pairs": ("documentation", [6]),
        "pkg:huggingface/acme/small": ("documentation", [7]),
        "pkg:huggingface/acme/judge": ("commented", [10]),
    }


def test_constants_of_an_sdk_are_models_wherever_they_stand() -> None:
    found = read(
        "a.py",
        """\
        import dashscope
        from dashscope import Generation
        MODELS = {"fast": dashscope.Generation.Models.qwen_turbo}
        answer = Generation.call(model=Generation.Models.qwen_max, prompt="x")
        other = Generation.call(model=Generation.Models.unheard, prompt="x")
        """,
    )
    assert ids(found, "model") == {"model:dashscope/qwen-turbo", "model:dashscope/qwen-max"}
    assert lines(found, "model:dashscope/qwen-turbo") == [3]
    assert [(gap.reason, gap.subject) for gap in found.gaps] == [
        ("dynamic-name", "Generation.Models.unheard")
    ]


def test_a_sentence_behind_a_flag_is_no_package() -> None:
    found = read(
        "a.py", 'raise E("run pip install acme-attn --no-build-isolation, Learn more at x")\n'
    )
    assert ids(found, "package") == {"pkg:pypi/acme-attn"}


def test_a_command_that_goes_on_in_the_literal_below() -> None:
    found = read(
        "setup_gpu.py",
        """\
        import subprocess
        subprocess.check_call(
            "pip install unsloth trl "
            "bitsandbytes sentencepiece -q".split()
        )
        print("pip install accelerate "
              "to go on")
        """,
    )
    assert {"pkg:pypi/unsloth", "pkg:pypi/bitsandbytes", "pkg:pypi/sentencepiece"} <= ids(found)
    assert "pkg:pypi/accelerate" in ids(found)
    assert "pkg:pypi/go" not in ids(found)
    usages = {c.id: c.usage for c in found.components}
    assert usages["pkg:pypi/sentencepiece"] == "used"
    assert usages["pkg:pypi/accelerate"] == "optional"
