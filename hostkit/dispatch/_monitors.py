"""`Monitors`: pluggy's monitoring and tracing of hook calls, which costs nothing while unused."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any, final

import attrs
import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from hostkit.specs import Hookspec

    Impls = Sequence[pluggy.HookImpl]
    Before = Callable[[str, Impls, Mapping[str, Any]], None]
    After = Callable[[pluggy.Result[Any], str, Impls, Mapping[str, Any]], None]
    Watch = Callable[[Sequence[Any]], AbstractContextManager["Seen"]]


@final
@attrs.define(eq=False)
class Seen:
    """What came of a call that is watched.

    Attributes:
        result: What the hook returned.
        error: What it raised instead.
    """

    result: Any = None
    error: BaseException | None = None


@final
@attrs.frozen(eq=False)
class _Monitor:
    before: Before
    after: After


@final
class Monitors:
    """What watches the hook calls of a host, across reloads.

    Attributes:
        changed: Called when there is one more, or one less. Functions that hosts call are replaced
            then, so that the others cost nothing.
    """

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._monitors: list[_Monitor] = []

    def __bool__(self) -> bool:
        return bool(self._monitors)

    def add(self, before: Before, after: After) -> Callable[[], None]:
        """Watch all calls from now on.

        Args:
            before: Called before a call, with the hook's name, its hookimpls, and the arguments.
            after: Called after it, with a `pluggy.Result` before these.

        Returns:
            Ends it.
        """
        monitor = _Monitor(before, after)
        self._monitors.append(monitor)
        self.changed()

        def undo() -> None:
            if monitor in self._monitors:
                self._monitors.remove(monitor)
                self.changed()

        return undo

    @contextlib.contextmanager
    def watch(self, spec: Hookspec, impls: Impls, values: Sequence[Any]) -> Iterator[Seen]:
        """Watch one call; the monitor that was added last is the outermost, as in pluggy.

        Args:
            spec: The hook.
            impls: Its hookimpls.
            values: The arguments, in the hook's order.
        """
        arguments = dict(zip(spec.arguments, values, strict=True))
        monitors = tuple(self._monitors)
        for monitor in reversed(monitors):
            monitor.before(spec.name, impls, arguments)
        seen = Seen()
        try:
            yield seen
        except BaseException as error:
            seen.error = error
            raise
        finally:
            result = pluggy.Result(seen.result, seen.error)
            for monitor in monitors:
                monitor.after(result, spec.name, impls, arguments)


def watch_calls(
    function: Callable[..., Any], spec: Hookspec, watch: Watch, *, takes_self: bool
) -> Callable[..., Any]:
    """Make the function of a hook that is watched.

    Args:
        function: What hosts call otherwise.
        spec: The hook.
        watch: Watches one call of it.
        takes_self: Whether the function is a method.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        with watch(spec.bind(args[takes_self:], kwargs)) as seen:
            seen.result = function(*args, **kwargs)
        return seen.result

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        with watch(spec.bind(args[takes_self:], kwargs)) as seen:
            seen.result = await function(*args, **kwargs)
        return seen.result

    return functools.update_wrapper(call_async if spec.is_async else call, function)
