"""`ModuleApi`: what a module is given to register with, put together from its parts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from hostkit.api._background import BackgroundApi
from hostkit.api._base import BaseApi
from hostkit.api._callbacks import CallbackApi, Callbacks
from hostkit.api._database import DatabaseApi
from hostkit.api._http import HttpApi
from hostkit.api._mail import MailApi
from hostkit.api._processes import ProcessApi
from hostkit.api._server import ServerApi
from hostkit.api._store import StoreApi
from hostkit.api._templates import TemplateApi
from hostkit.api._web import WebApi
from hostkit.codes import Code
from hostkit.errors import RegistrationError, UnknownNameError
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.dispatch import Hooks
    from hostkit.specs import Category


class HookApi(BaseApi):
    """Gives access to the hooks of the host."""

    @property
    def hooks(self) -> Hooks:
        """The hooks, to be called from the module's ``start`` on: ``api.hooks[Category].hook()``.

        They are those of the host, and stay so over reloads: a call asks the modules of its moment.
        So a module can bring a category, for other modules to extend it.

        Raises:
            RegistrationError: The modules are still being built, so that not all of them could be
                asked (HK217).
        """
        hooks = self._services.link.hooks
        if hooks is None or self._registrations.is_open:
            raise RegistrationError(
                Code.TOO_EARLY,
                "hooks are called too early: while modules are built, not all of them can be asked",
                hint="call them in start(), or later",
            )
        return hooks


class ModuleApi(
    CallbackApi,
    HookApi,
    WebApi,
    ProcessApi,
    BackgroundApi,
    DatabaseApi,
    StoreApi,
    HttpApi,
    ServerApi,
    TemplateApi,
    MailApi,
):
    """What a module is given as the second argument of its constructor.

    For every category of the host there is a method ``register_<category>_callbacks``, which takes
    the category's hooks as keyword arguments. Everything is registered in the module's
    ``__init__``. A host may give its modules a subclass that offers more, or that has something
    else by the name of one of these methods; the others do not depend on it.
    """

    def __getattr__(self, name: str) -> Callable[..., None]:
        if hasattr(type(self), name):  # a property of a host's own api raised AttributeError
            return cast("Callable[..., None]", object.__getattribute__(self, name))
        # Only reached for names that do not exist. It is typed as what the names made for each
        # category are, which type checkers cannot see.
        prefix = "register" if name.startswith("register") else ""
        public = [known for known in dir(type(self)) if not known.startswith("_")]
        known = [method for method in public if method.startswith(prefix)]
        is_category = prefix and name.endswith("_callbacks")
        code, what = (
            (Code.UNKNOWN_CATEGORY, "no such category: ")
            if is_category
            else (Code.UNKNOWN_HOOK, "")
        )
        raise UnknownNameError(
            code,
            f"{what}the module api has no attribute {name!r}",
            expected=", ".join(known),
            hint=did_you_mean(name, known),
        )


A = TypeVar("A", bound=ModuleApi)

# Making a union takes longer than all the rest of a parameter.
_CALLBACK: Final = Callable[..., Any] | None
_KEYED: Final = Callbacks | None


def make_api_class(base: type[A], categories: Sequence[type[Category]]) -> type[A]:
    """Make the api class of a host: with a register method for each of its categories.

    Args:
        base: `ModuleApi` or a subclass of it.
        categories: The categories of the host.
    """
    # In tracebacks and `repr` it passes for the class that the host's author has written.
    methods: dict[str, Any] = {"__module__": base.__module__}
    for category in categories:
        name = f"register_{category.name}_callbacks"
        methods[name] = _make_register(category, name)
    return cast("type[A]", type(base.__name__, (base,), methods))


def _make_register(category: type[Category], name: str) -> Callable[..., None]:
    def register(self: ModuleApi, /, **callbacks: Callbacks | None) -> None:
        # Not by `register`, which may be something else in a host's own api.
        self._register_callbacks(category, callbacks)

    # Editors and `help` show the hooks as parameters, as if the method were written by hand.
    keywords = [
        inspect.Parameter(
            hook,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=_KEYED if spec.keyed is not None else _CALLBACK,
        )
        for hook, spec in category.hookspecs.items()
    ]
    owner = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    register.__signature__ = inspect.Signature([owner, *keywords], return_annotation=None)  # type: ignore[attr-defined]
    register.__name__ = name
    register.__qualname__ = f"ModuleApi.{name}"
    register.__doc__ = f"Register callbacks of the category {category.name!r}; see `register`."
    return register
