"""The search for the module that makes something fail, on copies of a config file."""

from __future__ import annotations

import contextlib
import math
import os
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, final

import attrs
import click
import yaml

from hostkit.cli._manner import show_step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from hostkit.config import HostFile

CANNOT_TELL: Final = frozenset({125, 127, 130})
"""Exit codes of a command that say nothing about modules: skip, not found, interrupted."""

_START_SECONDS: Final = 60.0
_WAIT_SECONDS: Final = 0.1


class Probe(Protocol):
    """Finds out whether something works with a config file."""

    def __call__(self, file: str) -> bool:
        """Try it.

        Args:
            file: The config file.

        Raises:
            click.ClickException: It cannot be found out.
        """


@contextlib.contextmanager
def copy_without(file: HostFile, disabled: Collection[str]) -> Iterator[str]:
    """Write a copy of a config file in which some modules are disabled, and delete it afterwards.

    It stands in the same folder, since names of files in it are relative to that.

    Args:
        file: The file, read.
        disabled: The names of the modules.

    Raises:
        click.ClickException: The copy cannot be written, or `modules:` is not in the file itself.
    """
    source = Path(file.name)
    root: Any = yaml.compose(source.read_text("utf-8"), Loader=yaml.SafeLoader)
    entries = next((value for key, value in root.value if key.value == "modules"), None)
    if entries is None:
        raise click.ClickException(f"{file.name} gets its modules by a merge key: write them in it")
    entries.value = [
        _disable(node) if entry.name in disabled else node
        for entry, node in zip(file.modules, entries.value, strict=True)
    ]
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=source.parent, prefix=".bisect-", suffix=".yaml", encoding="utf-8"
        ) as copy:
            copy.write(yaml.serialize(root, Dumper=yaml.SafeDumper))
            copy.flush()
            yield copy.name
    except PermissionError as error:
        raise click.ClickException(
            f"the copy of {file.name} must stand beside it, and cannot: {error.strerror}"
        ) from None


def _disable(entry: yaml.MappingNode) -> yaml.MappingNode:
    # A new node: with an alias, several entries could be the same one.
    kept = [(key, value) for key, value in entry.value if key.value != "enabled"]
    key = yaml.ScalarNode("tag:yaml.org,2002:str", "enabled")
    return yaml.MappingNode(
        entry.tag, [*kept, (key, yaml.ScalarNode("tag:yaml.org,2002:bool", "false"))]
    )


@final
@attrs.frozen
class CommandProbe:
    """Runs a command of the shell; it works if its exit code is 0.

    Attributes:
        command: The command; ``{}`` in it stands for the file, and so does the environment variable
            ``HOSTKIT_FILE``.
        shows_output: Whether what it prints is shown.
        idle: Is called now and then while it runs.
    """

    command: str
    shows_output: bool = False
    idle: Callable[[], object] = lambda: None

    def __call__(self, file: str) -> bool:
        """Run it.

        Raises:
            click.ClickException: Its exit code says nothing about modules.
        """
        output = None if self.shows_output else subprocess.PIPE
        command = self.command.replace("{}", shlex.quote(file))
        show_step(f"running {command}")
        with subprocess.Popen(  # noqa: S602 -- the user's own command, as in `git bisect run`
            command,
            shell=True,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env={**os.environ, "HOSTKIT_FILE": file},
            text=True,
            errors="replace",
        ) as process:
            said = self._wait_for(process)
        if process.returncode in CANNOT_TELL:
            raise click.ClickException(
                f"the command ended with {process.returncode}, which says nothing about modules"
                + (f":\n{said}" if said else "")
            )
        return process.returncode == 0

    def _wait_for(self, process: subprocess.Popen[str]) -> str:
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return (process.communicate(timeout=_WAIT_SECONDS)[0] or "").strip()
                self.idle()
        except BaseException:  # such as Ctrl-C
            process.kill()
            raise


@final
@attrs.frozen
class UrlProbe:
    """Serves a file with `hostkit serve` and asks for a page; it works if the answer is good.

    Attributes:
        url: The page. An answer is good if its status is below 400.
        idle: Is called now and then while it is waited for.
    """

    url: str
    idle: Callable[[], object] = lambda: None

    def __call__(self, file: str) -> bool:
        """Serve the file, and ask."""
        show_step(f"serving {file} and asking {self.url}")
        command = [sys.executable, "-m", "hostkit", "serve", file]
        with subprocess.Popen(  # noqa: S603 -- this program itself
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as server:
            try:
                return self._ask(server)
            finally:
                server.terminate()
                server.communicate()

    def _ask(self, server: subprocess.Popen[str]) -> bool:
        end = time.monotonic() + _START_SECONDS
        while server.poll() is None and time.monotonic() < end:
            try:
                with urllib.request.urlopen(self.url, timeout=_START_SECONDS):  # noqa: S310 -- as given
                    return True
            except urllib.error.HTTPError:
                return False
            except OSError:  # it does not listen yet
                time.sleep(_WAIT_SECONDS)
                self.idle()
        return False


@final
class Search:
    """Finds the module without which something works, by halves.

    Args:
        probe: Whether it works with some modules disabled.
        report: Is called after each step, with what was tried and what came of it.
    """

    def __init__(
        self, probe: Callable[[Collection[str]], bool], report: Callable[[str, bool], object]
    ) -> None:
        self._probe = probe
        self._report = report
        self._known: dict[frozenset[str], bool] = {}

    def find(self, names: Sequence[str]) -> str:
        """Find it.

        Args:
            names: The modules that are enabled, in order.

        Returns:
            The name of the module; it works if that alone is disabled.

        Raises:
            click.ClickException: There is no such module.
        """
        if not names:
            raise click.ClickException("no module is enabled: there is nothing to find")
        if self._works("with all modules", ()):
            raise click.ClickException("it works with all modules: there is nothing to find")
        if not self._works("without any module", names):
            raise click.ClickException("it fails without any module, too: no module is the reason")
        suspects = list(names)
        while len(suspects) > 1:
            half = suspects[: len(suspects) // 2]
            works = self._works(f"without {', '.join(half)}", half)
            suspects = half if works else suspects[len(half) :]
        (found,) = suspects
        if not self._works(f"without {found} alone", suspects):
            raise click.ClickException(
                f"no single module is the reason: it fails without {found} as well, though it "
                "works without any; disable some that are needed least, and try again"
            )
        return found

    @staticmethod
    def most_steps(count: int) -> int:
        """Say how many steps it may take at most.

        Args:
            count: How many modules are enabled.
        """
        return 3 + math.ceil(math.log2(max(count, 1)))

    def _works(self, tried: str, disabled: Collection[str]) -> bool:
        key = frozenset(disabled)
        if key not in self._known:
            self._known[key] = self._probe(disabled)
            self._report(tried, self._known[key])
        return self._known[key]
