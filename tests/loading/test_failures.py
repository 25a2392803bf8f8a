from __future__ import annotations

import importlib

import pytest

from hostkit.loading._failures import causes, frames
from hostkit.presenting import exception_line

from .conftest import Site, problem_of


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
    """It is named first, and then where in a library the exception arose."""
    error = _raised_in(site)
    where = f"at {site.folder / 'own_pkg' / 'deep.py'}:5, in read"
    for name in ("own_pkg", "own_pkg.other"):
        own, raised = frames(error, name)
        assert own == where
        assert raised.startswith("raised at ")
        assert raised.endswith(", in raw_decode")


def test_another_package_has_no_frame(site: Site) -> None:
    """An exception that did not pass a package has only the place where it arose."""
    (raised,) = frames(_raised_in(site), "own")
    assert raised.endswith(", in raw_decode")
    assert frames(ValueError(), "own") == ()


def test_a_syntax_error_has_its_own_place() -> None:
    """Code that could not be compiled has no frame, but the error knows its place."""
    error = SyntaxError("bad", ("f.py", 3, 1, "x"))
    assert frames(error, "own_pkg") == ("at f.py:3",)
    assert frames(SyntaxError("bad"), "own_pkg") == ()


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


def test_what_a_module_imports_is_named_beside_the_import(site: Site) -> None:
    """A mistake in a library stands in the library, and who imported it helps to find out why."""
    site.write("library_pkg/__init__.py", "\n\nraise RuntimeError('no licence')\n")
    site.write("broken_library_pkg.py", "def nothing(:\n")
    site.write("user_pkg.py", "\nimport library_pkg\n")
    site.write("other_user_pkg.py", "\n\nimport broken_library_pkg\n")
    site.write("early_pkg.py", "import no_such_thing_at_all\n")
    folder = site.folder
    assert problem_of("user_pkg.Words").details == (
        f"at {folder / 'user_pkg.py'}:2, in <module>",
        f"raised at {folder / 'library_pkg' / '__init__.py'}:3, in <module>",
    )
    assert problem_of("other_user_pkg.Words").details == (
        f"at {folder / 'other_user_pkg.py'}:3, in <module>",
        f"raised at {folder / 'broken_library_pkg.py'}:1",
    )
    assert problem_of("early_pkg.Words").details == (
        f"at {folder / 'early_pkg.py'}:1, in <module>",
    )


def test_what_a_module_calls_is_named_beside_the_call(site: Site) -> None:
    """The same goes for what a library raises in `__init__` and in `parse_config`."""
    site.write("calling_lib.py", "def fail():\n    raise RuntimeError('no')\n")
    site.write(
        "calling_pkg.py",
        """
        import calling_lib

        class Parses:
            @staticmethod
            def parse_config(config):
                calling_lib.fail()

        class Builds:
            def __init__(self, config, api):
                calling_lib.fail()
        """,
    )
    for name, line in (("Parses", "7, in parse_config"), ("Builds", "11, in __init__")):
        assert problem_of(f"calling_pkg.{name}").details == (
            f"at {site.folder / 'calling_pkg.py'}:{line}",
            f"raised at {site.folder / 'calling_lib.py'}:2, in fail",
        )
