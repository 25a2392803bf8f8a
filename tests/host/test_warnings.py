"""What is logged as a warning while a host is built is also data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit import Category, ConfigErrors, Decision, Host, hookspec, rules
from hostkit.codes import Code
from hostkit.host import build_from_file

if TYPE_CHECKING:
    from pathlib import Path


class Doors(Category):
    """Callbacks about doors."""

    @hookspec(rules.FirstDenial(), deprecated="use a window")
    async def check_door(self, name: str) -> Decision:
        """Called for each door."""


class Guard:
    """Uses a hook that it should not use any more."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register(Doors, check_door=self.check)
        api.register_web_resource("/door", Resource())
        if config.get("fails"):
            raise RuntimeError("no key")

    async def check(self, name: str) -> None: ...


DEPRECATED = "the hook doors.check_door is deprecated: use a window"
ENTRY = "{module: tests.host.test_warnings.Guard, name: %s}"


def write(tmp_path: Path, *entries: str) -> Path:
    """Write a config file with a module on each line, from the second."""
    lines = "".join(f"- {entry}\n" for entry in entries)
    path = tmp_path / "host.yaml"
    path.write_text(f"modules:\n{lines}hostkit: {{categories: [tests.host.test_warnings.Doors]}}")
    return path


def seen(host: Host) -> list[tuple[int, str]]:
    """Return the warnings of a host, with their lines."""
    assert {problem.severity for problem in host.warnings} <= {"warning"}
    return [(each.place.line if each.place else 0, each.message) for each in host.warnings]


def test_warnings_are_placed_at_the_entries_of_their_modules(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """All that was logged is there, in the order of the file."""
    host = Host.from_file(write(tmp_path, ENTRY % "a", ENTRY % "b")).build()
    both = "modules 'a' and 'b' both want to serve /door; 'a' is listed first and serves it"
    assert [(line, text.partition(" (")[0]) for line, text in seen(host)] == [
        (2, DEPRECATED),
        (3, DEPRECATED),
        (3, both),
    ]
    logged = [record.getMessage() for record in caplog.records]
    assert sorted(logged) == sorted(text for _, text in seen(host))


def test_optional_modules_that_are_missing_are_warnings(tmp_path: Path) -> None:
    """With the code and the place that they would have as problems."""
    host = Host.from_file(write(tmp_path, "{module: nowhere.X, optional: true}")).build()
    (problem,) = host.warnings
    assert (problem.code, problem.severity) == (Code.NO_SUCH_PYTHON_MODULE, "warning")
    head = f"{tmp_path}/host.yaml:2:12: warning: HK101 module 'nowhere.X' cannot be loaded: "
    assert problem.render().startswith(head)


async def test_warnings_stay_with_modules_that_are_kept(tmp_path: Path) -> None:
    """After a reload they are those of the new file, also of what was not built again."""
    path = write(tmp_path, ENTRY % "a")
    async with Host.from_file(path) as host:
        before = seen(host)
        write(tmp_path, "{module: nowhere.X, optional: true}", ENTRY % "a")
        reloaded = await host.reload()
        assert (reloaded.kept, before) == (("a",), [(2, DEPRECATED)])
        assert [(line, text[:16]) for line, text in seen(host)] == [
            (2, "module 'nowhere."),
            (3, DEPRECATED[:16]),
        ]


def test_warnings_of_a_host_that_cannot_be_built_are_with_its_problems(tmp_path: Path) -> None:
    """Also those of the module that fails; what was found is not lost."""
    entry = "{module: tests.host.test_warnings.Guard, name: b, config: {fails: yes}}"
    path = write(tmp_path, ENTRY % "a", entry.replace("yes", "true"))
    with pytest.raises(ConfigErrors) as raised:
        build_from_file(path)
    assert [problem.code for problem in raised.value.problems] == [Code.INIT_RAISED]
    assert [problem.message for problem in raised.value.warnings] == [DEPRECATED, DEPRECATED]


def test_a_file_with_nothing_in_it_is_a_warning(tmp_path: Path) -> None:
    """It is the first thing to know of a host that does nothing."""
    path = tmp_path / "other.yaml"
    path.write_text("server_name: example.com")
    (problem,) = build_from_file(path, categories=[]).warnings
    assert problem.message.startswith(f"{path} has neither `modules:` nor `hostkit:`")
    assert problem.render().startswith(f"{path}:1:1: warning: {path} has neither")


def test_broken_packages_are_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not the file's, so that they have no place."""
    monkeypatch.syspath_prepend(str(tmp_path))
    tmp_path.joinpath("~ords-1.dist-info").mkdir()
    (problem,) = (
        each for each in Host.from_config({}).build().warnings if str(tmp_path) in each.message
    )
    assert problem.place is None
    assert problem.render().startswith("warning: a broken package is installed: ")
