from __future__ import annotations

import pytest

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


def test_the_last_frame_of_the_package_is_found(site: Site) -> None:
    """It is named first, and then where in a library the exception arose."""
    site.write("own_pkg/__init__.py", "")
    site.write("own_pkg/deep.py", "import json\n\n\ndef read():\n    json.loads('{')\n")
    site.write(
        "own_pkg/other.py",
        """
        from own_pkg.deep import read

        class Words:
            def __init__(self, config, api):
                read()
        """,
    )
    own, raised = problem_of("own_pkg.other.Words").details
    assert own == f"at {site.folder / 'own_pkg' / 'deep.py'}:5, in read"
    assert raised.startswith("raised at ")
    assert raised.endswith(", in raw_decode")


def test_another_package_has_no_frame(site: Site) -> None:
    """An exception that did not pass a package has only the place where it arose."""
    site.write(
        "own_library.py",
        """
        import json

        class Loads:
            def __init__(self, config, api):
                json.loads("{")
        """,
    )
    site.write("own.py", "from own_library import Loads\n\n\nclass Words(Loads):\n    pass\n")
    (raised,) = problem_of("own.Words").details
    assert raised.startswith("at ")
    assert raised.endswith(", in raw_decode")
    site.write("takes_none.py", "class Words:\n    def __init__(self):\n        pass\n")
    assert problem_of("takes_none.Words").details == ()


@pytest.mark.parametrize(
    ("error", "details"),
    [
        ("SyntaxError('bad', ('f.py', 3, 1, 'x'))", ("at {own}", "raised at f.py:3")),
        ("SyntaxError('bad')", ("at {own}",)),
    ],
)
def test_a_syntax_error_has_its_own_place(site: Site, error: str, details: tuple[str, ...]) -> None:
    """Code that could not be compiled has no frame, but the error knows its place."""
    site.write("own_pkg.py", f"def fail():\n    raise {error}\n\n\nfail()\n")
    own = f"{site.folder / 'own_pkg.py'}:2, in fail"
    assert problem_of("own_pkg.Words").details == tuple(each.format(own=own) for each in details)


@pytest.mark.parametrize(
    ("errors", "is_circular", "causes"),
    [
        (
            ["RuntimeError('a')", "ValueError('b')", "OSError('c')"],
            0,
            ["ValueError: b", "OSError: c"],
        ),
        (["OSError('c')"], 0, []),
        (["RuntimeError('a')", "RuntimeError('b')"], 1, ["RuntimeError: b"]),
        (["RuntimeError('b')"], 1, []),
    ],
    ids=["in order", "none", "circular", "its own"],
)
def test_causes_are_written_in_order(
    site: Site, errors: list[str], is_circular: int, causes: list[str]
) -> None:
    """Each exception that was given as the cause of another is a line; it may be its own cause."""
    site.write(
        "own_pkg.py",
        f"""
        class Words:
            def __init__(self, config, api):
                errors = [{", ".join(errors)}]
                for error, cause in zip(errors, [*errors[1:], *errors[:{is_circular}]]):
                    error.__cause__ = cause
                raise errors[0]
        """,
    )
    found = [each for each in problem_of("own_pkg.Words").details if "caused by" in each]
    assert found == [f"caused by {cause}" for cause in causes]


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
