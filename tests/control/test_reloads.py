"""Reloads that clients ask for: what is reported meanwhile, and what one would change."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from hostkit import Host
from hostkit.control.reloader import Outcome
from hostkit.testing import build_host
from tests.cli.conftest import HEAD
from tests.control.clients import connected
from tests.control.controlled import Controlled

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from tests.files import Write


class FakeReloader:
    """A reloader whose reload ends when the test says so."""

    def __init__(self) -> None:
        self.done: Deferred[Outcome] = Deferred()

    def reload(self) -> Deferred[Outcome]:
        return self.done


def test_warnings_are_reported(file: HostFile) -> None:
    """Until the reload has ended, and without secrets; errors are in its outcome."""
    reloader = FakeReloader()
    controlled = Controlled(build_host(categories=[]), reloader)
    controlled.host.receipts.expect(lambda text: text.replace("s3cret", "[redacted]"))
    log = logging.getLogger("hostkit.modules.words")
    with connected(file, controlled.commands) as client:
        log.warning("before")
        client.ask("reload")
        log.warning("%s takes long", "s3cret")
        log.error("failed")
        reloader.done.callback(Outcome(is_done=True, message="done"))
        log.warning("after")
    meanwhile, answer = client.answers
    assert meanwhile == {"meanwhile": "[redacted] takes long"}
    assert (answer["ok"], answer["message"]) == (True, "done")


def preview(controlled: Controlled) -> dict[str, Any]:
    """Ask what a reload would change."""
    return controlled.ask("preview")


def test_a_preview_changes_nothing(write: Write) -> None:
    """The file is read and compared, and no module is built."""
    file = write("modules: []\n" + HEAD)
    controlled = Controlled(Host.from_file(file).build())
    assert preview(controlled)["message"] == f"reloading {file} would change nothing"
    write("modules: [{module: missing.Missing, name: a}]\n" + HEAD)
    answer = preview(controlled)
    assert (answer["ok"], answer["shown"], answer["builds"]) == (True, "+ a", True)
    assert answer["changes"]["new"] == ["a"]
    assert controlled.host.file.modules == ()


def test_what_is_wrong_with_the_file_is_reported(write: Write) -> None:
    """Everything that a reload would refuse before it builds anything."""
    controlled = Controlled(Host.from_file(write("modules: []\n" + HEAD)).build())
    wrong = "receipts: 7, listeners: [{endpoint: 'pigeon:1'}]}"
    write(f"modules: []\n{HEAD.replace('}', f', {wrong}')}")
    answer = preview(controlled)
    assert answer["ok"] is False
    assert answer["message"].startswith("would not be reloaded: ")
    assert [code for code in ("HK402", "HK405") if code in answer["message"]] == ["HK402", "HK405"]
    write("modules: [")
    assert "HK006" in preview(controlled)["message"]
