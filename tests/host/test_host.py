from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.errors import (
    ConfigErrors,
    HostkitError,
    SpecError,
)
from hostkit.host import Host
from hostkit.loading import CATEGORIES
from hostkit.rules import ALLOW, Collect, Deny
from hostkit.specs import Category, hookspec
from hostkit.testing import Recorder

from .conftest import Comments, Namer, Names, Site, Strangers, Words, fire, make_host


def test_a_host_without_a_file_has_no_modules() -> None:
    """An application works before anybody writes a file."""
    host = Host(categories=[Comments]).build()
    assert host.modules == ()
    assert fire(host.hooks[Comments].check_comment("ann", "hi")) is ALLOW


def test_a_host_is_made_from_a_file(site: Site, tmp_path: Path) -> None:
    """The file's modules are built, and know where they are listed."""
    site.write("host_pkg.py", "class Quiet:\n    def __init__(self, config, api): ...\n")
    path = tmp_path / "host.yaml"
    path.write_text("modules:\n- module: host_pkg.Quiet\n")
    host = Host.from_file(path, categories=[Comments]).build()
    assert host.file.name == str(path)
    assert [module.name for module in host.modules] == ["host_pkg.Quiet"]
    assert str(host.modules[0].place()) == f"{path}:2:3"


def test_a_wrong_file_is_refused_at_once(tmp_path: Path) -> None:
    """Problems of the file itself are reported before anything is built."""
    with pytest.raises(ConfigErrors, match="HK001"):
        Host.from_file(tmp_path / "missing.yaml")
    with pytest.raises(ConfigErrors, match="HK021"):
        Host.from_config({"modules": [{"module": Words, "confg": {}}]})


def test_a_mapping_may_name_the_class_itself() -> None:
    """A host made in code needs no dotted paths."""
    host = make_host({"module": Words, "config": {"word": "casino"}}).build()
    assert type(host.modules[0].instance) is Words
    assert fire(host.hooks[Comments].check_comment("ann", "casino")) == Deny("banned", "ann")


def test_building_again_changes_nothing() -> None:
    """`build` gives the host itself, and builds once."""
    host = make_host({"module": Words})
    assert host.build() is host
    modules, hooks = host.modules, host.hooks
    assert host.build() is host
    assert (host.modules is modules, host.hooks is hooks) == (True, True)


@pytest.mark.parametrize(
    "name",
    [
        "categories",
        "chains",
        "hooks",
        "modules",
        "mounts",
        "plugin_manager",
        "receipts",
        "timings",
    ],
)
def test_nothing_is_there_before_the_build(name: str) -> None:
    """The error of a use that comes too early says what to call."""
    host = make_host()
    with pytest.raises(HostkitError, match=r"call host\.build\(\) first"):
        getattr(host, name)
    host.build()
    getattr(host, name)


def test_categories_that_cannot_live_together_are_refused() -> None:
    """The host's author gets the error when the host is made."""

    class Again(Category):
        name = "comments"

        @hookspec(Collect())
        async def other(self) -> int:
            """Called."""

    with pytest.raises(SpecError, match="HK307"):
        Host(categories=[Comments, Again])


def test_installed_categories_are_the_default(lonely_site: Site) -> None:
    """A host that names no categories has all that are installed, in the order of their names."""
    module = Comments.__module__
    lonely_site.install("cats", CATEGORIES, names=f"{module}:Names", comments=f"{module}:Comments")
    host = Host.from_config({"modules": [{"module": Words}]}).build()
    assert host.categories == (Comments, Names)


def test_the_file_may_name_categories() -> None:
    """They are loaded as modules are, and those that the host gives go before them."""
    mapping = {"hostkit": {"categories": [f"{Comments.__module__}.Names"]}}
    assert Host.from_config(mapping).build().categories == (Names,)
    assert Host.from_config(mapping, categories=[Comments]).build().categories == (Comments,)


def test_installed_categories_that_clash_are_reported(site: Site) -> None:
    """Two packages may install categories that cannot live in one host."""
    source = """
    from hostkit import Category, hookspec, rules

    class Comments(Category):
        @hookspec(rules.Notify())
        async def on_comment(self) -> None:
            '''Called.'''
    """
    site.write("clash_pkg.py", source)
    site.install("one", CATEGORIES, one="clash_pkg:Comments")
    site.install("two", CATEGORIES, two=f"{Comments.__module__}:Comments")
    with pytest.raises(SpecError, match="HK307"):
        Host().build()


def test_modules_get_the_hosts_own_api() -> None:
    """``api_class`` is what modules are given, with the register methods of the host."""

    class HostApi(ModuleApi):
        server_name = "example.org"

    names: list[str] = []

    class Curious:
        def __init__(self, config: Any, api: HostApi) -> None:
            assert isinstance(api, HostApi)
            assert hasattr(api, "register_comments_callbacks")
            names.append(api.server_name)

    mapping = {"modules": [{"module": Curious}]}
    Host.from_config(mapping, categories=[Comments], api_class=HostApi).build()
    assert names == ["example.org"]


def test_hooks_are_found_by_class_and_by_name() -> None:
    """Both ways lead to the same object, which is an instance of the category."""
    hooks = make_host({"module": Words}).build().hooks
    assert isinstance(hooks[Comments], Comments)
    assert hooks.comments is hooks[Comments]
    with pytest.raises(KeyError, match="no category Strangers; it has: comments, names"):
        hooks[Strangers]
    with pytest.raises(AttributeError, match="no category 'strangers'; it has: comments, names"):
        assert hooks.strangers


def test_a_hook_without_listeners_is_false() -> None:
    """The host can skip what it would do only for modules; calling it still works."""
    hooks = make_host({"module": Words}).build().hooks
    assert bool(hooks[Comments].check_comment) is True
    assert bool(hooks[Comments].on_comment_posted) is False
    assert bool(hooks[Names].list_titles) is False
    assert hooks[Names].list_titles("ann") == []


def test_a_module_that_is_not_enabled_is_never_loaded() -> None:
    """It need not even exist."""
    host = make_host({"module": "missing_pkg.Words", "enabled": False}).build()
    assert host.modules == ()


async def test_a_host_works_under_asyncio() -> None:
    """Without a clock of its own, a host uses the running loop."""

    async def find(user: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(None, user.upper)

    async with make_host({**Recorder(find_name=find).entry, "timeout": "1m"}) as host:
        assert await host.hooks[Names].find_name("ann") == "ANN"


def test_an_exclusive_hook_is_answered() -> None:
    """A module's config reaches its callback."""
    host = make_host({"module": Namer, "config": {"title": "Dr"}}).build()
    assert fire(host.hooks[Names].find_name(user="ann")) == "Dr ann"


def test_a_host_works_under_twisted(clock: Clock) -> None:
    """Without asyncio, a callback may wait for a Deferred."""
    waiting: Deferred[str] = Deferred()
    patient = Recorder(find_name=lambda user: waiting)

    async def run() -> str | None:
        async with make_host({**patient.entry, "timeout": "1m"}, clock=clock) as host:
            return await host.hooks[Names].find_name("ann")

    results: list[Any] = []
    Deferred.fromCoroutine(run()).addBoth(results.append)
    assert results == []
    waiting.callback("Ann")
    assert results == ["Ann"]
    assert clock.getDelayedCalls() == []


def test_a_module_that_starts_may_call_hooks() -> None:
    """All hooks can be called as soon as the host is built, so also while it starts."""
    answers: list[Any] = []

    class Early(Words):
        async def start(self) -> None:
            answers.append(await host.hooks[Comments].check_comment("ann", "casino"))

    host = make_host({"module": Early, "config": {"word": "casino"}}, clock=Clock())
    fire(host.start())
    fire(host.stop())
    assert answers == [Deny("banned", "ann")]
