"""`Places`: what the config file says about the server, and the folders that modules may use."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, final

import attrs

from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from hostkit.config import HostFile

_OWNER_ONLY: Final = 0o700
_LONGEST_NAME: Final = 150
_UNSAFE: Final = re.compile(r"[^\w.-]|^\.", re.ASCII)


@final
@attrs.frozen
class Places:
    """What the config file says about the server, and where its folders are.

    Attributes:
        config_dir: The folder of the config file; of a mapping, the current one.
        data_dir: The folder in which each module has one.
        templates_dir: The folder in which operators have a folder of templates for a module.
        public_baseurl: Where clients reach the server, with a slash at its end.
        server_name: The name of the server.
    """

    config_dir: Path = attrs.field(factory=Path.cwd)
    data_dir: Path = Path("data")
    templates_dir: Path = Path("templates")
    public_baseurl: str | None = None
    server_name: str | None = None

    @classmethod
    def of(cls, file: HostFile) -> Self:
        """Take them from a config file.

        Args:
            file: The file.
        """
        settings, folder = file.settings, Path(file.folder)
        url = settings.public_baseurl
        return cls(
            folder,
            folder / settings.data_dir,
            folder / settings.templates_dir,
            None if url is None else f"{url.removesuffix('/')}/",
            settings.server_name,
        )

    def templates_of(self, module: str) -> Path:
        """Find the folder of the operator's own templates for a module, which need not be there.

        Args:
            module: The module's name.
        """
        return self.templates_dir / _safe(module)

    def folder_of(self, module: str) -> Path:
        """Find the folder of a module, or make it, for nobody but the user of the server.

        Args:
            module: The module's name.

        Raises:
            RegistrationError: It cannot be made, or is not a folder (HK541).
        """
        path = self.data_dir / _safe(module)
        try:
            self.data_dir.mkdir(_OWNER_ONLY, parents=True, exist_ok=True)
            path.mkdir(_OWNER_ONLY, exist_ok=True)
        except OSError as error:
            raise RegistrationError(
                Code.NO_DATA_FOLDER,
                f"the folder of module {module!r} cannot be made: {error.strerror}: "
                f"{error.filename}",
                hint="set hostkit: data_dir: to a folder in which the server may write",
            ) from error
        return path


def _safe(module: str) -> str:
    """Write the name of a module as that of a folder; different names stay different."""
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), module)
    if len(safe) <= _LONGEST_NAME:
        return safe
    return f"{safe[:_LONGEST_NAME]}%{hashlib.sha256(module.encode()).hexdigest()[:16]}"
