from __future__ import annotations

import gc
import linecache
import threading
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import codegen
from hostkit.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FunctionType, TracebackType

ADD = "def add(a, b):\n    return a + b\n"
RAISE = "def fail(error):\n    raise error  # on purpose\n"
MAKE = "def make(error):\n    def made():\n        raise error\n    return made\n"


@pytest.fixture(autouse=True)
def no_listings() -> Iterator[None]:
    """Each test begins and ends without a listing of its own."""
    gc.collect()
    before = listed()
    yield
    gc.collect()
    assert listed() == before


def compile_in_new(source: str, name: str, title: str = "test.sum") -> FunctionType:
    return compile_function(source, name, title, {})


def listed() -> set[str]:
    codegen._clean_up()  # as the next function that is compiled does
    return {file for file in linecache.cache if file.startswith("<hostkit test.")}


def file_of(function: FunctionType) -> str:
    return function.__code__.co_filename


def traceback_of(function: Any, *arguments: Any) -> TracebackType:
    """Catch what a function raises; a traceback from its frame on."""
    with pytest.raises(ZeroDivisionError) as caught:
        function(*arguments)
    return caught.tb.tb_next  # type: ignore[return-value]


def test_a_function_is_compiled_into_a_namespace() -> None:
    """The function is returned, uses the names of the namespace, and is found there."""
    namespace: dict[str, Any] = {"_two": 2}
    double = compile_function(
        "def double(a):\n    return a * _two\n", "double", "test.d", namespace
    )
    assert double(4) == 8
    assert namespace["double"] is double


def test_tracebacks_show_the_lines() -> None:
    """The file name says what was generated, and the line is the one that raised."""
    (frame,) = traceback.extract_tb(
        traceback_of(compile_in_new(RAISE, "fail"), ZeroDivisionError())
    )
    assert frame.filename == "<hostkit test.sum>"
    assert frame.lineno == 2
    assert frame.line == "raise error  # on purpose"


def test_checking_the_line_cache_keeps_the_lines() -> None:
    """Whatever formats a traceback may check the cache for files that have changed."""
    function = compile_in_new(ADD, "add")
    linecache.checkcache()
    assert linecache.getline(file_of(function), 2) == "    return a + b\n"


def test_equal_sources_share_a_name() -> None:
    """A hook of two hosts, or of a host before and after a reload, has one listing if it can."""
    functions = [compile_in_new(ADD, "add") for _ in range(3)]
    assert {file_of(function) for function in functions} == {"<hostkit test.sum>"}


def test_different_sources_never_share_a_name() -> None:
    """Two hosts with different chains of one hook each show their own lines."""
    functions = [compile_in_new(f"def f():\n    return {number}\n", "f") for number in range(3)]
    files = [file_of(function) for function in functions]
    assert files == ["<hostkit test.sum>", "<hostkit test.sum #2>", "<hostkit test.sum #3>"]
    lines = [linecache.getline(file, 2).strip() for file in files]
    assert lines == ["return 0", "return 1", "return 2"]


def test_listings_go_with_their_functions() -> None:
    """Rebuilding a function for as long as a program runs leaves nothing behind."""
    kept = compile_in_new(ADD, "add")
    for number in range(20):
        compile_in_new(f"def f():\n    return {number}\n", "f")
        gc.collect()
    assert listed() == {file_of(kept)}


def test_names_are_used_again() -> None:
    """A reload takes the name that the reload before it has given up."""
    current = compile_in_new("def f():\n    return 0\n", "f")
    files = []
    for number in range(1, 5):
        current = compile_in_new(f"def f():\n    return {number}\n", "f")
        gc.collect()
        files.append(file_of(current))
        assert linecache.getline(files[-1], 2) == f"    return {number}\n"
    assert files == ["<hostkit test.sum #2>", "<hostkit test.sum>"] * 2


def test_a_listing_lasts_as_long_as_what_the_function_has_made() -> None:
    """Functions within the compiled one have the same file."""
    made = compile_in_new(MAKE, "make")(ZeroDivisionError())
    gc.collect()
    (frame,) = traceback.extract_tb(traceback_of(made))
    assert frame.line == "raise error"


def test_a_listing_lasts_as_long_as_a_traceback() -> None:
    """A failure can be formatted when the host that it is of is gone."""
    kept = traceback_of(compile_in_new(RAISE, "fail"), ZeroDivisionError())
    gc.collect()
    (frame,) = traceback.extract_tb(kept)
    assert frame.line == "raise error  # on purpose"


def test_sources_can_share_a_namespace() -> None:
    """Functions of one namespace may call each other; each keeps its listing."""
    namespace: dict[str, Any] = {}
    compile_function(ADD, "add", "test.sum", namespace)
    source = "def more(a):\n    return add(a, 1)\n"
    more = compile_function(source, "more", "test.more", namespace)
    gc.collect()
    assert more(2) == 3
    assert listed() == {"<hostkit test.sum>", "<hostkit test.more>"}


def test_a_source_with_an_error_leaves_no_listing() -> None:
    """What cannot be compiled is an error of ours, which is raised as it is."""
    with pytest.raises(SyntaxError, match="invalid syntax"):
        compile_in_new("def f(:\n", "f")


def test_a_name_taken_meanwhile_is_left_alone() -> None:
    """A listing that is withdrawn late does not take another one's lines away."""
    add = compile_in_new(ADD, "add")
    codegen._withdraw(file_of(add), (0, None, [], ""))
    codegen._clean_up()
    assert linecache.getline(file_of(add), 1) == "def add(a, b):\n"


def test_threads_get_names_of_their_own() -> None:
    """Several threads may build hosts at a time."""
    barrier = threading.Barrier(8)
    functions: list[FunctionType] = []

    def build(number: int) -> None:
        barrier.wait()
        for each in range(20):
            source = f"def f():\n    return {number}, {each}\n"
            functions.append(compile_in_new(source, "f"))

    threads = [threading.Thread(target=build, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = [linecache.getline(file_of(function), 2).strip() for function in functions]
    expected = ["return {}, {}".format(*function()) for function in functions]
    assert shown == expected


def test_a_listing_is_not_withdrawn_while_others_go_through_the_cache() -> None:
    """`linecache.checkcache` lists the names first, and then looks each of them up."""
    compile_in_new("def f():\n    return 0\n", "f")
    names = list(linecache.cache)
    gc.collect()
    assert [name for name in names if name not in linecache.cache] == []
