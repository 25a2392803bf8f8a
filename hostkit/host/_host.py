"""`Host`: the application being extended, as its modules see it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Self, final

from twisted.internet.defer import CancelledError

from hostkit import codes
from hostkit.api import ModuleApi, Mount
from hostkit.config import did_you_mean, from_mapping, load
from hostkit.dispatch import Chain, Sampler, Timing, Trace, trace
from hostkit.errors import CodedError, HostkitError
from hostkit.host._build import Built, build
from hostkit.host._interrupt import Interruptible
from hostkit.host._lifecycle import call_later_of, start_modules, stop_modules
from hostkit.loading import load_categories
from hostkit.specs import check_categories

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import HostFile
    from hostkit.dispatch import HookManager, Hooks, Receipt, Receipts
    from hostkit.loading import Module
    from hostkit.specs import Category

_STOPPED: Final = "the host was stopped while it was starting"


@final
class UnknownHookError(CodedError, LookupError):
    """The host has no such hook."""


class Host:
    """An application that modules extend.

    Make one with `from_file` or `from_config`, then `build` it, `start` it, call its `hooks`, and
    `stop` it; ``async with host:`` does all but the calls.

    Args:
        file: What the config file says; by default no modules.
        categories: The categories of hooks. By default those that the file names, or else all
            that are installed (entry points ``hostkit.categories``).
        api_class: What modules are given to register with.
        clock: Where to set timeouts and schedule samples. By default the running asyncio loop, or
            else Twisted's reactor.

    Raises:
        SpecError: The categories cannot live in one host.
    """

    def __init__(
        self,
        file: HostFile | None = None,
        *,
        categories: Sequence[type[Category]] | None = None,
        api_class: type[ModuleApi] = ModuleApi,
        clock: IReactorTime | None = None,
    ) -> None:
        if categories is not None:
            check_categories(categories)
        self.file = file if file is not None else from_mapping({})
        self._categories = categories
        self._api_class = api_class
        self._clock = clock
        self._built: Built | None = None
        self._is_up = False
        self._sampler: Sampler | None = None
        self._starting: Interruptible | None = None

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        categories: Sequence[type[Category]] | None = None,
        api_class: type[ModuleApi] = ModuleApi,
        clock: IReactorTime | None = None,
    ) -> Self:
        """Make a host from a YAML file.

        Raises:
            ConfigErrors: All that is wrong with the file.
        """
        return cls(load(path), categories=categories, api_class=api_class, clock=clock)

    @classmethod
    def from_config(
        cls,
        mapping: Mapping[str, Any],
        *,
        categories: Sequence[type[Category]] | None = None,
        api_class: type[ModuleApi] = ModuleApi,
        clock: IReactorTime | None = None,
    ) -> Self:
        """Make a host from a mapping with the keys of a file; ``module`` may be the class itself.

        Raises:
            ConfigErrors: All that is wrong with the mapping.
        """
        return cls(from_mapping(mapping), categories=categories, api_class=api_class, clock=clock)

    def build(self) -> Self:
        """Load the modules and compile the hooks; nothing is started and no port opened.

        Returns:
            The host itself.

        Raises:
            ConfigErrors: All that is wrong with categories and modules.
            SpecError: The categories cannot live in one host.
        """
        if self._built is None:
            categories = self._categories
            if categories is None:
                categories = load_categories(self.file)
                check_categories(categories)
            self._built = build(self.file, categories, self._api_class, self._clock)
        return self

    async def start(self) -> None:
        """Build the host if need be, and start its modules in config order.

        Raises:
            ModuleFailedError: One of them failed; those before it were stopped again.
            HostkitError: The host is running, starting or stopping already, or it was stopped
                before all of them were started.
        """
        self.build()
        built = self._get()
        if self._is_up:
            raise HostkitError("the host is running already")
        sampler = Sampler(built.chains.values(), call_later_of(self._clock))
        self._is_up = True
        starting = Interruptible(start_modules(built.modules, self.file.redact))
        self._starting = starting
        try:
            await starting
            self._sampler = sampler
            sampler.start()
        except (CancelledError, asyncio.CancelledError) as error:
            if not starting.is_interrupted:
                raise
            raise HostkitError(_STOPPED) from error
        finally:
            self._starting = None
            self._is_up = self._sampler is not None
            starting.end()
        if starting.is_interrupted:
            await self.stop()
            raise HostkitError(_STOPPED)

    async def stop(self) -> None:
        """Stop the modules, the last one first; errors are logged and stop nothing.

        A start that is still going on is cancelled first.
        """
        if self._starting is not None:
            await self._starting.interrupt()
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None
            try:
                await stop_modules(self._get().modules)
            finally:
                self._is_up = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether all modules are started, and none was told to stop."""
        return self._sampler is not None

    @property
    def categories(self) -> tuple[type[Category], ...]:
        """The categories of hooks."""
        return self._get().categories

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that were built, in config order."""
        return self._get().modules

    @property
    def hooks(self) -> Hooks:
        """What hooks are called through: ``host.hooks[TheCategory].the_hook(...)``."""
        return self._get().hooks

    @property
    def chains(self) -> Mapping[str, Chain]:
        """The chain of each hook, by its full name ``category.hook``."""
        return self._get().chains

    @property
    def mounts(self) -> Mapping[str, tuple[Module, Mount]]:
        """Which module serves which path."""
        return self._get().mounts

    @property
    def plugin_manager(self) -> HookManager:
        """The pluggy manager that holds all hookspecs and hookimpls."""
        return self._get().plugin_manager

    @property
    def receipts(self) -> Receipts:
        """The last denials, failures and shadow verdicts, oldest first."""
        return self._get().receipts

    @property
    def timings(self) -> tuple[Timing, ...]:
        """How long each callback takes, from the calls that were measured."""
        return tuple(timing for chain in self.chains.values() for timing in chain.timings)

    async def explain(self, hook: str, /, *args: Any, **kwargs: Any) -> Receipt:
        """Call a hook to see what every module does; the modules really are asked.

        Args:
            hook: The hook's full name, ``category.hook``.
            args: The call's arguments by position.
            kwargs: The call's arguments by name.

        Returns:
            A receipt with a step for every module. It is not kept.

        Raises:
            UnknownHookError: There is no such hook.
            TypeError: The arguments are not the hook's.
        """
        return (await self._trace(hook, args, kwargs, keep=False)).receipt

    async def ask(self, hook: str, arguments: Mapping[str, Any]) -> Trace:
        """Call a hook by its name, for callers that need its receipt.

        Args:
            hook: The hook's full name, ``category.hook``.
            arguments: The call's arguments by name.

        Returns:
            The result, or the error, and the receipt; a denial's or a failure's is kept.

        Raises:
            UnknownHookError: There is no such hook.
            TypeError: The arguments are not the hook's.
        """
        return await self._trace(hook, (), dict(arguments), keep=True)

    async def _trace(
        self, hook: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool
    ) -> Trace:
        chain = self.chains.get(hook)
        if chain is None:
            raise UnknownHookError(
                codes.NO_SUCH_HOOK,
                f"this host has no hook {hook!r}",
                expected=", ".join(sorted(self.chains)) or "no hook, since it has none",
                hint=did_you_mean(hook, self.chains),
            )
        caller = self.hooks[chain.spec.category]
        return await trace(chain, caller, self.receipts, args, kwargs, keep=keep)

    def _get(self) -> Built:
        if self._built is None:
            raise HostkitError("the host is not built yet: call host.build() first")
        return self._built
