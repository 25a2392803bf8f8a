from __future__ import annotations

import pytest

from hostkit.errors import (
    CodedError,
    ConfigError,
    ConfigErrors,
    HookTimeoutError,
    HostkitError,
    InvalidValueError,
    ModuleFailedError,
    Path,
    Place,
    Problem,
    RegistrationError,
    SpecError,
    UnknownNameError,
    show_path,
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("modules",), "modules"),
        (("modules", 0, "timeout"), "modules[0].timeout"),
        ((0, "config"), "[0].config"),
        (("grid", 1, 2), "grid[1][2]"),
    ],
)
def test_a_path_is_written_as_people_do(path: Path, text: str) -> None:
    """Keys are joined by dots, indexes stand in brackets."""
    assert show_path(path) == text


def test_a_place_is_written_so_that_editors_can_jump_to_it() -> None:
    """File, line and column are separated by colons."""
    assert str(Place("host.yaml", 3, 5, "  a: 1")) == "host.yaml:3:5"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("HK001", "no such file"), "HK001 no such file"),
        (Problem("HK020", "not a list", ("modules",)), "modules: HK020 not a list"),
        (
            Problem("HK020", "not a list", ("modules",), Place("f.yaml", 1, 10)),
            "f.yaml:1:10: HK020 not a list",
        ),
        (
            Problem("HK021", "unknown key", hint="did you mean 'config'?"),
            "HK021 unknown key\n  = hint: did you mean 'config'?",
        ),
    ],
)
def test_a_problem_says_where_it_is_as_exactly_as_it_knows(problem: Problem, text: str) -> None:
    """A place in a file is better than a path, and a path better than nothing."""
    assert problem.render() == text


def test_a_problem_in_a_file_shows_the_line_and_everything_known_about_it() -> None:
    """The caret stands below the column; details, expectation and hint line up with it."""
    problem = Problem(
        "HK020",
        "expected a duration",
        ("modules", 0, "timeout"),
        Place("host.yaml", 12, 12, "  timeout: soon"),
        ("first fact", "second fact"),
        "a number and a unit",
        "write 5s",
    )
    assert problem.render() == (
        "host.yaml:12:12: HK020 expected a duration\n"
        "   |\n"
        "12 |   timeout: soon\n"
        "   |            ^\n"
        "   = first fact\n"
        "   = second fact\n"
        "   = expected: a number and a unit\n"
        "   = hint: write 5s"
    )


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ((), ()),
        (("words", 2), ("words", 2)),
        (["words", 2], ("words", 2)),
        ("threshold", ("threshold",)),
    ],
)
def test_a_config_error_keeps_message_and_path(
    path: Path | list[str | int] | str, steps: Path
) -> None:
    """The path may be a tuple, a list, or a single key, which is not taken letter by letter."""
    error = ConfigError("must not be empty", path)
    assert ("must not be empty", "must not be empty", steps) == (
        str(error),
        error.message,
        error.path,
    )


def test_a_config_error_needs_no_path() -> None:
    """Without a path the whole of the module's config is meant."""
    assert ConfigError("wrong").path == ()


def test_config_errors_tell_all_problems() -> None:
    """Each problem is written in full, with an empty line between them."""
    errors = ConfigErrors((Problem("HK001", "one", hint="correct it"), Problem("HK002", "two")))
    assert str(errors) == "HK001 one\n  = hint: correct it\n\nHK002 two"
    assert [problem.code for problem in errors.problems] == ["HK001", "HK002"]


@pytest.mark.parametrize("kind", [SpecError, RegistrationError, UnknownNameError])
def test_a_coded_error_is_one_problem(kind: type[CodedError]) -> None:
    """Code, message, details, expectation and hint are at hand, and all of them are written."""
    error = kind("HK203", "wrong", details=("a fact",), expected="right", hint="correct it")
    assert error.code == "HK203"
    assert Problem("HK203", "wrong", (), None, ("a fact",), "right", "correct it") == error.problem
    assert str(error) == "HK203 wrong\n  = a fact\n  = expected: right\n  = hint: correct it"


def test_hasattr_understands_an_unknown_name() -> None:
    """What raises `UnknownNameError` for an attribute simply does not have it."""

    class Api:
        def __getattr__(self, name: str) -> None:
            raise UnknownNameError("HK201", f"no method {name!r}")

    assert not hasattr(Api(), "register_things")


def test_a_failed_module_is_named_with_hook_and_reason() -> None:
    """The facts are in the message and at hand."""
    error = ModuleFailedError("words", "comments.check", "KeyError: 'a'")
    assert str(error) == "module 'words' failed in comments.check: KeyError: 'a'"
    assert (error.module, error.hook, error.reason) == ("words", "comments.check", "KeyError: 'a'")


@pytest.mark.parametrize(("seconds", "text"), [(2.0, "2s"), (0.25, "0.25s")])
def test_a_late_module_is_named_with_hook_and_limit(seconds: float, text: str) -> None:
    """It can be caught as the `TimeoutError` it is, and names the limit without idle zeros."""
    error = HookTimeoutError("words", "comments.check", seconds)
    assert str(error) == f"module 'words' took longer than {text} in comments.check"
    assert ("words", "comments.check", seconds) == (error.module, error.hook, error.seconds)
    assert isinstance(error, TimeoutError)


def test_an_invalid_answer_is_a_type_error_with_a_reason() -> None:
    """It names module and hook, and says what was returned."""
    error = InvalidValueError("words", "comments.check", "expected ALLOW, got True")
    assert str(error) == (
        "module 'words' gave an invalid answer in comments.check: expected ALLOW, got True"
    )
    assert (
        error.module,
        error.hook,
        error.reason,
    ) == ("words", "comments.check", "expected ALLOW, got True")
    assert isinstance(error, TypeError)


@pytest.mark.parametrize(
    "kind",
    [
        ConfigError,
        ConfigErrors,
        CodedError,
        SpecError,
        RegistrationError,
        UnknownNameError,
        ModuleFailedError,
        HookTimeoutError,
        InvalidValueError,
    ],
)
def test_everything_of_ours_can_be_caught_at_once(kind: type[Exception]) -> None:
    """`HostkitError` is the base of all exceptions."""
    assert issubclass(kind, HostkitError)
