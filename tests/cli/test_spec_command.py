"""`hostkit spec`: what hooks promise, in a terminal."""

from __future__ import annotations

from hostkit import Category, hookspec, rules
from tests.cli.conftest import HEAD, Write, run

CATEGORY = ("", "comments.")
FILE = f"""{HEAD}
modules:
  - module: tests.cli.modules.Words
"""


def test_a_hook_may_have_its_full_name(write: Write) -> None:
    """No two hooks of a file have the same name, so the category may be left out."""
    file = write(FILE)
    short, full = (run("spec", f"{category}check_comment", "--file", file) for category in CATEGORY)
    assert short.stdout == full.stdout
    assert short.stdout.startswith("comments.check_comment\n")


def test_a_hook_that_no_module_registers_for_says_so(write: Write) -> None:
    """The last line is then the answer to why nothing happens."""
    shown = run("spec", "on_comment_posted", "--file", write(FILE)).stdout
    assert shown.splitlines()[-1].split() == ["modules", "none"]


def test_a_file_without_categories_has_no_hooks(write: Write) -> None:
    """The reason is said, and not only that the hook is unknown."""
    result = run("spec", "check_comment", "--file", write("hostkit: {categories: []}\nmodules: []"))
    assert result.exit_code == 2
    assert "there is no hook 'check_comment': no categories are installed" in result.stderr


def test_what_answers_may_replace_is_said(write: Write) -> None:
    """An answer can be another value for an argument, where the hook allows it."""
    file = write("hostkit: {categories: [third_party_rules]}")
    shown = run("spec", "check_event_allowed", "--file", file).stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("  an answer can replace"))
    assert line.split()[-1] == "event"


class Counts(Category):
    """A category whose hook has an answer of its own."""

    @hookspec(rules.FirstResult())
    async def count(self) -> int:
        """Called for a number."""
        return 0


def test_a_result_may_be_the_hooks_own(write: Write) -> None:
    """Where the hook has code, that decides if no module does."""
    file = write("hostkit: {categories: [tests.cli.test_spec_command.Counts]}")
    assert "what the hook's own code returns" in run("spec", "count", "--file", file).stdout
