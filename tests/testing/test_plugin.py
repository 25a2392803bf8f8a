from __future__ import annotations

import pytest

from .projects import INI, run_tests, shown


def test_fixtures_build_and_close(project: pytest.Pytester) -> None:
    """Hosts, clients, files and clocks; everything is closed at the end of the test."""
    tests = '''
kept = []

async def test_host(hostkit_host, hostkit_client, hostkit_clock):
    host = hostkit_host([(Words, {"word": "poker"})], categories=[Comments])
    kept.append(host)
    await hostkit_client(host).get("/")
    assert host.is_running
    assert_denied(await host.ask("comments.check_comment", "poker"), by=Words)
    assert_asked("check_comment", modules=[Words])
    await hostkit_clock.advance(1)
    other = hostkit_host([Words], categories=[Comments], clock=Clock())
    await other.start()

def test_closed(hostkit_config, hostkit_clock, tmp_path):
    assert not kept[0].is_running
    host = hostkit_config("""
        modules:
        - module: words.Words
          config: !env WORDS
        hostkit: {categories: [words.Comments]}
        """, files={"more/note.txt": "hi"}, without_secrets=True)
    assert (tmp_path / "more" / "note.txt").read_text() == "hi"
    assert host.file.name == str(tmp_path / "host.yaml")

def test_file(hostkit_config, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("hostkit: {categories: [words.Comments]}")
    host = hostkit_config(path, options={"worker_name": "w"})
    assert_allowed(host.ask("comments.check_comment", "hi"))
    run(host.start())
'''
    run_tests(project, tests).assert_outcomes(passed=3)


def test_async_tests_need_no_other_plugin(project: pytest.Pytester) -> None:
    """They run with their fixtures and parameters; a mark gives them more time."""
    tests = """
@pytest.mark.parametrize("number", [1, 2])
async def test_async(number, tmp_path):
    await asyncio.sleep(0)
    assert number and tmp_path

@pytest.mark.hostkit(timeout=0.01)
async def test_slow():
    await asyncio.sleep(60)

class TestClass:
    async def test_method(self):
        assert await asyncio.sleep(0, 1) == 2
"""
    result = run_tests(project, tests)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*TimeoutError: not done after 0.01 s, at test_words.py:*"])


def test_async_tests_of_others_stay_theirs(project: pytest.Pytester) -> None:
    """Those that are marked for them: this one has no such plugin, and anyio has."""
    tests = """
@pytest.mark.asyncio
async def test_asyncio(hostkit_host):
    pass

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio(anyio_backend, hostkit_host):
    host = hostkit_host([Words], categories=[Comments])
    await host.start()
    assert_denied(await host.ask("comments.check_comment", "casino"), by=Words)
"""
    result = run_tests(project, tests, "-p", "anyio")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])


def test_modules_get_the_reactor_that_runs(project: pytest.Pytester, own_reactor: None) -> None:
    """Also those that import it before any test has run."""
    project.makeini("[pytest]\nhostkit_reactor = asyncio\n")
    tests = """
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

async def test_thread():
    assert await deferToThread(lambda: 1) == 1
    assert reactor.running
"""
    run_tests(project, tests).assert_outcomes(passed=1)


LEAKS = [
    (
        "hosts",
        "await build_host([Words], categories=[Comments]).start()",
        "(words.Words), made",
    ),
    ("tasks", "asyncio.create_task(asyncio.sleep(99), name='late')", "the task late, sleep"),
    ("timers", "asyncio.get_running_loop().call_later(99, print)", "a call of print in 99 s"),
    ("sockets", "kept.append(socket.socket())", "the socket <socket.socket"),
    (
        "threads",
        "threading.Thread(target=kept[0].wait, name='busy', daemon=True).start()",
        "the thread 'busy', which is at",
    ),
]


@pytest.mark.parametrize(("kind", "line", "expected"), LEAKS, ids=[each[0] for each in LEAKS])
def test_a_leak_fails_the_test_that_left_it(
    project: pytest.Pytester, kind: str, line: str, expected: str
) -> None:
    """With its name, and the line that has made it; the next test is not disturbed."""
    tests = f"""
kept = [threading.Event()]

async def test_leaking(hostkit_host):
    {line}

@pytest.mark.hostkit(leaks="{kind}")
async def test_excused(hostkit_host):
    {line}

async def test_next(hostkit_host):
    kept[0].set()
"""
    result = run_tests(project, tests)
    result.assert_outcomes(passed=3, errors=1)
    assert f"  {kind}: " in shown(result)
    assert expected in shown(result)
    assert "ERROR at teardown of test_leaking" in shown(result)
    if kind != "threads":  # known from Python 3.12 on
        assert "made at test_words.py:9" in shown(result)


def test_hosts_are_watched_without_a_fixture(project: pytest.Pytester) -> None:
    """A test that builds one is; others, and those that the ini file leaves out, are not."""
    tests = """
kept = []

async def test_host():
    host = build_host([Words], categories=[Comments])
    await host.start()

def test_other():
    kept.append(socket.socket())

def test_closed():
    kept.pop().close()
"""
    run_tests(project, tests).assert_outcomes(passed=3, errors=1)
    project.makeini(INI + "hostkit_watch = fixtures\n")
    run_tests(project, tests).assert_outcomes(passed=3)


def test_what_several_tests_share_is_excused(project: pytest.Pytester) -> None:
    """A fixture of a wider scope outlives the test that was the first to use it."""
    tests = """
@pytest.fixture(scope="module")
def shared():
    host = build_host([Words], categories=[Comments])
    run(host.start())
    with socket.socket():
        yield host
        run(host.stop())

def test_one(shared, hostkit_host):
    assert shared.is_running

def test_two(shared, hostkit_host):
    assert shared.is_running
"""
    run_tests(project, tests).assert_outcomes(passed=2)


@pytest.mark.parametrize("mark", ['leaks="hats"', "hats=1", '"timers"'])
def test_a_mark_is_checked(project: pytest.Pytester, mark: str) -> None:
    """What it does not know is not taken for an excuse."""
    result = run_tests(project, f"@pytest.mark.hostkit({mark})\ndef test_x(): pass\n")
    result.assert_outcomes(passed=1, errors=1)
    assert "takes leaks= one of hosts, tasks, timers, threads, sockets" in shown(result)


def test_a_failing_teardown_is_shown_with_the_leak(project: pytest.Pytester) -> None:
    """Neither hides the other."""
    tests = """
@pytest.fixture
def broken():
    yield
    raise ValueError("out of order")

async def test_x(hostkit_host, broken):
    asyncio.create_task(asyncio.sleep(99))
"""
    result = run_tests(project, tests)
    result.assert_outcomes(passed=1, errors=1)
    assert "out of order" in shown(result)
    assert "  tasks: " in shown(result)
