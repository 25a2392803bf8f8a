from __future__ import annotations

import pytest

from hostkit.specs import Fit, fit_by_name
from tests.specs.fitting import CHECK, HOOK_LINE, call, callback, refused_by_name


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("", ()),
        ("text", ("text",)),
        ("author, text, room, options", ("author", "text", "room", "options")),
        ("options, author", ("options", "author")),
        ("text, /", ("text",)),
        ("room, /, author", ("room", "author")),
        ("text='x'", ("text",)),
        ("*, text", ("text=text",)),
        ("author, *, text, room='x'", ("author", "text=text", "room=room")),
        ("author, other=1", ("author",)),
        ("other=1, text='x'", ("text=text",)),
        ("other=1, /, text='x'", ("text=text",)),
        ("other=1, text='x', /", ()),
        ("author, other=1, /, text='x'", ("author", "text=text")),
        ("author, *, other=1, text", ("author", "text=text")),
        ("*args", ()),
        ("text, *args, **kwargs", ("text",)),
        ("*args, text, **kwargs", ("text=text",)),
        ("**kwargs", ()),
    ],
)
def test_by_name_a_callback_gets_what_it_names(parameters: str, arguments: tuple[str, ...]) -> None:
    """Any arguments in any order; a default of its own stays, and nothing goes into stars."""
    assert Fit(arguments, is_async=False) == fit_by_name(CHECK, callback(parameters))


@pytest.mark.parametrize(
    ("parameters", "received"),
    [
        ("options, author", {"options": "OPTIONS", "author": "AUTHOR"}),
        ("other=1, *, text", {"other": 1, "text": "TEXT"}),
        ("author, other=1, text='x'", {"author": "AUTHOR", "other": 1, "text": "TEXT"}),
        ("other=1, text='x', /, room='y'", {"other": 1, "text": "x", "room": "ROOM"}),
        ("text, *args, **kwargs", {"text": "TEXT", "args": (), "kwargs": {}}),
    ],
)
def test_by_name_arguments_arrive_where_they_belong(
    parameters: str, received: dict[str, object]
) -> None:
    """Called as the fit says, each parameter has the argument of its name."""
    function = callback(parameters)
    assert call(function, fit_by_name(CHECK, function), CHECK.arguments) == received


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [
        ("other", "other"),
        ("author, txt", "txt"),
        ("author, other, /", "other"),
        ("author, *, other", "other"),
        ("*args, other, **kwargs", "other"),
    ],
)
def test_by_name_a_misfit_is_shown_next_to_its_hook(parameters: str, wrong: str) -> None:
    """Both signatures stand one above the other, and the arguments there are, are listed."""
    error = refused_by_name(CHECK, callback(parameters))
    assert error.code == "HK204"
    assert str(error) == (
        "HK204 the callback for comments.check does not fit: "
        f"the hook does not pass its parameter '{wrong}'\n"
        f"  = {HOOK_LINE}\n"
        f"  = callback: def callback({parameters})\n"
        "  = hint: take the hook's arguments: (author, text, room, options)"
    )


def test_an_async_misfit_is_shown_as_it_was_written() -> None:
    """The callback's line begins with `async`."""

    async def check(author: str, place: str) -> None: ...

    assert "callback: async def check(author: str, place: str) -> None" in str(
        refused_by_name(CHECK, check)
    )


def test_the_names_of_a_fit_are_the_hooks_arguments() -> None:
    """However they are passed."""
    assert Fit(("author", "text=text"), is_async=True).names == ("author", "text")
