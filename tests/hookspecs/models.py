"""Models of hooks that permit, log in, name, route and control; and shapes of callbacks.

A model is slow and obvious. It takes what each module answers, or `FAILED` or `VETO` for what it
raises, and gives the result, how many modules are asked, and which of them answer nonsense, by
their numbers. A shape is a way in which modules write their callbacks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import attrs
from twisted.internet.defer import Deferred, maybeDeferred

from .rooms import MESSAGE, saying

Run: TypeAlias = tuple[Any, int, list[int]]
Model: TypeAlias = "Callable[[Sequence[Any]], Run]"

FAILED: Final = "raises a KeyError"
VETO: Final = "raises a HomeserverError"
FORBIDDEN: Final = "raises another HomeserverError"
BROKEN: Final = "raises a ModuleFailedError"
NONSENSE: Final = "raises an InvalidValueError"


def allow_event(answers: Sequence[Any], *, stops: bool = False) -> Run:
    """Model `check_event_allowed`."""
    fields = None
    for asked, answer in enumerate(answers, 1):
        if answer in (FAILED, VETO):
            return (VETO if answer == VETO else BROKEN), asked, []
        if type(answer) not in (tuple, list) or len(answer) != 2:
            return BROKEN, asked, [asked]
        if answer[0] is False:
            return (False, None), asked, []
        if type(answer[1]) is dict:
            if any(answer[1].get(key) != MESSAGE.get_dict()[key] for key in ("room_id", "type")):
                return BROKEN, asked, [asked]
            fields = answer[1]
            if stops:
                return (True, fields), asked, []
    return (True, fields), len(answers), []


def allow_event_legacy(answers: Sequence[Any]) -> Run:
    """Model the same where a replacement ends the call."""
    return allow_event(answers, stops=True)


def create_room(answers: Sequence[Any]) -> Run:
    """Model `on_create_room`."""
    for asked, answer in enumerate(answers, 1):
        if answer in (FAILED, VETO):
            return (VETO if answer == VETO else FORBIDDEN), asked, []
    return None, len(answers), []


def notify(answers: Sequence[Any]) -> Run:
    """Model a hook that notifies all modules, even if one fails."""
    return None, len(answers), []


def permit(answers: Sequence[Any], *, on_error: str = "continue") -> Run:
    """Model a hook that asks for permission."""
    wrong: list[int] = []
    for asked, answer in enumerate(answers, 1):
        if answer in (FAILED, VETO):
            if on_error == "fail":
                return BROKEN, asked, wrong
        elif answer is False:
            return False, asked, wrong
        elif answer is not True:
            wrong.append(asked)
    return True, len(answers), wrong


def permit_or_fail(answers: Sequence[Any]) -> Run:
    """Model the same where failures go to the caller."""
    return permit(answers, on_error="fail")


LOGINS: Final = [[str, type(None)], [str, type(print)]]


def log_in(answers: Sequence[Any]) -> Run:
    """Model a hook that authenticates a user."""
    wrong: list[int] = []
    for asked, answer in enumerate(answers, 1):
        if answer is None or answer in (FAILED, VETO):
            continue
        if type(answer) is tuple and [type(each) for each in answer] in LOGINS:
            return answer, asked, wrong
        wrong.append(asked)
    return None, len(answers), wrong


def name(answers: Sequence[Any]) -> Run:
    """Model a hook that asks for the name of an account."""
    wrong: list[int] = []
    for asked, answer in enumerate(answers, 1):
        if answer in (FAILED, VETO):
            return BROKEN, asked, wrong
        if type(answer) is str:
            return answer, asked, wrong
        if answer is not None:
            wrong.append(asked)
    return None, len(answers), wrong


def route(answers: Sequence[Any]) -> Run:
    """Model `get_users_for_states`."""
    result: dict[str, set[Any]] = {}
    wrong: list[int] = []
    for asked, answer in enumerate(answers, 1):
        if answer in (FAILED, VETO):
            continue
        if type(answer) is not dict or any(type(each) is not set for each in answer.values()):
            wrong.append(asked)
            continue
        for user in answer:
            result[user] = result.get(user, set()) | answer[user]
    return result, len(answers), wrong


def interest(answers: Sequence[Any]) -> Run:
    """Model `get_interested_users`."""
    result: set[str] = set()
    wrong: list[int] = []
    for asked, answer in enumerate(answers, 1):
        if answer == "ALL":
            return "ALL", asked, wrong
        if type(answer) is set:
            result = result | answer
        elif answer not in (FAILED, VETO):
            wrong.append(asked)
    return result, len(answers), wrong


def control(default: Any, kind: type) -> Model:
    """Model a hook of the one module that controls updates: the first one."""

    def model(answers: Sequence[Any]) -> Run:
        if not answers:
            return default, 0, []
        if answers[0] in (FAILED, VETO):
            return answers[0], 1, []
        return (answers[0], 1, []) if type(answers[0]) is kind else (NONSENSE, 1, [1])

    return model


EVENT_ANSWERS: Final[list[Any]] = [
    (True, None),
    (None, None),
    [0, None],
    (True, saying("ho")),
    (None, saying("hey", sender="@bob:hs")),
    (False, None),
    (False, saying("no")),
    (True, saying("ho", type="m.room.topic")),
    None,
    True,
    (True,),
]
"""What lets the next one be asked is listed first, and is drawn more often."""


Do = Any
"""What a callback does with the tuple of its arguments."""


def _any_number(do: Do, count: int) -> Callable[..., Any]:
    return lambda *arguments: do(arguments)


def _asynchronous(do: Do, count: int) -> Callable[..., Any]:
    async def callback(*arguments: Any) -> Any:
        return do(arguments)

    return callback


def _deferred(do: Do, count: int) -> Callable[..., Any]:
    def callback(*arguments: Any) -> Deferred[Any]:
        return maybeDeferred(do, arguments)

    return callback


def _partial(do: Do, count: int) -> Callable[..., Any]:
    return functools.partial(lambda _, *arguments: do(arguments), "mine")


@attrs.frozen
class _Object:
    do: Do

    async def __call__(self, *arguments: Any) -> Any:
        return self.do(arguments)


def _object(do: Do, count: int) -> Callable[..., Any]:
    return _Object(do)


def _with_default(do: Do, count: int) -> Callable[..., Any]:
    """Take one argument too many, which must keep its default."""

    def check(mine: str, *arguments: Any) -> Any:
        assert mine == "mine"
        return do(arguments)

    shapes: dict[int, Callable[..., Any]] = {
        1: lambda a, mine="mine": check(mine, a),
        2: lambda a, b, mine="mine": check(mine, a, b),
        3: lambda a, b, c, mine="mine": check(mine, a, b, c),
        4: lambda a, b, c, d, mine="mine": check(mine, a, b, c, d),
    }
    return shapes[count]


PLAIN: Final = (_any_number, _partial, _with_default)
"""Shapes that a synchronous hook takes."""
SHAPES: Final = (*PLAIN, _asynchronous, _deferred, _object)
