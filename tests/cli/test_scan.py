"""``provenance scan``: exit codes, streams, files, colour, language."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command import environment, provenance, write
from tests.support.report_check import check_report
from tests.support.small_data import DATA

HOSTED = (
    "from openai import OpenAI\nclient = OpenAI()\n"
    'client.chat.completions.create(model="gpt-4o", messages=[])\n'
)
DERIVED = (
    "from transformers import AutoModel\n"
    'AutoModel.from_pretrained("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")\n'
)
PLAIN = "import json\nprint(json.dumps({}))\n"
ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("hosted"), app_py=HOSTED)


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("derived"), app_py=DERIVED)


# -- exit codes --------------------------------------------------------------------------------


def test_0_nothing_at_or_above_the_threshold(tmp_path: Path, derived: Path) -> None:
    assert provenance("scan", write(tmp_path, app_py=PLAIN), cwd=tmp_path).code == 0
    assert provenance("scan", cwd=derived).code == 0


def test_1_a_finding_at_or_above_it(hosted: Path) -> None:
    assert provenance("scan", cwd=hosted).code == 1


@pytest.mark.parametrize(
    ("threshold", "code"), [("high", 0), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)]
)
def test_fail_on(derived: Path, threshold: str, code: int) -> None:
    assert provenance("scan", "--fail-on", threshold, cwd=derived).code == code
    done = provenance("scan", cwd=derived, env={"PROVENANCE_FAIL_ON": threshold})
    assert done.code == code


@pytest.mark.parametrize(
    "args",
    [
        ["scan", "absent-folder"],
        ["scan", "--fail-on", "critical"],
        ["scan", "--policy", "absent"],
        ["scan", "--policy", "bad.toml"],
        ["scan", "-f", "yaml"],
        ["scan", "-o", "json"],
        ["scan", "-o", "json="],
        ["scan", "-o", "yaml=x"],
        ["scan", "-o", "json=absent-folder/x.json"],
        ["scan", "--lang", "fr"],
        ["scan", "--nonsense"],
        ["scan", "a", "b"],
        ["nonsense"],
        [],
    ],
)
def test_2_usage(tmp_path: Path, args: list[str]) -> None:
    write(tmp_path, app_py=PLAIN, bad_toml='deny = ["XX"]')
    done = provenance(*args, cwd=tmp_path)
    assert done.code == 2
    if args:
        assert done.out == ""
        assert "rror" in done.err


def test_2_configuration_with_path_and_hint(tmp_path: Path) -> None:
    write(tmp_path, app_py=PLAIN, provenance_toml='polcy = "x"\n')
    done = provenance("scan", cwd=tmp_path)
    assert done.code == 2
    assert re.search(
        r"error: .*provenance\.toml: unknown key 'polcy'\nhint: did you mean policy\?", done.err
    )
    assert provenance("scan", "--no-config", cwd=tmp_path).code == 0


def test_2_environment(tmp_path: Path) -> None:
    write(tmp_path, app_py=PLAIN)
    for name in ("PROVENANCE_FAIL_ON", "PROVENANCE_LANG", "PROVENANCE_POLICY", "SOURCE_DATE_EPOCH"):
        done = provenance("scan", cwd=tmp_path, env={name: "nonsense"})
        assert (done.code, done.out) == (2, ""), name


def test_3_nothing_to_audit(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    done = provenance("scan", cwd=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: ")
    assert "hint: " in done.err


def test_4_gaps_under_strict(tmp_path: Path, hosted: Path) -> None:
    write(tmp_path, app_py="import unheard_of_library_xyz\n")
    assert provenance("scan", cwd=tmp_path).code == 0
    assert provenance("scan", "--strict", cwd=tmp_path).code == 4
    assert provenance("scan", "--strict", "--exit-zero", cwd=tmp_path).code == 0
    assert provenance("scan", "--strict", cwd=hosted).code == 1
    write(tmp_path, provenance_toml="strict = true\n")
    assert provenance("scan", cwd=tmp_path).code == 4


def test_strict_passes_where_nothing_is_open(tmp_path: Path) -> None:
    assert provenance("scan", "--strict", write(tmp_path, app_py=PLAIN), cwd=tmp_path).code == 0


def test_4_data_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from provenance import registry
    from provenance.cli import main

    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "origin_registry.csv").write_text("key,owner\n")
    monkeypatch.setattr(registry, "data_directory", lambda: tmp_path / "data")
    with pytest.raises(SystemExit) as stop:
        main(["scan", str(write(tmp_path / "tree", app_py=HOSTED))])
    assert stop.value.code == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "bug" not in captured.err


def test_4_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from provenance.cli import main, run

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "start", interrupted)
    with pytest.raises(SystemExit) as stop:
        main(["scan", str(tmp_path)])
    assert stop.value.code == 4
    captured = capsys.readouterr()
    assert captured.err.strip() == "interrupted"
    assert captured.out == ""


def test_a_bug_has_the_status_of_an_audit_not_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from provenance.cli import main, run

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr(run, "start", broken)
    with pytest.raises(SystemExit) as stop:
        main(["scan", str(tmp_path)])
    assert stop.value.code == 4
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_exit_zero(hosted: Path, tmp_path: Path) -> None:
    assert provenance("scan", "--exit-zero", cwd=hosted).code == 0
    assert provenance("scan", "--exit-zero", "absent", cwd=tmp_path).code == 2
    (tmp_path / "empty").mkdir()
    assert provenance("scan", "--exit-zero", "empty", cwd=tmp_path).code == 3


def test_ignored_findings_do_not_gate_and_stay_in_the_json(tmp_path: Path) -> None:
    ignore = '[[ignore]]\nrule = "exposure/{}"\nreason = "r"\nowner = "o"\nexpires = "{}"\n'
    write(
        tmp_path,
        app_py=HOSTED,
        provenance_toml=ignore.format("hosted-api", "2026-03-02")
        + ignore.format("closed-weights", "2026-03-02"),
    )
    done = provenance("scan", "-f", "json", cwd=tmp_path)
    assert done.code == 0
    report = check_report(done.json)
    status = {f["rule"]: f["status"] for f in report["findings"]}
    assert status["exposure/hosted-api"] == status["exposure/closed-weights"] == "ignored"
    assert report["summary"]["findings"]["high"] == 0
    assert provenance("scan", "--no-config", cwd=tmp_path).code == 1
    write(
        tmp_path,
        provenance_toml=ignore.format("hosted-api", "2026-03-01")
        + ignore.format("closed-weights", "2026-03-02"),
    )
    assert provenance("scan", cwd=tmp_path).code == 1  # no longer valid on this day


# -- streams -----------------------------------------------------------------------------------


def test_data_on_stdout_remarks_on_stderr(hosted: Path) -> None:
    done = provenance("scan", "-f", "json", cwd=hosted)
    check_report(done.json)
    assert done.err.count("\n") == 1
    assert "--online" in done.err
    text = provenance("scan", cwd=hosted)
    assert "--online" not in text.out
    assert text.out.startswith("╭")


def test_quiet(hosted: Path) -> None:
    assert provenance("scan", "-q", cwd=hosted).err == ""
    assert "error" in provenance("scan", "-q", "absent", cwd=hosted).err


def test_json_is_the_newest_version(hosted: Path) -> None:
    one, two = (provenance("scan", "-f", name, cwd=hosted).out for name in ("json", "json-v1"))
    assert one == two


def test_several_files_by_one_scan(hosted: Path, tmp_path: Path) -> None:
    done = provenance(
        "scan",
        hosted,
        "-f",
        "json",
        "-o",
        "json=a.json",
        "-o",
        "text=b.txt",
        "-o",
        "json-v1=c.json",
        cwd=tmp_path,
    )
    assert done.code == 1
    assert (tmp_path / "a.json").read_text("utf-8") == done.out
    assert (tmp_path / "c.json").read_text("utf-8") == done.out
    text = (tmp_path / "b.txt").read_text("utf-8")
    assert text == provenance("scan", hosted, cwd=tmp_path).out
    assert ESCAPE not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.txt", "c.json"]


def test_files_never_hold_colour(hosted: Path, tmp_path: Path) -> None:
    done = provenance("scan", hosted, "--color", "always", "-o", "text=b.txt", cwd=tmp_path)
    assert ESCAPE in done.out
    assert ESCAPE not in (tmp_path / "b.txt").read_text("utf-8")


def test_a_file_is_whole_or_as_before(hosted: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "folder").mkdir()
    done = provenance("scan", hosted, "-o", "json=folder", cwd=tmp_path)
    assert done.code == 2
    assert "folder" in done.err
    assert provenance("scan", "absent", "-o", "json=old.json", cwd=tmp_path).code == 2
    assert (tmp_path / "old.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old.json"]


def test_nothing_is_written_into_the_scanned_tree(hosted: Path) -> None:
    before = sorted(str(path) for path in hosted.rglob("*"))
    provenance("scan", cwd=hosted)
    assert sorted(str(path) for path in hosted.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [
        ["scan", "-v", "-f", "json", "--fail-on", "low"],
        ["scan", "-v", "--fail-on", "low"],
        ["hook", "--fail-on", "low"],
    ],
)
def test_a_reader_that_goes_away_does_not_change_the_verdict(
    tmp_path: Path, command: list[str]
) -> None:
    # Far more than a pipe holds, so the writer does meet the closed end.
    lines = [f'm{n} = "acme{n}/some-model-{n}-7b-chat"' for n in range(4000)]
    write(tmp_path, many_py="\n".join(lines))
    process = subprocess.Popen(
        [sys.executable, "-m", "provenance", *command],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.read(1)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(30) == 1
    assert "Broken" not in errors
    assert "rror" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_with_4(tmp_path: Path) -> None:
    source = (
        "import sys, time, provenance.cli.run as run\n"
        "def slow(*_):\n    print('ready', flush=True)\n    time.sleep(30)\n"
        "run.start = slow\nfrom provenance.cli import main\nmain(['scan', '.'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 4
    assert errors.decode().strip() == "interrupted"


# -- colour ------------------------------------------------------------------------------------

COLOUR = re.compile(r"\x1b\[[0-9;]*3[1-7]")


@pytest.mark.parametrize(
    ("flag", "env", "coloured"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("always", {"TERM": "dumb"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(hosted: Path, flag: str, env: dict[str, str], coloured: bool) -> None:
    done = provenance("scan", "--color", flag, cwd=hosted, env=env)
    assert bool(COLOUR.search(done.out)) is coloured
    if not coloured:
        assert ESCAPE not in done.out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.out)
    plain = "\n".join(line.rstrip() for line in plain.split("\n"))
    assert plain == provenance("scan", "--color", "never", cwd=hosted).out


def test_json_is_never_coloured(hosted: Path) -> None:
    done = provenance("scan", "-f", "json", "--color", "always", cwd=hosted)
    assert ESCAPE not in done.out


# -- language ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "env", "chinese"),
    [
        ([], {}, False),
        (["--lang", "zh-CN"], {}, True),
        ([], {"PROVENANCE_LANG": "zh-CN"}, True),
        ([], {"LANG": "zh_CN.UTF-8"}, True),
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, False),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
    ],
)
def test_language(hosted: Path, args: list[str], env: dict[str, str], chinese: bool) -> None:
    done = provenance("scan", *args, cwd=hosted, env=env)
    assert ("发现项" in done.out) is chinese
    assert ("离线" in done.err) is chinese
    assert done.code == 1


def test_language_changes_words_and_nothing_else(hosted: Path) -> None:
    def without_words(report: dict[str, object]) -> object:
        text = json.dumps(report, ensure_ascii=False, sort_keys=True)
        return re.sub(r'"(?:message|caution|lang)": "(?:[^"\\]|\\.)*"', "", text)

    one, two = (
        check_report(provenance("scan", "-f", "json", "--lang", lang, cwd=hosted).json)
        for lang in ("en", "zh-CN")
    )
    assert one["lang"] == "en"
    assert two["lang"] == "zh-CN"
    assert without_words(one) == without_words(two)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
@pytest.mark.parametrize(
    "args",
    [
        ["scan", "-v"],
        ["hook", "--fail-on", "info"],
        ["explain", "openai"],
        ["registry", "lookup", "service:qwen-nobody", "pkg:pypi/modelscope", "--lang", "zh-CN"],
    ],
)
def test_any_terminal_encoding_takes_the_chinese_words(
    hosted: Path, args: list[str], encoding: str
) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "provenance", *args],
        cwd=hosted,
        capture_output=True,
        check=False,
        env=environment(PYTHONIOENCODING=encoding, PROVENANCE_LANG="zh-CN"),
    )
    assert process.returncode in (0, 1), process.stderr
    assert b"Error" not in process.stderr


# -- identical bytes ---------------------------------------------------------------------------


REGISTER = """\
MODELS = {
    "bailian:fast": {
        "provider": "aliyun_bailian",
        "context_length": 32000,
        "raw_model": "qwen3-rerank",
    },
}
TASKS = {"rewrite": {"model": "bailian:fast", "fallbacks": ["qwen3-rerank"]}}
"""
"""Two names of one model, each at places of its own."""


def test_two_runs_give_identical_bytes(hosted: Path, tmp_path: Path) -> None:
    outputs = set()
    for number, seed in enumerate(("0", "1", "42")):
        copy = write(tmp_path / str(number) / "same", app_py=HOSTED, models_py=REGISTER)
        done = provenance(
            "scan",
            copy,
            "-f",
            "json",
            "-o",
            f"text={tmp_path}/{number}.txt",
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed},
        )
        outputs.add((done.out, (tmp_path / f"{number}.txt").read_text("utf-8")))
    assert len(outputs) == 1


def test_the_date_of_the_report_decides_who_owns(tmp_path: Path) -> None:
    write(tmp_path, app_py="import wandb\nwandb.init()\n", requirements_txt="wandb==0.17.0\n")

    def owners(epoch: str) -> tuple[set[str], str | None]:
        report = check_report(
            provenance("scan", "-f", "json", cwd=tmp_path, env={"SOURCE_DATE_EPOCH": epoch}).json
        )
        claims = [o for c in report["components"] for o in c["origins"] if o["role"] == "control"]
        parents = {o["id"]: o["parent"] for o in report["organizations"]}
        return {o["organization"] for o in claims if not o["via"]}, parents.get("wandb")

    before, parent_before = owners("1735689600")  # 2025-01-01
    after, parent_after = owners("1764547200")  # 2025-12-01
    assert "coreweave" not in before
    assert parent_before is None
    assert "coreweave" in after
    assert parent_after == "coreweave"


# -- help --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["-h"],
        ["scan", "--help"],
        ["hook", "-h"],
        ["explain", "-h"],
        ["registry", "-h"],
        ["registry", "lookup", "-h"],
    ],
)
def test_help(tmp_path: Path, args: list[str]) -> None:
    done = provenance(*args, cwd=tmp_path)
    assert done.code == 0
    assert done.out.startswith("Usage: ")
    assert done.err == ""


def test_version(tmp_path: Path) -> None:
    from provenance import __version__

    done = provenance("--version", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"provenance, version {__version__}\n")


def test_an_unknown_command_is_named(tmp_path: Path) -> None:
    done = provenance("scna", cwd=tmp_path)
    assert done.code == 2
    assert "scna" in done.err


# -- a single file, a folder elsewhere ---------------------------------------------------------


def test_a_single_file(hosted: Path, tmp_path: Path) -> None:
    report = check_report(provenance("scan", hosted / "app.py", "-f", "json", cwd=tmp_path).json)
    assert {"model:openai/gpt-4o", "service:openai"} <= {c["id"] for c in report["components"]}
    assert report["target"]["files_read"] == 1


def test_a_client_that_never_gets_a_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        app_py="from openai import OpenAI\n"
        'OpenAI().chat.completions.create(model="gpt-4o", messages=[])\n',
    )
    report = check_report(provenance("scan", "-f", "json", cwd=tmp_path).json)
    assert "model:openai/gpt-4o" in {c["id"] for c in report["components"]}


def test_a_single_file_reads_what_it_includes_beside_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-r base.txt\n")
    (tmp_path / "base.txt").write_text("attrs==25.3.0\n")
    args = ("scan", tmp_path / "requirements.txt", "-f", "json", "-q")
    report = provenance(*args, cwd=tmp_path).json
    assert "pkg:pypi/attrs@25.3.0" in {item["id"] for item in report["components"]}
    assert "include-missing" not in {gap["reason"] for gap in report["gaps"]}
