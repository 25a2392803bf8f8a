"""`hostkit spec`: what hooks promise, in a terminal."""

from __future__ import annotations

import pytest

from tests.cli.conftest import HEAD, Write, run
from tests.cli.documents import read

FILE = f"""{HEAD}
modules:
  - module: tests.cli.modules.Words
"""
HOOK = """\
comments.check_comment
  async def check_comment(author: str) -> Decision

  Called before a comment is stored.

  rule                    FirstDenial: All modules are asked until one denies; its denial is the \
result, else the allow value
  when no module decides  ALLOW
  an exception            goes to the caller as a ModuleFailedError (on_error: fail)
  required arguments      author
  copied arguments        none
  since                   the first version
  deprecated              no
  modules                 tests.cli.modules.Words
"""
CATEGORY = """\
comments  Callbacks about comments
  check_comment      Called before a comment is stored
  on_comment_posted  Called after a comment was stored
"""


@pytest.mark.parametrize("name", ["check_comment", "comments.check_comment"])
def test_a_hook_is_shown_with_its_modules(write: Write, name: str) -> None:
    """Signature, documentation, rule and policies; with a file, who is asked there."""
    result = run("spec", name, "--file", write(FILE))
    assert (result.exit_code, result.stdout) == (0, HOOK)


@pytest.mark.parametrize("name", [(), ("comments",)])
def test_the_hooks_of_categories_are_listed(write: Write, name: tuple[str, ...]) -> None:
    """A line each; without a name, of all categories."""
    result = run("spec", *name, "--file", write(FILE))
    assert (result.exit_code, result.stdout) == (0, CATEGORY)


def test_a_hook_that_no_module_registers_for_says_so(write: Write) -> None:
    """The last line is then the answer to why nothing happens."""
    shown = run("spec", "on_comment_posted", "--file", write(FILE)).stdout
    assert shown.splitlines()[-1].split() == ["modules", "none"]


def test_without_a_file_the_installed_categories_are_shown() -> None:
    """No file is needed to read what a hook promises; then no modules are named."""
    shown = run("spec", "check_event_for_spam").stdout
    assert shown.startswith("spam_checker.check_event_for_spam\n")
    assert "modules  " not in shown
    categories = [line.split()[0] for line in run("spec").stdout.splitlines() if line[:1].isalpha()]
    assert "spam_checker" in categories


def test_as_json_it_is_data(write: Write) -> None:
    """The same facts by name, for scripts."""
    file = write(FILE)
    written = run("spec", "check_comment", "--format", "json", "--file", file).stdout
    (hook,) = read(written, "spec")["hooks"]
    assert hook["hook"] == "comments.check_comment"
    assert hook["signature"] == "async def check_comment(author: str) -> Decision"
    assert hook["doc"] == "Called before a comment is stored."
    assert hook["arguments"] == [{"name": "author", "required": True, "copied": False}]
    assert hook["on_error"] == {"unavailable": "fail", "timeout": "fail", "error": "fail"}
    assert hook["facts"]["when no module decides"] == "`ALLOW`"
    assert hook["modules"] == ["tests.cli.modules.Words"]


def test_as_json_modules_are_named_only_with_a_file() -> None:
    """An empty list would say that no module listens."""
    found = read(run("spec", "--format", "json").stdout, "spec")["hooks"]
    assert any(each["category"] == "spam_checker" for each in found)
    assert [each for each in found if "modules" in each] == []


def test_an_unknown_hook_is_refused(write: Write) -> None:
    """With the name that was probably meant."""
    result = run("spec", "chek_comment", "--file", write(FILE))
    assert result.exit_code == 2
    assert "no hook and no category 'chek_comment': did you mean 'check_comment'?" in result.stderr


def test_a_file_without_categories_has_no_hooks(write: Write) -> None:
    """The reason is said, and not only that the hook is unknown."""
    result = run("spec", "check_comment", "--file", write("hostkit: {categories: []}\nmodules: []"))
    assert result.exit_code == 2
    assert "there is no hook 'check_comment': no categories are installed" in result.stderr
