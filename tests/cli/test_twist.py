"""``twist hostkit FILE``."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.application.service import IService
from twisted.internet.error import CannotListenError, ReactorNotRunning
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import globalLogPublisher
from twisted.python.usage import UsageError

from tests.cli.conftest import make_service
from tests.cli.servers import LIMIT_SECONDS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.files import Write

FILE = """
modules: [{module: tests.cli.modules.Words}]
hostkit:
  categories: [tests.cli.modules.Comments]
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [hooks]}]
"""


class FakeReactor(MemoryReactorClock):
    """A reactor in memory that runs already, or not any more, and may refuse to listen."""

    is_taken = False
    runs = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.stops = 0

    def listenTCP(self, *args: Any, **options: Any) -> Any:  # noqa: N802
        if self.is_taken:
            raise CannotListenError("", 0, OSError(98, "Address already in use"))
        return super().listenTCP(*args, **options)  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        if not self.runs:
            raise ReactorNotRunning
        self.stops += 1


@pytest.fixture
def reactor(monkeypatch: pytest.MonkeyPatch) -> FakeReactor:
    """Put a reactor in memory in the place of Twisted's."""
    reactor = FakeReactor()
    monkeypatch.setattr("twisted.internet.reactor", reactor)
    return reactor


def twist(*args: str) -> subprocess.Popen[str]:
    """Run Twisted's command."""
    code = "from twisted.application.twist._twist import Twist; Twist.main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_twisted_finds_and_runs_the_service(write: Write) -> None:
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


def test_problems_are_shown_before_anything_runs(write: Write) -> None:
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
        make_service(*args)


pytestmark = pytest.mark.usefixtures("_root_logger")
NOTED = """
modules: [{{module: tests.cli.modules.{module}, name: words, config: {{notes: {notes}{more}}}}}]
hostkit:
  categories: []
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1"}}]
"""


class Service:
    """Makes the service of a file with one module that notes when it is started and stopped."""

    def __init__(self, write: Write, reactor: FakeReactor, notes: Path) -> None:
        self._write = write
        self._reactor = reactor
        self._path = notes
        self._service: Any = None

    def make(self, *options: str, module: str = "Noted", more: str = "") -> Service:
        """Make it; `more` is for the config of the module."""
        file = self._write(NOTED.format(notes=self._path, module=module, more=more))
        self._service = make_service(*options, file)
        return self

    def start(self, *options: str, module: str = "Noted", more: str = "") -> Service:
        """Make it and start it, as Twisted does."""
        self.make(*options, module=module, more=more)
        self._service.startService()
        self._reactor.advance(0)
        return self

    def stop(self) -> list[str]:
        """Stop it, which must be done at once, and give what the module has done."""
        assert self._service.stopService().called
        return self.notes

    @property
    def notes(self) -> list[str]:
        """What the module has done."""
        return self._path.read_text().splitlines() if self._path.exists() else []


@pytest.fixture
def service(write: Write, reactor: FakeReactor, tmp_path: Path) -> Service:
    """Give a service."""
    return Service(write, reactor, tmp_path / "notes")


def test_a_service_starts_and_stops_its_server(service: Service, reactor: FakeReactor) -> None:
    """When Twisted starts and stops the service; until then nothing is opened."""
    assert (service.make().notes, reactor.tcpServers) == ([], [])
    assert (service.start().notes, len(reactor.tcpServers)) == (["start words"], 1)
    assert service.stop() == ["start words", "stop words"]


def test_a_service_may_be_stopped_while_it_starts(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """The start is cancelled, which is not logged as a failure."""
    assert service.start(more=", waits: true").stop() == ["stop words"]
    assert caplog.messages == []


def test_a_service_may_be_stopped_before_it_started(service: Service) -> None:
    """The reactor may end before it runs."""
    assert service.make().stop() == []


@pytest.mark.parametrize("runs", [True, False])
def test_a_server_that_cannot_start_ends_the_reactor(
    runs: bool, service: Service, reactor: FakeReactor, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why."""
    reactor.runs, reactor.is_taken = runs, True
    assert service.start().notes == ["start words", "stop words"]
    assert reactor.stops == int(runs)
    (message,) = caplog.messages
    assert message.startswith("cannot start: ")
    assert "HK403 cannot listen at tcp:0:interface=127.0.0.1: Address already in use" in message


@pytest.mark.parametrize(
    ("module", "error"), [("Noted", "RuntimeError: no database"), ("Cancelled", "by a module")]
)
def test_a_module_that_cannot_start_is_named_in_its_log(
    module: str,
    error: str,
    service: Service,
    reactor: FakeReactor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As by `hostkit serve`."""
    service.start(module=module, more=", fails: true")
    assert reactor.stops == 1
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("hostkit.modules.words", "ERROR")
    assert error in record.getMessage()


@pytest.mark.parametrize(("options", "name"), [([], "None"), (["--worker", "w1"], "w1")])
def test_twist_takes_a_name(options: list[str], name: str, service: Service) -> None:
    """As `hostkit serve` does."""
    assert service.start(*options, module="Worker").stop() == [f"{name} words"]


def test_twist_takes_folders(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In which modules are looked for, as `hostkit serve` does."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "twisted_pkg.py").write_text("class A:\n    def __init__(self, config, api): ...\n")
    file = write(FILE.replace("tests.cli.modules.Words", "twisted_pkg.A"))
    service = make_service("--path", ".", "--path", str(tmp_path), file)
    assert IService.providedBy(service)


def test_a_wrong_file_makes_no_service(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Problems are shown as by the other commands, with their exit codes."""
    with pytest.raises(SystemExit) as caught:
        make_service(write("modules: 1"))
    assert caught.value.code == 1
    assert "HK020" in capsys.readouterr().err


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
def test_records_are_passed_on_without_secrets(
    level: int, name: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twisted's log has the modules' records, with names and levels."""
    monkeypatch.setenv("THE_TOKEN", "correct-horse-battery-staple")
    make_service(write(FILE.replace("serve:", "token: !env THE_TOKEN, serve:")))
    logger = logging.getLogger("tests.words")
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    events: list[Any] = []
    observe: Any = events.append
    globalLogPublisher.addObserver(observe)
    try:
        logger.log(level, "token %s {x}", "correct-horse-battery-staple")
    finally:
        globalLogPublisher.removeObserver(observe)
    (event,) = events
    assert (event["log_namespace"], event["log_level"].name) == ("tests.words", name)
    assert event["log_format"].format(**event) == "token [redacted] {x}"


def test_the_plugin_is_in_no_package() -> None:
    """Twisted looks for plugins in folders without `__init__.py`; a package would hide its own."""
    folder = ROOT / "twisted" / "plugins"
    assert [path.name for path in folder.glob("*.py")] == ["hostkit_plugin.py"]
    assert not (ROOT / "twisted" / "__init__.py").exists()
