"""`HookCall`: how one hook is called over HTTP, from the path and the body to its arguments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeAlias, final

import attrs

from hostkit.config import faults_of
from hostkit.errors import show_path
from hostkit.web._json import check_json_type, read_json
from hostkit.web._json_resource import HttpError
from hostkit.web.gateway._structuring import annotations_of, hook_for, make_converter
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Collection, Mapping, Sequence

    from cattrs import Converter
    from twisted.web.server import Request

    from hostkit.host import Host
    from hostkit.specs import Hookspec

PING: Final = "ping"
"""What a caller sends to see whether the gateway is there; a hook of that name comes first."""

HookPath: TypeAlias = tuple[str, str]
"""A category and the name of a hook in it."""

_EXACT: Final = (str, int, bool)
_EMPTY: Final[tuple[Callable[[], Any], ...]] = (type(None), dict, list)
_LONGEST_ERROR: Final = 300


@final
@attrs.frozen
class Argument:
    """One argument of a hook.

    Attributes:
        name: Its name.
        hint: Its annotation, as far as that is known.
        structure: Turns a JSON value into what callbacks take.
        exact: The type of which values need not be structured.
        make_default: Makes its value in calls that leave it out; without it, it is required.
    """

    name: str
    hint: Any
    structure: Callable[[Any], Any]
    exact: type | None
    make_default: Callable[[], Any] | None = None

    @classmethod
    def of(cls, name: str, hint: Any, converter: Converter) -> Self:
        """Prepare to read a required argument.

        Args:
            name: Its name.
            hint: Its annotation.
            converter: Structures its values.
        """
        # Looked up once per hook: cattrs' own look-up costs more than reading a short body.
        hook = hook_for(hint, converter)
        exact = hint if any(hint is exact for exact in _EXACT) else None
        return cls(name, hint, lambda value: hook(value, hint), exact)


@final
@attrs.frozen
class ArgumentReader:
    """Reads the arguments of one hook.

    The arguments behind those that all callbacks must accept may be left out: callers can be as
    old as modules. The value is then the hook's default, or else null, an empty object or an empty
    list, whichever the annotation allows.
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

    def read(self, given: Any) -> list[Any]:
        """Structure the arguments of a call.

        Returns:
            The hook's arguments, in its order, with defaults for those left out: what a chain is
            asked with, so that no signature has to be bound for a request.

        Raises:
            HttpError: They do not fit the hook (400); it names the first that is wrong.
        """
        if type(given) is not dict:
            raise _refusal(None, "the body must be a JSON object with the arguments by name")
        values: list[Any] = []
        known = 0
        for field in self.fields:
            name = field.name
            if name in given:
                known += 1
                value = given[name]
                values.append(value if type(value) is field.exact else _structure(field, value))
            elif field.make_default is not None:
                values.append(field.make_default())
            else:
                self._refuse_unknown(given)
                raise _refusal(name, f"the argument {name!r} is missing")
        if known < len(given):
            self._refuse_unknown(given)
        return values

    def _refuse_unknown(self, given: Mapping[str, Any]) -> None:
        names = [field.name for field in self.fields]
        for name in given:
            if name not in names:
                near = did_you_mean(name, names)
                known = f"the arguments are: {', '.join(names)}" if names else "there are none"
                raise _refusal(name, f"unknown argument {name!r}: {near or known}")


@final
@attrs.frozen
class HookCall:
    """What is called at one path of the gateway.

    Attributes:
        arguments: Reads the arguments.
        spec: The hook; a ping has none.
        decides: Whether it returns a decision, and not a value.
    """

    arguments: ArgumentReader
    spec: Hookspec | None = None
    decides: bool = False


def find_calls(host: Host) -> dict[HookPath, HookCall]:
    """Prepare the calls of all hooks, by path, and a ping in each category."""
    converter = make_converter()
    ping = HookCall(ArgumentReader((Argument.of("id", str, converter),)))
    calls: dict[HookPath, HookCall] = {}
    for category in host.categories:
        calls[category.name, PING] = ping
        for name, spec in category.hookspecs.items():
            # Where an argument can be replaced, the result contains the replacement.
            decides = spec.rule.denies and spec.rule.replaced is None
            calls[category.name, name] = HookCall(ArgumentReader.of(spec, converter), spec, decides)
    return calls


def refuse_path(path: Sequence[str], known: Collection[HookPath]) -> NoReturn:
    """Refuse a path without a hook, with the name that was probably meant.

    Raises:
        HttpError: In any case (404).
    """
    categories = sorted({category for category, _ in known})
    category, *rest = path
    if category not in categories:
        what = f"this host has no category {category!r}"
        near = did_you_mean(category, categories)
    else:
        what = f"the category {category!r} has no hook {'/'.join(rest)!r}"
        near = did_you_mean("/".join(rest), [hook for other, hook in known if other == category])
    raise HttpError(404, "unknown_hook", f"{what}: {near or 'GET /_hostkit/hooks lists all'}")


def refuse_browsers(request: Request) -> None:
    """Refuse requests of web pages: no page may ask a host's modules in its visitor's name.

    Raises:
        HttpError: The request has an ``Origin`` (403).
    """
    if request.requestHeaders.hasHeader(b"origin"):
        raise HttpError(403, "cross_origin", "web pages may not call the gateway")


def read_body(request: Request) -> Any:
    """Read a JSON body; an empty one is an empty object.

    Raises:
        HttpError: It has another content type (415), or is not valid JSON (400).
    """
    # A missing type is accepted: forms on foreign pages always send one.
    check_json_type(request, b"application/json")
    assert request.content is not None  # noqa: S101 -- there is one while a request is rendered
    try:
        return read_json(request.content.read() or b"{}")
    except ValueError as error:
        raise HttpError(400, "bad_arguments", str(error)) from None


def wants_trace(request: Request) -> bool:
    """Whether the answer is to contain every step of the call (``?explain=1``).

    Raises:
        HttpError: The parameter is neither 0 nor 1 (400).
    """
    values = (request.args or {}).get(b"explain")
    if values is None:
        return False
    if values not in ([b"0"], [b"1"]):
        raise HttpError(400, "bad_arguments", "?explain= is 0 or 1, given once", field="explain")
    return bool(values == [b"1"])


def _argument(
    parameter: inspect.Parameter, hint: Any, converter: Converter, *, may_be_empty: bool
) -> Argument:
    argument = Argument.of(parameter.name, hint, converter)
    if parameter.default is not parameter.empty:
        return attrs.evolve(argument, make_default=lambda: parameter.default)
    make = _find_empty(argument.structure) if may_be_empty else None
    return attrs.evolve(argument, make_default=make)


def _find_empty(structure: Callable[[Any], Any]) -> Callable[[], Any] | None:
    for make in _EMPTY:
        try:
            structure(make())
        except Exception:  # noqa: BLE001, S112 -- the annotation does not allow this one
            continue
        # Made anew for each call: a callback may change what it is given.
        return partial(_make_empty, structure, make)
    return None


def _make_empty(structure: Callable[[Any], Any], make: Callable[[], Any]) -> Any:
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
    shown = error if len(error) <= _LONGEST_ERROR else f"{error[:_LONGEST_ERROR]}…"
    named = {} if field is None else {"field": field}
    return HttpError(400, "bad_arguments", shown, **named)
