"""`hostkit validate`: several files, standard input, depths and formats."""

from __future__ import annotations

import gc
import json
import logging
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hostkit import ConfigErrors
from hostkit.cli import main
from hostkit.codes import Code
from hostkit.config import examine
from tests.cli.conftest import HEAD, Write, run
from tests.cli.documents import read

GOOD = HEAD + "modules: [{module: tests.cli.modules.Words}]"


def pipe(data: bytes, *args: str) -> Result:
    """Run `validate` with something on standard input."""
    return CliRunner().invoke(main, ["validate", *args], input=data)


@pytest.mark.parametrize("depth", [(), ("--no-build",), ("--static",)])
def test_standard_input_is_a_file_like_others(depth: tuple[str, ...]) -> None:
    """Generated configs can be checked before they are written anywhere."""
    result = pipe(GOOD.encode(), *depth, "-")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("<stdin>: no problems (1 module")
    result = pipe(b"modules: [{}]", *depth, "-")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "<stdin>:1:11: HK022 the key 'module' is missing",
    )


def test_standard_input_is_read_once() -> None:
    """The second time nothing would be left of it."""
    result = pipe(b"", "-", "-")
    assert result.exit_code == 2
    assert "standard input can be read only once" in result.stderr


def test_standard_input_without_an_end_is_refused() -> None:
    """As a file of that length is."""
    with pytest.raises(ConfigErrors) as raised:
        examine("<stdin>", stream=BytesIO(b" " * (16 * 1024**2 + 1)))
    (problem,) = raised.value.problems
    assert (problem.code, problem.message) == (
        Code.FILE_UNREADABLE,
        "'<stdin>' cannot be read: it is longer than 16777216 bytes",
    )


def test_relative_names_on_standard_input_start_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file has a folder, standard input has the current one."""
    monkeypatch.chdir(tmp_path)
    Path("word").write_text("casino")
    text = f"{HEAD}modules: [{{module: tests.cli.modules.Words, config: {{word: !file word}}}}]"
    assert pipe(text.encode(), "-").exit_code == 0


NOTED = """
import sys

print("imported", file=sys.stderr)


class Module:
    @staticmethod
    def parse_config(config):
        print("parsed", file=sys.stderr)

    def __init__(self, config, api):
        print("built", file=sys.stderr)

    async def start(self): ...
"""


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        ("--path=.", ["imported", "parsed", "built"]),
        ("--no-build", ["imported", "parsed"]),
        ("--static", []),
    ],
)
def test_each_depth_runs_less_of_a_module(depth: str, expected: list[str], tmp_path: Path) -> None:
    """What is imported or built may have effects that a check must not have."""
    (tmp_path / "noted.py").write_text(NOTED)
    (tmp_path / "host.yaml").write_text(
        "hostkit: {path: [.], categories: []}\nmodules: [{module: noted.Module}]"
    )
    command = [sys.executable, "-m", "hostkit", "validate", depth, "host.yaml"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=tmp_path)
    assert done.stderr.splitlines() == expected


def test_static_imports_neither_twisted_nor_pluggy(write: Write) -> None:
    """So that it answers at once, as in an editor or a hook of git."""
    code = f"""
import sys
from hostkit.cli import main
main(["validate", "--static", {write(GOOD)!r}], standalone_mode=False)
"""
    check = 'import atexit, sys; atexit.register(lambda: print(*{"twisted", "asyncio", "pluggy"} & '
    check += "sys.modules.keys(), file=sys.stderr))"
    command = [sys.executable, "-c", check + code]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout.splitlines()[-1][-28:], done.stderr) == (
        "yaml: no problems (1 module)",
        "\n",
    )


@pytest.mark.parametrize("depth", [(), ("--no-build",), ("--static",)])
def test_a_file_that_cannot_be_read_is_found_at_any_depth(depth: tuple[str, ...]) -> None:
    """With the exit code for that."""
    result = run("validate", *depth, "nothing.yaml")
    assert (result.exit_code, result.stderr.split()[0]) == (2, "HK001")


@pytest.mark.parametrize("is_on", [True, False])
def test_static_leaves_garbage_collection_as_it_was(write: Write, *, is_on: bool) -> None:
    """It is paused while a file is read, which makes long files twice as fast."""
    was_on = gc.isenabled()
    try:
        (gc.enable if is_on else gc.disable)()
        assert run("validate", "--static", write(GOOD)).exit_code == 0
        assert gc.isenabled() == is_on
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("hostkit: {categories: [nowhere.Doors]}", ["HK109"]),
        ("hostkit: {path: [nowhere]}", ["HK112"]),
        ("modules: [{module: nowhere.X}, {module: nowhere.Y, optional: true}]", ["HK101"]),
        ("modules: [{module: nowhere.X, enabled: false}]", []),
        ("modules: [{module: tests.cli.modules.Broken}]", []),
        ("hostkit: {listeners: [{endpoint: 'pigeon:1'}]}", ["HK402"]),
        ("hostkit: {nmae: 1}\nmodules: [{module: nowhere.X}]", ["HK021"]),
    ],
)
def test_without_building_all_else_is_checked(write: Write, text: str, codes: list[str]) -> None:
    """Names, configs and settings, but not what `__init__` does."""
    result = run("validate", "--no-build", "--format", "json", write(text))
    (file,) = json.loads(result.stdout)["files"]
    assert [problem["code"] for problem in file["problems"]] == codes


def test_what_the_settings_share_is_checked_without_secrets(write: Write) -> None:
    """What stands in is not held against a module that is not built, either."""
    text = f"{HEAD}modules: [{{module: tests.cli.modules.Words, config: {{a: !env NOT_SET}}}}]"
    result = run("validate", "--no-build", "--without-secrets", write(text))
    assert result.exit_code == 0
    assert "the environment variable 'NOT_SET' is not set" in result.stdout


def test_json_of_validate_is_as_its_schema_says(write: Write) -> None:
    """Good files, bad files, and those that are not there."""
    good, bad = write(GOOD), "nothing.yaml"
    for args in ([good, bad], ["--static", good], ["--no-build", "--without-secrets", good]):
        read(run("validate", "--format", "json", *args).stdout, "validate")
    text = f"{HEAD}modules: [{{module: x.Y, config: {{a: !env NOT_SET}}, nmae: 1}}]"
    for args in ([], ["--without-secrets"]):
        found = run("validate", "--format", "json", *args, write(text))
        read(found.stdout, "validate")


def test_github_commands_cannot_be_forged(tmp_path: Path) -> None:
    """A line break, and what separates fields, would begin another command."""
    file = tmp_path / "a,b:%.yaml"
    file.write_text('modules: [{module: "x\\n::error::y"}]')
    lines = run("validate", "--format", "github", str(file)).stdout.splitlines()
    name = str(file).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    assert [line[: len(name) + 13] for line in lines] == [f"::error file={name}"]


def sarif(*args: str) -> Any:
    """Run `validate`, and read the only run of its SARIF log."""
    (only,) = json.loads(run("validate", "--format", "sarif", *args).stdout)["runs"]
    return only


def test_sarif_names_each_rule_once(write: Write) -> None:
    """Results refer to rules by their ids, which are the codes."""
    file = write("modules: [{module: a, x: 1}, {module: b, y: 1}]")
    found = sarif("--static", file)
    assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == ["HK021"]
    assert [result["ruleId"] for result in found["results"]] == ["HK021", "HK021"]
    (place,) = found["results"][0]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": Path(file).as_uri()},
        "region": {"startLine": 1, "startColumn": 23},
    }


def test_sarif_escapes_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are URIs; those of relative names are relative."""
    monkeypatch.chdir(tmp_path)
    Path("a b.yaml").write_text("modules: 1")
    (result,) = sarif("--static", "a b.yaml")["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "a%20b.yaml"}


WARNED = f"{HEAD}modules: [{{module: nowhere.X, optional: true}}]"


@pytest.mark.parametrize(
    ("args", "code"),
    [((), 0), (("--strict",), 1), (("--strict", "--no-build"), 1), (("--strict", "--static"), 0)],
)
def test_warnings_are_problems_if_that_is_asked_for(
    write: Write, args: tuple[str, ...], code: int
) -> None:
    """They are shown in any case, once, and counted in the verdict; a file may have none."""
    assert run("validate", *args, write(GOOD)).exit_code == 0
    result = run("validate", *args, write(WARNED))
    assert result.exit_code == code
    count = 0 if "--static" in args else 1
    assert result.stderr.count("warning: HK101 module 'nowhere.X' cannot be loaded") == count
    assert ("no problems, 1 warning (" in result.stdout) == bool(count)


def test_a_file_with_nothing_in_it_is_warned_of_at_any_depth(write: Write) -> None:
    """It is mostly another file than the one that was meant."""
    file = write("server_name: example.com")
    for depth in ((), ("--no-build",), ("--static",)):
        result = run("validate", *depth, file)
        assert result.stderr.count("has neither `modules:` nor `hostkit:`") == 1
        assert result.exit_code == 0


def test_warnings_of_a_file_with_problems_are_shown_with_them(write: Write) -> None:
    """In the order of the file, and each in the formats of programs as well."""
    file = write(
        f"{HEAD}modules:\n- {{module: nowhere.X, optional: true}}\n- {{module: nowhere.Y}}"
    )
    result = run("validate", file)
    assert result.exit_code == 1
    heads = [line for line in result.stderr.splitlines() if line.startswith(file)]
    assert [line.partition(" module")[0] for line in heads] == [
        f"{file}:3:12: warning: HK101",
        f"{file}:4:12: HK101",
    ]
    assert result.stderr.endswith("\n1 problem, 1 warning found\n")
    github = run("validate", "--format", "github", file).stdout.splitlines()
    assert [line.split()[0] for line in github] == ["::warning", "::error"]
    assert [each["level"] for each in sarif(file)["results"]] == ["warning", "error"]
    document = json.loads(run("validate", "--format", "json", file).stdout)
    assert (document["problems"], document["warnings"]) == (1, 1)


def test_a_warning_without_a_code_has_no_rule(write: Write) -> None:
    """Rules are named by codes."""
    text = f"{HEAD}modules: [{{module: tests.cli.modules.Unstartable, on_error: deny}}, "
    file = write(f"{text}{{module: tests.cli.test_validate_command.Nothing}}]")
    (result,) = sarif(file)["results"]
    assert ("ruleId" in result, result["level"]) == (False, "warning")
    assert "title=hostkit" in run("validate", "--format", "github", file).stdout
    (found,) = json.loads(run("validate", "--format", "json", file).stdout)["files"]
    assert found["warnings"][0]["code"] is None


class Nothing:
    """Registers nothing."""

    def __init__(self, config: Any, api: Any) -> None: ...


def test_modules_still_log_what_they_like(write: Write) -> None:
    """Only the host's own warnings are shown in another way."""
    file = write(f"{HEAD}modules: [{{module: tests.cli.test_validate_command.Talking}}]")
    assert run("validate", file).stderr == "WARNING talk: hello\n"


class Talking:
    """Logs a warning of its own."""

    def __init__(self, config: Any, api: Any) -> None:
        logging.getLogger("talk").warning("hello")

    async def start(self) -> None: ...
