"""What commands print, kept in files that people have reviewed.

``python -m tests.cli.goldens`` writes them anew, after a change of what commands print; read the
difference before it is committed. Config files are those in ``tests/cli/golden``.
"""

from __future__ import annotations

import os
import re
from contextlib import chdir
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from hostkit.cli import main

FOLDER: Final = Path(__file__).parent / "golden"
_ROOT: Final = Path(__file__).parents[2]

CASES: Final = {
    "validate_good": "validate host.yaml",
    "validate_bad": "validate broken.yaml",
    "validate_several": "validate host.yaml broken.yaml nothing.yaml",
    "validate_several_good": "validate host.yaml host.yaml",
    "validate_no_build": "validate --no-build host.yaml",
    "validate_no_build_bad": "validate --no-build broken.yaml",
    "validate_static": "validate --static host.yaml",
    "validate_static_bad": "validate --static broken.yaml",
    "validate_without_secrets": "validate --without-secrets secrets.yaml",
    "validate_json": "validate --format json host.yaml broken.yaml secrets.yaml",
    "validate_github": "validate --format github host.yaml broken.yaml nothing.yaml",
    "validate_sarif": "validate --format sarif host.yaml broken.yaml nothing.yaml",
    "validate_warned": "validate warned.yaml",
    "validate_strict": "validate --strict --format github warned.yaml",
    "list": "list host.yaml",
    "list_bad": "list broken.yaml",
    "list_hooks": "list --view hooks host.yaml",
    "list_modules": "list --view modules host.yaml",
    "list_paths": "list --view paths host.yaml",
    "list_categories": "list --view categories host.yaml",
    "list_fields": "list --fields callback,hook,module --sort module host.yaml",
    "list_json": "list --format json host.yaml",
    "list_modules_json": "list --view modules --format json host.yaml",
    "list_unknown": "list --module word host.yaml",
    "validate_usage": "validate --static --no-build host.yaml",
}
"""The command of each file, without the program's name."""


def output_of(case: str) -> str:
    """Run the command of a case, and return all that it prints, with its exit code."""
    command = re.sub(r"\w+\.yaml", r"tests/cli/golden/\g<0>", CASES[case])
    with chdir(_ROOT):  # so that no width depends on where that is
        result = CliRunner().invoke(
            main, command.split(), prog_name="hostkit", catch_exceptions=False
        )
    printed = f"$ hostkit {command}\n{result.stdout}"
    if result.stderr:
        printed += f"--- standard error\n{result.stderr}"
    printed += f"--- exit code {result.exit_code}\n"
    return printed.replace(f"{_ROOT}{os.sep}", "")


def path_of(case: str) -> Path:
    """Name the file of a case."""
    return FOLDER / f"{case}.txt"


def renew() -> None:
    """Write all files anew, and delete those of no case."""
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for case in CASES:
        path_of(case).write_text(output_of(case), "utf-8")


if __name__ == "__main__":
    renew()
