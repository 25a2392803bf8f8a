"""`ServerApi`: the part of the module api that knows the server's names and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hostkit.api._base import BaseApi
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from pathlib import Path


@final
class NotSaidError(RegistrationError, AttributeError):
    """The file does not say it; also an `AttributeError`, for the default of `getattr`."""


class ServerApi(BaseApi):
    """Knows the names and the folders of the server."""

    @property
    def public_baseurl(self) -> str:
        """Where clients reach the server, with a slash at its end: ``https://example.org/``.

        Raises:
            RegistrationError: The file does not say it (HK540).
        """
        return self._required("public_baseurl", self._services.places.public_baseurl)

    @property
    def server_name(self) -> str:
        """The name of the server.

        Raises:
            RegistrationError: The file does not say it (HK540).
        """
        return self._required("server_name", self._services.places.server_name)

    @property
    def config_dir(self) -> Path:
        """The folder of the config file; the current one if the host was made from a mapping."""
        return self._services.places.config_dir

    @property
    def data_dir(self) -> Path:
        """A folder for the module alone, made with mode 0700 when it is first asked for.

        It has the same path as long as the module has the same name, and is never deleted.

        Raises:
            RegistrationError: It cannot be made (HK541).
        """
        return self._services.places.folder_of(self._name)

    def _required(self, key: str, value: str | None) -> str:
        if value is None:
            raise NotSaidError(
                Code.NOT_SAID,
                f"module {self._name!r} needs the setting {key}, which the file does not have",
                hint=f"write {key}: under hostkit:",
            )
        return value
