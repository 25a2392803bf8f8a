"""What a serving process says of itself, and of its modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.task import Clock

from hostkit import Host, cached
from hostkit.control.reloader import Outcome
from hostkit.loops import start_entry
from hostkit.testing import build_host
from tests.cli import modules
from tests.control.controlled import Controlled

if TYPE_CHECKING:
    import pytest

    from hostkit import ModuleApi


class FakeReloader:
    """A reloader that has reloaded once."""

    last = Outcome(is_done=False, message="not reloaded: because")


def began_at_1000(host: Host) -> Controlled:
    """Control a host that began then; it is 1060.5 now."""
    return Controlled(host, FakeReloader(), iter((1000.0, *[1060.5] * 9)).__next__)


def test_a_host_is_described() -> None:
    """Its state, its file and what belongs to its modules; without secrets."""
    host = build_host(categories=[modules.Comments])
    host.receipts.expect(lambda text: text.replace("because", "[redacted]"))
    answer = began_at_1000(host).ask("status")
    assert (answer["state"], answer["uptime_seconds"]) == ("starting", 60.5)
    assert answer["file"] == {"name": "<config>", "sha256": None}
    assert answer["last_reload"] == {"ok": False, "message": "not reloaded: [redacted]"}
    assert (answer["ok"], answer["redis"], answer["listeners"]) == (True, False, [])


def test_states_of_a_host() -> None:
    """It starts, runs, and stops."""
    endpoint = {"endpoint": "tcp:0:interface=127.0.0.1"}
    controlled = Controlled(build_host(categories=[], clock=Clock(), listeners=[endpoint]))
    start_entry(controlled.server.start())
    answer = controlled.ask("status")
    assert answer["state"] == "running"
    (listener,) = answer["listeners"]
    assert (listener["endpoint"], listener["serve"]) == (endpoint["endpoint"], ["modules"])
    assert listener["url"].startswith("http://")
    start_entry(controlled.server.stop())
    assert controlled.ask("status")["state"] == "stopping"


class Looping:
    """Has a loop, which fails, and a cached method."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.looping_background_call(self.look, 60_000)
        api.register_cached_function(self.find)

    async def look(self) -> None:
        raise RuntimeError

    @cached()
    async def find(self, name: str) -> str:
        return name


def test_a_module_that_is_gone_has_no_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although they are there until Python collects what it has left behind."""
    monkeypatch.setattr(Host, "cached_functions", ("gone/Gone.find", "looping/Looping.find"))
    host = build_host([{"module": Looping, "name": "looping"}])
    assert Controlled(host).ask("status")["caches"] == ["looping/Looping.find"]


def test_loops_and_caches_are_named() -> None:
    """A loop with the number of failures since it was last well."""
    clock = Clock()
    host = build_host([{"module": Looping, "name": "words"}], categories=[], clock=clock)
    start_entry(host.start())
    clock.advance(60)
    controlled = Controlled(host)
    answer = controlled.ask("status")
    assert answer["caches"] == ["words/Looping.find"]
    assert answer["cached"] == [
        {
            "name": "words/Looping.find",
            "entries": 0,
            "max_entries": 1000,
            "misses": 0,
            "evictions": 0,
            "hits": None,
        }
    ]
    assert answer["background"] == [
        {"module": "words", "loops": 1, "calls": 0, "runs": 1, "failures": 1}
    ]
    assert answer["threads"] == {"busy": 0, "waiting": 0, "most": 10}
    assert answer["loops"] == [
        {"module": "words", "loop": "look", "interval_seconds": 60.0, "failures": 1}
    ]
    assert controlled.ask("modules")["modules"][0]["loops"] == ["look"]
    start_entry(host.stop())
    assert controlled.ask("status")["loops"] == []


async def test_modules_are_described() -> None:
    """In their order, with what they have done as far as that is known."""
    entries = [
        {"module": modules.Strict, "name": "strict"},
        {"module": modules.Words, "name": "page", "mode": "shadow", "config": {"path": "/x"}},
        {"module": "old.Thing", "enabled": False},
        {"module": "gone.Thing", "optional": True},
    ]
    async with build_host(entries, categories=[modules.Comments]) as host:
        await host.hooks[modules.Comments].check_comment("bob")
        strict, page, old, gone = Controlled(host).ask("modules")["modules"]
    assert (strict["denied"], strict["failed"], strict["measured"]) == (1, 0, 1)
    assert strict["mean_seconds"] > 0
    assert strict["module"] == "tests.cli.modules.Strict"
    assert (page["state"], page["paths"], page["mean_seconds"]) == ("shadow", ["/x"], None)
    assert page["hooks"] == ["comments.check_comment"]
    assert (old["state"], old["module"], old["hooks"]) == ("disabled", "old.Thing", [])
    assert (gone["state"], gone["missing"].partition(" ")[0]) == ("missing", "HK101")


def test_one_process_has_no_workers() -> None:
    """What is done with them is refused, and it is said how there would be some."""
    control = Controlled(build_host(categories=[modules.Comments]))
    for command in ("restart", "hold", "resume"):
        answer = control.ask(command)
        assert not answer["ok"]
        assert answer["message"].endswith("start it with `--workers`")
