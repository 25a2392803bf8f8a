"""What works as it is written, but probably not as it is meant."""

from __future__ import annotations

import functools
import re
import subprocess
import time
import urllib.request
from time import sleep
from typing import Any

import pytest
from twisted.web.resource import Resource

from hostkit import Category, Decision, Host, Keyed, hookspec, rules
from hostkit.host import advise


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial())
    async def check_comment(self, author: str) -> Decision:
        """Called before a comment is stored."""

    @hookspec(rules.Notify())
    async def on_comment(self, author: str) -> None:
        """Called after a comment was stored."""

    @hookspec(rules.Notify(), keyed=Keyed("door"))
    async def on_knock(self, door: str) -> None:
        """Called when somebody knocks."""

    @hookspec(rules.FirstResult())
    def name_of(self, author: str) -> str | None:
        """Called for each author."""


class Words:
    """Registers what its config says."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        for hook in config.get("hooks", ["check_comment"]):
            api.register(Comments, **{hook: self.check})
        for door in config.get("doors", []):
            api.register(Comments, on_knock={door: self.check})
        for path in config.get("paths", []):
            api.register_web_resource(path, Resource())

    async def check(self, author: str) -> None: ...


def advice(*modules: dict[str, Any], **settings: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    """Build a host, and return what it is advised: messages, with what they are about."""
    entries = [{"module": Words, **module} for module in modules]
    mapping = {"modules": entries, "hostkit": settings}
    found = advise(Host.from_config(mapping, categories=[Comments]).build())
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.message, problem.path) for problem in found]


def test_nothing_is_said_of_a_file_without_mistakes() -> None:
    """Warnings that are always there are not read."""
    assert advice({"name": "a"}, {"name": "b", "timeout": "1s"}) == []


class Empty:
    def __init__(self, config: Any, api: Any) -> None: ...


class Starting(Empty):
    async def start(self) -> None: ...


class Looping:
    def __init__(self, config: Any, api: Any) -> None:
        api.looping_background_call(self.loop, 1000.0)

    def loop(self) -> None: ...


def test_a_module_that_registers_nothing_is_named() -> None:
    """Unless it starts something, or has a background loop."""
    modules = [{"module": kind, "name": kind.__name__} for kind in (Empty, Starting, Looping)]
    assert advice(*modules) == [
        (
            "module 'Empty' registers nothing: no callback, no web resource, no loop",
            ("modules", 0),
        )
    ]


def test_time_outs_that_come_to_more_than_the_drain_are_named() -> None:
    """A stop would cut off requests that are still in time."""
    modules = [{"name": name, "timeout": "8s"} for name in "ab"]
    expected = (
        "the time-outs of the modules of comments.check_comment come to 16s, but requests in "
        "flight are waited for 10s when the server stops"
    )
    assert advice(*modules, drain="10s") == [(expected, ("modules", 0, "timeout"))]
    assert advice(*modules, drain="16s") == []
    assert advice(*modules, drain="0s") == []


def test_time_outs_of_a_keyed_hook_count_for_each_key() -> None:
    """Only the modules of one key are asked in a call."""
    both = [
        {"name": name, "timeout": "8s", "config": {"hooks": [], "doors": [door]}}
        for name, door in (("a", "front"), ("b", "back"))
    ]
    assert advice(*both, drain="10s") == []


@pytest.mark.parametrize("on_error", ["continue", {"timeout": "continue"}])
def test_a_decider_that_fails_open_is_named(on_error: Any) -> None:
    """What it would have denied is allowed while it fails; in shadow mode it denies nothing."""
    hooks = {"hooks": ["check_comment", "on_comment"]}
    message = (
        "module 'a' decides comments.check_comment, and when it fails, that counts as no objection"
    )
    entry = {"name": "a", "on_error": on_error, "config": hooks}
    assert advice(entry) == [(message, ("modules", 0, "on_error"))]
    assert advice({**entry, "mode": "shadow"}) == []
    assert advice({**entry, "on_error": "deny"}) == []


def test_pages_that_no_listener_serves_are_named() -> None:
    """Listeners that are not there by default serve what they say, and no more."""
    entry = {"config": {"paths": ["/words"]}}
    listener = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["hooks"]}
    message = "no listener serves the pages of modules, so /words is not there"
    assert advice(entry, listeners=[listener]) == [(message, ("hostkit", "listeners"))]
    assert advice(entry, listeners=[listener, {**listener, "serve": ["modules"]}]) == []


def test_hooks_that_no_listener_serves_are_named() -> None:
    """A server of its own calls hooks only for those who ask it."""
    listener = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["modules"]}
    message = "no listener serves hooks, so under `hostkit serve` they are never called"
    assert advice({}, listeners=[listener]) == [(message, ("hostkit", "listeners"))]
    assert advice({"config": {"hooks": [], "paths": ["/a"]}}, listeners=[listener]) == []


def test_pages_behind_those_of_the_server_are_named() -> None:
    """`/health` can be only one of them."""
    listener = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["hooks", "modules", "health"]}
    found = advice({"name": "a", "config": {"paths": ["/health"]}}, listeners=[listener])
    message = "/health of module 'a' is hidden by that of `health`"
    assert found == [(message, ("hostkit", "listeners", 0, "serve"))]


def test_open_hooks_behind_a_proxy_are_named() -> None:
    """A listener that answers for another host is asked by something in between."""
    listener = {
        "endpoint": "tcp:80:interface=127.0.0.1",
        "serve": ["hooks"],
        "hosts": ["localhost", "example.com"],
    }
    message = (
        "tcp:80:interface=127.0.0.1 serves hooks without a token, and answers for example.com: "
        "a proxy before it may let anybody ask the modules"
    )
    assert advice({}, listeners=[listener]) == [(message, ("hostkit", "listeners", 0, "hosts"))]
    assert advice({}, listeners=[{**listener, "token": "s" * 20}]) == []
    assert advice({}, listeners=[{**listener, "hosts": ["localhost"]}]) == []


class Sleepy:
    """Blocks in several hooks; the same call is named once."""

    def __init__(self, config: Any, api: Any) -> None:
        api.register(Comments, check_comment=self.check, on_comment=self.check)
        api.register(Comments, name_of=lambda author: time.sleep(0))

    async def check(self, author: str) -> None:
        time.sleep(0)  # noqa: ASYNC251 -- what is found


def test_calls_that_block_in_callbacks_are_named() -> None:
    """Where they stand is said, since the module's author must change it."""
    (problem,) = advise(
        Host.from_config(
            {"modules": [{"module": Sleepy, "name": "s"}]}, categories=[Comments]
        ).build()
    )
    assert problem.message == (
        "module 's' calls time.sleep in comments.check_comment, which stops all others meanwhile"
    )
    line = Sleepy.check.__code__.co_firstlineno + 1
    assert problem.details == (f"at {__file__}:{line}",)


async def by_module(author: str) -> None:
    time.sleep(0)  # noqa: ASYNC251


async def by_name(author: str) -> None:
    sleep(0)  # noqa: ASYNC251


async def by_package(author: str) -> None:
    urllib.request.urlopen("about:blank")  # noqa: ASYNC210


async def in_an_argument(author: str) -> None:
    print(subprocess.run(["true"]))  # noqa: ASYNC221, PLW1510, T201


async def in_a_thread(author: str) -> None:
    def work() -> None:
        time.sleep(0)

    _ = (work, lambda: time.sleep(0))


async def of_something_else(author: str, time: Any = None) -> None:
    other: Any = time
    other.sleep()
    [other][0]()
    other().sleep()
    other.a.b.sleep()
    other().a.sleep()
    missing.a.sleep()  # type: ignore[name-defined] # noqa: F821


def not_asynchronous(author: str) -> None:
    time.sleep(0)


class Giving:
    """Registers the callback that its config is."""

    def __init__(self, config: Any, api: Any) -> None:
        api.register(Comments, check_comment=config)


def blocking_of(function: Any) -> list[str]:
    """Name the calls in a callback that stop the event loop."""
    found = advice({"module": Giving, "name": "words", "config": function})
    pattern = r"module 'words' calls (.*) in comments.check_comment, which stops all others meanw"
    return [str(re.findall(pattern, message)[0]) for message, _ in found]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (by_module, ["time.sleep"]),
        (by_name, ["time.sleep"]),
        (by_package, ["urllib.request.urlopen"]),
        (in_an_argument, ["subprocess.run"]),
        (in_a_thread, []),
        (of_something_else, []),
        (not_asynchronous, []),
        (functools.partial(by_module), ["time.sleep"]),
        (print, []),
    ],
)
def test_names_are_understood_as_python_does(function: Any, expected: list[str]) -> None:
    """A method of that name of something else is not meant, nor what runs in a thread."""
    assert blocking_of(function) == expected


def test_callbacks_without_source_are_passed_over() -> None:
    """A program may have made them."""
    names: dict[str, Any] = {}
    exec("async def made(author): pass", names)
    assert blocking_of(names["made"]) == []
