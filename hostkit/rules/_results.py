"""What type checkers know about a hook's result: it follows from the rule.

The annotation of a hookspec says what its callbacks answer. What callers get may be something else:
`Collect` makes a list of the answers, for instance. So `hookspec` gives a method the type that its
rule is generic in: ``Rule[GivesList]`` is a rule whose hooks return lists.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, overload

if TYPE_CHECKING:
    # Type checkers know it without an installed package; `default=` is new in Python 3.13.
    from typing_extensions import TypeVar
else:
    from typing import TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)
F = TypeVar("F", bound=Callable[..., Any])


class AsWritten(ABC):
    """The result is of the type that the hookspec is annotated with."""

    @abstractmethod
    def __call__(self, function: F, /) -> F:
        """Type a hookspec."""


# The others derive from it, although they type hookspecs in other ways, so that every rule is a
# `Rule`: a rule that is annotated as no more than that types its hooks as they are written.


class Gives(AsWritten, Generic[T_co]):
    """The result is of one type, whatever callbacks answer."""

    @overload  # type: ignore[override]
    @abstractmethod
    def __call__(  # pyright: ignore[reportOverlappingOverload] -- a coroutine is an object, too
        self, function: Callable[P, Coroutine[Any, Any, object]], /
    ) -> Callable[P, Coroutine[Any, Any, T_co]]: ...
    @overload
    @abstractmethod
    def __call__(self, function: Callable[P, object], /) -> Callable[P, T_co]: ...


class GivesValue(AsWritten, Generic[T_co]):
    """The result is the first answer that is not `None`, or else of this type."""

    @overload  # type: ignore[override]
    @abstractmethod
    def __call__(
        self, function: Callable[P, Coroutine[Any, Any, R | None]], /
    ) -> Callable[P, Coroutine[Any, Any, R | T_co]]: ...
    @overload
    @abstractmethod
    def __call__(self, function: Callable[P, R | None], /) -> Callable[P, R | T_co]: ...


class GivesAnswer(AsWritten, Generic[T_co]):
    """The result is an answer, which may be `None`, or else of this type."""

    @overload  # type: ignore[override]
    @abstractmethod
    def __call__(
        self, function: Callable[P, Coroutine[Any, Any, R]], /
    ) -> Callable[P, Coroutine[Any, Any, R | T_co]]: ...
    @overload
    @abstractmethod
    def __call__(self, function: Callable[P, R], /) -> Callable[P, R | T_co]: ...


class GivesList(AsWritten):
    """The result is a list of the answers."""

    @overload  # type: ignore[override]
    @abstractmethod
    def __call__(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]
        self, function: Callable[P, Coroutine[Any, Any, R]], /
    ) -> Callable[P, Coroutine[Any, Any, list[R]]]: ...
    @overload
    @abstractmethod
    def __call__(self, function: Callable[P, R], /) -> Callable[P, list[R]]: ...


if TYPE_CHECKING:
    D_co = TypeVar("D_co", covariant=True, default=AsWritten)
else:
    D_co = TypeVar("D_co", covariant=True)
"""How a rule types a hookspec; as it is written, unless the rule says something else."""


def initialised(cls: type[R]) -> type[R]:
    """Initialise a class as attrs does, although type checkers see overloads of its own.

    Args:
        cls: A class made by attrs with ``init=False``.
    """
    init: Any = vars(cls)["__attrs_init__"]
    init.__name__, init.__qualname__ = "__init__", f"{cls.__qualname__}.__init__"
    cls.__init__ = init  # type: ignore[method-assign]
    return cls
