"""Slow and obvious models of the hooks that permit, log in, name, route and control.

A model takes what each module answers, or `FAILED` or `VETO` for what it raises, and gives the
result, how many modules are asked, and which of them answer nonsense, by their numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .rooms import MESSAGE, saying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def allow_event_as_of_old(answers: Sequence[Any]) -> Run:
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
