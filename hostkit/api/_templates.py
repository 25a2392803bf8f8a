"""`TemplateApi`: the part of the module api that renders templates."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hostkit.api._base import BaseApi

if TYPE_CHECKING:
    from hostkit.templates import Templates


class TemplateApi(BaseApi):
    """Offers the templates of the module."""

    @cached_property
    def templates(self) -> Templates:
        """The module's templates: ``api.templates.render("mail.html", name=name)``.

        They are those in the folder ``templates`` beside the module's Python file, unless the
        operator has others of the same name. It needs the extra ``templates``.
        """
        # Few modules need them.
        from hostkit.templates import Templates  # noqa: PLC0415

        own = self._registrations.folder
        folders = [self._services.places.templates_of(self._name)]
        return Templates(self._name, folders if own is None else [*folders, own / "templates"])
