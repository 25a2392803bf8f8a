"""A host's own folders of Python modules: from the file to `sys.path`, and into hints."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import stat
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from hostkit.codes import Code
from hostkit.errors import ConfigErrors
from hostkit.files import mode_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.config import HostFile
    from hostkit.errors import Problem


def find_folders(file: HostFile, more: Sequence[str | os.PathLike[str]] = ()) -> tuple[str, ...]:
    """Find the folders that a config file and its host name for Python modules.

    Args:
        file: The config file, of which ``hostkit: path:`` is read.
        more: The host's own; they come first, and start at the current folder.

    Returns:
        Absolute paths, in the order in which modules are looked for.

    Raises:
        ConfigErrors: Some are not folders (HK112); all of these are reported.
    """
    # Without resolving links or `..`: what a link leads to may be replaced by a new version.
    folders = [Path(folder).absolute() for folder in more]
    problems: list[Problem] = []
    problems += [_not_a_folder(file, each, ()) for each in folders if not _is_folder(each)]
    for index, name in enumerate(file.settings.path):
        folder = file.folder / name
        folders.append(folder)
        if not _is_folder(folder):
            problems.append(_not_a_folder(file, folder, ("hostkit", "path", index)))
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(map(str, folders))


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(mode_of(path))


def _not_a_folder(file: HostFile, folder: Path, path: tuple[str | int, ...]) -> Problem:
    what = "is not a folder" if mode_of(folder) else "does not exist"
    return file.problem(
        Code.NOT_A_FOLDER,
        f"the folder of Python modules {str(folder)!r} {what}",
        path,
        hint="relative paths start at the config file's folder" if path else None,
    )


@contextlib.contextmanager
def importable(folders: Sequence[str]) -> Iterator[None]:
    """Have Python look for modules in some folders, before all others.

    They stay on `sys.path`, as modules may import more of their own whenever they run; unless the
    code within raises. A folder that is there already stays where it is.

    Args:
        folders: Absolute paths.
    """
    there = {os.path.realpath(entry) for entry in sys.path} if folders else set[str]()
    added: list[str] = []
    for folder in folders:
        place = os.path.realpath(folder)
        if place not in there:
            there.add(place)
            added.append(folder)
    sys.path[:0] = added
    if folders:  # in one that was looked at before, files may be new
        importlib.invalidate_caches()
    try:
        yield
    except BaseException:
        sys.path[:] = [entry for entry in sys.path if entry not in added]
        raise


def find_hidden(module_name: str, folders: Sequence[str]) -> tuple[str, str] | None:
    """Find a Python module of a host that cannot be imported, as another has its name.

    Python has each name once in a process. Without this, the other one would pass for it.

    Args:
        module_name: The Python module's full name.
        folders: The host's own folders.

    Returns:
        The file that is hidden, and what hides it.
    """
    top = module_name.partition(".")[0]
    own = PathFinder.find_spec(top, folders)
    if own is None or own.origin is None:  # not there; or a folder without `__init__.py`
        return None
    if top in sys.modules:
        origin = getattr(sys.modules[top], "__file__", None)
    else:
        spec = importlib.util.find_spec(top)
        origin = None if spec is None else spec.origin
    if origin is not None and os.path.realpath(origin) == os.path.realpath(own.origin):
        return None
    return own.origin, origin or f"the module {top!r} of Python itself"


def find_beside(module_name: str, file: HostFile) -> str | None:
    """Find a Python module that Python cannot find, since it stands beside the config file.

    Args:
        module_name: The Python module's full name.
        file: The config file.

    Returns:
        A hint that says how to have it found.
    """
    parts = module_name.split(".")
    with contextlib.suppress(OSError):  # a folder that must not be read
        inside = sorted(each for each in file.folder.iterdir() if each.is_dir())
        for folder in (file.folder, *inside):
            found = _file_in(folder, parts)
            if found is not None:
                name = os.path.relpath(folder, file.folder)
                return (
                    f"{found} is there: write `hostkit: path: [{name}]`, "
                    f"or call the command with `--path {folder}`"
                )
    found = _file_in(Path.cwd(), parts)
    return None if found is None else f"{found} is there: call the command with `--path .`"


def _file_in(folder: Path, parts: Sequence[str]) -> Path | None:
    module = folder.joinpath(*parts)
    choices = (module / "__init__.py", module.parent / f"{module.name}.py")
    return next((each for each in choices if stat.S_ISREG(mode_of(each))), None)
