"""What a module forgot while it was built: to await a coroutine, to register its hookimpls."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager, suppress
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, TextIO

from hostkit.api import marked_functions
from hostkit.logs import logger_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.api import Registrations

_NEVER_AWAITED: Final = re.compile(r"coroutine '(.+)' was never awaited")


@contextmanager
def coroutines_noted() -> Iterator[list[str]]:
    """Note coroutines that are made and never awaited, instead of having Python warn.

    Python warns of them without knowing whose they are, and what to do.

    Yields:
        What is noted, a line each.
    """
    noted: list[str] = []
    show = warnings.showwarning

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        found = _NEVER_AWAITED.match(str(message))
        if found is None:
            show(message, category, filename, lineno, file, line)
        else:
            noted.append(f"{found[1]} (at {filename}:{lineno})")

    # Not `catch_warnings`, which would undo what a module sets up for itself.
    filters: Any = warnings.filters
    warnings.filterwarnings("always", _NEVER_AWAITED.pattern, RuntimeWarning)
    ours = filters[0]
    warnings.showwarning = note
    try:
        yield noted
    finally:
        if warnings.showwarning is note:
            warnings.showwarning = show
        with suppress(ValueError):  # it was removed by the module
            filters.remove(ours)


def warn_of_forgotten(
    name: str, instance: object, registrations: Registrations, coroutines: list[str]
) -> None:
    """Warn of what a module that was built has probably forgotten.

    Args:
        name: The module's name.
        instance: The module.
        registrations: What it has registered.
        coroutines: Coroutines that were never awaited.
    """
    log = logger_of(name)
    for coroutine in coroutines:
        registrations.warn(
            log,
            "an `await` was forgotten while the module was built: the coroutine %s was never "
            "awaited; __init__ cannot await, what must wait belongs into start()",
            coroutine,
        )
    if registrations.has_hookimpls:
        return
    marked = marked_functions(type(instance))
    functions: list[Any] = [each.function for each in registrations.callbacks]
    registered = {id(each.__func__ if type(each) is MethodType else each) for each in functions}
    if marked and registered.isdisjoint(map(id, marked.values())):
        registrations.warn(
            log,
            "methods are marked with @hookimpl, but not registered: %s; "
            "call api.register_hookimpls(self) in __init__",
            ", ".join(marked),
        )
