"""No request is lost in a reload or a restart, and in a crash only those of that process."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from tests.cli import servers
from tests.cli.conftest import run
from tests.cli.fleets import MODULE, FleetRun, fleet_running
from tests.cli.load import Load, loaded

BROKEN = "raise ValueError('broken')"
AGAIN = MODULE.replace("{self.word} ", "{self.word} again ")


def keep_reading(fleet: FleetRun) -> None:
    """Have the log read, so that nothing waits for that."""
    threading.Thread(target=lambda: list(fleet.process.stderr or ()), daemon=True).start()


def nothing_lost(load: Load) -> bool:
    return not load.lost and not load.refused


@pytest.mark.parametrize(
    ("count", "slow"),
    [(2, 0.0), *(pytest.param(4, slow, marks=pytest.mark.hardening) for slow in (0.0, 2.5))],
)
def test_a_reload_loses_nothing(tmp_path: Path, count: int, slow: float) -> None:
    """All workers change within 50 ms, be it quick or slow; what is refused changes none."""
    with fleet_running(tmp_path, count) as fleet:
        keep_reading(fleet)
        with loaded(fleet.port) as load:
            fleet.configure("hallo", slow)
            assert run("reload", fleet.file).exit_code == 0
            load.go_on()
            fleet.configure("wrong", slow)
            assert run("reload", fleet.file).exit_code == 1
        assert nothing_lost(load)
        assert set(load.answers) == {"hello", "hallo"}
        assert load.mixed_seconds("hello", "hallo") < 0.05


@pytest.mark.parametrize(
    "slow", ["", pytest.param("import time; time.sleep(2.5)\n", marks=pytest.mark.hardening)]
)
def test_a_restart_loses_nothing(tmp_path: Path, slow: str) -> None:
    """Be it quick or slow; with broken code the old processes go on."""
    with fleet_running(tmp_path) as fleet:
        keep_reading(fleet)
        with loaded(fleet.port) as load:
            fleet.change_code(slow + AGAIN)
            assert run("restart", fleet.file).exit_code == 0
            load.go_on()
            fleet.change_code(slow + BROKEN)
            assert run("restart", fleet.file).exit_code == 1
        assert nothing_lost(load)
        assert fleet.answers() == {"hello again"}


def test_a_process_killed_between_prepare_and_commit(tmp_path: Path) -> None:
    """Leaves one generation; only requests in that process are lost."""
    with fleet_running(tmp_path) as fleet:
        keep_reading(fleet)
        victim = fleet.numbers()[1]
        with loaded(fleet.port) as load:
            fleet.configure("hallo", 1)

            def kill() -> None:
                load.go_on()
                fleet.kill(victim)

            killer = threading.Thread(target=kill)
            killer.start()
            result = run("reload", fleet.file)
            killer.join()
        assert "worker w2 has ended while the reload was prepared" in result.stderr
        assert set(load.answers) == {"hello"}
        assert set(load.lost) <= {0, victim}
        assert not load.refused
        fleet.wait_until_ready()
        assert fleet.answers() == {"hello"}


@pytest.mark.parametrize(
    ("count", "kills"), [(2, 3), pytest.param(4, 100, marks=pytest.mark.hardening)]
)
def test_killed_processes_lose_only_their_own_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, kills: int
) -> None:
    """The others answer all of theirs, and the server serves on."""
    monkeypatch.setattr(servers, "LIMIT_SECONDS", 3600)
    clients = 8
    chance = random.Random(14)
    with fleet_running(tmp_path, count) as fleet:
        keep_reading(fleet)
        with loaded(fleet.port, clients // 2, clients // 2) as load:
            killed = set()
            for _ in range(kills):
                victim = chance.choice(fleet.numbers())
                killed.add(victim)
                fleet.kill(victim)
                load.go_on(200)
                fleet.wait_until_ready()
        assert set(load.lost) <= {0, *killed}
        assert load.lost.total() <= kills * clients
        assert not load.refused
        ends = sum(worker["ends"] for worker in fleet.status()["workers"])
        assert ends == kills
