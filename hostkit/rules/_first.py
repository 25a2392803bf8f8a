"""Rules that end with the first module that has something to say."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, final

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules._rule import OnError, Rule
from hostkit.rules.decision import ALLOW, CONTINUE, Deny, Replace

_RETURN_IF_DECIDED = ("if _r is not _CONTINUE:", "    @return _r")

ERRING = Deny("module_failed", "a module could not decide")
"""The denial that ``on_error="deny"`` stands for, unless the rule names another."""


@final
@attrs.frozen(kw_only=True)
class FirstDenial(Rule):
    """All modules are asked until one denies; its denial is the result, else the allow value.

    Without ``read``, callbacks answer `ALLOW` or a `Deny`, and anything else is invalid. With
    it, whatever it returns other than `CONTINUE`, the allow value and a `Replace` is the denial.

    Args:
        on_error: ``"deny"``, ``"fail"`` (default), ``"continue"`` or ``"raise"``.
        on_invalid: The same for answers that mean nothing; by default as ``on_error``.
        read: Reads a callback's raw answer.
        allow: The result when nobody denies; as an answer, raw or read, it always lets the next
            one be asked.
        denial: The result when a module fails and that counts as a denial; by default a `Deny`. It
            must be given if ``allow`` is, as denials then are of the host's own kind, too.
        veto: Tells which exceptions are a module's denial; see `Rule`.
        replaces: The argument that an answer may replace, for the modules asked after it. Then
            ``read`` may return a `Replace`, and that of the last one is the allow value.
        replacing: Whether modules are asked about what was replaced (``"ask"``, the default), or
            not at all (``"stop"``).
    """

    denies: ClassVar[bool] = True

    allow: Any = ALLOW
    denial: Any = None
    replaces: str | None = None
    replacing: Literal["ask", "stop"] = "ask"

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
        if self.replacing not in ("ask", "stop"):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.FirstDenial has no use for replacing={self.replacing!r}",
                expected="'ask', 'stop'",
            )

    def _default_denial(self) -> None:
        if self.allow is ALLOW:
            object.__setattr__(self, "denial", ERRING)
        elif "deny" in (self.on_error, self.on_invalid):
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

    def judge(self, value: Any) -> Any:
        """Read one answer: `CONTINUE` or the denial."""
        if value is self.allow:
            return CONTINUE
        if self.read is not None:
            result = self.read(value)
            return CONTINUE if result is self.allow else result
        if isinstance(value, Deny):
            return value
        raise TypeError("neither ALLOW nor a Deny")

    @property
    def answer(self) -> tuple[str, ...]:
        """A denial ends the chain."""
        if self.read is None:
            return (
                "if _r is not _allow:",
                "    @deny if _type(_r) is _Deny",
                "    @refuse",
                "    if _r is not _CONTINUE:",
                "        @deny",
            )
        return (
            "if _r is not _allow:",
            "    @read",
            *(f"    {line}" for line in self._replace()),
            "    if _r is not _CONTINUE and _r is not _allow:",
            "        @deny",
        )

    def _replace(self) -> tuple[str, ...]:
        if self.replaces is None:
            return ()
        replace = ("if _type(_r) is _Replace:", f"    @replace {self.replaces}")
        if self.replacing == "ask":
            return replace
        return (*replace, "    if _allowed is not _CONTINUE:", "        @allow _allowed")

    @property
    def before(self) -> tuple[str, ...]:
        """Nobody has replaced anything."""
        if self.replaces is None:
            return ()
        # A result may be any value, even the allow value itself, but never `CONTINUE`.
        return ("_allowed = _allow" if self.replacing == "ask" else "_allowed = _CONTINUE",)

    @property
    def after(self) -> tuple[str, ...]:
        """Nobody denied."""
        asks = self.replaces is not None and self.replacing == "ask"
        return ("@allow _allowed",) if asks else ("@return _allow",)

    @property
    def names(self) -> dict[str, Any]:
        """The values that the fragments refer to."""
        return {
            **super().names,
            "_Deny": Deny,
            "_Replace": Replace,
            "_allow": self.allow,
            "_type": type,
        }

    @property
    def expects(self) -> str | None:
        """What a callback must answer."""
        return "ALLOW or a Deny" if self.read is None else None


@final
@attrs.frozen(kw_only=True)
class FirstResult(Rule):
    """Modules are asked until one gives a value; it is the result, else the default.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` or ``"raise"``.
        read: Reads a raw answer; by default `None` lets the next module be asked.
        default: The result when no module gives a value.
    """

    default: Any = None

    def judge(self, value: Any) -> Any:
        """Read one answer: `CONTINUE` or the result."""
        if self.read is not None:
            return self.read(value)
        return CONTINUE if value is None else value

    @property
    def answer(self) -> tuple[str, ...]:
        """A value ends the chain."""
        if self.read is None:
            return ("if _r is not None:", "    @return _r")
        return ("@read", *_RETURN_IF_DECIDED)

    @property
    def after(self) -> tuple[str, ...]:
        """Nobody had a value."""
        return ("@return _default",)

    @property
    def names(self) -> dict[str, Any]:
        """The values that the fragments refer to."""
        return {**super().names, "_default": self.default}


@final
@attrs.frozen(kw_only=True)
class Exclusive(Rule):
    """Only one module may register; its answer is the result, else the default.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` (the default is the result) or ``"raise"``.
        read: Reads the raw answer; `CONTINUE` stands for the default.
        default: The result when no module has registered.
    """

    exclusive: ClassVar[bool] = True

    default: Any = None

    @property
    def answer(self) -> tuple[str, ...]:
        """The one answer ends the chain."""
        return ("@return _r",) if self.read is None else ("@read", *_RETURN_IF_DECIDED)

    @property
    def after(self) -> tuple[str, ...]:
        """There is no module, or it left the answer to the host."""
        return ("@return _default",)

    @property
    def names(self) -> dict[str, Any]:
        """The values that the fragments refer to."""
        return {**super().names, "_default": self.default}
