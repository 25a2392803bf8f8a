"""`route`: which paths below its own a web resource serves, and with which of its methods."""

from __future__ import annotations

import inspect
import re
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Final, TypeVar, final

import attrs

from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.web.server import Request

F = TypeVar("F", bound="Callable[..., Any]")

_MARK: Final = "hostkit_routes"
_PARAMETER: Final = re.compile(r"<(?:(str|int|path):)?([A-Za-z_][A-Za-z0-9_]*)>")
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_METHOD: Final = re.compile(r"[A-Z]+", re.ASCII)
_EXPECTED: Final = "such as /<name>/pictures/<int:number>; <path:rest> stands at the end"


def route(path: str, *, methods: Sequence[str] = ("GET",)) -> Callable[[F], F]:
    """Have a method of a `JsonResource` or an `HtmlResource` serve a path below the resource's own.

    A parameter ``<name>`` is one segment of the path, percent-decoded and not empty; ``<int:name>``
    a number; ``<path:name>``, at the end, all that is left. The method gets them by name, after the
    request. HEAD is answered as GET, and the longest match in plain letters wins.

    Args:
        path: The path, with a slash at its beginning: ``/<name>/pictures/<int:number>``.
        methods: The methods of HTTP.

    Raises:
        RegistrationError: The path or the methods are malformed (HK547).
    """
    pattern = _Pattern.read(path)
    if isinstance(methods, str) or not methods or not all(_METHOD.fullmatch(m) for m in methods):
        raise _bad(f"the route {path!r} has no methods of HTTP: {methods!r}", "such as ('GET',)")

    def mark(function: F) -> F:
        marks = [*getattr(function, _MARK, ()), (pattern, tuple(methods))]
        vars(function)[_MARK] = marks
        return function

    return mark


@final
@attrs.frozen
class _Segment:
    """One segment of a route: text, or a parameter.

    Attributes:
        rank: Which of several that match is taken: text before numbers, strings and paths.
        text: The text, if it is one.
        name: The name of the parameter, if it is one.
    """

    rank: int
    text: str = ""
    name: str = ""


_RANKS: Final = {"int": 1, "str": 2, "path": 3}
_PATH: Final = 3


@final
@attrs.frozen
class _Pattern:
    """The path of a route."""

    path: str
    segments: tuple[_Segment, ...]

    @classmethod
    def read(cls, path: Any) -> _Pattern:
        if not isinstance(path, str) or not path.startswith("/"):
            raise _bad(f"the route {path!r} does not begin with a slash", _EXPECTED)
        segments = tuple(_read_segment(path, each) for each in path.split("/")[1:])
        names = [each.name for each in segments if each.name]
        if len(names) > len({*names}) or any(each.rank == _PATH for each in segments[:-1]):
            raise _bad(f"the route {path!r} has a parameter where it cannot be", _EXPECTED)
        return cls(path, segments)

    @property
    def ranks(self) -> tuple[tuple[int, str], ...]:
        """What tells two patterns for the same paths apart from others; and their order."""
        return tuple((each.rank, each.text) for each in self.segments)

    def match(self, given: Sequence[str]) -> dict[str, Any] | None:
        """Read the parameters from a path; `None` if it is another one."""
        found: dict[str, Any] = {}
        for at, segment in enumerate(self.segments):
            if segment.rank == _PATH:
                found[segment.name] = "/".join(given[at:])
                return found if given[at:] else None
            if at >= len(given) or not _fits(segment, given[at]):
                return None
            if segment.name:
                found[segment.name] = int(given[at]) if segment.rank == 1 else given[at]
        return found if len(given) == len(self.segments) else None


def _read_segment(path: str, text: str) -> _Segment:
    parameter = _PARAMETER.fullmatch(text)
    if parameter is not None:
        return _Segment(_RANKS[parameter[1] or "str"], name=parameter[2])
    if re.search(r"[<>?#%]", text) or text in (".", ".."):
        raise _bad(f"the route {path!r} has the segment {text!r}, which is none", _EXPECTED)
    return _Segment(0, text)


def _fits(segment: _Segment, given: str) -> bool:
    if segment.rank == 0:
        return given == segment.text
    return _NUMBER.fullmatch(given) is not None if segment.rank == 1 else given != ""


@final
@attrs.frozen
class Routes:
    """The routes of a class, in the order in which they are tried.

    Attributes:
        routes: For each its path, its methods, and the name of the function.
    """

    routes: tuple[tuple[_Pattern, tuple[str, ...], str], ...] = ()

    @classmethod
    def of(cls, owner: type) -> Routes:
        """Find the routes of a class, those that it inherits included.

        Args:
            owner: The class.

        Raises:
            RegistrationError: Two have the same path and method, or a function does not take the
                parameters of its route (HK547).
        """
        found: list[tuple[_Pattern, tuple[str, ...], str]] = []
        taken: dict[tuple[Any, str], str] = {}
        for name in dir(owner):
            function = inspect.getattr_static(owner, name)
            for pattern, methods in getattr(function, _MARK, ()):
                _check_function(owner, function, pattern)
                found.append((pattern, methods, name))
                for method in methods:
                    other = taken.setdefault((pattern.ranks, method), name)
                    if other != name:
                        raise _bad(
                            f"{owner.__qualname__}.{other} and {name} both serve {method} "
                            f"{pattern.path}",
                            "one of them",
                        )
        return cls(tuple(sorted(found, key=lambda each: each[0].ranks)))

    def find(
        self, resource: Any, request: Request
    ) -> tuple[Callable[..., Any] | None, list[bytes]]:
        """Find what serves the path of a request below a resource.

        Args:
            resource: The resource.
            request: The request. The path of the resource itself is ``/`` to its routes.

        Returns:
            The function, to be called with the request; or `None`, and the methods that the path
            has: none if it is not served.
        """
        # The router refuses what is not UTF-8.
        given = [segment.decode() for segment in request.postpath or (b"",)]
        method = request.method.decode("latin-1")
        allowed: list[bytes] = []
        for pattern, methods, name in self.routes:
            values = pattern.match(given)
            if values is None:
                continue
            if method in methods or (method == "HEAD" and "GET" in methods):
                return _with(getattr(resource, name), values), []
            allowed += [each.encode() for each in methods]
        return None, allowed


def _with(function: Callable[..., Any], values: Mapping[str, Any]) -> Callable[..., Any]:
    return update_wrapper(partial(function, **values), function)


def _check_function(owner: type, function: Callable[..., Any], pattern: _Pattern) -> None:
    names = [each.name for each in pattern.segments if each.name]
    try:
        inspect.signature(function).bind("self", "request", **dict.fromkeys(names))
    except TypeError as error:
        raise _bad(
            f"{owner.__qualname__}.{function.__name__} cannot be called for the route "
            f"{pattern.path!r}: {error}",
            f"parameters for the request{''.join(f', {name}' for name in names)}",
        ) from None


def _bad(message: str, expected: str) -> RegistrationError:
    return RegistrationError(Code.BAD_ROUTE, message, expected=expected)
