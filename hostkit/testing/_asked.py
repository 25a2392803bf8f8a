"""`assert_asked`: which modules were asked, and which were not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hostkit.testing._seen import hosts_seen, names_of
from hostkit.wording import counted, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hostkit.host import Host


def assert_asked(
    hook: Any,
    *,
    modules: Collection[object] = (),
    not_asked: Collection[object] = (),
    host: Host | None = None,
) -> None:
    """Assert which modules were asked in this test, whatever came of it.

    Args:
        hook: The hook: its name, its full name ``category.hook``, or the method of its category.
        modules: The modules that must have been asked: names, classes, or `Recorder`.
        not_asked: Those that must not have been.
        host: The host, if the test has several with this hook.

    Raises:
        AssertionError: It was otherwise. The message says how often each module was asked.
        LookupError: No host of this test has such a hook, or it has no such module.
    """
    hosts = hosts_seen() if host is None else [host]
    name = _full_name(hook, hosts)
    asked = _count(name, hosts)
    missing = [each for each in modules if not _times(each, asked, hosts)]
    unexpected = [each for each in not_asked if _times(each, asked, hosts)]
    if missing or unexpected:
        problems = [
            *(f"{_show(each, hosts)} was not asked" for each in missing),
            *(f"{_show(each, hosts)} was asked" for each in unexpected),
        ]
        lines = [f"  {module}: {counted(times, 'time')}" for module, times in asked.items()]
        raise AssertionError("\n".join([f"{name}: {'; '.join(problems)}", *lines]))


def _full_name(hook: Any, hosts: Sequence[Host]) -> str:
    name = hook if isinstance(hook, str) else getattr(hook, "__name__", repr(hook))
    known = list(dict.fromkeys(full for host in hosts for full in host.chains))
    found = [full for full in known if name in (full, full.partition(".")[2])]
    if not found:
        raise LookupError(
            f"no host of this test has the hook {name!r}; {did_you_mean(name, known) or 'hooks: '}"
            f"{'' if did_you_mean(name, known) else ', '.join(known)}"
        )
    return found[0]


def _count(name: str, hosts: Sequence[Host]) -> dict[str, int]:
    """Count how often each module was asked."""
    asked: dict[str, int] = {}
    for host in hosts:
        if name not in host.chains:
            continue
        if host.file.settings.timing != "exact":
            raise LookupError(
                "this host does not count its calls: make it with `build_host`, or with "
                "`hostkit: {timing: exact}` in its config"
            )
        for timing in host.chains[name].timings:
            asked[timing.module] = asked.get(timing.module, 0) + timing.count
    return asked


def _times(given: object, asked: dict[str, int], hosts: Sequence[Host]) -> int:
    return sum(asked.get(name, 0) for name in _known(given, asked, hosts))


def _known(given: object, asked: dict[str, int], hosts: Sequence[Host]) -> tuple[str, ...]:
    names = names_of(given, hosts)
    everywhere = {module.name for host in hosts for module in host.modules}
    for name in names:
        if name not in everywhere and name not in asked:
            raise LookupError(
                f"no host of this test has the module {name!r}; modules: "
                f"{', '.join(sorted(everywhere)) or 'none'}"
            )
    return names


def _show(given: object, hosts: Sequence[Host]) -> str:
    return repr(names_of(given, hosts)[0])
