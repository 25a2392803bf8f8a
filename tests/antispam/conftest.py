"""These tests need a real homeserver, which `nox -s antispam` installs."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("synapse_http_antispam") else ["test_*.py"]
