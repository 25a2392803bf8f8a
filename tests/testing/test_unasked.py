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


@pytest.mark.hardening
def test_processes_are_taken_together(pytester: pytest.Pytester) -> None:
    """With xdist, what one process has reached is reached."""
    pytester.makeini("[pytest]\n")
    pytester.makepyfile(words=WORDS)
    one = HEAD + UNASKED
    two = HEAD + UNASKED + "    run(host.hooks[Comments].on_posted('hi'))\n"
    pytester.makepyfile(test_one=one, test_two=two)
    options = ("-n", "2", "--dist", "loadfile", "--hostkit-unasked=error")
    assert pytester.runpytest_subprocess(*options).ret == pytest.ExitCode.OK
    pytester.makepyfile(test_two=one)
    result = pytester.runpytest_subprocess(*options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the hook comments.on_posted was never called"])
