"""`hostkit new`: a package to begin with, for a module or a host."""

from __future__ import annotations

import keyword
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._manner import say_done
from hostkit.cli._options import leave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.cli._callback_text import CallbackText
    from hostkit.specs import Category

_CODES: Final = """
\b
Examples:
  hostkit new word-filter                       for the first category
  hostkit new word-filter --category comments   for another one
  hostkit new guest-book --host                 a program that asks modules

\b
Exit codes:
  0  the package is written
  1  it cannot be written, or the category cannot be loaded
  2  the command line is wrong
"""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_OURS: Final = "hostkit-framework"
_USED: Final = (
    *(("attrs", ""), ("hostkit", "ModuleApi"), ("hostkit", "hookimpl")),
    *(("hostkit.web", "JsonResource"), ("twisted.web.server", "Request")),
)
"""What the template of a module imports."""


def _check_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise click.BadParameter(
            f"{name!r} is not the name of a package: write small letters, digits and hyphens"
        )
    package = name.replace("-", "_")
    if keyword.iskeyword(package) or package == "tests" or find_spec(package) is not None:
        raise click.BadParameter(f"{package!r} is the name of something else; choose another one")
    return name


@click.command("new", epilog=_CODES)
@click.argument("name", metavar="NAME", callback=_check_name)
@click.option(
    "--category",
    metavar="CATEGORY",
    help="The category of the hook that the module listens to: its entry point or dotted path. By "
    "default the first installed one that is not of hostkit itself; without one the package has a "
    "category of its own.",
)
@click.option("--host", is_flag=True, help="Write a program with a category of its own.")
def command(name: str, category: str | None, *, host: bool) -> None:
    """Write the package of a module, or of a host.

    The folder NAME gets a package that can be installed, with types, tests and a file for CI. Its
    tests, mypy and ruff pass as it is.
    """
    if host and category is not None:
        raise click.UsageError("--category is for modules: a host has a category of its own")
    written = _host(name) if host else _module(name, category or _first_category())
    try:
        Path(name).mkdir()
        for path, text in written.items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise click.ClickException(f"{name} exists; choose another name, or delete it") from None
    except OSError as error:
        raise click.ClickException(f"{name} cannot be written: {error.strerror}") from None
    say_done(f"{name} is written; next: cd {name} && pip install -e . --group dev && pytest")


def _first_category() -> str | None:
    from hostkit.loading import CATEGORIES, Environment  # noqa: PLC0415

    environment = Environment()
    offers = [each for each in environment.offers(CATEGORIES) if each.distribution != _OURS]
    first = min(offers, key=lambda offer: (offer.name, offer.full_name), default=None)
    if first is None:
        return None
    is_unique = len(environment.named(first.name, CATEGORIES)) == 1
    return first.name if is_unique else first.full_name


def _values(name: str, category: str, category_class: str) -> dict[str, str]:
    package = name.replace("-", "_")
    return {
        "name": name,
        "package": package,
        "class_name": "".join(part.capitalize() for part in package.split("_")),
        "category": category,
        "category_class": category_class,
    }


def _own(name: str) -> dict[str, str]:
    package = name.replace("-", "_")
    hooks = "".join(part.capitalize() for part in package.split("_")) + "Hooks"
    return _values(name, package, hooks)


def _entry_points(**groups: str) -> str:
    return "".join(
        f'\n[project.entry-points."hostkit.{group}"]\n{line}\n' for group, line in groups.items()
    )


def _host(name: str) -> dict[str, str]:
    from hostkit.cli._scaffold import render  # noqa: PLC0415

    values = _own(name)
    category = f'{values["category"]} = "{values["package"]}.category:{values["category_class"]}"'
    values |= {
        "description": "A program whose modules have a say in what it stores.",
        "dependencies": f'"{_OURS}"',
        "entry_points": _entry_points(categories=category),
        "usage": f"`python -m {values['package']} host.yaml` stores what is typed, unless a module "
        "denies it.",
    }
    return render(["common", "category", "host"], values)


def _module(name: str, category: str | None) -> dict[str, str]:
    from hostkit.cli._callback_text import home_of, write_callback  # noqa: PLC0415
    from hostkit.cli._scaffold import render, write_imports  # noqa: PLC0415

    if category is None:
        values, needs = _own(name), [_OURS]
        home = f"{values['package']}.category"
        callback = _own_callback(values)
        folders = ["common", "category", "module"]
    else:
        cls, needs = _load(category)
        values = _values(name, category, cls.__name__)
        home = home_of(cls)
        found = write_callback(cls)
        if found is None:
            raise click.ClickException(
                f"no hook of {category} lets a module leave the decision to others, which is what "
                "a first module does; choose another category: `hostkit spec` lists all"
            )
        callback, folders = found, ["common", "module"]
    values["dependencies"] = ", ".join(f'"{each}"' for each in sorted(needs))
    package = values["package"]
    used = {*callback.imports, *_USED}
    if values["class_name"] in {"Page", values["category_class"], *(each for _, each in used)}:
        values["class_name"] += "Module"
    values |= _texts(values, callback, own=category is None)
    values["module_imports"] = write_imports(used, package)
    testing = ("MakeClient", "MakeHost", "assert_allowed", "assert_asked")
    values["test_imports"] = write_imports(
        {
            *(("hostkit.testing", each) for each in testing),
            *((home, values["category_class"]), (package, values["class_name"])),
        },
        package,
    )
    return render(folders, values)


def _texts(values: Mapping[str, str], callback: CallbackText, *, own: bool) -> dict[str, str]:
    package = values["package"]
    category = f'{values["category"]} = "{package}.category:{values["category_class"]}"'
    points = {"modules": f'{values["name"]} = "{package}:{values["class_name"]}"'}
    return {
        "description": f"A module for hosts that ask {callback.hook}.",
        "full_hook": callback.hook,
        "callback": callback.signature,
        "answer": callback.answer,
        "samples": callback.samples,
        "entry_points": _entry_points(**points, **({"categories": category} if own else {})),
        "usage": "`hostkit validate host.yaml` checks the sample of a config file, and "
        "`hostkit serve host.yaml` runs it.",
    }


def _own_callback(values: Mapping[str, str]) -> CallbackText:
    from hostkit.cli._callback_text import CallbackText  # noqa: PLC0415

    return CallbackText(
        hook=f"{values['category']}.check_message",
        signature="    async def check_message(self, author: str, text: str) -> Decision:",
        answer=" ALLOW",
        samples=', "ann", "hello"',
        imports=frozenset({("hostkit", "ALLOW"), ("hostkit", "Decision")}),
    )


def _load(category: str) -> tuple[type[Category], list[str]]:
    """Load a category, and name the packages that a module for it needs."""
    from hostkit.config import from_mapping  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.loading import CATEGORIES, Environment, load_categories  # noqa: PLC0415

    environment = Environment()
    try:
        file = from_mapping({"hostkit": {"categories": [category]}})
        (found,) = load_categories(file, environment)
    except ConfigErrors as errors:
        leave(errors)
    offers = environment.named(category, CATEGORIES)
    return found, [*{_OURS, *(offer.distribution for offer in offers)}]
