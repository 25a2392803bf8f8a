from __future__ import annotations

import errno
import fcntl
import os
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hostkit import ConfigErrors
from hostkit.cli import main
from hostkit.config import from_mapping, load
from hostkit.process.pid_file import PidFile, hold_pid_file, pid_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.files import Write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of a pid file."""
    return tmp_path / "server.pid"


def test_it_names_the_process_that_holds_it(path: Path) -> None:
    """For as long as the process holds it."""
    file = PidFile(path)
    assert file.find() is None
    with file.held():
        assert path.read_text() == f"{os.getpid()}\n"
        assert file.find() == os.getpid()
    assert file.find() is None
    assert not path.exists()


def test_a_number_without_a_lock_names_no_process(path: Path) -> None:
    """A process that was killed leaves its number, which may be another's by now."""
    path.write_text("1234567\n")
    assert PidFile(path).find() is None
    with PidFile(path).held():
        assert path.read_text() == f"{os.getpid()}\n"


def test_only_one_process_holds_it(path: Path) -> None:
    """The second one is refused, and the first keeps its lock."""
    with PidFile(path).held():
        with pytest.raises(BlockingIOError), PidFile(path).held():
            pass
        assert PidFile(path).find() == os.getpid()


def test_a_file_that_is_just_deleted_is_not_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a deleted file would not keep other processes out."""
    lock = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        path.unlink()  # by the process before, between our opening and locking
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(BlockingIOError), PidFile(path).held():
        pass
    assert not path.exists()


@pytest.mark.parametrize("text", ["modules: []\n", "12\n34\n", "7" * 30, "x"])
def test_other_files_are_kept(text: str, path: Path) -> None:
    """A mistake in the setting does not overwrite a file."""
    path.write_text(text)
    with pytest.raises(FileExistsError, match="not a pid file"), PidFile(path).held():
        pass
    assert path.read_text() == text


def test_a_named_pipe_is_kept(path: Path) -> None:
    """Only plain files can be pid files, as they are deleted in the end."""
    os.mkfifo(path)
    with pytest.raises(FileExistsError, match="not a pid file"), PidFile(path).held():
        pass
    assert path.exists()


def test_it_may_be_missing_in_the_end(path: Path) -> None:
    """It may have been deleted meanwhile, which is ignored."""
    with PidFile(path).held():
        path.unlink()
    assert not path.exists()


def test_without_a_pid_file_nothing_is_held() -> None:
    """The setting is optional."""
    file = from_mapping({})
    assert pid_path(file) is None
    with hold_pid_file(file):
        pass


def test_a_relative_name_starts_at_the_config_file(tmp_path: Path, write: Write) -> None:
    """The working directory of a command does not matter."""
    file = load(write("hostkit: {pid_file: run/server.pid}"))
    assert pid_path(file) == tmp_path / "run" / "server.pid"
    absolute = tmp_path / "a.pid"
    assert pid_path(load(write(f"hostkit: {{pid_file: {absolute}}}"))) == absolute


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("taken", "another serving process holds it"),
        ("folder", os.strerror(errno.EISDIR)),
        ("nowhere", os.strerror(errno.ENOENT)),
        ("other", "it exists already and is not a pid file"),
    ],
)
def test_what_cannot_be_held_is_a_problem_of_the_file(
    kind: str, why: str, path: Path, write: Write
) -> None:
    """The error says why, with the line of the setting (HK406)."""
    with ExitStack() as stack:
        if kind == "taken":
            stack.enter_context(PidFile(path).held())
        elif kind == "folder":
            path.mkdir()
        elif kind == "other":
            path.write_text("mine")
        else:
            path = path / "server.pid"
        name = write(f"hostkit:\n  pid_file: {path}\n")
        with pytest.raises(ConfigErrors) as caught, hold_pid_file(load(name)):
            pass
    assert str(caught.value).startswith(
        f"{name}:2:13: HK406 {path} cannot be used as a pid file: {why}\n"
    )


def test_errors_of_the_server_pass_through(path: Path, write: Write) -> None:
    """What the server itself raises passes through, and the file is deleted."""
    file = load(write(f"hostkit: {{pid_file: {path}}}"))
    with pytest.raises(BlockingIOError, match="inside"), hold_pid_file(file):
        raise BlockingIOError("inside")
    assert not path.exists()


def test_the_process_that_holds_it_is_named(path: Path, write: Write) -> None:
    """So that an operator knows which one to stop."""
    file = load(write(f"hostkit: {{pid_file: {path}}}"))
    with PidFile(path).held():
        with pytest.raises(ConfigErrors) as caught, hold_pid_file(file):
            pass
        (problem,) = caught.value.problems
        assert problem.details == (f"process {os.getpid()} holds it",)


def test_a_holder_that_has_just_left_is_not_named(
    path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may end between the attempt and the look at its number."""
    file = load(write(f"hostkit: {{pid_file: {path}}}"))
    monkeypatch.setattr(PidFile, "find", lambda _: None)
    with PidFile(path).held():
        with pytest.raises(ConfigErrors) as caught, hold_pid_file(file):
            pass
        assert caught.value.problems[0].details == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("new.pid", None),
        ("old.pid", None),
        ("empty", None),
        ("no/x.pid", "the folder {}/no does not exist"),
        ("mine", "it exists already and is not a pid file"),
        ("folder", "it exists already and is not a pid file"),
        ("circle", "it is a link"),
        ("locked/x.pid", "this user may not create files in {}/locked"),
    ],
)
def test_whether_it_can_be_written_is_known_before(
    name: str, why: str | None, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hostkit validate` says it with the line, and writes nothing (HK406)."""
    (tmp_path / "old.pid").write_text("12\n")
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "locked").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    monkeypatch.setattr(os, "access", lambda path, _: "locked" not in str(path))  # for root, too
    path = tmp_path / name
    file = write(f"hostkit:\n  pid_file: {path}\n")
    result = CliRunner().invoke(main, ["validate", file])
    if why is None:
        assert (result.exit_code, result.stderr) == (0, "")
    else:
        said = f"{file}:2:13: HK406 {path} cannot be used as a pid file: "
        assert result.stderr.startswith(said + why.format(tmp_path))
    assert not (tmp_path / "new.pid").exists()


@pytest.mark.parametrize("name", [".", "/", "a\\0b", ""])
def test_what_cannot_be_a_file_is_no_path(name: str, write: Write) -> None:
    """A mistake of the user's, found before any module is loaded."""
    file = write(f'hostkit:\n  pid_file: "{name}"\n')
    for command in ("validate", "serve", "reload"):
        result = CliRunner().invoke(main, [command, file])
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert result.stderr.startswith(f"{file}:2:13: HK027 ")
        assert "= expected: the path of a file" in result.stderr


@pytest.mark.parametrize("target", ["file", "nothing"])
def test_a_link_is_not_followed(target: str, path: Path) -> None:
    """In a shared folder it could lead to any file of this user."""
    (path.parent / "file").write_text("12\n")
    path.symlink_to(target)
    with pytest.raises(OSError, match="it is a link"), PidFile(path).held():
        pass
    assert PidFile(path).fault() == "it is a link"
    assert (path.parent / "file").read_text() == "12\n"
    assert not (path.parent / "nothing").exists()


def test_a_second_name_of_a_file_is_no_pid_file(path: Path) -> None:
    """A hard link leads to any file as well."""
    (path.parent / "file").write_text("12\n")
    path.hardlink_to(path.parent / "file")
    with pytest.raises(PermissionError, match="a second name"), PidFile(path).held():
        pass
    assert path.read_text() == "12\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_not_held(path: Path) -> None:
    """They could write another number into it."""
    path.touch()
    os.chown(path, 65534, 65534)
    with pytest.raises(PermissionError, match="another user"), PidFile(path).held():
        pass
    assert path.exists()


def test_the_file_of_another_process_is_not_deleted(path: Path) -> None:
    """As when this one's was deleted, and another server has begun."""
    with PidFile(path).held():
        path.unlink()
        path.write_text("12\n")
    assert path.read_text() == "12\n"


def test_a_child_neither_has_the_lock_nor_deletes_the_file(path: Path) -> None:
    """It may live longer than the server, and may end as the server would."""
    reading, writing = os.pipe()
    with PidFile(path).held():
        if (child := os.fork()) == 0:  # pragma: no cover
            os.write(writing, b"x" if PidFile(path).is_own() else b"-")
            signal.pause()  # until the end of the test
            os._exit(0)
        assert os.read(reading, 1) == b"-"
    try:
        # It would not be free if the child had it.
        with PidFile(path).held():
            assert path.read_text() == f"{os.getpid()}\n"
    finally:
        os.close(reading)
        os.close(writing)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_child_may_leave_as_the_server_would(path: Path) -> None:
    """The server's file and lock stay."""
    owner = os.getpid()
    with ExitStack() as stack:
        stack.enter_context(PidFile(path).held())
        if os.fork() == 0:  # pragma: no cover
            try:
                stack.close()
            finally:
                os._exit(0)
        os.wait()
        assert path.read_text() == f"{owner}\n"
        assert PidFile(path).find() == owner
