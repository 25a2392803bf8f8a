"""`check_category`: tests that the hooks of a category keep their promises."""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
import unittest
from typing import TYPE_CHECKING, Any, Final, get_args

from hostkit.testing._probing import LoopKind, Probed
from hostkit.testing._promises import PROMISES
from hostkit.testing._samples import collect_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping

    from hostkit.specs import Category, Hookspec
    from hostkit.testing._promises import Promise
    from hostkit.testing._samples import Samples

_BOTH: Final[tuple[LoopKind, ...]] = get_args(LoopKind)


def check_category(
    category: type[Category],
    *,
    arguments: Mapping[str, Mapping[str, Any]] | None = None,
    keys: Mapping[str, Hashable] | None = None,
    loops: Collection[LoopKind] = _BOTH,
) -> type[unittest.TestCase]:
    """Make tests that each hook of a category does what its declaration promises.

    A host has them with one line in a file of tests, for pytest and for unittest::

        TestComments = check_category(Comments)

    For each hook they check what it gives without any module, with a module that raises (for each
    policy), that takes too long or is in shadow mode, when the call is cancelled, and that
    arguments are copied, if it says so; under asyncio and under Twisted.

    Args:
        category: The category.
        arguments: The arguments of calls, by the names of hooks: values, or strategies of
            hypothesis. What is missing, and has no default, is made from its annotation by
            hypothesis, if that is installed and can.
        keys: For a keyed hook, the key as modules write it, if it differs from the argument.
        loops: The event loops that the host may run on: both, ``"asyncio"`` or ``"twisted"``.

    Returns:
        A test case of unittest's, with one test for each promise of each hook.

    Raises:
        TypeError: Arguments are missing, or are not those of the hooks.
    """
    samples = collect_samples(category.hookspecs.values(), arguments or {})
    tests: dict[str, Any] = {
        f"test_{name}_{promise.name}": _test_of(
            category, spec, promise, samples[name], keys or {}, loops
        )
        for name, spec in category.hookspecs.items()
        for promise in PROMISES
        if promise.applies(spec)
    }
    return make_case(f"Test{category.__name__}", f"Promises of {category.name}.", tests)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what hostkit logs of modules that fail on purpose."""
    logger = logging.getLogger("hostkit")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def make_case(name: str, summary: str, tests: Mapping[str, Any]) -> type[unittest.TestCase]:
    """Make a test case that belongs to the module of tests that asks for it.

    Args:
        name: Its name.
        summary: What it tests.
        tests: Its methods.
    """
    caller = sys._getframe(2).f_globals.get("__name__", __name__)  # noqa: SLF001 -- as in `attrs`
    namespace = {"__module__": caller, "__qualname__": name, "__doc__": summary, **tests}
    return type(name, (unittest.TestCase,), namespace)


def make_test(check: Callable[[], None]) -> Callable[[unittest.TestCase], None]:
    """Make a test of such a test case.

    Args:
        check: What it does. Of an `AssertionError` only the message is shown.
    """

    def test(_self: unittest.TestCase) -> None:
        try:
            check()
        except AssertionError as error:
            # The message says it all; the frames of the kit say nothing more.
            raise error.with_traceback(None) from error.__cause__

    return test


def _test_of(
    category: type[Category],
    spec: Hookspec,
    promise: Promise,
    samples: Samples,
    keys: Mapping[str, Hashable],
    loops: Collection[LoopKind],
) -> Callable[[unittest.TestCase], None]:
    def check(loop: LoopKind, values: Mapping[str, Any]) -> None:
        promise.check(Probed(category, spec, keys, values, loop))

    def check_all() -> None:
        for loop in loops if spec.is_async else list(loops)[:1]:
            with _quiet():
                samples.each(functools.partial(check, loop), promise.most)

    return make_test(check_all)
