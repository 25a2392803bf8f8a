"""What only one module of a host can have: categories, keys of hooks, the meaning of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hostkit.dispatch import keys_of
from hostkit.host import Host
from hostkit.rules import Collect, Exclusive, Notify
from hostkit.specs import Category, Keyed, hookspec

from .conftest import fire, problems_of

if TYPE_CHECKING:
    import pytest


class Presence(Category):
    exclusive = True

    @hookspec(Collect())
    async def who(self) -> list[str]:
        """Called for who is there."""

    @hookspec(Notify(), requires=("who",))
    def told(self) -> None:
        """Called when somebody comes."""


class Logins(Category):
    @hookspec(Collect(), keyed=Keyed("kind", lambda key: key))
    async def check(self, kind: str) -> list[Any]:
        """Called when somebody logs in."""

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


PRESENCE: dict[str, Any] = {"presence": ["who", "told"]}


def test_an_exclusive_category_has_one_module(caplog: pytest.LogCaptureFixture) -> None:
    """The first one that registers for it; others are left out, with one warning each."""
    host = host_of(none={}, a=PRESENCE, b={**PRESENCE, "check": [("pw", 1)]}, c=PRESENCE).build()
    assert ["a"] == fire(host.hooks[Presence].who())
    assert [
        f"module {name!r} registers for presence, which only one module can have; "
        "'a' is listed first and has it"
        for name in "bc"
    ] == [record.getMessage() for record in caplog.records]
    assert {"hostkit.host"} == {record.name for record in caplog.records}
    assert ["none", "a", "b", "c"] == [module.name for module in host.modules]


def test_what_is_left_out_is_only_that_category() -> None:
    """The module keeps what else it registers."""
    host = host_of(a=PRESENCE, b={**PRESENCE, "check": [("pw", 1)]}).build()
    assert ["logins.check"] == [each.spec.full_name for each in host.modules[1].callbacks]
    assert ["b"] == fire(host.hooks[Logins].check("pw"))


def test_a_shadow_module_claims_no_category(caplog: pytest.LogCaptureFixture) -> None:
    """It is tried out beside the module that has it, wherever it is listed."""
    shadow = {**PRESENCE, "mode": "shadow"}
    host = host_of(new=shadow, a=PRESENCE, newer=shadow).build()
    assert ["a"] == fire(host.hooks[Presence].who())
    chain = host.chains["presence.who"]
    assert ["new", "a", "newer"] == [callback.module for callback in chain.callbacks]
    assert [] == caplog.records


def test_the_module_that_has_a_category_may_register_again() -> None:
    """It has the category in each host of its own, with all that it registers."""

    class Twice:
        def __init__(self, config: Any, api: Any) -> None:
            api.register(Presence, who=lambda: api.name)
            api.register(Presence, who=lambda: "again")

    for name in "ab":
        entries = [{"module": Twice, "name": name}]
        host = Host.from_config({"modules": entries}, categories=[Presence]).build()
        assert [name, "again"] == fire(host.hooks[Presence].who())


def test_keys_that_agree_are_shared() -> None:
    """Several modules have callbacks for one key if its details are equal."""
    host = host_of(a={"check": [("pw", (1,))]}, b={"check": [("pw", (1,))]}).build()
    assert ["a", "b"] == fire(host.hooks[Logins].check("pw"))
    assert {"pw": (1,)} == keys_of(host.hooks[Logins].check)


def test_modules_that_contradict_each_other() -> None:
    """Both are named, at the entry of the later one."""
    (problem,) = problems_of(
        host_of(a={"check": [("pw", 1)]}, b={"check": [("pw", 2), ("token", 1)]})
    )
    assert "HK214" == problem.code
    assert ("modules", 1) == problem.path[:2]
    assert (
        "modules 'a' and 'b' contradict each other about 'pw' of logins.check: 1 is not 2"
        == problem.message
    )
    assert problem.hint == "remove one of them, or make them agree"


def test_a_module_that_contradicts_itself() -> None:
    """It is told so."""
    (problem,) = problems_of(host_of(a={"check": [("pw", 1), ("pw", 2)]}))
    assert "HK214" == problem.code
    assert "module 'a' contradicts itself about 'pw'" in problem.message


def test_one_module_may_have_two_callbacks_for_a_key() -> None:
    """They are asked in the order in which they were given."""

    class Twice:
        def __init__(self, config: Any, api: Any) -> None:
            api.register(Logins, check={("pw", 1): lambda kind: 1})
            api.register(Logins, check={("pw", 1): lambda kind: 2, ("a", 1): lambda kind: 3})

    host = Host.from_config({"modules": [{"module": Twice}]}, categories=[Logins]).build()
    assert [1, 2] == fire(host.hooks[Logins].check("pw"))
    assert [3] == fire(host.hooks[Logins].check("a"))


def test_a_shadow_module_claims_no_key() -> None:
    """What it says about a key contradicts nobody, and a key of its own is not shown."""
    shadow = {"check": [("pw", 2), ("new", 1)], "own": ["x"], "mode": "shadow"}
    host = host_of(new=shadow, a={"check": [("pw", 1)], "own": ["x"]}, newer=shadow).build()
    assert {"pw": 1} == keys_of(host.hooks[Logins].check)
    assert "a" == host.hooks[Logins].own("x")


def test_an_exclusive_hook_has_one_module_for_each_key() -> None:
    """Keys of several modules live side by side; the same key of two is a problem."""
    host = host_of(a={"own": ["x"]}, b={"own": ["y"]}).build()
    assert ("a", "b") == (host.hooks[Logins].own("x"), host.hooks[Logins].own("y"))
    (problem,) = problems_of(host_of(a={"own": ["x"]}, b={"own": ["y", "x"]}))
    assert "HK208" == problem.code
    assert (
        "modules 'a' and 'b' both register for logins.own with the key 'x', "
        "which can have only one callback" == problem.message
    )


def test_claims_of_several_modules_are_told_in_one_run() -> None:
    """Nothing of it hides the rest."""
    problems = problems_of(
        host_of(
            a={"own": ["x"], "check": [("pw", 1)]},
            b={"own": ["x"]},
            c={"own": ["x"], "check": [("pw", 2)]},
        )
    )
    assert ["HK208", "HK208", "HK214"] == [problem.code for problem in problems]


def test_hooks_by_key_are_explained() -> None:
    """A trace has the steps of the modules that have the call's key."""
    host = host_of(a={"check": [("pw", 1)]}, b={"check": [("token", 1)]}).build()
    receipt = fire(host.explain("logins.check", kind="token"))
    assert [("b", "result")] == [(step.module, step.outcome) for step in receipt.steps]
    assert () == fire(host.explain("logins.check", "nobody's")).steps
    told = fire(host.ask("logins.own", {"kind": "x"}))
    assert (None, "result") == (told.result, told.receipt.outcome)
    assert ["a", "b"] == [timing.module for timing in host.timings]
