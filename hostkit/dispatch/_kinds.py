"""Kinds of failures, and the policy of each callback for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.dispatch._receipts import Outcome
from hostkit.errors import HookTimeoutError, Unavailable
from hostkit.rules import KINDS, policy_for

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
    if issubclass(kind, BaseExceptionGroup):
        is_outage = _is_outage(error)
    else:
        is_outage = issubclass(kind, Unavailable)
    return Outcome.UNAVAILABLE if is_outage else Outcome.FAILED


def _is_outage(group: BaseException) -> bool:
    """Whether all leaves of a group are outages; it may be nested deep, and a module's class."""
    rest = [group]
    passed: set[int] = set()
    while rest:
        each = rest.pop()
        if issubclass(type(each), BaseExceptionGroup):
            if id(each) not in passed:
                passed.add(id(each))
                rest += _read_exceptions(each)
        elif not issubclass(type(each), Unavailable):
            return False
    return True


_read_exceptions: Final = vars(BaseExceptionGroup)["exceptions"].__get__


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
