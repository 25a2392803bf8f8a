"""Write what a host consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.dispatch import Callback, Chain, KeyedChain
    from hostkit.host import Host


def show_host(host: Host) -> Iterator[str]:
    """Write every hook's chain in order, then who serves which path, line by line."""
    if not host.categories:
        yield "no categories of hooks: none is named under `hostkit: categories:` or installed"
    for category in host.categories:
        yield f"{category.name}{'  (the first module only)' if category.exclusive else ''}"
        for name in category.hookspecs:
            yield from _show_chain(host.chains[f"{category.name}.{name}"])
        yield ""
    if host.mounts:
        yield "paths"
        yield from (f"  {path}  {module.name}" for path, (module, _) in host.mounts.items())


def _show_chain(chain: Chain | KeyedChain) -> Iterator[str]:
    rule = chain.spec.rule
    invalid = f", on invalid: {rule.on_invalid}" if rule.on_invalid is not None else ""
    yield f"  {chain.spec.name}  ({type(rule).__name__}, on error: {rule.on_error}{invalid})"
    if not chain.callbacks:
        yield "    nobody listens"
    for number, callback in enumerate(chain.callbacks, 1):
        yield f"    {number}. {callback.module}{_show_options(callback, chain)}"


def _show_options(callback: Callback, chain: Chain | KeyedChain) -> str:
    options = []
    if chain.spec.keyed is not None:
        options.append(f"for {callback.key}")
    if callback.shadow:
        options.append("shadow")
    if callback.on_error is not None and chain.spec.rule.takes(callback.on_error):
        options.append(f"on error: {callback.on_error}")
    if callback.timeout_seconds is not None:
        options.append(f"timeout: {callback.timeout_seconds:g}s")
    return f"  ({', '.join(options)})" if options else ""
