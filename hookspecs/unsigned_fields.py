"""`UnsignedFields`: what modules add to events on their way to a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, final

from hookspecs.vocabulary import Event, JsonDict
from hostkit import Category, hookspec, rules


def read_fields(value: Any) -> JsonDict:
    """Take a mapping with text for keys.

    Raises:
        TypeError: It is something else, or one of its keys is.
    """
    if isinstance(value, Mapping):
        fields: JsonDict = dict(value)
        if all(isinstance(key, str) for key in fields):
            return fields
    raise TypeError("the fields are a dict with str keys")


def merge_fields(answers: list[JsonDict]) -> JsonDict:
    """Put fields together; of two with one name, that of the earlier answer stays."""
    merged: JsonDict = {}
    for answer in reversed(answers):
        merged |= answer
    return merged


@final
class UnsignedFields(Category):
    """Callbacks about the unsigned part of events as clients see them."""

    name: ClassVar[str] = "add_extra_fields_to_unsigned_client_event"

    @hookspec(
        rules.Merge(
            combine=merge_fields, read=read_fields, on_error="raise", on_invalid="continue"
        ),
        added="1.96",
    )
    async def add_field_to_unsigned_callback(self, event: Event) -> JsonDict:
        """Called for each event that is about to be sent to a client.

        The fields of the dict are added to the event's `unsigned`, except those that the host has
        set itself. An answer of another type is logged and skipped as a whole.

        All modules are asked. If two of them give the same field, that of the module which is
        listed first is used. Without any fields the result is `{}`.

        An exception goes to the caller, and no further module is asked.
        """

    async def extend_unsigned(self, event: Event, unsigned: Mapping[str, Any]) -> JsonDict:
        """Add the modules' fields to those that a host has set; no field of its own changes.

        Args:
            event: The event that is about to be sent to a client.
            unsigned: What the host has put into the event's `unsigned`.

        Returns:
            A new dict with both.
        """
        return {**await self.add_field_to_unsigned_callback(event), **unsigned}
