"""The promises of a hook, each as a check that raises `AssertionError` if it is broken."""

from __future__ import annotations

import copy
import unittest
from typing import TYPE_CHECKING, Any, Final, NoReturn

import attrs
from twisted.internet.defer import Deferred

from hostkit.errors import HookTimeoutError, ModuleFailedError, Unavailable
from hostkit.rules import POLICIES, Deny
from hostkit.testing._clock import Clock
from hostkit.testing._fitting import fits
from hostkit.testing._probing import TIMEOUT_SECONDS, Came, Probe, ProbeError
from hostkit.testing._samples import read_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.rules import OnError
    from hostkit.specs import Hookspec
    from hostkit.testing._probing import Probed

_FAILING: Final = "failing"
_LATER: Final = "later"


def broken(hook: Probed, expected: str, got: object, module: str | None = None) -> NoReturn:
    """Report that a promise is broken.

    Args:
        hook: The hook.
        expected: What it promises.
        got: What came instead.
        module: The module that it is about.

    Raises:
        AssertionError: Always.
    """
    about = "" if module is None else f", module {module!r}"
    arguments = ", ".join(f"{name}={value!r}" for name, value in hook.arguments.items())
    raise AssertionError(
        f"{hook.spec.full_name}{about}: {expected}, but {got}\n"
        f"  called as {hook.spec.name}({arguments}) under {_LOOP_NAMES[hook.loop]}\n"
        f"  declared as {hook.spec.show()}, with {type(hook.spec.rule).__name__}"
    ) from (got.error if isinstance(got, Came) else None)


_LOOP_NAMES: Final = {"asyncio": "asyncio", "twisted": "Twisted without asyncio"}


def answers_alone(hook: Probed) -> None:
    """Without any module the call gives the rule's default, or what the body does."""
    came = hook.ask(hook.host())
    if came.error is not None:
        broken(hook, "without any module it gives a result", came)
    _check_fits(hook, came, "without any module")


def _alone(hook: Probed) -> Came:
    if hook.spec.must_decide and not hook.spec.rule.denies:
        raise unittest.SkipTest(f"{hook.spec.full_name} has no result without a module")
    came = hook.ask(hook.host())
    if came.error is not None:  # which has a test of its own
        raise unittest.SkipTest(f"{hook.spec.full_name} gives no result without any module")
    return came


def _check_fits(hook: Probed, came: Came, when: str, module: str | None = None) -> None:
    hint = read_hints(hook.spec).get("return", Any)
    if not fits(came.result, hint):
        annotation = hook.spec.show().rpartition(" -> ")[2]
        expected = f"{when} the result is of the type it is annotated with, {annotation}"
        broken(hook, expected, came, module)


def survives_failures(hook: Probed) -> None:
    """A module that raises comes to what the rule's policy says, and its own policy."""
    rule = hook.spec.rule
    _check_failing(hook, ProbeError("it is out of order"), rule.policy("error"), {})
    _check_failing(hook, Unavailable("it is out of reach"), rule.policy("unavailable"), {})
    for policy in POLICIES:
        if rule.takes(policy):
            _check_failing(hook, ProbeError("it is out of order"), policy, {"on_error": policy})


def _check_failing(
    hook: Probed, error: Exception, policy: OnError, entry: Mapping[str, Any]
) -> None:
    def fail(_hook: str) -> NoReturn:
        raise error

    failing = Probe(_FAILING, fail, **entry)
    _check_policy(hook, failing, policy, hook.ask, lambda raised: raised is error)


def survives_time_outs(hook: Probed) -> None:
    """A module that takes too long comes to what the policy for time-outs says."""
    clock = Clock()
    slow = Probe(_FAILING, lambda _hook: Deferred(), timeout=f"{TIMEOUT_SECONDS:g}s")

    def ask(host: Any) -> Came:
        return hook.ask_meanwhile(host, lambda _call: None, clock)

    policy = hook.spec.rule.policy("timeout")
    _check_policy(
        hook, slow, policy, ask, lambda raised: isinstance(raised, HookTimeoutError), clock
    )


def _check_policy(
    hook: Probed,
    failing: Probe,
    policy: OnError,
    ask: Callable[[Any], Came],
    is_failure: Callable[[BaseException | None], bool],
    clock: Clock | None = None,
) -> None:
    """Check what a failure comes to, and whether the module after it is asked."""
    later = Probe(_LATER, _raise_later, on_error="continue")
    alone = _alone(hook)
    came = ask(hook.host(failing, *([] if hook.is_for_one else [later]), clock=clock))
    if not failing.asked:
        broken(hook, "the module is asked", "it was not", _FAILING)
    if is_failure(came.error) and _is_veto(hook, came.error):
        return  # to the host, such an exception is a denial
    _check_outcome(hook, policy, came, alone, is_failure)
    if not hook.is_for_one and bool(later.asked) != (policy == "continue"):
        expected = "is asked" if policy == "continue" else "is not asked"
        said = f"after a failure with the policy {policy!r} the next module {expected}"
        broken(hook, said, "it is otherwise", _LATER)


def _raise_later(_hook: str) -> NoReturn:
    raise ProbeError("it is out of order, too")


def _is_veto(hook: Probed, error: Any) -> bool:
    veto = hook.spec.rule.veto
    return veto is not None and bool(veto(error))


def _check_outcome(
    hook: Probed,
    policy: OnError,
    came: Came,
    alone: Came,
    is_failure: Callable[[BaseException | None], bool],
) -> None:
    when = f"a failure with the policy {policy!r}"
    if policy == "raise" and not is_failure(came.error):
        broken(hook, f"{when} is raised as it is", came, _FAILING)
    if policy == "fail" and not (
        isinstance(came.error, ModuleFailedError) and came.error.module == _FAILING
    ):
        broken(hook, f"{when} is raised as a ModuleFailedError", came, _FAILING)
    if policy == "continue" and not _is_same(hook, came, alone):
        expected = f"{when} leaves the result as it is without the module, {alone.result!r}"
        broken(hook, expected, came, _FAILING)
    if policy == "deny":
        _check_denied(hook, came, when, is_failure)


def _check_denied(
    hook: Probed, came: Came, when: str, is_failure: Callable[[BaseException | None], bool]
) -> None:
    rule = hook.spec.rule
    if rule.denies:
        is_denied = came.error is None and rule.is_denial(came.result)
    else:
        is_denied = came.error is not None and is_failure(came.error.__cause__)
    if not is_denied:
        broken(hook, f"{when} counts as a denial", came, _FAILING)
    if rule.denies:
        _check_fits(hook, came, f"after {when}", _FAILING)
    try:
        described: object = rule.describe_denial(came.result if rule.denies else came.error)
    except Exception as error:  # noqa: BLE001 -- the host's own code
        broken(hook, "the denial can be described", Came(error=error), _FAILING)
    if not isinstance(described, Deny):
        broken(hook, "a denial is described as a Deny", f"it was {described!r}", _FAILING)


def _is_same(hook: Probed, came: Came, alone: Came) -> bool:
    # What a body returns may be another each time.
    is_new = hook.spec.has_fallback and type(came.result) is type(alone.result)
    return came.error is None and (is_new or came.result == alone.result)


def keeps_shadows_apart(hook: Probed) -> None:
    """A module in shadow mode is asked, and nothing comes of what it does."""

    def answer(_hook: str) -> Any:
        return Deny("shadow", "it would deny") if hook.spec.rule.plain_denial else object()

    for what, do in (("raises", _raise_later), ("answers", answer)):
        shadow = Probe("shadow", do, mode="shadow")
        alone = _alone(hook)
        came = hook.ask(hook.host(shadow))
        if not shadow.asked:
            broken(hook, "a module in shadow mode is asked", "it was not", "shadow")
        if not _is_same(hook, came, alone):
            expected = f"a module in shadow mode that {what} leaves the result {alone.result!r}"
            broken(hook, expected, came, "shadow")


def can_be_cancelled(hook: Probed) -> None:
    """The cancellation of a call goes to its caller, whatever the policy says."""
    gate: Deferred[None] = Deferred()
    waiting = Probe("waiting", lambda _hook: gate)
    later = Probe(_LATER, _raise_later, on_error="continue")

    def cancel(call: Any) -> None:
        call.cancel()
        if not gate.called:  # a callback that a shield lets finish
            gate.callback(None)

    host = hook.host(waiting, *([] if hook.is_for_one else [later]))
    came = hook.ask_meanwhile(host, cancel)
    if not came.is_cancelled or (later.asked and not hook.spec.rule.reaches_all):
        broken(hook, "a call that is cancelled ends with its cancellation", came, "waiting")


def copies_arguments(hook: Probed) -> None:
    """Each callback gets its own deep copy of the arguments that are declared so."""
    try:
        copied = {name: copy.deepcopy(hook.arguments[name]) for name in _copied(hook)}
    except Exception as error:  # noqa: BLE001 -- whatever cannot be copied
        broken(hook, "arguments declared with copy= can be copied", Came(error=error))
    probes = [
        Probe(name, _raise_later, on_error="continue")
        for name in (_FAILING, _LATER)[: 1 if hook.is_for_one else 2]
    ]
    hook.ask(hook.host(*probes))
    for probe in probes:
        for name, value in copied.items():
            given = probe.asked[0][hook.spec.arguments.index(name)]
            # Python copies what cannot change as itself.
            if given is hook.arguments[name] and value is not hook.arguments[name]:
                broken(hook, f"its {name} is a copy", "it was the caller's own", probe.name)


def _copied(hook: Probed) -> list[str]:
    return sorted(name for name in hook.spec.copy if name in hook.arguments)


@attrs.frozen
class Promise:
    """One promise of hooks.

    Attributes:
        name: How its tests are called after the hook.
        check: The check.
        applies: Whether a hook makes it.
        most: With how many examples it is checked at most; see `Samples.each`.
    """

    name: str
    check: Callable[[Probed], None]
    applies: Callable[[Hookspec], bool] = lambda _spec: True
    most: int | None = 5


PROMISES: Final = (
    Promise("without_a_module", answers_alone, lambda spec: not spec.must_decide, most=None),
    Promise("with_a_module_that_raises", survives_failures),
    Promise("with_a_module_that_takes_too_long", survives_time_outs, lambda spec: spec.is_async),
    Promise("with_a_module_in_shadow_mode", keeps_shadows_apart),
    Promise("when_it_is_cancelled", can_be_cancelled, lambda spec: spec.is_async),
    Promise("copies_its_arguments", copies_arguments, lambda spec: bool(spec.copy)),
)
"""All promises, in the order of their tests."""
