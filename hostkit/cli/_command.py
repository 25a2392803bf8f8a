"""`command`: what the program ``hostkit`` runs."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

from hostkit.cli._main import main

_LIMIT_SECONDS: Final = 5.0


def command() -> None:
    """Run the command, and end in bounded time although modules have begun threads.

    A module may begin one when it is built, so not only a server could wait for it for ever.
    """
    try:
        main()
    except SystemExit as leaving:
        others = {each.name for each in threading.enumerate() if each.name != "MainThread"}
        # A server sees to its own threads.
        if others and "hostkit-ending" not in others:
            _end(leaving.code)
        raise


def _end(code: object) -> None:
    from hostkit.process.ending import Ending  # noqa: PLC0415 -- it imports Twisted

    def leave(number: int) -> None:
        sys.stdout.flush()
        os._exit(number)

    Ending(lambda: _LIMIT_SECONDS, leave).begin(
        code if isinstance(code, int) else int(code is not None)
    )
