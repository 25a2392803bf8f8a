"""`Probe`: a module that fails, waits or answers as a check of a category needs it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, final

import attrs
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import enter
from hostkit.testing._build import build_host
from hostkit.testing._loop import rest, rest_of, run

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from hostkit.api import ModuleApi
    from hostkit.host import Host
    from hostkit.specs import Category, Hookspec
    from hostkit.testing._clock import Clock

LoopKind: TypeAlias = Literal["asyncio", "twisted"]
"""What drives a call: a task of asyncio, or Twisted alone."""

TIMEOUT_SECONDS: Final = 2.0

_CANCELLED: Final = (asyncio.CancelledError, CancelledError)


class ProbeError(Exception):
    """What a probe fails with."""


@final
@attrs.frozen
class Came:
    """What came of a call.

    Attributes:
        result: What it returned.
        error: What it raised instead.
    """

    result: Any = None
    error: BaseException | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether it ended with its cancellation."""
        return isinstance(self.error, _CANCELLED)

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}({str(self.error)!r}) was raised"
        return f"the result was {self.result!r}"


@final
class Probe:
    """A module that does the same whenever the hook is called.

    Args:
        name: Its name.
        do: Returns or raises what the callback of a hook does; it is given the hook's name.
        entry: What else its entry in a config has.

    Attributes:
        asked: The arguments of each call.
    """

    def __init__(self, name: str, do: Callable[[str], Any], **entry: Any) -> None:
        self.name: Final = name
        self.asked: Final[list[tuple[Any, ...]]] = []
        self._do: Final = do
        self._entry: Final = entry

    def listed(self, hook: Probed) -> Mapping[str, Any]:
        """Make its entry for a host, in which it listens to a hook, and to those that this needs.

        Args:
            hook: The hook.
        """

        def answer(name: str, *arguments: Any) -> Any:
            self.asked.append(arguments)
            return self._do(name)

        def init(_self: Any, _config: Any, api: ModuleApi) -> None:
            register = getattr(api, f"register_{hook.category.name}_callbacks")
            names = hook.together()
            register(**{each: hook.by_key(each, partial(answer, each)) for each in names})

        module = type("Probe", (), {"__init__": init})
        return {"module": module, "name": self.name, **self._entry}


@final
@attrs.frozen
class Probed:
    """A hook that is checked.

    Attributes:
        category: Its category.
        spec: What is declared about it.
        keys: A key as modules write it, for keyed hooks of the category, by their names.
        arguments: The arguments of the call.
        loop: What drives the call.
    """

    category: type[Category]
    spec: Hookspec
    keys: Mapping[str, Hashable]
    arguments: Mapping[str, Any]
    loop: LoopKind

    @property
    def is_for_one(self) -> bool:
        """Whether only one module can have it."""
        return self.spec.rule.exclusive or self.category.exclusive

    def together(self) -> Sequence[str]:
        """The names of the hooks that a module registers with it; it comes first."""
        names = [self.spec.name]
        for name in names:  # which grows
            wanted = self.category.hookspecs[name].requires
            names.extend(each for each in wanted if each not in names)
        return names

    def by_key(self, hook: str, callback: Any) -> Any:
        """Make what is registered for a hook: a callback, or a mapping if it is keyed."""
        keyed = self.category.hookspecs[hook].keyed
        if keyed is None:
            return callback
        key = self.keys[hook] if hook in self.keys else self.arguments.get(keyed.argument)
        return {key: callback}

    def host(self, *probes: Probe, clock: Clock | None = None) -> Host:
        """Build a host of probes, and of what its category cannot be without."""
        modules = [probe.listed(self) for probe in probes]
        wanted = [spec for spec in self.category.hookspecs.values() if spec.must_decide]
        if wanted and not (self.is_for_one and probes):
            modules += [
                Probe(f"decider-{spec.name}", self._pass).listed(attrs.evolve(self, spec=spec))
                for spec in wanted
            ]
        return build_host(modules, categories=[self.category], clock=clock)

    def _pass(self, hook: str) -> Any:
        rule = self.category.hookspecs[hook].rule
        return rule.passes if rule.denies else None

    def call(self, host: Host) -> Any:
        """Call it: what it returns, or a coroutine of that."""
        return getattr(host.hooks[self.category], self.spec.name)(**self.arguments)

    def ask(self, host: Host) -> Came:
        """Call it, and wait for what comes of it."""
        try:
            if not self.spec.is_async:
                return Came(self.call(host))
            if self.loop == "asyncio":
                return Came(run(self.call(host)))
            return Came(run(Deferred.fromCoroutine(self.call(host))))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 -- it is looked at
            return Came(error=error)

    def ask_meanwhile(
        self, host: Host, do: Callable[[Any], Any], clock: Clock | None = None
    ) -> Came:
        """Call it, do something while it waits, and wait for what comes of it.

        Args:
            host: The host.
            do: Is given the task or the Deferred of the call.
            clock: The time of which `TIMEOUT_SECONDS` pass then.
        """
        try:
            if self.loop == "asyncio":
                return Came(run(self._ask_task(host, do, clock)))
            call = Deferred.fromCoroutine(self.call(host))
            do(call)
            if clock is not None:
                clock.advance(TIMEOUT_SECONDS)
            rest()
            return Came(run(call))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 -- it is looked at
            return Came(error=error)

    async def _ask_task(self, host: Host, do: Callable[[Any], Any], clock: Clock | None) -> Any:
        loop = asyncio.get_running_loop()
        call = asyncio.ensure_future(enter(self.call(host)))
        await rest_of(loop)
        do(call)
        if clock is not None:
            await clock.advance(TIMEOUT_SECONDS)
        await rest_of(loop)
        return await call
