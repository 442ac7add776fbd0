"""Shell: variables, flags, installs, downloads and containers, each at its line."""

from __future__ import annotations

import pytest

from provenance.extract.collect import Collector
from provenance.extract.shell import script as shell
from provenance.extract.shell.words import Value, Variables, commands
from provenance.model import Extraction
from tests.support.reading import component, gaps, ids, lines, links, reasons, vocabulary
from tests.support.settings_files import at, direct, imports, redirects


def sh(text: str, path: str = "run.sh") -> Extraction:
    return direct(shell, path, text)


def models(text: str) -> set[str]:
    return ids(sh(text), "model")


# -- words ----------------------------------------


def words(text: str) -> list[list[str]]:
    return [[word.text for word in c.words] for c in commands(text) if c.words]


def test_words_as_a_shell_cuts_them() -> None:
    assert words("a 'b c' \"d e\"f\\ g") == [["a", "b c", "d ef g"]]
    assert words("a && b || c; d | e & f") == [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]
    assert words("a \\\n  b\nc") == [["a", "b"], ["c"]]
    assert words("a > out 2>&1 b <<< here c") == [["a", "b", "c"]]
    assert words("a #c\nb#d") == [["a"], ["b#d"]]
    assert words("pip install x>=2 'y<3'") == [["pip", "install", "x>=2", "y<3"]]


def test_lines_of_words_over_continuations_and_quotes() -> None:
    found = [(w.text, w.line) for c in commands("a \\\n b 'x\ny' \\\n c\nd", 10) for w in c.words]
    assert found == [("a", 10), ("b", 11), ("x\ny", 11), ("c", 13), ("d", 14)]


# -- variables with options ----------------------------------------


def test_options_that_a_variable_or_a_list_holds() -> None:
    text = """\
A="--model acme/string-7b"
LIST=(
  --model_name_or_path acme/list-7b
)
LIST+=(--reward_model acme/more-7b)
CMD="vllm serve acme/served-7b --port 80"
torchrun -m acme.train $A "${LIST[@]}"
eval "$CMD"
"""
    found = sh(text)
    assert {i.split("/")[-1]: lines(found, i) for i in ids(found, "model")} == {
        "string-7b": [1], "list-7b": [3], "more-7b": [5], "served-7b": [6],
    }  # fmt: skip
    assert ("acme.train", 7) in {(i.module, i.occurrence.line) for i in found.imports}


def test_a_prose_value_is_no_command() -> None:
    assert not models('SAY="well - pick --model acme/no-7b"\necho "$SAY"\n')


def test_substituted_commands_are_read() -> None:
    found = sh('X="$(hf download acme/sub-7b)"\nY=`hf download acme/back-7b`\n')
    assert lines(found, "pkg:huggingface/acme/sub-7b") == [1]
    assert lines(found, "pkg:huggingface/acme/back-7b") == [2]


@pytest.mark.parametrize(
    ("text", "value", "default"),
    [
        ("${A}/$B", "acme/x", False),
        ("${C:-acme/d}", "acme/d", True),
        ("${C-${A}/e}", "acme/e", True),
        ("${A:-other}", "acme", False),
        ("${C:=f}", "f", True),
        ("$C", "$C", False),
        ("${A%x}", "${A%x}", False),
    ],
)
def test_expansion(text: str, value: str, default: bool) -> None:
    known = Variables({"A": Value("acme"), "B": Value("x")})
    assert known.expand(text) == Value(value, default)


# -- models ----------------------------------------


def test_a_composed_name_is_found_where_it_is_used() -> None:
    found = sh("ORG=acme\nNAME=x\npython serve.py \\\n  --model ${ORG}/${NAME}\n")
    assert ids(found, "model") == {"pkg:huggingface/acme/x"}
    assert lines(found, "pkg:huggingface/acme/x") == [4]


def test_single_quotes_keep_a_dollar() -> None:
    found = sh("A=acme/a-7b\nrun --model '$A'\n")
    assert lines(found, "pkg:huggingface/acme/a-7b") == [1]


def test_a_default_is_less_sure() -> None:
    (place,) = component(sh('MODEL="${MODEL:-acme/b-7b}"'), "pkg:huggingface/acme/b-7b").occurrences
    assert (place.line, place.confidence) == (1, "medium")
    assert models(': "${LLM_MODEL:=acme/c-7b}"') == {"pkg:huggingface/acme/c-7b"}


@pytest.mark.parametrize(
    "line",
    [
        "python train.py --model_name_or_path acme/x-7b",
        "python train.py --model=acme/x-7b --output_dir out/acme-ft",
        "sudo CUDA_VISIBLE_DEVICES=0 vllm serve acme/x-7b --port 80",
        "python -m vllm.entrypoints.openai.api_server --model acme/x-7b --served-model-name gpt-4",
        "python3 -m sglang.launch_server --model-path acme/x-7b",
        "huggingface-cli download acme/x-7b config.json --local-dir ./x",
        "hf download acme/x-7b",
        "git clone https://huggingface.co/acme/x-7b",
        "wget -O f https://huggingface.co/acme/x-7b/resolve/main/model.safetensors",
        "llama-server -hf acme/x-7b:Q4_K_M",
        "bash -c 'vllm serve acme/x-7b'",
        "docker exec -it box vllm serve acme/x-7b",
        'MODELPATH="acme/x-7b"',
        "MODELS=(\n acme/x-7b)",
        "for m in acme/x-7b; do echo $m; done",
        "lmdeploy serve api_server acme/x-7b --tp 2",
    ],
)
def test_one_hub_model(line: str) -> None:
    assert models(line) == {"pkg:huggingface/acme/x-7b"}


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("ollama run llama3:8b", "model:ollama/llama3:8b"),
        ("docker exec ollama ollama pull qwen2", "model:ollama/qwen2"),
        ("modelscope download --model qwen/Qwen2-7B", "model:modelscope/qwen/Qwen2-7B"),
        ("swift sft --model Qwen/Qwen2-7B", "model:modelscope/Qwen/Qwen2-7B"),
        ("swift sft --model Qwen/Qwen2-7B --use_hf true", "pkg:huggingface/Qwen/Qwen2-7B"),
        ("VLLM_USE_MODELSCOPE=true vllm serve q/Q-7B", "model:modelscope/q/Q-7B"),
        ("git clone https://www.modelscope.cn/qwen/Q.git", "model:modelscope/qwen/Q"),
    ],
)
def test_models_of_other_places(line: str, model: str) -> None:
    assert ids(sh(line), "model") == {model}


@pytest.mark.parametrize(
    "line",
    [
        "python train.py --output_dir acme/x-7b --hub_model_id acme/out-7b",
        "echo --model acme/x-7b https://api.openai.com/v1",
        "git checkout feature/llama-7b",
        "run --model ./checkpoints/acme-7b",
        "run --model your-org/your-model",
        "hf upload acme/x-7b .",
    ],
)
def test_what_is_no_model(line: str) -> None:
    found = sh(line)
    assert not ids(found)
    assert not found.gaps


def test_datasets() -> None:
    found = sh(
        "train --dataset_name tatsu-lab/alpaca\n"
        "hf download --repo-type dataset acme/data\n"
        "modelscope download --dataset acme/ms\n"
        "train --dataset imdb\n"
    )
    assert ids(found, "dataset") == {
        "dataset:huggingface/tatsu-lab/alpaca", "dataset:huggingface/acme/data",
        "dataset:modelscope/acme/ms", "dataset:huggingface/stanfordnlp/imdb",
    }  # fmt: skip
    assert lines(found, "dataset:huggingface/acme/data") == [2]


def test_what_is_known_only_at_run_time_is_a_gap_once() -> None:
    found = sh("MODEL=$1\nserve --model $MODEL\nserve --model $MODEL\n")
    assert gaps(found) == {("$1", "dynamic-name", 1), ("$MODEL", "dynamic-name", 2)}
    found = sh("git clone https://huggingface.co/acme/$NAME\n")
    assert reasons(found) == {("dynamic-name", 1)}


def test_commented_commands_count_as_commented_and_raise_no_question() -> None:
    found = sh(
        "# pip install torch==2.1\n"
        "#   --model_name_or_path acme/old-7b \\\n"
        "# we use docker run to start $IMAGE\n"
        "# see https://huggingface.co/acme/link-7b\n"
        "# MODEL=$UNKNOWN\n"
    )
    assert at(found, "pkg:pypi/torch@2.1") == [(1, "commented")]
    assert at(found, "pkg:huggingface/acme/old-7b") == [(2, "commented")]
    assert at(found, "pkg:huggingface/acme/link-7b") == [(4, "commented")]
    assert not ids(found, "container")
    assert not found.gaps


# -- requests ----------------------------------------


def test_a_local_server_answers_to_borrowed_names() -> None:
    found = sh('curl http://localhost:8000/v1/x -d \'{"model": "gpt-3.5-turbo"}\'')
    assert gaps(found) == {("gpt-3.5-turbo", "alias-of-local-model", 1)}
    assert not ids(found)


def test_a_request_to_a_known_host() -> None:
    found = sh('curl https://api.openai.com/v1/x \\\n  -d \'{"model":"gpt-4o"}\'')
    assert lines(found, "model:openai/gpt-4o") == [2]
    assert "service:openai" in ids(found, "service")


def test_a_base_url_elsewhere_is_a_redirect() -> None:
    found = sh("export OPENAI_API_BASE=http://localhost:8000/v1\n")
    assert redirects(found) == {("service:openai", 1)}
    assert not ids(found)


# -- packages ----------------------------------------


@pytest.mark.parametrize(
    ("line", "packages"),
    [
        ('pip install -U "acme>=0.4" vllm==0.6.0', {"pkg:pypi/acme", "pkg:pypi/vllm@0.6.0"}),
        ("python3.11 -m pip install --no-cache-dir acme", {"pkg:pypi/acme"}),
        ("pip3 --disable-pip-version-check install acme", {"pkg:pypi/acme"}),
        ("uv pip install acme", {"pkg:pypi/acme"}),
        ("uv add acme", {"pkg:pypi/acme"}),
        ("uvx acme-tool run", {"pkg:pypi/acme-tool"}),
        ("pip install -r requirements.txt -e . ./x acme==$V", {"pkg:pypi/acme"}),
        ("conda install -y pytorch==2.1 -c pytorch", {"pkg:pypi/torch@2.1"}),
        ("npm install -g @acme/cli@1.0.2 openai", {"pkg:npm/%40acme/cli@1.0.2", "pkg:npm/openai"}),
        ("npx -y @acme/server --stdio", {"pkg:npm/%40acme/server"}),
        ("npx tsc --noEmit", set()),
        ("npm install", set()),
        ("go install github.com/acme/x@v1.2.3", {"pkg:golang/github.com/acme/x@v1.2.3"}),
        ("cargo add candle-core", {"pkg:cargo/candle-core"}),
        ("poetry add openai", {"pkg:pypi/openai"}),
        ("poetry install --with dev", set()),
    ],
)
def test_installs(line: str, packages: set[str]) -> None:
    found = sh(line)
    assert ids(found, "package") == packages
    assert not found.gaps


def test_an_index_is_a_channel_and_may_name_a_platform() -> None:
    found = sh("pip install torch --index-url https://download.pytorch.org/whl/cu121\n")
    assert links(found, "delivered-by") == {
        ("pkg:pypi/torch", "delivered-by", "service:pytorch-index")
    }
    assert lines(found, "platform:nvidia-cuda") == [1]
    assert lines(sh("conda install cudatoolkit=11.3"), "platform:nvidia-cuda") == [1]


def test_tools_that_come_with_a_package() -> None:
    text = (
        "vllm serve acme/x-7b\npython -m llama_cpp.server\ntorchrun train.py\npython -m json.tool"
    )
    assert imports(sh(text)) == {("vllm", 1), ("llama_cpp.server", 2), ("torch", 3)}


# -- containers ----------------------------------------


def test_what_a_caller_may_give_leaves_the_value_before_as_default() -> None:
    found = sh(
        """\
        IMAGE=acme/server:1.2
        case $1 in
          -i) shift; IMAGE=$1 ;;
        esac
        docker run -it ${IMAGE} \\
          python cli.py
        """
    )
    assert ids(found, "container") == {"pkg:docker/acme/server@1.2"}
    (where,) = component(found, "pkg:docker/acme/server@1.2").occurrences
    assert (where.line, where.confidence) == (5, "medium")


def test_the_word_after_an_unknown_image_is_none() -> None:
    found = sh("IMAGE=$(make_one)\ndocker run -it ${IMAGE} python cli.py\n")
    assert ids(found, "container") == set()
    assert reasons(found) == {("dynamic-name", 2)}


def test_an_address_whose_scheme_is_put_before_it_later() -> None:
    found = sh("data_url=www.openslr.org/resources/60\nnote=www.acme.example\n")
    assert ids(found, "dataset") == {"dataset:openslr/60"}


def test_docker_run() -> None:
    found = sh(
        "docker run --gpus all -p 80:80 -e MODEL_ID=acme/env-7b \\\n"
        "  ghcr.io/acme/tgi:2.0 --model-id acme/x-7b\n"
        "podman run --device=/dev/kfd acme/rocm\n"
    )
    assert ids(found, "container") == {"pkg:docker/ghcr.io/acme/tgi@2.0", "pkg:docker/acme/rocm"}
    assert lines(found, "pkg:docker/ghcr.io/acme/tgi@2.0") == [2]
    assert lines(found, "pkg:huggingface/acme/x-7b") == [2]
    assert lines(found, "pkg:huggingface/acme/env-7b") == [1]
    assert lines(found, "platform:nvidia-cuda") == [1]
    assert 3 in lines(found, "platform:amd-rocm")


def test_an_image_that_the_script_builds_is_the_projects_own() -> None:
    assert not ids(sh("docker build -t acme/own .\ndocker run acme/own\n"), "container")


# -- the file ----------------------------------------


def test_images_that_kubectl_is_told() -> None:
    found = sh(
        "kubectl create deployment probe -n chat --image=python:3.8.13 -- sleep infinity\n"
        "kubectl -n chat run gpu --rm -it --image nvidia/cuda:12.2.0-base -- nvidia-smi\n"
        "kubectl set image deployment/web web=acme/web:2 -n chat\n"
        "docker build -t acme/own:1 . && kubectl run own --image=acme/own:1\n"
        "kubectl apply -f job.yaml --image=acme/no\nkubectl run x --image=$IMG\n"
    )
    assert ids(found, "container") == {
        "pkg:docker/python@3.8.13", "pkg:docker/nvidia/cuda@12.2.0-base", "pkg:docker/acme/web@2",
    }  # fmt: skip
    assert lines(found, "platform:nvidia-cuda") == [2]
    assert not found.gaps


def test_usage_follows_the_path() -> None:
    found = sh("vllm serve acme/x-7b", "tests/run.sh")
    assert at(found, "pkg:huggingface/acme/x-7b") == [(1, "test")]


def test_a_huge_script_is_a_gap() -> None:
    assert reasons(sh("a" * (shell.MAX_BYTES + 1))) == {("too-large", 0)}


def test_reuse_with_lines_usage_and_variables() -> None:
    collector = Collector("x", "test")
    known = Variables({"ORG": Value("acme", default=True)})
    shell.read_shell(
        "N=n-7b\nserve --model $ORG/$N", 5, collector, vocabulary(), "development", known
    )
    found = collector.done()
    (place,) = component(found, "pkg:huggingface/acme/n-7b").occurrences
    assert (place.line, place.usage, place.confidence) == (6, "development", "medium")
    assert known.known["N"] == Value("n-7b", line=5)


def test_a_provider_given_beside_the_model() -> None:
    assert models("chat --provider ollama --model qwen3") == {"model:ollama/qwen3"}
    assert models("chat --provider openrouter --model openai/gpt-4o") == {
        "model:openrouter/openai/gpt-4o"
    }


def test_a_clone_that_is_installed_is_a_package() -> None:
    found = sh("git clone https://github.com/Acme/Bench.git\ncd Bench && pip install -e .\n")
    assert lines(found, "pkg:github/acme/bench") == [1]
    assert not ids(sh("git clone https://github.com/Acme/Bench.git\n"), "package")


def test_trackers() -> None:
    assert "service:wandb" in ids(sh("train --report_to wandb"))
    found = sh(
        "python3 -m acme.train \\\n  trainer.logger=['console','wandb'] \\\n"
        "  +run.tracker=swanlab\n"
    )
    assert at(found, "service:wandb") == [(2, "used")]
    assert at(found, "service:swanlab") == [(3, "used")]


@pytest.mark.parametrize(
    "words", ["trainer.logger=['console','tensorboard']", "trainer.logger=mlflow",
              "trainer.logger_name=wandb", "--logger console"],
)  # fmt: skip
def test_trackers_that_are_no_service(words: str) -> None:
    assert not ids(sh(f"python train.py {words}"), "service")


def test_settings_that_a_command_line_replaces() -> None:
    found = sh(
        "python -m acme.train actor.model.path=acme/policy-7b data.dataset=acme/prompts x=a/b\n"
    )
    assert ids(found, "model") == {"pkg:huggingface/acme/policy-7b"}
    assert ids(found, "dataset") == {"dataset:huggingface/acme/prompts"}


def test_a_cloud_s_own_command_says_whose_the_model_is() -> None:
    found = sh(
        """\
        az cognitiveservices account deployment create \\
          --deployment-name chat \\
          --model-name gpt-35-turbo --model-format OpenAI
        aws bedrock-runtime converse --model-id us.amazon.nova-lite-v1:0
        """
    )
    assert {"model:azure-openai/gpt-35-turbo", "model:bedrock/us.amazon.nova-lite-v1:0"} <= ids(
        found, "model"
    )
    assert "service:openai" not in ids(found)


@pytest.mark.parametrize(
    ("command", "package"),
    [
        ("npm exec -- @acme/server@1.2.0 /data", "pkg:npm/%40acme/server@1.2.0"),
        ("pnpm dlx acme-server", "pkg:npm/acme-server"),
        ("yarn dlx acme-server", "pkg:npm/acme-server"),
        ("npm exec -y acme-server", "pkg:npm/acme-server"),
    ],
)
def test_packages_that_are_fetched_and_run(command: str, package: str) -> None:
    assert ids(sh(f"{command}\n"), "package") == {package}


def test_npm_runs_a_tool_of_the_project_itself() -> None:
    assert not ids(sh("npm exec tsc\n"), "package")


@pytest.mark.parametrize(
    "comment",
    [
        "conda install and acme forge channel as default",
        "pip install needs a compiler",
        "pip install acme for the tests",
        "pip install acme 以后再说",
        "npm install runs everything.",
        "ollama run starts the model with a prompt",
        "docker run the image of acme/server:1 first",
    ],
)
def test_a_comment_that_goes_on_as_a_sentence_is_no_command(comment: str) -> None:
    found = sh(f"# {comment}\n#RUN {comment}\n")
    assert not ids(found)
    assert not found.gaps


def test_a_comment_that_only_has_operands_is_a_command() -> None:
    found = sh(
        "# pip install -U acme[all]>=2 beta-lib  # for the tests\n"
        "# conda install -c acme -y gamma=1.2\n"
        "# ollama run llama3:8b\n"
        "# python train.py --model_name acme/old-7b and so on\n"
    )
    assert at(found, "pkg:pypi/acme") == at(found, "pkg:pypi/beta-lib") == [(1, "commented")]
    assert at(found, "pkg:pypi/gamma") == [(2, "commented")]
    assert at(found, "model:ollama/llama3:8b") == [(3, "commented")]
    assert at(found, "pkg:huggingface/acme/old-7b") == [(4, "commented")]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("kaggle datasets download -d acme/reviews", {"dataset:kaggle/acme/reviews"}),
        ("kaggle datasets download --unzip acme/reviews", {"dataset:kaggle/acme/reviews"}),
        ("kaggle competitions download -c titanic", {"dataset:kaggle/titanic"}),
        ("kaggle datasets list", set()),
        ("wget -c http://www.openslr.org/resources/60/dev.tar.gz", {"dataset:openslr/60"}),
        ("wget https://raw.githubusercontent.com/acme/corpus/main/data/train.jsonl",
         {"dataset:github/acme/corpus"}),
    ],
)  # fmt: skip
def test_programs_that_fetch_data(command: str, expected: set[str]) -> None:
    found = sh(command)
    assert ids(found, "dataset") == expected
    assert all(at(found, name) == [(1, "used")] for name in expected)


@pytest.mark.parametrize(
    "command",
    [
        "lm_eval --model hf --model_args pretrained=acme/chat-7b,dtype=float16 --tasks mmlu",
        "python -m lm_eval --model vllm --model_args=pretrained=acme/chat-7b --tasks mmlu",
        'lighteval accelerate "model_name=acme/chat-7b" "leaderboard|mmlu|0"',
    ],
)
def test_models_that_a_harness_measures(command: str) -> None:
    assert models(command) == {"pkg:huggingface/acme/chat-7b"}
