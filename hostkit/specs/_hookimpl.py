"""`@hookimpl`: mark a module's method as the callback for the hook of the same name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, final, overload

import pluggy

from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs._hookspec import PROJECT

IMPL_ATTRIBUTE: Final = f"{PROJECT}_impl"
"""Where pluggy keeps the options of a marked function."""

_F = TypeVar("_F", bound=Callable[..., Any])


@final
class HookimplMarker:
    """A pluggy hookimpl marker without the options that would break config order."""

    def __init__(self) -> None:
        self._mark = pluggy.HookimplMarker(PROJECT)

    @overload
    def __call__(self, function: _F, /) -> _F: ...

    @overload
    def __call__(
        self,
        function: None = None,
        /,
        *,
        specname: str | None = None,
        optionalhook: bool = False,
        **refused: Any,
    ) -> Callable[[_F], _F]: ...

    def __call__(
        self,
        function: _F | None = None,
        /,
        *,
        specname: str | None = None,
        optionalhook: bool = False,
        **refused: Any,
    ) -> _F | Callable[[_F], _F]:
        """Mark a function; its parameters are named as the hook's, and it may leave some out.

        Args:
            function: The function, when used without parentheses.
            specname: The hook's name, if the function is called otherwise.
            optionalhook: Whether a host that does not know the hook is fine with the module.
            refused: pluggy's ordering options, which are an error here.

        Raises:
            RegistrationError: ``tryfirst``, ``trylast``, a wrapper or an unknown option (HK206).
        """
        check_options(refused, getattr(function, "__qualname__", "this function"))
        if refused:
            raise RegistrationError(
                Code.BAD_HOOKIMPL_OPTION,
                f"@hookimpl has no option {next(iter(refused))!r}",
                expected="specname=, optionalhook=",
            )
        mark = self._mark(specname=specname, optionalhook=optionalhook)
        return mark if function is None else mark(function)


def check_options(options: dict[str, Any], owner: str) -> None:
    """Refuse what would let a callback leave its place in the chain.

    Raises:
        RegistrationError: An ordering option is set (HK206).
    """
    for option in ("tryfirst", "trylast", "wrapper", "hookwrapper"):
        if options.get(option):
            raise RegistrationError(
                Code.BAD_HOOKIMPL_OPTION,
                f"{owner} asks for {option}, but the order of modules is the order in the file",
                hint=f"remove {option}; the operator orders the modules",
            )


hookimpl: Final = HookimplMarker()
"""Mark a method as the callback for the hook of the same name; see `HookimplMarker`."""
