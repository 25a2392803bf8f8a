"""`Chain`: the callbacks of one hook, compiled, and what happens when one of them fails."""

from __future__ import annotations

import copy
import functools
import linecache
import logging
import time
import types
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast, final

from twisted.internet.defer import CancelledError

from hostkit.dispatch._awaiting import limit, settle
from hostkit.dispatch._draft import Draft, describe
from hostkit.dispatch._receipt import Outcome
from hostkit.dispatch._source import write_chain
from hostkit.dispatch._timing import Timing
from hostkit.errors import HookTimeoutError, InvalidValueError, ModuleFailedError
from hostkit.rules import CONTINUE, FirstDenial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._receipts import Receipts
    from hostkit.rules import OnError
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
            self._namespace[f"_entry{index}"] = (seat, self._namespace[f"_last{index}"])

    def arm(self, opened: Callable[[Chain], None]) -> None:
        """Have the next call measured, and ``opened`` called just before it."""
        self._namespace |= {
            "_open_window": functools.partial(opened, self),
            "_timed": self.timed,
            "_armed": True,
        }

    def _globals(self) -> dict[str, Any]:
        names: dict[str, Any] = {
            "_CONTINUE": CONTINUE,
            "_BaseException": BaseException,
            "_Exception": Exception,
            "_Generator": types.GeneratorType,
            "_armed": False,
            "_chain": self,
            "_deepcopy": copy.deepcopy,
            "_denied": self._denied,
            "_ended": self._ended,
            "_failed": self._failed,
            "_hasattr": hasattr,
            "_fallback": self.spec.function,
            "_isolate": _isolate,
            "_limit": self._limit,
            "_log": self._receipts.log,
            "_now": time.perf_counter,
            "_refused": self._refused,
            "_seconds": self._seconds,
            "_settle": settle,
            "_shadow_answered": self._shadow_answered,
            "_shadow_failed": self._shadow_failed,
            "_type": type,
            **self.spec.rule.names,
        }
        for parameter in self.spec.signature.parameters.values():
            names[f"_default_{parameter.name}"] = parameter.default
        for index, callback in enumerate(self.callbacks):
            names[f"_c{index}"] = callback.function
            names[f"_seat{index}"] = (self, index, None)
            names[f"_last{index}"] = names[f"_entry{index}"] = _NOTHING
        return names

    def _compile(self, *, timed: bool) -> Callable[..., Any]:
        source = write_chain(self.spec, self.callbacks, timed=timed)
        file = f"<hostkit {self.spec.full_name}{' timed' if timed else ''}>"
        exec(compile(source, file, "exec"), self._namespace)  # noqa: S102 -- written by us alone
        # Tracebacks through the chain then show its lines.
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        function = cast("types.FunctionType", self._namespace["_timed" if timed else "_lean"])
        return functools.update_wrapper(function, self.spec.function)

    def _limit(self, index: int, value: Any) -> Any:
        return limit(value, self.callbacks[index], self.spec.full_name, self._clock)

    def _denied(self, index: int, denial: Any, draft: Draft | None) -> None:
        """Record a denial that is not the same object as the last one of this callback."""
        if draft is not None:
            draft.decided(index, denial)
            return
        names = self._namespace
        names[f"_last{index}"] = denial
        names[f"_entry{index}"] = (names[f"_seat{index}"], denial)
        self._receipts.log(names[f"_entry{index}"])

    def _draft(self) -> Draft:
        draft = Draft(self.spec, self.callbacks, time.time())
        self._receipts.log(draft)
        return draft

    def _failed(
        self, index: int, error: Exception, draft: Draft | None, *times: float
    ) -> tuple[Draft, Any]:
        """Apply the policy to a callback that raised: a denial, `CONTINUE`, or an exception."""
        if isinstance(error, CancelledError):
            self._end(index, times)
            raise error
        draft = draft or self._draft()
        draft.noted(index, self._kind(index, error), _say(error))
        return draft, self._apply(index, error, draft, times)

    def _refused(
        self,
        index: int,
        value: Any,
        error: Exception | None,
        draft: Draft | None,
        *times: float,
    ) -> tuple[Draft, Any]:
        """Apply the policy to an answer that means nothing."""
        expected = self.spec.rule.expects or self.spec.show().rpartition(" -> ")[2]
        why = f" ({_text(error)})" if error is not None and _text(error) else ""
        invalid = InvalidValueError(
            self.callbacks[index].module,
            self.spec.full_name,
            f"expected {expected}, got {describe(value)}{why}",
        )
        invalid.__cause__ = error
        draft = draft or self._draft()
        draft.noted(index, Outcome.INVALID, invalid.reason)
        return draft, self._apply(index, invalid, draft, times)

    def _apply(self, index: int, error: Exception, draft: Draft, times: tuple[float, ...]) -> Any:
        rule = self.spec.rule
        callback = self.callbacks[index]
        policy: OnError = rule.on_error
        if callback.on_error is not None and callback.on_error in rule.policies:
            policy = callback.on_error
        if policy in ("raise", "fail"):
            draft.broke(index, *times)
            self._end(index, times)
            self._give_up(callback, error, as_it_is=policy == "raise")
        meaning = "it counts as a denial" if policy == "deny" else "the next module is asked"
        _logger(callback).warning(
            "failed in %s, %s: %s", self.spec.full_name, meaning, _say(error), exc_info=error
        )
        if policy == "deny" and isinstance(rule, FirstDenial):
            return rule.denial
        return CONTINUE

    def _end(self, index: int, times: tuple[float, ...]) -> None:
        """Count a measured call that ends with an exception."""
        if times:
            self._ended[index] += 1

    def _give_up(self, callback: Callback, error: Exception, *, as_it_is: bool) -> NoReturn:
        if not as_it_is:
            raise ModuleFailedError(callback.module, self.spec.full_name, _say(error)) from error
        place = callback.locate()
        note = f"in module {callback.module!r}, hook {self.spec.full_name}"
        note += f" (listed at {place})" if place is not None else ""
        if note not in getattr(error, "__notes__", ()):  # an exception may be raised many times
            error.add_note(note)
        raise error

    def _kind(self, index: int, error: Exception) -> Outcome:
        late = (
            isinstance(error, HookTimeoutError)
            and error.hook == self.spec.full_name
            and error.module == self.callbacks[index].module
        )
        return Outcome.TIMEOUT if late else Outcome.FAILED

    def _shadow_failed(self, index: int, error: Exception, draft: Draft | None) -> Draft:
        if isinstance(error, CancelledError):
            raise error
        draft = draft or self._draft()
        draft.noted(index, self._kind(index, error), _say(error))
        _logger(self.callbacks[index]).warning(
            "failed in %s, in shadow mode: %s", self.spec.full_name, _say(error), exc_info=error
        )
        return draft

    def _shadow_answered(self, index: int, value: Any, draft: Draft | None) -> Draft | None:
        try:
            result = self.spec.rule.judge(value)
        except Exception as error:  # noqa: BLE001 -- recorded; a shadow never counts
            draft = draft or self._draft()
            draft.noted(index, Outcome.INVALID, f"{describe(value)} ({_text(error)})")
            return draft
        if result is CONTINUE or not self.spec.rule.decides:
            return draft
        draft = draft or self._draft()
        denies = isinstance(self.spec.rule, FirstDenial)
        draft.noted(index, Outcome.DENY if denies else Outcome.RESULT, describe(result))
        return draft


def _isolate(value: Any) -> Any:
    """Give a shadow module its own copy of what it could change under the others."""
    return copy.deepcopy(value) if isinstance(value, dict | list | set) else value


def _say(error: Exception) -> str:
    if isinstance(error, InvalidValueError):
        return error.reason
    text = _text(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a module wrote it; it must not get around the policy
        return "(its message cannot be shown)"


def _logger(callback: Callback) -> logging.Logger:
    return logging.getLogger(f"hostkit.modules.{callback.module}")
