"""Tasks of asyncio that modules leave running when a reload drops them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import pytest

from hostkit.api import ModuleApi
from hostkit.errors import ModuleFailedError
from hostkit.host import Host

from .reloading import file_of


class Leaving:
    """Does in `start` what its config says, and leaves it running."""

    tasks: ClassVar[list[asyncio.Task[None]]] = []

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self._config = config

    async def start(self) -> None:
        await asyncio.sleep(0)
        self.tasks.extend(self._config(self))

    async def poll(self) -> None:
        await asyncio.Event().wait()

    def poll_within(self) -> asyncio.Task[None]:
        async def wait() -> None:
            await self.poll()

        return asyncio.create_task(wait(), name="within")


async def poll_alone() -> None:
    await asyncio.Event().wait()


def fail(module: Leaving) -> list[asyncio.Task[None]]:
    """Begin a task, and fail after that."""
    module.tasks.append(asyncio.create_task(module.poll(), name="poll"))
    raise RuntimeError("half way")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Leaving.tasks.clear()


def leaving(start: Callable[[Leaving], list[asyncio.Task[None]]]) -> dict[str, Any]:
    return {"module": Leaving, "name": "words", "config": start}


def run(host: Host, *steps: Callable[[], Awaitable[Any]]) -> None:
    """Start a host, do some steps, and stop it."""

    async def main() -> None:
        async with host:
            for step in steps:
                await step()
                await asyncio.sleep(0)

    asyncio.run(main())


def make_host(*entries: dict[str, Any]) -> Host:
    return Host(file_of(*entries), categories=[])


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (lambda module: [asyncio.create_task(module.poll(), name="poll")], "poll, Leaving.poll"),
        (
            lambda module: [module.poll_within()],
            "within, Leaving.poll_within.<locals>.wait",
        ),
        (lambda _: [asyncio.create_task(poll_alone(), name="alone")], "alone, poll_alone"),
    ],
    ids=["method", "function within", "function beside"],
)
def test_what_was_begun_in_start_is_cancelled(
    start: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names module, task and line: the module should have done it in `stop`."""
    host = make_host(leaving(start))
    ended: list[bool] = []

    async def look() -> None:
        ended.append(Leaving.tasks[0].cancelled())

    run(host, look, lambda: host.reload(file_of()), look)
    assert ended == [False, True]
    (message,) = caplog.messages
    said = f"module 'words' was stopped and has left a task running, which is cancelled: {name} at "
    assert message.startswith(f"{said}{__file__}:")


def test_what_ends_in_time_is_not_named(caplog: pytest.LogCaptureFixture) -> None:
    """A task that has ended, and those of modules that are kept, and of others."""

    async def brief() -> None:
        pass

    host = make_host(
        leaving(lambda _: [asyncio.create_task(brief())]), {**leaving(_poll), "name": "b"}
    )

    async def reload() -> None:
        other = asyncio.create_task(poll_alone())
        await host.reload(file_of({**leaving(_poll), "name": "b"}))
        await asyncio.sleep(0)
        assert not other.done()
        assert not Leaving.tasks[-1].done()
        other.cancel()

    run(host, reload)
    assert caplog.messages == []


def _poll(module: Leaving) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(module.poll())]


def test_what_was_begun_later_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """It may belong to a call that goes on, so it is left alone."""
    host = make_host(leaving(lambda _: []))

    async def begin() -> None:
        Leaving.tasks.append(asyncio.create_task(host.modules[0].instance.poll(), name="late"))
        await asyncio.sleep(0)
        await host.reload(file_of())
        assert not Leaving.tasks[0].done()

    run(host, begin)
    (message,) = caplog.messages
    assert message.startswith(
        "module 'words' was stopped and has left a task running: late, Leaving.poll at "
    )


def test_a_module_that_cannot_start_leaves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """In a reload that is refused for it."""
    host = make_host()

    async def reload() -> None:
        with pytest.raises(ModuleFailedError):
            await host.reload(file_of(leaving(fail)))
        await asyncio.sleep(0)
        assert Leaving.tasks[0].cancelled()

    run(host, reload)
    assert "which is cancelled: poll, Leaving.poll at" in caplog.messages[0]


def test_the_end_of_a_host_is_the_end_of_its_loop(caplog: pytest.LogCaptureFixture) -> None:
    """What runs the loop cancels all tasks then."""
    run(make_host(leaving(_poll)))
    assert caplog.messages == []
    assert Leaving.tasks[0].cancelled()


def test_tasks_of_other_kinds_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A task may run something else than a coroutine, of which nothing is known."""

    class Waiter:
        def __await__(self) -> Any:
            yield from asyncio.Event().wait().__await__()

    host = make_host(leaving(lambda _: [asyncio.ensure_future(Waiter())]))
    run(host, lambda: host.reload(file_of()))
    assert caplog.messages == []
