"""Run a real homeserver with the real client module, next to a hostkit gateway; report in JSON.

    python -m tests.antispam.driver FOLDER

Homeserver and gateway share a process and a reactor, and talk HTTP through a loopback port.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from synapse.api.errors import SynapseError
from synapse.api.room_versions import RoomVersions
from synapse.app.homeserver import create_homeserver, setup, start
from synapse.config.homeserver import HomeServerConfig
from synapse.events import make_event_from_dict
from synapse.logging.context import LoggingContext
from synapse.types import RoomAlias, create_requester
from twisted.internet.defer import Deferred
from twisted.internet.task import react

from hookspecs import CATEGORIES
from hostkit import Host
from hostkit.web import Server
from tests.antispam.oracle import Oracle

ANN = "@ann:example.org"
ROOM = "!room:example.org"
PROFILE = {"user_id": ANN, "display_name": "Ann", "avatar_url": None}


def event(kind: str, content: dict[str, str], **state: str) -> Any:
    """Make an event as the homeserver has it."""
    members = {
        "auth_events": [],
        "content": content,
        "depth": 1,
        "hashes": {},
        "origin_server_ts": 5,
        "prev_events": [],
        "room_id": ROOM,
        "sender": ANN,
        "signatures": {},
        "type": kind,
        **state,
    }
    return make_event_from_dict(members, RoomVersions.V10)


CALLS: dict[str, list[Any]] = {
    "user_may_join_room": [ANN, ROOM, True],
    "user_may_invite": [ANN, "@ben:example.org", ROOM],
    "user_may_send_3pid_invite": [ANN, "email", "ben@example.org", ROOM],
    "user_may_create_room": [ANN, {"preset": "private_chat"}],
    "user_may_create_room_alias": [ANN, "#garden:example.org"],
    "user_may_publish_room": [ANN, ROOM],
    "check_username_for_spam": [PROFILE, ANN],
    "check_login_for_spam": [ANN, "PHONE", None, [("a browser", "::1")], None],
    "check_event_for_spam": [event("m.room.message", {"body": "hi"})],
    "federated_user_may_invite": [
        event("m.room.member", {"membership": "invite"}, state_key="@ben:example.org")
    ],
}


class Listener(logging.Handler):
    """Collects the ping and each answer's status from the logs of the client."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.pinged: Deferred[str] = Deferred()
        self.statuses: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take one message."""
        message = record.getMessage()
        if "ping" in message and record.name == "synapse_http_antispam":
            self.pinged.callback(message)
        elif message.startswith("Received response to POST"):
            self.statuses.append(int(message.rpartition(" ")[2]))


def homeserver(folder: str, port: int) -> Any:
    """Make a homeserver with a database in a folder."""
    client = {
        "base_url": f"http://127.0.0.1:{port}/_hostkit/hooks/spam_checker",
        "do_ping": True,
        "enabled_callbacks": list(CALLS),
    }
    config = HomeServerConfig()
    config.parse_config_dict(
        {
            "server_name": "example.org",
            "database": {"name": "sqlite3", "args": {"database": f"{folder}/homeserver.db"}},
            "listeners": [],
            "macaroon_secret_key": "secret",
            "media_store_path": f"{folder}/media",
            "modules": [{"module": "synapse_http_antispam.HTTPAntispam", "config": client}],
            "report_stats": False,
            "signing_key": "ed25519 a_test 8zlpAcMJ1bJbJ4p5mB5rBzM0GpLM2VgVSkxKcZk0GS8",
            "trusted_key_servers": [],
        },
        config_dir_path=folder,
        data_dir_path=folder,
    )
    return create_homeserver(config)


def gateway(reactor: Any) -> Server:
    """Make a server with nothing but the gateway of a host with one module."""
    module = {"module": Oracle, "name": "oracle", "config": {"hooks": list(CALLS)}}
    listener = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["hooks"]}
    file = {"modules": [module], "hostkit": {"listeners": [listener]}}
    return Server(Host.from_config(file, categories=CATEGORIES).build(), reactor)


async def call(listener: Listener, callback: Any, *args: Any) -> dict[str, Any]:
    """Call a callback of the homeserver, and return its result, the statuses and the calls."""
    Oracle.asked.clear()
    listener.statuses.clear()
    result = await callback(*args)
    return {"result": result, "statuses": list(listener.statuses), "asked": list(Oracle.asked)}


async def create_room(hs: Any) -> dict[str, Any]:
    """Let a user of the homeserver create a room, and return the answer to that user."""
    await hs.get_registration_handler().register_user(localpart="ann")
    try:
        await hs.get_room_creation_handler().create_room(create_requester(ANN), {})
    except SynapseError as error:
        return {"status": error.code, **error.error_dict(hs.config)}
    return {"status": 200}


async def drive(reactor: Any, folder: str) -> None:
    """Start both, and ask every callback in every mode."""
    server = gateway(reactor)
    await server.start()
    port_of: Any = server._doors[0].port
    address: Any = port_of.getHost()
    listener = Listener()
    for name in ("synapse_http_antispam", "synapse.http.client"):
        logging.getLogger(name).addHandler(listener)
    report: dict[str, Any] = {}
    with LoggingContext(name="main", server_name="example.org"):
        hs = homeserver(folder, address.port)
        setup(hs)
        await start(hs, freeze=False)
        report["ping"] = await listener.pinged
        checker = hs.get_module_api_callbacks().spam_checker
        for mode in ("allow", "deny", "fail"):
            Oracle.mode = mode
            for hook, args in CALLS.items():
                report[f"{hook}: {mode}"] = await call(listener, getattr(checker, hook), *args)
        Oracle.mode = "deny"
        report["create a room"] = await create_room(hs)
        Oracle.mode = "allow"
        alias = RoomAlias("garden", "example.org")
        report["alias"] = await call(listener, checker.user_may_create_room_alias, ANN, alias)
    await server.stop()
    print(json.dumps(report))  # noqa: T201 -- this is what it is run for


if __name__ == "__main__":
    react(lambda reactor: Deferred.fromCoroutine(drive(reactor, sys.argv[1])))
