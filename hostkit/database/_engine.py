"""`Engine`: what differs between the kinds of databases, and `Held`, a connection of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from hostkit.database._job import Job, Kind, Mode

EngineName: TypeAlias = Literal["sqlite", "postgresql"]
"""A kind of database."""


class Engine(Protocol):
    """Knows one database.

    Attributes:
        name: Which kind it is.
        driver: The driver's Python module, as `twisted.enterprise.adbapi` imports it.
        error: The base of all exceptions of the driver.
        shown: The database in messages, without a password.
        is_memory: Whether it is in the memory of this process, so that no threads are needed.
        writers: How many threads may write at a time; `None`: as many as there are.
    """

    name: EngineName
    driver: str
    error: type[Exception]
    shown: str
    is_memory: bool
    writers: int | None

    def arguments(self) -> dict[str, Any]:
        """Return what the driver's ``connect`` is called with."""

    def exists(self) -> bool:
        """Whether there is anything in it, as far as that can be known without opening it."""

    def make(self) -> None:
        """Make what is not there yet, before anything connects to it."""

    def prepare(self, connection: Any) -> None:
        """Make a new connection ready."""

    def is_stale(self, connection: Any) -> bool:
        """Whether the other side has closed a connection that is not in use."""

    def translate(self, sql: str) -> str:
        """Write a statement with ``?`` as the driver wants it."""

    def commits_itself(self, mode: Mode) -> bool:
        """Whether an interaction is one statement, without a transaction around it."""

    def begin(self, connection: Any, mode: Mode) -> None:
        """Begin a transaction."""

    def is_open(self, connection: Any) -> bool:
        """Whether a transaction has begun and neither ended nor failed."""

    def watching(self, connection: Any, job: Job) -> AbstractContextManager[None]:
        """Have the statements of an interaction end when nobody waits for it any more."""

    def classify(self, error: BaseException, connection: Any) -> Kind:
        """Find out what kind of failure an exception of the driver is."""

    def find_table(self, name: str) -> tuple[str, tuple[Any, ...]]:
        """Return a statement that finds a table, and its parameters."""


class Held(Protocol):
    """The connection of one thread, made when it is needed."""

    def get(self) -> Any:
        """Return the driver's connection."""

    def drop(self) -> None:
        """Close the connection, so that the next `get` makes another one."""
