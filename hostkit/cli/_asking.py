"""One call of a hook from the command line: its arguments, and a host that is up for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from hostkit.cli._fields import Typed
from hostkit.cli._progress import progress_shown
from hostkit.cli._reactor import reactor_installed
from hostkit.errors import HostkitError
from hostkit.loops import start_entry
from hostkit.web import HttpError
from hostkit.web.gateway import find_calls
from hostkit.wording import did_you_mean, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from twisted.python.failure import Failure

    from hostkit.dispatch import Trace
    from hostkit.host import Host
    from hostkit.specs import Hookspec

T = TypeVar("T")


def find_hook(host: Host, name: str) -> Hookspec:
    """Find a hook.

    Args:
        host: The host.
        name: Such as ``check_comment`` or ``comments.check_comment``.

    Raises:
        click.BadParameter: There is no such hook.
    """
    specs = [spec for category in host.categories for spec in category.hookspecs.values()]
    for spec in specs:
        if name in (spec.name, spec.full_name):
            return spec
    known = [each for spec in specs for each in (spec.name, spec.full_name)]
    near = did_you_mean(name, known) or "`hostkit spec --file FILE` lists all"
    raise click.BadParameter(f"there is no hook {name!r}: {near}", param_hint="HOOK")


def read_arguments(host: Host, spec: Hookspec, given: Mapping[str, Any]) -> list[Any]:
    """Make the arguments of a hook, in its order.

    Args:
        host: The host.
        spec: The hook.
        given: As JSON has them; strings from the command line as `Typed`.

    Raises:
        click.UsageError: They do not fit.
    """
    reader = find_calls(host)[spec.category, spec.name].arguments
    texts = {field.name for field in reader.fields if field.hint is str}
    plain = {
        name: value.read(is_text=name in texts) if isinstance(value, Typed) else value
        for name, value in given.items()
    }
    try:
        return reader.read(plain)
    except HttpError as error:
        raise click.UsageError(f"{error.message}\n  {spec.show()}") from None


def run(
    files: Sequence[str],
    build: Callable[[str], Host],
    use: Callable[[Host], Coroutine[Any, Any, T]],
) -> list[T]:
    """Build hosts on a reactor; then start each, use it and stop it, one after the other.

    Args:
        files: Their config files.
        build: Builds the host of a file.
        use: What is done with a host.

    Returns:
        What comes of that, for each.

    Raises:
        click.ClickException: A host cannot be started, or used so.
    """
    done: list[list[T] | Failure] = []

    async def use_all(hosts: Sequence[Host]) -> list[T]:
        results = []
        for host in hosts:
            with progress_shown() as progress:
                progress.begin(f"starting {visible(host.file.name)}", len(host.modules))
                async with host:
                    results.append(await use(host))
        return results

    with reactor_installed(None):
        from twisted.internet import reactor  # noqa: PLC0415 -- it is installed by now

        running: Any = reactor
        hosts = [build(file) for file in files]

        def begin() -> None:
            call = start_entry(use_all(hosts))
            call.addBoth(done.append).addBoth(lambda _: running.stop())

        running.callWhenRunning(begin)
        running.run()
        if not done:  # Ctrl-C has stopped the reactor
            raise KeyboardInterrupt
    return _results(done[0])


def _results(done: list[T] | Failure) -> list[T]:
    if isinstance(done, list):
        return done
    error: Any = done.value
    raise click.ClickException(str(error)) if isinstance(error, HostkitError) else error


async def ask(host: Host, spec: Hookspec, values: Sequence[Any]) -> Trace:
    """Ask the modules of a host, whatever comes of it.

    Args:
        host: The host, started.
        spec: The hook.
        values: Its arguments, in its order.
    """
    return await host.ask(spec.full_name, dict(zip(spec.arguments, values, strict=True)))
