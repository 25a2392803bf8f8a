from __future__ import annotations

import doctest
import json
import re
import shlex
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.examples.homeserver_client import EXAMPLE

README = (EXAMPLE / "README.md").read_text()
FILE = EXAMPLE / "homeserver.yaml"


def start(file: Path, listen: str = "tcp:0:interface=127.0.0.1") -> subprocess.Popen[str]:
    """Start the homeserver as the README says, but with another file and elsewhere."""
    (command,) = re.findall(r"^```shell\n(.*?)\n```$", README, re.DOTALL | re.MULTILINE)
    words = shlex.split(command)
    assert (words[0], words[-1]) == ("python", "homeserver.yaml")
    return subprocess.Popen(
        [sys.executable, *words[1:-1], str(file), "--listen", listen],
        cwd=EXAMPLE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(file: Path = FILE) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the homeserver on a free port; give the process and the address."""
    process = start(file)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"port=(\d+)", line)
        assert found is not None, line + process.stderr.read()
        yield process, f"http://127.0.0.1:{found[1]}"
    finally:
        process.kill()
        process.communicate()


def shown() -> list[tuple[list[str], str]]:
    """Give the commands of the README, split into words, each with its output."""
    blocks = re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    entries = "".join(blocks).removeprefix("$ ").split("\n$ ")
    pairs = (entry.rstrip("\n").partition("\n") for entry in entries)
    return [(shlex.split(command), output) for command, _, output in pairs]


def curl(words: list[str], address: str, known: dict[str, str]) -> str:
    """Do what `curl` does with these words; what they have of the form ``$NAME`` is known."""
    words = [re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], word) for word in words]
    assert words[:2] == ["curl", "-s"]
    options = dict(zip(words[2:-1:2], words[3:-1:2], strict=True))
    headers = dict([options["-H"].split(": ")]) if "-H" in options else {}
    data = options["--json"].encode() if "--json" in options else None
    headers |= {"Content-Type": "application/json"} if data else {}
    url = words[-1].replace("http://127.0.0.1:8008", address)
    request = urllib.request.Request(url, data, headers, method=options.get("-X"))
    try:
        with urllib.request.urlopen(request) as response:
            text: str = response.read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
    return text


def test_the_readme_is_right() -> None:
    """The server starts as shown, answers each request as shown, and Ctrl-C ends it well."""
    known: dict[str, str] = {}
    checker = doctest.OutputChecker()
    with running() as (process, address):
        for words, expected in shown():
            printed = curl(words, address, known)
            assert checker.check_output(expected + "\n", printed, doctest.ELLIPSIS), printed
            answer: dict[str, Any] = json.loads(printed)
            known.setdefault("TOKEN", answer.get("access_token", ""))
            if "room_id" in answer:
                known["ROOM"] = answer["room_id"]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")


def check_reported(process: subprocess.Popen[str], expected: str) -> None:
    """Wait for a homeserver that cannot run, and look at how it explains that."""
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert expected in errors
    assert "Traceback" not in errors


def test_a_problem_in_the_file_is_reported(tmp_path: Path) -> None:
    """A file that the homeserver cannot run with ends it with an explanation, and status 1."""
    file = tmp_path / "homeserver.yaml"
    file.write_text(FILE.read_text().replace("name: manners", "nane: manners"))
    check_reported(start(file), "nane")


def test_an_unusable_address_is_reported() -> None:
    """An address that cannot be read, or where another program listens already, is reported."""
    check_reported(start(FILE, "nonsense:1"), "nonsense")
    with running() as (_, address):
        port = address.rpartition(":")[2]
        check_reported(start(FILE, f"tcp:{port}:interface=127.0.0.1"), f"127.0.0.1:{port}")
    check_reported(start(FILE, "tcp:99999"), "port must be 0-65535")


MODULE = """
import asyncio, sys
from twisted.web.resource import Resource

class Failing(Resource):
    isLeaf = True

    def render_GET(self, request):
        raise KeyError("oops")

class Waiting:
    def __init__(self, config, api):
        api.register_account_validity_callbacks(on_user_registration=self.note)
        api.register_web_resource("/_synapse/client/failing", Failing())

    async def start(self):
        await asyncio.sleep(0)

    async def note(self, user):
        await asyncio.sleep(0)
        print("registered", user, file=sys.stderr)

    async def stop(self):
        await asyncio.sleep(0)
        print("stopped", file=sys.stderr)
"""


def test_modules_may_await_asyncio_and_are_named_when_their_pages_fail(tmp_path: Path) -> None:
    """It runs on the asyncio reactor, and the log says whose page has failed."""
    (tmp_path / "waiting_module.py").write_text(MODULE)
    file = tmp_path / "homeserver.yaml"
    module = "{module: waiting_module.Waiting, name: waiting}"
    file.write_text(f"modules: [{module}]\nhostkit: {{path: [.]}}\n")
    words = ["curl", "-s", "--json", '{"username": "ann", "password": "pw"}']
    with running(file) as (process, address):
        answer = curl([*words, f"{address}/_matrix/client/v3/register"], address, {})
        assert json.loads(answer)["user_id"] == "@ann:example.org"
        page = curl(["curl", "-s", f"{address}/_synapse/client/failing"], address, {})
        assert json.loads(page)["errcode"] == "internal_error"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert errors.startswith("registered @ann:example.org\n")
    failed = "ERROR hostkit.modules.waiting: module 'waiting' failed to answer GET /_synapse/client"
    assert failed in errors
    assert errors.endswith("stopped\n")
