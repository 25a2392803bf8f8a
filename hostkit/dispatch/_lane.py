"""The lane: the happy path of one chain, written out and compiled.

It does what a loop written by hand would do and nothing more: it calls one callback after the other
while they answer "continue", and returns a plain denial. Whatever else happens, it leaves for the
loop (`hostkit.dispatch._loop`) at the callback it has reached.

All names of its own begin with an underscore, which the names of arguments may not. That goes for
builtins too: `type` is a good name for an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.rules import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec


def write_lane(spec: Hookspec, callbacks: Sequence[Callback], *, is_exact: bool) -> str:
    """Write the function that the callers of a hook call, named ``_lane``.

    Args:
        spec: The hook.
        callbacks: Its callbacks.
        is_exact: Whether it measures each of them.
    """
    if not callbacks:  # a plain function is called quicker than a method, see `Chain.bind`
        return _function(spec, "_lane", "", ["_at = 0", *_finish(spec, "_caller", 0)])
    wait = "await " if spec.is_async else ""
    values = f"({''.join(f'{name}, ' for name in spec.arguments)})"
    lines = [] if is_exact else ["if _armed:", f"    return {wait}_sample({values})"]
    if spec.copy or spec.shield or any(callback.shadow for callback in callbacks):
        lines.append(f"return {wait}_ask({values}, is_timed={is_exact})")
    else:
        lines += _ask_all(spec, callbacks, is_exact=is_exact)
        answers = "_answers" if spec.rule.gathers else "()"
        times = "(_began, *_times)" if is_exact else "None"
        lines += [
            "try:",
            f"    return {wait}_go_on({values}, _at, _answer, _error, {answers}, {times})",
            "finally:",
            "    _error = None  # its traceback holds this frame",
        ]
    return _function(spec, "_lane", "self", lines)


def _ask_all(spec: Hookspec, callbacks: Sequence[Callback], *, is_exact: bool) -> Iterator[str]:
    """Ask all callbacks, one after the other; what is left then is for the loop."""
    count = len(callbacks)
    if is_exact:
        yield "_began = _a = _now()"
    if spec.rule.gathers:
        yield "_answers = []"
    yield "_is_reading = False"
    yield "try:"
    yield "    while True:  # left by `break`, to what follows below"
    for index, callback in enumerate(callbacks):
        asked = _ask(spec, index, callback, is_exact=is_exact)
        yield from (f"        {line}" for line in asked)
    yield f"        _at = {count}"
    yield "        break"
    yield "except _BaseException as _raised:"
    yield "    if not _is_reading:"
    yield "        _answer, _error = None, _raised"
    if is_exact:
        yield "        if _at % 2:"
        yield "            _a = _now()"
        yield "        else:"
        yield "            _b = _now()"
    yield "    elif _isinstance(_raised, _Exception):"
    yield "        _error = None  # the loop reads the answer again, and refuses it"
    yield "    else:"
    yield "        raise"
    yield "else:"
    yield "    _error = None"
    yield f"    if _at == {count}:"
    finish = _finish(spec, "self", count, is_exact=is_exact)
    yield from (f"        {line}" for line in finish)
    if spec.rule.denies:
        yield from (f"    {line}" for line in _deny(spec, is_exact=is_exact))
    if is_exact:
        last = f"(_at - (_at == {count}))" if spec.rule.gathers else "_at"
        yield f"_times = (_b, _a) if {last} % 2 else (_a, _b)"


def _ask(spec: Hookspec, index: int, callback: Callback, *, is_exact: bool) -> Iterator[str]:
    """Ask one callback."""
    rule = spec.rule
    call = f"_c{index}({', '.join(callback.fit.arguments)})"
    yield f"_at = {index}"
    if not spec.is_async:
        yield f"_answer = {call}"
        yield "if _type(_answer) is _Coroutine:"
        yield "    _refuse(_answer)"
    elif callback.fit.is_async and callback.timeout_seconds is None:
        yield f"_answer = await {call}"
    else:
        yield f"_answer = {call}"
        yield 'if _hasattr(_answer, "__await__") or _type(_answer) is _Generator:'
        yield f"    _answer = await _wait{index}(_answer)"
    if is_exact:
        before, after = ("_b", "_a") if index % 2 else ("_a", "_b")
        yield f"{after} = _now()"
        yield f"_seconds[{index}] += {after} - {before}"
    if rule.ignores:
        return
    if rule.plain_denial is not None:
        yield "if _answer is not _pass:"
        yield "    break"
        return
    margin = "" if rule.passes is NO_ANSWER else "    "
    if margin:
        yield "if _answer is not _pass:"
    if rule.reader is None:
        yield f"{margin}_meaning = _answer"
    else:
        yield f"{margin}_is_reading = True"
        yield f"{margin}_meaning = _read(_answer)"
        yield f"{margin}_is_reading = False"
    yield from (f"{margin}{line}" for line in _hear(spec, index, is_exact=is_exact))


def write_switch(spec: Hookspec) -> str:
    """Write the function of a keyed hook, named ``_switch``, which calls the chain of a key."""
    assert spec.keyed is not None  # noqa: S101
    wait = "await " if spec.is_async else ""
    arguments = ", ".join(spec.arguments)
    lines = [
        f"_function = _functions.get({spec.keyed.argument})",
        "if _function is None:",
        f"    return {wait}_nobody({arguments})",
        f"return {wait}_function(self, {arguments})",
    ]
    return _function(spec, "_switch", "self", lines)


def _hear(spec: Hookspec, index: int, *, is_exact: bool) -> Iterator[str]:
    """Do what an answer means."""
    rule = spec.rule
    end = [f"    _ended[{index}] += 1"] if is_exact else []
    end.append("    return _meaning")
    if rule.gathers:
        skips = rule.reader is not None
        yield f"_answers.append({'_LEFT_OUT if _meaning is _CONTINUE else ' * skips}_meaning)"
        yield "if _ends(_meaning):"
        yield from end
        return
    passes = "" if rule.passes is NO_ANSWER else " and _meaning is not _pass"
    yield f"if _meaning is not _CONTINUE{passes}:"
    yield from ["    break"] if rule.denies else end


def _deny(spec: Hookspec, *, is_exact: bool) -> Iterator[str]:
    """Return a plain denial, the answer of the callback that was asked last."""
    denial = "_meaning" if spec.rule.plain_denial is None else "_answer"
    condition = "_type(_answer) is _Deny"
    if spec.rule.plain_denial is None:
        replaces = spec.rule.replaced is not None
        condition = "_type(_meaning) is not _Replace" if replaces else ""
    times = ", _began, *((_b, _a) if _at % 2 else (_a, _b))" if is_exact else ""
    margin = "    " if condition else ""
    if condition:
        yield f"if {condition}:"
    if is_exact:
        yield f"{margin}_ended[_at] += 1"
    yield f"{margin}_log((_seats[_at], {denial}{times}))"
    yield f"{margin}return {denial}"


def _finish(spec: Hookspec, caller: str, count: int, *, is_exact: bool = False) -> Iterator[str]:
    """Return the result when all callbacks have answered and none of them ended the call."""
    end = [f"_ended[{count - 1}] += 1"] if is_exact else []
    if spec.has_fallback:
        wait = "await " if spec.is_async else ""
        yield from end
        yield f"_answer = {wait}_fallback({', '.join([caller, *spec.arguments])})"
        if spec.rule.denies:
            yield "if _is_denial(_answer):"
            yield f"    _log((_seats[{count}], _answer))"
        yield "return _answer"
    elif not spec.rule.gathers:
        yield from [*end, "return _result"]
    elif not count:
        yield "return _finish([])"
    else:
        skips = spec.rule.reader is not None
        given = "_each for _each in _answers if _each is not _LEFT_OUT" if skips else "*_answers"
        yield "try:"
        yield f"    _result = _finish([{given}])"
        yield "except _Exception:"
        yield "    pass  # the loop finds out whose answer does not fit"
        yield "else:"
        yield from (f"    {line}" for line in [*end, "return _result"])


def _function(spec: Hookspec, name: str, first: str, lines: Iterable[str]) -> str:
    parameters = [first] if first else []
    for parameter in spec.signature.parameters.values():
        default = "" if parameter.default is parameter.empty else f"=_default_{parameter.name}"
        parameters.append(parameter.name + default)
    head = f"{'async ' if spec.is_async else ''}def {name}({', '.join(parameters)}):"
    return "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"
