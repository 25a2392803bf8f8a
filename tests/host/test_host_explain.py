from __future__ import annotations

from typing import Any

import pytest

from hostkit.dispatch import Outcome
from hostkit.errors import ModuleFailedError
from hostkit.host import Host, UnknownHookError
from hostkit.rules import ALLOW, Deny
from hostkit.testing import Recorder

from .conftest import Failing, Words, fire, make_host


@pytest.fixture
def host() -> Host:
    """Give a host with three modules, of which the second denies casinos."""
    return make_host(
        {"module": Words, "name": "first"},
        {"module": Words, "name": "second", "config": {"word": "casino"}},
        {"module": Failing, "name": "third"},
        Recorder(list_titles=lambda user: f"Dr {user}").entry,
    ).build()


def test_explain_shows_every_step(host: Host) -> None:
    """The modules that were not asked are listed too, with the reason."""
    receipt = fire(host.explain("comments.check_comment", "ann", text="casino"))
    assert (receipt.outcome, receipt.decider) == (Outcome.DENY, "second")
    assert receipt.reason == "banned: ann"
    assert [(step.module, step.outcome, step.detail) for step in receipt.steps] == [
        ("first", Outcome.CONTINUE, None),
        ("second", Outcome.DENY, "banned: ann"),
        ("third", Outcome.NOT_ASKED, "because second denied"),
    ]


def test_explain_shows_a_failure(host: Host) -> None:
    """A module that fails is a step as well, and no exception."""
    receipt = fire(host.explain("comments.check_comment", "ann", "hi"))
    assert (receipt.outcome, receipt.decider) == (Outcome.FAILED, "third")
    assert receipt.steps[2].detail == "ValueError: out of order"


def test_explain_keeps_nothing(host: Host) -> None:
    """Explaining leaves no receipt, since nothing was decided."""
    fire(host.explain("comments.check_comment", "ann", "casino"))
    assert list(host.receipts) == []


def test_synchronous_hooks_can_be_explained(host: Host) -> None:
    """A hook that is not awaited is asked in the same way."""
    receipt = fire(host.explain("names.list_titles", "ann"))
    assert (receipt.outcome, receipt.reason) == (Outcome.RESULT, "['Dr ann']")


def test_a_hook_without_listeners_can_be_explained(host: Host) -> None:
    """There are no steps, and the default is the result."""
    receipt = fire(host.explain("names.find_name", "ann"))
    assert (receipt.steps, receipt.decider, receipt.reason) == ((), None, "None")


@pytest.mark.parametrize(
    ("hook", "hint"),
    [
        ("comments.chek_comment", "did you mean 'comments.check_comment'?"),
        ("zzz", None),
    ],
)
def test_an_unknown_hook_gets_a_hint(host: Host, hook: str, hint: str | None) -> None:
    """The error for a misspelt hook suggests the one that was probably meant."""
    with pytest.raises(UnknownHookError) as caught:
        fire(host.explain(hook))
    assert isinstance(caught.value, LookupError)
    assert (caught.value.code, caught.value.problem.hint) == ("HK401", hint)
    assert f"this host has no hook {hook!r}" in str(caught.value)
    with pytest.raises(UnknownHookError):
        fire(host.ask(hook, {}))


@pytest.mark.parametrize("arguments", [{}, {"author": "a", "text": "b", "extra": 1}])
def test_wrong_arguments_are_a_type_error(host: Host, arguments: dict[str, Any]) -> None:
    """No module is asked with arguments that the hook does not have."""
    with pytest.raises(TypeError):
        fire(host.ask("comments.check_comment", arguments))
    with pytest.raises(TypeError):
        fire(host.explain("comments.check_comment", **arguments))


def test_ask_gives_the_result_and_keeps_a_denial(host: Host) -> None:
    """The receipt can be found later by the id that the caller was given."""
    trace = fire(host.ask("comments.check_comment", {"author": "ann", "text": "casino"}))
    assert (trace.result, trace.error) == (Deny("banned", "ann"), None)
    kept = host.receipts.get(trace.receipt.id)
    assert kept is not None
    assert kept.steps == trace.receipt.steps


def test_ask_gives_the_error_and_keeps_a_failure(host: Host) -> None:
    """A failure of a module is neither raised nor lost."""
    trace = fire(host.ask("comments.check_comment", {"author": "ann", "text": "hi"}))
    assert isinstance(trace.error, ModuleFailedError)
    assert [receipt.id for receipt in host.receipts] == [trace.receipt.id]


def test_ask_keeps_nothing_unremarkable() -> None:
    """An allowed operation leaves no receipt."""
    host = make_host({"module": Words}).build()
    trace = fire(host.ask("comments.check_comment", {"author": "ann", "text": "hi"}))
    assert (trace.result, trace.receipt.outcome) == (ALLOW, Outcome.ALLOW)
    assert list(host.receipts) == []
