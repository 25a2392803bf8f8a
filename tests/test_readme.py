from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import run
from tests.cli.goldens import steady
from tests.cli.servers import connect, serving, wait_for
from tests.examples.conftest import host, root
from tests.web.conftest import ask

if TYPE_CHECKING:
    from twisted.web.resource import IResource

__all__ = ["host", "root"]  # fixtures

ROOT = Path(__file__).parents[1]
FILE = "examples/quickstart/host.yaml"
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Give the text of all code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def console() -> list[tuple[list[str], str]]:
    """Give all commands of the console examples, split into words, each with its output."""
    entries = "".join(blocks("console")).removeprefix("$ ").split("\n$ ")
    pairs = (entry.rstrip("\n").partition("\n") for entry in entries)
    return [(shlex.split(command), output) for command, _, output in pairs]


def commands(program: str) -> list[tuple[list[str], str]]:
    """Give the arguments and outputs of one program in the console examples."""
    return [(words[1:], output) for words, output in console() if words[0] == program]


def test_the_python_example_prints_what_it_says() -> None:
    """The example runs as it stands, and prints what the comment in it says."""
    (example,) = blocks("python")
    expected = re.findall(r"#\s*(.*)$", example, re.MULTILINE)
    command = [sys.executable, "-W", "error", "-c", example]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")


def test_the_python_example_is_short() -> None:
    """A category, a module and a program that asks it: about ten lines, imports apart."""
    (example,) = blocks("python")
    lines = [line for line in example.splitlines() if line.strip()]
    assert len([line for line in lines if not line.startswith(("import", "from"))]) <= 13


def test_there_is_one_command_to_start_and_one_to_test() -> None:
    """Who has just cloned the repository needs two commands, each in one line."""
    assert [len(block.splitlines()) for block in blocks("shell")] == [1, 1]


def test_the_first_command_serves_a_file_that_exists() -> None:
    """The command installs hostkit and the quickstart from here, and serves its file."""
    *_, install, serve = blocks("shell")[0].strip().split(" && ")
    assert [path for path in shlex.split(install) if path.startswith(".")] == [
        ".venv/bin/pip",
        ".",
        "./examples/quickstart",
    ]
    *command, file = shlex.split(serve)
    assert command == [".venv/bin/hostkit", "serve"]
    assert (ROOT / file).is_file()


def test_the_second_command_is_what_ci_runs() -> None:
    """Nobody has to guess what is checked elsewhere."""
    *_, last = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert blocks("shell")[1].strip() == last


def test_the_six_commands_write_what_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a server that has been asked as above; times, numbers and ids are others each time."""
    (tmp_path / FILE).parent.mkdir(parents=True)
    text = (ROOT / FILE).read_text("utf-8")
    (tmp_path / FILE).write_text(text.replace("tcp:8080", "tcp:0"))
    monkeypatch.chdir(tmp_path)
    shown = commands("hostkit")
    assert [args[0] for args, _ in shown] == [
        *("validate", "list", "explain", "status", "receipts", "reload"),
    ]
    with serving(FILE) as process:
        connection = connect(wait_for(process, "listening on"))
        for words, _ in commands("curl")[:3]:
            path = words[-1].removeprefix("http://127.0.0.1:8080")
            connection.request("POST", path, words[-2], {"Content-Type": "application/json"})
            connection.getresponse().read()
        connection.close()
        for args, output in shown:
            # In a process of its own: `explain` needs a reactor, and that can run only once.
            command = [sys.executable, "-m", "hostkit", *args]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
            assert without_numbers(done.stdout.rstrip("\n")) == without_numbers(output)


def without_numbers(text: str) -> str:
    """Leave out what is different each time."""
    return steady(text.replace(":8080", ":08080"), ROOT)


def test_the_picture_is_what_the_command_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of the quickstart."""
    monkeypatch.chdir(ROOT)
    (picture,) = blocks("mermaid")
    assert run("graph", FILE).stdout == picture


def test_the_server_answers_as_shown(root: IResource) -> None:
    """Each request that is shown gets the answer that is shown, except for the receipt's name."""
    shown = commands("curl")
    assert len(shown) == 5
    for words, output in shown:
        *options, url = words
        path = url.removeprefix("http://127.0.0.1:8080")
        method = "POST" if "--json" in options else "GET"
        answer = ask(root, method, path, options[-1].encode() if "--json" in options else b"")
        assert anonymous(answer.body.decode().rstrip("\n")) == anonymous(output)


def anonymous(text: str) -> str:
    """Leave out the part of a receipt's id that is another one in every host."""
    return re.sub(r'("receipt": ")[0-9a-f]+-', r"\1…-", text)


def test_statuses_are_those_that_are_told(root: IResource) -> None:
    """The text tells the status of a denial and of a failure."""
    statuses = []
    for words, _ in commands("curl")[1:3]:
        path = words[-1].removeprefix("http://127.0.0.1:8080")
        statuses.append(ask(root, "POST", path, words[-2].encode()).status)
    assert statuses == [403, 503]
    assert [int(number) for number in re.findall(r"status(?: is)? (\d+)", README)] == statuses


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", README))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that is linked to is there."""
    assert (ROOT / link).is_file()
