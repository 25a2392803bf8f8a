"""`build_host`, `build_module`: a host for a test, and a module with all that it registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast, final
from weakref import WeakKeyDictionary

import attrs

from hostkit.api import ModuleApi
from hostkit.config import from_mapping
from hostkit.host import Host
from hostkit.testing._recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Final

    from twisted.internet import task
    from twisted.internet.interfaces import IReactorTime
    from twisted.web.resource import IResource

    from hostkit.host import HostOptions
    from hostkit.http import HttpTransport
    from hostkit.loading import Module
    from hostkit.specs import Category

M = TypeVar("M")

Listed: TypeAlias = "type | str | Mapping[str, Any] | tuple[type | str, Any] | Recorder"
"""A module of a test's host: a class, a dotted path or the name of an installed one; one of these
with its config; an entry as in a file; or a `Recorder`."""

_clocks: Final[WeakKeyDictionary[Host, IReactorTime | task.Clock]] = WeakKeyDictionary()


def build_host(
    modules: Iterable[Listed] = (),
    *,
    categories: Sequence[type[Category]] | None = None,
    clock: IReactorTime | task.Clock | None = None,
    servers: HttpTransport | None = None,
    options: HostOptions | None = None,
    **settings: Any,
) -> Host:
    """Build a host for a test. It is like any other, except that all its calls are measured.

    Args:
        modules: Its modules, in order: classes, ``(class, config)``, entries as in a file
            (``{"module": ..., "mode": "shadow"}``), or `Recorder`.
        categories: The categories of hooks; by default all that are installed.
        clock: Where time-outs are set and background loops run, such as a `Clock`.
        servers: What answers the requests of its modules, such as `fake_http`.
        options: What else `Host` takes.
        settings: What the file has under ``hostkit:``, such as ``timing="sampled"``. Without
            ``database=``, modules share a database in memory.

    Returns:
        The host, built. Call its hooks, or ``async with`` it if its modules have a ``start``.

    Raises:
        ConfigErrors: All that is wrong with categories, modules and settings.
    """
    mapping = {
        "modules": [_entry(each) for each in modules],
        "hostkit": {"timing": "exact", **settings},
    }
    given: HostOptions = {} if options is None else options
    if categories is not None:
        given = {**given, "categories": categories}
    if servers is not None:
        given = {**given, "http_transport": servers}
    if clock is not None:
        given = cast("HostOptions", {**given, "clock": clock})
    if "database" not in settings:
        given = in_memory(given)
    host = Host(from_mapping(mapping), **given)
    if clock is not None:
        set_clock(host, clock)
    return host.build()


def in_memory(options: HostOptions) -> HostOptions:
    """Have the modules of a host share a database in memory, unless another one is chosen."""
    return cast("HostOptions", {"database": "sqlite://", **options})


def set_clock(host: Host, clock: IReactorTime | task.Clock) -> None:
    """Note the clock that a host was made with, for its clients to go by."""
    _clocks[host] = clock


def clock_of(host: Host) -> IReactorTime | task.Clock | None:
    """The clock that a host was built with by `build_host`."""
    return _clocks.get(host)


def _entry(listed: Listed) -> Mapping[str, Any]:
    match listed:
        case Recorder():
            return listed.entry
        case Mapping():
            return listed
        case (module, config):
            return {"module": module, "config": config}
        case _:
            return {"module": listed}


@final
@attrs.frozen(eq=False)
class BuiltModule(Generic[M]):
    """A module that was built for a test.

    Attributes:
        instance: The module itself.
        api: What it was given to register with.
        host: A host with this one module.
        name: Its name.
    """

    instance: M
    api: ModuleApi
    host: Host
    name: str

    @property
    def _module(self) -> Module:
        return self.host.modules[0]

    @property
    def callbacks(self) -> dict[str, list[Callable[..., Any]]]:
        """What it has registered for each hook, by the hook's full name."""
        found: dict[str, list[Callable[..., Any]]] = {}
        for each in self._module.callbacks:
            found.setdefault(each.spec.full_name, []).append(each.function)
        return found

    @property
    def resources(self) -> dict[str, IResource]:
        """Its web resources, by path."""
        return {mount.path: mount.resource for mount in self._module.mounts}


def build_module(
    module: type[M],
    config: Any = None,
    *,
    categories: Sequence[type[Category]] | None = None,
    clock: IReactorTime | task.Clock | None = None,
    servers: HttpTransport | None = None,
    **entry: Any,
) -> BuiltModule[M]:
    """Build one module, as a host does: its config parsed, its registrations checked.

    Args:
        module: Its class.
        config: Its config.
        categories: As for `build_host`.
        clock: As for `build_host`.
        servers: As for `build_host`.
        entry: What else its entry in a file has, such as ``name="words"``.

    Returns:
        The module, its api, and what it registered.

    Raises:
        ConfigErrors: All that is wrong with it.
    """
    apis: list[ModuleApi] = []

    class NotingApi(ModuleApi):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            apis.append(self)

    NotingApi.__name__ = ModuleApi.__name__
    listed = {"module": module, "config": {} if config is None else config, **entry}
    options: HostOptions = {"api_class": NotingApi}
    host = build_host(
        [listed], categories=categories, clock=clock, servers=servers, options=options
    )
    (built,) = host.modules
    return BuiltModule(built.instance, apis[-1], host, built.name)
