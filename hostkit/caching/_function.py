"""`CachedFunction`: a cached method as it is called, and the code that is generated for it."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Protocol, TypeVar, runtime_checkable

from hostkit.caching._cache import RETRY
from hostkit.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import FunctionType

    from hostkit.caching._cache import Cache
    from hostkit.caching._keys import KeyParameters

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class CachedFunction(Protocol[P, T_co]):
    """A cached method of one instance: what ``self.method`` is.

    It is called and awaited like the method that was written, and ``isinstance`` recognises it.
    ``__module__``, ``__name__``, ``__qualname__`` and the signature are those of that method.
    """

    __name__: str
    __qualname__: str

    @property
    def __self__(self) -> object:
        """The instance whose method it is."""

    @property
    def __wrapped__(self) -> Callable[P, Coroutine[Any, Any, T_co]]:
        """The method that was written, to be called without the cache."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the arguments that make up a key, in order."""

    @property
    def named_key_names(self) -> tuple[str, ...]:
        """Those of them that are neither ``*args`` nor ``**kwargs``."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T_co]:
        """Return the cached result, or wait until it is computed."""

    def invalidate(self, key: tuple[Any, ...]) -> None:
        """Drop an entry, so that the next call with these arguments computes its result anew.

        A computation for them that is in flight completes for the calls that wait for it, and its
        result is not stored. If there is no such entry, nothing happens.

        Args:
            key: The arguments, in the order of ``key_names``; a tuple even for one argument.
                Without those for ``*args`` and ``**kwargs`` it is for all entries that agree in the
                others.

        Raises:
            TypeError: This is not such a tuple.
        """

    def invalidate_all(self) -> None:
        """Drop all entries in the same way."""


# A hit costs one look-up by the key, which may be slow to hash, and one move of the entry. That is
# why this is a real function with the method's own signature, and not a wrapper that binds
# arguments on each call.
_TEMPLATE: Final = """\
def {_}bind({_}cache, {_}known, {_}move, {_}now):
    async def {name}({parameters}):{make_key}
        while True:
            try:
                {_}entry = {_}known[{key}]
            except {_}KeyError:
                pass
            except {_}TypeError:
                {_}cache.check_hash({key})
                raise
            else:
                {found}
            {_}value = await {_}cache.compute({key}{arguments})
            if {_}value is not {_}RETRY:
                return {_}value
    return {name}
"""
_FOUND: Final = """\
{_}move({_}entry)
                return {_}entry.value"""
_FOUND_IN_TIME: Final = """\
if {_}now() < {_}entry.until:
                    {_}move({_}entry)
                    return {_}entry.value
                {_}cache.drop({key})"""
_NAMES: Final[dict[str, Any]] = {"RETRY": RETRY, "KeyError": KeyError, "TypeError": TypeError}


def compile_binder(
    function: FunctionType, parameters: KeyParameters, *, expires: bool
) -> Callable[[Cache[Any]], FunctionType]:
    """Compile what makes the cached function of each instance.

    Args:
        function: The method.
        parameters: Its parameters.
        expires: Whether results expire.

    Returns:
        Makes the function that looks into a cache, and has the signature of the method.
    """
    name = function.__code__.co_name
    prefix = _unused_prefix((name, *(each.name for each in parameters.parameters)))
    binder = compile_function(
        _write_binder(name, prefix, parameters, expires=expires),
        f"{prefix}bind",
        f"cached {parameters.method}",
        {f"{prefix}{each}": value for each, value in _NAMES.items()},
    )

    def bind(cache: Cache[Any]) -> FunctionType:
        bound: FunctionType = binder(cache, cache.known, cache.order.move_to_end, cache.clock)
        bound.__defaults__ = function.__defaults__
        bound.__kwdefaults__ = function.__kwdefaults__
        return bound

    return bind


def _unused_prefix(names: tuple[str, ...]) -> str:
    """Find a prefix for the names in the generated code that no other name starts with."""
    prefix = "_"
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    return prefix


def _write_binder(name: str, prefix: str, parameters: KeyParameters, *, expires: bool) -> str:
    kinds = {each.name: each.kind for each in parameters.parameters}
    key_names = ", ".join(_write_part(name, kinds[name]) for name in parameters.key_names)
    is_one = len(parameters.key_names) == 1
    template = _TEMPLATE.replace("{found}", _FOUND_IN_TIME if expires else _FOUND)
    return template.format(
        _=prefix,
        name=name,
        parameters=_write_parameters(parameters.parameters),
        make_key="" if is_one else f"\n        {prefix}key = ({key_names})",
        key=key_names if is_one else f"{prefix}key",
        arguments="".join(f", {_write_argument(each)}" for each in parameters.parameters),
    )


class _Default:
    """Stands for a default, which the function gets from the method."""

    def __repr__(self) -> str:
        return "..."


def _write_parameters(parameters: tuple[Parameter, ...]) -> str:
    bare = [
        each.replace(
            annotation=each.empty,
            default=each.default if each.default is each.empty else _Default(),
        )
        for each in parameters
    ]
    return str(Signature(bare))[1:-1]


def _write_argument(parameter: Parameter) -> str:
    name = parameter.name
    forms: dict[Any, str] = {
        parameter.KEYWORD_ONLY: f"{name}={name}",
        parameter.VAR_POSITIONAL: f"*{name}",
        parameter.VAR_KEYWORD: f"**{name}",
    }
    return forms.get(parameter.kind, name)


def _write_part(name: str, kind: Any) -> str:
    """Write what an argument is in a key."""
    return f"(*sorted({name}.items()),)" if kind is Parameter.VAR_KEYWORD else name
