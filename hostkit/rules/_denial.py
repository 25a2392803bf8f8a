"""`FirstDenial`: the first module that denies decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, cast, final, overload

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules._results import AsWritten, D_co, Gives, initialised
from hostkit.rules._rule import KINDS, OnError, Read, Rule, RuleOptions
from hostkit.rules.decision import ALLOW, CONTINUE, Allow, Decision, Deny

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from hostkit.rules.decision import Continue

M = TypeVar("M")
T = TypeVar("T")

ERRING = Deny("module_failed", "a module could not decide")
"""The denial that ``on_error="deny"`` stands for, unless the rule names another."""


def _read_decision(value: Any) -> Deny:
    if issubclass(type(value), Deny):  # others may say that they are one
        return cast("Deny", value)
    raise TypeError("neither ALLOW nor a Deny")


@initialised
@final
@attrs.frozen(kw_only=True, init=False)
class FirstDenial(Rule[D_co]):
    """All modules are asked until one denies; its denial is the result, else the allow value.

    Without ``read``, callbacks answer `ALLOW` or a `Deny`, and anything else is invalid. With
    it, whatever it returns other than `CONTINUE`, the allow value and a `Replace` is the denial.

    Args:
        on_error: ``"deny"``, ``"fail"`` (default), ``"continue"`` or ``"raise"``, or a `ByKind`.
        on_invalid: The same for answers that mean nothing; by default as ``on_error``.
        read: Reads a callback's raw answer.
        allow: The result when no module denies; as an answer, raw or read, it always lets the next
            one be asked.
        denial: The result when a module fails and that counts as a denial; by default a `Deny`. It
            must be given if ``allow`` is, as denials then are of the host's own kind, too.
        veto: Recognises which exceptions are a module's denial; see `Rule`.
        replaces: The argument that an answer may replace, for the modules asked after it. Then
            ``read`` may return a `Replace`, and that of the last one is the allow value.
        replacing: Whether modules are asked about what was replaced (``"ask"``, the default), or
            not at all (``"stop"``).
        asks_again: Whether modules that had decided before the last replacement, and replaced
            nothing themselves, are asked again, once, about what was finally agreed. An answer that
            would change it again is invalid.
    """

    denies: ClassVar[bool] = True

    allow: Any = ALLOW
    denial: Any = None
    replaces: str | None = None
    replacing: Literal["ask", "stop"] = "ask"
    asks_again: bool = False

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: FirstDenial[Gives[Decision]],
            *,
            read: None = ...,
            denial: Deny | None = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: FirstDenial[Gives[M | Literal[Allow.ALLOW]]],
            *,
            read: Callable[[Any], M | Continue],
            denial: Any = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: FirstDenial[Gives[M | T]],
            *,
            read: Callable[[Any], M | Continue],
            allow: T,
            denial: Any = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(  # what replaces an argument says itself what the result is
            self: FirstDenial[AsWritten],
            *,
            read: Read,
            replaces: str,
            replacing: Literal["ask", "stop"] = ...,
            asks_again: bool = ...,
            allow: Any = ...,
            denial: Any = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    @property
    def policies(self) -> frozenset[OnError]:
        """The policies that mean something for this rule."""
        return super().policies | {"deny"}

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._check_replacing()
        if self.read is None and self.allow is not ALLOW:
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.FirstDenial has allow={self.allow!r} but no read=",
                hint="say with read= which answers deny: only ALLOW and Deny are known without it",
            )
        if self.denial is None:
            self._default_denial()
        elif self.denial is CONTINUE or self.denial is self.allow or not self._known(self.denial):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.FirstDenial has denial={self.denial!r}, which does not deny",
                expected="a Deny" if self.read is None else "what read= returns for a denial",
            )

    def _check_replacing(self) -> None:
        if self.replaces is not None and self.read is None:
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.FirstDenial has replaces={self.replaces!r} but no read=",
                hint="say with read= which answers replace it: it returns a rules.Replace for them",
            )
        if self.asks_again and self.replaces is None:
            raise SpecError(
                Code.BAD_OPTION,
                "rules.FirstDenial has asks_again=True but no replaces=",
                hint="say with replaces= which argument an answer may replace",
            )
        if self.replacing not in ("ask", "stop"):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.FirstDenial has no use for replacing={self.replacing!r}",
                expected="'ask', 'stop'",
            )

    def _default_denial(self) -> None:
        if self.allow is ALLOW:
            object.__setattr__(self, "denial", ERRING)
        elif "deny" in (self.on_invalid, *map(self.policy, KINDS)):
            raise SpecError(
                Code.BAD_OPTION,
                "rules.FirstDenial counts failures as denials, but does not say as which",
                hint="say with denial= what the result is then, as allow= is not ALLOW",
            )

    def takes(self, policy: OnError) -> bool:
        """Whether a module's own policy means something: to deny, there must be a denial."""
        return super().takes(policy) and (policy != "deny" or self.denial is not None)

    def _known(self, denial: Any) -> bool:
        return self.read is not None or isinstance(denial, Deny)

    @property
    def passes(self) -> Any:
        """The allow value."""
        return self.allow

    @property
    def reader(self) -> Read:
        """By default, what is not `ALLOW` must be a `Deny`."""
        return self.read if self.read is not None else _read_decision

    @property
    def plain_denial(self) -> type | None:
        """A `Deny` denies, unless ``read`` says what it means."""
        return Deny if self.read is None else None

    def finish(self, answers: list[Any]) -> Any:  # noqa: ARG002
        """No module denied."""
        return self.allow

    def is_denial(self, result: Any) -> bool:
        """Whether a result is something else than the allow value."""
        return result is not self.allow

    @property
    def replaced(self) -> str | None:
        """The argument that an answer may replace."""
        return self.replaces

    @property
    def ends_with_replacement(self) -> bool:
        """Whether it is not asked about what was replaced."""
        return self.replacing == "stop"

    @property
    def reviews_replacement(self) -> bool:
        """Whether those asked before are asked again."""
        return self.asks_again

    def deny_for_failure(self) -> Any:
        """The denial."""
        return self.denial

    @property
    def expects(self) -> str | None:
        """What a callback must answer."""
        return "ALLOW or a Deny" if self.read is None else None
