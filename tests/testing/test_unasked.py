from __future__ import annotations

import pytest

from .projects import HEAD, WORDS, run_tests, shown

UNASKED = """
def test_check(hostkit_host):
    host = hostkit_host([Words, Recorder(Comments)], categories=[Comments])
    assert_denied(host.ask("comments.check_comment", "casino"))
"""


def test_what_was_never_reached_fails_the_run(project: pytest.Pytester) -> None:
    """Hooks of the program that no test called, and callbacks of its modules."""
    more = """
class Local(Comments):
    name = "local"

def test_local(hostkit_host):
    run(hostkit_host(categories=[Local]).hooks[Local].on_posted("hi"))
"""
    result = run_tests(project, UNASKED + more, "--hostkit-unasked=error")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*never reached by these tests (--hostkit-unasked=error)*",
            "the hook comments.on_posted was never called",
            "the callback of words.Words for comments.on_posted was never called",
        ]
    )
    assert "the hook comments.check_comment" not in shown(result)


def test_what_was_reached_passes(project: pytest.Pytester) -> None:
    """Also if a test fails, whose status is the run's then."""
    more = "    run(host.hooks[Comments].on_posted('hi'))\n"
    result = run_tests(project, UNASKED + more, "--hostkit-unasked=error")
    assert (result.ret, "never reached" in shown(result)) == (pytest.ExitCode.OK, False)
    assert run_tests(project, UNASKED).ret == pytest.ExitCode.OK


def test_what_is_installed_is_not_the_programs(project: pytest.Pytester) -> None:
    """Nor is what has no file."""
    project.mkpydir("site-packages")
    installed = "from hostkit import *\nclass Installed(Category):\n"
    hook = "    @hookspec(rules.Notify())\n    async def on_installed(self) -> None: 'Called.'\n"
    (project.path / "site-packages" / "installed.py").write_text(installed + hook)
    project.syspathinsert(project.path / "site-packages")
    more = """
from installed import Installed

class Made(Installed):
    name = "made"
    __module__ = "no_such_module"

def test_posted(hostkit_host):
    host = hostkit_host([Words], categories=[Comments, Installed])
    run(host.hooks[Comments].on_posted("hi"))
"""
    result = run_tests(project, UNASKED + more, "--hostkit-unasked=error")
    assert (result.ret, "never reached" in shown(result)) == (pytest.ExitCode.OK, False)


def test_processes_are_taken_together(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With xdist, what one process has reached is reached; each runs the tests of one file."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makeini("[pytest]\n")
    never = "class More(Category):\n    @hookspec(rules.Notify())\n"
    project.makepyfile(
        words=f"{WORDS}\n{never}    async def on_more(self) -> None: 'Never called.'\n",
        test_one=HEAD + UNASKED,
        test_two=HEAD
        + """
def test_posted(hostkit_host):
    host = hostkit_host([Words], categories=[Comments])
    run(host.hooks[Comments].on_posted("hi"))
""",
    )
    plugins = ("-p", "xdist.plugin", "-p", "hostkit.testing.plugin")
    options = ("-n", "2", "--dist", "loadfile", "--hostkit-unasked=error")
    result = project.runpytest_subprocess(*plugins, *options)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    missing = [line for line in result.outlines if "was never called" in line]
    assert missing == ["the hook more.on_more was never called"]
