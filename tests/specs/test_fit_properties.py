"""Random callbacks for random hooks: what fits can be called, and what can be called fits."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from hostkit.errors import RegistrationError
from hostkit.specs import Fit, Hookspec, fit_by_name, fit_by_position
from tests.specs.fitting import call, callback, hook

DEFAULT: Final = "-"
HOOK_NAMES: Final = ("a", "b", "c", "d", "e")
NAMES: Final = (*HOOK_NAMES, "x", "y", "z")


@attrs.frozen
class Shape:
    """The parameters of a callback, told apart without `inspect`."""

    only: tuple[str, ...]
    places: tuple[str, ...]
    defaults: int
    keywords: dict[str, bool]
    star: bool
    star_star: bool

    @property
    def positional(self) -> tuple[str, ...]:
        return self.only + self.places

    @property
    def needed(self) -> int:
        return len(self.positional) - self.defaults

    def has_default(self, name: str) -> bool:
        if name in self.keywords:
            return self.keywords[name]
        return self.positional.index(name) >= self.needed

    def source(self) -> str:
        texts = [self._text(name) for name in self.only]
        texts += ["/"] if self.only else []
        texts += [self._text(name) for name in self.places]
        texts += ["*args"] if self.star else ["*"] if self.keywords else []
        texts += [self._text(name) for name in self.keywords]
        texts += ["**kwargs"] if self.star_star else []
        return ", ".join(texts)

    def _text(self, name: str) -> str:
        return f"{name}={DEFAULT!r}" if self.has_default(name) else name


@st.composite
def hooks(draw: st.DrawFn) -> Hookspec:
    count = draw(st.integers(1, 5))
    return hook(HOOK_NAMES[:count], draw(st.integers(0, count)))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    # Names in their order make callbacks that fit; any others are needed as well.
    names = draw(st.one_of(st.just(NAMES), st.permutations(NAMES).map(tuple)))
    sizes = [draw(st.integers(0, 3)), draw(st.integers(0, 3)), draw(st.integers(0, 2))]
    only, places = names[: sizes[0]], names[sizes[0] : sizes[0] + sizes[1]]
    keywords = names[len(names) - sizes[2] :]
    return Shape(
        only,
        places,
        draw(st.integers(0, len(only) + len(places))),
        {name: draw(st.booleans()) for name in keywords},
        draw(st.booleans()),
        draw(st.booleans()),
    )


def tried(fit: Callable[..., Fit], spec: Hookspec, function: Callable[..., Any]) -> Fit | None:
    try:
        return fit(spec, function)
    except RegistrationError as caught:
        error = caught
    assert error.code == "HK204"
    assert spec.show() in str(error)
    return None


def works(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def may_pass(shape: Shape, spec: Hookspec, count: int) -> bool:
    """Whether passing so many arguments fills no default by mistake, and leaves out no star."""
    if shape.star:
        return count == len(spec.arguments)
    return all(
        not shape.has_default(name) or name == argument
        for name, argument in list(zip(shape.positional, spec.arguments, strict=False))[
            spec.required : count
        ]
    )


@given(hooks(), shapes())
def test_by_position_fits_what_can_be_called(spec: Hookspec, shape: Shape) -> None:
    """A callback is accepted if a permitted number of arguments works; it gets the most of them."""
    function = callback(shape.source())
    counts = [
        count
        for count in range(spec.required, len(spec.arguments) + 1)
        if may_pass(shape, spec, count) and works(function, count)
    ]
    fit = tried(fit_by_position, spec, function)
    expected = spec.arguments[: max(counts)] if counts else None
    assert (None if fit is None else fit.arguments) == expected


@given(hooks(), shapes())
def test_by_position_fits_by_the_shape_alone(spec: Hookspec, shape: Shape) -> None:
    """It needs places for what is required, and nothing that the hook does not fill."""
    expected = (
        all(shape.keywords.values())
        and shape.needed <= len(spec.arguments)
        and (shape.star or spec.required <= len(shape.positional))
    )
    assert (tried(fit_by_position, spec, callback(shape.source())) is not None) == expected


@given(hooks(), shapes())
def test_by_position_no_default_is_overwritten_by_mistake(spec: Hookspec, shape: Shape) -> None:
    """Called as the fit says, arguments arrive in order, and all other defaults are untouched."""
    function = callback(shape.source())
    fit = tried(fit_by_position, spec, function)
    if fit is None:
        return
    received = call(function, fit, spec.arguments)
    passed = [name.upper() for name in fit.arguments]
    filled = len(shape.positional[: len(passed)])
    assert passed[:filled] == [received[name] for name in shape.positional[:filled]]
    assert tuple(passed[filled:]) == received.get("args", ())
    untouched = [*shape.positional[filled:], *shape.keywords]
    assert [received[name] for name in untouched] == [DEFAULT] * len(untouched)
    for index, name in enumerate(shape.positional[:filled]):
        if index >= spec.required and shape.has_default(name) and not shape.star:
            assert spec.arguments[index] == name


@given(hooks(), shapes())
def test_by_name_fits_what_names_the_hooks_arguments(spec: Hookspec, shape: Shape) -> None:
    """Every parameter is an argument of the hook or has a default."""
    expected = all(
        name in spec.arguments or shape.has_default(name)
        for name in (*shape.positional, *shape.keywords)
    )
    assert (tried(fit_by_name, spec, callback(shape.source())) is not None) == expected


@given(hooks(), shapes())
def test_by_name_arguments_arrive_under_their_names(spec: Hookspec, shape: Shape) -> None:
    """Called as the fit says, a parameter has the argument of its name, or else its default.

    A positional-only parameter behind one that the hook does not know cannot be reached.
    """
    function = callback(shape.source())
    fit = tried(fit_by_name, spec, function)
    if fit is None:
        return
    received = call(function, fit, spec.arguments)
    unknown = [index for index, name in enumerate(shape.only) if name not in spec.arguments]
    reached = shape.only[: unknown[0]] if unknown else shape.only
    for name in (*shape.positional, *shape.keywords):
        can_be_passed = name in spec.arguments and (name not in shape.only or name in reached)
        assert received[name] == (name.upper() if can_be_passed else DEFAULT)
    assert (received.get("args", ()), received.get("kwargs", {})) == ((), {})
