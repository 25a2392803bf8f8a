"""What `validate` has to say about listeners, and ``python -m hostkit``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hostkit import __version__
from tests.cli.conftest import HEAD, run
from tests.cli.test_serve import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Write

WRONG = f"""{HEAD.replace("}", ", listeners: [{endpoint: 'pigeon:1'}, ")}
  {{endpoint: 'tcp:8080', serve: [hooks]}}]}}
modules: [{{module: tests.cli.modules.Broken}}]
"""


def test_listeners_are_checked_with_the_modules(write: Write) -> None:
    """All is told in one run, in the order of the file."""
    result = run("validate", write(WRONG))
    assert result.exit_code == 1
    assert re.findall(r": (HK\d{3}) ", result.stderr) == ["HK402", "HK404", "HK107"]


@pytest.mark.parametrize("endpoint", ["systemd:domain=INET:index=0", "fd:3"])
def test_sockets_that_others_open_need_not_be_there(endpoint: str, write: Write) -> None:
    """A unit's file can be checked by hand."""
    listeners = f", listeners: [{{endpoint: '{endpoint}'}}]}}"
    assert run("validate", write(HEAD.replace("}", listeners))).exit_code == 0


def test_listing_needs_no_listeners(write: Write) -> None:
    """What is only looked at may have been written for another machine."""
    listeners = ", listeners: [{endpoint: 'tcp:8080', serve: [hooks]}]}"
    assert run("list", write(HEAD.replace("}", listeners))).exit_code == 0


def test_python_runs_the_command() -> None:
    """Where the command is not on the path, Python finds it."""
    output = subprocess.check_output(
        [sys.executable, "-m", "hostkit", "--version"],
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert output == f"hostkit, version {__version__}\n"
