"""`hostkit schema`: the JSON Schema of a config file, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._manner import note
from hostkit.cli._options import FILE, leave, module_path, path_option, write_json
from hostkit.wording import indented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config import HostFile
    from hostkit.loading import Environment

_CODES: Final = """
\b
Example:
  hostkit schema host.yaml > host.schema.json

\b
With this as its first line, an editor completes and checks host.yaml:
  # yaml-language-server: $schema=host.schema.json

\b
Exit codes:
  0  the schema is written; what it leaves open is on standard error
  1  a folder of modules is missing
  2  the file cannot be read, or the command line is wrong
"""


@click.command("schema", epilog=_CODES)
@FILE
@path_option
def command(file: str) -> None:
    """Write a JSON Schema of a file, for editors.

    It describes the configs of the modules that are listed in FILE, and all settings. The classes
    of modules are imported, but not built. The config of a module with a parse_config, or
    without a Config, may be anything, as may that of a module that cannot be imported.
    """
    from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
    from hostkit.config import examine  # noqa: PLC0415
    from hostkit.config.schemas import file_schema  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.loading import MODULES, Environment, find_folders, importable  # noqa: PLC0415

    options = LogOptions()
    mask = click.get_current_context().with_resource(logging_to_stderr(options))
    try:
        # A schema is most wanted while a file is being written, so not all of it must be right.
        examined = examine(file, without_secrets=True)
        mask.learn(examined.file.redact)
        folders = find_folders(examined.file, module_path())
    except ConfigErrors as errors:
        leave(errors)
    if examined.problems:
        note(indented(f"{file} has problems; `hostkit validate {file}` shows them"))
    environment = Environment(folders)
    with importable(folders):
        classes = dict(_classes(examined.file, environment))
        names = [name for o in environment.offers(MODULES) for name in (o.name, o.full_name)]
        # Those that several packages offer mean none of them.
        offered = [name for name in names if len(environment.named(name, MODULES)) == 1]
        schema = file_schema(classes, offered)
    write_json(schema)


def _classes(file: HostFile, environment: Environment) -> Iterator[tuple[str, type]]:
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.loading import find_class  # noqa: PLC0415

    for entry in file.modules:
        if not entry.enabled:  # as everywhere, such a module is not even imported
            continue
        try:
            yield entry.module, find_class(file, entry, environment)
        except ConfigErrors as errors:
            for problem in errors.problems:
                note(indented(f"{problem.place}: its config may be anything: {problem.message}"))
