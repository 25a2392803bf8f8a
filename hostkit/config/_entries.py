"""The entries of ``modules:`` in the config file; see `hostkit.config._settings` for the rest."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, Any, Literal, TypeAlias, final

import attrs

from hostkit.config._fields import Check, setting
from hostkit.config._scalars import Seconds
from hostkit.errors import Path

Mode: TypeAlias = Literal["enforce", "shadow"]
"""Whether a module's answers count, or are only recorded."""

ModulePolicy: TypeAlias = Literal["default", "raise", "deny", "continue", "fail"]
"""What a failing callback of a module means; ``"default"`` leaves it to the hook's rule."""

_KindPolicy: TypeAlias = Literal["raise", "deny", "continue", "fail"]
"""The same for one kind of failure."""


def _is_module(value: Any) -> bool:
    return isinstance(value, type) or (isinstance(value, str) and bool(value.strip()))


Period = Annotated[Seconds, Check(lambda seconds: seconds > 0, "more than no time at all")]
# A name that could forge lines of a log is refused.
Name = Annotated[
    str, Check(lambda name: bool(name) and name.isprintable(), "a name on one line, not empty")
]
_Module = Annotated[
    Any, Check(_is_module, "the dotted path of a class, or the name of an installed module")
]


@final
@attrs.frozen
class ModulePolicies:
    """``on_error:`` of a module, with a policy for each kind of failure; the hook's for the others.

    A kind that is left out, or `None`, has the hook's policy.
    """

    unavailable: _KindPolicy | None = setting(
        None, help="Something that it needs cannot be reached.", reload=True
    )
    timeout: _KindPolicy | None = setting(
        None, help="It took longer than its `timeout`.", reload=True
    )
    error: _KindPolicy | None = setting(
        None, help="Any other failure, an answer that means nothing included.", reload=True
    )


@final
@attrs.frozen
class ModuleEntry:
    """One entry of ``modules:``.

    A reload compares modules one by one, so that none of these settings needs a restart.
    """

    module: _Module = setting(
        help="The name a package gave it (entry point), or the dotted path to its class; "
        "`PACKAGE:NAME` if several packages offer the name.",
        reload=True,
    )
    config: Any = setting(
        attrs.Factory(dict),
        help="The module's own settings.",
        reload=True,
        shown="`{}`",
        null_is_default=True,
        secret=True,
    )
    # Empty only until the file as a whole is known, since a default depends on all other names.
    name: Name = setting(
        "",
        help="What logs, receipts and errors call it. Unique; without one a repeated module gets "
        "`#2`, `#3`.",
        reload=True,
        shown="as written in `module`",
        null_is_default=True,
    )
    enabled: bool = setting(default=True, help="`false`: it is not even imported.", reload=True)
    mode: Mode = setting("enforce", help="`shadow`: see [below](#shadow-mode).", reload=True)
    on_error: ModulePolicy | ModulePolicies = setting(
        "default",
        help="What it means when this module fails: `raise`, `deny`, `continue`, `fail`, or "
        "`default` for the policy of the hook; or a mapping of `unavailable`, `timeout` and "
        "`error` to one of these each; see [](rules.md). A policy that means nothing for a hook "
        "leaves that hook's own.",
        reload=True,
    )
    timeout_seconds: Period | None = setting(
        None,
        help="How long one of its callbacks may take; then it is cancelled and has failed. More "
        "than zero.",
        reload=True,
        key="timeout",
    )
    optional: bool = setting(
        default=False,
        help="`true`: if it cannot be loaded or started, the server goes on without it and tries "
        "again; see [below](#optional-modules).",
        reload=True,
    )
    index: int = 0

    @property
    def path(self) -> Path:
        """Where the entry stands in the file."""
        return ("modules", self.index)
