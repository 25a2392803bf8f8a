"""`Samples`: arguments to call a hook with, given or made from its annotations."""

from __future__ import annotations

import sys
import typing
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hostkit.specs import Hookspec


@final
@attrs.frozen
class Samples:
    """Arguments to call a hook with.

    Attributes:
        fixed: Those that are the same in each call.
        drawn: Strategies of hypothesis for the others.
    """

    fixed: Mapping[str, Any]
    drawn: Mapping[str, Any] = attrs.field(factory=dict)

    def each(self, check: Callable[[dict[str, Any]], None], most: int | None = None) -> None:
        """Check some examples of them.

        Args:
            check: Is given the arguments of a call.
            most: How many examples at most, of which none is made simpler; by default as many as
                hypothesis' own settings say.
        """
        if not self.drawn:
            check(dict(self.fixed))
            return
        from hypothesis import Phase, given, settings  # noqa: PLC0415 -- it is optional

        chosen = settings(deadline=None)
        if most is not None:
            limit = min(most, chosen.max_examples)
            chosen = settings(chosen, max_examples=limit, phases=[Phase.generate])

        @chosen
        @given(**self.drawn)
        def example(**arguments: Any) -> None:
            check({**self.fixed, **arguments})

        example()


def collect_samples(
    specs: Iterable[Hookspec], given: Mapping[str, Mapping[str, Any]]
) -> dict[str, Samples]:
    """Find the arguments for each of some hooks.

    Args:
        specs: The hooks.
        given: The arguments that are given, by the names of hooks: values, or strategies.

    Raises:
        TypeError: Some are missing and cannot be made, or they are not the hooks'.
    """
    known = {spec.name: spec for spec in specs}
    for hook, arguments in given.items():
        if hook not in known:
            raise _unknown(f"the hook {hook!r}", hook, known)
        for name in arguments:
            if name not in known[hook].arguments:
                what = f"the argument {name!r} of {known[hook].full_name}"
                raise _unknown(what, name, known[hook].arguments)
    missing: list[str] = []
    samples = {
        name: _samples_for(spec, given.get(name, {}), missing) for name, spec in known.items()
    }
    if missing:
        raise TypeError(
            "there are no values for some arguments of hooks; give them, as in "
            'arguments={"hook": {"argument": value}}:\n' + "\n".join(missing)
        )
    return samples


def _unknown(what: str, name: str, known: Iterable[str]) -> TypeError:
    names = list(known)
    hint = did_you_mean(name, names) or f"there are: {', '.join(names) or 'none'}"
    return TypeError(f"arguments= names {what}, which does not exist; {hint}")


def _samples_for(spec: Hookspec, given: Mapping[str, Any], missing: list[str]) -> Samples:
    fixed = {name: value for name, value in given.items() if not _is_strategy(value)}
    drawn = {name: value for name, value in given.items() if name not in fixed}
    hints = read_hints(spec)
    for name, parameter in spec.signature.parameters.items():
        if name in given or parameter.default is not parameter.empty:
            continue
        made = _make_strategy(hints.get(name, Any))
        if isinstance(made, str):
            missing.append(f"  {spec.full_name}: {parameter} ({made})")
        else:
            drawn[name] = made
    return Samples(fixed, drawn)


def read_hints(spec: Hookspec) -> dict[str, Any]:
    """Read the annotations of a hook; those that cannot be evaluated are missing."""
    try:
        return typing.get_type_hints(spec.function)
    except Exception:  # noqa: BLE001 -- such as a name that only type checkers import
        return {}


def _is_strategy(value: Any) -> bool:
    hypothesis = sys.modules.get("hypothesis.strategies")
    return hypothesis is not None and isinstance(value, hypothesis.SearchStrategy)


def _make_strategy(hint: Any) -> Any:
    """Make a strategy from an annotation, or say why there is none."""
    try:
        from hypothesis import strategies  # noqa: PLC0415 -- it is optional
    except ImportError:
        return "hypothesis, which could make some, is not installed"
    try:
        strategy = strategies.from_type(hint)
        strategy.validate()
    except Exception:  # noqa: BLE001 -- each kind of annotation fails in a way of its own
        return "hypothesis cannot make any from the annotation"
    return strategy
