"""`BackgroundApi`: the part of the module api for what is done in the background."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from hostkit.api._base import BaseApi
from hostkit.background import (
    BackgroundCall,
    BackgroundLoop,
    check_call,
    check_thread_function,
    function_name,
    milliseconds_of,
    seconds_of,
)
from hostkit.codes import Code
from hostkit.errors import BackgroundError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

P = ParamSpec("P")
T = TypeVar("T")


class BackgroundApi(BaseApi):
    """Begins background work, which belongs to the module.

    What is begun in ``__init__`` begins when the module's ``start()`` has returned; later, at once.
    It ends before the module's ``stop()`` is called, also if a reload drops the module.
    """

    @overload
    def call_later(
        self,
        delay: float | dt.timedelta,
        f: Callable[P, Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> BackgroundCall[T]: ...
    @overload
    def call_later(
        self, delay: float | dt.timedelta, f: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> BackgroundCall[T]: ...
    def call_later(
        self, delay: float | dt.timedelta, f: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> BackgroundCall[Any]:
        """Call a function once, after some time.

        Args:
            delay: The time, in seconds or as a `datetime.timedelta`, counted from when the module
                has started if this is called in its ``__init__``.
            f: The function; it may be asynchronous, or return a Deferred.
            args: What to call it with.
            kwargs: What to call it with.

        Returns:
            The call, which can be stopped, and awaited for what the function returns. A failure is
            logged if nothing awaits it.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            TypeError: The delay is not a time.
            ValueError: The delay is negative, infinite, or not a number.
            BackgroundError: The module was stopped (HK530).
        """
        seconds = seconds_of("call_later", delay)
        check_call("call_later", f, args, kwargs)
        return self._begin(f, functools.partial(f, *args, **kwargs), seconds)

    def call_every(
        self,
        interval: float | dt.timedelta,
        f: Callable[..., Any],
        *args: Any,
        desc: str | None = None,
        run_on_all_instances: bool = False,
        **kwargs: Any,
    ) -> BackgroundLoop:
        """Call a function again and again.

        The first run is after one interval. Runs start at multiples of the interval; none starts
        while another is in flight. What a run raises is logged, and the loop goes on; runs that
        keep failing are put off.

        Args:
            interval: The time between runs, in seconds or as a `datetime.timedelta`.
            f: The function; it may be asynchronous, or return a Deferred.
            args: What to call it with.
            desc: The loop's name in logs; by default the function's name.
            run_on_all_instances: Whether it runs in every process that shares the config file, and
                not only where `should_run_background_tasks` is true.
            kwargs: What to call it with.

        Returns:
            The loop, which can be stopped.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            TypeError: The interval is not a time.
            ValueError: The interval is not greater than zero, infinite, or not a number.
            BackgroundError: The module was stopped (HK530).
        """
        seconds = seconds_of("call_every", interval, is_interval=True)
        check_call("call_every", f, args, kwargs)
        return self._begin_loop(
            desc or function_name(f),
            seconds,
            functools.partial(f, *args, **kwargs),
            everywhere=run_on_all_instances,
        )

    def looping_background_call(
        self,
        f: Callable[..., Any],
        msec: float,
        *args: Any,
        desc: str | None = None,
        run_on_all_instances: bool = False,
        **kwargs: Any,
    ) -> BackgroundLoop:
        """Do what `call_every` does, with the function first and the interval in milliseconds.

        Args:
            f: The function; it may be asynchronous, or return a Deferred.
            msec: The interval in milliseconds, more than zero.
            args: What to call it with.
            desc: The loop's name in logs; by default the function's name.
            run_on_all_instances: As for `call_every`.
            kwargs: What to call it with.

        Returns:
            The loop, which can be stopped.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            ValueError: The interval is not a number greater than zero.
            BackgroundError: The module was stopped (HK530).
        """
        check_call("looping_background_call", f, args, kwargs, "after the interval")
        return self._begin_loop(
            desc or function_name(f),
            milliseconds_of(msec),
            functools.partial(f, *args, **kwargs),
            everywhere=run_on_all_instances,
        )

    @overload
    def run_in_background(
        self, f: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> BackgroundCall[T]: ...
    @overload
    def run_in_background(
        self, f: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> BackgroundCall[T]: ...
    def run_in_background(
        self, f: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> BackgroundCall[Any]:
        """Call a function, and go on without waiting for it.

        Its first step is taken at once, or if this is called in the module's ``__init__``, when the
        module has started.

        Args:
            f: The function; it may be asynchronous, or return a Deferred.
            args: What to call it with.
            kwargs: What to call it with.

        Returns:
            The call; see `call_later`.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            BackgroundError: The module was stopped (HK530).
        """
        check_call("run_in_background", f, args, kwargs)
        return self._begin(f, functools.partial(f, *args, **kwargs), None)

    def defer_to_thread(
        self, f: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> BackgroundCall[T]:
        """Call a function that blocks in a thread, one of few that all modules of the host share.

        If all are busy, the call waits for one. A thread cannot be interrupted: a call that is
        stopped then, or whose module is, is waited for.

        Args:
            f: The function, not asynchronous. It may use nothing that belongs to the event loop,
                such as Deferreds, futures, and the module api.
            args: What to call it with.
            kwargs: What to call it with.

        Returns:
            The call, to be awaited for what the function returns; see `call_later`. When the caller
            that awaits it is cancelled, a call that still waits for a thread is dropped.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            BackgroundError: The module was stopped (HK530), or too many calls wait (HK531).
        """
        check_call("defer_to_thread", f, args, kwargs)
        check_thread_function(f)
        threads, background = self._services.threads, self._registrations.background
        threads.check_room(self._name)
        function = functools.partial(f, *args, **kwargs)
        work = functools.partial(
            background.in_thread, threads, self._name, function_name(f), function
        )
        return self._begin(f, work, None, is_awaiters=True)

    def sleep(self, seconds: float | dt.timedelta) -> BackgroundCall[None]:
        """Wait for some time: ``await api.sleep(5)``.

        Args:
            seconds: The time, in seconds or as a `datetime.timedelta`.

        Returns:
            What is to be awaited. When the module is stopped, that raises `CancelledError`.

        Raises:
            TypeError: This is not a time.
            ValueError: It is negative, infinite, or not a number.
            BackgroundError: The module was stopped (HK530), or is not starting yet (HK532).
        """
        wanted = seconds_of("sleep", seconds)
        if not self._registrations.background.is_open:
            self._registrations.background.check("a sleep", self._name)
            raise BackgroundError(
                Code.WAITS_FOR_ITSELF,
                f"module {self._name!r} sleeps before it is started, when no time passes for it",
                hint="sleep in start(), in a callback or in the background",
            )
        return self._begin(self.sleep, _nothing, wanted, is_awaiters=True)

    def _begin(
        self,
        named: Callable[..., Any],
        function: Callable[[], Any],
        seconds: float | None,
        *,
        is_awaiters: bool = False,
    ) -> BackgroundCall[Any]:
        name = function_name(named)
        call: BackgroundCall[Any] = BackgroundCall(
            self._name, name, seconds, function, is_awaiters=is_awaiters
        )
        self._registrations.background.add(call)
        return call

    def _begin_loop(
        self, name: str, seconds: float, function: Callable[[], Any], *, everywhere: bool
    ) -> BackgroundLoop:
        # Not only while registrations are open: a running module may begin loops, too.
        loop = BackgroundLoop(self._name, name, seconds, function)
        worker = self._services.worker
        is_here = everywhere or (worker.duty is None and worker.is_chosen)
        self._registrations.background.add(loop, None if is_here else worker)
        return loop


def _nothing() -> None:
    """Do what a sleep does at its end."""
