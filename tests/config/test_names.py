from __future__ import annotations

import pytest

from hostkit.config._names import default_name, repeated_names, unique_names


class Outer:
    class Module:
        pass


def test_a_module_is_named_by_its_class() -> None:
    """A dotted path is a name as it is; a class has its full one."""
    assert default_name("a.B") == "a.B"
    assert default_name(Outer.Module) == f"{__name__}.Outer.Module"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ([], []),
        ([(None, "a"), (None, "b")], ["a", "b"]),
        ([(None, "a"), (None, "a"), (None, "a")], ["a", "a#2", "a#3"]),
        ([("x", "a"), (None, "a"), ("y", "a"), (None, "a")], ["x", "a", "y", "a#2"]),
        ([(None, "a"), ("a", "b")], ["a#2", "a"]),
        ([("a#2", "b"), (None, "a"), (None, "a")], ["a#2", "a", "a#3"]),
    ],
)
def test_only_defaults_give_way(wanted: list[tuple[str | None, str]], names: list[str]) -> None:
    """A name that was given is kept; a default takes the first number that is free."""
    assert unique_names(wanted) == names


def test_a_name_given_twice_is_a_problem() -> None:
    """Each repeat is told with both entries, whatever else is wrong around it."""
    entries = [{"name": "a"}, "wrong", {}, {"name": 5}, {"name": "a"}, {"name": "b"}, {"name": "a"}]
    assert [(problem.path, problem.message) for problem in repeated_names(entries)] == [
        (("modules", 4, "name"), "modules[4] and modules[0] have the same name 'a'"),
        (("modules", 6, "name"), "modules[6] and modules[0] have the same name 'a'"),
    ]
