"""Modules with a `Config` of each kind, for the tests of the config file's schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, TypedDict
from uuid import UUID

import attrs
import msgspec
import pydantic

from hostkit import Bytes, ConfigError, Seconds

Label = NewType("Label", str)
LITTLE = Seconds(1.5)
SMALL = Bytes(1024)


class Colour(Enum):
    RED = "red"
    TWO = 2


class Base:
    """Takes any config that its class can be filled with."""

    def __init__(self, config: Any, api: Any) -> None:
        self.config = config


class Everything(Base):
    """A field of each type."""

    @attrs.frozen
    class Disk:
        folder: Path
        kind: Literal["disk"] = "disk"

    @attrs.frozen
    class Server:
        url: str
        kind: Literal["server"]
        wait: timedelta = timedelta(seconds=30)

    @attrs.frozen(kw_only=True)
    class Config:
        """All that a file can hold.

        The second paragraph.

        Attributes:
            text: What is said,
                over two lines.
            count (int): How many.

            wait: How long.

        Example:
            ignored: This is not an attribute.
        """

        text: str = ""
        count: int = 1
        ratio: float = 0.5
        flag: bool = False
        amount: Decimal | None = None
        wait: Seconds = LITTLE
        pause: timedelta = timedelta(minutes=2)
        size: Bytes = SMALL
        path: Path = Path("data")
        pattern: re.Pattern[str] | None = None
        day: date = date(2026, 1, 31)
        moment: datetime | None = None
        at: time = time(3, 0)
        address: IPv4Address | None = None
        network: IPv4Network | None = None
        sixth: IPv6Address | None = None
        id: UUID | None = None
        data: bytes = b""
        word: Literal["a", "on", "1e3"] = "a"
        odd: Literal[1, True] | None = None
        colour: Colour = Colour.RED
        names: tuple[str, ...] = ("ann", "bob")
        pair: tuple[int, str] | None = None
        numbers: set[int] = attrs.field(factory=set)
        table: dict[str, int] = attrs.field(factory=dict)
        anything: Any = None
        several: list[Annotated[bool, "said"]] = attrs.field(factory=list)
        store: Everything.Disk | Everything.Server | None = None
        mixed: int | str = 5
        label: Label | None = None
        made: int = attrs.field(init=False, default=0)


class Required(Base):
    """What must be written."""

    @dataclass
    class Config:
        banned: list[str]
        limit: int = 3
        more: list[str] = field(default_factory=list)


class Typed(Base):
    class Config(TypedDict):
        """A typed dict.

        Attributes:
            name: Its name.
        """

        name: str
        age: NotRequired[int]


class Named(Base):
    class Config(NamedTuple):
        name: str
        age: int = 7


class Mapped(Base):
    Config = dict[str, int]


class Tree(Base):
    @attrs.frozen
    class Config:
        children: list[Tree.Config] = attrs.field(factory=list)


class PydanticChild(pydantic.BaseModel):
    size: int = 1


class Model(Base):
    class Config(pydantic.BaseModel):
        """A model."""

        count: int = pydantic.Field(default=1, description="How many.", ge=1)
        flag: bool = False
        day: date | None = None
        child: PydanticChild = PydanticChild()


class OpenModel(Base):
    class Config(pydantic.BaseModel, extra="allow"):
        count: int = 1


class Struct(Base):
    class Config(msgspec.Struct):
        name: str
        ratio: float = 1.0


class Undescribed(Base):
    """Its model cannot be described."""

    class Config(pydantic.BaseModel, arbitrary_types_allowed=True):
        thing: Any = pydantic.Field(default=None)
        other: Colour | None = None
        host: Base | None = None


class Checked(Base):
    @attrs.frozen
    class Config:
        count: int = attrs.field(default=1, validator=attrs.validators.ge(1))


class Parsed(Base):
    @staticmethod
    def parse_config(config: Any) -> Any:
        if "refuse" in config:
            raise ConfigError("it is refused")
        return config


class Raw(Base):
    """Gets the mapping."""


class Unusable(Base):
    @attrs.frozen
    class Config:
        thing: Missing  # type: ignore[name-defined] # noqa: F821
