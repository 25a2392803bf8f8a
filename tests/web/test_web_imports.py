from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import hostkit


def test_importing_it_installs_no_reactor_and_warns_of_nothing() -> None:
    """A module may import its helpers anywhere, also where warnings are errors."""
    code = "import sys, hostkit.web; print('twisted.internet.reactor' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(hostkit.__file__).parents[1],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
