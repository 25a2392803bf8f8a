"""Random chains of spam checkers give what a slow and obvious loop gives."""

from __future__ import annotations

from enum import Enum
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import NOT_SPAM, Codes, RegistrationBehaviour

from .hosting import HostError, wrong_in
from .spam import ARGUMENTS, EVENT, MAYS, call, host_of

STOCK: tuple[Codes, dict[str, Any]] = (Codes.FORBIDDEN, {})
BOOLEANS = {"check_event_for_spam": "spam", "check_media_file_for_spam": "spam"} | dict.fromkeys(
    MAYS, "allowed"
)


class OwnCodes(str, Enum):  # noqa: UP042 -- what older hosts have
    """Codes of the host's own."""

    BAD = "ORG_BAD"


CODES = (Codes, OwnCodes)
PAIRS = [[code, dict] for code in CODES]


@attrs.frozen
class Callback:
    """What one module does: answers or, if ``raises``, fails; and how it is written."""

    answer: Any
    raises: bool
    is_async: bool
    few: bool


def register(callback: Callback, hook: str, asked: list[int], number: int) -> Any:
    """Write the function of a callback."""

    def do() -> Any:
        asked.append(number)
        if callback.raises:
            raise HostError(400, f"M_{number}")
        return callback.answer

    async def any_number(*_: Any) -> Any:
        return do()

    async def few(_: Any) -> Any:
        return do()

    if callback.few and hook in ("user_may_create_room", "check_username_for_spam"):
        return few
    return any_number if callback.is_async else lambda *_: do()


def denies(hook: str, answer: Any) -> tuple[bool, Any]:
    """Say by the book whether an answer denies, and with what."""
    if hook == "should_drop_federated_event":
        return bool(answer), answer
    if hook == "check_username_for_spam":
        return bool(answer), True
    if hook == "check_registration_for_spam":
        if answer not in list(RegistrationBehaviour):
            raise TypeError
        return answer != RegistrationBehaviour.ALLOW, answer
    if type(answer) is bool:
        meaning = BOOLEANS.get(hook)
        return (meaning is None or answer == (meaning == "spam")), STOCK
    return answer != NOT_SPAM, denial_of(hook, answer)


def denial_of(hook: str, answer: Any) -> Any:
    """Say by the book what an answer denies with, if it denies."""
    if type(answer) in CODES:
        return answer, {}
    if type(answer) is str and hook == "check_event_for_spam":
        return answer
    if type(answer) is tuple and [type(each) for each in answer] in PAIRS:
        return answer
    return STOCK


DEFAULTS = {
    "should_drop_federated_event": False,
    "check_username_for_spam": False,
    "check_registration_for_spam": RegistrationBehaviour.ALLOW,
}


def is_wrong(hook: str, answer: Any) -> bool:
    """Say by the book whether an answer means nothing."""
    if hook in ("should_drop_federated_event", "check_username_for_spam"):
        return False
    if hook == "check_registration_for_spam":
        return answer not in list(RegistrationBehaviour)
    if type(answer) is bool:
        return hook not in BOOLEANS
    return answer != NOT_SPAM and denial_of(hook, answer) is STOCK


def wrong_ones(hook: str, chain: list[Callback], asked: list[int]) -> list[tuple[str, str]]:
    """Say by the book whose answers are recorded as invalid."""
    return [
        (f"spam_checker.{hook}", "abcde"[number])
        for number in asked
        if not chain[number].raises and is_wrong(hook, chain[number].answer)
    ]


def model(hook: str, chain: list[Callback]) -> tuple[list[int], Any]:
    """Ask a chain by the book: who is asked, and the result or the type of the exception."""
    asked: list[int] = []
    for number, callback in enumerate(chain):
        asked.append(number)
        if callback.raises:
            return asked, HostError
        try:
            denied, denial = denies(hook, callback.answer)
        except TypeError:
            return asked, TypeError
        if denied:
            return asked, denial
    return asked, DEFAULTS.get(hook, NOT_SPAM)


ANSWERS = st.one_of(
    st.sampled_from([NOT_SPAM, NOT_SPAM.encode().decode(), *RegistrationBehaviour]),
    st.booleans(),
    st.none(),
    st.sampled_from([Codes.NOT_FOUND, OwnCodes.BAD]),
    st.text(max_size=3),
    st.integers(0, 2),
    st.tuples(st.sampled_from([Codes.NOT_FOUND, OwnCodes.BAD, "M_X"])),
    st.tuples(
        st.sampled_from([Codes.NOT_FOUND, OwnCodes.BAD, "M_X"]),
        st.one_of(st.dictionaries(st.text(max_size=2), st.integers(), max_size=2), st.none()),
    ),
)
CALLBACKS = st.builds(
    Callback,
    # What lets the next one be asked is made likely, so that chains are not over at once.
    answer=st.one_of(
        ANSWERS, st.sampled_from([NOT_SPAM, False, True, RegistrationBehaviour.ALLOW])
    ),
    raises=st.sampled_from([False, False, False, True]),
    is_async=st.booleans(),
    few=st.booleans(),
)
CHAINS = st.lists(CALLBACKS, max_size=5)


def run(hook: str, host: Any, *arguments: Any) -> Any:
    """Call a hook: its result, or the type of the exception."""
    try:
        return call(host, hook, *arguments)
    except HostError:
        return HostError
    except TypeError:
        return TypeError


@given(hook=st.sampled_from(sorted({*ARGUMENTS} - {"federated_user_may_invite"})), chain=CHAINS)
def test_a_hook_equals_its_model(hook: str, chain: list[Callback]) -> None:
    """The same modules are asked, the same comes of it, and the same is found wrong."""
    asked: list[int] = []
    modules = [{hook: register(each, hook, asked, number)} for number, each in enumerate(chain)]
    host = host_of(*modules)
    result = run(hook, host)
    assert model(hook, chain) == (asked, result)
    assert wrong_ones(hook, chain, asked) == wrong_in(host.receipts)


@given(chain=CHAINS, after=CHAINS)
def test_invitations_from_elsewhere_equal_their_model(
    chain: list[Callback], after: list[Callback]
) -> None:
    """One chain comes after the other, if no module in the first one denies."""
    hooks = ("federated_user_may_invite", "user_may_invite")
    asked: dict[str, list[int]] = {hook: [] for hook in hooks}
    modules: list[dict[str, Any]] = [{} for _ in range(5)]
    for hook, callbacks in zip(hooks, (chain, after), strict=True):
        for number, callback in enumerate(callbacks):
            modules[number][hook] = register(callback, hook, asked[hook], number)
    host = host_of(*modules)
    result = run(hooks[0], host, EVENT)
    first_asked, expected = model(hooks[0], chain)
    second_asked: list[int] = []
    if expected == NOT_SPAM:
        second_asked, expected = model(hooks[1], after)
    assert (first_asked, second_asked, expected) == (asked[hooks[0]], asked[hooks[1]], result)
    wrong = wrong_ones(hooks[0], chain, first_asked) + wrong_ones(hooks[1], after, second_asked)
    assert wrong_in(host.receipts) == wrong
