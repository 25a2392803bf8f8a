from __future__ import annotations

from hostkit.config import Fault, StructureErrors


def test_a_fault_can_be_told_from_further_up() -> None:
    """Steps are put before the path a fault has."""
    assert Fault("HK020", "wrong", ("b",)).under("a", 0).path == ("a", 0, "b")


def test_the_error_lists_all_faults() -> None:
    """Printed, the error has a line for each fault."""
    error = StructureErrors((Fault("HK020", "wrong", ("a", 0)), Fault("HK021", "unknown", ("b",))))
    assert str(error) == "a[0]: wrong\nb: unknown"
