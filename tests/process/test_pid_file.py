"""`PidFile`: the number of a serving process, and the lock that makes it count."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from hostkit import ConfigErrors
from hostkit.config import from_mapping, load
from hostkit.process.pid_file import PidFile, hold_pid_file, pid_path
from tests.cli.conftest import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hostkit.config import HostFile
    from tests.files import Write

OWN = f"{os.getpid()}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of a pid file."""
    return tmp_path / "server.pid"


@pytest.fixture
def file(path: Path, write: Write) -> HostFile:
    """Give a config file that names it."""
    return load(write(f"hostkit:\n  pid_file: {path}\n"))


def test_it_names_the_process_that_holds_it(path: Path) -> None:
    """For as long as the process holds it."""
    file = PidFile(path)
    assert file.find() is None
    with file.held():
        assert path.read_text() == OWN
        assert file.find() == os.getpid()
    assert file.find() is None
    assert not path.exists()


def test_a_number_without_a_lock_names_no_process(path: Path) -> None:
    """A process that was killed leaves its number, which may be another's by now."""
    path.write_text("1234567\n")
    assert PidFile(path).find() is None
    with PidFile(path).held():
        assert path.read_text() == OWN


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


def link_to(name: str) -> Callable[[Path], object]:
    """Make what makes a pid file a link."""
    return lambda path: path.symlink_to(name)


def link_hard(path: Path) -> None:
    path.hardlink_to(path.parent / "file")


def give_away(path: Path) -> None:
    path.write_text("12\n")
    os.chown(path, 65534, 65534)


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        *(
            pytest.param(lambda path, text=text: path.write_text(text), "not a pid file", id=name)
            for name, text in {
                "config": "modules: []\n",
                "lines": "12\n34\n",
                "long": "7" * 30,
                "word": "x",
            }.items()
        ),
        pytest.param(os.mkfifo, "not a pid file", id="pipe"),
        pytest.param(link_to("file"), "it is a link", id="link"),
        pytest.param(link_to("nothing"), "it is a link", id="link to nothing"),
        pytest.param(link_hard, "a second name", id="hard link"),
        pytest.param(give_away, "another user", id="another user's", marks=only_root),
    ],
)
def test_what_another_may_have_put_there_is_kept(
    make: Callable[[Path], object], error: str, path: Path
) -> None:
    """A mistake in the setting costs no file, and a link in a shared folder leads to none."""
    (path.parent / "file").write_text("12\n")
    make(path)
    before = path.lstat()
    with pytest.raises(OSError, match=error), PidFile(path).held():
        pass
    assert error in str(PidFile(path).fault())
    assert (path.lstat().st_ino, path.lstat().st_size) == (before.st_ino, before.st_size)
    assert (path.parent / "file").read_text() == "12\n"
    assert not (path.parent / "nothing").exists()


@pytest.mark.parametrize("text", ["", "12\n"])
def test_it_may_be_gone_or_anothers_in_the_end(text: str, path: Path) -> None:
    """It may have been deleted meanwhile, and another server may have begun."""
    with PidFile(path).held():
        path.unlink()
        if text:
            path.write_text(text)
    assert (path.read_text() if path.exists() else "") == text


def test_without_a_pid_file_nothing_is_held() -> None:
    """The setting is optional."""
    file = from_mapping({})
    assert pid_path(file) is None
    with hold_pid_file(file):
        pass


def test_a_relative_name_starts_at_the_config_file(tmp_path: Path, write: Write) -> None:
    """The working directory of a command does not matter."""
    for name in ("run/server.pid", str(tmp_path / "run" / "server.pid")):
        file = load(write(f"hostkit: {{pid_file: {name}}}"))
        assert pid_path(file) == tmp_path / "run" / "server.pid"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.mkdir(), os.strerror(errno.EISDIR)),
        (lambda path: path.parent.rename(f"{path.parent}-moved"), os.strerror(errno.ENOENT)),
        (lambda path: path.write_text("mine"), "it exists already and is not a pid file"),
    ],
    ids=["folder", "nowhere", "other"],
)
def test_what_cannot_be_held_is_a_problem_of_the_file(
    make: Callable[[Path], object], why: str, path: Path, file: HostFile
) -> None:
    """The error says why, with the line of the setting (HK406)."""
    make(path)
    with pytest.raises(ConfigErrors) as caught, hold_pid_file(file):
        pass
    said = f"{file.name}:2:13: HK406 {path} cannot be used as a pid file: {why}\n"
    assert str(caught.value).startswith(said)


def test_errors_of_the_server_pass_through(path: Path, file: HostFile) -> None:
    """What the server itself raises passes through, and the file is deleted."""
    with pytest.raises(BlockingIOError, match="inside"), hold_pid_file(file):
        raise BlockingIOError("inside")
    assert not path.exists()


@pytest.mark.parametrize("has_left", [False, True])
def test_the_process_that_holds_it_is_named(
    path: Path, file: HostFile, monkeypatch: pytest.MonkeyPatch, *, has_left: bool
) -> None:
    """So that an operator knows which one to stop; it may end before its number is read."""
    if has_left:
        monkeypatch.setattr(PidFile, "find", lambda _: None)
    with PidFile(path).held():
        with pytest.raises(ConfigErrors) as caught, hold_pid_file(file):
            pass
        (problem,) = caught.value.problems
    assert problem.message.endswith("as a pid file: another serving process holds it")
    assert problem.details == (() if has_left else (f"process {os.getpid()} holds it",))


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
    """`hostkit validate` says it with the line, and writes nothing (HK406, HK409)."""
    for each, text in {"old.pid": "12\n", "mine": "mine", "empty": ""}.items():
        (tmp_path / each).write_text(text)
    (tmp_path / "folder").mkdir()
    (tmp_path / "locked").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    monkeypatch.setattr(os, "access", lambda path, _: "locked" not in str(path))  # for root, too
    path = tmp_path / name
    file = write(f"hostkit:\n  pid_file: {path}\n")
    result = run("validate", file)
    if why is None:
        assert (result.exit_code, result.stderr) == (0, "")
    else:
        code = "HK409" if "/" in name else "HK406"
        said = f"{file}:2:13: {code} {path} cannot be used as a pid file: "
        assert result.stderr.startswith(said + why.format(tmp_path))
    assert not (tmp_path / "new.pid").exists()


@pytest.mark.parametrize("name", [".", "/", "a\\0b", ""])
@pytest.mark.parametrize("command", ["validate", "serve", "reload"])
def test_what_cannot_be_a_file_is_no_path(command: str, name: str, write: Write) -> None:
    """A mistake of the user's, found before any module is loaded."""
    file = write(f'hostkit:\n  pid_file: "{name}"\n')
    result = run(command, file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}:2:13: HK027 ")
    assert "= expected: the path of a file" in result.stderr


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
            assert path.read_text() == OWN
    finally:
        os.close(reading)
        os.close(writing)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_child_may_leave_as_the_server_would(path: Path) -> None:
    """The server's file and lock stay."""
    with ExitStack() as stack:
        stack.enter_context(PidFile(path).held())
        if os.fork() == 0:  # pragma: no cover
            try:
                stack.close()
            finally:
                os._exit(0)
        os.wait()
        assert path.read_text() == OWN
        assert PidFile(path).find() == os.getpid()
