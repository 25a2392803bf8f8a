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
def {_}bind({_}entries, {_}move, {_}compute, {_}check_hash, {_}now):
    async def {name}({parameters}):
        {_}key = {key}
        while True:
            try:
                {_}move({_}key)
            except {_}KeyError:
                pass
            except {_}TypeError:
                {_}check_hash({_}key)
                raise
            else:
                {found}
            {_}value = await {_}compute({_}key{arguments})
            if {_}value is not {_}AGAIN:
                return {_}value
    return {name}
"""
_FOUND: Final = "return {_}entries[{_}key]"
_FOUND_IN_TIME: Final = """\
{_}value, {_}until = {_}entries[{_}key]
                if {_}now() < {_}until:
                    return {_}value
                del {_}entries[{_}key]"""


class _Bare:
    """Stands for a default, which the function gets from the method."""

    def __repr__(self) -> str:
        return "..."


def write_binder(name: str, arguments: Arguments, *, expires: bool) -> tuple[str, str]:
    """Write a function that makes the function, for one cache.

    A hit costs one look-up and one move: both are methods that Python has in C.

    Args:
        name: The method's name.
        arguments: What it takes.
        expires: Whether entries have a time until which they hold.

    Returns:
        The source; and the prefix of all names in it, which is that of no argument.
    """
    prefix = "_"
    while any(each.name.startswith(prefix) for each in arguments.parameters):
        prefix += "_"
    found = (_FOUND_IN_TIME if expires else _FOUND).format(_=prefix)
    names = ", ".join(arguments.key_names)
    source = _FORM.format(
        _=prefix,
        name=name,
        parameters=_write_parameters(arguments.parameters),
        key=names if len(arguments.key_names) == 1 else f"({names})",
        found=found,
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
        entries = cache.entries
        move = entries.move_to_end
        made: FunctionType = binder(
            entries, move, cache.compute, arguments.check_hash, options.clock
        )
        made.__defaults__ = function.__defaults__
        made.__kwdefaults__ = function.__kwdefaults__
        return made

    return bind


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
