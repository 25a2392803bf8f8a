"""`check_module`: tests that a module keeps what hosts expect of modules."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from hostkit.testing._category import make_case, make_test
from hostkit.testing._living import Tried

if TYPE_CHECKING:
    import unittest
    from collections.abc import Collection, Mapping, Sequence

    from hostkit.specs import Category

_OF_GOOD = {
    "answers": Tried.answers,
    "does_not_block": Tried.does_not_block,
    "leaves_nothing_behind": Tried.leaves_nothing,
    "survives_a_reload": Tried.survives_reload,
    "leaves_arguments_alone": Tried.leaves_arguments,
}


def check_module(  # noqa: PLR0913 -- all but the first by name
    module: type,
    *,
    good: Sequence[Any],
    bad: Sequence[Any] = (),
    categories: Sequence[type[Category]] | None = None,
    arguments: Mapping[str, Mapping[str, Any]] | None = None,
    changes: Collection[str] = (),
    longest_seconds: float = 1.0,
) -> type[unittest.TestCase]:
    """Make tests that a module does what hosts expect of any module.

    For example ``TestWords = check_module(Words, good=[{"word": "casino"}], bad=[{"word": 3}])``.
    With each good config the module answers, does not hold up the event loop, leaves nothing behind
    and its arguments alone, and survives reloads; bad ones are refused.

    Args:
        module: Its class.
        good: Configs that it takes, at least one.
        bad: Configs that it refuses.
        categories: As for `build_host`.
        arguments: Arguments for its hooks, as for `check_category`.
        changes: The names of arguments that it is meant to change.
        longest_seconds: How long a step of the event loop may take.

    Returns:
        A test case of unittest's, with tests numbered like the configs.

    Raises:
        ValueError: There is no good config.
    """
    if not good:
        raise ValueError("check_module needs a config that the module takes: good=[{...}]")
    shared = (categories, arguments or {}, changes, longest_seconds)
    tests: dict[str, Any] = {}
    for number, config in enumerate(good, 1):
        tried = Tried(module, config, [*good[: number - 1], *good[number:]], *shared)
        tests |= {
            f"test_{name}_with_config_{number}": make_test(functools.partial(promise, tried))
            for name, promise in _OF_GOOD.items()
        }
    for number, config in enumerate(bad, 1):
        refused = Tried(module, config, (), *shared)
        tests[f"test_refuses_bad_config_{number}"] = make_test(refused.is_refused)
    return make_case(f"Test{module.__name__}", f"What hosts expect of {module.__name__}.", tests)
