"""Who may call which route: each says so itself, and nobody else gets past the door or changes anything by knocking."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from fastapi import APIRouter
from starlette.routing import BaseRoute

from crmdesk.core.wire import MAX_BODY_BYTES
from sync_server import handlers
from sync_server.handlers.bodies import SMALL_BODY_BYTES, StrictRoute
from tests.support.laptop import enrolled
from tests.support.postgres import in_a_file
from tests.support.routes import (
    PASSWORD,
    REQUESTS,
    ROLES,
    Company,
    Request,
    code_of,
    is_described,
    operations,
)
from tests.support.server import RunningServer

WITHOUT_A_TOKEN = {
    "GET /healthz": "anybody",
    "GET /readyz": "anybody",
    "GET /v1/hello": "anybody",
    "POST /v1/enrol": "stranger",
    "POST /v1/token": "stranger",
    "POST /v1/sign-in": "stranger",
    "POST /v1/password/reset": "stranger",
    "POST /v1/sealed": "stranger",
    "POST /v1/wiped": "stranger",
}
"""All that can be asked without one, but for the description itself. A new one is a decision."""
CALLERS = {"anybody", "stranger", "laptop", "person", "reader", "auditor", "administrator", "confirmed"}
LEADERS = {"administrator", "unconfirmed"}
NO_SESSION = {
    "anonymous": "session_expired",
    "garbage": "session_expired",
    "revoked": "device_revoked",
    "left": "device_revoked",
    "pending": "device_pending",
}
OWNERS_AND_MANAGERS = {
    "rep": "forbidden",
    "director": "forbidden",
    "auditor": "forbidden",
    "custom": "not_found",
}
MANAGERS = dict.fromkeys(("rep", "director", "auditor", "custom"), "forbidden")
UNKNOWN_TO_OTHERS = dict.fromkeys(("rep", "director", "auditor", "custom"), "not_found")
READERS_OF_BO = dict.fromkeys(("custom", *LEADERS), "not_found")
PASSWORDS = ("POST /v1/confirm-password", "POST /v1/password")
"""Asked last, in this order: who has a password must give it for what is dangerous."""
ANSWERS = {
    "POST /v1/commands/change-owner": OWNERS_AND_MANAGERS,
    "POST /v1/commands/release": OWNERS_AND_MANAGERS,
    "POST /v1/commands/share": OWNERS_AND_MANAGERS,
    "POST /v1/commands/end-share": OWNERS_AND_MANAGERS,
    "POST /v1/commands/claim": dict.fromkeys(("director", "auditor", *LEADERS), "forbidden"),
    "POST /v1/commands/change-book-owner": MANAGERS,
    "POST /v1/commands/delegate": MANAGERS,
    "POST /v1/commands/end-delegation": UNKNOWN_TO_OTHERS,
    "GET /v1/people/{user}/standing": UNKNOWN_TO_OTHERS,
    "GET /v1/pull": READERS_OF_BO,
    "GET /v1/records/{entity}/{id}/history": READERS_OF_BO,
    "GET /v1/reconcile/groups": READERS_OF_BO,
    "GET /v1/reconcile/digests": READERS_OF_BO,
    "POST /v1/reconcile/states": READERS_OF_BO,
    "GET /v1/blobs/{sha256}": READERS_OF_BO,
    "GET /v1/blobs/{sha256}/upload": READERS_OF_BO,
    "PUT /v1/blobs/{sha256}": READERS_OF_BO,
}
"""What whoever got past the door is told about something of Bo's, if it is not what they asked for."""


def expected(route: str, caller: str, asker: str) -> str | None:
    """The code of a refusal, or None for an answer."""
    if asker == "another's eyes":
        return None if caller in ("anybody", "reader") or route == "GET /v1/heads" else "seeing_as"
    if route == "POST /v1/sealed":
        return "sealed_unreadable"
    if caller in ("anybody", "stranger"):
        return None
    if caller == "laptop" and asker == "left":
        return "not_found" if "/blobs/" in route else None  # of the one who left nothing of Bo's is wanted
    if asker in NO_SESSION:
        return NO_SESSION[asker]
    is_let_in = {
        "auditor": asker in LEADERS | {"auditor"},
        "administrator": asker in LEADERS,
        "confirmed": asker in LEADERS,
    }
    if not is_let_in.get(caller, True):
        return "forbidden"
    if caller == "confirmed" and asker == "unconfirmed":
        return "password_needed"
    if route == "POST /v1/recover":
        return "not_recovering"
    return ANSWERS.get(route, {}).get(asker)


@pytest.fixture
def company(server: RunningServer) -> Company:
    return Company(server)


def test_every_router_makes_routes_that_say_who_may_call_them() -> None:
    found: list[BaseRoute] = []
    for module in pkgutil.iter_modules(handlers.__path__):
        router = getattr(importlib.import_module(f"sync_server.handlers.{module.name}"), "router", None)
        found += router.routes if router else []
    assert found
    assert all(isinstance(route, StrictRoute) and route.caller.word in CALLERS for route in found)


def test_a_route_that_does_not_say_who_may_call_it_can_not_be_made() -> None:
    router = APIRouter(route_class=StrictRoute)
    with pytest.raises(TypeError, match="must say who may call it"):
        router.get("/everything")(lambda: "all")


def test_what_can_be_asked_without_a_token_is_counted(server: RunningServer) -> None:
    found = {
        route: operation["x-caller"]
        for route, operation in operations(server).items()
        if "security" not in operation
    }
    assert found == WITHOUT_A_TOKEN
    callers = {operation["x-caller"] for operation in operations(server).values()}
    assert callers == CALLERS


@in_a_file
def test_what_the_framework_refuses_is_described_too(server: RunningServer) -> None:
    """A client that is too old, a body beyond the limit, one that is no JSON, an address with NUL."""
    server.add_user("Root", "administrator")
    http, wrong = enrolled(server, "Root").http, []
    for route, operation in operations(server).items():
        method, path = re.sub(r"\{\w+\}", "0" * 32, route).split(" ")
        is_bulk = operation["tags"][0] in ("sync", "recovery", "leaving", "blobs")
        tried = [
            Request(method, path, headers={"Crmdesk-Protocol": "0"}),
            Request(method, path, params={"a": "\0"}),
        ]
        if "requestBody" in operation:
            size = MAX_BODY_BYTES if is_bulk else SMALL_BODY_BYTES
            tried += [Request(method, path, content=b"{"), Request(method, path, content=b" " * (size + 1))]
        for request in tried:
            reply = request.sent(http)
            if not is_described(operation, reply):
                wrong.append((route, reply.status_code, reply.text))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.timeout(400)  # eight hundred requests: on a machine with much else to do they may take minutes
def test_t05_nobody_gets_past_a_door_that_is_not_theirs_or_changes_anything_by_knocking(
    server: RunningServer, company: Company
) -> None:
    described = operations(server)
    assert REQUESTS.keys() == described.keys(), "each route has a request here"
    wrong = []
    for route, operation in sorted(described.items(), key=lambda each: [each[0] in PASSWORDS, each[0]]):
        if route == PASSWORDS[0]:
            for name in ROLES:
                server.give_password(name, PASSWORD)
        codes = {asker: expected(route, operation["x-caller"], asker) for asker in company.askers}
        made, before = REQUESTS[route](company, "anonymous"), server.digest()
        for asker in [asker for asker, code in codes.items() if code]:
            reply = made.sent(company.askers[asker])
            if code_of(reply) != codes[asker] or not is_described(operation, reply):
                wrong.append((route, asker, codes[asker], reply.status_code, reply.text))
        if server.digest() != before:
            wrong.append((route, "a refused request changed something", None, 0, ""))
        for asker in [asker for asker, code in codes.items() if not code]:
            reply = REQUESTS[route](company, asker).sent(company.askers[asker])
            if reply.status_code not in (200, 206) or not is_described(operation, reply):
                wrong.append((route, asker, None, reply.status_code, reply.text))
    assert not wrong, "\n".join(map(str, wrong))
