"""What all rules have in common: policies for failures, and what an answer means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import CoroutineType
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    TypeAlias,
    TypedDict,
    cast,
    final,
    get_args,
)

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules._results import D_co
from hostkit.rules.decision import CONTINUE, Deny, as_deny

OnError: TypeAlias = Literal["raise", "deny", "continue", "fail"]
"""What a callback's failure means: see `hostkit.rules`."""

FailureKind: TypeAlias = Literal["unavailable", "timeout", "error"]
"""What kind of failure it is: an outage of something the module needs (it raised
`hostkit.Unavailable`), its ``timeout:``, or anything else, answers that mean nothing included."""

POLICIES: Final[tuple[OnError, ...]] = get_args(OnError)
KINDS: Final[tuple[FailureKind, ...]] = get_args(FailureKind)


@attrs.frozen(kw_only=True)
class ByKind:
    """A policy for each kind of failure, where a single word says too little.

    What is left out leaves that kind to the next in line: a module's policies to the rule, a rule's
    to its default.

    Args:
        unavailable: Something that the module needs cannot be reached: `hostkit.Unavailable`.
        timeout: It took longer than its ``timeout:``.
        error: Any other failure, an answer that means nothing included.
    """

    unavailable: OnError | None = None
    timeout: OnError | None = None
    error: OnError | None = None

    def __str__(self) -> str:
        given = {kind: policy_for(self, kind) for kind in KINDS}
        return ", ".join(f"{kind}: {policy}" for kind, policy in given.items() if policy)


def policy_for(on_error: OnError | ByKind | None, kind: FailureKind) -> OnError | None:
    """Find the policy for one kind of failure; `None` if nothing is said about it."""
    if not isinstance(on_error, ByKind):
        return on_error
    policies: dict[FailureKind, OnError | None] = {
        "unavailable": on_error.unavailable,
        "timeout": on_error.timeout,
        "error": on_error.error,
    }
    return policies[kind]


Read: TypeAlias = Callable[[Any], Any]
"""Turns a raw answer into `CONTINUE` or a result; raises `TypeError` or `ValueError` otherwise."""

NO_ANSWER: Final = object()
"""Stands where a rule could name an answer and names none."""


@final
class RuleOptions(TypedDict, total=False):
    """The arguments that all rules have, apart from ``read``; `Rule` documents them."""

    on_error: OnError | ByKind
    on_invalid: OnError | None
    veto: Callable[[Exception], bool] | None
    describe: Callable[[Any], Deny] | None


@attrs.frozen(kw_only=True)
class Rule(ABC, Generic[D_co]):
    """How a chain of callbacks becomes one result.

    A rule says what an answer means, and what the result is when no callback ended the chain. It
    asks nothing itself: `hostkit.dispatch` has the one loop over callbacks. A rule of one's own
    needs `finish`, and whatever of the rest is not as here.

    To type checkers, the result of a hook is of the type that its hookspec is annotated with. The
    class of a rule with other results says so: ``class Majority(Rule[Gives[bool]])``.

    Args:
        on_error: What it means when a callback raises or times out: one policy, or a `ByKind`.
        on_invalid: What it means when it answers nonsense; by default the same.
        read: Reads a callback's raw answer; see `Read`.
        veto: Recognises exceptions that are a module's denial. They go to the caller as they are.
        describe: Writes a denial of the host's own kind (a result, or an exception that ``veto``
            recognises) as a `Deny`, for answers in JSON; by default see `describe_denial`.

    Raises:
        SpecError: The policy means nothing for this rule, or ``read`` cannot be called.
    """

    on_error: OnError | ByKind = "fail"
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
    ignores: ClassVar[bool] = False
    """Whether answers are ignored."""
    gathers: ClassVar[bool] = False
    """Whether answers are gathered, for `finish` to make the result of them."""

    def __attrs_post_init__(self) -> None:
        if isinstance(self.on_error, ByKind):
            for kind in KINDS:
                policy = policy_for(self.on_error, kind)
                self._check_policy(f"on_error=ByKind({kind}={policy!r})", policy, is_optional=True)
        else:
            self._check_policy(f"on_error={self.on_error!r}", self.on_error)
        self._check_policy(f"on_invalid={self.on_invalid!r}", self.on_invalid, is_optional=True)
        self._check_callable("read", "a function that takes a callback's answer")
        self._check_callable("veto", "a function that takes an exception")
        self._check_callable("describe", "a function that takes a denial and returns a Deny")

    def _check_policy(self, said: str, policy: object, *, is_optional: bool = False) -> None:
        if (policy is None and is_optional) or (
            isinstance(policy, str) and policy in self.policies
        ):
            return
        name = type(self).__name__
        hint = None
        if isinstance(policy, str) and policy in POLICIES:
            hint = self._deny_hint.format(name)
        elif isinstance(policy, Mapping):
            hint = "write rules.ByKind(unavailable=..., timeout=..., error=...)"
        raise SpecError(
            Code.BAD_OPTION,
            f"rules.{name} has no use for {said}",
            expected=", ".join(repr(known) for known in sorted(self.policies)),
            hint=hint,
        )

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

    def policy(self, kind: FailureKind) -> OnError:
        """What a failure means, unless the module has a policy of its own."""
        policy = policy_for(self.on_error, kind)
        if policy is None:
            policy = cast("OnError", attrs.fields_dict(type(self))["on_error"].default)
        return policy

    # What an answer means.

    @property
    def passes(self) -> Any:
        """The answer that lets the next module be asked, known by identity; or `NO_ANSWER`."""
        return NO_ANSWER

    @property
    def reader(self) -> Read | None:
        """Reads the answers that do not pass; `None` if they mean themselves."""
        return self.read

    def judge(self, value: Any) -> Any:
        """Read one answer: `CONTINUE`, or what it means.

        Raises:
            Exception: The answer is not one this hook can have.
        """
        if self.ignores or value is self.passes:
            return CONTINUE
        reader = self.reader
        if reader is None and type(value) is CoroutineType:
            raise TypeError  # that an `await` is missing is said where the answer is shown
        meaning = value if reader is None else reader(value)
        return CONTINUE if meaning is self.passes else meaning

    def ends(self, meaning: Any) -> bool:  # noqa: ARG002 -- rules that gather may look at it
        """Whether an answer that means this is the result, and no more modules are asked."""
        return not self.gathers

    @property
    def expects(self) -> str | None:
        """What an answer must be, in words; by default the hookspec's annotation says it."""
        return None

    # What the result is.

    @abstractmethod
    def finish(self, answers: list[Any]) -> Any:
        """Make the result of a chain that no answer ended.

        Args:
            answers: What the answers mean, in config order, if the rule `gathers` them; a list of
                the caller's own.
        """

    def is_denial(self, result: Any) -> bool:  # noqa: ARG002 -- rules that deny look at it
        """Whether a result means that the operation was denied."""
        return False

    @property
    def plain_denial(self) -> type | None:
        """The class whose instances are denials as they are, if there is one."""
        return None

    @property
    def replaced(self) -> str | None:
        """The argument that an answer may replace for the modules asked after it."""
        return None

    @property
    def ends_with_replacement(self) -> bool:
        """Whether no more modules are asked once an argument was replaced."""
        return False

    @property
    def reviews_replacement(self) -> bool:
        """Whether modules asked before the last replacement are asked again about it."""
        return False

    @property
    def reaches_all(self) -> bool:
        """Whether a call that has begun asks every module, even if its caller is cancelled."""
        return False

    def deny_for_failure(self) -> Any:
        """The denial that a failure counts as under the policy ``"deny"``.

        Returns:
            A result or, if results of this rule cannot deny, an exception to be raised.
        """
        return None

    def describe_denial(self, denial: object) -> Deny:
        """Write a denial as a `Deny`: with code, reason and further facts.

        Args:
            denial: The result of a call that was denied, or the exception that denied it.

        Returns:
            What ``describe=`` makes of it. Without that, a `Deny` is itself, an exception gives its
            message, the member of an enum its value or its name as the code, a string the reason.
        """
        return self.describe(denial) if self.describe is not None else as_deny(denial)
