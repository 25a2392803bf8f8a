"""What all rules have in common: a policy for errors, a reading of values, and their code.

A rule *is* the loop over the callbacks of a chain. It is written down as three fragments of Python
(before the first callback, after each answer, after the last callback), which `hostkit.dispatch`
puts around every call of the chain and compiles once. In a fragment

- ``_r`` is the answer of the callback just called, ``_t`` the draft of a receipt (mostly `None`);
- ``@read`` turns ``_r`` into `CONTINUE` or a result, with what ``read=`` says;
- ``@refuse`` handles ``_r`` as an invalid answer, by the policy for errors;
- ``@kept`` says that ``_r`` has become a part of the result;
- ``@replace NAME`` does what ``_r``, a `Replace`, says with the argument of that name, and leaves
  its result in ``_allowed``;
- ``@return NAME`` ends the chain with that value;
- ``@allow NAME`` does as well, and says that it is no denial;
- ``@deny``, or ``@deny if CONDITION``, ends it with the denial ``_r``.

Names without an underscore may be those of the hook's arguments, so a fragment uses none, not
even a builtin.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules.decision import CONTINUE, Deny, as_deny

OnError: TypeAlias = Literal["raise", "deny", "continue", "fail"]
"""What a callback's failure means: see `hostkit.rules`."""

Read: TypeAlias = Callable[[Any], Any]
"""Turns a raw answer into `CONTINUE` or a result; raises `TypeError` or `ValueError` otherwise."""


@attrs.frozen(kw_only=True)
class Rule(ABC):
    """How a chain of callbacks becomes one result.

    Args:
        on_error: What it means when a callback raises or times out.
        on_invalid: What it means when it answers nonsense; by default the same.
        read: Reads a callback's raw answer; see `Read`.
        veto: Recognises exceptions that are a module's denial. They go to the caller as they are.
        describe: Writes a denial of the host's own kind (a result, or an exception that ``veto``
            recognises) as a `Deny`, for answers in JSON; by default see `describe_denial`.

    Raises:
        SpecError: The policy means nothing for this rule, or ``read`` cannot be called.
    """

    on_error: OnError = "fail"
    on_invalid: OnError | None = None
    read: Read | None = None
    veto: Callable[[Exception], bool] | None = None
    describe: Callable[[Any], Deny] | None = None

    _deny_hint: ClassVar[str] = "{} makes no denials, so an error cannot count as one"

    denies: ClassVar[bool] = False
    """Whether an answer can be a denial."""
    decides: ClassVar[bool] = True
    """Whether a single module's answer can become the result of the chain."""
    exclusive: ClassVar[bool] = False
    """Whether only one module may register for the hook."""

    def __attrs_post_init__(self) -> None:
        name = type(self).__name__
        for option in ("on_error", "on_invalid"):
            policy = getattr(self, option)
            if policy in self.policies or (policy is None and option == "on_invalid"):
                continue
            known = policy in get_args(OnError)
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.{name} has no use for {option}={policy!r}",
                expected=", ".join(repr(known) for known in sorted(self.policies)),
                hint=self._deny_hint.format(name) if known else None,
            )
        self._check_callable("read", "a function that takes a callback's answer")
        self._check_callable("veto", "a function that takes an exception")
        self._check_callable("describe", "a function that takes a denial and returns a Deny")

    def _check_callable(self, option: str, expected: str) -> None:
        function = getattr(self, option)
        if function is not None and not callable(function):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.{type(self).__name__} was given {option}={function!r}, "
                "which cannot be called",
                expected=expected,
            )

    @property
    def policies(self) -> frozenset[OnError]:
        """The policies that mean something for this rule."""
        return frozenset({"raise", "continue", "fail"})

    def takes(self, policy: OnError) -> bool:
        """Whether a module's own policy for errors means something here."""
        return policy in self.policies

    def describe_denial(self, denial: object) -> Deny:
        """Write a denial as a `Deny`: with code, reason and further facts.

        Args:
            denial: The result of a call that was denied, or the exception that denied it.

        Returns:
            What ``describe=`` makes of it. Without that, a `Deny` is itself, an exception gives its
            message, the member of an enum its value or its name as the code, a string the reason.
        """
        return self.describe(denial) if self.describe is not None else as_deny(denial)

    def judge(self, value: Any) -> Any:
        """Read one answer outside the compiled chain: `CONTINUE`, or the result it would be.

        Raises:
            Exception: The answer is not one this hook can have.
        """
        return self.read(value) if self.read is not None else value

    @property
    def before(self) -> tuple[str, ...]:
        """Code that runs before the first callback."""
        return ()

    @property
    @abstractmethod
    def answer(self) -> tuple[str, ...]:
        """Code that runs after each callback that did not raise."""

    @property
    @abstractmethod
    def after(self) -> tuple[str, ...]:
        """Code that runs when no callback ended the chain."""

    @property
    def names(self) -> dict[str, Any]:
        """The values that the fragments refer to."""
        return {"_CONTINUE": CONTINUE, "_read": self.read}

    @property
    def expects(self) -> str | None:
        """What an answer must be, in words; by default the hookspec's annotation says it."""
        return None
