"""`CachedFunction`: a cached method as it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class CachedFunction(Protocol[P, T_co]):
    """A cached method of one instance: what ``self.method`` is.

    It is called and awaited like the method that was written, and ``isinstance`` knows it.
    ``__module__``, ``__name__``, ``__qualname__`` and the signature are those of that method.
    """

    __name__: str
    __qualname__: str

    @property
    def __self__(self) -> object:
        """The instance whose method it is."""

    @property
    def __wrapped__(self) -> Callable[P, Coroutine[Any, Any, T_co]]:
        """The method that was written, to be called without the cache."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the arguments that make up a key, in order."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T_co]:
        """Give what is in the cache, or wait for it to be computed."""

    def invalidate(self, key: tuple[Any, ...]) -> None:
        """Have the next call with these arguments compute its result anew.

        What is being computed for them reaches those who wait for it, and is not stored. If
        there is no such entry, nothing happens.

        Args:
            key: The arguments, in the order of ``key_names``; a tuple even if it is only one.

        Raises:
            TypeError: It is no such tuple.
        """

    def invalidate_all(self) -> None:
        """Do the same for all entries."""
