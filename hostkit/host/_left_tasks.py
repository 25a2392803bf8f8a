"""Tasks of asyncio that a module has left running when it was stopped."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, final
from weakref import WeakSet

from hostkit.logs import logger_of
from hostkit.loops import current_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.loading import Module


@final
class StartedTasks:
    """The tasks that modules have begun in their ``start``, as far as they can be known.

    A task is a module's if its coroutine is a method of the module, a function within one, or
    stands in the module's own file. One that was begun in ``start`` does not belong to a call of a
    hook, so it can be cancelled when the module is stopped.
    """

    def __init__(self) -> None:
        # By identity, as modules need not be hashable. An entry lives as long as the module runs.
        self._started: dict[int, WeakSet[asyncio.Task[Any]]] = {}

    @contextmanager
    def starting(self, module: Module) -> Iterator[None]:
        """Note which tasks begin meanwhile."""
        before = _running()
        try:
            yield
        finally:
            mine = [task for task in _running() - before if _is_of(task, module)]
            self._started[id(module.instance)] = WeakSet(mine)

    def end(self, modules: Sequence[Module]) -> None:
        """Cancel what modules have begun in ``start``, and name what else of them runs.

        Not when the host is stopped as well: then its event loop, too, will end.

        Args:
            modules: Modules that were stopped, while others go on.
        """
        for module in modules:
            self._end(module)

    def _end(self, module: Module) -> None:
        started = self._started.pop(id(module.instance), ())
        for task in sorted(_running(), key=asyncio.Task.get_name):
            if task in started:
                logger_of(module.name).warning(
                    "module %r was stopped and has left a task running, which is cancelled: %s",
                    module.name,
                    _describe(task),
                )
                task.cancel()
            elif _is_method_of(task, module):
                logger_of(module.name).warning(
                    "module %r was stopped and has left a task running: %s",
                    module.name,
                    _describe(task),
                )


def _running() -> set[asyncio.Task[Any]]:
    try:
        return asyncio.all_tasks() - {current_task()}
    except RuntimeError:  # no loop of asyncio
        return set()


def _is_of(task: asyncio.Task[Any], module: Module) -> bool:
    return _is_method_of(task, module) or _is_in_file_of(task, module)


def _is_method_of(task: asyncio.Task[Any], module: Module) -> bool:
    frame = getattr(task.get_coro(), "cr_frame", None)
    # `self`, also as what a function within a method takes from it.
    return frame is not None and any(value is module.instance for value in frame.f_locals.values())


def _is_in_file_of(task: asyncio.Task[Any], module: Module) -> bool:
    name = type(module.instance).__module__
    # A program's own file holds more than its modules.
    file = None if name == "__main__" else getattr(sys.modules.get(name), "__file__", None)
    code = getattr(task.get_coro(), "cr_code", None)
    return file is not None and code is not None and code.co_filename == file


def _describe(task: asyncio.Task[Any]) -> str:
    """Name a task of a module, its function, and the line at which that waits."""
    coroutine: Any = task.get_coro()
    frame = coroutine.cr_frame
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return f"{task.get_name()}, {coroutine.__qualname__} at {place}"
