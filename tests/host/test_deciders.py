from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostkit.config import from_mapping
from hostkit.errors import ConfigError, ConfigErrors, SpecError
from hostkit.host import Host, build_from_file
from hostkit.rules import Decision, Deny, FirstDenial, Notify
from hostkit.specs import Category, Keyed, hookspec
from hostkit.testing import Recorder, build_host

from .conftest import Comments, Failing, Namer, Names, Words, fire, make_host, problems_of

HOOK = "comments.check_comment"


class Guarded(Category):
    name = "guarded"

    @hookspec(FirstDenial(), must_decide=True)
    async def check_door(self, who: str) -> Decision:
        """Called at the door."""


class Tokened(Words):
    """Decides with a token that has a form."""

    @staticmethod
    def parse_config(config: dict[str, Any]) -> Any:
        raise ConfigError("this is not a token", ("token",))


def test_a_module_that_decides_is_enough() -> None:
    """Whatever else is listed, even if it fails each time: that is not silent."""
    modules: list[dict[str, Any]] = [{"module": Words, "mode": "shadow"}, {"module": Failing}]
    host = make_host(*modules, require=[HOOK]).build()
    assert len(host.modules) == 2


@pytest.mark.parametrize(
    ("modules", "details"),
    [
        ([], ()),
        ([{"module": Namer, "config": {"title": ""}}], ()),
        (
            [{"module": Words, "name": "w", "mode": "shadow"}],
            ("module 'w' is in shadow mode, so its answers do not count",),
        ),
        (
            [
                {"module": Words, "name": "w", "enabled": False},
                {"module": Words, "name": "v", "enabled": False},
            ],
            ("disabled, and not looked at: 'w', 'v'",),
        ),
    ],
)
def test_without_a_deciding_module_a_host_is_refused(
    modules: list[dict[str, Any]], details: tuple[str, ...]
) -> None:
    """Neither a shadow nor a disabled module counts, and the message says which there are."""
    (problem,) = problems_of(make_host(*modules, require=[HOOK]))
    assert (problem.code, problem.path) == ("HK230", ("hostkit", "require", 0))
    assert problem.message == f"no module decides {HOOK}, which some module must"
    assert problem.details == details


def test_a_host_that_is_refused_does_not_start() -> None:
    """A program that embeds it gets the problems from `start`, too, and it is not running."""
    host = make_host(require=[HOOK])
    with pytest.raises(ConfigErrors, match="HK230"):
        fire(host.start())
    assert not host.is_running


def test_all_required_hooks_are_checked() -> None:
    """Each that is not decided is a problem, and so is one that the host does not have."""
    hooks = ["comments.chek_comment", "comments.on_comment_posted", HOOK, "names"]
    problems = problems_of(make_host({"module": Words}, require=hooks))
    assert [(each.code, each.path[-1]) for each in problems] == [
        ("HK401", 0),
        ("HK401", 3),
        ("HK230", 1),
    ]
    assert problems[0].hint == f"did you mean {HOOK!r}?"
    assert problems[0].expected == (
        "comments.check_comment, comments.on_comment_posted, names.find_name, names.list_titles"
    )


def test_a_host_without_hooks_has_none_to_require() -> None:
    """What would be right says so."""
    host = Host.from_config({"hostkit": {"require": [HOOK]}}, categories=[])
    (problem,) = problems_of(host)
    assert (problem.code, problem.expected) == ("HK401", "no hook, since it has none")


def test_what_belongs_to_another_module_does_not_count() -> None:
    """A module whose registrations are left out decides nothing."""

    class Single(Category):
        name = "single"
        exclusive = True

        @hookspec(FirstDenial())
        async def check_one(self) -> Decision:
            """Called once."""

        @hookspec(Notify())
        async def on_one(self) -> None:
            """Called once."""

    mapping = {
        "modules": [
            Recorder(name="a", on_one=None).entry,
            Recorder(name="b", check_one=None).entry,
        ],
        "hostkit": {"require": ["single.check_one"]},
    }
    (problem,) = problems_of(Host.from_config(mapping, categories=[Single]))
    assert problem.code == "HK230"


def test_a_keyed_hook_is_decided_by_a_callback_for_any_key() -> None:
    """Which keys there are, no host can know."""

    class Jobs(Category):
        @hookspec(FirstDenial(), keyed=Keyed("kind"), must_decide=True)
        async def check_job(self, kind: str) -> Decision:
            """Called for a job."""

    assert problems_of(Host(categories=[Jobs]))[0].code == "HK230"
    build_host([Recorder(Jobs, check_job={"mail": None})], categories=[Jobs])


def test_a_hookspec_may_require_a_decision() -> None:
    """Without any file, as the host's author wants it; the file may say so as well."""
    (problem,) = problems_of(Host(categories=[Guarded]))
    assert (problem.code, problem.path) == ("HK230", ("modules",))
    mapping: dict[str, Any] = {"hostkit": {"require": ["guarded.check_door"]}}
    (problem,) = problems_of(Host.from_config(mapping, categories=[Guarded]))
    assert problem.path == ("hostkit", "require", 0)
    mapping["modules"] = [Recorder(check_door=None).entry]
    assert len(Host.from_config(mapping, categories=[Guarded]).build().modules) == 1


@pytest.mark.parametrize(("value", "has_hint"), [(True, True), (False, False)])
def test_a_number_of_arguments_is_not_a_yes(value: bool, has_hint: bool) -> None:
    """``required=`` counts arguments: what looks like ``must_decide=`` is refused."""

    async def check(self: Category, who: str) -> Decision:
        """Called."""

    with pytest.raises(SpecError) as caught:
        hookspec(FirstDenial(), required=value)(check)
    assert caught.value.code == "HK304"
    assert ("must_decide=True" in (caught.value.problem.hint or "")) == has_hint


@pytest.mark.parametrize(
    "modules",
    [[], [{"module": Words, "mode": "shadow"}], [{"module": Words, "enabled": False}]],
)
def test_a_reload_that_leaves_a_hook_open_is_refused(modules: list[dict[str, Any]]) -> None:
    """The module that decided it goes on."""
    host = make_host({"module": Words, "config": {"word": "casino"}}, require=[HOOK])

    async def scenario() -> Decision:
        async with host:
            with pytest.raises(ConfigErrors, match="HK230"):
                await host.reload(
                    from_mapping({"modules": modules, "hostkit": {"require": [HOOK]}})
                )
            return await host.hooks[Comments].check_comment("ann", "casino")

    assert fire(scenario()) == Deny("banned", "ann")


def test_a_reload_may_require_more_or_less() -> None:
    """The setting is taken over while the host is running."""
    host = make_host({"module": Words})

    async def scenario() -> int:
        async with host:
            words = {"module": Words, "config": {}}
            await host.reload(from_mapping({"modules": [words], "hostkit": {"require": [HOOK]}}))
            with pytest.raises(ConfigErrors, match="HK230"):
                await host.reload(from_mapping({"hostkit": {"require": [HOOK]}}))
            await host.reload(from_mapping({}))
            return len(host.modules)

    assert fire(scenario()) == 0


def test_an_entry_that_is_wrong_might_be_the_decider(tmp_path: Path) -> None:
    """What may be a consequence of another problem in the file is not reported."""
    path = tmp_path / "host.yaml"
    path.write_text(f"modules: [{{module: 5}}]\nhostkit: {{require: [{HOOK}, none.such]}}\n")
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(path, categories=[Comments, Names])
    assert [problem.code for problem in caught.value.problems] == ["HK027", "HK401"]
    path.write_text(f"modules: []\nhostkit: {{require: [{HOOK}]}}\n")
    with pytest.raises(ConfigErrors, match="HK230"):
        build_from_file(path, categories=[Comments, Names])


def test_a_module_that_lacks_its_secrets_might_be_the_decider(tmp_path: Path) -> None:
    """A check without secrets leaves it out, and does not call the hook undecided."""
    path = tmp_path / "host.yaml"
    path.write_text(
        f"modules: [{{module: {__name__}.Tokened, config: {{token: !env NO_TOKEN}}}}]\n"
        f"hostkit: {{require: [{HOOK}]}}\n"
    )
    host = build_from_file(path, categories=[Comments, Names], without_secrets=True)
    assert host.modules == ()
