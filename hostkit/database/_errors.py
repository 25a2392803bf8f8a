"""What goes wrong with a database, as modules and operators see it; all of it names the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hostkit.errors import CodedError, Unavailable

if TYPE_CHECKING:
    from hostkit.codes import Code


class DatabaseError(CodedError):
    """An interaction with the database failed, and nothing of it was committed.

    What the driver raised is the ``__cause__``.

    Args:
        code: What kind of failure it is.
        module: The module's name.
        description: What the module called the interaction.
        reason: What happened.
        hint: What to do.
    """

    def __init__(
        self, code: Code, module: str, description: str, reason: str, hint: str | None = None
    ) -> None:
        message = f"module {module!r}: the database interaction {description!r} failed: {reason}"
        super().__init__(code, message, hint=hint)
        self.module = module
        self.description = description
        self.reason = reason


@final
class IntegrityError(DatabaseError):
    """What was to be written contradicts a constraint, such as a key that exists already."""


class DatabaseUnavailable(DatabaseError, Unavailable):  # noqa: N818 -- as its base
    """The database cannot be reached, has no room, or is busy for too long: an outage."""


@final
class DatabaseTimeoutError(DatabaseUnavailable, TimeoutError):
    """The interaction took longer than the setting ``database_timeout:`` allows."""


@final
class CommitUnknownError(DatabaseUnavailable):
    """The connection was lost while the transaction was being committed.

    It may have been committed or not. It was not tried again, as it would be done twice then.
    """


@final
class MigrationError(CodedError):
    """The schema of a module cannot be brought up to date; the database is as it was.

    What a migration raised is the ``__cause__``.

    Args:
        code: Why.
        module: The module's name.
        reason: What happened, and in which step.
        expected: What would have been right.
        hint: What to do.
    """

    def __init__(
        self,
        code: Code,
        module: str,
        reason: str,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(code, f"module {module!r}: {reason}", expected=expected, hint=hint)
        self.module = module
        self.reason = reason
