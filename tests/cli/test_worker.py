"""The name of a process, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.python.usage import UsageError

from hostkit.cli import _serve
from hostkit.cli._serve import Options
from tests.cli.conftest import HEAD, Write, run

if TYPE_CHECKING:
    from hostkit.host import Host

FILE = f"{HEAD}modules: [{{module: tests.cli.modules.Noted, config: {{notes: x}}}}]"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Host]:
    """Note what would be served."""
    hosts: list[Host] = []

    def fake_run(host: Host) -> int:
        hosts.append(host)
        return 0

    monkeypatch.setattr(_serve, "run", fake_run)
    return hosts


def name_of(host: Any) -> str | None:
    name: str | None = host.modules[0].instance.api.worker_name
    return name


@pytest.mark.parametrize(("options", "name"), [([], None), (["--worker", "w1"], "w1")])
def test_serve_takes_a_name(
    options: list[str], name: str | None, served: list[Host], write: Write
) -> None:
    """Modules can ask for it."""
    assert run("serve", *options, write(FILE)).exit_code == 0
    (host,) = served
    assert name_of(host) == name


@pytest.mark.parametrize("name", ["", "a\nb"])
def test_a_name_is_on_one_line(name: str, served: list[Host], write: Write) -> None:
    """Otherwise the command line is wrong."""
    result = run("serve", "--worker", name, write(FILE))
    assert (result.exit_code, served) == (2, [])
    assert f"Invalid value for '--worker': a worker cannot have the name {name!r}" in result.stderr
    options = Options()  # type: ignore[no-untyped-call]
    with pytest.raises(UsageError, match="a worker cannot have the name"):
        options.parseOptions(["--worker", name, "x.yaml"])  # type: ignore[no-untyped-call]


def test_other_commands_need_no_name(write: Write) -> None:
    """A file that names a worker is as good as another, and nothing is told about loops."""
    file = write(FILE.replace("hostkit: {", "hostkit: {background_tasks_on: w1, "))
    result = run("validate", file)
    assert (result.exit_code, result.stderr) == (0, "")
