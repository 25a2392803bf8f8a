"""Accounts: registration, login and sessions."""

import re
import secrets
from collections.abc import Mapping

from twisted.web.server import Request

from homeserver.client import client_of, refuse, text
from homeserver.homeserver import Account, Homeserver
from hookspecs import (
    Codes,
    JsonDict,
    Login,
    LoginResponse,
    RegistrationBehaviour,
    Requester,
    UserID,
)
from hostkit.web import HttpError, json_body

_LONGEST_ID = 255


async def register(server: Homeserver, request: Request) -> LoginResponse:
    """``POST register``: create an account, and log it in.

    Modules do not receive the password. They are not asked about this login: a user who may
    register may also log in.
    """
    params = json_body(request)
    password = text(params, "password")
    del params["password"]
    stages = {"m.login.dummy": True}  # the only stage that this server has
    name = await server.auth.get_username_for_registration(stages, params)
    name = text(params, "username") if name is None else name  # an empty one is refused below
    display_name = await server.auth.get_displayname_for_registration(stages, params)
    account = await make(server, request, name.lower(), display_name, password)
    return begin_session(server, account.user_id, None)


async def make(
    server: Homeserver,
    request: Request,
    name: str,
    display_name: str | None = None,
    password: str | None = None,
) -> Account:
    """Create an account if modules allow it.

    Raises:
        HttpError: Status 429 if a module has refused it, without naming it; 400 if the name is
            invalid or taken.
    """
    _check_name(server, name)
    behaviour = await server.spam.check_registration_for_spam(None, name, [client_of(request)])
    if behaviour is RegistrationBehaviour.DENY:
        raise HttpError(429, Codes.UNKNOWN, "Rate limited")
    user_id, is_banned = f"@{name}:{server.name}", behaviour is RegistrationBehaviour.SHADOW_BAN
    if user_id in server.accounts:
        raise HttpError(400, Codes.USER_IN_USE, "User ID already taken")
    account = Account(user_id, name if display_name is None else display_name, is_banned)
    if password is not None:
        account.set_password(password)
    server.accounts[user_id] = account
    await server.validity.on_user_registration(user_id)
    return account


def _check_name(server: Homeserver, name: str) -> None:
    user_id = f"@{name}:{server.name}"
    why = None
    if not re.fullmatch(r"[a-z0-9._=/+-]+", name):
        why = "Only a-z, 0-9 and any of =_-./+ are allowed"
    elif name.startswith("_") or name.isdecimal():
        why = "Names that begin with _ and numbers are reserved"
    elif len(user_id) > _LONGEST_ID:
        why = f"A user id has up to {_LONGEST_ID} characters"
    if why is not None:
        raise HttpError(400, Codes.INVALID_USERNAME, why)


def begin_session(server: Homeserver, user_id: str, device_id: str | None) -> LoginResponse:
    """Log an account in, on a new device if none is named."""
    device_id, token = device_id or secrets.token_hex(5).upper(), secrets.token_urlsafe(24)
    server.sessions[token] = Requester(UserID.from_string(user_id), device_id=device_id)
    return LoginResponse(user_id=user_id, access_token=token, device_id=device_id)


async def check(server: Homeserver, request: Request) -> Requester:
    """Authenticate a request, and check that the account has not expired.

    Every request that needs an access token passes here, except the one that ends the session. An
    exception of a module therefore fails all of them.

    Raises:
        HttpError: Status 401 without a valid token, and 403 for an account that has expired.
    """
    requester = server.sessions[_token_of(server, request)]
    if await server.validity.is_user_expired(str(requester.user)):
        raise HttpError(403, Codes.EXPIRED_ACCOUNT, "User account has expired")
    return requester


async def log_out(server: Homeserver, request: Request) -> dict[str, str]:
    """``POST logout``: make the access token invalid; an expired account may do that."""
    token = _token_of(server, request)
    requester = server.sessions.pop(token)
    await server.auth.on_logged_out(str(requester.user), requester.device_id, token)
    return {}


def _token_of(server: Homeserver, request: Request) -> str:
    token = (request.getHeader("authorization") or "").removeprefix("Bearer ")
    if token not in server.sessions:
        raise HttpError(401, Codes.UNKNOWN_TOKEN, "Unrecognised access token")
    return token


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
