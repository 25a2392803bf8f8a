"""`Recorder`: a module that gives set answers, and notes what it was asked."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostkit.api import ModuleApi
    from hostkit.specs import Category


@final
@attrs.frozen
class Asked:
    """One call of a recorder.

    Attributes:
        hook: The name of the hook.
        arguments: Its arguments, in the hook's order.
    """

    hook: str
    arguments: tuple[Any, ...]


@final
class Recorder:
    """A module for tests that gives set answers, and notes what it was asked.

    Give it to `build_host` in place of a class.

    Args:
        categories: It listens to all hooks of these. Where it has no answer it has nothing against
            anything: it answers with the allow value, or with `None` where a hook cannot deny.
        name: The module's name.
        answers: What it answers, by the names of hooks: a value; an exception, which is raised; or
            a function, which is called with the hook's arguments, and may be asynchronous. For a
            keyed hook of one of the categories, a mapping of keys to such answers.

    Attributes:
        asked: What it was asked, in order.
        steps: ``"start"`` and ``"stop"``, as they happened.
        module: The class that a config names as ``module``.
    """

    def __init__(self, *categories: type[Category], name: str = "recorder", **answers: Any) -> None:
        self.name: Final = name
        self.asked: Final[list[Asked]] = []
        self.steps: Final[list[str]] = []
        self.answers: Final = answers
        self.categories: Final = categories
        self.module: Final = type("RecorderModule", (_Module,), {"recorder": self})

    @property
    def entry(self) -> dict[str, Any]:
        """Its entry for the ``modules:`` of a config."""
        return {"module": self.module, "name": self.name}

    def calls_of(self, hook: str) -> list[tuple[Any, ...]]:
        """The arguments of all calls of one hook.

        Args:
            hook: The name of the hook.
        """
        return [each.arguments for each in self.asked if each.hook == hook]

    def listen(self, api: ModuleApi) -> None:
        """Register for the hooks that it has answers for, and for those of its categories."""
        registers = dict(_registers_of(api))
        unknown = [name for name in self.answers if name not in registers]
        if unknown:
            raise RegistrationError(
                Code.UNKNOWN_HOOK,
                f"a recorder has an answer for {unknown[0]!r}, which is not a hook of this host",
                expected=", ".join(registers),
                hint=did_you_mean(unknown[0], registers),
            )
        specs = {name: spec for each in self.categories for name, spec in each.hookspecs.items()}
        for name in dict.fromkeys([*specs, *self.answers]):
            spec = specs.get(name)
            if spec is None or spec.keyed is None:
                rule = None if spec is None else spec.rule
                passes = rule.passes if rule is not None and rule.denies else None
                callback: Any = self._callback(name, self.answers.get(name, passes))
            else:
                keyed = self.answers.get(name, {})
                callback = {key: self._callback(name, each) for key, each in keyed.items()}
            registers[name](**{name: callback})

    def _callback(self, hook: str, answer: Any) -> Callable[..., Any]:
        def callback(*arguments: Any) -> Any:
            self.asked.append(Asked(hook, arguments))
            if isinstance(answer, BaseException):
                raise answer
            is_function = callable(answer) and not isinstance(answer, type)
            return answer(*arguments) if is_function else answer

        return callback


class _Module:
    """What the host builds for a `Recorder`."""

    recorder: Recorder

    def __init__(self, config: Any, api: ModuleApi) -> None:
        del config
        self.recorder.listen(api)

    async def start(self) -> None:
        self.recorder.steps.append("start")

    async def stop(self) -> None:
        self.recorder.steps.append("stop")


def _registers_of(api: ModuleApi) -> Iterator[tuple[str, Callable[..., None]]]:
    """Find the method that registers for each hook of a host."""
    for name in dir(type(api)):
        if name.startswith("register_") and name.endswith("_callbacks"):
            register = getattr(api, name)
            for hook in inspect.signature(register).parameters:
                yield hook, register
