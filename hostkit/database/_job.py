"""`Job`: one interaction with the database, from its call to its end in a thread."""

from __future__ import annotations

import inspect
import random
import threading
import time
from enum import Enum, unique
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.database._errors import (
    CommitUnknownError,
    DatabaseError,
    DatabaseTimeoutError,
    DatabaseUnavailable,
    IntegrityError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_PAUSE_SECONDS: Final = 1.0
_FIRST_PAUSE_SECONDS: Final = 0.005
_RECONNECT_PAUSE_SECONDS: Final = 0.1


@final
@unique
class Mode(Enum):
    """How an interaction is done.

    Attributes:
        reads_only: Whether it writes nothing.
        is_single: Whether it is one statement, which is a transaction by itself.
    """

    reads_only: bool
    is_single: bool

    WRITE = "write", False, False
    READ = "read", True, False
    WRITE_ONE = "write one", False, True
    READ_ONE = "read one", True, True
    MIGRATE = "migrate", False, False

    def __new__(cls, value: str, reads_only: bool, is_single: bool) -> Mode:  # noqa: FBT001
        """Make a member of its value and what is known about it."""
        mode = object.__new__(cls)
        mode._value_ = value
        mode.reads_only = reads_only
        mode.is_single = is_single
        return mode


@final
@unique
class Kind(Enum):
    """What kind of failure a driver has raised.

    Attributes:
        attempts: How often an interaction is tried in all, as long as its time lasts.
    """

    attempts: int

    CONFLICT = "conflict", 10  # another transaction was in the way: the next attempt may succeed
    LOCKED = "locked", 1_000_000  # each attempt waits by itself
    LOST = "lost", 4  # the connection
    UNAVAILABLE = "unavailable", 1
    INTEGRITY = "integrity", 1
    OTHER = "other", 1

    def __new__(cls, value: str, attempts: int) -> Kind:
        """Make a member of its value and its number of attempts."""
        kind = object.__new__(cls)
        kind._value_ = value
        kind.attempts = attempts
        return kind


@final
class Abandoned(Exception):  # noqa: N818 -- not an error: the caller has gone
    """The interaction was cancelled, so nothing of it counts."""


@final
@attrs.define(eq=False)
class Job:
    """One interaction with the database.

    Attributes:
        module: The module's name.
        description: What the module calls it.
        function: What is called with the transaction.
        args: What else it is called with.
        mode: How it is done.
        seconds: How long it may take; `None`: as long as it takes.
        redact: Takes secrets out of what is shown.
        interrupt: Interrupts the statement that is running; there is none if it is `None`.
        lock: Held while `interrupt` is used or changed.
        may_be_done: Whether it may have been committed, if the connection is lost now.
        was_interrupted: Whether `interrupt` was used.
        is_expired: Whether its time was over while the caller waited for it.
        waited_seconds: How long it has waited for a thread; `None` while it does.
    """

    module: str
    description: str
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    mode: Mode = Mode.WRITE
    seconds: float | None = None
    redact: Callable[[str], str] = str
    interrupt: Callable[[], None] | None = None
    lock: threading.Lock = attrs.field(factory=threading.Lock)
    may_be_done: bool = False
    was_interrupted: bool = False
    is_expired: bool = False
    waited_seconds: float | None = None
    _began: float = attrs.field(factory=time.monotonic)
    _left: threading.Event = attrs.field(factory=threading.Event)

    @property
    def deadline(self) -> float:
        """When it must be done, by the monotonic clock."""
        return float("inf") if self.seconds is None else self._began + self.seconds

    @property
    def elapsed_seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def begin(self) -> None:
        """Note that a thread has come to it."""
        self.waited_seconds = self.elapsed_seconds

    @property
    def must_end(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._left.is_set() or time.monotonic() > self.deadline

    def leave(self) -> None:
        """Give it up: the caller has gone."""
        self._left.set()

    def stop(self) -> None:
        """Interrupt what it executes, if it does and that is possible; this may take seconds."""
        with self.lock:
            if self.interrupt is not None:
                self.was_interrupted = True
                self.interrupt()

    def check(self) -> None:
        """Raise an exception if nobody waits for it any more."""
        if self.must_end:
            raise self.ended()

    def ended(self, last: str = "") -> Exception:
        """The error for an interaction that nobody waits for any more.

        Args:
            last: The last failure, in brackets.
        """
        return Abandoned() if self._left.is_set() else self.timed_out(last)

    def pause(self, attempt: int, kind: Kind) -> None:
        """Wait before the next attempt; not longer than the time lasts.

        Args:
            attempt: The number of the one that has failed, from 1.
            kind: Why.
        """
        if kind is Kind.LOCKED:
            return
        first = _FIRST_PAUSE_SECONDS if kind is Kind.CONFLICT else _RECONNECT_PAUSE_SECONDS
        most = min(first * 2**attempt, _LONGEST_PAUSE_SECONDS)
        # Transactions that were in each other's way must not meet again.
        seconds = most * (0.5 + random.random() / 2)  # noqa: S311
        self._left.wait(max(min(seconds, self.deadline - time.monotonic()), 0.0))

    def call(self, transaction: object) -> Any:
        """Call the function.

        Args:
            transaction: The transaction.

        Raises:
            DatabaseError: It returned something that must be awaited (HK518).
        """
        result = self.function(transaction, *self.args)
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()  # Python would warn that it was never awaited
            raise self.not_plain()
        return result

    # What is raised to the module.

    def not_plain(self) -> DatabaseError:
        """The error for a function that cannot be run in a thread."""
        name = getattr(self.function, "__qualname__", repr(self.function))
        return DatabaseError(
            Code.NOT_A_PLAIN_FUNCTION,
            self.module,
            self.description,
            f"{name} is asynchronous, and what talks to the database runs in a thread",
            "write it as a plain `def`, and await what it needs before the interaction",
        )

    def refused(self, reason: str, hint: str | None = None) -> DatabaseError:
        """The error for what the function must not do."""
        return DatabaseError(Code.DATABASE_FAILED, self.module, self.description, reason, hint)

    def closed(self, reason: str) -> DatabaseError:
        """The error for an interaction that comes too late.

        Args:
            reason: What is over.
        """
        return DatabaseError(Code.DATABASE_CLOSED, self.module, self.description, reason)

    def timed_out(self, last: str = "") -> DatabaseTimeoutError:
        """The error for an interaction that takes too long; see `ended`."""
        unknown = "; whether it was committed is not known" if self.may_be_done else ""
        return DatabaseTimeoutError(
            Code.DATABASE_TIMEOUT,
            self.module,
            self.description,
            f"it took longer than {self.seconds:g}s{last}{unknown}",
            "make it shorter, or set `hostkit: database_timeout:`",
        )

    def shown(self, error: BaseException) -> str:
        """Write what a driver has raised, without secrets."""
        return self.redact(" ".join(str(error).split())) or type(error).__name__

    def failed(self, error: BaseException, kind: Kind, database: str) -> DatabaseError:
        """The error for what a driver has raised.

        Args:
            error: The driver's exception.
            kind: What kind of failure it is.
            database: The database, as it is shown.
        """
        said = self.shown(error)
        given = (self.module, self.description)
        if kind is Kind.INTEGRITY:
            return IntegrityError(Code.DATABASE_FAILED, *given, said)
        if kind is Kind.OTHER:
            return DatabaseError(Code.DATABASE_FAILED, *given, said)
        if kind is Kind.LOST and self.may_be_done:
            reason = f"the connection was lost while it was being committed ({said})"
            hint = "read what is there before you write it again"
            return CommitUnknownError(Code.COMMIT_UNKNOWN, *given, reason, hint)
        if kind is Kind.CONFLICT:
            said = f"other transactions were in its way {kind.attempts} times ({said})"
        return DatabaseUnavailable(Code.DATABASE_UNAVAILABLE, *given, f"{database}: {said}")
