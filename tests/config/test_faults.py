from __future__ import annotations

from typing import TypedDict

import attrs
import cattrs
import pytest

from hostkit.config import Fault, StructureErrors, faults_of
from hostkit.errors import ConfigError

from .faulty import faults as faults_in


def test_a_fault_can_be_moved_down() -> None:
    """Steps are put before the path a fault has."""
    assert Fault("HK020", "wrong", ("b",)).under("a", 0).path == ("a", 0, "b")


def test_the_error_lists_allfaults() -> None:
    """Printed, the error has a line for each fault."""
    error = StructureErrors((Fault("HK020", "wrong", ("a", 0)), Fault("HK021", "unknown", ("b",))))
    assert str(error) == "a[0]: wrong\nb: unknown"


@attrs.frozen
class Server:
    host: str
    port: int
    timeout: int = 5


@attrs.frozen
class Nothing:
    pass


class Foreign(TypedDict):
    a: int


def test_an_unknown_key_is_pointed_at() -> None:
    """The fault stands at the key, lists the known ones and names the nearest."""
    assert faults_in({"host": "a", "port": 1, "timout": 1}, Server) == [
        Fault(
            "HK021",
            "unknown key 'timout'",
            ("timout",),
            "host, port or timeout",
            "did you mean 'timeout'?",
            is_key=True,
        )
    ]


def test_a_key_unlike_all_others_has_no_hint() -> None:
    """Without a near name there is only the list."""
    assert [fault.hint for fault in faults_in({"host": "a", "port": 1, "x": 1}, Server)] == [None]


def test_a_class_without_fields_takes_no_keys() -> None:
    """Where nothing can be written, the fault says so."""
    assert [fault.expected for fault in faults_in({"a": 1}, Nothing)] == ["no keys at all"]


def test_missing_keys_are_named() -> None:
    """Each missing key is a fault of the mapping."""
    assert faults_in({}, Server) == [
        Fault("HK022", "the key 'host' is missing", hint="add 'host'"),
        Fault("HK022", "the key 'port' is missing", hint="add 'port'"),
    ]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    """A required key with a slip in it is one mistake."""
    assert [(fault.code, fault.path) for fault in faults_in({"hots": "a", "port": 1}, Server)] == [
        ("HK021", ("hots",))
    ]


def test_an_error_of_a_module_keeps_its_path() -> None:
    """A `ConfigError` says where it is wrong itself."""
    assert faults_of(ConfigError("bad", ["a", 0])) == (Fault("HK028", "bad", ("a", 0)),)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("bad"), "bad"),
        (TypeError("bad", object(), int, 5), "bad"),
        (KeyError("x"), "KeyError: 'x'"),
        (ValueError(), "ValueError: "),
        (ValueError(5), "ValueError: 5"),
    ],
)
def test_the_text_of_an_error_is_its_message(error: Exception, text: str) -> None:
    """Only the message is shown, not the further arguments attrs adds."""
    assert faults_of(error) == (Fault("HK028", text),)


def test_errors_of_a_plain_converter_are_understood() -> None:
    """A module that uses cattrs on its own has its faults reported with paths as well."""
    with pytest.raises(cattrs.BaseValidationError) as caught:
        cattrs.structure({"a": "x"}, Foreign)
    assert [fault.path for fault in faults_of(caught.value)] == [("a",)]


def test_errors_without_a_place_are_those_of_the_whole() -> None:
    """An exception in a group that says no index is a fault of the list."""
    error = cattrs.IterableValidationError("", [ValueError("bad")], list)
    assert faults_of(error) == (Fault("HK028", "bad"),)
