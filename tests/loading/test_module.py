from __future__ import annotations

import pathlib
from typing import Any

import pytest
from twisted.web.resource import Resource

from hostkit.api import ModuleApi
from hostkit.config import from_mapping, load
from hostkit.errors import ConfigErrors, RegistrationError
from hostkit.loading import MODULES
from hostkit.rules import ALLOW, Decision

from .conftest import Comments, Site, build, build_class, problem_of, problems_in


async def check(author: str, text: str) -> Decision:
    return ALLOW


class Quiet:
    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.config = config
        self.api = api


class Words(Quiet):
    def __init__(self, config: Any, api: ModuleApi) -> None:
        super().__init__(config, api)
        api.register_comments_callbacks(check_comment=check)
        api.register_web_resource("/words", Resource())


def test_a_module_is_built_and_what_it_registered_is_known() -> None:
    """The instance, its name and its registrations are kept together."""
    module = build_class(Words, {"a": 1}, name="words")
    assert module.name == "words"
    assert isinstance(module.instance, Words)
    assert module.instance.config == {"a": 1}
    assert module.instance.api.name == "words"
    assert [one.spec.full_name for one in module.callbacks] == ["comments.check_comment"]
    assert [mount.path for mount in module.mounts] == ["/words"]
    assert module.entry.module is Words
    assert module.place() is None


def test_parameters_may_have_any_names() -> None:
    """The constructor is called by position."""

    class Legacy:
        def __init__(self, conf: Any, account_handler: ModuleApi, extra: int = 3, /) -> None:
            self.got = (conf, account_handler.name, extra)

    assert build_class(Legacy, {"a": 1}, name="old").instance.got == ({"a": 1}, "old", 3)


def test_a_module_is_found_by_path_or_entry_point(site: Site, tmp_path: pathlib.Path) -> None:
    """The name in the file may be either, and the module knows where it is listed."""
    site.write("found-pkg.py", "class Words:\n    def __init__(self, config, api): ...\n")
    site.install("found", MODULES, words="found-pkg:Words")
    path = tmp_path / "host.yaml"
    path.write_text("modules:\n- module: found-pkg.Words\n- module: words\n")
    file = load(path)
    modules = [build(file, index) for index in range(2)]
    assert [type(module.instance).__name__ for module in modules] == ["Words", "Words"]
    assert [str(module.place()) for module in modules] == [f"{path}:2:3", f"{path}:3:3"]


def test_a_class_that_cannot_be_found_is_reported_with_its_place(tmp_path: pathlib.Path) -> None:
    """The problem points at the name in the file and keeps all that is known."""
    (problem,) = problems_in(tmp_path, "modules:\n- name: words\n  module: missing_pkg.Words\n")
    assert problem.render().splitlines() == [
        (
            f"{tmp_path / 'host.yaml'}:3:11: HK101 module 'words' cannot be loaded: "
            "there is no Python module 'missing_pkg'"
        ),
        "  |",
        "3 |   module: missing_pkg.Words",
        "  |           ^",
        "  = looked for missing_pkg.Words",
        "  = hint: check the spelling; is its package installed here, or on PYTHONPATH?",
    ]


def test_what_is_not_a_class_is_refused(site: Site) -> None:
    """A function or a Python module is not a module."""
    site.write("noclass_pkg.py", "def words(config, api): ...")
    problem = problem_of("noclass_pkg.words")
    assert problem.code == "HK104"
    assert "is not a class but function <function words" in problem.message
    assert problem.path == ("modules", 0, "module")


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit("no")])
def test_a_constructor_that_raises_is_reported(error: BaseException) -> None:
    """The problem says what was raised, where in the module's code, and why."""

    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise error from KeyError("key")

    problem = problem_of(Broken, name="broken")
    assert problem.code == "HK107"
    assert problem.message == f"module 'broken' failed in __init__: {type(error).__name__}: no"
    cause, frame = problem.details
    assert cause == "caused by KeyError: 'key'"
    assert frame.startswith(f"at {__file__}:")
    assert frame.endswith(", in __init__")


def test_a_constructor_of_the_wrong_arity_is_reported() -> None:
    """A class that cannot be built with two arguments fails like any other."""

    class Alone:
        def __init__(self) -> None:
            raise NotImplementedError

    problem = problem_of(Alone, name="alone")
    assert problem.code == "HK107"
    assert "takes 1 positional argument but 3 were given" in problem.message


def test_hostkits_own_errors_are_reported_without_their_class() -> None:
    """An error that hostkit itself raised in the module speaks for itself."""

    class Nested:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            from_mapping({"modules": 5})

    problem = problem_of(Nested, name="nested")
    assert "ConfigErrors" not in problem.message
    assert problem.message.startswith("module 'nested' failed in __init__: modules: HK020")


def test_a_registration_error_keeps_its_code() -> None:
    """A failed registration is reported with code, details and hint, and the frame."""

    class Misspelt:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.register_comments_callbacks(check_comments=check)

    problem = problem_of(Misspelt, name="words")
    assert (problem.code, problem.path) == ("HK201", ("modules", 0))
    assert problem.message == (
        "module 'words': there is no hook 'check_comments' in category 'comments'"
    )
    assert problem.hint == "did you mean 'check_comment'?"
    assert problem.expected == "check_comment"
    assert problem.details[-1].startswith(f"at {__file__}:")


def test_a_misfit_is_reported_with_both_signatures() -> None:
    """Hook and callback stand side by side, above the line that registered it."""

    class Misfit:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.register(Comments, check_comment=self.check)

        def check(self, author: str) -> Decision:
            raise NotImplementedError

    details = problem_of(Misfit).details
    assert [line.partition(":")[0] for line in details[:2]] == ["hook", "callback"]
    assert details[2].endswith(", in __init__")


def test_a_module_that_failed_cannot_register_any_more() -> None:
    """Registration is closed however the constructor ended, and nothing is left behind."""
    kept: list[ModuleApi] = []

    class Failing:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            kept.append(api)
            api.register_comments_callbacks(check_comment=check)
            raise ValueError("after all")

    assert problem_of(Failing).code == "HK107"
    with pytest.raises(RegistrationError, match="HK205"):
        kept[0].register_comments_callbacks(check_comment=check)


def test_a_built_module_cannot_register_any_more() -> None:
    """After the constructor has returned, registering is an error."""
    module = build_class(Words)
    with pytest.raises(RegistrationError, match="HK205"):
        module.instance.api.register_comments_callbacks(check_comment=check)
    assert len(module.callbacks) == 1


def test_an_interrupt_is_not_the_fault_of_the_module() -> None:
    """Ctrl-C while a module is built ends the program."""

    class Slow:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_class(Slow)


def test_the_api_class_is_the_hosts() -> None:
    """A module gets an instance of the class that the host chose."""

    class HostApi(ModuleApi):
        server_name = "example.org"

    file = from_mapping({"modules": [{"module": Quiet}]})
    module = build(file, base=HostApi)
    assert isinstance(module.instance.api, HostApi)
    assert module.instance.api.server_name == "example.org"


def test_modules_are_compared_by_identity() -> None:
    """Two modules of one class are two modules."""
    file = from_mapping({"modules": [{"module": Quiet}]})
    first, second = build(file), build(file)
    assert first != second
    assert len({first, second}) == 2


def test_the_error_is_chained_for_debugging() -> None:
    """What the module raised is the cause of the error."""

    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise ValueError("no")

    with pytest.raises(ConfigErrors) as caught:
        build_class(Broken)
    assert isinstance(caught.value.__cause__, ValueError)
