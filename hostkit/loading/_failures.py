"""Say which module failed, where in its own code, and with what, while it was loaded."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Final

import attrs

from hostkit.codes import Code
from hostkit.errors import CodedError, ConfigErrors, HostkitError
from hostkit.loops import NEVER, is_callers
from hostkit.presenting import exception_line, presentable

if TYPE_CHECKING:
    from hostkit.config import HostFile, ModuleEntry


NO_LOOP: Final = "no event loop runs while modules are built: use start() for what needs one"


def pass_on(error: BaseException) -> None:
    """Raise an exception again if it is not a failure of the module whose code raised it.

    Args:
        error: The exception, just caught around code that awaits nothing.

    Raises:
        BaseException: The exception, if it is `KeyboardInterrupt` or `GeneratorExit`.
    """
    # Only what awaits can be cancelled, so a cancellation is of the module's own making, as when it
    # asks a cancelled future for its result.
    if is_callers(error, NEVER):
        raise error


def broken(
    file: HostFile, entry: ModuleEntry, module_class: type, what: str, error: BaseException
) -> ConfigErrors:
    """Describe the failure of a module that was being built.

    Args:
        file: The config file.
        entry: The module's entry in it.
        module_class: The module's class.
        what: Which of its methods failed: ``parse_config`` or ``__init__``.
        error: What it raised.
    """
    error = presentable(error)
    where = frames(error, module_class.__module__)
    # What hostkit refused has a code and a hint of its own, such as a callback that does not fit.
    if isinstance(error, CodedError):
        problem = attrs.evolve(
            error.problem,
            message=f"module {entry.name!r}: {error.problem.message}",
            path=entry.path,
            details=(*error.problem.details, *where),
        )
        return ConfigErrors((file.adopt(problem),))
    code = Code.INIT_RAISED if what == "__init__" else Code.PARSE_CONFIG_RAISED
    text = str(error) if isinstance(error, HostkitError) else exception_line(error)
    return ConfigErrors(
        (
            file.problem(
                code,
                f"module {entry.name!r} failed in {what}: {text}",
                entry.path,
                details=(*causes(error), *where),
                hint=_hint(module_class, what, error),
            ),
        )
    )


def frames(error: BaseException, module_name: str) -> tuple[str, ...]:
    """Find the last place in a package's own code that an exception passed, and where it arose.

    Args:
        error: The exception.
        module_name: A Python module of the package.

    Returns:
        File, line and function of both, a line each; one, if they are the same, or the exception
        did not pass the package; none, if it arose in hostkit itself.
    """
    package = module_name.partition(".")[0]
    own = raised = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name, code = frame.f_globals.get("__name__", ""), frame.f_code
        raised = f"{code.co_filename}:{line}, in {code.co_name}"
        if _is_within(name, package):
            own = raised
        elif _is_within(name, "hostkit") or name.startswith("importlib") or raised[0] == "<":
            # Ours, Python's between two modules, or generated: none of them is to blame.
            raised = own
    # Code that cannot be compiled has no frame.
    if isinstance(error, SyntaxError) and error.filename is not None:
        raised = f"{error.filename}:{error.lineno}"
    if own is None or raised is None:
        return () if raised is None else (f"at {raised}",)
    return (f"at {own}",) if raised == own else (f"at {own}", f"raised at {raised}")


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def is_about_loops(error: BaseException) -> bool:
    """Whether code needed a running event loop, as `asyncio.create_task` does."""
    return isinstance(error, RuntimeError) and "event loop" in str(error)


def causes(error: BaseException) -> tuple[str, ...]:
    """Write the exceptions that led to this one, a line each."""
    chain = [error]
    cause = error.__cause__
    while cause is not None and cause not in chain:  # `raise error from error` is possible
        chain.append(cause)
        cause = cause.__cause__
    return tuple(f"caused by {exception_line(cause)}" for cause in chain[1:])


def _hint(module_class: type, what: str, error: BaseException) -> str | None:
    """Say what to do if not even the call itself worked."""
    if is_about_loops(error):
        return NO_LOOP
    if isinstance(error, TypeError) and "should return None, not 'coroutine'" in str(error):
        return "__init__ cannot be asynchronous: use start() for what must wait"
    # A traceback of one frame, which is ours, means that the call did not reach the module's code.
    called = error.__traceback__.tb_next if error.__traceback__ is not None else None
    if not isinstance(error, TypeError) or called is not None:
        return None
    if what == "__init__":
        return f"modules are built as {module_class.__name__}(config, api)"
    return "parse_config(config) is a @staticmethod or a @classmethod"
