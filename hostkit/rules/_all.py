"""Rules that ask every module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, final, overload

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.loops import NEVER, is_callers
from hostkit.rules._results import D_co, Gives, GivesList, initialised
from hostkit.rules._rule import NO_ANSWER, Rule, RuleOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from hostkit.rules._rule import ByKind, OnError
    from hostkit.rules.decision import Continue

M = TypeVar("M")
T = TypeVar("T")


@final
@attrs.frozen(kw_only=True)
class Notify(Rule[Gives[None]]):
    """Every module is notified; what the callbacks return is ignored and the result is `None`.

    A notification that has begun reaches every module, even if its caller is cancelled, unless it
    can deny.

    Args:
        on_error: ``"continue"`` (default: logged, the rest are still notified), ``"fail"``,
            ``"raise"`` or, with ``denial``, ``"deny"``.
        veto: Recognises exceptions that are a module's denial; see `Rule`.
        denial: Makes the exception that is raised when a module fails and that counts as a denial.
    """

    _deny_hint: ClassVar[str] = "say with denial= which exception is raised then"

    on_error: OnError | ByKind = "continue"
    denial: Callable[[], Exception] | None = None

    decides: ClassVar[bool] = False
    ignores: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.read is not None or self.on_invalid is not None:
            option = "read" if self.read is not None else "on_invalid"
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.Notify was given {option}=, but it ignores what callbacks return",
                hint="use rules.Collect to gather answers",
            )
        self._check_callable("denial", "a function that makes an exception")

    @property
    def policies(self) -> frozenset[OnError]:
        """The policies that mean something for this rule."""
        return super().policies | ({"deny"} if self.denial is not None else set())

    @property
    def reaches_all(self) -> bool:
        """A plain notification does; one that can deny is part of what was cancelled."""
        return self.veto is None and self.denial is None

    def finish(self, answers: list[Any]) -> None:
        """Every module was notified."""

    def deny_for_failure(self) -> Any:
        """Make the exception that the host raises for a denial."""
        denial = self.denial() if self.denial is not None else None
        if not isinstance(denial, Exception):
            raise TypeError(f"denial= of rules.Notify must make an exception, not {denial!r}")
        return denial


@initialised
@final
@attrs.frozen(kw_only=True, init=False)
class Collect(Rule[D_co]):
    """Every module is asked; the result is the list of their answers, in config order.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` (that answer is missing) or ``"raise"``.
        read: Reads a raw answer; `CONTINUE` leaves it out.
    """

    decides: ClassVar[bool] = False
    gathers: ClassVar[bool] = True

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Collect[GivesList], *, read: None = ..., **options: Unpack[RuleOptions]
        ) -> None: ...
        @overload
        def __init__(
            self: Collect[Gives[list[M]]],
            *,
            read: Callable[[Any], M | Continue],
            **options: Unpack[RuleOptions],
        ) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    def finish(self, answers: list[Any]) -> list[Any]:
        """All answers."""
        return answers


@initialised
@final
@attrs.frozen(kw_only=True, init=False)
class Merge(Rule[D_co]):
    """Every module is asked; their answers are combined into one.

    An answer that cannot be combined with those before it is an invalid answer of its module.

    Args:
        combine: Takes the list of answers in config order, which may be empty, and returns the
            result. If it raises, it is called again with fewer of them, to find out for which.
        on_error: ``"fail"`` (default), ``"continue"`` (that answer is missing) or ``"raise"``.
        read: Reads a raw answer as a whole; `CONTINUE` leaves it out.
        stop_at: An answer equal to this one ends the chain and is the result.
    """

    combine: Callable[[list[Any]], Any]
    stop_at: Any = NO_ANSWER

    decides: ClassVar[bool] = False
    gathers: ClassVar[bool] = True

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Merge[Gives[M]],
            *,
            combine: Callable[[list[Any]], M],
            read: Callable[[Any], Any] | None = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Merge[Gives[M | T]],
            *,
            combine: Callable[[list[Any]], M],
            stop_at: T,
            read: Callable[[Any], Any] | None = ...,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not callable(self.combine):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.Merge was given combine={self.combine!r}, which cannot be called",
                expected="a function that takes the list of all answers",
            )

    def ends(self, meaning: Any) -> bool:
        """Whether the answer is the one that ends the chain."""
        if self.stop_at is NO_ANSWER:
            return False
        try:
            return bool(meaning == self.stop_at)
        except BaseException as error:
            if is_callers(error, NEVER):
                raise
            return False  # what cannot be compared is not the token

    def finish(self, answers: list[Any]) -> Any:
        """All answers, combined."""
        return self.combine(answers)
