"""What only one module of a host can have: categories, keys of hooks, the meaning of keys."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.dispatch import keys_of
from hostkit.host import Host
from hostkit.rules import CONTINUE, Collect, Exclusive, FirstDenial, Notify, Replace
from hostkit.specs import Category, Keyed, hookspec
from hostkit.testing import Recorder, build_host

from .conftest import fire, problems_of


class Presence(Category):
    exclusive = True

    @hookspec(Collect())
    async def who(self) -> str:
        """Called to list who is there."""

    @hookspec(Notify(), requires=("who",))
    def arrived(self) -> None:
        """Called when a user comes."""


class Logins(Category):
    @hookspec(Collect(), keyed=Keyed("kind", lambda key: key))
    async def check(self, kind: str) -> Any:
        """Called when a user logs in."""

    @hookspec(Exclusive(), keyed=Keyed("kind"))
    def own(self, kind: str) -> str:
        """Called for what only one module knows."""


class Module:
    """Registers what it is configured to."""

    def __init__(self, config: Any, api: Any) -> None:
        if "presence" in config:
            api.register_presence_callbacks(**dict.fromkeys(config["presence"], lambda: api.name))
        answers = {key: lambda kind: api.name for key in config.get("check", ())}
        owned = {key: lambda kind: api.name for key in config.get("own", ())}
        api.register_logins_callbacks(check=answers, own=owned)


def host_of(**modules: dict[str, Any]) -> Host:
    """Make a host of modules by their names; `mode` is for the entry, the rest for the module."""
    entries = [
        {
            "module": Module,
            "name": name,
            "mode": config.get("mode", "enforce"),
            "config": {key: value for key, value in config.items() if key != "mode"},
        }
        for name, config in modules.items()
    ]
    return Host.from_config({"modules": entries}, categories=[Presence, Logins])


PRESENCE: dict[str, Any] = {"presence": ["who", "arrived"]}


def test_an_exclusive_category_has_one_module(caplog: pytest.LogCaptureFixture) -> None:
    """The first one that registers for it; others are left out, with one warning each."""
    host = host_of(none={}, a=PRESENCE, b={**PRESENCE, "check": [("pw", 1)]}, c=PRESENCE).build()
    assert fire(host.hooks[Presence].who()) == ["a"]
    assert [
        f"module {name!r} registers for presence, which only one module can have; "
        "'a' is listed first and has it"
        for name in "bc"
    ] == [record.getMessage() for record in caplog.records]
    assert {record.name for record in caplog.records} == {"hostkit.host"}
    assert [module.name for module in host.modules] == ["none", "a", "b", "c"]


def test_what_is_left_out_is_only_that_category() -> None:
    """The module keeps what else it registers."""
    host = host_of(a=PRESENCE, b={**PRESENCE, "check": [("pw", 1)]}).build()
    assert [each.spec.full_name for each in host.modules[1].callbacks] == ["logins.check"]
    assert fire(host.hooks[Logins].check("pw")) == ["b"]


def test_a_shadow_module_claims_no_category(caplog: pytest.LogCaptureFixture) -> None:
    """It is tried out beside the module that has it, wherever it is listed."""
    shadow = {**PRESENCE, "mode": "shadow"}
    host = host_of(new=shadow, a=PRESENCE, newer=shadow).build()
    assert fire(host.hooks[Presence].who()) == ["a"]
    chain = host.chains["presence.who"]
    assert [callback.module for callback in chain.callbacks] == ["new", "a", "newer"]
    assert caplog.records == []


def test_the_module_that_has_a_category_may_register_again() -> None:
    """It has the category in each host of its own, with all that it registers."""

    class Twice:
        def __init__(self, config: Any, api: Any) -> None:
            api.register(Presence, who=lambda: api.name)
            api.register(Presence, who=lambda: "again")

    for name in "ab":
        entries = [{"module": Twice, "name": name}]
        host = Host.from_config({"modules": entries}, categories=[Presence]).build()
        assert fire(host.hooks[Presence].who()) == [name, "again"]


def test_keys_that_agree_are_shared() -> None:
    """Several modules have callbacks for one key if its details are equal."""
    host = host_of(a={"check": [("pw", (1,))]}, b={"check": [("pw", (1,))]}).build()
    assert fire(host.hooks[Logins].check("pw")) == ["a", "b"]
    assert keys_of(host.hooks[Logins].check) == {"pw": (1,)}


def test_modules_that_contradict_each_other() -> None:
    """Both are named, at the entry of the later one."""
    (problem,) = problems_of(
        host_of(a={"check": [("pw", 1)]}, b={"check": [("pw", 2), ("token", 1)]})
    )
    assert problem.code == "HK214"
    assert problem.path[:2] == ("modules", 1)
    assert (
        problem.message
        == "modules 'a' and 'b' contradict each other about 'pw' of logins.check: 1 is not 2"
    )
    assert problem.hint == "remove one of them, or make them agree"


def test_a_module_that_contradicts_itself() -> None:
    """The problem says so."""
    (problem,) = problems_of(host_of(a={"check": [("pw", 1), ("pw", 2)]}))
    assert problem.code == "HK214"
    assert "module 'a' contradicts itself about 'pw'" in problem.message


def test_one_module_may_have_two_callbacks_for_a_key() -> None:
    """They are asked in the order in which they were given."""

    class Twice:
        def __init__(self, config: Any, api: Any) -> None:
            api.register(Logins, check={("pw", 1): lambda kind: 1})
            api.register(Logins, check={("pw", 1): lambda kind: 2, ("a", 1): lambda kind: 3})

    host = Host.from_config({"modules": [{"module": Twice}]}, categories=[Logins]).build()
    assert fire(host.hooks[Logins].check("pw")) == [1, 2]
    assert fire(host.hooks[Logins].check("a")) == [3]


def test_a_shadow_module_claims_no_key() -> None:
    """Its details of a key are not compared with others', and a key of its own is not shown."""
    shadow = {"check": [("pw", 2), ("new", 1)], "own": ["x"], "mode": "shadow"}
    host = host_of(new=shadow, a={"check": [("pw", 1)], "own": ["x"]}, newer=shadow).build()
    assert keys_of(host.hooks[Logins].check) == {"pw": 1}
    assert host.hooks[Logins].own("x") == "a"


def test_an_exclusive_hook_has_one_module_for_each_key() -> None:
    """Keys of several modules live side by side; the same key of two is a problem."""
    host = host_of(a={"own": ["x"]}, b={"own": ["y"]}).build()
    assert (host.hooks[Logins].own("x"), host.hooks[Logins].own("y")) == ("a", "b")
    (problem,) = problems_of(host_of(a={"own": ["x"]}, b={"own": ["y", "x"]}))
    assert problem.code == "HK208"
    assert (
        problem.message == "modules 'a' and 'b' both register for logins.own with the key 'x', "
        "which can have only one callback"
    )


def test_claims_of_several_modules_are_reported_in_one_run() -> None:
    """Nothing of it hides the rest."""
    problems = problems_of(
        host_of(
            a={"own": ["x"], "check": [("pw", 1)]},
            b={"own": ["x"]},
            c={"own": ["x"], "check": [("pw", 2)]},
        )
    )
    assert [problem.code for problem in problems] == ["HK208", "HK208", "HK214"]


def test_hooks_by_key_are_explained() -> None:
    """A trace has the steps of the modules that have the call's key."""
    host = host_of(a={"check": [("pw", 1)]}, b={"check": [("token", 1)]}).build()
    receipt = fire(host.explain("logins.check", kind="token"))
    assert [(step.module, step.outcome) for step in receipt.steps] == [("b", "result")]
    assert fire(host.explain("logins.check", "unknown")).steps == ()
    trace = fire(host.ask("logins.own", {"kind": "x"}))
    assert (trace.result, trace.receipt.outcome) == (None, "result")
    assert [timing.module for timing in host.timings] == ["a", "b"]


def read(answer: Any) -> Any:
    """Read a string as what the text becomes."""
    return Replace(lambda _: answer, answer) if isinstance(answer, str) else CONTINUE


class Texts(Category):
    @hookspec(FirstDenial(read=read, replaces="text"))
    async def check(self, text: str) -> Any:
        """Called before a text is stored."""

    @hookspec(FirstDenial(read=read, replaces="text", asks_again=True))
    async def review(self, text: str) -> Any:
        """The same, and what is agreed is reviewed."""


def warnings_of(caplog: pytest.LogCaptureFixture, *modes: str) -> list[str]:
    """Build a host of modules in these modes, and list what it warns about."""
    recorders = [Recorder(Texts, name=f"m{number}").entry for number in range(len(modes))]
    entries = [{**each, "mode": mode} for each, mode in zip(recorders, modes, strict=True)]
    build_host(entries, categories=[Texts])
    return caplog.messages


def test_deciders_before_a_replacement_are_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    """What the modules listed first have decided about may be replaced by those listed later."""
    (message,) = warnings_of(caplog, "enforce", "shadow", "enforce", "enforce")
    assert message == (
        "texts.check: 'm0', 'm2' may decide about another 'text' than is agreed in the end, since "
        "modules listed later, up to 'm3', can replace it; list those that replace it first, or "
        "declare the hook with asks_again=True"
    )


def test_a_single_decider_is_not_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    """Modules in shadow mode replace nothing, and there is no order of one."""
    assert warnings_of(caplog, "shadow", "enforce", "shadow") == []
    assert warnings_of(caplog) == []
