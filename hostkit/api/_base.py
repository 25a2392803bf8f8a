"""`BaseApi`: what every part of the module api works with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.api._places import Places
from hostkit.background import BackgroundWork, Threads, Worker
from hostkit.caching import Invalidations
from hostkit.codes import Code
from hostkit.database import DatabaseUse, HostDatabase, read_url
from hostkit.errors import RegistrationError
from hostkit.http import HttpService
from hostkit.logs import COLLECTED, logger_of
from hostkit.loops import Lifetime
from hostkit.mail import MailService
from hostkit.store import StoreLimits

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Hashable

    from twisted.web.resource import IResource

    from hostkit.dispatch import Hooks
    from hostkit.specs import Category, Fit, Hookspec


@final
@attrs.define
class HooksLink:
    """Where modules find the hooks of their host, which are there when all modules are built.

    Attributes:
        hooks: The hooks, which stay the same objects over reloads.
    """

    hooks: Hooks | None = None


def _make_memory() -> HostDatabase:
    return HostDatabase(read_url("sqlite://", Path(), 0))


@final
@attrs.frozen(eq=False)
class HostServices:
    """What a host offers to its modules through the module api; all modules share one.

    Attributes:
        categories: The categories of the host.
        reserved_paths: The prefixes below which no module may serve anything.
        recommended_path: The prefix below which the host would like its modules to serve.
        worker: This process among those that share the config file.
        threads: Where functions run that would block the event loop.
        invalidations: The cached methods of the host's modules, and the other processes' link.
        link: Where modules find the hooks.
        database: The database that the modules share.
        store: What their stores go by.
        http: The connections to other servers.
        places: The names and folders of the server.
        mail: Sends mails.
    """

    categories: tuple[type[Category], ...] = ()
    reserved_paths: tuple[str, ...] = ()
    recommended_path: str | None = None
    worker: Worker = attrs.field(factory=Worker)
    threads: Threads = attrs.field(factory=Threads)
    invalidations: Invalidations = attrs.field(factory=Invalidations)
    link: HooksLink = attrs.field(factory=HooksLink)
    database: HostDatabase = attrs.field(factory=_make_memory)
    store: StoreLimits = attrs.field(factory=StoreLimits)
    http: HttpService = attrs.field(factory=HttpService)
    places: Places = attrs.field(factory=Places)
    mail: MailService = attrs.field(factory=MailService)


@final
@attrs.frozen
class Registration:
    """A callback that fits its hook.

    Attributes:
        spec: The hook.
        function: The callback.
        fit: How it is called.
        key: Which calls it is for, if the hook is keyed.
        details: What else the key says; all modules must agree about it.
    """

    spec: Hookspec
    function: Callable[..., Any]
    fit: Fit
    key: Hashable = None
    details: Any = None


@final
@attrs.frozen
class Mount:
    """A web resource and the path it is to be served at.

    Attributes:
        path: The path.
        resource: The resource.
        source: Where it was registered: file and line of the call.
    """

    path: str
    resource: IResource
    source: str = attrs.field(default="", eq=False)


@final
@attrs.define
class Registrations:
    """Everything a module has registered; none of it takes effect before the module is built.

    Attributes:
        callbacks: In the order of registration.
        mounts: In the order of registration.
        background: What the module does in the background.
        lifetime: Ends what the module has in flight at services.
        folder: The folder of the Python file of the module's class, if there is one.
        database: What the module has to do with the database.
        warnings: What is probably wrong with what it has registered; logged already.
        has_hookimpls: Whether it has registered the marked methods of an object.
        is_open: Whether the module may still register: until its ``__init__`` has returned.
    """

    callbacks: list[Registration] = attrs.field(factory=list)
    mounts: list[Mount] = attrs.field(factory=list)
    background: BackgroundWork = attrs.field(factory=BackgroundWork)
    lifetime: Lifetime = attrs.field(factory=Lifetime)
    folder: Path | None = None
    database: DatabaseUse = attrs.field(factory=DatabaseUse)
    warnings: list[str] = attrs.field(factory=list)
    has_hookimpls: bool = False
    is_open: bool = True

    def warn(self, logger: logging.Logger, message: str, *args: object) -> None:
        """Log a warning about the module, and keep it for its host.

        Args:
            logger: The module's logger.
            message: The message, as for `logging`.
            args: What is filled into it.
        """
        logger.warning(message, *args, extra=COLLECTED)
        self.warnings.append(message % args)

    def check_open(self, what: str) -> None:
        """Make sure that it is not too late.

        Args:
            what: The attempted registration, as the subject of the message.

        Raises:
            RegistrationError: The module's ``__init__`` has returned (HK205).
        """
        if not self.is_open:
            raise RegistrationError(
                Code.TOO_LATE,
                f"{what} comes too late: modules register in __init__, and this one has returned",
                hint="move the call into __init__",
            )


class BaseApi:
    """The state that the parts of the module api share, each of which has one subject.

    None of them uses a public name of another, which may be something else in a host's subclass.

    A new method that needs something of the host reads it from the services.

    Args:
        name: The module's name.
        registrations: Collects what the module registers.
        services: What the host offers.
    """

    def __init__(self, name: str, registrations: Registrations, services: HostServices) -> None:
        # Private, since public names are for a host's own subclass.
        self._name: Final = name
        self._registrations: Final = registrations
        self._services: Final = services
        self._log: Final = logger_of(name)

    @property
    def name(self) -> str:
        """The module's name, by which logs, receipts and errors refer to it."""
        return self._name

    @property
    def logger(self) -> logging.Logger:
        """The module's own logger, ``hostkit.modules.<name>``."""
        return self._log

    def _warn(self, message: str, *args: object) -> None:
        """Log a warning about the module, and keep it for its host."""
        self._registrations.warn(self._log, message, *args)
