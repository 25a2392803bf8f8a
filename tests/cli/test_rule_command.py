"""`hostkit rule`: the codes of problems, explained in a terminal."""

from __future__ import annotations

import pytest

from hostkit.codes import Code
from tests.cli.conftest import run
from tests.cli.documents import read


def test_a_code_is_explained() -> None:
    """The section of the documentation is shown, without its markup and with the code indented."""
    result = run("rule", "HK418")
    assert (result.exit_code, result.stdout) == (
        0,
        """\
HK418: two listeners have the same endpoint

Only one of them could listen there. An endpoint without an `interface` has all of them.

    hostkit:
      listeners:
        - endpoint: "tcp:8080"
        - endpoint: "tcp:8080:interface=127.0.0.1"
          serve: [health]

What to do: Name in one `serve:` all that is served there, or choose another port.
""",
    )


@pytest.mark.parametrize("given", ["HK204", "hk204", "204"])
def test_a_code_may_be_given_as_people_say_it(given: str) -> None:
    """Case does not count, and the letters may be left out."""
    assert run("rule", given).stdout.startswith("HK204: a callback does not fit its hook\n")


def test_several_codes_are_explained_one_after_the_other() -> None:
    """In the order given, with an empty line between them."""
    lines = run("rule", "418", "002").stdout.splitlines()
    titles = [line.partition(":")[0] for line in lines if line.startswith("HK")]
    assert titles == ["HK418", "HK002"]


def test_without_a_code_all_are_listed() -> None:
    """One line for each, with its title."""
    result = run("rule")
    assert result.stdout.splitlines() == [f"{code}  {code.summary}" for code in Code]


def test_as_json_a_section_is_as_it_was_written() -> None:
    """Editors and web pages show Markdown themselves."""
    (found,) = read(run("rule", "HK002", "--format", "json").stdout, "rule")["codes"]
    assert found == {
        "code": "HK002",
        "title": "the config file is a folder",
        "text": "The path is that of a folder.\n\n```text\nhostkit validate examples/quickstart\n"
        "```\n\n**What to do:** Name the file in it.",
    }


def test_every_code_has_a_text() -> None:
    """No section is lost, and none is without what to do."""
    found = read(run("rule", "--format", "json").stdout, "rule")["codes"]
    assert [each["code"] for each in found] == list(Code)
    assert [each["code"] for each in found if "**What to do:**" not in each["text"]] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("HK107", "The page 'embedding' of the documentation lists which count."),
        ("HK416", "(A listener that `hostkit serve` opens has its own\nsetting; see HK404.)"),
        ("HK405", "A host that is reloaded takes over most settings."),
    ],
)
def test_links_name_where_they_lead(code: str, said: str) -> None:
    """A link to another code is that code, one to a page names the page."""
    assert said in run("rule", code).stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("HK209x", "'HK209x' is not a code: did you mean 'HK209'?"),
        ("words", "'words' is not a code: `hostkit rule` lists all"),
        ("HK999", "'HK999' is not a code: `hostkit rule` lists all"),
    ],
)
def test_what_is_not_a_code_is_refused(given: str, said: str) -> None:
    """The exit code is that of a wrong command line."""
    result = run("rule", given)
    assert result.exit_code == 2
    assert said in result.stderr
