"""Say where in a module's own code an exception came from."""

from __future__ import annotations

import traceback

from hostkit.wording import exception_line


def innermost_frame(error: BaseException, module_name: str) -> str | None:
    """Find the last place in a package's own code that an exception passed.

    Args:
        error: The exception.
        module_name: A Python module of the package.

    Returns:
        File, line and function; `None` if the exception did not pass the package.
    """
    package = module_name.partition(".")[0]
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name == package or name.startswith(f"{package}."):
            found = f"at {frame.f_code.co_filename}:{line}, in {frame.f_code.co_name}"
    if found is None and isinstance(error, SyntaxError) and error.filename is not None:
        return f"at {error.filename}:{error.lineno}"
    return found


def causes(error: BaseException) -> tuple[str, ...]:
    """Write the exceptions that led to this one, a line each."""
    chain = [error]
    cause = error.__cause__
    while cause is not None and cause not in chain:  # `raise error from error` is possible
        chain.append(cause)
        cause = cause.__cause__
    return tuple(f"caused by {exception_line(cause)}" for cause in chain[1:])
