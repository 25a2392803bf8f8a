"""Answers that are huge, endless, or do something when they are looked at."""

from __future__ import annotations

import itertools
from typing import Any

from .hostile_errors import FAILING, NAMING, named

_MEMBERS = (
    "__eq__", "__hash__", "__bool__", "__len__", "__iter__", "__repr__", "__str__",
    "__format__", "__reduce__", "__reduce_ex__", "__deepcopy__", "__copy__", "__getattribute__",
    "__getattr__", "__contains__", "__getitem__", "__add__", "__radd__", "__lt__", "__int__",
    "__index__", "__float__", "__del__", "__call__", "__instancecheck__", "__init_subclass__",
    "__set_name__",
)  # fmt: skip
_ATTRIBUTES = ("__class__", "__dict__", "__await__", "__iter__", "code", "reason", "extra", "value")


class Lying:
    """Says that it is something else."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self.kind


class Endless:
    """Can be iterated over for ever, and is as long as can be."""

    def __iter__(self) -> Any:
        return itertools.repeat(self)

    def __len__(self) -> int:
        return 2**63 - 1

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Fighting(str):
    """A string that fights."""

    __slots__ = ()

    def __str__(self) -> str:
        raise SystemExit

    __format__ = __repr__ = __len__ = __bool__ = __eq__ = __str__  # type: ignore[assignment]
    replace = encode = split = __add__ = __contains__ = __str__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Represented:
    """Is represented by such a string."""

    def __repr__(self) -> str:
        return Fighting("represented")


def _cyclic() -> list[Any]:
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def answers() -> dict[str, Any]:
    """Make the answers, each of which is neither a decision nor a coroutine."""
    from hostkit.rules import Deny

    made: dict[str, Any] = {
        "an endless object": Endless(),
        "a large integer": 10**5000,
        "a long string": "x" * 1_000_000,
        "lone surrogates": "\udc80\ud800",
        "control characters": "\x00\x1b[31m\r\n\u2028forged",
        "NaN": float("nan"),
        "a cyclic list": _cyclic(),
        "a deep list": _deep(),
        "a class": type,
        "a function": print,
        "an exception": ValueError(),
        "a class of exceptions": SystemExit,
        "a generator of asyncio": (each for each in [0]),
        "NotImplemented": NotImplemented,
        "a representation that fights": Represented(),
        "a denial that fights": Deny(Fighting("code"), Fighting("reason")),
        "a denial of something that fights": Deny("code", "reason", more=Represented()),
        "a mapping that is deep": {"a": _deep()},
    }
    for kind in (Deny, int, str, dict, BaseException, type(None), bool, type):
        made[f"what says that it is of {kind.__name__}"] = Lying(kind)
    for said, fail in FAILING.items():
        for name in _MEMBERS:
            made[f"{name}: {said}"] = type("Hostile", (), {name: fail})()
        for name in _ATTRIBUTES:
            made[f"{name}, an attribute: {said}"] = type("Hostile", (), {name: property(fail)})()
        for name in NAMING if said != "recursion" else ():  # which CPython 3.11 gives up at
            made[f"{name} of the metaclass: {said}"] = named(object, name, fail)
    return made
