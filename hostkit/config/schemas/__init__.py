"""JSON Schemas of annotations: one writer, and a dialect for each form that values are written in.

`file_schema` describes the config file; the gateway describes JSON with a dialect of its own.
"""

from hostkit.config._containers import MAPPINGS, UNIONS
from hostkit.config.schemas._file import file_schema
from hostkit.config.schemas._writer import Describe, Dialect, Schema, Shape, write_schema

__all__ = [
    "MAPPINGS",
    "UNIONS",
    "Describe",
    "Dialect",
    "Schema",
    "Shape",
    "file_schema",
    "write_schema",
]
