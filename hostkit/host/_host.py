"""`Host`: the application being extended, as its modules see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from hostkit.api import ModuleApi, Mount, check_host_paths, make_api_class
from hostkit.config import from_mapping, load
from hostkit.dispatch import Timing, Trace, trace
from hostkit.errors import HostkitError
from hostkit.host._build import Built, build
from hostkit.host._life import Life
from hostkit.host._reloadable import check_reloadable
from hostkit.loading import load_categories
from hostkit.specs import check_categories

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Unpack

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import HostFile
    from hostkit.dispatch import Chain, HookManager, Hooks, KeyedChain, Receipt, Receipts
    from hostkit.host._options import HostOptions
    from hostkit.loading import Module
    from hostkit.specs import Category


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
        reserved_paths: Prefixes of the host's own, such as ``("/admin",)``. A module that registers
            a web resource there is refused.
        recommended_path: The prefix at which modules should serve their web resources. One that is
            registered elsewhere gets a warning in the log.

    Raises:
        SpecError: The categories cannot live in one host.
        RegistrationError: What is to be reserved or recommended is no path.
    """

    def __init__(
        self,
        file: HostFile | None = None,
        *,
        categories: Sequence[type[Category]] | None = None,
        api_class: type[ModuleApi] = ModuleApi,
        clock: IReactorTime | None = None,
        reserved_paths: Sequence[str] = (),
        recommended_path: str | None = None,
    ) -> None:
        if categories is not None:
            check_categories(categories)
        check_host_paths(reserved_paths, recommended_path)
        self.file = file if file is not None else from_mapping({})
        self._categories = categories
        self._api_class = api_class
        self._clock = clock
        self._reserved_paths = tuple(reserved_paths)
        self._recommended_path = recommended_path
        self._built: Built | None = None
        self._is_reloading = False
        self._life = Life(clock)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: Unpack[HostOptions]) -> Self:
        """Make a host from a YAML file.

        Args:
            path: The file.
            options: As for `Host`.

        Raises:
            ConfigErrors: All that is wrong with the file.
        """
        return cls(load(path), **options)

    @classmethod
    def from_config(cls, mapping: Mapping[str, Any], **options: Unpack[HostOptions]) -> Self:
        """Make a host from a mapping with the keys of a file; ``module`` may be the class itself.

        Args:
            mapping: The configuration.
            options: As for `Host`.

        Raises:
            ConfigErrors: All that is wrong with the mapping.
        """
        return cls(from_mapping(mapping), **options)

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
            self._api_class = make_api_class(
                self._api_class, categories, self._reserved_paths, self._recommended_path
            )
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
        await self._life.start(self._get(), self.file.redact)

    async def reload(self, file: HostFile | None = None) -> None:
        """Take over what has changed in the config file, while hooks go on being called.

        New modules are built and started beside the old ones. Then all hooks and web resources are
        those of the new file at once, and modules that are gone are stopped. A module with the same
        name, class and config is kept as it is. If anything is wrong, nothing has changed.

        Calls that have begun finish on the chains they began with. Python code is not imported
        again. Call hooks through `hooks`: a method that was taken from it stays the old one.

        Args:
            file: The new configuration; by default the file is read again.

        Raises:
            ConfigErrors: All that is wrong with the file and its modules.
            ModuleFailedError: A new module could not be started.
            HostkitError: The host is not running, is being reloaded already, or was stopped
                meanwhile.
        """
        if file is None and self.file.locate(()) is None:
            raise HostkitError("the host was not made from a file: give it what to reload")
        if not self.is_running or self._is_reloading:
            state = "being reloaded already" if self._is_reloading else "not running"
            raise HostkitError(f"the host is {state}")
        self._is_reloading = True
        try:
            await self._replace(load(self.file.name) if file is None else file)
        finally:
            self._is_reloading = False

    async def _replace(self, file: HostFile) -> None:
        old = self._get()
        check_reloadable(self.file, file)
        old.receipts.expect(file.redact)
        new = build(file, self.categories, self._api_class, self._clock, old)

        def swap() -> None:
            new.connect(file)
            self._built, self.file = new, file

        await self._life.replace(new, file.redact, swap)

    def when_reloaded(self, observer: Callable[[], Awaitable[None] | None]) -> None:
        """Have a function called whenever the host gets other hooks and web resources.

        Args:
            observer: Is called when they are in use. What it returns is awaited before the modules
                that are gone are stopped. What it raises is logged.
        """
        self._life.observers.append(observer)

    async def stop(self) -> None:
        """Stop the modules, the last one first; errors are logged and stop nothing.

        A start that is still going on is cancelled first.
        """
        await self._life.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether all modules are started, and none was told to stop."""
        return self._life.is_running

    @property
    def categories(self) -> tuple[type[Category], ...]:
        """The categories of hooks."""
        return tuple(self._get().chains_of)

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that were built, in config order."""
        return self._get().modules

    @property
    def hooks(self) -> Hooks:
        """What hooks are called through: ``host.hooks[TheCategory].the_hook(...)``."""
        return self._get().hooks

    @property
    def chains(self) -> Mapping[str, Chain | KeyedChain]:
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
        chain = self._get().find(hook)
        caller = self.hooks[chain.spec.category]
        return await trace(
            chain.select(args, kwargs), caller, self.receipts, args, kwargs, keep=keep
        )

    def _get(self) -> Built:
        if self._built is None:
            raise HostkitError("the host is not built yet: call host.build() first")
        return self._built
