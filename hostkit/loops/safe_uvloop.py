"""`SafeLoop`: uvloop's event loop, which forgets no connection that was reset."""

from __future__ import annotations

import contextvars
import selectors
from typing import TYPE_CHECKING, Any, Final, final

import attrs
import uvloop

if TYPE_CHECKING:
    from collections.abc import Callable

_READ: Final = selectors.EVENT_READ
_WRITE: Final = selectors.EVENT_WRITE


@final
class SafeLoop(uvloop.Loop):
    """uvloop's event loop, with the files that others watch in a selector of their own.

    uvloop gives up the watch of a file that reports an error, such as that of a connection that was
    reset, and calls nobody (https://github.com/MagicStack/uvloop/issues/552): what is connected
    never learns of it, and neither its descriptor nor its number can be used again. So uvloop is
    left to watch one file, the selector, whose answers contain the errors.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = selectors.DefaultSelector()
        selector: Any = self._selector  # of the kinds that are a file themselves
        super().add_reader(selector.fileno(), self._look)

    def add_reader(  # type: ignore[override]
        self, fd: Any, callback: Callable[..., Any], *args: Any
    ) -> None:
        """Call a function when a file can be read.

        Args:
            fd: The file, or its number.
            callback: The function.
            args: Its arguments.
        """
        self._watch(fd, _READ, callback, args)

    def add_writer(  # type: ignore[override]
        self, fd: Any, callback: Callable[..., Any], *args: Any
    ) -> None:
        """Call a function when a file can be written.

        Args:
            fd: The file, or its number.
            callback: The function.
            args: Its arguments.
        """
        self._watch(fd, _WRITE, callback, args)

    def remove_reader(self, fd: Any) -> bool:  # type: ignore[override]
        """Stop to call a function when a file can be read.

        Args:
            fd: The file, or its number.

        Returns:
            Whether there was such a function.
        """
        return self._forget(fd, _READ)

    def remove_writer(self, fd: Any) -> bool:  # type: ignore[override]
        """Stop to call a function when a file can be written.

        Args:
            fd: The file, or its number.

        Returns:
            Whether there was such a function.
        """
        return self._forget(fd, _WRITE)

    def close(self) -> None:
        """Close the loop, and what it watches with."""
        selector: Any = self._selector
        if selector.get_map() is not None:
            super().remove_reader(selector.fileno())
            selector.close()
        super().close()

    def _watch(self, fd: Any, event: int, callback: Callable[..., Any], args: Any) -> None:
        call = _Call(callback, args, contextvars.copy_context())
        key = self._selector.get_map().get(fd)
        if key is None:
            self._selector.register(fd, event, {event: call})
        else:
            calls: dict[int, _Call] = key.data
            calls[event] = call
            self._selector.modify(fd, key.events | event, calls)

    def _forget(self, fd: Any, event: int) -> bool:
        key = None if self.is_closed() else self._selector.get_map().get(fd)
        if key is None or key.data.pop(event, None) is None:
            return False
        if key.data:
            self._selector.modify(fd, key.events & ~event, key.data)
        else:
            self._selector.unregister(fd)
        return True

    def _look(self) -> None:
        for key, events in self._selector.select(0):
            for event in (_READ, _WRITE):
                # What was called before may have ended the watch of what comes after it.
                call = key.data.get(event) if events & event else None
                if call is not None:
                    self._run(call)

    def _run(self, call: _Call) -> None:
        try:
            call.context.run(call.callback, *call.args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 -- as event loops do
            self.call_exception_handler(
                {"message": f"Exception in callback {call.callback!r}", "exception": error}
            )


@final
@attrs.frozen
class _Call:
    callback: Callable[..., Any]
    args: tuple[Any, ...]
    context: contextvars.Context
