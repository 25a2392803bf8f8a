"""Write the function that `self.method` is, with the signature of the method."""

from __future__ import annotations

import linecache
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, Final

from hostkit.caching._cache import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType

    from hostkit.caching._arguments import Arguments
    from hostkit.caching._cache import Cache
    from hostkit.caching._options import Options

_FORM: Final = """\
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
            if {_}value is not {_}AGAIN:
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


class _Bare:
    """Stands for a default, which the function gets from the method."""

    def __repr__(self) -> str:
        return "..."


def write_binder(name: str, arguments: Arguments, *, expires: bool) -> tuple[str, str]:
    """Write a function that makes the function, for one cache.

    A hit costs one look-up by the key, which may be slow to hash, and one move of the entry.

    Args:
        name: The method's name.
        arguments: What it takes.
        expires: Whether entries have a time until which they hold.

    Returns:
        The source; and the prefix of all names in it, with which no argument begins.
    """
    prefix = "_"
    while any(each.startswith(prefix) for each in (name, *_names(arguments))):
        prefix += "_"
    names = ", ".join(arguments.key_names)
    is_one = len(arguments.key_names) == 1
    form = _FORM.replace("{found}", _FOUND_IN_TIME if expires else _FOUND)
    source = form.format(
        _=prefix,
        name=name,
        parameters=_write_parameters(arguments.parameters),
        make_key="" if is_one else f"\n        {prefix}key = ({names})",
        key=names if is_one else f"{prefix}key",
        arguments="".join(f", {_write_argument(each)}" for each in arguments.parameters),
    )
    return source, prefix


def compile_binder(
    function: FunctionType, arguments: Arguments, options: Options
) -> Callable[[Cache[Any]], FunctionType]:
    """Compile what `write_binder` writes for a method.

    Returns:
        Makes the function that looks into a cache, and has the signature of the method.
    """
    name = function.__code__.co_name
    source, prefix = write_binder(name, arguments, expires=options.ttl_seconds is not None)
    known = {"AGAIN": AGAIN, "KeyError": KeyError, "TypeError": TypeError}
    namespace: dict[str, Any] = {f"{prefix}{each}": value for each, value in known.items()}
    file = f"<hostkit cached {arguments.method}>"
    exec(compile(source, file, "exec"), namespace)  # noqa: S102 -- written by us alone
    # Tracebacks through the function then show its lines.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    binder = namespace[f"{prefix}bind"]

    def bind(cache: Cache[Any]) -> FunctionType:
        move = cache.order.move_to_end
        made: FunctionType = binder(cache, cache.known, move, options.clock)
        made.__defaults__ = function.__defaults__
        made.__kwdefaults__ = function.__kwdefaults__
        return made

    return bind


def _names(arguments: Arguments) -> tuple[str, ...]:
    return tuple(each.name for each in arguments.parameters)


def _write_parameters(parameters: tuple[Parameter, ...]) -> str:
    bare = [
        each.replace(
            annotation=each.empty,
            default=each.default if each.default is each.empty else _Bare(),
        )
        for each in parameters
    ]
    return str(Signature(bare))[1:-1]


def _write_argument(parameter: Parameter) -> str:
    by_name = parameter.kind is parameter.KEYWORD_ONLY
    return f"{parameter.name}={parameter.name}" if by_name else parameter.name
