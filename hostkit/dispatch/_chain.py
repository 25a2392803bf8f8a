"""`Chain`: the callbacks of one hook, compiled into one function."""

from __future__ import annotations

import copy
import functools
import linecache
import time
import types
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast, final

from hostkit.dispatch._draft import describe
from hostkit.dispatch._limit import limit
from hostkit.dispatch._source import is_shielded, write_chain
from hostkit.dispatch._timing import Timing
from hostkit.dispatch._trouble import Trouble
from hostkit.loops import settle, shield
from hostkit.rules import CONTINUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._receipts import Receipts
    from hostkit.specs import Category, Hookspec

_NOTHING: Final = object()


@final
class Chain:
    """All callbacks of one hook, in config order, as one compiled function.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        clock: Where timeouts are set outside of asyncio tasks; by default Twisted's reactor.
    """

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        receipts: Receipts,
        clock: IReactorTime | None = None,
    ) -> None:
        self.spec: Final = spec
        self.callbacks: Final = tuple(callbacks)
        self._seconds = [0.0] * len(self.callbacks)
        self._ended = [0] * len(self.callbacks)
        self._receipts = receipts
        self._clock = clock
        self._namespace: dict[str, Any] = self._globals()
        self.lean: Final = self._compile(timed=False)

    @property
    def parts(self) -> tuple[Chain, ...]:
        """The chains of which it consists; only that of a keyed hook has several."""
        return (self,)

    def select(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Chain:  # noqa: ARG002
        """Find the chain of a call, which only for a keyed hook is another."""
        return self

    @functools.cached_property
    def timed(self) -> Callable[..., Any]:
        """The function that measures every callback; takes a `Draft` as ``_t=``."""
        return self._compile(timed=True)

    @property
    def timings(self) -> tuple[Timing, ...]:
        """What was measured so far, for each callback."""
        return tuple(
            Timing(
                self.spec.full_name,
                callback.module,
                # A call measures all callbacks up to the one at which it ended.
                sum(self._ended[index:]),
                self._seconds[index],
                callback.key,
            )
            for index, callback in enumerate(self.callbacks)
        )

    def bind(self, caller: Category) -> Callable[..., Any]:
        """Make the lean function of a chain without callbacks one that belongs to a caller."""
        self._namespace["_caller"] = caller
        return self.lean

    def open_window(self, since: float | None) -> None:
        """Note the time from which on denials are recorded, and have nothing measured.

        Args:
            since: Seconds since the epoch, if the host is running.
        """
        self._namespace["_armed"] = False
        for index in range(len(self.callbacks)):
            seat = (self, index, since)
            self._namespace[f"_seat{index}"] = seat
            self._namespace[f"_entry{index}"] = (seat, self._namespace[f"_entry{index}"][1])

    def arm(self, opened: Callable[[Chain], None]) -> None:
        """Have the next call measured, and ``opened`` called just before it."""
        _ = self.timed  # which the lean function calls as `_timed`
        self._namespace |= {"_open_window": functools.partial(opened, self), "_armed": True}

    def _globals(self) -> dict[str, Any]:
        trouble = Trouble(self.spec, self.callbacks, self._receipts, self._ended)
        names: dict[str, Any] = {
            "_CONTINUE": CONTINUE,
            "_BaseException": BaseException,
            "_Coroutine": types.CoroutineType,
            "_Exception": (Exception, SystemExit),  # a module may not end the program
            "_Generator": types.GeneratorType,
            "_armed": False,
            "_chain": self,
            "_deepcopy": copy.deepcopy,
            "_ended": self._ended,
            "_failed": trouble.failed,
            "_hasattr": hasattr,
            "_fallback": self.spec.function,
            "_isolate": _isolate,
            "_limit": self._limit,
            "_log": self._receipts.log,
            "_now": time.perf_counter,
            "_open": trouble.open,
            "_refused": trouble.refused,
            "_seconds": self._seconds,
            "_settle": settle,
            "_shield": shield,
            "_stray": _stray,
            "_shadow_answered": trouble.shadow_answered,
            "_shadow_failed": trouble.shadow_failed,
            "_shadow_stopped": trouble.shadow_stopped,
            "_type": type,
            **self.spec.rule.names,
        }
        for parameter in self.spec.signature.parameters.values():
            names[f"_default_{parameter.name}"] = parameter.default
        for index, callback in enumerate(self.callbacks):
            names[f"_c{index}"] = callback.function
            names[f"_seat{index}"] = (self, index, None)
            names[f"_entry{index}"] = (None, _NOTHING)
        return names

    def _compile(self, *, timed: bool) -> Callable[..., Any]:
        source = write_chain(self.spec, self.callbacks, timed=timed)
        key = describe(self.callbacks[0].key) if self.spec.keyed and self.callbacks else ""
        name = f"{self.spec.full_name}{f' for {key}' if key else ''}"
        file = f"<hostkit {name}{' timed' if timed else ''}>"
        exec(compile(source, file, "exec"), self._namespace)  # noqa: S102 -- written by us alone
        # Tracebacks through the chain then show its lines.
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        name = "_timed" if timed else "_lean"
        if is_shielded(self.spec, self.callbacks):
            name = "_shielded"
        function = cast("types.FunctionType", self._namespace[name])
        return functools.update_wrapper(function, self.spec.function)

    def _limit(self, index: int, value: Any) -> Any:
        return limit(value, self.callbacks[index], self.spec.full_name, self._clock)


def _stray(coroutine: types.CoroutineType[Any, Any, Any]) -> NoReturn:
    """Refuse what only looks like an answer of a synchronous hook."""
    coroutine.close()
    raise TypeError(f"a synchronous hook cannot wait for {coroutine.__qualname__}")


def _isolate(value: Any) -> Any:
    """Give a shadow module its own copy of what it could change under the others."""
    return copy.deepcopy(value) if isinstance(value, dict | list | set) else value
