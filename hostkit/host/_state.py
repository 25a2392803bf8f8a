"""`HostState`: everything that building a host makes, and `HostView`, which shows it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, final, overload

import attrs

from hostkit.dispatch import bind_hooks
from hostkit.errors import HostkitError
from hostkit.host._asking import bind_arguments, find_chain
from hostkit.host._counts import CountsView

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from hostkit.api import HostServices, Mount
    from hostkit.background import Worker
    from hostkit.database import HostDatabase
    from hostkit.dispatch import (
        Chain,
        HookManager,
        Hooks,
        KeyedChain,
        Receipt,
        Receipts,
        Step,
        Timing,
        Trace,
    )
    from hostkit.errors import Problem
    from hostkit.host._missing import MissingModule
    from hostkit.loading import Module, ModuleLoader
    from hostkit.loops import DetachedTasks, Owner
    from hostkit.specs import Category

P = ParamSpec("P")
T = TypeVar("T")


@final
@attrs.frozen(eq=False)
class HostState:
    """Everything that building a host makes.

    Attributes:
        loader: Loaded the modules; has the config file, and what modules are given.
        loaded: The host's modules in config order, with all that they have registered.
        modules: The same, without registrations for what belongs to another module.
        plugin_manager: Holds all hookspecs and hookimpls.
        chains_of: For each category, a chain for each of its hooks.
        hooks: The hooks, to be called.
        receipts: The last decisions.
        detached: Notifications whose callers were cancelled.
        mounts: Which module serves which path.
        missing: Optional modules that could not be loaded or started.
        generation: Which file of the host it is, from 1.
    """

    loader: ModuleLoader
    loaded: tuple[Module, ...]
    modules: tuple[Module, ...]
    plugin_manager: HookManager
    chains_of: Mapping[type[Category], Mapping[str, Chain | KeyedChain]]
    hooks: Hooks
    receipts: Receipts
    detached: DetachedTasks
    mounts: Mapping[str, tuple[Module, Mount]]
    missing: tuple[MissingModule, ...] = ()
    generation: int = 1

    # Cached, as gateways look up a chain for each request.
    @functools.cached_property
    def chains(self) -> Mapping[str, Chain | KeyedChain]:
        """A chain for each hook, by its full name."""
        return {
            chain.spec.full_name: chain
            for chains in self.chains_of.values()
            for chain in chains.values()
        }

    def connect(self) -> None:
        """Have the hooks call these chains, if they called others before.

        Hosts keep the objects they call hooks through, so what is replaced is their methods. That
        costs calls nothing, but a method that was taken from such an object stays the old one.
        """
        self.receipts.follow()
        self.bind()

    def bind(self) -> None:
        """Have the hooks call these chains, watched if something watches; again if that changes."""
        self.receipts.missing = self._missing_in
        exact = self.loader.file.settings.timing == "exact"
        for category, chains in self.chains_of.items():
            for chain in chains.values():
                chain.watch = self.plugin_manager.watch(chain)
                for part in chain.parts:
                    part.is_exact = exact
            bind_hooks(self.hooks[category], chains, exact=exact)
        self.plugin_manager.monitors.changed = self.bind

    def _missing_in(self, hook: str) -> tuple[Step, ...]:
        return tuple(each.step for each in self.missing if each.is_asked_for(hook))

    async def ask(
        self,
        hook: object,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        keep: bool,
        owner: Owner | None = None,
    ) -> Trace[Any]:
        """Call a hook, and record every step.

        Args:
            hook: The hook, or its full name.
            args: The call's arguments by position.
            kwargs: The call's arguments by name.
            keep: Whether the receipt of a denial or a failure is kept.
            owner: The outermost caller, if it is known; see `hostkit.loops.is_callers`.

        Raises:
            UnknownHookError: There is no such hook.
            WrongArgumentsError: The arguments are not the hook's.
        """
        chain = find_chain(hook, self.hooks, self.chains)
        values = bind_arguments(chain.spec, args, kwargs)
        return await chain.select(values).ask(values, keep=keep, owner=owner)


class HostView(CountsView):
    """What there is to see of a host that was built, and its hooks to call."""

    _built: HostState | None = None

    @property
    def categories(self) -> tuple[type[Category], ...]:
        """The categories of hooks."""
        return tuple(self._state.chains_of)

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that were built, in config order."""
        return self._state.modules

    @property
    def missing(self) -> tuple[MissingModule, ...]:
        """Optional modules that cannot be loaded or started, so that the host goes on without."""
        return self._state.missing

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is probably wrong with the file, its modules and what is installed.

        All of it was logged when the host was built, or when its modules were replaced in a reload.
        """
        return self._state.loader.warnings

    @property
    def generation(self) -> int:
        """Which file it runs with: 1 is the first one, and each reload counts one more."""
        return self._state.generation

    @property
    def worker(self) -> Worker:
        """This process among those that share the config file."""
        return self._state.loader.services.worker

    @property
    def database(self) -> HostDatabase:
        """The database that the modules share; it is opened when it is used."""
        return self._state.loader.services.database

    @property
    def hooks(self) -> Hooks:
        """The hooks, to be called: ``host.hooks[TheCategory].the_hook(...)``."""
        return self._state.hooks

    @property
    def chains(self) -> Mapping[str, Chain | KeyedChain]:
        """The chain of each hook, by its full name ``category.hook``."""
        return self._state.chains

    @property
    def mounts(self) -> Mapping[str, tuple[Module, Mount]]:
        """Which module serves which path."""
        return self._state.mounts

    @property
    def plugin_manager(self) -> HookManager:
        """The pluggy manager that holds all hookspecs and hookimpls."""
        return self._state.plugin_manager

    @property
    def receipts(self) -> Receipts:
        """The last denials, failures and shadow verdicts, oldest first."""
        return self._state.receipts

    @property
    def timings(self) -> tuple[Timing, ...]:
        """How long each callback takes, from the calls that were measured."""
        return tuple(timing for chain in self.chains.values() for timing in chain.timings)

    @overload
    async def explain(self, hook: str, /, *args: Any, **kwargs: Any) -> Receipt: ...
    @overload
    async def explain(
        self, hook: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> Receipt: ...
    async def explain(self, hook: Any, /, *args: Any, **kwargs: Any) -> Receipt:
        """Call a hook to see what every module does; the modules really are asked.

        Args:
            hook: The hook, as in ``host.hooks[TheCategory].the_hook``, or its full name.
            args: The call's arguments by position.
            kwargs: The call's arguments by name.

        Returns:
            A receipt with a step for every module. It is not kept.

        Raises:
            UnknownHookError: There is no such hook.
            WrongArgumentsError: The arguments are not the hook's.
        """
        self._check_thread()
        return (await self._state.ask(hook, args, kwargs, keep=False)).receipt

    @overload
    async def ask(
        self, hook: str, /, *args: Any, owner: Owner | None = ..., **kwargs: Any
    ) -> Trace[Any]: ...
    @overload
    async def ask(
        self, hook: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Trace[T]: ...
    @overload
    async def ask(self, hook: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Trace[T]: ...
    async def ask(self, hook: Any, /, *args: Any, **kwargs: Any) -> Trace[Any]:
        """Call a hook, for callers that need to know how its result came about.

        Args:
            hook: The hook, as in ``host.hooks[TheCategory].the_hook``; or its full name,
                ``category.hook``, followed by one mapping of arguments by name.
            args: The call's arguments by position.
            kwargs: The call's arguments by name. With a full name, ``owner`` is the outermost
                caller, if it knows whether it has cancelled the call; see
                `hostkit.loops.is_callers`.

        Returns:
            The result, or the error, and the receipt; a denial's or a failure's is kept.

        Raises:
            UnknownHookError: There is no such hook.
            WrongArgumentsError: The arguments are not the hook's.
        """
        self._check_thread()
        by_position: Sequence[Any] = args
        owner = kwargs.pop("owner", None) if isinstance(hook, str) else None
        match args:
            case (Mapping() as arguments,) if isinstance(hook, str) and not kwargs:
                by_position, kwargs = (), {**arguments}
        return await self._state.ask(hook, by_position, kwargs, keep=True, owner=owner)

    def _check_thread(self) -> None:
        """Make sure that hooks are called on the host's own thread, if it is running."""

    @property
    def _offered(self) -> HostServices:
        return self._state.loader.services

    @property
    def _state(self) -> HostState:
        if self._built is None:
            raise HostkitError("the host is not built yet: call host.build() first")
        return self._built
