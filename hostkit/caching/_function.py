"""`CachedFunction`: a cached method as it is called, and the code that is generated for it."""

from __future__ import annotations

import functools
import weakref
from inspect import Parameter, Signature
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Protocol, TypeVar, runtime_checkable

from hostkit.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hostkit.caching._cache import Cache, CacheInfo
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

    def info(self) -> CacheInfo:
        """Say how many results there are, and what has become of calls."""

    def count_hits(self, *, on: bool = True) -> None:
        """Count hits from now on, which makes each of them a little slower, or not any more."""


# A hit costs one look-up by the key, which may be slow to hash, and sets a flag. That is why this
# is a real function with the method's own signature, and not a wrapper that binds arguments on
# each call. It is short, since each further variable takes time in every call, also if it is not
# used; and what it needs are globals of its own, since a closure is copied in every call.
_TEMPLATE: Final = """\
async def {name}({parameters}):{make_key}
    try:
        {_}entry = {_}known[{key}]
    except {_}KeyError:
        pass
    except {_}TypeError:
        {_}cache.check_hash({key})
        raise
    else:
        {found}
    return await {_}find({key}{arguments})
"""
_FOUND: Final = """\
{_}entry.seen = True{count}
        return {_}entry.value"""
_FOUND_IN_TIME: Final = """\
if {_}now() < {_}entry.until:
            {_}entry.seen = True{count}
            return {_}entry.value
        {_}cache.drop({key})"""
_COUNT: Final = "; {_}cache.hits += 1"


def compile_binder(
    function: FunctionType, parameters: KeyParameters, *, expires: bool
) -> Callable[[Cache[Any], Callable[[], float]], FunctionType]:
    """Compile what makes the cached function of each instance.

    Args:
        function: The method.
        parameters: Its parameters.
        expires: Whether results expire.

    Returns:
        Makes the function that looks into a cache, and has the signature of the method. It reads
        monotonic seconds with its second argument, if results expire.
    """
    name = function.__code__.co_name
    prefix = _unused_prefix((name, *(each.name for each in parameters.parameters)))

    @functools.cache
    def compiled(*, counts: bool) -> FunctionType:
        source = _write(name, prefix, parameters, expires=expires, counts=counts)
        return compile_function(source, name, f"cached {parameters.method}", {})

    def bind(cache: Cache[Any], clock: Callable[[], float]) -> FunctionType:
        bound = _bind(compiled(counts=False), prefix, cache, clock)
        bound.__defaults__ = function.__defaults__
        bound.__kwdefaults__ = function.__kwdefaults__
        made = weakref.ref(bound)

        def switch(on: bool) -> None:  # noqa: FBT001 -- there is nothing else
            # In its place: callers, hooks and the host have the function itself.
            bound = made()
            assert bound is not None  # noqa: S101 -- it is what this is called through
            bound.__code__ = compiled(counts=on).__code__.replace()

        cache.switch = switch
        return bound

    return bind


def _bind(
    template: FunctionType, prefix: str, cache: Cache[Any], clock: Callable[[], float]
) -> FunctionType:
    """Make a function of the same code that looks into a cache."""
    names: dict[str, Any] = {
        "cache": cache,
        "known": cache.results.known,
        "find": cache.find,
        "now": clock,
        "KeyError": KeyError,
        "TypeError": TypeError,
    }
    own = {f"{prefix}{each}": value for each, value in names.items()}
    # Code of its own, too, as Python notes in it where a global was found last.
    code = template.__code__.replace()
    return FunctionType(code, template.__globals__ | own, template.__name__)


def _unused_prefix(names: tuple[str, ...]) -> str:
    """Find a prefix for the names in the generated code that no other name starts with."""
    prefix = "_"
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    return prefix


def _write(
    name: str, prefix: str, parameters: KeyParameters, *, expires: bool, counts: bool
) -> str:
    kinds = {each.name: each.kind for each in parameters.parameters}
    key_names = ", ".join(_write_part(name, kinds[name]) for name in parameters.key_names)
    is_one = len(parameters.key_names) == 1
    template = _TEMPLATE.replace("{found}", _FOUND_IN_TIME if expires else _FOUND)
    template = template.replace("{count}", _COUNT if counts else "")
    return template.format(
        _=prefix,
        name=name,
        parameters=_write_parameters(parameters.parameters),
        make_key="" if is_one else f"\n    {prefix}key = ({key_names})",
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
