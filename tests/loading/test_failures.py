from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from hostkit.loading._failures import causes, innermost_frame
from hostkit.wording import exception_line

if TYPE_CHECKING:
    from .conftest import Site


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no"), "ValueError: no"),
        (KeyError("key"), "KeyError: 'key'"),
        (ValueError(), "ValueError"),
        (SyntaxError("bad", ("f.py", 3, 1, "x")), "SyntaxError: bad"),
    ],
)
def test_an_exception_is_said_on_one_line(error: Exception, text: str) -> None:
    """It is written as the last line of its traceback."""
    assert exception_line(error) == text


def _raised_in(site: Site) -> Exception:
    site.write("own_pkg/__init__.py", "")
    site.write(
        "own_pkg/deep.py",
        """
        import json

        def read():
            json.loads("{")
        """,
    )
    with pytest.raises(ValueError, match="Expecting") as caught:
        importlib.import_module("own_pkg.deep").read()
    return caught.value


def test_the_last_frame_of_the_package_is_found(site: Site) -> None:
    """Frames of libraries that the package calls are further in, but not its author's code."""
    error = _raised_in(site)
    where = f"at {site.folder / 'own_pkg' / 'deep.py'}:5, in read"
    assert innermost_frame(error, "own_pkg") == where
    assert innermost_frame(error, "own_pkg.other") == where


def test_another_package_has_no_frame(site: Site) -> None:
    """An exception that did not pass a package has no place in it, even if the names are alike."""
    assert innermost_frame(_raised_in(site), "own") is None


def test_a_syntax_error_has_its_own_place() -> None:
    """Code that could not be compiled has no frame, but the error knows its place."""
    error = SyntaxError("bad", ("f.py", 3, 1, "x"))
    assert innermost_frame(error, "own_pkg") == "at f.py:3"
    assert innermost_frame(SyntaxError("bad"), "own_pkg") is None


def test_causes_are_written_in_order() -> None:
    """Each exception that was given as the cause of another is a line."""
    outer, middle, inner = RuntimeError("outer"), ValueError("middle"), OSError("inner")
    outer.__cause__, middle.__cause__ = middle, inner
    assert causes(outer) == ("caused by ValueError: middle", "caused by OSError: inner")
    assert causes(inner) == ()


def test_circular_causes_end() -> None:
    """An exception may be its own cause: ``raise error from error``."""
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert causes(first) == ("caused by RuntimeError: second",)
    second.__cause__ = second
    assert causes(second) == ()
