"""`HookManager`: the pluggy manager that holds all hookspecs and hookimpls of a host."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, cast, final

import pluggy

from hostkit.codegen import compile_function
from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

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


class HookManager(pluggy.PluginManager):
    """pluggy's manager, quicker to register callbacks whose fit is already known."""

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self._is_closed = False

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

    def add_callbacks(self, module: str, callbacks: Sequence[tuple[str, Callback]]) -> None:
        """Register a module's callbacks, after those of all modules before it.

        A module that registered several callbacks for one hook becomes several pluggy plugins.

        Args:
            module: The module's name.
            callbacks: Hook names and callbacks, in the order in which they were registered.
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
            self.register(CallbackSet(layer), name=name)

    def chain_of(self, spec: Hookspec) -> tuple[Callback, ...]:
        """The callbacks registered for a hook, in the order of registration."""
        hook = cast("pluggy.HookCaller", getattr(self.hook, spec.name))
        return tuple(
            impl.plugin.callbacks[spec.name]
            for impl in hook.get_hookimpls()
            if isinstance(impl.plugin, CallbackSet)
        )


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
