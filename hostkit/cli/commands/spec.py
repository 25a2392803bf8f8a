"""`hostkit spec`: what a hook promises."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from hostkit.cli._options import build, path_option, write_document
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.host import Host
    from hostkit.specs import Category, Hookspec

_CODES: Final = """
\b
Examples:
  hostkit spec                              the hooks of all categories
  hostkit spec comments                     those of one category
  hostkit spec comments.check_comment       one hook; check_comment will do
  hostkit spec check_comment -f host.yaml   and which modules it asks there

\b
Exit codes:
  0  the hooks are shown
  1  there are problems with the file or its modules
  2  there is no such hook, or the file cannot be read
"""
_MARGIN: Final = "  "


def _complete(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    names = [
        CompletionItem(name, help=_first_sentence(spec.function))
        for category in _installed().categories
        for spec in category.hookspecs.values()
        for name in (spec.name, spec.full_name)
    ]
    return [name for name in names if name.value.startswith(incomplete)]


@click.command("spec", epilog=_CODES)
@click.argument("hook", metavar="[HOOK]", required=False, shell_complete=_complete)
@click.option(
    "-f",
    "--file",
    metavar="FILE",
    type=click.Path(readable=False),
    help="A config file: its categories are shown, and which of its modules each hook asks.",
)
@path_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="As JSON, an object with a list of hooks.",
)
def command(hook: str | None, file: str | None, form: str) -> None:
    """Show what hooks promise: arguments, answers, rule, policies.

    HOOK is the name of a hook or of a category. Without a FILE the categories are those that are
    installed.
    """
    host = _installed() if file is None else build(file)
    specs = [spec for category in host.categories for spec in category.hookspecs.values()]
    found = [spec for spec in specs if hook in (None, spec.category, spec.name, spec.full_name)]
    if hook is not None and not found:
        raise click.BadParameter(_explain(hook, specs), param_hint="HOOK")
    if form == "json":
        shown = [_to_json(spec, host if file is not None else None) for spec in found]
        write_document(hooks=shown)
    elif hook is None or hook in {category.name for category in host.categories}:
        shown_categories = [each for each in host.categories if hook in (None, each.name)]
        click.echo("\n\n".join("\n".join(_list(each)) for each in shown_categories))
    else:
        click.echo("\n\n".join("\n".join(_show(spec, host, file)) for spec in found))


def _installed() -> Host:
    from hostkit.host import Host  # noqa: PLC0415 -- it takes half a second

    return Host.from_config({}).build()


def _explain(hook: str, specs: list[Hookspec]) -> str:
    if not specs:
        return f"there is no hook {hook!r}: no categories are installed"
    names = [name for spec in specs for name in (spec.category, spec.name, spec.full_name)]
    near = did_you_mean(hook, names) or "`hostkit spec` lists all"
    return f"there is no hook and no category {hook!r}: {near}"


def _list(category: type[Category]) -> Iterator[str]:
    yield click.style(category.name, bold=True) + f"  {_first_sentence(category)}"
    width = max(map(len, category.hookspecs))
    for spec in category.hookspecs.values():
        deprecated = "  (deprecated)" if spec.deprecated else ""
        yield f"{_MARGIN}{spec.name:<{width}}  {_first_sentence(spec.function)}{deprecated}"


def _show(spec: Hookspec, host: Host, file: str | None) -> Iterator[str]:
    from hostkit.specs import facts_of  # noqa: PLC0415

    yield click.style(spec.full_name, bold=True)
    yield f"{_MARGIN}{spec.show()}"
    yield ""
    yield from (f"{_MARGIN}{line}".rstrip() for line in _doc(spec).splitlines())
    yield ""
    facts = [*facts_of(spec), *([("modules", _modules(spec, host))] if file is not None else [])]
    width = max(len(name) for name, _ in facts)
    yield from (f"{_MARGIN}{name:<{width}}  {text.replace('`', '')}" for name, text in facts)


def _modules(spec: Hookspec, host: Host) -> str:
    callbacks = host.chains[spec.full_name].callbacks
    return ", ".join(callback.module for callback in callbacks) or "none"


def _to_json(spec: Hookspec, host: Host | None) -> dict[str, Any]:
    from hostkit.rules import KINDS  # noqa: PLC0415
    from hostkit.specs import facts_of  # noqa: PLC0415

    modules = {} if host is None else {"modules": [*_listeners(spec, host)]}
    return {
        "hook": spec.full_name,
        "category": spec.category,
        "signature": spec.show(),
        "arguments": [
            {"name": name, "required": number < spec.required, "copied": name in spec.copy}
            for number, name in enumerate(spec.arguments)
        ],
        "doc": _doc(spec),
        "rule": type(spec.rule).__name__,
        "on_error": {kind: spec.rule.policy(kind) for kind in KINDS},
        "since": spec.added,
        "deprecated": spec.deprecated,
        "facts": dict(facts_of(spec)),
        **modules,
    }


def _listeners(spec: Hookspec, host: Host) -> Iterator[str]:
    return (callback.module for callback in host.chains[spec.full_name].callbacks)


def _doc(spec: Hookspec) -> str:
    return inspect.getdoc(spec.function) or ""


def _first_sentence(thing: object) -> str:
    # `inspect.getdoc` would take that of a base class.
    text = " ".join((thing.__doc__ or "").partition("\n\n")[0].split())
    return text.partition(". ")[0].rstrip(".")
