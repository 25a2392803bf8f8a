"""Rules that end with the first module that has a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, final

import attrs

from hostkit.rules._results import (
    AsWritten,
    D_co,
    Gives,
    GivesAnswer,
    GivesValue,
    initialised,
)
from hostkit.rules._rule import NO_ANSWER, Rule, RuleOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack, overload

    from hostkit.rules.decision import Continue

M = TypeVar("M")
T = TypeVar("T")


@initialised
@final
@attrs.frozen(kw_only=True, init=False)
class FirstResult(Rule[D_co]):
    """Modules are asked until one gives a value; it is the result, else the default.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` or ``"raise"``.
        read: Reads a raw answer; by default `None` lets the next module be asked.
        default: The result when no module gives a value.
    """

    default: Any = None

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: FirstResult[AsWritten], *, read: None = ..., **options: Unpack[RuleOptions]
        ) -> None: ...
        @overload
        def __init__(
            self: FirstResult[GivesValue[T]],
            *,
            read: None = ...,
            default: T,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: FirstResult[Gives[M | None]],
            *,
            read: Callable[[Any], M | Continue],
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: FirstResult[Gives[M | T]],
            *,
            read: Callable[[Any], M | Continue],
            default: T,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    @property
    def passes(self) -> Any:
        """No value, unless ``read`` says what that is."""
        return None if self.read is None else NO_ANSWER

    def finish(self, answers: list[Any]) -> Any:  # noqa: ARG002
        """No module had a value."""
        return self.default


@initialised
@final
@attrs.frozen(kw_only=True, init=False)
class Exclusive(Rule[D_co]):
    """Only one module may register; its answer is the result, else the default.

    Args:
        on_error: ``"fail"`` (default), ``"continue"`` (the default is the result) or ``"raise"``.
        read: Reads the raw answer; `CONTINUE` stands for the default.
        default: The result when no module has registered.
    """

    exclusive: ClassVar[bool] = True

    default: Any = None

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Exclusive[AsWritten], *, read: None = ..., **options: Unpack[RuleOptions]
        ) -> None: ...
        @overload
        def __init__(
            self: Exclusive[GivesAnswer[T]],
            *,
            read: None = ...,
            default: T,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Exclusive[Gives[M | None]],
            *,
            read: Callable[[Any], M | Continue],
            **options: Unpack[RuleOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: Exclusive[Gives[M | T]],
            *,
            read: Callable[[Any], M | Continue],
            default: T,
            **options: Unpack[RuleOptions],
        ) -> None: ...
        def __init__(self, **options: Any) -> None: ...

    def finish(self, answers: list[Any]) -> Any:  # noqa: ARG002
        """No module has registered, or it left the answer to the host."""
        return self.default
