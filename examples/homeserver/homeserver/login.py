"""Login: how users authenticate."""

from collections.abc import Mapping

from twisted.web.server import Request

from homeserver.accounts import begin_session, make
from homeserver.client import client_of, refuse, text
from homeserver.homeserver import Homeserver
from hookspecs import Codes, JsonDict, Login, LoginResponse
from hostkit.web import HttpError, json_body

PASSWORD = "m.login.password"  # noqa: S105 -- the name of a login type


async def list_types(server: Homeserver, _request: Request) -> JsonDict:
    """``GET login``: list the types of login."""
    return {"flows": [{"type": each} for each in _types(server)]}


async def log_in(server: Homeserver, request: Request) -> LoginResponse:
    """``POST login``: authenticate the user, and start a session."""
    body = json_body(request)
    device_id = text(body, "device_id") if "device_id" in body else None
    label = "initial_device_display_name"
    device_name = text(body, label) if label in body else None
    user_id, callback = await _identify(server, body)
    if user_id not in server.accounts:  # so far only a module knows this user
        name, _, domain = user_id.removeprefix("@").partition(":")
        if domain != server.name:
            raise HttpError(403, Codes.FORBIDDEN, "Not a user of this server")
        await make(server, request, name)
    clients = [client_of(request)]
    verdict = await server.spam.check_login_for_spam(user_id, device_id, device_name, clients)
    refuse(verdict, "Login was blocked by the server")
    response = begin_session(server, user_id, device_id)
    await server.validity.on_user_login(user_id, body["type"], None)
    if callback is not None:  # the module that authenticated the user asked for the outcome
        await callback(response)
    return response


def _types(server: Homeserver) -> Mapping[str, tuple[str, ...]]:
    """List the types of login with the fields they need: the password, then the modules'."""
    types = {PASSWORD: ("password",), **server.auth.supported_login_types}
    if not server.has_passwords:
        del types[PASSWORD]
    return types


async def _identify(server: Homeserver, body: JsonDict) -> Login:
    """Authenticate, by modules first; they get only the fields that they have named."""
    login_type, identifier = text(body, "type"), body.get("identifier")
    fields = _types(server).get(login_type)
    if fields is None:
        raise HttpError(400, Codes.UNKNOWN, f"Unknown login type {login_type}")
    if not isinstance(identifier, dict) or identifier.get("type") != "m.id.user":
        raise HttpError(400, Codes.INVALID_PARAM, "Unknown login identifier")
    missing = [field for field in fields if field not in body]
    if missing:
        raise HttpError(400, Codes.MISSING_PARAM, f"Missing parameters: {', '.join(missing)}")
    user, login_dict = text(identifier, "user"), {field: body[field] for field in fields}
    login = await server.auth.check_auth(user, login_type, login_dict)
    if login is None and login_type == PASSWORD:
        account = server.accounts.get(user if user.startswith("@") else f"@{user}:{server.name}")
        if account is not None and account.has_password(text(body, "password")):
            login = account.user_id, None
    if login is None:
        raise HttpError(403, Codes.FORBIDDEN, "Invalid username or password")
    return login
