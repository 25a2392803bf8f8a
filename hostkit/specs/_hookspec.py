"""`@hookspec`: one hook, declared as a method of its category."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Never, TypeVar, cast, final

import attrs
import pluggy

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules import D_co, Decision, FirstDenial, Rule
from hostkit.specs._functions import (
    arguments_of,
    check_documented,
    has_body,
    show_function,
    use_own_names,
    where,
)
from hostkit.specs._keyed import Keyed
from hostkit.wording import did_you_mean

PROJECT: Final = "hostkit"
"""The pluggy project that marks hookspecs and hookimpls."""

SPEC_ATTRIBUTE: Final = "__hookspec__"

_F = TypeVar("_F", bound=Callable[..., Any])
_mark: Final = pluggy.HookspecMarker(PROJECT)


@final
@attrs.frozen(kw_only=True)
class Hookspec:
    """What is declared about one hook.

    Attributes:
        name: The hook's name.
        category: The name of its category; empty until the category is declared.
        function: The declared function; its body, if it has one, is the fallback.
        rule: How its chain becomes one result.
        arguments: The names of its arguments, in order.
        required: How many leading arguments a positional callback must accept.
        copy: The arguments of which each callback gets its own deep copy.
        added: The host's version that brought the hook.
        deprecated: Why modules should no longer register for it.
        keyed: By which argument callbacks are chosen, if not all of them are asked.
        requires: Hooks of the category that a module must register together with it.
        shield: Whether a callback is let finish when the call is cancelled.
        must_decide: Whether a host needs a module that decides it.
        other_names: Pairs of a name that callers may use, too, and the argument it is for.
    """

    name: str
    function: Callable[..., Any]
    rule: Rule
    arguments: tuple[str, ...]
    required: int
    category: str = ""
    copy: frozenset[str] = frozenset()
    added: str | None = None
    deprecated: str | None = None
    keyed: Keyed | None = None
    requires: tuple[str, ...] = ()
    shield: bool = False
    must_decide: bool = False
    other_names: tuple[tuple[str, str], ...] = ()

    @property
    def full_name(self) -> str:
        """The name people use for it: ``category.hook``."""
        return f"{self.category}.{self.name}"

    @functools.cached_property
    def is_async(self) -> bool:
        """Whether callers await it, and callbacks may be asynchronous."""
        return inspect.iscoroutinefunction(self.function)

    @functools.cached_property
    def has_fallback(self) -> bool:
        """Whether the declared body is run when no module decides."""
        return has_body(self.function)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The signature without ``self``."""
        whole = inspect.signature(self.function)
        return whole.replace(parameters=list(whole.parameters.values())[1:])

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """Put the arguments of a call in the hook's order, with its defaults.

        Raises:
            TypeError: They are not the hook's.
        """
        bound = self.signature.bind(*args, **use_own_names(self.name, self.other_names, kwargs))
        bound.apply_defaults()
        return list(bound.arguments.values())

    def show(self) -> str:
        """Write the declaration on one line."""
        signature = self.signature
        if self.rule.plain_denial is not None and signature.return_annotation in _DECISIONS:
            signature = signature.replace(return_annotation="Decision")
        return show_function(self.name, signature, is_async=self.is_async)


# In a declaration, `None` stands for the empty body; it is not an answer.
_DECISIONS: Final = (Decision, Decision | None, "Decision | None")

_OF_PLUGGY: Final = {
    "firstresult": "write @hookspec(rules.FirstResult())",
    "historic": "leave it out: all modules have registered before a hook can be called, so that "
    "there is no call to repeat for later ones",
    "warn_on_impl": 'write deprecated="what to use instead"',
    "warn_on_impl_args": "say so in the docstring",
}


def hookspec(  # noqa: PLR0913 -- each is one line of a declaration
    rule: Rule[D_co] = cast("Any", None),  # noqa: B008 -- required, see `_check_rule`
    *,
    required: int | None = None,
    copy: tuple[str, ...] = (),
    added: str | None = None,
    deprecated: str | None = None,
    keyed: Keyed | None = None,
    requires: tuple[str, ...] = (),
    shield: bool = False,
    must_decide: bool = False,
    **unknown: Never,
) -> D_co:
    """Declare a method of a `Category` as a hook.

    It needs annotations and a docstring. A body with code is run when no module decides.

    Args:
        rule: How the chain of callbacks becomes one result.
        required: How many leading arguments callbacks must accept; by default all.
        copy: Names of arguments of which each callback gets its own deep copy.
        added: The host's version that brought the hook.
        deprecated: Why modules should no longer use it; said in the log when one does.
        keyed: Has modules register callbacks by key, of which a call asks those of its own key.
        requires: Names of hooks of the category that a module must register in the same call.
        shield: Lets a callback finish when the call is cancelled, for some microseconds a call.
        must_decide: Refuses a host without a module that decides it; shadow modules do not.
        unknown: Refused.

    Raises:
        SpecError: The declaration is wrong (codes HK301 to HK304).
    """
    _check_options(unknown)
    _check_rule(rule)
    said: dict[str, Any] = {"added": added, "deprecated": deprecated, "keyed": keyed}
    said |= {"requires": requires, "shield": shield, "must_decide": must_decide}

    def declare(function: _F) -> _F:
        spec = attrs.evolve(_read(function, cast("Rule", rule), required, copy), **said)
        _check_named(spec)
        _check_shield(spec)
        setattr(function, SPEC_ATTRIBUTE, spec)
        return _mark(function)

    return cast("D_co", declare)


def _read(
    function: Callable[..., Any], rule: Rule, required: int | None, copy: tuple[str, ...]
) -> Hookspec:
    arguments = arguments_of(function)
    check_documented(function)
    _check_fallback(function, rule)
    return Hookspec(
        name=function.__name__,
        function=function,
        rule=rule,
        arguments=arguments,
        required=_required(function, required, len(arguments)),
        copy=_copied(function, copy, arguments),
    )


def _check_options(unknown: Mapping[str, object]) -> None:
    for option in unknown:
        parameters = inspect.signature(hookspec).parameters.values()
        known = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
        hint = _OF_PLUGGY.get(option) or did_you_mean(option, known)
        raise SpecError(
            Code.BAD_OPTION,
            f"@hookspec has no option {option!r}",
            expected=f"a rule, and any of: {', '.join(known)}",
            hint=hint,
        )


def _check_rule(rule: object) -> None:
    if not isinstance(rule, Rule):
        raise SpecError(
            Code.BAD_OPTION,
            f"@hookspec needs a rule, not {rule!r}",
            hint="write @hookspec(rules.FirstDenial()), or another of hostkit.rules",
        )


def _check_fallback(function: Callable[..., Any], rule: Rule) -> None:
    replaces = isinstance(rule, FirstDenial) and rule.replaces is not None
    if (not rule.decides or replaces) and has_body(function):
        why = "with replaces= " if replaces else ""
        raise SpecError(
            Code.BAD_OPTION,
            f"hookspec {function.__name__} has a body, but rules.{type(rule).__name__} {why}asks "
            "every module, so there is nothing left for it to decide",
            details=where(function),
            hint="leave nothing in the body but the docstring",
        )


def _check_named(spec: Hookspec) -> None:
    """Make sure that the arguments exist which the rule and the key name."""
    if spec.keyed is not None and not isinstance(spec.keyed, Keyed):
        raise SpecError(
            Code.BAD_OPTION,
            f"hookspec {spec.name} has keyed={spec.keyed!r}, which is not a Keyed",
            details=where(spec.function),
            hint='write keyed=Keyed("argument")',
        )
    keyed_by = spec.keyed.argument if spec.keyed is not None else None
    replaced = spec.rule.replaces if isinstance(spec.rule, FirstDenial) else None
    for what, argument in (("is keyed by", keyed_by), ("replaces", replaced)):
        if argument is not None and argument not in spec.arguments:
            raise _no_argument(spec.function, what, argument, spec.arguments)
    if replaced is not None and replaced == keyed_by:
        raise SpecError(
            Code.BAD_OPTION,
            f"hookspec {spec.name} replaces {replaced!r}, by which its callbacks are chosen",
            details=where(spec.function),
            hint="a call has one key, which cannot change on the way",
        )


def _check_shield(spec: Hookspec) -> None:
    if spec.shield and not spec.is_async:
        raise SpecError(
            Code.BAD_OPTION,
            f"hookspec {spec.name} has shield=True, but a plain function cannot be cancelled",
            details=where(spec.function),
            hint="leave it out, or write the hook with async def",
        )


def _required(function: Callable[..., Any], required: int | None, total: int) -> int:
    if required is None:
        return total
    # `True` is a number to Python, and looks like what `must_decide` is.
    if type(required) is not int or not 0 <= required <= total:
        hint = "write must_decide=True for a hook that some module must decide"
        raise SpecError(
            Code.BAD_OPTION,
            f"hookspec {function.__name__} has required={required!r}, but {total} arguments",
            details=where(function),
            expected=f"a number from 0 to {total}",
            hint=hint if required is True else None,
        )
    return required


def _copied(
    function: Callable[..., Any], copy: tuple[str, ...], arguments: tuple[str, ...]
) -> frozenset[str]:
    for name in sorted(copy):
        if name not in arguments:
            raise _no_argument(function, "copies", name, arguments)
    return frozenset(copy)


def _no_argument(
    function: Callable[..., Any], what: str, name: str, arguments: tuple[str, ...]
) -> SpecError:
    return SpecError(
        Code.BAD_OPTION,
        f"hookspec {function.__name__} {what} {name!r}, which it does not take",
        details=where(function),
        expected=", ".join(arguments) or "no argument",
    )
