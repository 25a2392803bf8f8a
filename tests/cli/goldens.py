"""What commands print, kept in files that people have reviewed.

``python -m tests.cli.goldens`` writes them anew, after a change of what commands print; read the
difference before it is committed. The commands stand in ``tests/cli/golden_cases.py``.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
import termios
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

# What commands import when they run must be there before nothing else can be found.
import twisted.internet.reactor  # noqa: F401 -- they find it installed, too
from click.testing import CliRunner

import hostkit.cli._serve
import hostkit.host  # noqa: F401
from hostkit.cli import main
from tests.cli.golden_cases import APART, CASES, LIVE, TERMINALS
from tests.cli.servers import errors_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).parent / "golden"
_ROOT: Final = Path(__file__).parents[2]
_COLUMNS: Final = "80"
_LISTENERS: Final = ("URL", "ADMIN")
_PROGRAM: Final = (
    sys.executable,
    "-c",
    "import sys; from hostkit.cli import command; sys.argv[0] = 'hostkit'; command()",
)
_PYTHON: Final = sysconfig.get_path("stdlib")

VOLATILE: Final = (
    (r"(hostkit-drill-)[0-9a-f]{16}\b", r"\1RANDOM"),
    (r"\x1b", r"\\e"),
    (r'(File "/hostkit/[^"]*", line )\d+', r"\1N"),
    (r"\r\n", "\n"),
    (r"\b[0-9a-f]{6}-(\d+)\b(?!\])", r"RECEIPT-\1"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\(\d+\.\d ms\)", "(N ms)"),
    (r"\b\d+\.\d{3} ms( {2,})?", lambda found: "N ms" + ("  " if found[1] else "")),
    (r"(MEAN) +", r"\1  "),
    (r'("(?:mean_|uptime_)?seconds": )[0-9.e-]+', r"\1SECONDS"),
    (r"(running for )(\d+[ms] ?)+(?=,)", r"\1DURATION"),
    (r"(\bprocess |\"pid\": )\d{2,}\b", r"\1PID"),
    (r"(127\.0\.0\.1:)\d{4,5}\b(?<!:8080)", r"\1PORT"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"(sha256 )[0-9a-f]{16}\b", r"\1SHA256"),
    (r"\w+ \(uid \d+, ", "USER (uid UID, "),
    (r"(hostkit[\", :a-z]* )\d+\.\d+\.\d+[\w.+-]*", r"\1VERSION"),
    (r"(Python |\"python\": \")3\.\d+\.\w+", r"\1VERSION"),
)
"""What differs from run to run, as patterns, and what stands for it."""


@contextmanager
def scene() -> Iterator[Path]:
    """Work in a folder with the files, where Python finds their modules and nothing else."""
    before = set(sys.modules)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        shutil.copytree(FOLDER / "files", folder, dirs_exist_ok=True)
        own = [each for each in sys.path if each.startswith(_PYTHON) and "site-" not in each]
        path = [str(folder), str(folder / "installed"), *own]
        with chdir(folder), mock.patch.object(sys, "path", path):
            yield folder
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(made):
            del sys.modules[name]


def output_of(case: str) -> str:
    """Run the command of a case, and return all that it prints, with its exit code."""
    with scene() as folder:
        if case in TERMINALS:
            return steady(_in_terminal(*TERMINALS[case]), folder)
        return steady(_in_process(CASES[case]) if case in CASES else _apart(APART[case]), folder)


def live_outputs() -> dict[str, str]:
    """Run all commands that ask a server, and the server; return what each prints."""
    outputs = {}
    with scene() as folder, serving("live.yaml") as process:
        lines: list[str] = []
        urls: list[str] = []
        for line in errors_of(process):
            lines.append(line)
            urls += re.findall(r"listening on (http://\S+?)/ ", line)
            if len(urls) == len(_LISTENERS):
                break
        assert len(urls) == len(_LISTENERS), lines
        names = dict(zip(_LISTENERS, urls, strict=True))
        for case, command in LIVE.items():
            line, _, new = command.partition(" < ")
            if new:
                shutil.copy(new, "live.yaml")
            for name, value in names.items():
                line = line.replace(name, value)
            printed = _in_process(line)
            if receipt := re.search(r"receipt ([0-9a-f]{6}-\d+)\n", printed):
                names["RECEIPT"] = receipt[1]
            outputs[case] = steady(printed, folder)
        process.terminate()
        lines += errors_of(process)
        code = process.wait()
        shown = f"$ hostkit serve live.yaml\n--- standard error\n{''.join(lines)}"
        outputs["serve"] = steady(f"{shown}--- exit code {code}\n", folder)
    return outputs


def steady(printed: str, folder: Path) -> str:
    """Put placeholders where an output is different in each run, or on each machine."""
    for here, name in ((folder, "/here"), (_ROOT, "/hostkit")):
        printed = printed.replace(str(here), name)
    for pattern, placeholder in VOLATILE:
        printed = re.sub(pattern, placeholder, printed)
    return printed


def _in_process(command: str) -> str:
    line, _, count = command.partition(" | head -n ")
    line, _, file = line.partition(" < ")
    words = shlex.split(line)
    environment = {"COLUMNS": _COLUMNS, "PATH": os.defpath}
    while re.match(r"[A-Z_]+=", words[0]):
        name, _, environment[name] = words.pop(0).partition("=")
    result = CliRunner(env=environment).invoke(
        main,
        words,
        input=Path(file).read_text("utf-8") if file else None,
        prog_name="hostkit",
        catch_exceptions=False,
        color="--color" in line,
    )
    out = "".join(result.stdout.splitlines(keepends=True)[: int(count) if count else None])
    return _printed(command, out, result.stderr, result.exit_code)


def _apart(command: str) -> str:
    ran = subprocess.run(
        [*_PROGRAM, *shlex.split(command)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": _COLUMNS},
    )
    return _printed(command, ran.stdout, ran.stderr, ran.returncode)


def _in_terminal(columns: int, command: str) -> str:
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    line = [*_PROGRAM, *shlex.split(command)]
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), terminal)
    with subprocess.Popen(line, **streams, env={**os.environ, "TERM": "dumb"}) as process:
        os.close(terminal)
        pieces = []
        while piece := _read(reader):
            pieces.append(piece)
    os.close(reader)
    head = f"$ hostkit {command}  # {columns} columns\n"
    return f"{head}{b''.join(pieces).decode()}--- exit code {process.returncode}\n"


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # on Linux, when the last process has left the terminal
        return b""


def _printed(command: str, out: str, err: str, code: int) -> str:
    shown = f"--- standard error\n{err}" if err else ""
    line = re.sub(r"^((?:[A-Z_]+=\S* )*)", r"\1hostkit ", command)
    return f"$ {line}\n{out}{shown}--- exit code {code}\n"


def path_of(case: str) -> Path:
    """Name the file of a case."""
    return FOLDER / f"{case}.txt"


def renew(*names: str) -> None:
    """Write files anew, and delete those of no case.

    Args:
        names: Only those whose names begin so; by default all.
    """
    known = {*CASES, *APART, *TERMINALS, *LIVE, "serve"}
    chosen = {case for case in known if case.startswith(names or "")}
    outputs = live_outputs() if chosen & {*LIVE, "serve"} else {}
    outputs |= {case: output_of(case) for case in chosen.difference(outputs)}
    for old in FOLDER.glob("*.txt"):
        if old.stem not in known:
            old.unlink()
    for case in chosen:
        path_of(case).write_text(outputs[case], "utf-8")


if __name__ == "__main__":
    renew(*sys.argv[1:])
