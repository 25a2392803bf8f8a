"""What can be wrong when a host is asked about a hook: the hook, or its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from hostkit.codes import Code
from hostkit.dispatch import name_hook
from hostkit.errors import CodedError
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hostkit.dispatch import Chain, Hooks, KeyedChain
    from hostkit.specs import Hookspec


@final
class UnknownHookError(CodedError, LookupError):
    """The host has no such hook."""


@final
class WrongArgumentsError(CodedError, TypeError):
    """A hook was asked with arguments that are not its own."""


def find_chain(
    hook: object, hooks: Hooks, chains: Mapping[str, Chain | KeyedChain]
) -> Chain | KeyedChain:
    """Find the chain of a hook.

    Args:
        hook: The hook, as it is called or as a method of its category, or its full name.
        hooks: The hooks of the host.
        chains: The chains of the host, by full name.

    Raises:
        UnknownHookError: The host has no such hook (HK401).
    """
    name = hook if isinstance(hook, str) else name_hook(hooks, hook)
    if name is not None and name in chains:
        return chains[name]
    hint: str | None
    if name is None:
        message = f"this is not a hook of this host: {hook!r}"
        hint = "give it as host.hooks[TheCategory].the_hook, without calling it, or by its name"
    else:
        message = f"this host has no hook {name!r}"
        hint = did_you_mean(name, chains)
    expected = ", ".join(sorted(chains)) or "no hook, since it has none"
    raise UnknownHookError(Code.NO_SUCH_HOOK, message, expected=expected, hint=hint)


def bind_arguments(spec: Hookspec, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    """Put the arguments of a call in the hook's order, with its defaults.

    Raises:
        WrongArgumentsError: They are not the hook's (HK414).
    """
    try:
        return spec.bind(args, kwargs)
    except TypeError as error:
        unknown = next((name for name in kwargs if name not in spec.arguments), None)
        raise WrongArgumentsError(
            Code.WRONG_ARGUMENTS,
            f"{spec.full_name} was asked with arguments that it does not have: {error}",
            details=(spec.show(),),
            hint=did_you_mean(str(unknown), spec.arguments) if unknown is not None else None,
        ) from None
