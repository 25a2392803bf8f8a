"""A published module of a real homeserver asks hostkit through the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ANN = "'@ann:example.org'"
BEN = "'@ben:example.org'"
ROOM = "'!room:example.org'"
GIVEN = {
    "user_may_join_room": [ANN, ROOM, "True"],
    "user_may_invite": [ANN, BEN, ROOM],
    "user_may_send_3pid_invite": [ANN, "'email'", "'ben@example.org'", ROOM],
    "user_may_create_room": [ANN, "{}"],
    "user_may_create_room_alias": [ANN, "RoomAlias(localpart='garden', domain='example.org')"],
    "user_may_publish_room": [ANN, ROOM],
    "check_username_for_spam": [
        "{'avatar_url': None, 'display_name': 'Ann', 'user_id': '@ann:example.org'}",
        ANN,
    ],
    "check_login_for_spam": [ANN, "'PHONE'", "None", "(('a browser', '::1'),)", "None"],
    "check_event_for_spam": [
        "event m.room.message by @ann:example.org in !room:example.org: {'body': 'hi'}"
    ],
    "federated_user_may_invite": [
        "event m.room.member by @ann:example.org in !room:example.org: {'membership': 'invite'}"
    ],
}
VERDICTS = [hook for hook in GIVEN if hook != "check_username_for_spam"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the driver."""
    folder: Path = tmp_path_factory.mktemp("homeserver")
    command = [sys.executable, "-m", "tests.antispam.driver", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_client_is_answered_its_ping(report: dict[str, Any]) -> None:
    """It knows its own ping again."""
    assert report["ping"].startswith("Successfully pinged antispam server")


@pytest.mark.parametrize("hook", GIVEN)
@pytest.mark.parametrize(("mode", "status"), [("allow", 200), ("deny", 403), ("fail", 503)])
def test_every_callback_is_understood(
    report: dict[str, Any], hook: str, mode: str, status: int
) -> None:
    """Modules get the declared arguments, and the status is that of their answer."""
    call = report[f"{hook}: {mode}"]
    assert call["asked"][0] == [hook, GIVEN[hook]]
    # Both hostkit and the homeserver go on from an invitation from elsewhere to any invitation.
    goes_on = (hook, mode) == ("federated_user_may_invite", "allow")
    assert call["statuses"] == [status] * (2 if goes_on else 1)
    assert {asked for asked, _ in call["asked"][1:]} == ({"user_may_invite"} if goes_on else set())


@pytest.mark.parametrize("hook", VERDICTS)
def test_the_homeserver_gets_the_decision(report: dict[str, Any], hook: str) -> None:
    """An allow stays one, and a denial keeps its code, its fields and its module."""
    assert report[f"{hook}: allow"]["result"] == "NOT_SPAM"
    code, fields = report[f"{hook}: deny"]["result"]
    assert (code, fields["error"], fields["hook"]) == ("M_LIMIT_EXCEEDED", "go away", hook)
    assert (fields["module"], bool(fields["receipt"])) == ("oracle", True)


@pytest.mark.parametrize("hook", VERDICTS)
def test_a_failure_does_not_allow(report: dict[str, Any], hook: str) -> None:
    """The client takes it for a denial, and passes on that it was none."""
    code, fields = report[f"{hook}: fail"]["result"]
    assert (code, fields["errcode"], fields["module"]) == ("M_FORBIDDEN", "module_failed", "oracle")


def test_a_user_gets_the_denial_of_the_module(report: dict[str, Any]) -> None:
    """All the way from the module to the answer of the homeserver."""
    answer = report["create a room"]
    assert (answer["status"], answer["errcode"]) == (403, "M_LIMIT_EXCEEDED")
    assert (answer["error"], answer["module"]) == ("go away", "oracle")


def test_the_client_hides_every_user(report: dict[str, Any]) -> None:
    """Known fault of version 0.5.1: where a bool is asked it returns a string, which is truthy."""
    modes = ("allow", "deny", "fail")
    assert [report[f"check_username_for_spam: {mode}"]["result"] for mode in modes] == [True] * 3


def test_the_client_cannot_write_an_alias(report: dict[str, Any]) -> None:
    """Known fault of version 0.5.1: it is given an object, and fails before it sends anything."""
    code, _ = report["alias"]["result"]
    assert (code, report["alias"]["statuses"], report["alias"]["asked"]) == ("M_UNKNOWN", [], [])
