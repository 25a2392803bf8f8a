from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.config import from_mapping
from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.host import Host
from hostkit.rules import ALLOW, Deny, Exclusive
from hostkit.specs import Category, hookspec

from .conftest import Comments, fire, make_host, problems_of
from .moody import HOOK, MOODY, WORDS, Moody, ask, good_mood

__all__ = ["good_mood"]

FAILED = "module 'moody' failed in __init__"


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        (
            "build",
            f"moody: failed to load: HK107 {FAILED}: OSError: no build today",
        ),
        ("start", "moody: failed to start: OSError: no start today"),
    ],
)
def test_a_host_starts_without_an_optional_module(
    step: str, missing: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are asked, in their order, and it is visible what is missing."""
    Moody.refuses.add(step)
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    assert [module.name for module in host.modules] == ["words"]
    assert [str(each) for each in host.missing] == [missing]
    assert fire(ask(host)) == str(ALLOW)
    assert "going on without the optional module 'moody'" in caplog.text
    fire(host.stop())


def test_without_the_setting_a_host_does_not_start(clock: Clock) -> None:
    """A module that is listed is one that is wanted."""
    Moody.refuses.add("start")
    host = make_host({**MOODY, "optional": False}, clock=clock)
    with pytest.raises(ModuleFailedError, match="no start today"):
        fire(host.start())
    Moody.refuses.add("build")
    with pytest.raises(ConfigErrors, match="HK107"):
        make_host({**MOODY, "optional": False}, clock=clock).build()


def test_what_failed_to_start_is_stopped_once(clock: Clock) -> None:
    """As it may have opened something; later there is nothing more to stop."""
    Moody.refuses.add("start")
    host = make_host(MOODY, WORDS, clock=clock)
    fire(host.start())
    fire(host.stop())
    assert Moody.steps == ["build moody", "start moody", "stop moody"]


def test_receipts_say_that_it_was_not_asked(clock: Clock) -> None:
    """Those of the hooks it has registered for, kept or only shown."""
    Moody.refuses.add("start")
    host = make_host({**WORDS, "config": {"word": "hi"}}, MOODY, clock=clock)
    fire(host.start())
    assert fire(ask(host)) == str(Deny("banned", "ann"))
    (kept,) = host.receipts
    shown = fire(host.explain(HOOK, "ann", "hi"))
    for receipt in (kept, shown):
        assert str(receipt.steps[-1]) == "moody: not asked, failed to start"
    assert fire(host.explain("comments.on_comment_posted", 1)).steps == ()
    Moody.refuses.clear()
    clock.advance(5)
    steps = fire(host.explain(HOOK, "ann", "no")).steps
    assert [step.module for step in steps] == ["words", "moody"]
    # The receipt of the earlier call stays what it was.
    assert str(next(iter(host.receipts)).steps[-1]) == "moody: not asked, failed to start"
    fire(host.stop())


def test_what_could_not_be_loaded_might_be_in_any_hook(clock: Clock) -> None:
    """So all receipts name it; in shadow mode, as a shadow module."""
    Moody.refuses.add("build")
    host = make_host({**MOODY, "mode": "shadow"}, clock=clock).build()
    for hook, args in ((HOOK, ("ann", "hi")), ("comments.on_comment_posted", (1,))):
        (step,) = fire(host.explain(hook, *args)).steps
        assert str(step) == "moody [shadow]: not asked, failed to load"


@pytest.mark.parametrize("step", ["build", "start"])
def test_a_reload_goes_on_without_it(step: str, clock: Clock) -> None:
    """And says that it is missing; what was changed besides is in use."""
    host = make_host(WORDS, clock=clock)

    async def scenario() -> str:
        await host.start()
        Moody.refuses.add(step)
        return str(await host.reload(from_mapping({"modules": [MOODY, {**WORDS, "name": "new"}]})))

    assert fire(scenario()) == "1 new module, 0 kept, 1 gone; missing: moody"
    assert [module.name for module in host.modules] == ["new"]
    Moody.refuses.clear()
    clock.advance(5)
    assert [module.name for module in host.modules] == ["moody", "new"]
    fire(host.stop())


def test_observers_know_of_a_start_without_it(clock: Clock) -> None:
    """Since hooks and web resources are others than those that were built."""
    Moody.refuses.add("start")
    host = make_host(MOODY, clock=clock)
    seen: list[int] = []
    host.when_reloaded(lambda: seen.append(len(host.modules)))
    fire(host.start())
    assert seen == [0]
    Moody.refuses.clear()
    clock.advance(5)
    assert seen == [0, 1]
    fire(host.stop())


def test_an_optional_module_is_not_enough_for_a_required_hook() -> None:
    """Else the hook would be left open when it is missing."""
    (problem,) = problems_of(make_host(MOODY, require=[HOOK]))
    assert problem.code == "HK230"
    assert problem.details == ("module 'moody' is optional, so the host may be without it",)
    Moody.refuses.add("build")
    (problem,) = problems_of(make_host(MOODY, require=[HOOK]))
    assert problem.code == "HK230"
    make_host(MOODY, WORDS, require=[HOOK]).build()


def test_a_module_after_it_that_fails_stops_all(clock: Clock) -> None:
    """As ever; what was left out is not stopped again."""
    Moody.refuses.add("start")
    host = make_host(MOODY, {"module": Moody, "name": "needed"}, clock=clock)
    with pytest.raises(ModuleFailedError, match="'needed'"):
        fire(host.start())
    assert Moody.steps == [
        "build moody",
        "build needed",
        "start moody",
        "stop moody",
        "start needed",
        "stop needed",
    ]
    assert not host.is_running
    assert clock.getDelayedCalls() == []


def test_a_host_that_is_not_built_knows_of_nothing_missing() -> None:
    """Like all that a host has to show."""
    with pytest.raises(HostkitError, match="not built"):
        _ = make_host(MOODY).missing


class Own(Category):
    """Belongs to one module as a whole."""

    exclusive = True

    @hookspec(Exclusive())
    def find_own(self, user: str) -> str | None:
        """Called for one."""


def test_a_heir_that_is_wrong_is_refused(clock: Clock) -> None:
    """What another module had is its own now, with all that is wrong with it."""

    class First(Moody):
        def __init__(self, config: Any, api: ModuleApi) -> None:
            super().__init__(config, api)
            api.register_own_callbacks(find_own=lambda user: user)

        async def start(self) -> None:
            raise OSError("no start today")

    class Second(Moody):
        def __init__(self, config: Any, api: ModuleApi) -> None:
            super().__init__(config, api)
            api.register_own_callbacks(find_own=lambda user: user)
            api.register_own_callbacks(find_own=lambda user: user)

    mapping = {"modules": [{"module": First, "optional": True}, {"module": Second, "name": "heir"}]}
    host = Host.from_config(mapping, categories=[Comments, Own], clock=clock)
    with pytest.raises(ConfigErrors, match="HK208"):
        fire(host.start())
    assert Moody.steps[-1] == "stop heir"
    assert not host.is_running


def test_an_observer_that_ends_the_program_ends_the_start(clock: Clock) -> None:
    """The modules that were started are stopped again."""
    Moody.refuses.add("start")
    host = make_host(MOODY, WORDS, clock=clock)

    def interrupt() -> None:
        raise KeyboardInterrupt

    host.when_reloaded(interrupt)
    with pytest.raises(KeyboardInterrupt):
        fire(host.start())
    assert not host.is_running
    assert clock.getDelayedCalls() == []


def test_what_is_missing_is_in_the_order_of_the_file(clock: Clock) -> None:
    """Whenever it has failed."""

    class Broken(Moody):
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise OSError("no disk")

    Moody.refuses.add("start")
    broken = {"module": Broken, "name": "broken", "optional": True}
    host = make_host(MOODY, broken, {**MOODY, "name": "last"}, clock=clock)
    fire(host.start())
    assert [each.name for each in host.missing] == ["moody", "broken", "last"]
    fire(host.stop())
