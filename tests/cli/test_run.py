"""`hostkit serve` with a reactor and a server in memory: its run, its log and its options."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.usage import UsageError

from hostkit import ConfigErrors, Host, ModuleFailedError
from hostkit.cli._log import Mask, MaskedFormatter
from hostkit.cli._notify import Notifier
from hostkit.cli._reloader import Reloader
from hostkit.cli._serve import Options, _Run
from hostkit.errors import Problem
from tests.cli.conftest import HEAD, Write, run

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeReactor:
    """A reactor in which a script runs, and which must be stopped exactly once."""

    def __init__(self, script: Callable[[FakeReactor], object]) -> None:
        self._script = script
        self._soon: list[Callable[[], object]] = []
        self._at_shutdown: list[Callable[[], Deferred[None]]] = []
        self._is_stopped = False

    def callLater(self, delay: float, function: Callable[[], object]) -> None:  # noqa: N802
        assert delay == 0
        self._soon.append(function)

    def addSystemEventTrigger(  # noqa: N802 -- so named by Twisted
        self, phase: str, event: str, function: Callable[..., Deferred[None]], *args: object
    ) -> None:
        assert (phase, event) == ("before", "shutdown")
        self._at_shutdown.append(lambda: function(*args))

    def run(self) -> None:
        for function in self._soon:
            function()
        self._script(self)
        assert self._is_stopped

    def stop(self) -> None:
        assert not self._is_stopped
        self._is_stopped = True
        for function in self._at_shutdown:
            assert function().called


class FakeServer:
    """A server of which a test decides how its start ends."""

    def __init__(self, starting: Deferred[None] | Exception | None = None) -> None:
        self._starting = starting
        self.steps: list[str] = []

    async def start(self) -> None:
        if isinstance(self._starting, Exception):
            raise self._starting
        try:
            if self._starting is not None:
                await self._starting
        except CancelledError:
            self.steps.append("cancelled")
            raise
        self.steps.append("started")

    async def stop(self) -> None:
        self.steps.append("stopped")


class FakeEnding:
    """Notes what a process ends with."""

    def __init__(self) -> None:
        self.codes: list[int] = []

    def begin(self, exit_code: int) -> None:
        self.codes.append(exit_code)


def run_server(server: Any, script: Callable[[FakeReactor], object]) -> int:
    """Run a server until it is stopped, and give the exit code."""
    reactor = FakeReactor(script)
    notifier = Notifier(None, None, reactor)
    reloader = Reloader(Host(), server, notifier)
    ending: Any = FakeEnding()
    code = _Run(server, reactor, notifier, reloader, ending).until_stopped()
    assert ending.codes == [code]
    return code


def nothing(reactor: FakeReactor) -> None:
    """The script of a run that ends by itself."""


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_a_run_lasts_until_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """A signal stops the server, and the exit code is 0."""
    server = FakeServer()
    assert run_server(server, FakeReactor.stop) == 0
    assert server.steps == ["started", "stopped"]
    assert caplog.messages == ["stopping"]


def test_a_run_may_be_stopped_while_it_starts(caplog: pytest.LogCaptureFixture) -> None:
    """The start is cancelled and awaited, and the exit code is 0."""
    server = FakeServer(Deferred())
    assert run_server(server, FakeReactor.stop) == 0
    assert server.steps == ["cancelled", "stopped"]
    assert caplog.messages == ["stopping"]


def test_a_start_may_fail_while_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """A failure of a cancelled start is logged, and does not stop the run twice."""
    starting: Deferred[None] = Deferred(lambda _: starting.errback(RuntimeError("too late")))
    server = FakeServer(starting)
    assert run_server(server, FakeReactor.stop) == 1
    assert server.steps == ["stopped"]
    assert caplog.messages == ["stopping", "cannot start"]


def test_a_start_may_succeed_while_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """A module that keeps its cancellation to itself does not make the server ready again."""
    starting: Deferred[None] = Deferred(lambda _: starting.callback(None))
    server = FakeServer(starting)
    assert run_server(server, FakeReactor.stop) == 0
    assert server.steps == ["started", "stopped"]


def test_problems_are_shown(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Problems of the file are shown as by the other commands, and the run ends."""
    server = FakeServer(ConfigErrors((Problem("HK403", "cannot listen"),)))
    assert run_server(server, nothing) == 1
    assert server.steps == ["stopped"]
    assert (capsys.readouterr().err, caplog.messages) == (
        "HK403 cannot listen\n\n1 problem found\n",
        [],
    )


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            ModuleFailedError("words", "start", "no database"),
            "module 'words' failed in start: no database",
        ),
        (RuntimeError("a bug"), "cannot start"),
        (CancelledError(), "cannot start"),
    ],
)
def test_failures_are_logged(
    error: Exception, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Other failures of the start are logged with their tracebacks, and the run ends."""
    assert run_server(FakeServer(error), nothing) == 1
    assert caplog.messages == [message]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is error


def test_the_log_shows_no_secrets() -> None:
    """They are removed from messages and tracebacks."""
    formatter = MaskedFormatter(Mask(lambda text: text.replace("s3cret", "[redacted]")))
    try:
        int("url with s3cret")
    except ValueError:
        record = logging.LogRecord(
            "hostkit", logging.ERROR, "x.py", 1, "has %s", ("s3cret",), sys.exc_info()
        )
    text = formatter.format(record)
    assert text.count("[redacted]") > 1
    assert "s3cret" not in text


FILE = f"{HEAD}modules: [{{module: tests.cli.modules.Noted, config: {{notes: x}}}}]"


def name_of(host: Any) -> str | None:
    name: str | None = host.modules[0].instance.api.worker_name
    return name


@pytest.mark.parametrize(("options", "name"), [([], None), (["--worker", "w1"], "w1")])
def test_serve_takes_a_name(
    options: list[str], name: str | None, served: list[Host], write: Write
) -> None:
    """Modules find it in `api.worker_name`."""
    assert run("serve", *options, write(FILE)).exit_code == 0
    (host,) = served
    assert name_of(host) == name


@pytest.mark.parametrize("name", ["", "a\nb"])
def test_a_name_is_on_one_line(name: str, served: list[Host], write: Write) -> None:
    """Otherwise the command line is wrong."""
    result = run("serve", "--worker", name, write(FILE))
    assert (result.exit_code, served) == (2, [])
    assert f"Invalid value for '--worker': a worker cannot have the name {name!r}" in result.stderr
    options = Options()  # type: ignore[no-untyped-call]
    with pytest.raises(UsageError, match="a worker cannot have the name"):
        options.parseOptions(["--worker", name, "x.yaml"])  # type: ignore[no-untyped-call]


def test_other_commands_need_no_name(write: Write) -> None:
    """A file that names a worker has no problems, and no message is about loops."""
    file = write(FILE.replace("hostkit: {", "hostkit: {background_tasks_on: w1, "))
    result = run("validate", file)
    assert (result.exit_code, result.stderr) == (0, "")
