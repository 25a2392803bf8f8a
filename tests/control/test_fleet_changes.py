"""`fleet_commands`: all workers are changed together, or one is stopped."""

from __future__ import annotations

from pathlib import Path

from hostkit.config import HostFile, load
from hostkit.workers import Version
from tests.control.fleets import STATUS, Setup


def finish(setup: Setup) -> None:
    """Have all processes take over what is prepared."""
    number = setup.processes.all[0].did("prepare")[-1]["number"]
    for process in setup.processes.all:
        process.say("prepared", number=number)
    for process in setup.processes.all:
        process.say("reloaded", number=number, answer={"ok": True, "message": "reloaded"})
    setup.clock.advance(0)


def test_a_module_is_switched(tmp_path: Path) -> None:
    """In all workers; who has done it is in the status."""
    setup = Setup(tmp_path)
    answers = setup.do("disable", module="words")
    finish(setup)
    assert answers[0]["message"] == "module 'words' is disabled until the next reload"
    assert setup.do("disable", module="words") == [
        {"ok": True, "message": "module 'words' is disabled already"}
    ]
    answers = setup.do("status")
    setup.answer(STATUS, STATUS)
    made = {"module": "words", "command": "disable", "by": "ann"}
    assert answers[0]["switched"] == [made]
    (refused,) = setup.do("shadow", module="word")
    assert refused["message"] == "there is no module 'word': did you mean 'words'?"
    setup.fleet.version = Version(1, load_nothing(tmp_path))
    (refused,) = setup.do("shadow", module="word")
    assert refused["message"] == "there is no module 'word': there are: none"


def load_nothing(folder: Path) -> HostFile:
    """Read a file without modules."""
    path = folder / "none.yaml"
    path.write_text("modules: []")
    return load(path)


def test_a_switch_may_be_refused(tmp_path: Path) -> None:
    """As while something else is changed."""
    setup = Setup(tmp_path)
    setup.do("reload")
    (answer,) = setup.do("disable", module="words")
    assert not answer["ok"]


def test_a_server_is_reloaded_and_restarted(tmp_path: Path) -> None:
    """What happens meanwhile is reported."""
    setup = Setup(tmp_path, 1)
    answers = setup.do("reload")
    finish(setup)
    assert answers[0]["generation"] == 2
    answers = setup.do("restart")
    setup.processes.last.say("ready")
    setup.processes.all[0].end()
    assert answers[0]["message"] == "restarted w1"
    assert setup.reported[1:] == ["worker w1 restarted, process 101"]
    setup.fleet.version = None
    setup.supervisor.close()
    assert not setup.do("restart")[0]["ok"]


def test_a_worker_can_be_stopped(tmp_path: Path) -> None:
    """Until it is started again; the last one that serves cannot be."""
    setup = Setup(tmp_path)
    assert setup.do("hold", worker="w2")[0]["ok"]
    assert setup.processes.all[1].did("stop") == [{"do": "stop"}]
    (refused,) = setup.do("hold", worker="w1")
    assert refused["message"] == "no other worker than w1 serves: stop the server"
    setup.processes.all[1].end("ended with exit code 0")
    assert len(setup.processes.all) == 2
    assert setup.do("resume", worker="w2")[0]["message"] == "worker w2 starts"
    assert setup.processes.names == ["w1", "w2", "w2"]
    assert setup.do("resume", worker="w2")[0]["ok"]
    assert len(setup.processes.all) == 3


def test_a_worker_that_waits_can_be_stopped(tmp_path: Path) -> None:
    """No other process begins."""
    setup = Setup(tmp_path)
    setup.processes.all[1].end()
    assert setup.do("hold", worker="w2")[0]["ok"]
    setup.clock.advance(10)
    assert len(setup.processes.all) == 2


def test_only_a_worker_can_be_stopped(tmp_path: Path) -> None:
    """And not while something else is changed."""
    setup = Setup(tmp_path)
    (refused,) = setup.do("hold", worker="w3")
    assert refused["message"].startswith("there is no worker 'w3': ")
    (refused,) = setup.do("hold", worker="other")
    assert refused["message"] == "there is no worker 'other': there are: w1, w2"
    setup.do("reload")
    assert not setup.do("hold", worker="w2")[0]["ok"]
