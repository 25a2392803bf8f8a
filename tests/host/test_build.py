from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.web.resource import Resource

from hostkit.api import ModuleApi
from hostkit.errors import HostkitError
from hostkit.rules import ALLOW, Decision
from hostkit.specs import hookimpl

from .conftest import Comments, Failing, Namer, Words, make_host, problems_of


def _broken(text: str) -> type:
    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise ValueError(text)

    return Broken


class Pages:
    def __init__(self, config: list[str], api: ModuleApi) -> None:
        for path in config:
            api.register_web_resource(path, Resource())


def test_all_broken_modules_are_reported_in_one_run() -> None:
    """Each module that is wrong is a problem, and the right ones are none."""
    host = make_host(
        {"module": _broken("one")},
        {"module": Words},
        {"module": "missing_pkg.Words"},
        {"module": _broken("two"), "enabled": False},
        {"module": _broken("three")},
    )
    problems = problems_of(host)
    assert [problem.path[:2] for problem in problems] == [
        ("modules", 0),
        ("modules", 2),
        ("modules", 4),
    ]
    assert [problem.code for problem in problems] == ["HK107", "HK101", "HK107"]


def test_nothing_is_kept_of_a_build_that_failed() -> None:
    """The host is as it was, and trying again reports the same."""
    host = make_host({"module": Words}, {"module": _broken("no")})
    assert problems_of(host) == problems_of(host)
    with pytest.raises(HostkitError, match="not built yet"):
        assert host.modules


def test_two_modules_with_an_exclusive_hook_are_reported() -> None:
    """The problem stands at the later module and names both."""
    host = make_host(
        {"module": Namer, "name": "first"},
        {"module": Words},
        {"module": Namer, "name": "second"},
        {"module": _broken("no")},
    )
    conflict, other = problems_of(host)
    assert (conflict.code, conflict.path) == ("HK208", ("modules", 2))
    assert conflict.message == (
        "modules 'first' and 'second' both register for names.find_name, "
        "which can have only one callback"
    )
    assert conflict.hint == "remove one of them, or set `enabled: false` or `mode: shadow`"
    assert other.code == "HK107"


def test_a_module_cannot_register_twice_for_an_exclusive_hook() -> None:
    """The second callback would never be called."""

    class Twice(Namer):
        def __init__(self, config: Any, api: Any) -> None:
            super().__init__(config, api)
            super().__init__(config, api)

    (problem,) = problems_of(make_host({"module": Twice, "name": "twice"}))
    assert (problem.code, problem.message, problem.hint) == (
        "HK208",
        "module 'twice' registers 2 times for names.find_name, which can have only one callback",
        "let one callback do it all",
    )


@pytest.mark.parametrize("extra", [{"mode": "shadow"}, {"enabled": False}])
@pytest.mark.parametrize("first", [True, False])
def test_a_module_that_does_not_count_conflicts_with_nothing(
    extra: dict[str, Any], *, first: bool
) -> None:
    """A shadow module may try an exclusive hook beside the one that answers."""
    entries: list[dict[str, Any]] = [{"module": Namer, "name": "a"}, {"module": Namer, "name": "b"}]
    entries[0 if first else 1] |= extra
    host = make_host(*entries).build()
    assert "names.find_name" in host.chains


def registering_line() -> str:
    """Find the file and line where `Pages` registers."""
    lines, first = inspect.getsourcelines(Pages)
    offset = next(at for at, line in enumerate(lines) if "register_web_resource" in line)
    return f"{inspect.getsourcefile(Pages)}:{first + offset}"


def test_the_module_listed_first_serves_a_path(caplog: pytest.LogCaptureFixture) -> None:
    """A warning names both modules, and their other paths are served."""
    host = make_host(
        {"module": Pages, "name": "first", "config": ["/shared", "/own"]},
        {"module": Pages, "name": "second", "config": ["/other", "/shared"]},
    ).build()
    assert {path: module.name for path, (module, _) in host.mounts.items()} == {
        "/shared": "first",
        "/own": "first",
        "/other": "second",
    }
    assert host.mounts["/shared"][1] is host.modules[0].mounts[0]
    call = registering_line()
    assert caplog.messages == [
        (
            "modules 'first' and 'second' both want to serve /shared; "
            f"'first' is listed first and serves it (registered at {call} and {call})"
        )
    ]


def test_a_module_may_want_a_path_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Then its first resource is served, and the warning does not speak of two modules."""
    host = make_host({"module": Pages, "name": "pages", "config": ["/a", "/a"]}).build()
    assert host.mounts["/a"][1] is host.modules[0].mounts[0]
    call = registering_line()
    assert caplog.messages == [
        (
            "module 'pages' wants to serve /a twice; what it registered first is served "
            f"(registered at {call} and {call})"
        )
    ]


def test_modules_of_one_class_have_different_names() -> None:
    """A module that is listed twice without a name gets a number."""
    host = make_host({"module": Failing}, {"module": Failing}, {"module": Failing, "name": "x"})
    name = f"{Failing.__module__}.Failing"
    assert [module.name for module in host.build().modules] == [name, f"{name}#2", "x"]


def test_pluggy_knows_the_modules_and_their_hooks() -> None:
    """The plugin manager has every spec, and every module that registered, by its name."""
    manager = make_host({"module": Words, "name": "words"}).build().plugin_manager
    assert [name for name, _ in manager.list_name_plugin()] == ["words"]
    assert [impl.plugin_name for impl in manager.hook.check_comment.get_hookimpls()] == ["words"]
    assert manager.hook.find_name.get_hookimpls() == []


class Scripted:
    """Registers what its config says, in that order and manner."""

    def __init__(self, config: list[tuple[str, str]], api: ModuleApi) -> None:
        for hook, manner in config:
            if manner == "generic":
                api.register(Comments, **{hook: getattr(self, hook)})
            elif manner == "method":
                api.register_comments_callbacks(**{hook: getattr(self, hook)})
            else:
                api.register_hookimpls(_Marked())

    async def check_comment(self, author: str, text: str) -> Decision:
        return ALLOW

    async def on_comment_posted(self, comment_id: int) -> None:
        return None


class _Marked:
    @hookimpl
    async def check_comment(self, author: str) -> Decision:
        return ALLOW

    @hookimpl
    async def on_comment_posted(self) -> None:
        return None


_SCRIPTS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["check_comment", "on_comment_posted"]),
            st.sampled_from(["generic", "method", "marked"]),
        ),
        max_size=4,
    ),
    max_size=5,
)


@settings(deadline=None)  # compiling chains takes as long as the machine is busy
@given(_SCRIPTS)
def test_chains_are_in_config_order(scripts: list[list[tuple[str, str]]]) -> None:
    """However and in whatever order modules register, the file's order is the chain's."""
    host = make_host(
        *({"module": Scripted, "name": str(n), "config": s} for n, s in enumerate(scripts))
    ).build()
    for hook in ("check_comment", "on_comment_posted"):
        expected = [
            str(number)
            for number, script in enumerate(scripts)
            for registered, manner in script
            if registered == hook or manner == "marked"
        ]
        callbacks = host.chains[f"comments.{hook}"].callbacks
        assert [callback.module for callback in callbacks] == expected
