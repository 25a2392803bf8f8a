"""`advise`: what works as it is written, but probably not as it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.errors import Problem
from hostkit.host._blocking import find_blocking
from hostkit.rules import KINDS, policy_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config import Listener
    from hostkit.dispatch import Callback, Chain, KeyedChain
    from hostkit.errors import Path
    from hostkit.host._host import Host
    from hostkit.loading import Module

_HERE: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def advise(host: Host) -> tuple[Problem, ...]:
    """Find what is probably a mistake, of which nothing is logged since it takes a while to find.

    Args:
        host: The host, built.

    Returns:
        Warnings, in the order of the file.
    """
    found = [
        *(each for module in host.modules for each in _about_module(module)),
        *(each for chain in host.chains.values() for each in _about_chain(host, chain)),
        *_about_listeners(host),
    ]
    return tuple(sorted(map(host.file.adopt, found), key=lambda problem: problem.position))


def _warning(
    message: str, path: Path, hint: str | None = None, details: tuple[str, ...] = ()
) -> Problem:
    return Problem("", message, path, details=details, hint=hint, severity="warning")


def _about_module(module: Module) -> Iterator[Problem]:
    has_any = module.callbacks or module.mounts or module.background.is_declared
    if not has_any and not hasattr(module.instance, "start"):
        yield _warning(
            f"module {module.name!r} registers nothing: no callback, no web resource, no loop",
            module.entry.path,
            hint="is it for another host, or does its config leave everything out?",
        )
    seen = set[str]()
    for given in module.callbacks:
        for call in find_blocking(given.function) if given.spec.is_async else ():
            if call.place not in seen:
                seen.add(call.place)
                yield _warning(
                    f"module {module.name!r} calls {call.name} in {given.spec.full_name}, which "
                    "stops all others meanwhile",
                    module.entry.path,
                    hint="ask its author to await something that does not block, or to call it in "
                    "a thread",
                    details=(f"at {call.place}",),
                )


def _about_chain(host: Host, chain: Chain | KeyedChain) -> Iterator[Problem]:
    drain = host.file.settings.drain_seconds
    hook = chain.spec.full_name
    paths = {module.name: module.entry.path for module in host.modules}
    for part in chain.parts:
        seconds = {each.module: each.timeout_seconds or 0 for each in part.callbacks}
        longest = sum(each.timeout_seconds or 0 for each in part.callbacks)
        if longest > drain > 0:
            yield _warning(
                f"the time-outs of the modules of {hook} come to {longest:g}s, but requests in "
                f"flight are waited for {drain:g}s when the server stops",
                (*paths[max(seconds, key=seconds.__getitem__)], "timeout"),
                hint="lower the `timeout` of modules, or raise `hostkit: drain`",
            )
    if not chain.spec.rule.takes("deny"):
        return
    for name in dict.fromkeys(each.module for each in chain.callbacks if _fails_open(each)):
        yield _warning(
            f"module {name!r} decides {hook}, and when it fails, that counts as no objection",
            (*paths[name], "on_error"),
            hint="write `on_error: deny` or `fail`, unless that is meant",
        )


def _fails_open(callback: Callback) -> bool:
    policies = {policy_for(callback.on_error, kind) for kind in KINDS}
    return not callback.shadow and "continue" in policies


def _about_listeners(host: Host) -> Iterator[Problem]:
    listeners = host.file.settings.listeners
    served = {part for listener in listeners for part in listener.serve}
    path: Path = ("hostkit", "listeners")
    if listeners and host.mounts and "modules" not in served:
        yield _warning(
            f"no listener serves the pages of modules, so {next(iter(host.mounts))} is not there",
            path,
            hint="add `modules` to the `serve:` of one of them",
        )
    if listeners and "hooks" not in served and any(each.callbacks for each in host.modules):
        yield _warning(
            "no listener serves hooks, so under `hostkit serve` they are never called",
            path,
            hint="add `hooks` to the `serve:` of one of them",
        )
    for listener in listeners:
        yield from _about_listener(host, listener)


def _about_listener(host: Host, listener: Listener) -> Iterator[Problem]:
    if "health" in listener.serve and "modules" in listener.serve:
        for path in ("/health", "/ready"):
            if path in host.mounts:
                name = host.mounts[path][0].name
                yield _warning(
                    f"{path} of module {name!r} is hidden by that of `health`",
                    (*listener.path, "serve"),
                )
    outside = [name for name in listener.hosts or () if name not in _HERE]
    if "hooks" in listener.serve and not listener.tokens and outside:
        yield _warning(
            f"{listener.endpoint} serves hooks without a token, and answers for {outside[0]}: "
            "a proxy before it may let anybody ask the modules",
            (*listener.path, "hosts"),
            hint="give it a `token:` (!env NAME or !file path)",
        )
