"""`HookManager`: the pluggy manager that holds all hookspecs and hookimpls of a host."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast, final

import pluggy

from hostkit.codegen import compile_function
from hostkit.codes import Code
from hostkit.dispatch._monitors import Monitors
from hostkit.errors import RegistrationError
from hostkit.specs import PROJECT, Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from importlib.metadata import Distribution

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._keyed import KeyedChain
    from hostkit.dispatch._monitors import After, Before, Seen, Watch
    from hostkit.specs import Hookspec

    Find = Callable[[], Distribution | None]

_OPTIONS: Final[dict[str, Any]] = {
    "wrapper": False,
    "hookwrapper": False,
    "optionalhook": False,
    "tryfirst": False,
    "trylast": False,
    "specname": None,
}


@final
class CallbackSet:
    """What pluggy sees of a module: its callbacks and nothing else.

    pluggy looks at every attribute of what is registered, which is slow, and calls by argument
    name, which positional callbacks may lack. So each callback is shown as a function with the
    hook's own parameter names.
    """

    __slots__ = ("__dict__", "callbacks")

    def __init__(self, callbacks: dict[str, Callback]) -> None:
        self.callbacks = callbacks
        for name, callback in callbacks.items():
            self.__dict__[name] = _adapter(name, callback.fit.names, callback.fit.arguments)(
                callback.function
            )

    def __dir__(self) -> Iterable[str]:
        return self.__dict__


@final
class DistInfo:
    """A distribution with the attribute that setuptools once had for its name."""

    def __init__(self, distribution: Distribution) -> None:
        self.project_name: str = distribution.metadata["Name"]
        self._distribution = distribution

    def __getattr__(self, name: str) -> Any:
        return getattr(self._distribution, name)


class HookManager(pluggy.PluginManager):
    """pluggy's manager, quicker to register callbacks whose fit is already known.

    Args:
        monitors: What watches the calls, if this is the manager after a reload.
    """

    def __init__(self, monitors: Monitors | None = None) -> None:
        super().__init__(PROJECT)
        self._is_closed = False
        self._finders: list[tuple[object, Find]] = []
        self.monitors: Final = Monitors() if monitors is None else monitors
        # pluggy itself calls nothing: it knows neither rules nor shadow modules.
        super().add_hookcall_monitoring(_refuse_call, _ignore)

    def add_hookcall_monitoring(self, before: Before, after: After) -> Callable[[], None]:
        """Watch all calls of the host's hooks, also after reloads; see `Monitors.add`."""
        return self.monitors.add(before, after)

    def watch(self, chain: Chain | KeyedChain) -> Watch | None:
        """Watch the calls of a chain; `None` while nothing watches."""
        return functools.partial(self._watch_call, chain) if self.monitors else None

    def _watch_call(
        self, chain: Chain | KeyedChain, values: Sequence[Any]
    ) -> AbstractContextManager[Seen]:
        spec = chain.spec
        asked = chain.select(values).callbacks
        hook = cast("pluggy.HookCaller", getattr(self.hook, spec.name))
        impls = [impl for impl in hook.get_hookimpls() if _callback_of(impl, spec) in asked]
        return self.monitors.watch(spec, impls, values)

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> Any:
        """Read the mark of a hookspec; pluggy itself looks at all that a category inherits."""
        is_category = isinstance(module_or_class, type) and issubclass(module_or_class, Category)
        if is_category and name not in module_or_class.hookspecs:
            return None
        return super().parse_hookspec_opts(module_or_class, name)

    def close(self) -> None:
        """Take no more changes: the chains are compiled from what is registered now."""
        self._is_closed = True

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Register a plugin, until the chains are compiled.

        Raises:
            RegistrationError: They are (HK205).
        """
        self._check_open("registering a plugin")
        return super().register(plugin, name)

    def unregister(self, plugin: object | None = None, name: str | None = None) -> Any | None:
        """Take a plugin out, until the chains are compiled.

        Raises:
            RegistrationError: They are (HK205).
        """
        self._check_open("unregistering a plugin")
        return super().unregister(plugin, name)

    def _check_open(self, what: str) -> None:
        if self._is_closed:
            raise RegistrationError(
                Code.TOO_LATE,
                f"{what} comes too late: the host is built, and its chains would not know of it",
                hint="list the module in the config file",
            )

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """Every attribute of a `CallbackSet` is a hookimpl without options."""
        if isinstance(plugin, CallbackSet):
            return _OPTIONS
        return super().parse_hookimpl_opts(plugin, name)

    def add_callbacks(
        self,
        module: str,
        callbacks: Sequence[tuple[str, Callback]],
        find_distribution: Find = lambda: None,
    ) -> None:
        """Register a module's callbacks, after those of all modules before it.

        A module that registered several callbacks for one hook becomes several pluggy plugins.

        Args:
            module: The module's name.
            callbacks: Hook names and callbacks, in the order in which they were registered.
            find_distribution: Finds the installed distribution that offers it by an entry point.
        """
        layers: list[dict[str, Callback]] = [{}]
        for hook, callback in callbacks:
            for layer in layers:
                if hook not in layer:
                    break
            else:
                layers.append(layer := {})
            layer[hook] = callback
        names = (module, *(f"{module}/{number}" for number in range(2, len(layers) + 1)))
        for name, layer in zip(names, layers, strict=True):
            while self.has_plugin(name):  # another module has chosen just this name
                name += "'"  # noqa: PLW2901
            plugin = CallbackSet(layer)
            self._finders.append((plugin, find_distribution))
            self.register(plugin, name=name)

    def list_plugin_distributions(self) -> list[tuple[object, Distribution]]:
        """List the modules that installed distributions offer, each with its distribution."""
        found = [(plugin, find()) for plugin, find in self._finders]
        return [(plugin, each) for plugin, each in found if each is not None]

    def list_plugin_distinfo(self) -> list[tuple[object, Any]]:
        """The same, with distributions that have a ``project_name`` as well."""
        return [(plugin, DistInfo(each)) for plugin, each in self.list_plugin_distributions()]

    def chain_of(self, spec: Hookspec) -> tuple[Callback, ...]:
        """The callbacks registered for a hook, in the order of registration."""
        hook = cast("pluggy.HookCaller", getattr(self.hook, spec.name))
        found = (_callback_of(impl, spec) for impl in hook.get_hookimpls())
        return tuple(callback for callback in found if callback is not None)


def _callback_of(impl: pluggy.HookImpl, spec: Hookspec) -> Callback | None:
    return impl.plugin.callbacks[spec.name] if isinstance(impl.plugin, CallbackSet) else None


def _refuse_call(name: str, _impls: object, _arguments: object) -> NoReturn:
    raise RegistrationError(
        Code.CALLED_THROUGH_PLUGGY,
        f"the hook {name} cannot be called through pluggy, which knows no rules: it would ask "
        "shadow modules as if they counted, and take a coroutine for an answer",
        hint="call it through the host: host.hooks[Category].the_hook(...)",
    )


def _ignore(*_seen: object) -> None:
    """Nothing was called."""


@functools.lru_cache(maxsize=1024)
def _adapter(
    name: str, parameters: tuple[str, ...], arguments: tuple[str, ...]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a maker of functions that take a hook's arguments and call a callback with them."""
    source = (
        "def _make(_callback):\n"
        f"    def {name}({', '.join(parameters)}):\n"
        f"        return _callback({', '.join(arguments)})\n"
        f"    return {name}\n"
    )
    return compile_function(source, "_make", f"adapter of {name}", {})
