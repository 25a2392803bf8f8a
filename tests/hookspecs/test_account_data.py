from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hookspecs.account_data import AccountData
from tests.dispatch.fakes import wire

from .answers import Spy, answering, raising

if TYPE_CHECKING:
    import pytest

HOOK = "on_account_data_updated"


def arguments() -> tuple[Any, ...]:
    """Make the arguments of a call."""
    return ("@ann:hs", None, "m.direct", {"@bob:hs": ["!room:hs"]})


def test_nobody_need_listen() -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    chain = wire(AccountData, HOOK)
    assert None is chain.run(*arguments())
    assert False is bool(chain.call)


def test_everybody_is_told_in_order() -> None:
    """Each module gets all arguments, and what they return does not matter."""
    told: list[tuple[str, Any]] = []
    callbacks = [lambda *got, name=name: told.append((name, got)) for name in "ab"]
    assert None is wire(AccountData, HOOK, answering(5), *callbacks).run(*arguments())
    assert told == [("a", arguments()), ("b", arguments())]


def test_an_error_is_logged_and_the_rest_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """The data is written already, so nobody's failure can change that."""
    spies = [Spy(), Spy()]
    chain = wire(AccountData, HOOK, raising(KeyError("x")), *spies)
    assert None is chain.run(*arguments())
    assert [spy.calls for spy in spies] == [[arguments()]] * 2
    assert caplog.messages == [
        f"failed in account_data.{HOOK}, the next module is asked: KeyError: 'x'"
    ]
    assert caplog.records[0].name == "hostkit.modules.m0"


def test_each_module_gets_its_own_content() -> None:
    """Whatever a module does with the content, host and later modules have theirs."""

    def spoil(user_id: str, room_id: str | None, data_type: str, content: Any) -> None:
        content["@bob:hs"].clear()
        content["more"] = 1

    spy, given = Spy(), arguments()
    wire(AccountData, HOOK, spoil, spy).run(*given)
    assert arguments() == given
    assert spy.calls == [arguments()]
