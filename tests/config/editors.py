"""What an editor makes of a file before it looks into a schema: JSON, by either version of YAML."""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Any

import yaml


class Older(yaml.SafeLoader):
    """Reads YAML 1.1."""


class Newer(yaml.SafeLoader):
    """Reads YAML 1.2."""


def _tagged(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


def _whole(loader: Any, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


loaders: tuple[Any, ...] = (Older, Newer)
for each in loaders:
    each.add_multi_constructor("!", _tagged)
    each.add_constructor("tag:yaml.org,2002:value", yaml.SafeLoader.construct_yaml_str)
Newer.yaml_implicit_resolvers = {}
Newer.add_constructor("tag:yaml.org,2002:int", _whole)
for kind, pattern in (
    ("null", r"^(null|Null|NULL|~|)$"),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$"),
    ("int", r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
    ("float", r"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$"),
):
    Newer.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), None)


def read(text: str, loader: Any) -> Any:
    """Read a file as JSON."""
    return _to_json(yaml.load(text, loader))


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _to_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_to_json(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value
