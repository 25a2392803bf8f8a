"""`Host`: the application being extended, as its modules see it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self

from hostkit.api import HostServices, ModuleApi, check_host_paths, make_api_class
from hostkit.background import Duty, Worker
from hostkit.config import check_reloadable, from_mapping, load
from hostkit.errors import HostkitError
from hostkit.host._builder import Builder
from hostkit.host._change import Change
from hostkit.host._given import check_file, check_module_path, check_path
from hostkit.host._lifecycle import Lifecycle
from hostkit.host._missing import Retrying, log_found
from hostkit.host._reading import Reading
from hostkit.host._shared import Shared
from hostkit.host._state import HostState, HostView
from hostkit.host._watching import added, announce_built, announce_made
from hostkit.http import HttpService
from hostkit.specs import check_callable, check_categories

if TYPE_CHECKING:
    import asyncio
    import os
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Unpack

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import HostFile
    from hostkit.host._given import Configuration, HostOptions
    from hostkit.host._reloaded import Companion, Reloaded
    from hostkit.http import HttpTransport
    from hostkit.loops import Protect
    from hostkit.messages import Channel, MessageCounts
    from hostkit.specs import Category


class Host(HostView):
    """An application that modules extend.

    Make one with `from_file` or `from_config`, then `build` it, `start` it, call its `hooks`, and
    `stop` it; ``async with host:`` does all but the calls.

    Args:
        file: The config file; by default one without modules.
        categories: The categories of hooks. By default those that the file names, or else all
            that are installed (entry points ``hostkit.categories``).
        api_class: The class of what modules are given to register with.
        clock: Where to set timeouts, and schedule samples and background loops. By default the
            running asyncio loop, or else Twisted's reactor.
        reserved_paths: Prefixes of its own, such as ``("/admin",)``, at which no module may serve.
        recommended_path: The prefix at which modules should serve their web resources. One that is
            registered elsewhere gets a warning in the log.
        worker_name: The name of this process among those that share the file. Background loops of
            modules run in the one that the file names under ``hostkit: background_tasks_on:``.
        shield: Protects the callbacks of hooks that are declared with ``shield=True`` when a call
            is cancelled: it is given a coroutine, and what it returns is awaited. By default they
            run in a task of their own, with the caller's context variables.
        module_path: Folders in which Python looks for modules before all others, and before those
            that the file names under ``hostkit: path:``. They are on `sys.path` from then on.
        http_transport: Sends what modules ask of other servers, instead of treq.
        channel: Carries messages to the host's other processes, if the file has no ``redis:``.
        duty: Whether this process does the work that only one does, instead of by its name.
        database: The URL of the database that modules share, instead of that of the file.

    Raises:
        SpecError: The categories cannot live in one host.
        RegistrationError: What is to be reserved or recommended is not a path, or the shield cannot
            be called.
        HostkitError: The file is not one that was read, or the folders are a single one.
        ValueError: A worker cannot have this name.
    """

    def __init__(  # noqa: PLR0913 -- all but the first by name, see `HostOptions`
        self,
        file: HostFile | None = None,
        *,
        categories: Sequence[type[Category]] | None = None,
        api_class: type[ModuleApi] = ModuleApi,
        clock: IReactorTime | None = None,
        reserved_paths: Sequence[str] = (),
        recommended_path: str | None = None,
        worker_name: str | None = None,
        shield: Protect | None = None,
        module_path: Sequence[str | os.PathLike[str]] = (),
        http_transport: HttpTransport | None = None,
        channel: Channel | None = None,
        duty: Duty | None = None,
        database: str | None = None,
    ) -> None:
        if categories is not None:
            check_categories(categories)
        check_host_paths(reserved_paths, recommended_path)
        check_module_path(module_path)
        if shield is not None:
            check_callable(shield, "the host's shield")
        if file is not None:
            check_file(file)
        self.file = file if file is not None else from_mapping({})
        self._categories = categories
        self._api_class = api_class
        self._builder = Builder(clock, shield, tuple(module_path), channel, database)
        self._services = HostServices(
            reserved_paths=tuple(reserved_paths),
            recommended_path=recommended_path,
            worker=Worker(worker_name, self.file.settings.background_tasks_on, duty),
            http=HttpService(transport=http_transport, clock=clock),
        )
        self._lifecycle = Lifecycle(clock)
        self._retrying = Retrying(clock, self._retry)
        self._reading = Reading()
        announce_made(self)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: Unpack[HostOptions]) -> Self:
        """Make a host from a YAML file.

        Args:
            path: The file.
            options: As for `Host`.

        Raises:
            ConfigErrors: All that is wrong with the file.
        """
        check_path(path)
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
        # `start` builds as well, so this may be called for a host that is built.
        if self._built is None:
            make_api = functools.partial(make_api_class, self._api_class)
            self._built, messages = self._builder.first(
                self.file, self._categories, self._services, make_api
            )
            self._lifecycle.shared = Shared(messages, self._built.loader.services)
            self._lifecycle.shared.use(self.file.settings)
            announce_built(self)
        return self

    async def start(self) -> None:
        """Build the host if need be, and start its modules in config order.

        Raises:
            ModuleFailedError: One of them failed; it and those before it were stopped again.
            HostkitError: The host is running, starting or stopping already, or it was stopped
                before all of them were started.
        """
        self.build()
        await self._lifecycle.start(self._change(self._state))
        if self.missing:
            self._retrying.begin()

    async def reload(self, file: Configuration | None = None) -> Reloaded:
        """Take over what has changed in the config file, while hooks go on being called.

        New modules are built and started beside the old ones. Then all hooks and web resources are
        those of the new file at once, and modules that are gone are stopped. A module with the same
        name, class and config is kept as it is. If anything is wrong, nothing has changed.

        A file is read in a thread, so that a long one stops nothing.

        Calls that have begun finish on the chains they began with. Python code is not imported
        again. Call hooks through `hooks`: a method that was taken from it stays the old one.

        A reload whose new modules are still starting is given up when another one begins.

        Args:
            file: The new configuration: what was read, a mapping with the keys of a file, or the
                path of a file. By default the file is read again.

        Returns:
            Which modules are new, were kept, and are gone.

        Raises:
            ConfigErrors: All that is wrong with the file and its modules.
            ModuleFailedError: A new module could not be started.
            HostkitError: The host is not running, was stopped meanwhile, or is reloaded once more.
        """
        if file is None and self.file.locate(()) is None:
            raise HostkitError("the host was not made from a file: give it what to reload")
        wait_for_turn = self._lifecycle.begin_reload()
        given = self.file.name if file is None else file
        return await self._replace(await self._reading.read(given, wait_for_turn))

    async def _replace(self, file: HostFile) -> Reloaded:
        old = self._state
        check_reloadable(self.file, file)
        # New modules may log the new file's secrets while they are built and started.
        old.receipts.expect(file.redact)
        new = self._builder.anew(file, old, self._lifecycle.companions)
        reloaded = await self._lifecycle.replace(self._change(new))
        if self.missing:
            self._retrying.begin()
        else:
            self._retrying.stop()
        return reloaded

    def _change(self, state: HostState, *, is_retry: bool = False) -> Change:
        # Called when the new modules are started.
        def use(state: HostState) -> None:
            state.receipts.expect(state.loader.file.redact)
            state.connect()
            self._built, self.file = state, state.loader.file

        return Change(state, self._builder.without, use, is_retry=is_retry)

    async def _retry(self) -> bool:
        """Try to load and start what is missing; say whether something still is."""
        old = self._state
        if self._lifecycle.is_changing:
            return True
        new, has_more = self._builder.with_missing(old)
        if has_more:
            await self._lifecycle.replace(self._change(new, is_retry=True))
            log_found(old.missing, self.missing)
        else:
            self._built = new
        return bool(self.missing)

    def accompany(self, companion: Companion) -> Callable[[], None]:
        """Have something else take over a new file together with the modules, or refuse it.

        Args:
            companion: Is asked in each reload. It is notified of the change by `when_reloaded`.

        Returns:
            Ends it.
        """
        return added(self._lifecycle.companions, companion)

    def when_reloaded(self, observer: Callable[[], Awaitable[None] | None]) -> Callable[[], None]:
        """Have a function called whenever the host gets other hooks and web resources.

        Args:
            observer: Is called when they are in use. What it returns is awaited before the modules
                that are gone are stopped. What it raises is logged.

        Returns:
            Ends it.
        """
        return added(self._lifecycle.observers, observer)

    async def stop(self) -> None:
        """Stop the modules, the last one first; errors are logged and stop nothing.

        A start in progress is cancelled first.
        """
        self._retrying.stop()
        await self._lifecycle.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _check_thread(self) -> None:
        self._lifecycle.check_thread("hooks are called")

    @property
    def message_counts(self) -> MessageCounts:
        """What has become of the messages between the processes so far."""
        return self._lifecycle.shared.messages.counts

    @property
    def is_running(self) -> bool:
        """Whether all modules are started, and `stop` was not called."""
        return self._lifecycle.is_running

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The asyncio loop that the host was started on last; `None` if it was none of asyncio."""
        home = self._lifecycle.home
        return None if home is None else home.loop
