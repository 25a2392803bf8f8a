"""`Templates`: the templates of one module, rendered by Jinja2."""

from __future__ import annotations

import traceback
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from hostkit.codes import Code
from hostkit.errors import CodedError
from hostkit.presenting import exception_line
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment, Template


@final
class TemplateFailedError(CodedError):
    """A template is not there, is malformed, or fails while it is rendered."""


@final
class Templates:
    """The templates of one module.

    Values are escaped as HTML, except in templates whose names end with ``.txt``. A value that is
    not given is an error.

    Args:
        module: The module's name.
        folders: Where templates are looked for, in this order; they need not be there.
    """

    def __init__(self, module: str, folders: Sequence[Path]) -> None:
        self._module = module
        self._folders = tuple(folders)

    @cached_property
    def environment(self) -> Environment:
        """The environment of Jinja2, for filters and globals of the module's own.

        Raises:
            TemplateFailedError: The package is not installed (HK500).
        """
        try:
            import jinja2  # noqa: PLC0415 -- an extra
        except ModuleNotFoundError:
            raise TemplateFailedError(
                Code.SERVICE_MISSING,
                "api.templates needs the package jinja2, which is not installed",
                hint="pip install 'hostkit-framework[templates]'",
            ) from None
        return jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folders),
            autoescape=jinja2.select_autoescape((), ("txt",), default=True),
            undefined=jinja2.StrictUndefined,
        )

    def render(self, name: str, /, **values: Any) -> str:
        """Render a template.

        Args:
            name: Its path within a folder of templates, such as ``mail.html``.
            values: What it is rendered with.

        Returns:
            What comes of it.

        Raises:
            TemplateFailedError: It is not there, is malformed, or has failed (HK542). What Jinja2
                or the template has raised is the ``__cause__``.
        """
        environment = self.environment
        try:
            template: Template = environment.get_template(name)
            return template.render(**values)
        except Exception as error:
            raise self._explain(name, error) from error

    def _explain(self, name: str, error: Exception) -> TemplateFailedError:
        from jinja2 import TemplateNotFound, TemplateSyntaxError  # noqa: PLC0415 -- an extra

        said = f"module {self._module!r} cannot render the template {name!r}"
        if isinstance(error, TemplateNotFound):
            known = sorted(self.environment.list_templates())
            missing = str(error.name or name)
            return TemplateFailedError(
                Code.TEMPLATE_FAILED,
                said + (": it is not there" if missing == name else f": {missing!r} is not there"),
                details=tuple(f"looked for in {folder}" for folder in self._folders),
                expected=", ".join(known) or None,
                hint=did_you_mean(missing, known),
            )
        if isinstance(error, TemplateSyntaxError):
            place: str | None = f"{error.filename}:{error.lineno}"
        else:
            place = self._line_of(error)
        where = "" if place is None else f"{place}: "
        return TemplateFailedError(Code.TEMPLATE_FAILED, f"{said}: {where}{exception_line(error)}")

    def _line_of(self, error: Exception) -> str | None:
        """Find the last line of a template that an exception came through."""
        # Jinja2 puts its templates into tracebacks as if they were Python's files.
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            path = Path(frame.filename)
            if any(path.is_relative_to(folder) for folder in self._folders):
                return f"{path}:{frame.lineno}"
        return None
