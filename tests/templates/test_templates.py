from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from hostkit import Host, ModuleApi
from hostkit.config import load
from hostkit.templates import TemplateFailedError, Templates

MODULE = """
class Words:
    def __init__(self, config, api):
        self.api = api
"""


def templates_in(folder: Path, **texts: str) -> Templates:
    """Templates of these texts."""
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return Templates("words", [folder])


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleApi:
    """The api of a module in a package, which a config file elsewhere lists."""
    package = tmp_path / "site" / "templated_words"
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").write_text(MODULE, "utf-8")
    (package / "templates" / "mail.html").write_text("own {{ name }}", "utf-8")
    (package / "templates" / "other.html").write_text("own other", "utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "templated_words", raising=False)
    file = tmp_path / "etc" / "host.yaml"
    file.parent.mkdir()
    file.write_text("modules:\n- module: templated_words.Words\n  name: words\n", "utf-8")
    found: ModuleApi = Host(load(file), categories=[]).build().modules[0].instance.api
    return found


def test_templates_stand_beside_the_module(api: ModuleApi) -> None:
    """In the folder `templates`."""
    assert api.templates.render("mail.html", name="ann") == "own ann"


def test_operators_have_templates_of_their_own(api: ModuleApi) -> None:
    """In a folder with the module's name beside the config file; the rest is the module's."""
    folder = api.config_dir / "templates" / "words"
    folder.mkdir(parents=True)
    (folder / "mail.html").write_text("ours {% include 'other.html' %}", "utf-8")
    assert api.templates.render("mail.html") == "ours own other"


def test_values_are_escaped_except_in_plain_text(tmp_path: Path) -> None:
    """Whatever else the name says."""
    text = "{{ value }}"
    templates = templates_in(tmp_path, a__html=text, a__xml=text, a=text, a__txt=text)
    for name in ("a.html", "a.xml", "a"):
        assert templates.render(name, value="<b> & 'x'") == "&lt;b&gt; &amp; &#39;x&#39;"
    assert templates.render("a.txt", value="<b>") == "<b>"


def test_modules_may_add_filters(tmp_path: Path) -> None:
    """To the environment, which is their own."""
    templates = templates_in(tmp_path, a__html="{{ 3|twice }}")

    def twice(number: int) -> int:
        return 2 * number

    filters: dict[str, Any] = templates.environment.filters
    filters["twice"] = twice
    assert templates.render("a.html") == "6"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{{ name }}", "a.html:2: jinja2.exceptions.UndefinedError: 'name' is undefined"),
        ("\n\n{% if %}", "a.html:3: jinja2.exceptions.TemplateSyntaxError: Expected an expression"),
        ("\n{{ 1 / zero }}", "a.html:2: ZeroDivisionError: division by zero"),
        ("{% include 'b.html' %}", "b.html:2: ZeroDivisionError"),
        ("{{ 'x'|nosuch }}", "a.html:1: jinja2.exceptions.TemplateAssertionError: No filter named"),
    ],
)
def test_what_fails_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    """The file is that of the template which has failed, which another may include."""
    templates = templates_in(tmp_path, a__html=text, b__html="\n{{ 1 / zero }}")
    with pytest.raises(TemplateFailedError) as raised:
        templates.render("a.html", zero=0)
    assert raised.value.code == "HK542"
    expected = f"HK542 module 'words' cannot render the template 'a.html': {tmp_path}/{said}"
    assert str(raised.value).startswith(expected)


def test_what_is_missing_is_suggested(tmp_path: Path) -> None:
    """With the folders in which it was looked for, and what is there."""
    templates = templates_in(tmp_path, mail__html="{% extends 'bose.html' %}", base__html="")
    with pytest.raises(TemplateFailedError) as raised:
        templates.render("mial.html")
    assert str(raised.value).splitlines() == [
        "HK542 module 'words' cannot render the template 'mial.html': it is not there",
        f"  = looked for in {tmp_path}",
        "  = expected: base.html, mail.html",
        "  = hint: did you mean 'mail.html'?",
    ]
    with pytest.raises(TemplateFailedError, match=r"'mail.html': 'bose.html' is not there"):
        templates.render("mail.html")
    empty = Templates("words", [tmp_path / "nowhere"])
    with pytest.raises(TemplateFailedError, match="it is not there") as raised:
        empty.render("../mail.html")
    assert raised.value.problem.expected is None


def test_a_value_may_fail_before_any_template(tmp_path: Path) -> None:
    """Then there is no line to name."""

    class Odd:
        def __str__(self) -> str:
            raise ValueError("odd")

    templates = templates_in(tmp_path, a__txt="{{ odd }}")
    with pytest.raises(TemplateFailedError, match=r"a\.txt:1: ValueError: odd"):
        templates.render("a.txt", odd=Odd())
    name: Any = None
    with pytest.raises(TemplateFailedError, match="cannot render the template None: "):
        templates.render(name)


def test_the_package_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the error says how to install it."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(TemplateFailedError, match="jinja2, which is not installed") as raised:
        templates_in(tmp_path).render("a.html")
    assert raised.value.code == "HK500"
    assert "pip install 'hostkit-framework[templates]'" in str(raised.value)
