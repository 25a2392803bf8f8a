"""What is declared about a hook, in words: for the documentation and for `hostkit spec`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from hostkit.rules import KINDS, ByKind, FirstDenial, policy_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hostkit.rules import Rule
    from hostkit.specs._hookspec import Hookspec

_ON_ERROR: Final = {
    "raise": "goes to the caller as it is, with a note that names the module",
    "deny": "is logged and counts as a denial",
    "continue": "is logged, and the next module is asked",
    "fail": "goes to the caller as a `ModuleFailedError`",
}


def facts_of(spec: Hookspec) -> Iterator[tuple[str, str]]:
    """List the declarations of a hook besides its signature.

    Args:
        spec: The hook.

    Returns:
        Pairs of what is declared and what that means, with code between single backquotes.
    """
    rule = spec.rule
    yield "rule", f"`{type(rule).__name__}`: {_summary_of(rule)}"
    yield "when no module decides", _default_of(spec)
    yield "an exception", _say(rule.on_error, "on_error")
    if rule.on_invalid is not None and rule.on_invalid != rule.on_error:
        yield "an invalid answer", _say(rule.on_invalid, "on_invalid")
    if rule.veto is not None:
        yield "an exception that refuses", "goes to the caller as it is"
    if spec.keyed is not None:
        yield "callbacks are asked", f"if their key is that of `{spec.keyed.argument}`"
    if spec.must_decide:
        yield "without a module that decides", "the host does not start"
    if spec.shield:
        yield "when the call is cancelled", "the running callback is allowed to finish"
    if spec.requires:
        yield "registered together with", _names(spec.requires)
    if isinstance(spec.rule, FirstDenial) and spec.rule.replaces is not None:
        yield "an answer can replace", _names([spec.rule.replaces])
    yield "required arguments", _names(spec.arguments[: spec.required])
    yield "copied arguments", _names(name for name in spec.arguments if name in spec.copy)
    yield "since", spec.added or "the first version"
    yield "deprecated", spec.deprecated or "no"


def _default_of(spec: Hookspec) -> str:
    """Say what the result is when no module decides."""
    if spec.has_fallback:
        return "what the hook's own code returns"
    caller_value = getattr(spec.rule, "default", getattr(spec.rule, "allow", None))
    combine = getattr(spec.rule, "combine", None)
    if combine is not None:
        caller_value = combine([])
    elif type(spec.rule).__name__ == "Collect":
        caller_value = []
    return f"`{caller_value!r}`"


def _names(arguments: Iterable[str]) -> str:
    """Write some names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in arguments) or "none"


def _say(policy: Any, option: str) -> str:
    if not isinstance(policy, ByKind):
        return f"{_ON_ERROR[policy]} (`{option}: {policy}`)"
    return "; ".join(
        f"{kind}: {_ON_ERROR[each]}" for kind in KINDS if (each := policy_for(policy, kind))
    )


def _summary_of(rule: Rule) -> str:
    """The first sentence of the documentation of a rule's class."""
    text = " ".join((inspect.getdoc(type(rule)) or "").partition("\n\n")[0].split())
    return text.rstrip(".")
