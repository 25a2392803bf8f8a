"""`Settings`: what the homeserver itself is told by its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import yaml

from hostkit.config import structure

if TYPE_CHECKING:
    import os


@attrs.frozen
class Settings:
    """The top-level key ``homeserver:``.

    Attributes:
        server_name: What the ids of users and rooms end with.
        listen: Where to serve, as a Twisted endpoint string.
        password_login: Whether people may log in with a password.
    """

    server_name: str
    listen: str = "tcp:8008:interface=127.0.0.1"
    password_login: bool = True

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Settings:
        """Read the homeserver's own part of the file that also lists its modules.

        Raises:
            StructureErrors: It is not as described here.
        """
        mapping = yaml.load(Path(path).read_text("utf-8"), _Loader)  # noqa: S506 -- a safe one
        return structure((mapping or {}).get("homeserver"), cls)


class _Loader(yaml.SafeLoader):
    """Reads over the tags that hostkit knows, such as ``!env``."""


def _skip(_loader: Any, _suffix: str, _node: yaml.Node) -> None:
    """Take nothing from a value that is a module's."""


_Loader.add_multi_constructor("!", _skip)
