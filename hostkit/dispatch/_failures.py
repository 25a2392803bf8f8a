"""What kind of failure an exception is, what it means for a callback, and what is said about it.

A module has written the exception's class, so nothing on it is relied on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.dispatch._receipts import Outcome
from hostkit.errors import HookTimeoutError, InvalidValueError, Unavailable
from hostkit.loops import ADVISABLE, advise, attempt, leaves_of
from hostkit.presenting import message_of
from hostkit.rules import KINDS, policy_for
from hostkit.wording import type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.rules import FailureKind, OnError
    from hostkit.specs import Hookspec

TELLING: Final = (HookTimeoutError, Unavailable, BaseExceptionGroup)
"""Exceptions of all other classes are plain failures."""

_OUTCOMES: Final[dict[FailureKind, Outcome]] = {
    "unavailable": Outcome.UNAVAILABLE,
    "timeout": Outcome.TIMEOUT,
    "error": Outcome.FAILED,
}


def outcome_of(error: BaseException, spec: Hookspec, callback: Callback) -> Outcome:
    """Say what kind of failure an exception of a callback is.

    A task group wraps what its tasks raise; a group is an outage if all of it is.

    Returns:
        `Outcome.UNAVAILABLE`, `Outcome.TIMEOUT` for the callback's own time-out, or
        `Outcome.FAILED`.
    """
    kind = type(error)
    if kind is HookTimeoutError:
        assert isinstance(error, HookTimeoutError)  # noqa: S101 -- for type checkers
        is_own = error.hook == spec.full_name and error.module == callback.module
        return Outcome.TIMEOUT if is_own else Outcome.FAILED
    is_outage = all(issubclass(type(each), Unavailable) for each in leaves_of(error))
    return Outcome.UNAVAILABLE if is_outage else Outcome.FAILED


def policies_of(
    spec: Hookspec, callbacks: Sequence[Callback]
) -> tuple[dict[Outcome, list[OnError]], list[OnError]]:
    """Find the policy of each callback, by its place: a module's own where it means something.

    Returns:
        The policies for each kind of failure, and those for answers that mean nothing.
    """
    rule = spec.rule

    def resolve(callback: Callback, kind: FailureKind, otherwise: OnError) -> OnError:
        own = policy_for(callback.on_error, kind)
        return own if own is not None and rule.takes(own) else otherwise

    on_failure = {
        _OUTCOMES[kind]: [resolve(each, kind, rule.policy(kind)) for each in callbacks]
        for kind in KINDS
    }
    invalid = rule.on_invalid or rule.policy("error")
    return on_failure, [resolve(each, "error", invalid) for each in callbacks]


class _Other:
    """What is not the class of anything."""


def looks_away(error: BaseException) -> bool:
    """Return false, or raise what an exception raises when it is compared with a class."""
    return isinstance(error, _Other)


_read_context: Final = vars(BaseException)["__context__"].__get__


def say(error: BaseException) -> str:
    """Write what was raised; secrets in it are taken out where it is shown."""
    if type(error) is InvalidValueError:
        return error.reason
    text = message_of(error)
    name = type_name(error)
    said = f"{name}: {text}" if text else name
    return advise(error, said) if issubclass(type(error), ADVISABLE) else said


def add_note(error: BaseException, callback: Callback, spec: Hookspec) -> None:
    """Add to an exception that is raised as it is which module it came from."""
    place = callback.locate()
    note = f"in module {callback.module!r}, hook {spec.full_name}"
    note += f" (listed at {place})" if place is not None else ""
    note = advise(error, note)

    def add(error: BaseException) -> None:
        if note not in getattr(error, "__notes__", ()):  # it may be raised many times
            error.add_note(note)

    attempt(add, error, otherwise=None)  # some exceptions cannot be added to


def set_context(raised: BaseException, error: BaseException) -> None:
    """Note what was being handled, unless that leads back to what was raised."""
    if _read_context(raised) is not None:
        return
    passed: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in passed:
        if each is raised:
            return
        passed.add(id(each))
        each = _read_context(each)
    raised.__context__ = error
