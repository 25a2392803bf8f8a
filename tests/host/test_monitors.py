"""pluggy's monitoring and tracing see every call of a host's hooks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit import ALLOW, Category, Decision, Deny, Host, Keyed, hookspec, keys_of, rules

from .reloading import file_of

SPAM = Deny("spam")


class Desk(Category):
    @hookspec(rules.FirstDenial())
    async def check(self, text: str, size: int = 0) -> Decision:
        """Called before a text is kept."""

    @hookspec(rules.Collect())
    def labels(self, text: str) -> str:
        """Called for labels."""

    @hookspec(rules.FirstResult(), keyed=Keyed("kind"))
    async def find(self, text: str, kind: str) -> str | None:
        """Called to find something of a kind."""

    @hookspec(rules.Notify())
    async def on_end(self) -> None:
        """Called at the end; no module here listens."""


class Words:
    def __init__(self, config: Any, api: Any) -> None:
        self.config = config
        api.register_desk_callbacks(
            check=self.check, labels=lambda text: "label", find={"word": self.find}
        )

    async def check(self, text: str, size: int) -> Any:
        if text == "bug":
            raise KeyError(text)
        return SPAM if text == "spam" else ALLOW

    async def find(self, text: str, kind: str) -> str:
        return f"found {text}"


class Other:
    def __init__(self, config: Any, api: Any) -> None:
        api.register_desk_callbacks(find={"other": self.find})

    async def find(self, text: str, kind: str) -> None: ...


def host_of(*modules: type, **settings: Any) -> Host:
    entries = [{"module": module, "name": module.__name__} for module in modules]
    config = {"modules": entries, "hostkit": settings}
    return Host.from_config(config, categories=[Desk]).build()


class Log:
    """A monitor that keeps what it has seen."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def before(self, name: str, impls: Any, arguments: Any) -> None:
        plugins = [impl.plugin_name for impl in impls]
        self.lines.append(f"{name} {plugins} {dict(arguments)}")

    def after(self, result: Any, name: str, impls: Any, arguments: Any) -> None:
        came = result.exception if result.exception is not None else result.get_result()
        self.lines.append(f"{name}: {came!r}")


def call(awaitable: Any) -> Any:
    async def main() -> Any:
        return await awaitable

    return asyncio.run(main())


@pytest.mark.parametrize("settings", [{}, {"timing": "exact"}])
def test_a_monitor_sees_calls_with_their_results(settings: Any) -> None:
    """It is called before and after, with hookimpls, all arguments by name and the outcome."""
    host = host_of(Words, **settings)
    log = Log()
    host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    desk = host.hooks[Desk]
    assert call(desk.check("spam", size=3)) is SPAM
    assert desk.labels("x") == ["label"]
    assert log.lines == [
        "check ['Words'] {'text': 'spam', 'size': 3}",
        f"check: {SPAM!r}",
        "labels ['Words'] {'text': 'x'}",
        "labels: ['label']",
    ]


def test_a_hook_without_modules_is_watched_and_still_false() -> None:
    """Calls that no module hears are calls."""
    host = host_of()
    log = Log()
    host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    on_end: Any = host.hooks[Desk].on_end
    assert bool(on_end) is False
    call(on_end())
    assert log.lines == ["on_end [] {}", "on_end: None"]


def test_a_keyed_hook_shows_the_hookimpls_of_its_key() -> None:
    """The others are not asked; what is known of the keys stays known."""
    host = host_of(Words, Other)
    log = Log()
    host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    find = host.hooks[Desk].find
    assert call(find("x", "word")) == "found x"
    assert call(find("x", kind="nothing")) is None
    assert [line for line in log.lines if "[" in line] == [
        "find ['Words'] {'text': 'x', 'kind': 'word'}",
        "find [] {'text': 'x', 'kind': 'nothing'}",
    ]
    assert set(keys_of(find)) == {"word", "other"}


def test_failures_are_outcomes() -> None:
    """What a call raises is in its result, and reaches the caller."""
    host = host_of(Words)
    log = Log()
    host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    with pytest.raises(Exception, match=r"failed in desk\.check") as caught:
        call(host.hooks[Desk].check("bug"))
    assert log.lines[1] == f"check: {caught.value!r}"


@pytest.mark.parametrize("way", ["ask", "explain"])
def test_calls_by_name_are_seen_once(way: str) -> None:
    """The gateway's way into a chain is watched like the other."""
    host = host_of(Words)
    log = Log()
    host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    if way == "ask":
        call(host.ask("desk.check", {"text": "bug"}))
    else:
        call(host.explain("desk.check", "bug"))
    assert log.lines[0] == "check ['Words'] {'text': 'bug', 'size': 0}"
    assert log.lines[1].startswith("check: ModuleFailedError")
    assert len(log.lines) == 2


def test_nothing_is_in_the_way_while_nothing_watches() -> None:
    """Hosts call the compiled chain itself before and after, and something else meanwhile."""
    host = host_of(Words)
    before = type(host.hooks[Desk]).__dict__["check"]
    undo = host.plugin_manager.add_hookcall_monitoring(Log().before, Log().after)
    assert type(host.hooks[Desk]).__dict__["check"] is not before
    undo()
    undo()  # which does no more
    assert type(host.hooks[Desk]).__dict__["check"] is before


async def test_monitors_stay_across_reloads() -> None:
    """Both the new modules are watched, and the old manager still ends it."""
    host = host_of(Words)
    log = Log()
    undo = host.plugin_manager.add_hookcall_monitoring(log.before, log.after)
    async with host:
        await host.reload(file_of({"module": Words, "name": "new"}))
        await host.hooks[Desk].check("x")
        undo()
        await host.hooks[Desk].check("y")
    assert log.lines == ["check ['new'] {'text': 'x', 'size': 0}", "check: ALLOW"]


def test_the_monitor_added_last_is_the_outermost() -> None:
    """Monitors nest as in pluggy."""
    host = host_of(Words)
    seen: list[str] = []

    def add(name: str) -> None:
        host.plugin_manager.add_hookcall_monitoring(
            lambda *_: seen.append(f"before {name}"), lambda *_: seen.append(f"after {name}")
        )

    add("first")
    add("last")
    host.hooks[Desk].labels("x")
    assert seen == ["before last", "before first", "after first", "after last"]


def test_tracing_writes_calls() -> None:
    """`enable_tracing` works as in pluggy, for hooks that are awaited as well."""
    host = host_of(Words)
    lines: list[str] = []
    host.plugin_manager.trace.root.setwriter(lines.append)
    undo = host.plugin_manager.enable_tracing()
    call(host.hooks[Desk].check("spam"))
    undo()
    call(host.hooks[Desk].check("spam"))
    assert [line.strip() for line in "".join(lines).splitlines()] == [
        "check [hook]",
        "text: spam",
        "size: 0",
        "finish check --> spam [hook]",
    ]
