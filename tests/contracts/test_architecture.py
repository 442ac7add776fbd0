"""The house keeps its own rules: layers, light imports, no network, complete catalogues."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from provenance import assess, extract, model, render, resolve
from provenance.i18n import LANGUAGES, messages
from provenance.registry import Registry
from tests.support.command import environment, write
from tests.support.report_check import check_report, validator
from tests.support.small_data import ROOT

HEAVY = {
    "networkx",
    "huggingface_hub",
    "pip_audit",
    "rich",
    "requests",
    "yaml",
    "httpx",
    "numpy",
    "license_expression",
    "tomllib",
    "socket",
    "ssl",
    "http.client",
    "sqlite3",
    "subprocess",
}
MANDATORY = {"networkx", "huggingface_hub", "pip_audit", "rich", "requests", "yaml"}
TREE = {
    "app_py": "from openai import OpenAI\nfrom transformers import AutoModel\n"
    'AutoModel.from_pretrained("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")\n'
    'OpenAI(base_url="https://api.deepseek.com").chat.completions.create(model="deepseek-chat")\n',
    "requirements_txt": "torch==2.3.1\ntransformers>=4\n-r https://example.org/more.txt\n",
    "README_md": "---\nbase_model: Qwen/Qwen2-7B\nlicense: apache-2.0\n---\n",
}


def in_process(source: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# -- layers ------------------------------------------------------------------------------------


def test_import_contracts_hold() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(tool), "--no-cache"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_only_a_few_modules_read_the_environment_or_the_clock() -> None:
    allowed = ("config.py", "edge/", "cli/")
    found = []
    for path in ROOT.glob("provenance/**/*.py"):
        name = str(path.relative_to(ROOT / "provenance"))
        if name.startswith(allowed):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if text in (
                "os.environ",
                "os.getenv",
                "datetime.datetime.now",
                "datetime.date.today",
                "time.time",
                "datetime.now",
                "date.today",
            ):
                found.append(f"{name}: {text}")
    assert found == []


def test_nothing_evaluates_what_it_reads() -> None:
    found = []
    for path in ROOT.glob("provenance/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                text = ast.unparse(node.func)
                if text in (
                    "eval",
                    "exec",
                    "compile",
                    "__import__",
                    "yaml.full_load",
                    "yaml.unsafe_load",
                    "pickle.load",
                    "pickle.loads",
                    "marshal.loads",
                    "os.system",
                    "os.popen",
                ):
                    found.append(f"{path.name}:{node.lineno} {text}")
    assert found == []


def test_yaml_is_read_by_a_safe_loader_only() -> None:
    import yaml

    from provenance.extract.models import card as model_card

    assert issubclass(model_card._loader(), yaml.SafeLoader)
    for tag in ("!!python/object/apply:os.getcwd []", "!!python/name:os.system"):
        with pytest.raises(yaml.YAMLError):
            yaml.load(f"license: {tag}", Loader=model_card._loader())
    calls = re.compile(r"yaml\.(?:unsafe_|full_)?load(?:_all)?\((?!chosen, Loader=_loader\(\))")
    for path in ROOT.glob("provenance/**/*.py"):
        assert not calls.search(path.read_text("utf-8")), path.name


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ROOT.glob("provenance/**/*.py")
        if (lines := path.read_text("utf-8").count("\n")) > 400
    }
    assert long == {}


# -- light imports -----------------------------------------------------------------------------


def imported(args: list[str], cwd: Path) -> set[str]:
    """Return the names of all modules a run of the command imports."""
    source = (
        "import sys, io\nfrom provenance.cli import main\n"
        f"try:\n    main({args!r})\nexcept SystemExit:\n    pass\n"
        "print('\\n' + 'MODULES ' + ' '.join(sys.modules))\n"
    )
    done = in_process(source, cwd)
    assert "MODULES " in done.stdout, done.stderr
    return set(done.stdout.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["scan", "--help"], ["hook", "--help"]]
)
def test_help_is_light(tmp_path: Path, args: list[str]) -> None:
    assert imported(args, tmp_path) & HEAVY == set()


@pytest.mark.parametrize(
    "files",
    [
        {"app_py": "import json\nprint(json.dumps({}))\n"},
        {"app_py": "import os\n", "README_md": "# Shop\n\nAn ordinary project.\n"},
        {"setup_cfg": "[x]\n", "a__b__c_py": "x = 1\n", "data_json": "{}"},
        {"notes_txt": "nothing"},
    ],
)
def test_the_hook_is_light_where_there_is_no_ai(tmp_path: Path, files: dict[str, str]) -> None:
    found = imported(["hook"], write(tmp_path, **files)) & (HEAVY - {"tomllib"})
    assert found & MANDATORY == set()
    assert found <= {"tomllib"}, found


def test_the_hook_stays_light_where_it_finds_something(tmp_path: Path) -> None:
    files = {key: text for key, text in TREE.items() if key != "README_md"}
    assert imported(["hook"], write(tmp_path, **files)) & MANDATORY == set()


# -- no network --------------------------------------------------------------------------------

RAISER = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("a socket was asked for")
for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "create_server",
             "socketpair", "fromfd"):
    setattr(socket, name, refuse)
import _socket
_socket.socket = refuse
from provenance.cli import main
main(sys.argv[1:] or {args!r})
"""


@pytest.mark.parametrize(
    "args",
    [
        ["scan", "-f", "json"],
        ["scan", "-v"],
        ["hook", "--fail-on", "info"],
        ["explain", "torch"],
        ["registry", "lookup", "torch", "Qwen/Qwen2-7B", "host:api.openai.com"],
        ["registry", "validate"],
    ],
)
def test_no_command_asks_for_a_socket(tmp_path: Path, args: list[str]) -> None:
    done = in_process(RAISER.format(args=args), write(tmp_path, **TREE))
    assert done.returncode in (0, 1), done.stderr
    assert "socket" not in done.stderr
    assert done.stdout or args[0] == "registry"


def test_the_kernel_sees_no_network_call(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    tree = write(tmp_path / "tree", **TREE)
    log = tmp_path / "calls.txt"
    traced = [strace, "-f", "-qq", "-e", "trace=%network", "-o", str(log)]
    probe = subprocess.run([*traced, "/bin/true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("strace may not trace here")
    done = subprocess.run(
        [*traced, sys.executable, "-m", "provenance", "scan", "-f", "json"],
        cwd=tree,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1)
    check_report(json.loads(done.stdout))
    assert re.findall(r"\b(?:socket|connect|sendto|sendmsg|bind)\(", log.read_text()) == []


def test_an_offline_report_says_that_nobody_was_contacted(tmp_path: Path) -> None:
    done = in_process(RAISER.format(args=["scan", "-f", "json"]), write(tmp_path, **TREE))
    inputs = check_report(json.loads(done.stdout))["inputs"]
    assert inputs["online"] is False
    assert inputs["hosts_contacted"] == []


# -- catalogues --------------------------------------------------------------------------------


def modules_of(package: object) -> dict[str, object]:
    prefix = f"{package.__name__}."  # type: ignore[attr-defined]
    return {
        info.name.removeprefix(prefix): importlib.import_module(info.name)
        for info in pkgutil.walk_packages(package.__path__, prefix)  # type: ignore[attr-defined]
    }


def text_of_tests() -> str:
    here = Path(__file__)
    return "\n".join(
        path.read_text("utf-8")
        for path in sorted(ROOT.glob("tests/**/*.py"))
        if path != here and "golden" not in path.parts
    )


def mentioned(package: str, module: str, text: str) -> bool:
    """Tell whether a test imports a module or its package's public name for it."""
    parent, _, leaf = f"{package}.{module}".rpartition(".")
    dotted = rf"provenance\.{package}\.{re.escape(module)}\b"
    plain = rf"from provenance\.{re.escape(parent)} import (?:\([^)]*|[^(\n]*)\b{leaf}\b"
    return bool(re.search(dotted, text) or re.search(plain, text))


def test_every_extractor_is_listed_and_tested() -> None:
    offered = {
        name: module
        for name, module in modules_of(extract).items()
        if hasattr(module, "accepts") and hasattr(module, "extract")
    }
    assert set(offered) == set(extract.EXTRACTORS)
    names = [extract.extractor(name).NAME for name in extract.EXTRACTORS]
    assert len(set(names)) == len(names)
    text = text_of_tests()
    missing = {
        name
        for name, module in offered.items()
        if not mentioned("extract", name, text) and module.NAME not in text
    }  # type: ignore[attr-defined]
    assert missing == set()


def test_every_rule_is_listed_and_tested_and_has_words() -> None:
    offered = {
        name: module for name, module in modules_of(assess).items() if hasattr(module, "assess")
    }
    assert {module.assess for module in offered.values()} == set(assess.RULES)  # type: ignore[attr-defined]
    text = text_of_tests()
    for module in offered.values():
        name: str = module.NAME  # type: ignore[attr-defined]
        assert f"{name}/" in text
        for lang in LANGUAGES:
            words = messages(Registry(), lang)
            assert any(key.startswith(f"rule.{name}/") for key in words.ids())
            assert any(key.startswith(f"finding.{name}/") for key in words.ids())


def test_every_renderer_is_listed_and_tested() -> None:
    reports = {
        f"provenance.render.{name}"
        for name, module in modules_of(render).items()
        if hasattr(module, "render") and next(iter(module.render.__annotations__)) == "report"
    }
    assert reports == set(render.RENDERERS.values())
    text = text_of_tests()
    assert all(f'"{name}"' in text or f"{name}=" in text for name in render.RENDERERS)
    assert set(render.ALIASES.values()) <= set(render.RENDERERS)


def test_every_resolver_is_listed() -> None:
    offered = {
        module.resolve for module in modules_of(resolve).values() if hasattr(module, "resolve")
    }
    assert offered == set(resolve.RESOLVERS)


def test_every_command_is_listed_with_the_first_line_of_its_help() -> None:
    from provenance import cli

    offered = {name for name, module in modules_of(cli).items() if hasattr(module, "command")}
    assert offered == set(cli.COMMANDS)


# -- the published schema ----------------------------------------------------------------------


def test_the_schema_has_the_id_that_reports_carry() -> None:
    from provenance.render import json_v1

    schema = validator().schema
    assert schema["$id"] == json_v1.SCHEMA  # type: ignore[index]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"  # type: ignore[index]


@pytest.mark.parametrize(
    ("definition", "values"),
    [
        ("kind", get_args(model.Kind)),
        ("usage", get_args(model.Usage)),
        ("relation", get_args(model.Relation)),
        ("role", get_args(model.Role)),
        ("confidence", get_args(model.Confidence)),
        ("severity", get_args(model.Severity)),
    ],
)
def test_the_schema_knows_the_words_of_the_model(definition: str, values: tuple[str, ...]) -> None:
    schema = validator().schema
    assert set(schema["$defs"][definition]["enum"]) == set(values)  # type: ignore[index]


def test_the_schema_asks_for_every_key_and_lets_keys_be_added() -> None:
    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, list):
            return [found for item in node for found in objects(item)]
        if not isinstance(node, dict):
            return []
        found = [found for value in node.values() for found in objects(value)]
        return [*found, node] if "properties" in node and node.get("type") == "object" else found

    optional = {"note", "how", "basis"}
    for node in objects(validator().schema):
        assert node["additionalProperties"] is True
        assert set(node["properties"]) - set(node["required"]) <= optional  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("gaps"),
        lambda r: r["components"][0].update(kind="thing"),
        lambda r: r["components"][0].update(id="torch"),
        lambda r: r["summary"].pop("unknown"),
        lambda r: r["components"][-1]["occurrences"].append({}),
        lambda r: r.update(created="now"),
        lambda r: r["findings"][0].update(severity="critical"),
        lambda r: r["findings"][0].update(status="closed"),
        lambda r: r["inputs"]["registry"].update(sha256="x"),
        lambda r: r.update(schema_version="2.0.0"),
        lambda r: r["links"][0].update(relation="near"),
        lambda r: r.pop("$schema"),
        lambda r: r["components"][0].update(jurisdictions=["EUR"]),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(
    sample: dict[str, object], change: object
) -> None:
    report = json.loads(json.dumps(sample))
    assert validator().is_valid(report)
    report["something_new"] = {"is": "allowed"}
    assert validator().is_valid(report)
    change(report)  # type: ignore[operator]
    assert not validator().is_valid(report)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    tree = write(tmp_path_factory.mktemp("sample"), **TREE)
    done = in_process(RAISER.format(args=["scan", "-f", "json"]), tree)
    return check_report(json.loads(done.stdout))


# -- what no file may hold ---------------------------------------------------------------------


def test_no_host_of_a_package_registry_is_written_out() -> None:
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for folder in ("provenance", "data", "tests", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix in (".py", ".csv", ".toml", ".json", ".md", ".txt")
        for host in hosts
        if host in path.read_text("utf-8", "replace")
    ]
    assert found == []
