"""`hostkit enable`, `disable` and `shadow`: modules of a running server."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock

from hostkit import ALLOW, Deny, Host
from hostkit.cli._answering import commands_of
from hostkit.cli._control import Request
from hostkit.cli._notify import Notifier
from hostkit.cli._reloader import Reloader
from hostkit.loops import start_entry
from hostkit.web import Server
from tests.cli import modules
from tests.cli.asked import NUMBER, answer_with
from tests.cli.conftest import run
from tests.cli.servers import serving, wait_for
from tests.cli.test_reload import path, write_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["path", "write_modules"]


class Reactor(MemoryReactorClock):
    """A reactor on whose thread everything is called already."""

    def callFromThread(self, function: Callable[..., object], *args: object) -> None:  # noqa: N802
        function(*args)


class Running:
    """A host that runs, and clients of its control socket."""

    def __init__(self) -> None:
        entries = [
            {"module": modules.Strict, "name": "strict"},
            {"module": modules.Words, "name": "words", "mode": "shadow"},
            {"module": "missing.Missing", "name": "geo", "enabled": False, "optional": True},
            {"module": "missing.Missing", "name": "broken", "enabled": False},
        ]
        reactor = Reactor()  # type: ignore[no-untyped-call]
        self.host = Host.from_config(
            {"modules": entries}, categories=[modules.Comments], clock=Clock()
        ).build()
        self.server = Server(self.host, reactor, lambda _: ())
        self.reloader = Reloader(self.host, self.server, Notifier(None, None, reactor))
        self._commands = commands_of(self.host, self.server, self.reloader, reactor)
        start_entry(self.server.start())
        self.reloader.open()

    def ask(self, command: str, module: object = None) -> dict[str, Any]:
        """Do what a client asks for; it is done at once."""
        answers: list[dict[str, Any]] = []
        request = Request({"module": module}, "ann (uid 1000)", print, print)
        self._commands[command](request).addCallback(answers.append)
        (answer,) = answers
        return answer

    def check(self, author: str) -> Any:
        """Ask the modules about a comment."""
        results: list[Any] = []
        start_entry(self.host.hooks.comments.check_comment(author)).addCallback(results.append)
        return results[0]


@pytest.fixture
def running() -> Iterator[Running]:
    """Give a host that runs."""
    running = Running()
    yield running
    start_entry(running.server.stop())


def test_a_module_is_disabled_and_enabled(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not asked meanwhile, and the log says by whom that was done."""
    caplog.set_level(logging.INFO, "hostkit.serve")
    assert isinstance(running.check("bob"), Deny)
    answer = running.ask("disable", "strict")
    said = "module 'strict' is disabled until the next reload"
    assert (answer["ok"], answer["message"], answer["gone"]) == (True, said, ["strict"])
    assert f"{said}, by ann (uid 1000)" in caplog.messages
    assert running.check("bob") is ALLOW
    assert running.ask("enable", "strict")["new"] == ["strict"]
    assert isinstance(running.check("bob"), Deny)


def test_a_module_is_put_into_shadow_mode(running: Running) -> None:
    """It is kept as it is, but its answers do not count."""
    answer = running.ask("shadow", "strict")
    assert answer["message"] == "module 'strict' is in shadow mode until the next reload"
    assert answer["kept"] == ["strict", "words"]
    assert running.check("bob") is ALLOW
    running.ask("enable", "strict")
    assert isinstance(running.check("bob"), Deny)


def test_what_was_changed_is_known_until_the_next_reload(running: Running) -> None:
    """With the last change of each module, and by whom; a reload undoes all."""
    before = running.host.file
    for command, module in (("disable", "words"), ("shadow", "strict"), ("enable", "words")):
        running.ask(command, module)
    by = "ann (uid 1000)"
    assert running.ask("status")["switched"] == [
        {"module": "words", "command": "enable", "by": by},
        {"module": "strict", "command": "shadow", "by": by},
    ]
    running.reloader.reload(before)
    status = running.ask("status")
    assert (status["switched"], status["modules"]["shadow"]) == ([], 1)
    running.ask("disable", "words")
    assert [each["module"] for each in running.ask("status")["switched"]] == ["words"]


@pytest.mark.parametrize(
    ("command", "module", "said"),
    [
        ("enable", "strict", "module 'strict' is enabled already"),
        ("shadow", "words", "module 'words' is in shadow mode already"),
        ("disable", "broken", "module 'broken' is disabled already"),
    ],
)
def test_there_may_be_nothing_to_do(running: Running, command: str, module: str, said: str) -> None:
    """Then nothing is reloaded."""
    assert running.ask(command, module) == {"ok": True, "message": said, "missing": []}


def test_what_cannot_be_done_changes_nothing(running: Running) -> None:
    """All is as it was, and the reason is that of a reload."""
    answer = running.ask("enable", "broken")
    assert (answer["ok"], "HK101" in answer["message"]) == (False, True)
    status = running.ask("status")
    assert (status["switched"], status["modules"]["disabled"]) == ([], 2)


def test_an_optional_module_may_be_missing(running: Running) -> None:
    """It is enabled, and tried again as at a start."""
    answer = running.ask("enable", "geo")
    assert (answer["ok"], answer["missing"]) == (True, ["geo"])


def test_an_unknown_module_is_refused(running: Running) -> None:
    """With the one that was probably meant, or all there are."""
    known = "there are: strict, words, geo, broken"
    for module, hint in (("stric", "did you mean 'strict'?"), (None, known)):
        answer = running.ask("disable", module)
        assert answer == {"ok": False, "message": f"there is no module {str(module)!r}: {hint}"}


def test_a_reload_in_flight_is_not_disturbed() -> None:
    """It would be given up for one of the old file; nor is a start."""
    running = Running()
    busy: Any = running.reloader
    busy._in_flight = 1
    answer = running.ask("disable", "strict")
    assert (answer["ok"], answer["message"].startswith("a reload is in flight")) == (False, True)
    start_entry(running.server.stop())


def test_a_running_server_is_changed(write_modules: Callable[..., str]) -> None:
    """The log names the user, and the reload of the same file undoes it."""
    with serving(write_modules("a", "b")) as process:
        wait_for(process, "listening on")
        file = write_modules("a", "b")
        result = run("disable", "b", file)
        said = "module 'b' is disabled until the next reload"
        assert (result.exit_code, result.output) == (0, f"{said}\n")
        line = wait_for(process, "is disabled")
        assert f"{said}, by " in line
        assert f"uid {os.geteuid()}, process {os.getpid()}" in line
        assert run("reload", file).stdout.endswith("1 new module, 1 kept, 0 gone\n  + b\n")


def test_the_answer_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """And if the module is missing all the same, that is said."""
    asked = answer_with(monkeypatch, {"message": "module 'geo' is enabled", "missing": ["geo"]})
    result = run("enable", "geo", NUMBER)
    assert (result.exit_code, result.stdout) == (0, "module 'geo' is enabled\n")
    assert result.stderr == "but it is missing: `hostkit modules` shows why\n"
    assert asked == [("enable", {"module": "geo"})]
    answer_with(monkeypatch, {"ok": False, "message": "no"})
    assert run("shadow", "geo", NUMBER).exit_code == 1


@pytest.mark.parametrize("command", ["enable", "disable", "shadow"])
def test_help_says_how_long_it_lasts(command: str) -> None:
    """In a paragraph of its own, as all text of a help."""
    assert "\n  The next reload undoes it," in run(command, "--help").output


def test_a_reload_is_one_of_the_commands(running: Running) -> None:
    """A host that was made from no file says so; what comes of it is in the status."""
    message = "not reloaded: the host was not made from a file: give it what to reload"
    assert running.ask("reload") == {"ok": False, "message": message}
    assert running.ask("status")["last_reload"] == {"ok": False, "message": message}
