"""Rules that ask every module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, final

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.rules._rule import OnError, Rule
from hostkit.rules.decision import CONTINUE

if TYPE_CHECKING:
    from collections.abc import Callable

_KEEP = ("_results.append(_r)", "@kept")
_READ_AND_KEEP = ("@read", "if _r is not _CONTINUE:", *(f"    {line}" for line in _KEEP))


@final
@attrs.frozen(kw_only=True)
class Notify(Rule):
    """Every module is told; what the callbacks return is ignored and the result is `None`.

    Args:
        on_error: ``"continue"`` (default: logged, the rest are still told), ``"fail"``,
            ``"raise"`` or, with ``denial``, ``"deny"``.
        veto: Tells which exceptions are a module's denial; see `Rule`.
        denial: Makes the exception that is raised when a module fails and that counts as a denial.
    """

    _deny_hint: ClassVar[str] = "say with denial= which exception is raised then"

    on_error: OnError = "continue"
    denial: Callable[[], Exception] | None = None

    decides: ClassVar[bool] = False

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

    def judge(self, value: Any) -> Any:  # noqa: ARG002
        """Every answer is ignored."""
        return CONTINUE

    @property
    def answer(self) -> tuple[str, ...]:
        """Answers are ignored."""
        return ()

    @property
    def after(self) -> tuple[str, ...]:
        """Everybody was told."""
        return ("@return None",)


@final
@attrs.frozen(kw_only=True)
class Collect(Rule):
    """Every module is asked; the result is the list of their answers, in config order.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` (that answer is missing) or ``"raise"``.
        read: Reads a raw answer; `CONTINUE` leaves it out.
    """

    decides: ClassVar[bool] = False

    @property
    def before(self) -> tuple[str, ...]:
        """Start with no answers."""
        return ("_results = []",)

    @property
    def answer(self) -> tuple[str, ...]:
        """Keep the answer."""
        return _KEEP if self.read is None else _READ_AND_KEEP

    @property
    def after(self) -> tuple[str, ...]:
        """All answers."""
        return ("@return _results",)


_NO_TOKEN = object()


@final
@attrs.frozen(kw_only=True)
class Merge(Rule):
    """Every module is asked; their answers are combined into one.

    Args:
        combine: Takes the list of answers in config order, which may be empty, and returns the
            result.
        on_error: ``"fail"`` (default), ``"continue"`` (that answer is missing) or ``"raise"``.
        read: Reads a raw answer as a whole; `CONTINUE` leaves it out.
        stop_at: An answer equal to this one ends the chain and is the result.
    """

    combine: Callable[[list[Any]], Any]
    stop_at: Any = _NO_TOKEN

    decides: ClassVar[bool] = False

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not callable(self.combine):
            raise SpecError(
                Code.BAD_OPTION,
                f"rules.Merge was given combine={self.combine!r}, which cannot be called",
                expected="a function that takes the list of all answers",
            )

    @property
    def before(self) -> tuple[str, ...]:
        """Start with no answers."""
        return ("_results = []",)

    @property
    def answer(self) -> tuple[str, ...]:
        """Keep the answer, unless it says that the rest need not be asked."""
        keep = _KEEP if self.read is None else _READ_AND_KEEP
        if self.stop_at is _NO_TOKEN:
            return keep
        return (*keep, "if _stops(_r):", "    @return _r")

    @property
    def after(self) -> tuple[str, ...]:
        """All answers, combined."""
        return ("_r = _combine(_results)", "@return _r")

    @property
    def names(self) -> dict[str, Any]:
        """The values that the fragments refer to."""
        return {**super().names, "_combine": self.combine, "_stops": self._stops}

    def _stops(self, value: Any) -> bool:
        try:
            return bool(value == self.stop_at)
        except Exception:  # noqa: BLE001 -- what cannot be compared is not the token
            return False
