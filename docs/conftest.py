"""Run the examples of the documentation.

Every page is run from its top to its end in a folder of its own, which is also where Python looks
for modules. What a fenced block means there:

- one that begins with a comment like ``# host.yaml`` is written to the file of that name;
- ``python`` is run, and with ``>>>`` its output is compared;
- ``yaml`` is read as a config file, which must be right (``# ci.yaml`` without its secrets);
- ``toml``, as ``pyproject.toml``, has its entry points installed;
- ``console`` is run and compared, if it calls ``hostkit`` (other than to serve), an example, or
  tests.

In ``reference/problems.md`` a block is the example of a mistake: it must lead to the code that its
section is named after.
"""  # noqa: INP001 -- pytest finds it by its path

from __future__ import annotations

import asyncio
import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from sybil import Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser

from hostkit import Category, ConfigErrors, Host, ModuleFailedError
from hostkit.cli import main
from hostkit.config import examine
from hostkit.errors import CodedError, HostkitError
from hostkit.web import check_listeners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sybil import Document, Example, Region

ROOT = Path(__file__).parent.parent
FILE_NAME = re.compile(r"# ([\w./]+\.(?:py|yaml|toml))\n")
HEADING = re.compile(r"^## (HK[0-9]{3}): (.+)$", re.MULTILINE)
OPTIONS = doctest.ELLIPSIS
COMMANDS = ("graph", "list", "routes", "rule", "spec", "validate", "--version")
RUN_APART = "hostkit explain"  # it needs a reactor, which can run only once in a process
RUN_HERE = tuple(f"hostkit {name}" for name in COMMANDS)
TESTS = ("pytest", "python -m unittest")

_run_python = PythonEvaluator()
_split_doctests = DocTestStringParser(DocTestEvaluator(OPTIONS))


def enter_folder(namespace: dict[str, Any]) -> None:
    """Give a page a folder to work in."""
    namespace["_folder"] = tempfile.TemporaryDirectory()
    namespace["_before"] = (Path.cwd(), list(sys.path), set(sys.modules))
    os.chdir(namespace["_folder"].name)
    sys.path.insert(0, namespace["_folder"].name)


def leave_folder(namespace: dict[str, Any]) -> None:
    """Forget a page's folder, and what was imported from it."""
    folder, paths, modules = namespace["_before"]
    os.chdir(folder)
    sys.path[:] = paths
    for name in set(sys.modules) - modules:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(namespace["_folder"].name):
            del sys.modules[name]
    namespace["_folder"].cleanup()


def write_file(text: str) -> str | None:
    """Write a block to the file that its first line names, if it names one."""
    match = FILE_NAME.match(text)
    if match is None:
        return None
    path = Path(match[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    importlib.invalidate_caches()
    return match[1]


def run_python_block(example: Example) -> None:
    """Run Python, or write it to its file."""
    if write_file(example.parsed) is None:
        _run_python(example)


def parse_python(document: Document) -> Iterator[Region]:
    """Find Python; each ``>>>`` is an example of its own."""
    for region in CodeBlockParser("python", run_python_block)(document):
        if not region.parsed.startswith(">>>"):
            yield region
            continue
        for part in _split_doctests(region.parsed, document.path):
            part.adjust(region, region.parsed)
            yield part


def load_yaml(example: Example) -> None:
    """Read a config file."""
    name = write_file(example.parsed)
    if name is None:
        name = "_.yaml"
        Path(name).write_text(example.parsed, "utf-8")
    if not name.startswith("broken"):
        examine(name, without_secrets=name.startswith("ci")).accept()


def install_toml(example: Example) -> None:
    """Install entry points as `pip install` does; other tables are only parsed."""
    project = tomllib.loads(example.parsed).get("project")
    if write_file(example.parsed) is None or project is None:
        return
    lines: list[str] = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    info = Path(f"{project['name'].replace('-', '_')}-{project['version']}.dist-info")
    info.mkdir()
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    importlib.invalidate_caches()


def run_console(example: Example) -> None:
    """Run commands one after the other, and compare what each of them prints."""
    status = 0
    for each in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, _, expected = each.partition("\n")
        if command == "echo $?":
            printed = f"{status}\n"
        elif command.startswith("python examples/"):
            printed = subprocess.run(  # noqa: S603
                [sys.executable, *shlex.split(command)[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        elif command.startswith(TESTS):
            printed = run_tests(command)
        elif command.startswith(RUN_APART):
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", *shlex.split(command)],
                env={**os.environ, "PYTHONPATH": os.pathsep.join((str(Path.cwd()), *sys.path))},
                capture_output=True,
                text=True,
                check=False,
            )
            status, printed = done.returncode, done.stdout
        elif command.startswith(RUN_HERE):
            result = CliRunner().invoke(main, shlex.split(command)[1:], catch_exceptions=False)
            status, printed = result.exit_code, result.output
        else:  # it serves, or talks to what is served: shown as it was, not run
            return
        checker = doctest.OutputChecker()
        if not checker.check_output(expected, printed, OPTIONS):
            raise AssertionError(f"$ {command}\n{printed}\ninstead of\n{expected}")


def run_tests(command: str) -> str:
    """Run the tests of a page in a process of their own, so that they choose the reactor."""
    arguments = shlex.split(command.removeprefix("python -m "))
    if arguments[0] == "pytest":  # other plugins take their time
        arguments += ["-p", "hostkit.testing.plugin", "-p", "no:cacheprovider"]
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return ran.stdout if ran.returncode == 0 else ran.stdout + ran.stderr


def expected_code(example: Example) -> str:
    """Find the code whose section an example stands in."""
    above = example.document.text[: example.region.start]
    return HEADING.findall(above)[-1][0]


def codes_of(error: HostkitError) -> set[str]:
    """Return the codes of all problems in an exception."""
    if isinstance(error, ConfigErrors):
        return {problem.code for problem in error.problems}
    cause = error.__cause__ if isinstance(error, ModuleFailedError) else error
    assert isinstance(cause, CodedError), repr(error)  # noqa: S101
    return {cause.code}


def check_mistake(example: Example) -> None:
    """Check that a mistake is found, with the code of its section."""
    try:
        if example.region.lexemes["arguments"] == "yaml":
            Path("host.yaml").write_text(example.parsed, "utf-8")
            host = Host.from_file("host.yaml").build()
            if problems := check_listeners(host.file):
                raise ConfigErrors(tuple(problems))
        else:
            make_mistake(example)
    except HostkitError as error:
        found = codes_of(error)
        if found != {expected_code(example)}:
            raise AssertionError(f"found {found}") from error
        return
    raise AssertionError(f"no {expected_code(example)} was found")


def make_mistake(example: Example) -> None:
    """Run a block, and start a host with the module or the categories that it defines."""
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(example.parsed, example.path, "exec", dont_inherit=True), namespace)  # noqa: S102
    new = [each for each in namespace.values() if isinstance(each, type)]
    classes = [each for each in new if each.__module__ == "example"]
    categories = [each for each in classes if issubclass(each, Category)] or None
    modules = [{"module": each} for each in classes if not issubclass(each, Category)]
    asyncio.run(Host.from_config({"modules": modules}, categories=categories).start())


def blocks(**evaluators: Any) -> Iterable[Any]:
    """Make a parser for each kind of fenced block."""
    return [CodeBlockParser(language, evaluator) for language, evaluator in evaluators.items()]


PAGES = Sybil(
    [parse_python, *blocks(yaml=load_yaml, toml=install_toml, console=run_console)],
    pattern="*.md",
    exclude="reference/problems.md",
    setup=enter_folder,
    teardown=leave_folder,
)
PROBLEMS = Sybil(
    blocks(python=check_mistake, yaml=check_mistake),
    pattern="reference/problems.md",
    setup=enter_folder,
    teardown=leave_folder,
)
pytest_collect_file = (PAGES + PROBLEMS).pytest()
