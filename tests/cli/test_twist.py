"""``twist hostkit FILE``."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.logger import globalLogPublisher
from twisted.python.usage import UsageError

from hostkit.cli._log import Mask, TwistedHandler
from hostkit.cli._serve import HostService, Options, makeService
from hostkit.errors import ModuleFailedError
from tests.cli.servers import LIMIT_SECONDS, ROOT
from tests.cli.test_run import FakeServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Write

FILE = """
modules: [{module: tests.cli.modules.Words}]
hostkit:
  categories: [tests.cli.modules.Comments]
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [hooks]}]
"""


class FakeReactor:
    """A reactor that runs already, or not any more."""

    def __init__(self, *, runs: bool = True) -> None:
        self.stops = 0
        self._runs = runs

    def callLater(self, _delay: float, function: Callable[[], object]) -> None:  # noqa: N802
        function()

    def stop(self) -> None:
        if not self._runs:
            raise ReactorNotRunning
        self.stops += 1


@pytest.fixture
def twist(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Give a way to run Twisted's command."""

    def run(*args: str) -> subprocess.Popen[str]:
        code = "from twisted.application.twist._twist import Twist; Twist.main()"
        return subprocess.Popen(
            [sys.executable, "-c", code, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    return run


def test_twisted_finds_and_runs_the_service(
    twist: Callable[..., subprocess.Popen[str]], write: Write
) -> None:
    """The plugin is found, the host is served, and a signal stops it; Twisted's log shows it."""
    with twist("hostkit", write(FILE)) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if "listening on http" in line)
        finally:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert "hostkit.serve" in line
    assert '"text": "listening on http' in line
    assert "Traceback" not in out + err


def test_problems_are_shown_before_anything_runs(
    twist: Callable[..., subprocess.Popen[str]], write: Write
) -> None:
    """A wrong file ends it with 1, like `hostkit serve`."""
    with twist("hostkit", write(FILE.replace("tcp:0:interface=127.0.0.1", "tcp:0"))) as process:
        _, err = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 1
    assert "HK404" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("args", [[], ["one", "two"]])
def test_one_file_is_served(args: list[str]) -> None:
    """Twisted shows what is wrong with the command line, and how it is used."""
    with pytest.raises(UsageError, match="one config file"):
        Options().parseOptions(args)  # type: ignore[no-untyped-call]


@pytest.fixture
def _root_logger() -> Iterator[None]:
    """Restore the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_root_logger")
def test_a_service_is_made_of_a_file(write: Write) -> None:
    """The host is built, but no module is started and no port opened."""
    options = Options()  # type: ignore[no-untyped-call]
    options.parseOptions([write(FILE)])  # type: ignore[no-untyped-call]
    assert isinstance(makeService(options), HostService)


@pytest.mark.parametrize(("options", "name"), [([], None), (["--worker", "w1"], "w1")])
@pytest.mark.usefixtures("_root_logger")
def test_twist_takes_a_name(options: list[str], name: str | None, write: Write) -> None:
    """As `hostkit serve` does."""
    file = FILE.replace("tests.cli.modules.Words", "tests.cli.modules.Noted")
    parsed = Options()  # type: ignore[no-untyped-call]
    parsed.parseOptions([*options, write(file)])  # type: ignore[no-untyped-call]
    service: Any = makeService(parsed)
    (module,) = service._server._host.modules
    assert module.instance.api.worker_name == name


@pytest.mark.usefixtures("_root_logger")
def test_twist_takes_folders(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In which modules are looked for, as `hostkit serve` does."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "twisted_pkg.py").write_text("class A:\n    def __init__(self, config, api): ...\n")
    parsed = Options()  # type: ignore[no-untyped-call]
    file = write(FILE.replace("tests.cli.modules.Words", "twisted_pkg.A"))
    parsed.parseOptions(["--path", ".", "--path", str(tmp_path), file])  # type: ignore[no-untyped-call]
    assert isinstance(makeService(parsed), HostService)


@pytest.mark.usefixtures("_root_logger")
def test_a_wrong_file_makes_no_service(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Problems are shown as by the other commands, with their exit codes."""
    options = Options()  # type: ignore[no-untyped-call]
    options.parseOptions([write("modules: 1")])  # type: ignore[no-untyped-call]
    with pytest.raises(SystemExit) as caught:
        makeService(options)
    assert caught.value.code == 1
    assert "HK020" in capsys.readouterr().err


def service_of(server: FakeServer, reactor: FakeReactor | None = None) -> HostService:
    """Make a service and start it."""
    service = HostService(server, reactor or FakeReactor())
    service.startService()
    return service


def test_a_service_starts_and_stops_its_server() -> None:
    """When Twisted starts and stops the service."""
    server = FakeServer()
    service = service_of(server)
    assert server.steps == ["started"]
    assert service.stopService().called
    assert server.steps == ["started", "stopped"]


def test_a_service_may_be_stopped_while_it_starts(caplog: pytest.LogCaptureFixture) -> None:
    """The start is cancelled, which is not logged as a failure."""
    server = FakeServer(Deferred())
    assert service_of(server).stopService().called
    assert server.steps == ["cancelled", "stopped"]
    assert caplog.messages == []


def test_a_service_may_be_stopped_before_it_started() -> None:
    """The reactor may end before it runs."""
    server = FakeServer()
    assert HostService(server, FakeReactor()).stopService().called
    assert server.steps == ["stopped"]


@pytest.mark.parametrize("runs", [True, False])
@pytest.mark.parametrize("error", [RuntimeError("no database"), CancelledError("by a module")])
def test_a_server_that_cannot_start_ends_the_reactor(
    error: Exception, runs: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why."""
    reactor = FakeReactor(runs=runs)
    service_of(FakeServer(error), reactor)
    assert reactor.stops == int(runs)
    assert caplog.messages == [f"cannot start: {error}"]


def test_a_module_that_cannot_start_is_named_in_its_log(caplog: pytest.LogCaptureFixture) -> None:
    """As by `hostkit serve`."""
    reactor = FakeReactor()
    service_of(FakeServer(ModuleFailedError("words", "start", "no database")), reactor)
    assert reactor.stops == 1
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("hostkit.modules.words", "ERROR")


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (logging.DEBUG, "debug"),
        (logging.INFO, "info"),
        (logging.WARNING, "warn"),
        (logging.ERROR, "error"),
        (logging.CRITICAL, "critical"),
        (25, "info"),
    ],
)
def test_records_are_passed_on_without_secrets(level: int, name: str) -> None:
    """Twisted's log has the modules' records, with names and levels."""
    events: list[Any] = []
    observe: Any = events.append
    globalLogPublisher.addObserver(observe)
    try:
        record = logging.LogRecord("words", level, "x.py", 1, "token %s {x}", ("s3cret",), None)
        TwistedHandler(Mask(lambda text: text.replace("s3cret", "[redacted]"))).emit(record)
    finally:
        globalLogPublisher.removeObserver(observe)
    (event,) = events
    assert (event["log_namespace"], event["log_level"].name) == ("words", name)
    assert event["log_format"].format(**event) == "token [redacted] {x}"


def test_the_plugin_is_in_no_package() -> None:
    """Twisted looks for plugins in folders without `__init__.py`; a package would hide its own."""
    folder = ROOT / "twisted" / "plugins"
    assert [path.name for path in folder.glob("*.py")] == ["hostkit_plugin.py"]
    assert not (ROOT / "twisted" / "__init__.py").exists()
