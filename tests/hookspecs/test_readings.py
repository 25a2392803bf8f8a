"""The readings that permit, log in, name, route and size: every cell of their tables."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from hookspecs import PRESENCE_ALL_USERS, Codes
from hookspecs.background_update_controller import read_batch_size, read_update
from hookspecs.events import EVENT_REFUSED, read_event_allowed
from hookspecs.password_auth_provider import read_login, read_login_type, read_name
from hookspecs.presence_router import merge_interest, merge_routes, read_interest, read_routes
from hookspecs.verdicts import read_permission
from hostkit import CONTINUE
from hostkit.rules import Replace

from .test_background_update_controller import Gate

NEXT: Final = CONTINUE
WRONG: Final = object()
"""Means that a reading refuses an answer."""
SAME: Final = object()
"""Means that the answer itself is the result."""


@attrs.frozen
class Row:
    """An answer, and what each reading makes of it; what is not said is wrong."""

    answer: Any
    permission: Any = WRONG
    event: Any = WRONG
    login: Any = WRONG
    name: Any = WRONG
    routes: Any = WRONG
    interest: Any = WRONG
    size: Any = WRONG
    update: Any = WRONG


async def receive(response: Any) -> None:
    """Take the answer to a login."""


TABLE: dict[str, Row] = {
    "True": Row(True, permission=NEXT),
    "False": Row(False, permission=False),
    "None": Row(None, login=NEXT, name=NEXT),
    "zero": Row(0, size=SAME),
    "one": Row(1, size=SAME),
    "float": Row(1.0),
    "empty string": Row("", name=SAME),
    "string": Row("ann", name=SAME),
    "two letters": Row("an", name=SAME),
    "code": Row(Codes.FORBIDDEN, name=SAME),
    "all": Row(PRESENCE_ALL_USERS, name=SAME, interest=PRESENCE_ALL_USERS),
    "bytes": Row(b"ann"),
    "empty dict": Row({}, routes=SAME),
    "dict of sets": Row({"a": {1}, "b": frozenset()}, routes=SAME),
    "dict of lists": Row({"a": {1}, "b": [1]}),
    "empty set": Row(set(), interest=SAME),
    "frozen set": Row(frozenset({"a"}), interest=SAME),
    "empty list": Row([]),
    "list": Row(["a"]),
    "allowing pair": Row((True, None), event=NEXT),
    "allowing list": Row([True, None], event=NEXT),
    "refusing pair": Row((False, None), event=EVENT_REFUSED),
    "refusing pair with a dict": Row((False, {}), event=EVENT_REFUSED),
    "pair of nothing": Row((None, None), event=NEXT),
    "login": Row(("@ann:hs", None), event=NEXT, login=SAME),
    "login with callback": Row(("@ann:hs", receive), event=NEXT, login=SAME),
    "login without name": Row(("", None), event=NEXT, login=SAME),
    "login with a string": Row(("@ann:hs", "receive"), event=NEXT),
    "login without a user": Row((None, receive), event=NEXT),
    "login as list": Row(["@ann:hs", None], event=NEXT),
    "one of a pair": Row(("@ann:hs",)),
    "three": Row((True, None, None)),
    "context manager": Row(Gate(), update=SAME),
    "its class": Row(Gate),
}
READINGS: dict[str, Any] = {
    "permission": read_permission,
    "event": read_event_allowed,
    "login": read_login,
    "name": read_name,
    "routes": read_routes,
    "interest": read_interest,
    "size": read_batch_size,
    "update": read_update,
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
@pytest.mark.parametrize("kind", READINGS)
def test_every_cell_of_the_table(kind: str, row: Row) -> None:
    """A reading continues, gives a result, or says what would have been right."""
    expected, read = getattr(row, kind), READINGS[kind]
    if expected is WRONG:
        with pytest.raises(TypeError, match=r"\w"):
            read(row.answer)
    elif expected is SAME:
        assert row.answer is read(row.answer)
    else:
        assert read(row.answer) == expected


@pytest.mark.parametrize("allowed", [True, None, 0, "no"])
def test_a_dict_beside_what_allows_replaces(allowed: Any) -> None:
    """The result always says `True`, and has a dict of its own."""
    fields: dict[str, Any] = {"content": {}}
    replace = read_event_allowed((allowed, fields))
    assert isinstance(replace, Replace)
    assert replace.result == (True, {"content": {}})
    fields["content"]["body"] = "changed"
    assert replace.result == (True, {"content": {}})


def test_nothing_to_merge_is_nothing() -> None:
    """Without answers both merges are empty."""
    assert ({}, set()) == (merge_routes([]), merge_interest([]))


@pytest.mark.parametrize(
    ("key", "read"),
    [
        (("m.login.password", ("password",)), ("m.login.password", ("password",))),
        (("org.none", ()), ("org.none", ())),
        (("", ("",)), ("", ("",))),
    ],
)
def test_a_key_is_a_login_type_and_its_fields(key: Any, read: Any) -> None:
    """Fields are kept in a tuple, which cannot be changed."""
    assert read_login_type(key) == read
