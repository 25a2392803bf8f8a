"""`hostkit reload`, and how `hostkit serve` reloads."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import SETTINGS, Write, run
from tests.cli.servers import (
    LIMIT_SECONDS,
    connected,
    errors_of,
    holding,
    run_to_end,
    serving,
    stop,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_server_takes_over_what_has_changed(
    write_modules: Callable[..., str], tmp_path: Path, path: Path
) -> None:
    """By the name of its file or the number of its process, and says so; connections stay open."""
    with connected(write_modules("a", "b")) as (process, connection):
        for target, names, what, changes in (
            ("FILE", ["b", "c"], "1 new module, 1 kept, 1 gone", "  + c  - a\n"),
            (str(process.pid), ["d"], "1 new module, 0 kept, 2 gone", "  + d  - b  - c\n"),
            ("FILE", ["d x"], "1 new module, 0 kept, 1 gone", "  ~ d (config)\n"),
            ("FILE", ["d x"], "0 new modules, 1 kept, 0 gone", ""),
        ):
            file = write_modules(*names)
            result = run("reload", target.replace("FILE", file))
            assert (result.exit_code, result.stderr) == (0, "")
            assert result.output == f"reloaded {file}: {what}\n{changes}"
            expected = f"INFO hostkit.serve: reloaded {file}: {what}\n"
            assert wait_for(process, "reloaded").endswith(expected)
            connection.request("GET", "/_hostkit/hooks")
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (200, True)
        connection.close()
        assert "Traceback" not in stop(process)
    steps = "start a, start b, start c, stop a, start d, stop c, stop b, start d, stop d, stop d"
    assert (tmp_path / "notes").read_text().splitlines() == steps.split(", ")
    assert not path.exists()


def test_problems_are_in_the_log(
    write_modules: Callable[..., str], write: Write, tmp_path: Path
) -> None:
    """All of it, with file and line; the server goes on, and reloads once the file is right."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        file = write(
            "modules:\n  - module: missing.Missing\n  - module: tests.cli.modules.Broken\n"
            + SETTINGS
        )
        process.send_signal(signal.SIGHUP)
        line = wait_for(process, "ERROR")
        assert f"not reloaded, nothing was changed: {file}:2:13: HK101 " in line
        assert wait_for(process, "HK107").startswith(f"  {file}:3:5: HK107 ")
        file = write_modules("a", "b fails")
        process.send_signal(signal.SIGHUP)
        line = wait_for(process, "ERROR")
        assert line.endswith(
            f"module 'b' failed in start: RuntimeError: no database (its entry: {file}:3:5)\n"
        )
        write_modules("c")
        process.send_signal(signal.SIGHUP)
        wait_for(process, "reloaded")
        stop(process)
    assert (tmp_path / "notes").read_text() == "start a\nstop b\nstart c\nstop a\nstop c\n"


def test_a_reload_that_does_not_end_may_be_stopped(
    write_modules: Callable[..., str], tmp_path: Path
) -> None:
    """A signal stops the server while a new module hangs in its start."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        write_modules("a", "b", "c waits")
        process.send_signal(signal.SIGHUP)
        wait_for(process, "waiting")
        rest = stop(process)
    assert "Traceback" not in rest
    assert "not reloaded: the host was stopped while it was being reloaded" in rest
    assert (tmp_path / "notes").read_text() == "start a\nstart b\nstop c\nstop b\nstop a\n"


def test_a_server_needs_its_pid_file_for_itself(
    write_modules: Callable[..., str], tmp_path: Path, path: Path
) -> None:
    """If another process holds it, no module is started and no port opened."""
    file = write_modules("a")
    with holding(path):
        code, err = run_to_end(file)
        assert path.exists()
    assert code == 1
    assert err.startswith(
        f"{file}:5:13: HK406 {path} cannot be used as a pid file: another serving process"
    )
    assert err.endswith("\n1 problem found\n")
    assert not (tmp_path / "notes").exists()


def test_a_service_manager_is_notified(
    write_modules: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the server serves, reloads, serves again (whatever came of that), and stops."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(LIMIT_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with serving(write_modules("a")) as process:
            assert manager.recv(1000) == b"READY=1\nSTATUS=serving"
            for names in (["b"], ["c fails"]):
                file = write_modules(*names)
                process.send_signal(signal.SIGHUP)
                assert manager.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
                status = manager.recv(1000).decode()
                done = f"READY=1\nSTATUS={'reloaded' if names == ['b'] else 'not reloaded'}"
                assert status.startswith(done)
                assert file in status
            process.send_signal(signal.SIGTERM)
            assert manager.recv(1000) == b"STOPPING=1\nSTATUS=stopping"
            errors_of(process).read()
            assert process.wait() == 0
