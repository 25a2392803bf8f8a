"""`hostkit serve --workers`: one host in several processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.cli.conftest import run
from tests.cli.fleets import MODULE, fleet_running
from tests.cli.servers import errors_of, wait_for


def test_workers_serve_one_port(tmp_path: Path) -> None:
    """Each with its name in every line of the one log; a signal ends all of them."""
    with fleet_running(tmp_path) as fleet:
        numbers = fleet.numbers()
        assert len(numbers) == 2
        assert {fleet.get()[1] for _ in range(60)} == {*numbers}
        status = fleet.status()
        assert (status["state"], status["generation"]) == ("running", 1)
        assert [each["worker"] for each in status["workers"]] == ["w1", "w2"]
        assert "2 workers" in run("status", fleet.file).output
        os.kill(fleet.numbers()[0], signal.SIGHUP)  # as of `pkill -HUP hostkit`
        fleet.process.terminate()
        log = errors_of(fleet.process).read()
        assert fleet.process.wait() == 0
    assert "[supervisor] " in log
    assert "[w1] " in log
    assert all(line.startswith("[") for line in log.splitlines())
    assert not (tmp_path / "host.pid").exists()


def test_a_killed_process_is_replaced(tmp_path: Path) -> None:
    """The others serve meanwhile, also those who come to its socket."""
    with fleet_running(tmp_path) as fleet:
        before = fleet.numbers()
        fleet.kill(before[0])
        assert {fleet.get()[1] for _ in range(40)} <= {*before[1:]}
        assert "worker w1" in wait_for(fleet.process, "killed by SIGKILL")
        fleet.wait_until_ready()
        after = fleet.numbers()
        assert before[1] in after
        assert before[0] not in after
        assert [each["ends"] for each in fleet.status()["workers"]] == [1, 0]


def test_a_reload_reaches_all_workers_or_none(tmp_path: Path) -> None:
    """A process that begins later gets what serves, and not what was refused."""
    with fleet_running(tmp_path) as fleet:
        fleet.configure("hallo")
        result = run("reload", fleet.file)
        assert (result.exit_code, "1 new module" in result.output) == (0, True)
        assert fleet.answers() == {"hallo"}
        fleet.configure("wrong")
        result = run("reload", fleet.file)
        assert (result.exit_code, "a wrong word" in result.stderr) == (1, True)
        assert fleet.answers() == {"hallo"}
        fleet.kill(fleet.numbers()[1])
        fleet.wait_until_ready()
        assert fleet.answers() == {"hallo"}
        status = fleet.status()
        assert status["file"]["differs_since"] is not None
        assert {p["generation"] for w in status["workers"] for p in w["processes"]} == {2}
        assert "differs" in run("status", fleet.file).output


def test_a_restart_runs_other_code(tmp_path: Path) -> None:
    """If it can be started; otherwise the old processes go on, and the last lines say why."""
    with fleet_running(tmp_path) as fleet:
        before = fleet.numbers()
        fleet.change_code("raise RuntimeError('broken code')")
        result = run("restart", fleet.file)
        assert result.exit_code == 1
        assert "worker w1 was not restarted, its old process goes on" in result.stderr
        assert "broken code" in result.stderr
        assert fleet.numbers() == before
        fleet.change_code(MODULE.replace("{self.word} ", "{self.word} again "))
        result = run("restart", fleet.file)
        assert (result.exit_code, result.stdout) == (0, "restarted w1, w2\n")
        assert fleet.answers() == {"hello again"}
        assert not {*fleet.numbers()} & {*before}


def test_modules_are_switched_in_all_workers(tmp_path: Path) -> None:
    """And shown as those of one server."""
    with fleet_running(tmp_path) as fleet:
        assert run("disable", "greeter", fleet.file).exit_code == 0
        assert "disabled" in run("modules", fleet.file).output
        fleet.kill(fleet.numbers()[0])
        fleet.wait_until_ready()
        assert fleet.status()["switched"][0]["command"] == "disable"
        assert run("reload", fleet.file, "--dry-run").exit_code == 0
        assert run("receipts", fleet.file).exit_code == 0
        assert "there is no module" in run("enable", "words", fleet.file).stderr
        assert run("enable", "greeter", fleet.file).exit_code == 0
        assert fleet.answers() == {"hello"}


def test_workers_invalidate_for_each_other(tmp_path: Path) -> None:
    """Without a Redis server."""
    with fleet_running(tmp_path) as fleet:
        numbers: dict[int, int] = {}

        def ask() -> None:
            found = fleet.get_json("/number")
            numbers[found["process"]] = found["number"]

        while len(numbers) < 2:
            ask()
        assert set(numbers.values()) == {1}
        fleet.get_json("/drop")
        while set(numbers.values()) != {2}:
            ask()
        messages = fleet.status()["messages"]
        assert (messages["sent"], messages["accepted"], messages["gaps"]) == (1, 1, 0)


def test_a_worker_is_stopped_and_started(tmp_path: Path) -> None:
    """The others serve in its place."""
    with fleet_running(tmp_path) as fleet:
        first, second = fleet.numbers()
        assert run("workers", fleet.file, "--stop", "w1").exit_code == 0
        while fleet.numbers() != [second]:
            pass
        assert {fleet.get()[1] for _ in range(20)} == {second}
        lines = run("workers", fleet.file).output.splitlines()
        assert [line.split() for line in lines] == [
            ["w1", "stopped", "-"],
            ["w2", "ready", str(second)],
        ]
        assert run("workers", fleet.file, "--stop", "w2").exit_code == 1
        assert run("workers", fleet.file, "--start", "w1", "--stop", "w2").exit_code == 2
        assert run("workers", fleet.file, "--start", "w1").exit_code == 0
        fleet.wait_until_ready()
        assert first not in fleet.numbers()


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """None of them goes on alone."""
    with fleet_running(tmp_path) as fleet:
        numbers = fleet.numbers()
        fleet.process.kill()
        while any(Path(f"/proc/{number}/fd/3").exists() for number in numbers):
            pass


def test_what_is_wrong_is_said_once(tmp_path: Path) -> None:
    """By the first worker; the exit code is its own."""
    file = tmp_path / "host.yaml"
    file.write_text("modules: [{module: none.Such}]\nhostkit: {workers: 3}\n")
    from tests.cli.servers import run_to_end

    code, log = run_to_end(str(file))
    assert code == 1
    assert log.count("HK101") == 1
