from __future__ import annotations

import pytest

from hostkit import rules
from hostkit.specs import Category, Fit, fit_by_position, hookspec
from tests.specs.fitting import CHECK, HOOK_LINE, callback, hook, refused_by_position


@pytest.mark.parametrize(
    ("parameters", "passed"),
    [
        ("a, b", 2),
        ("a, b, /", 2),
        ("a, b, c", 3),
        ("a, b, c, d", 4),
        ("a, b=None", 2),
        ("a=None, b=None", 2),
        ("text, author", 2),
        ("a, b, c=None", 2),
        ("a, b, c=None, d=None, e=None", 2),
        ("a, b, room=None", 3),
        ("a, b, room=None, options=None", 4),
        ("a, b, room=None, d=None", 3),
        ("a, b, c=None, options=None", 2),
        ("a, b, options=None, room=None", 2),
        ("a, b, c, options=None", 4),
        ("a, b, c, d, e=None", 4),
        ("*args", 4),
        ("a, *args", 4),
        ("a, b, c=None, *args", 4),
        ("a, b, c=None, d=None, e=None, *args", 4),
        ("a, b, *, room=None", 2),
        ("a, b, **kwargs", 2),
        ("a, b, *args, c=None, **kwargs", 4),
    ],
)
def test_by_position_a_callback_gets_what_it_has_places_for(parameters: str, passed: int) -> None:
    """Required arguments always; of the rest, no default is overwritten by something else."""
    expected = Fit(CHECK.arguments[:passed], is_async=False)
    assert fit_by_position(CHECK, callback(parameters)) == expected


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ("", "it must accept 2 arguments"),
        ("a", "it must accept 2 arguments"),
        ("a=None", "it must accept 2 arguments"),
        ("a, *, text=None", "it must accept 2 arguments"),
        ("**kwargs", "it must accept 2 arguments"),
        ("a, b, c, d, e", "nothing is passed for its parameter 'e'"),
        ("a, b, c, d, e, *args", "nothing is passed for its parameter 'e'"),
        ("a, b, *, room", "nothing is passed for its parameter 'room'"),
        ("*args, c", "nothing is passed for its parameter 'c'"),
    ],
)
def test_by_position_a_misfit_is_shown_next_to_its_hook(parameters: str, why: str) -> None:
    """Both signatures stand one above the other, and the arguments to take are listed."""
    error = refused_by_position(CHECK, callback(parameters))
    assert error.code == "HK204"
    assert str(error) == (
        f"HK204 the callback for comments.check does not fit: {why}\n"
        f"  = {HOOK_LINE}\n"
        f"  = callback: def callback({parameters})\n"
        "  = hint: take the hook's arguments: (author, text, room, options)"
    )


@pytest.mark.parametrize(
    ("required", "parameters", "why"),
    [
        (1, "", "it must accept 1 argument\n"),
        (0, "a, b, c", "nothing is passed for its parameter 'c'"),
    ],
)
def test_what_must_be_accepted_is_counted(required: int, parameters: str, why: str) -> None:
    """One argument is singular; where none is required, too many parameters still are wrong."""
    assert why in str(refused_by_position(hook(("x", "y"), required), callback(parameters)))


class Logins(Category):
    @hookspec(rules.Notify(), required=1)
    async def on_login(self, user: str, provider: str | None = None, language: str = "en") -> None:
        """Called after a login."""


@pytest.mark.parametrize(
    ("parameters", "passed", "unfilled"),
    [
        ("a", 1, None),
        ("a, b=None", 2, None),
        ("a, b=None, c='en'", 3, None),
        ("a, b=None, c='de'", 2, ("c", "language")),
        ("a, b=None, language='de'", 3, None),
        ("a, b='x'", 1, ("b", "provider")),
        ("a, b=0", 1, ("b", "provider")),
        ("a, b=False", 1, ("b", "provider")),
        ("a, b", 2, None),
        ("a, language=None", 1, ("language", "provider")),
        ("a, provider='x'", 2, None),
        ("a, b='x', *args", 3, None),
        ("a, *, b=None", 1, None),
    ],
)
def test_an_argument_fills_a_place_with_its_own_default(
    parameters: str, passed: int, unfilled: tuple[str, str] | None
) -> None:
    """Whatever the place is called; one with another default is known to be left out."""
    spec = Logins.hookspecs["on_login"]
    fit = fit_by_position(spec, callback(parameters))
    assert (fit.arguments, fit.unfilled) == (spec.arguments[:passed], unfilled)


def test_a_hook_may_require_nothing() -> None:
    """Then a callback without parameters fits."""
    assert Fit((), is_async=False) == fit_by_position(hook(("x",), 0), callback(""))
