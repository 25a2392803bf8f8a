from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies

from hostkit import ALLOW, Category, ConfigError, Decision, ModuleApi, hookspec, rules
from hostkit.testing import check_module

from .cases import problems_of
from .shop import Comments, Words

TestWords = check_module(Words, good=[{"word": "casino"}, {}], categories=[Comments])


class Lists(Category):
    """Callbacks about lists."""

    @hookspec(rules.FirstDenial())
    async def check_list(self, items: list[int]) -> Decision:
        """Called before a list is stored."""

    @hookspec(rules.Notify())
    async def on_thing(self, thing: Any) -> None:
        """Called for anything."""


class Module:
    """Does what its config says."""

    is_there = False

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.do = config.get("do")
        if self.do == "refuse":
            raise ConfigError("it does not want to")
        if self.do == "fail":
            config["missing"]
        if self.do == "fail-again":
            if Module.is_there:
                raise ConfigError("only one of them")
            Module.is_there = True
        if self.do == "sleep":
            time.sleep(1e-4)
        api.register_lists_callbacks(check_list=self.check, on_thing=self.note)

    async def start(self) -> None:
        if self.do == "task":
            self.task = asyncio.get_running_loop().create_task(asyncio.sleep(60))

    async def stop(self) -> None:
        Module.is_there = False

    async def check(self, items: list[int]) -> Any:
        if self.do == "change":
            items.append(1)
        if self.do == "wrong":
            return "wrong"
        return ALLOW

    async def note(self, thing: Any) -> None:
        pass


ARGUMENTS: dict[str, dict[str, Any]] = {
    "check_list": {"items": [0]},
    "on_thing": {"thing": threading.Lock()},
}


def problems_with(*good: Any, bad: Sequence[Any] = (), **options: Any) -> dict[str, str]:
    """Run the tests of the module with some configs."""
    given = {"categories": [Lists], "arguments": ARGUMENTS, **options}
    return problems_of(check_module(Module, good=good, bad=bad, **given))


def test_a_good_module_has_no_problems() -> None:
    """With all its configs; arguments that have no equal copy are not compared."""
    assert problems_with({}, {"do": "nothing"}, bad=[{"do": "refuse"}]) == {}
    arguments = {**ARGUMENTS, "on_thing": {"thing": object()}}
    assert problems_with({}, arguments=arguments) == {}


def test_there_is_a_good_config() -> None:
    """Otherwise nothing would be tested."""
    with pytest.raises(ValueError, match=r"needs a config that the module takes: good=\[\{...\}\]"):
        check_module(Module, good=[])


def test_bad_configs_are_refused_with_a_message() -> None:
    """A key that the module did not expect to be missing says nothing to an operator."""
    problems = problems_with({}, bad=[{"do": "fail"}, {}])
    first = {name: text.splitlines()[0] for name, text in problems.items()}
    assert first == {
        "refuses_bad_config_1": "Module with the config {'do': 'fail'} fails, and does not say "
        "what is wrong with it:",
        "refuses_bad_config_2": "Module with the config {} should be refused, but it was built",
    }


def test_good_configs_are_accepted() -> None:
    """The message is that of the host."""
    problems = problems_with({"do": "refuse"})
    assert len(problems) == 5
    assert "cannot be built:" in problems["answers_with_config_1"]
    assert "it does not want to" in problems["answers_with_config_1"]


def test_answers_are_those_that_hooks_can_have() -> None:
    """The trace of the call is shown."""
    lines = problems_with({"do": "wrong"})["answers_with_config_1"].splitlines()
    assert (
        lines[0] == "Module with the config {'do': 'wrong'} does not answer check_list(items=[0]):"
    )
    assert "1. Module: invalid, expected ALLOW or a Deny, got 'wrong'" in lines[2]


def test_what_holds_up_the_event_loop_is_found() -> None:
    """With the line that has done it."""
    problems = problems_with({"do": "sleep"})
    lines = problems.pop("does_not_block_with_config_1").splitlines()
    assert lines[0] == "Module with the config {'do': 'sleep'} holds up the event loop:"
    assert lines[1].startswith("  time.sleep(0.0001) at ")
    assert "test_module.py:" in lines[1]
    assert problems == {}


def test_what_is_left_after_its_stop_is_found() -> None:
    """And after a reload."""
    problems = problems_with({"do": "task"})
    assert sorted(problems) == [
        "leaves_nothing_behind_with_config_1",
        "survives_a_reload_with_config_1",
    ]
    lines = problems["leaves_nothing_behind_with_config_1"].splitlines()
    assert lines[0].endswith("leaves something behind after its stop:")
    assert "sleep" in lines[1]
    assert len(problems["survives_a_reload_with_config_1"].split("tasks:")) == 3


def test_a_module_that_cannot_be_replaced_is_found() -> None:
    """Two of them are there during a reload."""
    problems = problems_with({"do": "fail-again"})
    assert sorted(problems) == ["survives_a_reload_with_config_1"]
    assert "does not survive a reload with {'do': 'fail-again'}" in str(problems)


def test_changed_arguments_are_found() -> None:
    """Unless it is meant to change them."""
    arguments = {**ARGUMENTS, "check_list": {"items": strategies.builds(list)}}
    problems = problems_with({"do": "change"}, arguments=arguments)
    assert {name: text.splitlines()[0] for name, text in problems.items()} == {
        "leaves_arguments_alone_with_config_1": "Module with the config {'do': 'change'} changes "
        "items of check_list: [] is [1]"
    }
    assert problems_with({"do": "change"}, arguments=arguments, changes=["items"]) == {}


def test_calls_that_wait_are_known() -> None:
    """Sleeping, connections, names, other programs; not what a loop does or other threads do."""

    class Waits:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            with socket.create_connection(address):
                pass
            with socket.socket() as connecting:
                connecting.setblocking(False)
                connecting.connect_ex(address)
            socket.getaddrinfo("127.0.0.1", 80)
            socket.getaddrinfo("localhost", 80)
            os.system("true")
            time.sleep(0)
            time.sleep(1e-6)
            logging.getLogger("asyncio").warning("something else")
            thread = threading.Thread(target=time.sleep, args=(1e-6,))
            thread.start()
            thread.join()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        problems = problems_of(check_module(Waits, good=[{}], categories=[Lists]))
    (lines,) = (text.splitlines() for text in problems.values())
    assert [each.strip().rpartition(" at ")[0] for each in lines[1:]] == [
        f"a connection to {address!r} of a blocking socket",
        "the name 'localhost' was resolved",
        "os.system(b'true')",
        "time.sleep(1e-06)",
    ]


def test_a_slow_step_is_found() -> None:
    """Whatever it does for so long."""

    class Busy(Module):
        async def note(self, thing: Any) -> None:
            thing()

    case = check_module(
        Busy,
        good=[{}],
        categories=[Lists],
        arguments={"check_list": {"items": []}, "on_thing": {"thing": list}},
        longest_seconds=-1,
    )
    with pytest.raises(AssertionError, match="one step took longer than it may: Executing <"):
        case("test_does_not_block_with_config_1").debug()
