"""`ArgumentReader`: the arguments of one hook, from JSON to what its callbacks take."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs

from hostkit.config import faults_of
from hostkit.errors import show_path
from hostkit.web._json_resource import HttpError
from hostkit.web.gateway._structuring import annotations_of, hook_for
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Mapping

    from cattrs import Converter

    from hostkit.specs import Hookspec

_EXACT: Final = (str, int, bool)
_EMPTY: Final[tuple[Callable[[], Any], ...]] = (type(None), dict, list)
_LONGEST: Final = 300


@final
@attrs.frozen
class Argument:
    """One argument of a hook.

    Attributes:
        name: Its name.
        hint: Its annotation, as far as that is known.
        structure: Turns what JSON gave into what callbacks take.
        exact: The type of which values need not be structured.
        is_required: Whether it must be given.
        empty: Makes what it is when it was left out, if the hook itself has no default for it.
    """

    name: str
    hint: Any
    structure: Callable[[Any], Any]
    exact: type | None
    is_required: bool = True
    empty: Callable[[], Any] | None = None


@final
@attrs.frozen
class ArgumentReader:
    """Reads the arguments of one hook.

    The arguments behind those that all callbacks must accept may be left out: callers can be as
    old as modules. It is then the hook's default, or else null, an empty object or an empty
    list, whichever its annotation allows.
    """

    fields: tuple[Argument, ...]

    @classmethod
    def of(cls, spec: Hookspec, converter: Converter) -> Self:
        """Prepare to read the arguments of a hook."""
        hints = annotations_of(spec.function)
        trailing = spec.arguments[spec.required :]
        return cls(
            tuple(
                _argument(parameter, hints.get(name, Any), converter, may_be_empty=name in trailing)
                for name, parameter in spec.signature.parameters.items()
            )
        )

    def read(self, given: Any) -> dict[str, Any]:
        """Structure the arguments of a call.

        Raises:
            HttpError: They are not the hook's (400); it names the first that is wrong.
        """
        if type(given) is not dict:
            raise _refusal(None, "the body must be a JSON object with the arguments by name")
        arguments: dict[str, Any] = {}
        known = 0
        for field in self.fields:
            name = field.name
            if name in given:
                known += 1
                value = given[name]
                arguments[name] = value if type(value) is field.exact else _structure(field, value)
            elif field.is_required:
                self._refuse_unknown(given)
                raise _refusal(name, f"the argument {name!r} is missing")
            elif field.empty is not None:
                arguments[name] = field.empty()
        if known < len(given):
            self._refuse_unknown(given)
        return arguments

    def _refuse_unknown(self, given: Mapping[str, Any]) -> None:
        names = [field.name for field in self.fields]
        for name in given:
            if name not in names:
                near = did_you_mean(name, names)
                known = f"the arguments are: {', '.join(names)}" if names else "there are none"
                raise _refusal(name, f"unknown argument {name!r}: {near or known}")


def make_argument(name: str, hint: Any, converter: Converter) -> Argument:
    """Prepare to read one argument.

    Args:
        name: Its name.
        hint: Its annotation.
        converter: What structures it.
    """
    hook = hook_for(hint, converter)
    exact = hint if any(hint is exact for exact in _EXACT) else None
    return Argument(name, hint, lambda value: hook(value, hint), exact)


def _argument(
    parameter: inspect.Parameter, hint: Any, converter: Converter, *, may_be_empty: bool
) -> Argument:
    argument = make_argument(parameter.name, hint, converter)
    if parameter.default is not parameter.empty:
        return attrs.evolve(argument, is_required=False)
    empty = _empty_of(argument.structure) if may_be_empty else None
    return attrs.evolve(argument, is_required=empty is None, empty=empty)


def _empty_of(structure: Callable[[Any], Any]) -> Callable[[], Any] | None:
    for make in _EMPTY:
        try:
            structure(make())
        except Exception:  # noqa: BLE001, S112 -- then it is not of this kind
            continue
        return partial(_make, structure, make)
    return None


def _make(structure: Callable[[Any], Any], make: Callable[[], Any]) -> Any:
    return structure(make())


def _structure(field: Argument, value: Any) -> Any:
    try:
        return field.structure(value)
    except Exception as error:  # noqa: BLE001 -- a class may refuse in its own way
        fault = faults_of(error)[0].under(field.name)
    where = show_path(fault.path)
    expected = f"; expected {fault.expected}" if fault.expected else ""
    raise _refusal(where, f"{where}: {fault.message}{expected}")


def _refusal(field: str | None, error: str) -> HttpError:
    shown = error if len(error) <= _LONGEST else f"{error[:_LONGEST]}…"
    named = {} if field is None else {"field": field}
    return HttpError(400, "bad_arguments", shown, **named)
