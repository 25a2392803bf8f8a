"""`where`: what a thread does, as far as that is not code of Python, Twisted, click or hostkit."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import twisted

if TYPE_CHECKING:
    from types import FrameType

_PYTHON: Final = f"{sysconfig.get_path('stdlib')}{os.sep}"
_OWN: Final = (
    f"{Path(twisted.__file__).parent}{os.sep}",
    f"{Path(click.__file__).parent}{os.sep}",
    f"{Path(__file__).parents[1]}{os.sep}",
    "<frozen",
)


def where(frame: FrameType | None) -> str:
    """Find the innermost place in the code of a module, or of a library that it uses.

    Args:
        frame: The innermost frame of a thread.

    Returns:
        The place in brackets, after a space; an empty string if there is none.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        is_python = file.startswith(_PYTHON) and "site-packages" not in file
        is_command = frame.f_globals.get("__name__") == "__main__"  # such as /usr/bin/hostkit
        if not is_python and not is_command and not file.startswith(_OWN):
            return f" ({file}:{frame.f_lineno} in {frame.f_code.co_name})"
        frame = frame.f_back
    return ""
