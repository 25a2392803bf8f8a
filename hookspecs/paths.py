"""Where a homeserver's modules may serve web resources, and where they should."""

from __future__ import annotations

from typing import Final

RESERVED_PATHS: Final = ("/_matrix",)
"""The homeserver's own prefixes: ``Host(reserved_paths=RESERVED_PATHS)``."""

RECOMMENDED_PATH: Final = "/_synapse/client"
"""Where modules should serve: ``Host(recommended_path=RECOMMENDED_PATH)``."""
