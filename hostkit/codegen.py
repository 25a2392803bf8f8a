"""Compiling the functions that hostkit writes as source: chains, switches, cached methods."""

from __future__ import annotations

import functools
import itertools
import linecache
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs

if TYPE_CHECKING:
    from types import CodeType, FunctionType

_LISTINGS: Final = "__hostkit_listings__"
"""The name in a function's globals under which the listings of its source are kept."""


@final
@attrs.frozen(eq=False)
class _Listing:
    """The source of generated functions, in `linecache` for as long as one of them exists.

    Attributes:
        source: The source.
        file: The file name that the functions' code gives for it.
    """

    source: str
    file: str


_lock: Final = threading.Lock()
_Entry: TypeAlias = tuple[int, None, list[str], str]
_withdrawn: Final[list[tuple[str, _Entry]]] = []
_published: Final[weakref.WeakValueDictionary[str, _Listing]] = weakref.WeakValueDictionary()


def compile_function(source: str, name: str, title: str, namespace: dict[str, Any]) -> FunctionType:
    """Compile a function so that tracebacks show its lines.

    The file name in them is ``<hostkit TITLE>``. It is the same on every run, so that failures in
    logs can be grouped by it. While functions of another source have that name, such as those of
    a second host in the process or of the chain that a reload replaces, it is ``<hostkit TITLE
    #2>``, and so on; a name is free again when the last function that has it is collected.

    Args:
        source: The source of a module that defines the function. It is executed, so it must
            contain nothing that a user has written.
        name: The function's name in the source.
        title: What the function is, on one line, for tracebacks.
        namespace: The function's globals, into which the source is executed. Several sources may
            share them.

    Returns:
        The function, also found in the namespace.
    """
    listing = _publish(source, title)
    # A frame keeps the globals of its function, so a traceback shows its lines even when the
    # function itself is gone. A code object cannot keep anything but constants.
    namespace.setdefault(_LISTINGS, {})[listing.file] = listing
    exec(_compile(source, listing.file), namespace)  # noqa: S102
    function: FunctionType = namespace[name]
    return function


# A hook whose modules are the same has the same source in each host of a process, such as a test's.
@functools.lru_cache(maxsize=512)
def _compile(source: str, file: str) -> CodeType:
    return compile(source, file, "exec", dont_inherit=True)


def _publish(source: str, title: str) -> _Listing:
    """Find the listing of a source, or publish one under the first name that is free."""

    def is_available(file: str) -> bool:
        listing = _published.get(file)
        return listing is None or listing.source == source

    with _lock:
        _clean_up()
        numbered = (f"<hostkit {title} #{number}>" for number in itertools.count(2))
        file = next(filter(is_available, itertools.chain([f"<hostkit {title}>"], numbered)))
        listing = _published.get(file)
        if listing is None:
            listing = _published[file] = _Listing(source, file)
            # Without a time of change, `linecache.checkcache` does not look for such a file.
            entry = (len(source), None, source.splitlines(keepends=True), file)
            linecache.cache[file] = entry
            weakref.finalize(listing, _withdraw, file, entry).atexit = False
        return listing


def _withdraw(file: str, entry: _Entry) -> None:
    # Called by the garbage collector, maybe while `linecache.checkcache` goes through the cache. So
    # the entry is only removed when the next listing is published.
    _withdrawn.append((file, entry))


def _clean_up() -> None:
    while _withdrawn:
        file, entry = _withdrawn.pop()
        # Another listing may have taken the name since this one was collected.
        if linecache.cache.get(file) is entry:
            del linecache.cache[file]
