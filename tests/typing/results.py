"""What callers get follows from the rule: what a hook's result is to a type checker."""

from __future__ import annotations

from typing import Any, Literal, assert_type

from hostkit import CONTINUE, Category, Decision, Deny, hookspec, rules
from hostkit.rules import Allow, Continue, Gives


def read_name(value: Any) -> str | Continue:
    """Take a name."""
    return value if isinstance(value, str) else CONTINUE


def read_change(value: Any) -> str | rules.Replace:
    """Take a name, or what replaces it."""
    return value if isinstance(value, str) else rules.Replace(str.upper, value)


class Majority(rules.Rule[Gives[bool]]):
    """A rule of a host's own, with another result than what modules answer."""

    def finish(self, answers: list[Any]) -> bool:
        """Count the votes."""
        return answers.count(True) * 2 > len(answers)


class Last(rules.Rule):
    """One that says nothing about its result."""

    def finish(self, answers: list[Any]) -> Any:
        """Take the last answer."""
        return answers[-1] if answers else None


def any_rule(*, strict: bool) -> rules.Rule:
    """Choose a rule."""
    return rules.FirstDenial(on_error="deny") if strict else rules.Collect()


def denials() -> rules.FirstDenial:
    """Make a rule of a class whose results are not said."""
    return rules.FirstDenial(on_error="deny")


class Mail(Category):
    """Callbacks about mails; each is declared as a strict type checker takes it."""

    @hookspec(rules.FirstDenial(on_error="deny"))
    async def check(self, sender: str, size: int = 5) -> Decision | None:
        """Called for each mail."""

    @hookspec(rules.FirstDenial())
    def check_now(self, sender: str) -> Decision | None:
        """Called for each mail."""

    @hookspec(rules.FirstDenial(read=read_name, allow=True, denial="no", on_error="deny"))
    async def allowed(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstDenial(read=read_name))
    async def named(self, sender: str) -> int | None:
        """Called for each mail."""

    @hookspec(rules.FirstDenial(read=read_change, replaces="sender", allow=None))
    async def rename(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult())
    async def folder(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult())
    async def folder_or_own(self, sender: str) -> str:
        """Called for each mail."""
        return sender

    @hookspec(rules.FirstResult(default="inbox"))
    async def folder_or_inbox(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult(default=0))
    def folder_or_number(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult(read=read_name))
    async def read_folder(self, sender: str) -> bytes | None:
        """Called for each mail."""

    @hookspec(rules.FirstResult(read=read_name, default=b""))
    async def read_folder_or_none(self, sender: str) -> int | None:
        """Called for each mail."""

    @hookspec(rules.Notify())
    async def notify(self, sender: str) -> object:
        """Called for each mail."""

    @hookspec(rules.Merge(combine=sum))
    async def add(self, sender: str) -> int | None:
        """Called for each mail."""

    @hookspec(rules.Merge(combine=len, stop_at="none"))
    async def count(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.Collect())
    async def labels(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.Collect())
    def labels_now(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(rules.Collect(read=read_name, on_error="continue"))
    async def read_labels(self, sender: str) -> int | None:
        """Called for each mail."""

    @hookspec(rules.Exclusive())
    async def store(self, sender: str) -> bytes | None:
        """Called for each mail."""

    @hookspec(rules.Exclusive(default=0))
    async def store_or_number(self, sender: str) -> bytes | None:
        """Called for each mail."""

    @hookspec(rules.Exclusive(read=read_name))
    async def read_store(self, sender: str) -> bytes | None:
        """Called for each mail."""

    @hookspec(rules.Exclusive(read=read_name, default=0))
    async def read_store_or_number(self, sender: str) -> bytes | None:
        """Called for each mail."""

    @hookspec(Majority())
    async def vote(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(Last())
    async def last(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(any_rule(strict=True))
    async def anything(self, sender: str) -> str | None:
        """Called for each mail."""

    @hookspec(denials())
    async def deny(self, sender: str) -> Decision | None:
        """Called for each mail."""


async def denials_and_first_results(mail: Mail) -> None:
    """A denial or the allow value, a value or the default: `None` only where there is no other."""
    assert_type(await mail.check("ann", size=5), Decision)
    assert_type(await mail.check(sender="ann"), Decision)
    assert_type(mail.check_now("ann"), Decision)
    assert_type(await mail.allowed("ann"), str | bool)
    assert_type(await mail.named("ann"), str | Literal[Allow.ALLOW])
    assert_type(await mail.rename("ann"), str | None)
    assert_type(await mail.folder("ann"), str | None)
    assert_type(await mail.folder_or_own("ann"), str)
    assert_type(await mail.folder_or_inbox("ann"), str)
    assert_type(mail.folder_or_number("ann"), str | int)
    assert_type(await mail.read_folder("ann"), str | None)
    assert_type(await mail.read_folder_or_none("ann"), str | bytes)


async def results_of_all_modules(mail: Mail) -> None:
    """None, a list, or what the answers are combined into."""
    assert_type(await mail.notify("ann"), None)
    assert_type(await mail.add("ann"), int)
    assert_type(await mail.count("ann"), int | str)
    assert_type(await mail.labels("ann"), list[str | None])
    assert_type(mail.labels_now("ann"), list[str | None])
    assert_type(await mail.read_labels("ann"), list[str])
    (await mail.labels("ann")).upper()  # type: ignore[attr-defined]


async def results_of_one_module(mail: Mail) -> None:
    """Its answer, as it is or as it is read, or the default."""
    assert_type(await mail.store("ann"), bytes | None)
    assert_type(await mail.store_or_number("ann"), bytes | int | None)
    assert_type(await mail.read_store("ann"), str | None)
    assert_type(await mail.read_store_or_number("ann"), str | int)


async def results_of_other_rules(mail: Mail) -> None:
    """A rule types its hooks itself, or they are typed as they are written."""
    assert_type(await mail.vote("ann"), bool)
    assert_type(await mail.last("ann"), str | None)
    assert_type(await mail.anything("ann"), str | None)
    assert_type(await mail.deny("ann"), Decision | None)


async def arguments_are_those_of_the_hookspec(mail: Mail) -> None:
    """By position and by name, whatever the rule."""
    await mail.check(5)  # type: ignore[arg-type]
    await mail.check()  # type: ignore[call-arg]
    await mail.labels(name="ann")  # type: ignore[call-arg]
    mail.labels_now(5)  # type: ignore[arg-type]
    await mail.vote("ann", "bob")  # type: ignore[call-arg]


def options_that_mean_nothing_are_type_errors() -> None:
    """Those that the rule refuses when it is made."""
    rules.FirstDenial(allow=True)  # type: ignore[call-overload]
    rules.FirstDenial(denial="no")  # type: ignore[call-overload]
    rules.FirstDenial(replaces="sender")  # type: ignore[call-overload]
    rules.Collect(default=5)  # type: ignore[call-overload]
    rules.FirstDenial(denial=Deny("no"))
