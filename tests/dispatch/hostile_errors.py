"""Exceptions of every class that Python, asyncio and Twisted have, and of some that fight back."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn

import twisted.internet.error
from twisted.internet import defer

from hostkit import HookTimeoutError, Unavailable

Make = Callable[[], BaseException]


class Panic(BaseException):
    """What a Rust extension raises."""


def _classes(of: type[BaseException]) -> Iterator[type[BaseException]]:
    yield of
    for each in type.__subclasses__(of):
        yield from _classes(each)


_MODULES = ("builtins", "asyncio.exceptions", "concurrent.futures._base", "twisted.internet.defer")
_FATAL = (KeyboardInterrupt, GeneratorExit)
_ARGUMENTS: dict[type[BaseException], tuple[Any, ...]] = {
    UnicodeDecodeError: ("utf-8", b"\xff", 0, 1, "bad"),
    UnicodeEncodeError: ("utf-8", "\udc80", 0, 1, "bad"),
    UnicodeTranslateError: ("\udc80", 0, 1, "bad"),
    BaseExceptionGroup: ("two", [Panic(), ValueError()]),
    ExceptionGroup: ("two", [ValueError(), KeyError()]),
    asyncio.IncompleteReadError: (b"", 1),
    asyncio.LimitOverrunError: ("long", 1),
    defer.FirstError: (None, 0),
    twisted.internet.error.ProcessTerminated: (1,),
}


def _make(cls: type[BaseException]) -> BaseException:
    """Make an exception without arguments, or with as many as it needs."""
    if cls in _ARGUMENTS:
        return cls(*_ARGUMENTS[cls])
    try:
        return cls()
    except TypeError:
        return cls("bad")


def every_class() -> dict[str, Make]:
    """Find all classes of exceptions that end nothing but the callback which raises them."""
    return {
        f"{cls.__module__}.{cls.__qualname__}": functools.partial(_make, cls)
        for cls in {id(each): each for each in _classes(BaseException)}.values()
        if cls.__module__ in _MODULES
        and not issubclass(cls, _FATAL)
        and not inspect.isabstract(cls)
    } | {"concurrent.futures.CancelledError": concurrent.futures.CancelledError}


def _raise(error: type[BaseException]) -> Callable[..., NoReturn]:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def _recurse(*args: Any, **named: Any) -> Any:
    return _recurse(*args, **named)


FAILING: Final = {
    "ValueError": _raise(ValueError),
    "AttributeError": _raise(AttributeError),
    "SystemExit": _raise(SystemExit),
    "Panic": _raise(Panic),
    "CancelledError": _raise(asyncio.CancelledError),
    "recursion": _recurse,
    "a number": lambda *_: 7,
}
_METHODS: Final = (
    "__str__", "__repr__", "__bool__", "__len__", "__eq__", "__hash__", "__reduce__",
    "__reduce_ex__", "__deepcopy__", "__copy__", "__getattribute__", "__getattr__",
    "__setattr__", "__iter__", "__format__", "__del__", "with_traceback", "add_note", "derive",
    "split",
)  # fmt: skip
_ATTRIBUTES: Final = (
    "__class__", "__dict__", "__notes__", "__cause__", "__context__", "__traceback__",
    "__suppress_context__", "__await__", "args", "exceptions", "hook", "module", "code",
    "detail",
)  # fmt: skip
NAMING: Final = (
    "__name__", "__module__", "__doc__", "__mro__", "__instancecheck__", "__subclasscheck__",
    "__eq__", "__hash__", "__bool__", "__repr__", "__getattribute__", "__call__",
)  # fmt: skip


def _hostile(base: type[BaseException], name: str, member: Any, error: Any = "bad") -> Make:
    def make() -> BaseException:
        cls: Any = type("Hostile", (base,), {name: member})
        made: BaseException = BaseException.__new__(cls, error)
        return made

    return make


def named(base: Any, name: str, fail: Any) -> Any:
    """Make an instance of a class whose metaclass raises where something is asked of the class."""
    member = fail if callable(getattr(type, name, None)) else property(fail)
    meta = type("Meta", (type,), {name: member})
    cls: Any = type.__new__(meta, "Hostile", (base,), {})
    return base.__new__(cls)


def _named(base: type[BaseException], name: str, fail: Any) -> Make:
    return functools.partial(named, base, name, fail)


def fighting() -> dict[str, Make]:
    """Make exceptions whose members raise, whose attributes do, and whose metaclasses do."""
    made: dict[str, Make] = {}
    for base in (Exception, Panic, Unavailable):
        for said, fail in FAILING.items():
            for name in _METHODS:
                made[f"{base.__name__}.{name}: {said}"] = _hostile(base, name, fail)
            for name in _ATTRIBUTES:
                made[f"{base.__name__}.{name}: {said}"] = _hostile(base, name, property(fail))
            for name in NAMING if said != "recursion" else ():  # which CPython 3.11 gives up at
                made[f"metaclass of {base.__name__}.{name}: {said}"] = _named(base, name, fail)
    return made


def _in_a_circle() -> BaseException:
    first, second = ValueError("first"), KeyError("second")
    first.__cause__, second.__cause__ = second, first
    first.__context__, second.__context__ = second, first
    return first


def _deep(cancelled: bool = False) -> BaseException:
    error: BaseException = asyncio.CancelledError() if cancelled else ValueError("deep")
    for _ in range(3000):
        error = BaseExceptionGroup("g", [error])
    return error


def _wide() -> BaseException:
    error: BaseException = ValueError("wide")
    for _ in range(200):
        error = BaseExceptionGroup("g", [error, error])
    return error


def _chained() -> BaseException:
    error = last = ValueError("last")
    for number in range(3000):
        before = ValueError(number)
        last.__context__ = before
        last = before
    return error


class _LongError(Exception):
    def __str__(self) -> str:
        return str(10**5000)


class _OddError(Exception):
    def __str__(self) -> str:
        return "\udc80\x00\x1b[31m\nforged\r\u2028" + "x" * 100_000


class _Fighting(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise Panic

    __format__ = __len__ = __bool__ = __eq__ = __str__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


def _noted() -> BaseException:
    error = ValueError("noted")
    error.__notes__ = 7  # type: ignore[assignment]
    return error


def _caused_by(cause: BaseException) -> BaseException:
    error = ValueError("caused")
    error.__cause__ = cause
    return error


def _caused_by_made(make: Make) -> BaseException:
    return _caused_by(make())


def odd() -> dict[str, Make]:
    """Make exceptions that are odd in ways of their own."""
    others = {name: make for name, make in fighting().items() if name.startswith("Panic.__str__")}
    made: dict[str, Make] = {
        "circle": _in_a_circle,
        "deep group": _deep,
        "cancelled deep in a group": lambda: _deep(cancelled=True),
        "wide group": _wide,
        "long chain": _chained,
        "too many digits": _LongError,
        "an argument of too many digits": lambda: ValueError(10**5000),
        "surrogates and escape codes": _OddError,
        "a string that fights": lambda: ValueError(_Fighting("bad")),
        "an odd name": type("a\nb\x1b[31m", (Exception,), {}),
        "notes that are a number": _noted,
        "cyclic arguments": _cyclic,
        "an endless group": lambda: BaseExceptionGroup("g", [_caused_by(Panic()), Panic()]),
        "another hook's time-out": lambda: HookTimeoutError("m9", "other.hook", 1.0),
        "StopIteration with a value": lambda: StopIteration(7),
        "StopAsyncIteration": StopAsyncIteration,
        "group of cancellations": lambda: BaseExceptionGroup(
            "g", [asyncio.CancelledError(), defer.CancelledError()]
        ),
        "group of group": lambda: ExceptionGroup("g", [ExceptionGroup("g", [ValueError()])]),
        "group of outages": lambda: ExceptionGroup("g", [Unavailable("x"), ValueError()]),
    }
    for name, make in others.items():
        made[f"caused by {name}"] = functools.partial(_caused_by_made, make)
    return made


def _cyclic() -> BaseException:
    cycle: list[Any] = []
    cycle.append(cycle)
    return ValueError(cycle)


def fatal() -> dict[str, Make]:
    """Make exceptions that leave a chain in any case, as they are."""
    return {
        "KeyboardInterrupt": KeyboardInterrupt,
        "GeneratorExit": GeneratorExit,
        "a class of its own": type("Stop", (KeyboardInterrupt,), {}),
        "in a group": lambda: BaseExceptionGroup("g", [ValueError(), KeyboardInterrupt()]),
        "deep in a group": lambda: BaseExceptionGroup(
            "g", [BaseExceptionGroup("g", [asyncio.CancelledError(), GeneratorExit()])]
        ),
        "one that cannot be shown": _hostile(KeyboardInterrupt, "__str__", _raise(Panic)),
        "one that lies about its class": _hostile(
            KeyboardInterrupt, "__class__", property(lambda _: ValueError)
        ),
    }
