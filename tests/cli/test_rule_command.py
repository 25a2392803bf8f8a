"""`hostkit rule`: the codes of problems, explained in a terminal."""

from __future__ import annotations

import pytest

from hostkit.codes import Code
from tests.cli.conftest import run
from tests.cli.documents import read


@pytest.mark.parametrize("given", ["HK204", "hk204", "204"])
def test_a_code_may_be_given_as_people_say_it(given: str) -> None:
    """Case does not count, and the letters may be left out."""
    assert run("rule", given).stdout.startswith("HK204: a callback does not fit its hook\n")


def test_without_a_code_all_are_listed() -> None:
    """One line for each, with its title."""
    result = run("rule")
    assert result.stdout.splitlines() == [f"{code}  {code.summary}" for code in Code]


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


def test_a_code_that_is_nearly_one_is_refused() -> None:
    """With the one that was probably meant."""
    result = run("rule", "HK209x")
    assert result.exit_code == 2
    assert "'HK209x' is not a code: did you mean 'HK209'?" in result.stderr
