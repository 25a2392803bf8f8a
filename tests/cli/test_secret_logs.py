"""What modules log while they are loaded is logged, and without secrets."""

from __future__ import annotations

import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.logger import globalLogPublisher

from .conftest import make_service, run
from .servers import errors_of, run_to_end, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "correct horse"
LEAKY = """\
import logging
import os
import sys
from twisted.logger import Logger

log = logging.getLogger("anything.at.all")
log.warning("imported: %s", os.environ["THE_SECRET"])
Logger().critical("twisted: {secret}", secret=os.environ["THE_SECRET"])

class Leaky:
    @staticmethod
    def parse_config(config):
        logging.getLogger().error("parsed: %s", config)
        return config

    def __init__(self, config, api):
        log.info("information: %s", config["token"])
        try:
            raise ValueError(config["token"])
        except ValueError:
            log.exception("built")
        if config.get("fails"):
            raise ValueError(config["token"])
"""


@pytest.fixture
def leaky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Write a module that logs its secret wherever it can, and a file with it."""
    (tmp_path / "leaky.py").write_text(LEAKY)
    path = tmp_path / "host.yaml"
    path.write_text(
        "modules:\n- module: leaky.Leaky\n  config: {token: !env THE_SECRET}\n"
        "hostkit:\n  categories: []\n  listeners: [{endpoint: 'tcp:0:interface=127.0.0.1'}]\n"
    )
    monkeypatch.setenv("THE_SECRET", SECRET)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield str(path)
    sys.modules.pop("leaky", None)


@pytest.mark.parametrize("command", ["validate", "list", "routes"])
def test_commands_show_no_secrets(leaky: str, command: str) -> None:
    """Warnings of modules are shown, as from anyone, but nothing of what must not be seen."""
    result = run(command, leaky)
    assert SECRET not in result.output
    lines = result.stderr.splitlines()
    assert "WARNING anything.at.all: imported: [redacted]" in lines
    assert "ERROR root: parsed: {'token': '[redacted]'}" in lines
    assert "ERROR anything.at.all: built" in lines
    assert "ValueError: [redacted]" in lines
    assert "CRITICAL twisted: twisted: [redacted]" in lines
    assert "information" not in result.output


def test_the_log_is_as_before_when_a_command_has_ended(leaky: str) -> None:
    """A program that runs a command keeps its handlers and levels."""
    before = (list(logging.getLogger().handlers), logging.getLogger().level)
    assert run("validate", leaky).exit_code == 0
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


def test_the_server_logs_what_modules_say_while_they_are_built(leaky: str) -> None:
    """INFO lines of `__init__` are in the log, and secrets are not."""
    with serving(leaky) as process:
        lines = []
        while "listening" not in (line := next(errors_of(process))):
            lines.append(line)
        process.send_signal(signal.SIGTERM)
        text = "".join(lines) + process.communicate()[1]
    assert SECRET not in text
    assert "INFO anything.at.all: information: [redacted]\n" in text
    assert "WARNING anything.at.all: imported: [redacted]\n" in text
    assert "ValueError: [redacted]\n" in text
    assert "CRITICAL twisted: twisted: [redacted]\n" in text


def test_a_server_that_cannot_be_built_shows_no_secrets(leaky: str, tmp_path: Path) -> None:
    """The same holds if the module fails after that."""
    path = tmp_path / "host.yaml"
    path.write_text(path.read_text().replace("{token:", "{fails: true, token:"))
    code, text = run_to_end(leaky)
    assert code == 1
    assert SECRET not in text
    assert "HK107" in text


def test_what_is_short_is_not_masked(leaky: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that any text may contain is no secret."""
    monkeypatch.setenv("THE_SECRET", "1")
    assert "imported: 1\n" in run("validate", leaky).stderr


@pytest.mark.usefixtures("_root_logger")
def test_the_service_of_twist_shows_no_secrets(leaky: str) -> None:
    """What modules log through `logging` reaches Twisted's log without them."""
    events: list[Any] = []
    observe: Any = events.append
    globalLogPublisher.addObserver(observe)
    try:
        make_service(leaky)
    finally:
        globalLogPublisher.removeObserver(observe)
    texts = [event["text"] for event in events if "text" in event]
    assert texts[0] == "imported: [redacted]"
    assert "information: [redacted]" in texts
    assert SECRET not in str(texts)
