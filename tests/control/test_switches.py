"""Modules that operators enable, disable or put into shadow mode while they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.loops import start_entry
from hostkit.testing import assert_allowed, assert_denied, build_host, capture_logs
from tests.cli import modules
from tests.control.controlled import ANN, Controlled

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def running() -> Iterator[Controlled]:
    """Give a host that runs."""
    entries = [
        {"module": modules.Strict, "name": "strict"},
        {"module": modules.Words, "name": "words", "mode": "shadow"},
        {"module": "missing.Missing", "name": "geo", "enabled": False, "optional": True},
        {"module": "missing.Missing", "name": "broken", "enabled": False},
    ]
    running = Controlled(build_host(entries, categories=[modules.Comments], clock=Clock()))
    start_entry(running.server.start())
    running.reloader.open()
    yield running
    start_entry(running.server.stop())


def check(running: Controlled) -> Any:
    """Ask the modules about a comment of the author whom one of them denies."""
    return running.host.ask("comments.check_comment", "bob")


def test_a_module_is_disabled_and_enabled(running: Controlled) -> None:
    """It is not asked meanwhile, and the log says by whom that was done."""
    assert_denied(check(running))
    said = "module 'strict' is disabled until the next reload"
    with capture_logs() as logs:
        answer = running.ask("disable", module="strict")
    assert (answer["ok"], answer["message"], answer["gone"]) == (True, said, ["strict"])
    assert f"{said}, by {ANN}" in logs.messages
    assert_allowed(check(running))
    assert running.ask("enable", module="strict")["new"] == ["strict"]
    assert_denied(check(running))


def test_a_module_is_put_into_shadow_mode(running: Controlled) -> None:
    """It is kept as it is, but its answers do not count."""
    answer = running.ask("shadow", module="strict")
    assert answer["message"] == "module 'strict' is in shadow mode until the next reload"
    assert answer["kept"] == ["strict", "words"]
    assert_allowed(check(running))
    running.ask("enable", module="strict")
    assert_denied(check(running))


def test_what_was_changed_is_known_until_the_next_reload(running: Controlled) -> None:
    """With the last change of each module, and by whom; a reload undoes all."""
    before = running.host.file
    for command, module in (("disable", "words"), ("shadow", "strict"), ("enable", "words")):
        running.ask(command, module=module)
    assert running.ask("status")["switched"] == [
        {"module": "words", "command": "enable", "by": ANN},
        {"module": "strict", "command": "shadow", "by": ANN},
    ]
    running.reloader.reload(before)
    status = running.ask("status")
    assert (status["switched"], status["modules"]["shadow"]) == ([], 1)
    running.ask("disable", module="words")
    assert [each["module"] for each in running.ask("status")["switched"]] == ["words"]


@pytest.mark.parametrize(
    ("command", "module", "said"),
    [
        ("enable", "strict", "module 'strict' is enabled already"),
        ("shadow", "words", "module 'words' is in shadow mode already"),
        ("disable", "broken", "module 'broken' is disabled already"),
    ],
)
def test_there_may_be_nothing_to_do(
    running: Controlled, command: str, module: str, said: str
) -> None:
    """Then nothing is reloaded."""
    assert running.ask(command, module=module) == {"ok": True, "message": said, "missing": []}


def test_what_cannot_be_done_changes_nothing(running: Controlled) -> None:
    """All is as it was, and the reason is that of a reload."""
    answer = running.ask("enable", module="broken")
    assert (answer["ok"], "HK101" in answer["message"]) == (False, True)
    status = running.ask("status")
    assert (status["switched"], status["modules"]["disabled"]) == ([], 2)


def test_an_optional_module_may_be_missing(running: Controlled) -> None:
    """It is enabled, and tried again as at a start."""
    answer = running.ask("enable", module="geo")
    assert (answer["ok"], answer["missing"]) == (True, ["geo"])


@pytest.mark.parametrize(
    ("module", "hint"),
    [("stric", "did you mean 'strict'?"), (None, "there are: strict, words, geo, broken")],
)
def test_an_unknown_module_is_refused(running: Controlled, module: object, hint: str) -> None:
    """With the one that was probably meant, or all there are."""
    answer = running.ask("disable", module=module)
    assert answer == {"ok": False, "message": f"there is no module {str(module)!r}: {hint}"}


def test_a_reload_in_flight_is_not_disturbed(
    running: Controlled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be given up for one of the old file; nor is a start."""
    waiting: Deferred[None] = Deferred()
    monkeypatch.setattr(running.server, "reload", lambda _file: wait_for(waiting))
    running.begin("reload")
    answer = running.ask("disable", module="strict")
    assert (answer["ok"], answer["message"].startswith("a reload is in flight")) == (False, True)
    waiting.callback(None)


async def wait_for(waiting: Deferred[None]) -> None:
    """Reload, when a test says so."""
    await waiting
    raise RuntimeError


def test_a_reload_is_one_of_the_commands(running: Controlled) -> None:
    """A host that was made from no file says so; what comes of it is in the status."""
    message = "not reloaded: the host was not made from a file: give it what to reload"
    assert running.ask("reload") == {"ok": False, "message": message}
    assert running.ask("status")["last_reload"] == {"ok": False, "message": message}
