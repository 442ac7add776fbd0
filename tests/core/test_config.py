"""Settings: flag > environment > project file > default, and errors that say where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance import config
from provenance.config import Settings, settings
from provenance.errors import UsageError


def file(folder: Path, text: str, name: str = "provenance.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refused(folder: Path) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        settings(folder, {}, {})
    assert caught.value.exit_code == 2
    return str(caught.value), caught.value.hint


def test_defaults(tmp_path: Path) -> None:
    assert settings(tmp_path, {}, {}) == Settings()


@pytest.mark.parametrize(
    ("key", "flag", "variable", "value_of"),
    [
        ("policy", "policy", "PROVENANCE_POLICY", {"flag": "f", "env": "e", "file": "p"}),
        (
            "fail-on",
            "fail_on",
            "PROVENANCE_FAIL_ON",
            {"flag": "low", "env": "medium", "file": "info"},
        ),
        ("lang", "lang", "PROVENANCE_LANG", {"flag": "zh-CN", "env": "en", "file": "zh-CN"}),
        (
            "platform",
            "platform",
            "PROVENANCE_PLATFORM",
            {"flag": "linux-aarch64", "env": "macos-arm64", "file": "windows-x86_64"},
        ),
        (
            "python-version",
            "python_version",
            "PROVENANCE_PYTHON_VERSION",
            {"flag": "3.12", "env": "3.11.4", "file": "3.9"},
        ),
    ],
)
def test_flag_over_environment_over_file_over_default(
    tmp_path: Path, key: str, flag: str, variable: str, value_of: dict[str, str]
) -> None:
    path = file(tmp_path, f'{key} = "{value_of["file"]}"')
    environ = {variable: value_of["env"]}
    default = getattr(Settings(), flag)
    assert getattr(settings(tmp_path, {flag: value_of["flag"]}, environ), flag) == value_of["flag"]
    assert getattr(settings(tmp_path, {flag: None}, environ), flag) == value_of["env"]
    assert getattr(settings(tmp_path, {flag: None}, {variable: ""}), flag) == value_of["file"]
    path.unlink()
    assert getattr(settings(tmp_path, {}, {}), flag) == default


def test_strict_and_online(tmp_path: Path) -> None:
    assert settings(tmp_path, {"strict": True, "online": True}, {}).online
    file(tmp_path, "strict = true")
    found = settings(tmp_path, {"strict": None, "online": None}, {})
    assert (found.strict, found.online) == (True, False)


@pytest.mark.parametrize("key", ["online", "resolve", "allow-build", "venv", "python"])
def test_going_outside_is_never_a_setting_of_the_scanned_tree(tmp_path: Path, key: str) -> None:
    file(tmp_path, f"{key} = true")
    message, _ = refused(tmp_path)
    assert f"unknown key '{key}'" in message


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "PROVENANCE_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh-CN"),
    ],
)
def test_language_follows_the_locale(tmp_path: Path, environ: dict[str, str], lang: str) -> None:
    assert settings(tmp_path, {}, environ).lang == lang


def test_pyproject_is_read_where_it_has_the_table(tmp_path: Path) -> None:
    file(tmp_path, '[project]\nname = "x"\n[tool.provenance]\nfail-on = "low"\n', "pyproject.toml")
    found = settings(tmp_path, {}, {})
    assert found.fail_on == "low"
    assert found.source == str(tmp_path / "pyproject.toml")


def test_a_pyproject_without_the_table_is_passed_by(tmp_path: Path) -> None:
    file(tmp_path, 'fail-on = "low"')
    inner = tmp_path / "inner"
    file(inner, '[project]\nname = "x"\n', "pyproject.toml")
    assert settings(inner, {}, {}).fail_on == "low"


def test_provenance_toml_goes_before_pyproject(tmp_path: Path) -> None:
    file(tmp_path, '[tool.provenance]\nfail-on = "low"\n', "pyproject.toml")
    file(tmp_path, 'fail-on = "info"')
    assert settings(tmp_path, {}, {}).fail_on == "info"


def test_the_nearest_parent_counts(tmp_path: Path) -> None:
    file(tmp_path, 'fail-on = "low"')
    file(tmp_path / "a", 'fail-on = "info"')
    (tmp_path / "a" / "b").mkdir()
    (tmp_path / "c").mkdir()
    assert settings(tmp_path / "a" / "b", {}, {}).fail_on == "info"
    assert settings(tmp_path / "c", {}, {}).fail_on == "low"


def test_a_single_file_takes_the_settings_of_its_folder(tmp_path: Path) -> None:
    file(tmp_path, 'fail-on = "low"')
    assert settings(file(tmp_path, "x = 1", "app.py"), {}, {}).fail_on == "low"


def test_the_search_ends_at_the_root_of_the_checkout(tmp_path: Path) -> None:
    file(tmp_path, 'fail-on = "low"')
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    (tmp_path / "checkout" / "src").mkdir()
    assert settings(tmp_path / "checkout" / "src", {}, {}).fail_on is None


def test_a_policy_file_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    file(tmp_path, 'policy = "rules/mine.toml"')
    (tmp_path / "sub").mkdir()
    assert settings(tmp_path / "sub", {}, {}).policy == str(tmp_path / "rules" / "mine.toml")


@pytest.mark.parametrize(
    ("key", "near"), [("fail_on", "fail-on"), ("polici", "policy"), ("ignores", "ignore")]
)
def test_unknown_keys_with_a_suggestion(tmp_path: Path, key: str, near: str) -> None:
    path = file(tmp_path, f'{key} = "x"')
    message, hint = refused(tmp_path)
    assert message == f"{path}: unknown key {key!r}"
    assert hint == f"did you mean {near}?"


def test_unknown_keys_in_pyproject(tmp_path: Path) -> None:
    path = file(tmp_path, "[tool.provenance]\nzzz = 1\n", "pyproject.toml")
    message, hint = refused(tmp_path)
    assert message == f"{path}: unknown key 'zzz'"
    assert hint.startswith("known: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policy = 3", "policy is not a str"),
        ('strict = "yes"', "strict is not a bool"),
        ('ignore = "x"', "ignore is not a list"),
        ('fail-on = "critical"', "fail-on = 'critical'"),
        ('lang = "fr"', "lang = 'fr'"),
        ("lang = ", "Invalid value"),
        ('platform = "linux-arch64"', "platform = 'linux-arch64'"),
        ('python-version = "three"', "python-version = 'three'"),
        ('python-version = "3.12 -i http://evil.example"', "python-version ="),
    ],
)
def test_values_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    file(tmp_path, text)
    assert message in refused(tmp_path)[0]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "provenance.toml").write_bytes(b'policy = "\xff"')
    message, hint = refused(tmp_path)
    assert "provenance.toml" in message
    assert "UTF-8" in hint


def test_bad_values_from_the_environment(tmp_path: Path) -> None:
    for name in ("PROVENANCE_FAIL_ON", "PROVENANCE_LANG"):
        with pytest.raises(UsageError):
            settings(tmp_path, {}, {name: "nonsense"})


# -- ignore entries ----------------------------------------------------------------------------

ENTRY = {
    "component": '"service:x"',
    "rule": '"exposure/hosted-api"',
    "reason": '"contract ends"',
    "owner": '"team"',
    "expires": '"2026-12-31"',
}


def entry(folder: Path, **more: str | None) -> None:
    values = {key: value for key, value in {**ENTRY, **more}.items() if value is not None}
    lines = "\n".join(f"{key} = {value}" for key, value in values.items())
    file(folder, f"[[ignore]]\n{lines}\n")


def test_an_ignore_entry(tmp_path: Path) -> None:
    entry(tmp_path)
    (found,) = settings(tmp_path, {}, {}).ignores
    assert (found.component, found.rule) == ("service:x", "exposure/hosted-api")
    assert (found.reason, found.owner, found.expires) == ("contract ends", "team", "2026-12-31")


def test_an_ignore_entry_with_a_toml_date(tmp_path: Path) -> None:
    entry(tmp_path, expires="2026-12-31")
    assert settings(tmp_path, {}, {}).ignores[0].expires == "2026-12-31"


@pytest.mark.parametrize("missing", ["reason", "owner", "expires"])
@pytest.mark.parametrize("value", [None, '""'])
def test_reason_owner_and_expiry_are_required(
    tmp_path: Path, missing: str, value: str | None
) -> None:
    entry(tmp_path, **{missing: value})
    message, hint = refused(tmp_path)
    assert f"lacks {missing}" in message
    assert "required" in hint


def test_component_or_rule_is_required(tmp_path: Path) -> None:
    entry(tmp_path, component=None)
    assert settings(tmp_path, {}, {}).ignores[0].component == ""
    entry(tmp_path, rule=None)
    assert settings(tmp_path, {}, {}).ignores[0].rule == ""
    entry(tmp_path, component=None, rule=None)
    assert "component or rule" in refused(tmp_path)[0]


@pytest.mark.parametrize("more", [{"until": '"2026"'}, {"Reason": '"x"'}])
def test_unknown_keys_of_an_entry(tmp_path: Path, more: dict[str, str]) -> None:
    entry(tmp_path, **more)
    assert "an ignore entry has keys" in refused(tmp_path)[0]


@pytest.mark.parametrize(
    "expires", ['"never"', '"next year"', '"2026-13-01"', '"31.12.2026"', "true"]
)
def test_an_expiry_that_is_no_date_would_never_end_and_is_refused(
    tmp_path: Path, expires: str
) -> None:
    entry(tmp_path, expires=expires)
    assert "expires" in refused(tmp_path)[0]


# -- the clock ---------------------------------------------------------------------------------


def test_source_date_epoch_is_the_time_of_the_report() -> None:
    assert config.now({"SOURCE_DATE_EPOCH": "0"}) == "1970-01-01T00:00:00Z"
    assert config.now({"SOURCE_DATE_EPOCH": "1772323201"}) == "2026-03-01T00:00:01Z"


def test_without_it_the_day_is_all_that_shows() -> None:
    assert config.now({}).endswith("T00:00:00Z")
    assert config.now({"SOURCE_DATE_EPOCH": ""}).endswith("T00:00:00Z")


@pytest.mark.parametrize("value", ["today", "1.5", "2026-03-01", "99999999999999999999"])
def test_a_bad_source_date_epoch_is_an_error(value: str) -> None:
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH") as caught:
        config.now({"SOURCE_DATE_EPOCH": value})
    assert "1970" in caught.value.hint


def test_environment_is_the_process_environment() -> None:
    assert config.environment() is os.environ
