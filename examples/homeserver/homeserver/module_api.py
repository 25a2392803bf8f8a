"""`HomeserverApi`: what modules of the homeserver register with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit import ModuleApi, RegistrationError, codes

if TYPE_CHECKING:
    from twisted.web.resource import IResource

RESERVED: Final = "/_matrix"
"""Where the homeserver itself is served."""


class HomeserverApi(ModuleApi):
    """A `ModuleApi` that keeps the homeserver's own paths free."""

    def register_web_resource(self, path: str, resource: IResource) -> None:
        """Serve a Twisted web resource, but nowhere below ``/_matrix``.

        Raises:
            RegistrationError: The path is the homeserver's (HK209), or cannot be used at all.
        """
        if f"{path}/".startswith(f"{RESERVED}/"):
            raise RegistrationError(
                codes.BAD_PATH,
                f"no resource can be served at {path!r}: {RESERVED} belongs to the homeserver",
                expected="a path such as /_synapse/client/words",
            )
        super().register_web_resource(path, resource)
