"""What commands print of a host: hooks and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hostkit.api import RESERVED, is_below
from hostkit.rules import KINDS, ByKind, policy_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.api import Mount
    from hostkit.dispatch import Callback, Chain, KeyedChain
    from hostkit.host import Host


def show_unbuilt(host: Host) -> Iterator[str]:
    """Yield the lines that name modules which are left out.

    Those are the ones for whose config no stand-in was good enough, and optional ones.

    Args:
        host: The host, built.
    """
    built = {module.name for module in host.modules}
    missing = [each.name for each in host.missing]
    known = built.union(missing)
    names = [each.name for each in host.file.modules if each.enabled and each.name not in known]
    if names:
        yield f"not built, since nothing can stand in there: {', '.join(names)}"
    if missing:
        yield f"optional modules that cannot be loaded: {', '.join(missing)}"


def show_host(host: Host) -> Iterator[str]:
    """Yield the lines that show each hook's chain in order, then each path with its module."""
    if not host.categories:
        if host.file.settings.categories is None:
            yield "no categories of hooks: none is named under `hostkit: categories:` or installed"
        else:
            yield "no categories of hooks: `hostkit: categories:` is empty"
    for number, category in enumerate(host.categories):
        if number:
            yield ""
        yield f"{category.name}{'  (the first module only)' if category.exclusive else ''}"
        for name in category.hookspecs:
            full_name = f"{category.name}.{name}"
            is_required = full_name in host.file.settings.require
            yield from _show_chain(host.chains[full_name], is_required=is_required)
    paths = [f"{path}  {module.name}" for path, (module, _) in host.mounts.items()]
    idle = [module.name for module in host.modules if not module.callbacks and not module.mounts]
    sections = {
        "paths": paths,
        "modules without hooks and paths": idle,
        "optional modules that are missing": [str(each) for each in host.missing],
    }
    for title, lines in sections.items():
        if lines:
            yield ""
            yield title
            yield from (f"  {line}" for line in lines)


def _show_chain(chain: Chain | KeyedChain, *, is_required: bool) -> Iterator[str]:
    rule = chain.spec.rule
    invalid = f", on invalid: {rule.on_invalid}" if rule.on_invalid is not None else ""
    must = ", must be decided" if is_required or chain.spec.must_decide else ""
    yield f"  {chain.spec.name}  ({type(rule).__name__}, on error: {rule.on_error}{invalid}{must})"
    if not chain.callbacks:
        yield "    no module listens"
    for number, callback in enumerate(chain.callbacks, 1):
        yield f"    {number}. {callback.module}{_show_options(callback, chain)}"


def _show_options(callback: Callback, chain: Chain | KeyedChain) -> str:
    options = []
    if chain.spec.keyed is not None:
        options.append(f"for {callback.key}")
    if callback.shadow:
        options.append("shadow")
    own = {kind: policy_for(callback.on_error, kind) for kind in KINDS}
    own = {kind: policy for kind, policy in own.items() if policy and chain.spec.rule.takes(policy)}
    if own and not isinstance(callback.on_error, str):
        options.append(f"on error: {ByKind(**own)}")
    elif own:
        options.append(f"on error: {callback.on_error}")
    if callback.timeout_seconds is not None:
        options.append(f"timeout: {callback.timeout_seconds:g}s")
    return f"  ({', '.join(options)})" if options else ""


def show_routes(host: Host) -> Iterator[str]:
    """Yield the lines that show each served path, indented below the path that contains it.

    Args:
        host: The host, built.
    """
    if not host.mounts:
        yield "no module serves a path"
    parents: list[str] = []
    for path in sorted(host.mounts, key=lambda path: path.split("/")):
        while parents and not is_below(path, parents[-1]):
            parents.pop()
        margin = "  " * len(parents)
        module, mount = host.mounts[path]
        yield f"{margin}{path}  {module.name}  ({mount.source})"
        if parents and _hides_a_child(host.mounts[parents[-1]][1], path):
            yield f"{margin}  instead of what the resource at {parents[-1]} has there"
        for other, late in _not_served(host, path):
            yield f"{margin}  not {other}, which registers it as well  ({late.source})"
        parents.append(path)


def show_route(host: Host, asked: str) -> tuple[bool, str]:
    """Find the module that would serve a path.

    Args:
        host: The host, built.
        asked: The path as in a request: percent-encoded, perhaps with a query.

    Returns:
        Whether the path is served, and the line that shows by what.
    """
    # Split before decoding, as the router does: an encoded slash belongs to its segment.
    segments = tuple(unquote(segment) for segment in asked.partition("?")[0].split("/"))
    if segments[:2] == tuple(RESERVED.split("/")):
        return True, f"{asked}  hostkit itself"
    mounts = {tuple(path.split("/")): found for path, found in host.mounts.items()}
    is_path = not {".", ".."} & set(segments)
    for length in range(len(segments), 1, -1):
        if is_path and segments[:length] in mounts:
            module, mount = mounts[segments[:length]]
            rest = "".join(f"/{segment}" for segment in segments[length:])
            asks = f", whose resource at {mount.path} is asked for {rest}" if rest else ""
            return True, f"{asked}  {module.name}  ({mount.source}){asks}"
    return False, f"{asked}  not served"


def _not_served(host: Host, path: str) -> list[tuple[str, Mount]]:
    served = host.mounts[path][1]
    return [
        (module.name, mount)
        for module in host.modules
        for mount in module.mounts
        if mount.path == path and mount is not served
    ]


def _hides_a_child(parent: Mount, path: str) -> bool:
    """Whether a resource has a child of its own at a path, put there with `putChild`."""
    # An `IResource` need not have `children`; Twisted's own `Resource` documents them.
    resource: Any = parent.resource
    for segment in path.removeprefix(parent.path)[1:].split("/"):
        resource = getattr(resource, "children", {}).get(segment.encode())
        if resource is None:
            return False
    return True
