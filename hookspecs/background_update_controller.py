"""`BackgroundUpdateController`: how fast the host's database is brought up to date."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Final, final

from hostkit import Category, hookspec, rules


def read_update(value: Any) -> AbstractAsyncContextManager[int]:
    """Take a context manager for a batch.

    Raises:
        TypeError: It cannot be entered with ``async with``.
    """
    if not isinstance(value, AbstractAsyncContextManager):
        raise TypeError("an answer is an asynchronous context manager")
    return value


def read_batch_size(value: Any) -> int:
    """Take a number of rows.

    Raises:
        TypeError: It is not an integer.
    """
    # `True` is an int, but hardly a number of rows.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("an answer is an int")
    return value


_UPDATE: Final = rules.Exclusive(read=read_update, on_error="raise")
_BATCH: Final = rules.Exclusive(read=read_batch_size, default=100, on_error="raise")


@final
class BackgroundUpdateController(Category):
    """Callbacks that control the updates which a host's database runs in the background.

    Only the first module that registers has control; what others register is left out, with a
    warning. It registers `on_update`, and the others if it wants.
    """

    # Two controllers would each see only some of the batches.
    exclusive: ClassVar[bool] = True

    @hookspec(_UPDATE, added="1.49")
    def on_update(
        self,
        update_name: str,
        database_name: str,
        one_shot: bool,  # noqa: FBT001 -- what modules are given
    ) -> AbstractAsyncContextManager[int] | None:
        """Called before each batch of an update; the callback is not asynchronous.

        `one_shot` says that the update is done in a single batch. The answer is an asynchronous
        context manager: entering it gives how long the batch should take, in milliseconds, and the
        batch runs inside of it.

        The answer of the one module is the result. Without any it is `None`, and the host waits a
        second before each batch of 100 milliseconds.

        An exception goes to the caller, and so does any other answer, as an `InvalidValueError`.
        Either counts as a failure of the update.
        """

    @hookspec(_BATCH, added="1.49", requires=("on_update",))
    async def default_batch_size(self, update_name: str, database_name: str) -> int:
        """Called before the first batch of an update, for the number of rows in it.

        The answer of the one module is the result. Without any it is 100.

        An exception goes to the caller, and so does any other answer, as an `InvalidValueError`.
        Either counts as a failure of the update.
        """

    @hookspec(_BATCH, added="1.49", requires=("on_update",))
    async def min_batch_size(self, update_name: str, database_name: str) -> int:
        """Called before each batch of an update, for the least number of rows in it.

        The answer of the one module is the result. Without any it is 100.

        An exception goes to the caller, and so does any other answer, as an `InvalidValueError`.
        Either counts as a failure of the update.
        """
