"""The version, in one place: read by the build and printed by `hostkit --version`."""

__version__ = "0.1.0"
