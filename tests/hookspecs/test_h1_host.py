"""Characteristic behaviours 24 to 30: what a host does, also in the background."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from hookspecs import CATEGORIES, ThirdPartyRules
from hostkit import ConfigError, ConfigErrors, Host, ModuleApi, RegistrationError
from hostkit.codes import Code
from hostkit.errors import Problem
from hostkit.web import Router
from tests.cli.conftest import Write, run
from tests.web.conftest import ask
from tests.web.pages import Echo

LIMIT_SECONDS = 60


class Plain:
    """Keeps what it is given."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.config = config
        self.api = api


class Strict(Plain):
    """Wants numbers."""

    @staticmethod
    def parse_config(config: dict[str, Any]) -> list[int]:
        """Read the numbers."""
        for index, word in enumerate(config["words"]):
            try:
                int(word)
            except ValueError as error:
                raise ConfigError("not a number", path=("words", index)) from error
        return []


class Raising:
    """Cannot be built."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        raise RuntimeError("no database")


class Pages:
    """Serves a page at each path of its config."""

    def __init__(self, config: list[str], api: ModuleApi) -> None:
        for path in config:
            api.register_web_resource(path, Echo(api.name, leaf=False))


def host_of(*modules: dict[str, Any]) -> Host:
    """Make a host of modules."""
    return Host.from_config({"modules": modules}, categories=CATEGORIES)


def problem_of(*modules: dict[str, Any]) -> Problem:
    """Build a host that is wrong in one way, and give the problem."""
    with pytest.raises(ConfigErrors) as caught:
        host_of(*modules).build()
    (problem,) = caught.value.problems
    return problem


def test_h1_24_an_error_in_a_config_has_its_whole_path() -> None:
    """What the module says is relative to its ``config:``; the problem shows where that is."""
    modules: list[dict[str, Any]] = [{"module": Plain}] * 2
    with pytest.raises(ConfigErrors) as caught:
        host_of(*modules, {"module": Strict, "config": {"words": ["1", "b"]}}).build()
    (problem,) = caught.value.problems
    assert problem.path == ("modules", 2, "config", "words", 1)
    first, *rest = str(caught.value).splitlines()
    assert first.startswith("modules[2].config.words[1]: HK105 ")
    assert "  = caused by ValueError: invalid literal for int() with base 10: 'b'" in rest


FILE = f"""\
modules:
  - {{module: {__name__}.Plain}}
  - {{module: {__name__}.Plain}}
  - module: {__name__}.Strict
    config:
      words: ["1", b]
hostkit: {{categories: [hookspecs.ThirdPartyRules]}}
"""


@pytest.mark.parametrize("command", ["list", "serve"])
def test_h1_24_every_command_reports_the_same(command: str, write: Write) -> None:
    """Line and column are those of the value, and the causes are indented below them."""
    file = write(FILE)
    checked, result = run("validate", file), run(command, file)
    assert (checked.exit_code, result.exit_code) == (1, 1)
    assert checked.stderr == result.stderr
    first, *rest = result.stderr.splitlines()
    assert first.startswith(f"{file}:6:20: HK105 ")
    assert "  = caused by ValueError: invalid literal for int() with base 10: 'b'" in rest


@pytest.mark.parametrize("entry", [{}, {"config": None}, {"config": {}}])
def test_h1_25_no_config_is_an_empty_one(entry: dict[str, Any]) -> None:
    """A module need not ask whether it has got any."""
    (module,) = host_of({"module": Plain, **entry}).build().modules
    instance: Any = module.instance
    assert instance.config == {}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("hst_missing.Words", Code.NO_SUCH_PYTHON_MODULE),
        (f"{__name__}.Missing", Code.NO_SUCH_ATTRIBUTE),
        (f"{__name__}.host_of", Code.NOT_A_CLASS),
    ],
)
def test_h1_25_a_bad_path_to_a_module_is_reported_with_its_place(path: str, code: str) -> None:
    """It is a problem like all others, not an exception of Python's."""
    problem = problem_of({"module": Plain}, {"module": path})
    assert (code, ("modules", 1, "module")) == (problem.code, problem.path)
    assert path in problem.message or path.rpartition(".")[2] in problem.message


def test_h1_26_a_constructor_that_raises_ends_the_program(write: Write) -> None:
    """No port was opened: that this one is taken would be a problem, and none is reported."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
        file = write(
            f"modules: [{{module: {__name__}.Raising}}]\n"
            "hostkit:\n"
            "  categories: [hookspecs.ThirdPartyRules]\n"
            f'  listeners: [{{endpoint: "{endpoint}", serve: [modules]}}]\n'
        )
        ended = subprocess.run(
            [sys.executable, "-c", "from hostkit.cli import main; main()", "serve", file],
            capture_output=True,
            check=False,
            text=True,
            timeout=LIMIT_SECONDS,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{file}:1:")
    assert "HK107" in ended.stderr
    assert "RuntimeError: no database" in ended.stderr
    assert ended.stderr.endswith("\n1 problem found\n")
    assert Code.CANNOT_LISTEN not in ended.stderr


def router_of(host: Host) -> Router:
    """Serve what the modules of a host have registered."""
    return Router({path: mount.resource for path, (_, mount) in host.mounts.items()})


def test_h1_27_the_first_module_serves_a_path(caplog: pytest.LogCaptureFixture) -> None:
    """Two want the same one: the one listed first has it, and a warning names both."""
    modules = [{"module": Pages, "name": name, "config": ["/page"]} for name in ("one", "two")]
    host = host_of(*modules).build()
    assert ask(router_of(host), "GET", "/page").body == b"one: page | "
    (message,) = caplog.messages
    text = "modules 'one' and 'two' both want to serve /page; 'one' is listed first and serves it "
    assert message.startswith(text)


def test_h1_27_late_registration_is_an_error() -> None:
    """When the constructor has returned nothing can be added."""
    host = host_of({"module": Plain}).build()
    (module,) = host.modules
    instance: Any = module.instance
    with pytest.raises(RegistrationError) as caught:
        instance.api.register_web_resource("/page", Echo("late"))
    assert caught.value.code == Code.TOO_LATE
    assert host.mounts == {}


@pytest.mark.parametrize("path", ["/", "/a", "/a/b", "/a/x", "/a/b/x", "/x"])
def test_h1_27_an_unknown_path_answers_404_in_json(path: str) -> None:
    """So does what lies between the root and a resource, and what is unknown below that."""
    host = host_of({"module": Pages, "config": ["/a/b/c"]}).build()
    answer = ask(router_of(host), "GET", path)
    assert (answer.status, answer.json["errcode"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/json"


INTERVAL_MS = 1000
JOB_SECONDS = 2.5


def runs_of(clock: Clock, seconds: int, worker_name: str | None = None) -> list[float]:
    """Start a host with a loop whose second run raises; return when each run started and ended."""
    times: list[float] = []

    class Looping:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.looping_background_call(self.work, INTERVAL_MS)

        async def work(self) -> None:
            times.append(clock.seconds())
            await deferLater(clock, JOB_SECONDS)
            times.append(clock.seconds())
            if len(times) == 4:
                raise RuntimeError("in the second run")

    config = {"modules": [{"module": Looping, "name": "looping"}]}
    host = Host.from_config(
        config, categories=[ThirdPartyRules], clock=clock, worker_name=worker_name
    )
    Deferred.fromCoroutine(host.start())
    clock.pump([0.25] * 4 * seconds)
    stopping = Deferred.fromCoroutine(host.stop())
    assert stopping.called
    assert clock.calls == []
    return times


def test_h1_30_runs_never_overlap_and_no_failure_ends_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next run is at the next multiple of the interval after the end of the one before."""
    times = runs_of(Clock(), 12)
    assert times[::2] == [1, 4, 7, 10]
    assert times[1::2] == [3.5, 6.5, 9.5]
    assert caplog.messages == [
        "module 'looping': the background loop 'work' failed: RuntimeError: in the second run"
    ]
    assert str((caplog.records[0].exc_info or [0, 0])[1]) == "in the second run"


def test_h1_30_a_process_that_is_not_chosen_runs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """One warning says so."""
    assert runs_of(Clock(), 12, worker_name="w2") == []
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "module 'looping': the background loop 'work' does not run here, in worker 'w2', but in "
        "the process without a name"
    )
