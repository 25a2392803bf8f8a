"""`Canary`: the module of a drill, which denies calls with one value and lets all others pass."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.config import ModuleEntry
from hostkit.rules import NO_ANSWER, Deny
from hostkit.web.admin import explain_hook
from hostkit.web.gateway import find_calls

if TYPE_CHECKING:
    from hostkit.api import ModuleApi
    from hostkit.host import Host
    from hostkit.specs import Category, Hookspec

NAME: Final = "hostkit-drill"
"""What receipts and logs call it."""


class DrillDenied(Exception):  # noqa: N818 -- it counts as a denial
    """What the canary raises where modules cannot just answer with a `Deny`."""


@final
@attrs.define(eq=False)
class Canary:
    """Denies the calls of one hook in which an argument is a value.

    Attributes:
        category: The category of the hook.
        spec: The hook.
        argument: The name of the argument.
        value: The value.
        is_over: Whether it lets everything pass, as it is about to be removed.
        asked: How many calls it was asked about.
        denied: How many of these it has denied.
    """

    category: type[Category]
    spec: Hookspec
    argument: str
    value: str
    is_over: bool = False
    asked: int = 0
    denied: int = 0

    def make_entry(self) -> ModuleEntry:
        """Make its entry among the modules of a file, which nothing in the file is like."""
        canary = self

        class HostkitDrill:
            """The module, as a host builds it."""

            def __init__(self, _config: object, api: ModuleApi) -> None:
                api.register(canary.category, **{canary.spec.name: canary.check})

        # It stands nowhere in the file. What it raises counts as a denial, where that is possible.
        return ModuleEntry(HostkitDrill, name=NAME, on_error="deny", index=sys.maxsize)

    def end(self) -> None:
        """Let everything pass from now on."""
        self.is_over = True

    def check(self, *values: Any) -> Any:
        """Answer a call.

        Args:
            values: The arguments of the hook.
        """
        rule = self.spec.rule
        self.asked += not self.is_over
        given = values[self.spec.arguments.index(self.argument)]
        if self.is_over or not isinstance(given, str) or given != self.value:
            return None if rule.passes is NO_ANSWER else rule.passes
        self.denied += 1
        denial = rule.deny_for_failure()
        if isinstance(denial, Exception):  # the hook's own, which its callers know
            raise denial
        if rule.plain_denial is not Deny:
            raise DrillDenied(self.value)
        return Deny("hostkit_drill", f"a drill: {self.argument} is {self.value!r}")


def find_canary(host: Host, hook: str, argument: str | None, value: str) -> Canary | str:
    """Make the canary of a drill, or say why there cannot be one.

    Args:
        host: The host.
        hook: The hook, by its name or its full name.
        argument: The argument that has the value; by default the only one that is text.
        value: The value of which calls are denied.
    """
    unknown = explain_hook(host, hook)
    if unknown is not None:
        return unknown
    # No two categories of a host have hooks of the same name.
    category, spec = next(
        (category, spec)
        for category in host.categories
        for spec in category.hookspecs.values()
        if hook in (spec.name, spec.full_name)
    )
    why = _why_not(spec)
    if why is not None:
        return f"there is no drill for {spec.full_name}: {why}"
    options = f"it has {', '.join(spec.arguments) or 'none'}"
    chosen = argument if argument is not None else _only_text(host, spec)
    if chosen is None:
        return f"name the argument of {spec.full_name} that has the value: {options}"
    if chosen not in spec.arguments:
        return f"{spec.full_name} has no argument {chosen!r}: {options}"
    return Canary(category, spec, chosen, value)


def _why_not(spec: Hookspec) -> str | None:
    if not spec.rule.takes("deny"):
        return f"nothing in it can be denied ({type(spec.rule).__name__})"
    if spec.keyed is not None:
        return f"it asks only the modules for one {spec.keyed.argument}"
    return None


def _only_text(host: Host, spec: Hookspec) -> str | None:
    fields = find_calls(host)[spec.category, spec.name].arguments.fields
    texts = [field.name for field in fields if field.hint is str]
    return texts[0] if len(texts) == 1 else None
