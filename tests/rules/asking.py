"""Ask a small chain, to see what a rule makes of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hostkit.dispatch import Callback, Chain, Receipts, make_caller
from hostkit.rules import CONTINUE, Rule
from hostkit.specs import Category, fit_by_position, hookspec


def ask(rule: Rule, *answers: Any) -> tuple[Any, int]:
    """Ask modules that give these answers, or raise those that are exceptions.

    Returns:
        The result, and how many modules were asked.
    """

    class Examples(Category):
        @hookspec(rule)
        async def check(self, text: str) -> str:
            """Called to see what the rule does."""

    asked: list[str] = []

    def answering(answer: Any) -> Callable[[str], Any]:
        async def callback(text: str) -> Any:
            asked.append(text)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return callback

    spec = Examples.hookspecs["check"]
    functions = [answering(answer) for answer in answers]
    callbacks = [
        Callback(module=f"m{number}", function=function, fit=fit_by_position(spec, function))
        for number, function in enumerate(functions)
    ]
    chain = Chain(spec, callbacks, Receipts())
    caller = make_caller(Examples, {"check": chain}, exact=False)
    return asyncio.run(caller.check("hello")), len(asked)


def read_number(value: Any) -> Any:
    """Read an answer: a number is a result, `None` is "continue", anything else is wrong."""
    if value is None:
        return CONTINUE
    if not isinstance(value, int):
        raise TypeError("not a number")
    return value * 10
