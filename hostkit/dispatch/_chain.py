"""`Chain`: the callbacks of one hook, compiled into one function."""

from __future__ import annotations

import contextlib
import functools
import time
import types
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.codegen import compile_function
from hostkit.dispatch._callback import refuse_coroutine
from hostkit.dispatch._guarded import LimitedCallback, ProtectedCallback
from hostkit.dispatch._kept import describe
from hostkit.dispatch._lane import write_lane
from hostkit.dispatch._loop import Loop
from hostkit.dispatch._policy import LEFT_OUT
from hostkit.dispatch._receipts import Outcome
from hostkit.dispatch._record import CallRecord, Timing
from hostkit.dispatch._runner import Runner
from hostkit.dispatch._trace import Trace
from hostkit.loops import INTERRUPTS, DetachedTasks, settle
from hostkit.rules import CONTINUE, NO_ANSWER, Deny, Replace

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._call import Call
    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._monitors import Watch
    from hostkit.dispatch._receipts import Receipt, Receipts
    from hostkit.loops import Owner, Protect
    from hostkit.specs import Category, Hookspec


@final
class Chain:
    """All callbacks of one hook, in config order, as one compiled function.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        clock: Where timeouts are set; by default the running event loop's clock.
        detached: Where notifications go on whose callers were cancelled.
        protect: The host's own way to protect the callbacks of a shielded hook; by default a call
            runs apart from its caller.

    Attributes:
        watch: Watches a call; `None` while nothing watches.
        is_exact: Whether calls by `ask` are measured, as all others are by `exact`.
    """

    watch: Watch | None = None
    is_exact = False

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        receipts: Receipts,
        clock: IReactorTime | None = None,
        detached: DetachedTasks | None = None,
        protect: Protect | None = None,
    ) -> None:
        self.spec: Final = spec
        self.callbacks: Final = tuple(callbacks)
        self._receipts = receipts
        detached = DetachedTasks() if detached is None else detached
        self._limits = {
            index: LimitedCallback(each, spec, each.timeout_seconds, clock)
            for index, each in enumerate(self.callbacks)
            if each.timeout_seconds is not None
        }
        self._protect = protect if spec.shield else None
        self._functions = [self._function(index) for index in range(len(self.callbacks))]
        is_apart = spec.shield and protect is None and bool(self.callbacks)
        self._loop = Loop(spec, self.callbacks, self._functions, receipts.redact, detached)
        self._runner = Runner(
            spec, self.callbacks, receipts, self._loop, detached, is_apart=is_apart
        )
        self._seats: list[Any] = []
        self._entries: list[Any] = []
        self._namespace = self._globals()
        self.open_window(None)
        self.lean: Final = self._compile(is_exact=False)

    def _function(self, index: int) -> Callable[..., Any]:
        """What is called for a callback."""
        callback, limited = self.callbacks[index], self._limits.get(index)
        function = callback.function
        if limited is not None:
            function = limited.call if self.spec.is_async else limited.call_now
        if self._protect is not None:
            return ProtectedCallback(callback, function, self._protect).call
        return function

    @property
    def parts(self) -> tuple[Chain, ...]:
        """The chains of which it consists; only that of a keyed hook has several."""
        return (self,)

    def select(self, values: Sequence[Any]) -> Chain:  # noqa: ARG002
        """Find the chain of a call, which only for a keyed hook is another."""
        return self

    @functools.cached_property
    def exact(self) -> Callable[..., Any]:
        """The function that measures every callback of every call."""
        return self._compile(is_exact=True)

    @property
    def unheard(self) -> Callable[..., Any]:
        """The function for a hook without callbacks, which takes no ``self``."""
        return self.lean

    @property
    def timings(self) -> tuple[Timing, ...]:
        """What was measured so far, for each callback."""
        return tuple(
            Timing(
                self.spec.full_name,
                callback.module,
                # A call measures all callbacks up to the one at which it ended.
                sum(self._loop.ended[index:]),
                self._loop.seconds[index],
                callback.key,
                self._limits[index].left_behind if index in self._limits else 0,
            )
            for index, callback in enumerate(self.callbacks)
        )

    def bind(self, caller: Category) -> None:
        """Make this the chain of a caller: the object that the hook is called through."""
        self._loop.caller = caller
        self._namespace["_caller"] = caller

    def ask(
        self,
        values: Sequence[Any],
        *,
        keep: bool = True,
        is_full: bool = True,
        owner: Owner | None = None,
    ) -> Coroutine[Any, Any, Trace]:
        """Call the hook, and return what came of it with its receipt.

        Args:
            values: The hook's arguments, in order.
            keep: Whether a denial or a failure is kept among the receipts, as that of any call;
                what is not kept has no id.
            is_full: Whether each callback is measured, and all answers are noted; if not, the call
                is kept.
            owner: The outermost caller, if it is known; see `hostkit.loops.is_callers`.

        Raises:
            Exception: The host's own code raised, or the caller was cancelled.
        """
        asking = self._ask(values, keep=keep, is_full=is_full, owner=owner)
        return asking if self.watch is None else self._ask_watched(self.watch, values, asking)

    async def _ask_watched(
        self, watch: Watch, values: Sequence[Any], asking: Coroutine[Any, Any, Trace]
    ) -> Trace:
        with contextlib.closing(asking), watch(values) as seen:
            trace = await asking
            seen.result, seen.error = trace.result, trace.error
        return trace

    async def _ask(
        self, values: Sequence[Any], *, keep: bool, is_full: bool, owner: Owner | None
    ) -> Trace:
        call = self._runner.begin(values, is_timed=is_full or self.is_exact)
        call.owner = owner or call.owner
        if is_full:
            call.record = CallRecord(
                self.spec, self.callbacks, time.time(), self._receipts.redact, is_full=True
            )
        is_kept = not is_full
        try:
            await self._runner.perform(call)
        finally:
            if is_full and keep and call.record is not None and call.record.is_noteworthy:
                self._receipts.log(call.record)
                is_kept = True
        outcome = Outcome.ALLOW if self.spec.rule.denies else Outcome.RESULT
        if call.record is not None:
            outcome = call.record.outcome
        write = functools.partial(self._write_receipt, call, is_kept=is_kept)
        error, call.error = call.error, None  # frames in its traceback hold the call
        try:
            return Trace(outcome, write, call.result, error)
        finally:
            del error

    def _write_receipt(self, call: Call, *, is_kept: bool) -> Receipt:
        """Write the receipt of a call that is over; of one without a record there was no need."""
        if call.record is not None and is_kept:
            return self._receipts.write(call.record)
        record = call.record
        if record is None:
            record = CallRecord(self.spec, self.callbacks, redact=self._receipts.redact)
            if call.agreement is not None:
                call.agreement.write(record)
            else:
                record.decide(call.decider, call.result)
        return self._receipts.show(record)

    def draft(
        self, seat: tuple[Chain, int, float | None], result: Any, *times: float
    ) -> CallRecord:
        """Make the record of a denial that its lane has logged; see `Receipts.log`."""
        _, index, since = seat
        record = CallRecord(self.spec, self.callbacks, since, self._receipts.redact)
        if times:
            began, before, after = times
            record.measure(began, before, after, index)
        record.decide(index if index < len(self.callbacks) else None, result)
        return record

    def open_window(self, since: float | None) -> None:
        """Note the time from which on denials are recorded, and have nothing measured.

        Args:
            since: Seconds since the epoch, if the host is running.
        """
        self._namespace["_armed"] = False
        self._seats[:] = [(self, index, since) for index in range(len(self.callbacks) + 1)]
        self._entries[:] = [(seat, NO_ANSWER) for seat in self._seats]

    def arm(self, opened: Callable[[Chain], bool | None]) -> None:
        """Have ``opened`` called just before the next call, which is measured unless it is false.

        Args:
            opened: Takes this chain. What it raises, the caller gets.
        """

        def sample(values: Sequence[Any], *, is_exact: bool = False) -> Any:
            return ask(values, is_timed=opened(self) is not False or is_exact)

        ask = self._runner.ask if self.spec.is_async else self._runner.ask_now
        exactly = functools.partial(sample, is_exact=True)
        self._namespace |= {"_sample": sample, "_sample_exact": exactly, "_armed": True}

    def _globals(self) -> dict[str, Any]:
        """Name everything that a lane refers to."""
        rule, loop, runner = self.spec.rule, self._loop, self._runner
        names: dict[str, Any] = {
            "_BaseException": BaseException,
            "_CONTINUE": CONTINUE,
            "_Coroutine": types.CoroutineType,
            "_Deny": Deny,
            "_Exception": Exception,
            "_Generator": types.GeneratorType,
            "_INTERRUPTS": INTERRUPTS,
            "_LEFT_OUT": LEFT_OUT,
            "_Replace": Replace,
            "_ask": runner.ask if self.spec.is_async else runner.ask_now,
            "_callbacks": self.callbacks,
            "_ended": loop.ended,
            "_entries": self._entries,
            "_ends": rule.ends,
            "_fallback": self.spec.function,
            "_finish": rule.finish,
            "_go_on": runner.go_on if self.spec.is_async else runner.go_on_now,
            "_hasattr": hasattr,
            "_is_denial": rule.is_denial,
            "_keep": self._receipts.keep,
            "_log": self._receipts.log,
            "_now": time.perf_counter,
            "_pass": rule.passes,
            "_read": rule.reader,
            "_refuse": refuse_coroutine,
            "_result": None if rule.gathers else rule.finish([]),
            "_seats": self._seats,
            "_seconds": loop.seconds,
            "_settle": settle,
            "_take_over": runner.take_over,
            "_type": type,
        }
        for parameter in self.spec.signature.parameters.values():
            names[f"_default_{parameter.name}"] = parameter.default
        return names | {f"_c{index}": each for index, each in enumerate(self._functions)}

    def _compile(self, *, is_exact: bool) -> Callable[..., Any]:
        source = write_lane(self.spec, self.callbacks, is_exact=is_exact)
        key = describe(self.callbacks[0].key) if self.spec.keyed and self.callbacks else ""
        title = f"{self.spec.full_name}{f' for {key}' if key else ''}"
        title += " timed" if is_exact else ""
        function = compile_function(source, "_lane", title, self._namespace)
        return functools.update_wrapper(function, self.spec.function)
