"""A company, everybody who might ask its server for something, and one valid request for each route: about what is Bo's."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.sealed import signed_wipe
from sync_server import accounts, enrolment, seeing, sharing
from sync_server.storage import sharing as kept_shares
from tests.support.laptop import Laptop, enrolled, forced, fresh_id
from tests.support.server import HOUR_MS, RunningServer

FILE = b"\xff\xd8\xff" + bytes(100)
SHA256 = hashlib.sha256(FILE).hexdigest()
PASSWORD = "谁也猜不到的密码"
ROLES = {
    "Ann": "rep", "Mei": "manager", "Dora": "director", "Eve": "auditor", "Root": "administrator",
    "Gil": "custom", "Una": "unconfirmed",
}  # fmt: skip
"""Who sits at an active laptop, and as what. Gil's role is a copy of rep; Una has a password and has not given it."""


@dataclass(frozen=True)
class Request:
    """What is sent to a route."""

    method: str
    path: str
    json: Any = None
    content: bytes | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def sent(self, http: httpx2.Client) -> httpx2.Response:
        """The answer; of one that never ends, its head."""
        more: dict[str, Any] = {} if self.json is None else {"json": self.json}
        if self.content is not None:
            more = {"content": self.content}
        asked = http.build_request(
            self.method, self.path, params=dict(self.params), headers=dict(self.headers), **more
        )
        reply = http.send(asked, stream=True)
        if reply.headers.get("content-type", "").startswith("text/event-stream"):
            reply.close()
        else:
            reply.read()
            reply.close()
        return reply


def code_of(reply: httpx2.Response) -> str | None:
    """The code of a problem, or None for an answer."""
    return str(reply.json()["code"]) if reply.status_code >= 400 else None


class Company:
    """The small company with one of each who might ask. `askers`: by name, what they ask with."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        for name, role, team in (
            ("Dora", "director", "North"),
            ("Eve", "auditor", None),
            ("Root", "administrator", None),
            ("Ada", "administrator", None),
            ("Una", "administrator", None),
            ("Lee", "rep", "West"),
        ):
            server.add_user(name, role, team)
        with server.database.write() as connection:
            now = server.clock()
            less = frozenset(("customer.grade",)), now, frozenset(("contact",))
            role = accounts.define_role(connection, None, "Junior", "rep", *less).id
            server.people["Gil"] = accounts.add_user(connection, "Gil", role, now, team="West")
        server.give_password("Una", PASSWORD)
        self.laptops = {name: enrolled(server, name) for name in ("Bo", "Cai", *ROLES)}
        self.bo = self.laptops["Bo"]
        self.askers = {role: self.laptops[name].http for name, role in ROLES.items()}
        self.askers |= {
            "anonymous": Laptop(server, "").http,
            "garbage": self._with("Authorization", "Bearer " + secrets.token_urlsafe(32)),
            "revoked": self._revoked(),
            "left": self._left(),
            "pending": self._pending(),
            "another's eyes": self._eyes(),
        }
        self._fill()

    def _with(self, name: str, value: str) -> httpx2.Client:
        http = Laptop(self.server, "").http
        http.headers[name] = value
        return http

    def _revoked(self) -> httpx2.Client:
        laptop = enrolled(self.server, "Ann")
        with self.server.database.write() as connection:
            enrolment.revoke(connection, laptop.welcome["device"], self.server.clock())
        return laptop.http

    def _left(self) -> httpx2.Client:
        """Somebody who was shut out, whose laptop may still hand in."""
        self.laptops["Lee"] = enrolled(self.server, "Lee")
        with self.server.database.write() as connection:
            accounts.disable_user(connection, "Lee", self.server.clock())
        return self.laptops["Lee"].http

    def _pending(self) -> httpx2.Client:
        """A laptop whose refresh token was seen twice."""
        laptop = enrolled(self.server, "Ann")
        first = laptop.welcome["refresh"]
        assert laptop.token().status_code == 200
        assert laptop.token().status_code == 200
        assert laptop.token(first).status_code == 403
        return laptop.http

    def _eyes(self) -> httpx2.Client:
        laptop = enrolled(self.server, "Ada")
        laptop.http.headers["Crmdesk-See-As"] = self.bo.user
        assert laptop.http.get("/v1/heads").status_code == 200
        assert seeing.SPAN_MS >= HOUR_MS, "it is on record now, and for as long as any test lasts"
        return laptop.http

    def _fill(self) -> None:
        self.kept = self.customer()
        self.pooled = self.customer()
        self.visit = self.bo.visit(RecordKey("customer", self.kept)).id
        attachment = {"customer": self.kept, "name": "a.jpg", "media_type": "image/jpeg", "size": len(FILE)}
        self.bo.write(RecordKey("attachment", fresh_id()), {**attachment, "sha256": SHA256})
        self.bo.push()
        assert self.upload().sent(self.bo.http).status_code == 200

    def user(self, name: str) -> str:
        return self.server.people[name].user

    def person(self) -> tuple[str, str]:
        """A new colleague of Bo's: the name and the id."""
        made = self.server.add_user(secrets.token_hex(4), "rep", "East")
        return made.name, made.user

    def customer(self) -> str:
        """A new customer of Bo's."""
        key = self.bo.customer()
        self.bo.push()
        return key.id

    def pool(self) -> str:
        """A new customer in the pool."""
        found = self.customer()
        asked = self.command("release", customers=[found])
        assert asked.sent(self.laptops["Mei"].http).status_code == 200
        return found

    def share(self) -> str:
        """A new share of a customer of Bo's with Cai."""
        customer, now = self.customer(), self.server.clock()
        with self.server.database.write() as connection:
            stored = sharing.customer_of(connection, customer)
            assert stored is not None
            wish = sharing.Wish(self.user("Cai"), can_write=True, until=None)
            sharing.share(connection, stored, wish, self.bo.user, now, sharing.hold(connection, [customer]))
            sharing.note_rights(connection, now)
            return kept_shares.shares_of(connection, customer)[0].id

    def delegation(self) -> str:
        """A new delegation of Bo's, which has yet to begin."""
        now = self.server.clock()
        with self.server.database.write() as connection:
            new = kept_shares.Delegation(
                fresh_id(), self.bo.user, self.user("Cai"), now.ms + HOUR_MS, now.ms + 2 * HOUR_MS,
                self.bo.user, now.ms,
            )  # fmt: skip
            sharing.delegate(connection, new, now)
        return new.id

    def device(self) -> str:
        """A new laptop of Cai's, which waits."""
        laptop = Laptop(self.server, self.user("Cai"))
        laptop.enrol(self.server.code("Cai", hold=True))
        return str(laptop.welcome["device"])

    def refused(self) -> str:
        """What the server would not take from Bo, the latest."""
        self.bo.write(RecordKey("customer", fresh_id()), {"no such field": 1})
        forced(self.bo, self.bo.batch())
        found = self.laptops["Root"].http.get("/v1/refused").json()["refused"]
        return str(found[-1]["name"])

    def command(self, name: str, /, **asked: Any) -> Request:
        return Request("POST", f"/v1/commands/{name}", {"id": secrets.token_hex(16), **asked})

    def upload(self) -> Request:
        digest = base64.b64encode(hashlib.sha256(FILE).digest()).decode()
        return Request(
            "PUT", f"/v1/blobs/{SHA256}", content=FILE, params={"offset": 0, "size": len(FILE)},
            headers={"Content-Digest": f"sha-256=:{digest}:"},
        )  # fmt: skip


Made = Callable[[Company, str], Request]
REQUESTS: dict[str, Made] = {}
"""By route: what makes a valid request for an asker."""


def route(name: str) -> Callable[[Made], Made]:
    def note(made: Made) -> Made:
        REQUESTS[name] = made
        return made

    return note


def _plain(name: str, **params: Any) -> None:
    method, path = name.split(" ")
    REQUESTS[name] = lambda _company, _asker: Request(method, path, params=params)


for _name in (
    "GET /healthz", "GET /readyz", "GET /v1/hello", "GET /v1/heads", "GET /v1/live", "GET /v1/refused", "GET /v1/audit",
    "GET /v1/audit/verify", "GET /v1/audit/roots", "GET /v1/devices", "GET /v1/grants", "GET /v1/permissions", "GET /v1/permissions/state",
):  # fmt: skip
    _plain(_name)
_plain("GET /v1/lease", challenge="5a" * 32)


def _about(name: str, made: Callable[[Company], Mapping[str, Any]]) -> None:
    """A route whose request is one JSON body."""
    method, path = name.split(" ")
    if path.startswith("/v1/commands/"):
        command = path.rsplit("/", 1)[1]
        REQUESTS[name] = lambda company, _asker: company.command(command, **made(company))
    else:
        REQUESTS[name] = lambda company, _asker: Request(method, path, dict(made(company)))


_about("POST /v1/commands/change-owner", lambda c: {"customers": [c.customer()], "to_user": c.user("Ann")})
_about("POST /v1/commands/release", lambda c: {"customers": [c.customer()]})
_about("POST /v1/commands/claim", lambda c: {"customers": [c.pool()]})
_about("POST /v1/commands/change-book-owner", lambda c: {"user": c.person()[1], "to_user": c.user("Ann")})
_about("POST /v1/commands/change-team", lambda c: {"user": c.person()[1], "team": None})
_about("POST /v1/commands/change-role", lambda c: {"user": c.person()[1], "role": "manager"})
_about("POST /v1/commands/disable-user", lambda c: {"user": c.person()[1]})
_about(
    "POST /v1/commands/transfer",
    lambda c: {"user": c.person()[1], "role": "rep", "team": None, "to_user": c.user("Ann")},
)
_about(
    "POST /v1/commands/share",
    lambda c: {"customers": [c.customer()], "user": c.user("Cai"), "can_write": False},
)
_about("POST /v1/commands/end-share", lambda c: {"share": c.share()})
_about(
    "POST /v1/commands/delegate",
    lambda c: {
        "user": c.bo.user,
        "to_user": c.user("Cai"),
        "starts": c.server.clock().ms + HOUR_MS,
        "ends": c.server.clock().ms + 2 * HOUR_MS,
    },
)
_about("POST /v1/commands/end-delegation", lambda c: {"delegation": c.delegation()})
_about(
    "POST /v1/commands/define-role",
    lambda _c: {"name": secrets.token_hex(4), "copy_of": "rep", "withheld": ["customer.grade"]},
)
_about("POST /v1/commands/add-user", lambda _c: {"name": secrets.token_hex(4), "role": "rep", "team": None})
_about(
    "POST /v1/commands/add-team",
    lambda _c: {"name": secrets.token_hex(4), "parent": None, "shares_books": False},
)


@route("POST /v1/commands/edit-team")
def _edit_team(company: Company, _asker: str) -> Request:
    team = company.server.add_team(secrets.token_hex(4))
    return company.command("edit-team", team=team, name=secrets.token_hex(4), parent=None, shares_books=True)


_about("POST /v1/customers/elsewhere", lambda _c: {"name": "启邦精密机械", "phone": "13800138000"})
_about("POST /v1/foresee/leaver", lambda c: {"user": c.bo.user, "to_user": c.user("Ann")})
_about(
    "POST /v1/foresee/transfer",
    lambda c: {"user": c.bo.user, "role": "manager", "team": None, "to_user": None},
)


@route("POST /v1/enrol")
def _enrol(company: Company, _asker: str) -> Request:
    key = Laptop(company.server, "").key.public_key().public_bytes_raw().hex()
    asked = {"code": company.server.code("Cai"), "device_key": key, "device_name": "laptop"}
    return Request("POST", "/v1/enrol", asked)


class _Noted(httpx2.BaseTransport):
    """Keeps what is asked and answers nothing useful, to learn what a laptop would send."""

    def __init__(self) -> None:
        self.asked: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.asked.append(request)
        return httpx2.Response(503)


def _would_send(laptop: Laptop, say: Callable[[Laptop], object]) -> Request:
    """The request that a laptop makes, unsent."""
    noted = _Noted()
    real = laptop.http
    laptop.http = httpx2.Client(base_url=laptop.server.address, transport=noted)
    try:
        say(laptop)
    finally:
        laptop.http = real
    (asked,) = noted.asked
    return Request(asked.method, asked.url.path, msgspec.json.decode(asked.content))


@route("POST /v1/token")
def _token(company: Company, _asker: str) -> Request:
    return _would_send(enrolled(company.server, "Cai"), lambda laptop: laptop.token())


@route("POST /v1/sign-in")
def _sign_in(company: Company, _asker: str) -> Request:
    server_id = company.laptops["Una"].welcome["server_id"]
    name = company.person()[0]
    company.server.give_password(name, PASSWORD)
    laptop = Laptop(company.server, "")
    return _would_send(laptop, lambda one: one.sign_in(name, PASSWORD, server_id=server_id))


@route("POST /v1/password/reset")
def _reset(company: Company, _asker: str) -> Request:
    name, user = company.person()
    asked = Request("POST", f"/v1/people/{user}/reset-password", {})
    made = asked.sent(company.laptops["Root"].http).json()["code"]
    return Request("POST", "/v1/password/reset", {"name": name, "code": made, "new": PASSWORD})


@route("POST /v1/sealed")
def _sealed(_company: Company, _asker: str) -> Request:
    """Nobody can read it; what can be read is brought in by tests/sync_server/test_handing_in.py."""
    return Request("POST", "/v1/sealed", content=secrets.token_bytes(200))


@route("POST /v1/wiped")
def _wiped(company: Company, _asker: str) -> Request:
    laptop = enrolled(company.server, "Cai")
    device = str(laptop.welcome["device"])
    signature = laptop.key.sign(signed_wipe(device, 5)).hex()
    return Request("POST", "/v1/wiped", {"device": device, "at_ms": 5, "signature": signature})


@route("POST /v1/password")
def _password(_company: Company, asker: str) -> Request:
    return Request("POST", "/v1/password", {"old": PASSWORD, "new": PASSWORD + asker})


@route("POST /v1/confirm-password")
def _confirm_password(_company: Company, _asker: str) -> Request:
    return Request("POST", "/v1/confirm-password", {"password": PASSWORD})


@route("GET /v1/pull")
def _pull(company: Company, _asker: str) -> Request:
    cursor = {"bucket": company.bo.book, "epoch": 1, "after": 0, "salt": ""}
    return Request("GET", "/v1/pull", params=cursor)


@route("POST /v1/push")
def _push(company: Company, asker: str) -> Request:
    """A customer, as the asker's own laptop would bring it, or anybody's."""
    name = {role: name for name, role in ROLES.items()}.get(asker, "Lee" if asker == "left" else "Bo")
    known = company.laptops[name]
    laptop = Laptop(company.server, known.user, key=known.key, welcome=known.welcome)
    laptop.customer()
    return Request("POST", "/v1/push", content=msgspec.json.encode(laptop.batch()))


@route("GET /v1/records/{entity}/{id}/history")
def _history(company: Company, _asker: str) -> Request:
    return Request("GET", f"/v1/records/visit/{company.visit}/history")


@route("GET /v1/blobs/{sha256}/upload")
def _upload_state(_company: Company, _asker: str) -> Request:
    return Request("GET", f"/v1/blobs/{SHA256}/upload", params={"size": len(FILE)})


@route("PUT /v1/blobs/{sha256}")
def _upload(company: Company, _asker: str) -> Request:
    return company.upload()


@route("GET /v1/blobs/{sha256}")
def _blob(_company: Company, _asker: str) -> Request:
    return Request("GET", f"/v1/blobs/{SHA256}")


@route("POST /v1/commits")
def _commits(_company: Company, _asker: str) -> Request:
    return Request("POST", "/v1/commits", content=b'{"commits":[]}')


@route("GET /v1/reconcile/groups")
def _groups(company: Company, _asker: str) -> Request:
    return Request("GET", "/v1/reconcile/groups", params={"bucket": company.bo.book})


@route("GET /v1/reconcile/digests")
def _digests(company: Company, _asker: str) -> Request:
    return Request("GET", "/v1/reconcile/digests", params={"bucket": company.bo.book, "groups": "00,ff"})


@route("POST /v1/reconcile/states")
def _states(company: Company, _asker: str) -> Request:
    asked = {"bucket": company.bo.book, "keys": [("customer", company.kept, "main")]}
    return Request("POST", "/v1/reconcile/states", content=msgspec.json.encode(asked))


@route("POST /v1/recover")
def _recover(_company: Company, _asker: str) -> Request:
    return Request("POST", "/v1/recover", content=b'{"records":[],"edits":[]}')


@route("GET /v1/refused/{name}")
def _refused(company: Company, _asker: str) -> Request:
    return Request("GET", f"/v1/refused/{company.refused()}")


@route("POST /v1/refused/{name}/retry")
def _retry(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/refused/{company.refused()}/retry")


@route("POST /v1/refused/{name}/discard")
def _discard(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/refused/{company.refused()}/discard")


@route("GET /v1/people/{user}/standing")
def _standing(company: Company, _asker: str) -> Request:
    return Request("GET", f"/v1/people/{company.bo.user}/standing")


@route("POST /v1/audit/witness")
def _witness(company: Company, _asker: str) -> Request:
    """A root that the server knows."""
    content, signature = company.bo.http.get("/v1/audit/roots").json()["roots"][-1]
    return Request("POST", "/v1/audit/witness", {"content": content, "signature": signature})


@route("POST /v1/devices/{device}/approve")
def _approve(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/devices/{company.device()}/approve")


@route("POST /v1/devices/{device}/revoke")
def _revoke(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/devices/{company.device()}/revoke")


@route("POST /v1/devices/{device}/rename")
def _rename(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/devices/{company.device()}/rename", {"name": "the old one"})


@route("POST /v1/people/{user}/code")
def _code(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/people/{company.person()[1]}/code", {})


@route("POST /v1/people/{user}/reset-password")
def _reset_password(company: Company, _asker: str) -> Request:
    return Request("POST", f"/v1/people/{company.person()[1]}/reset-password", {})


@route("POST /v1/permissions/confirm")
def _confirm(company: Company, asker: str) -> Request:
    own = company.askers[asker].get("/v1/permissions").json()
    return Request("POST", "/v1/permissions/confirm", {"digest": own.get("digest", "0" * 64)})


def operations(server: RunningServer) -> dict[str, dict[str, Any]]:
    """What the server's own description says of each route."""
    described = Laptop(server, "").http.get("/openapi.json").json()
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def is_described(operation: Mapping[str, Any], reply: httpx2.Response) -> bool:
    """Whether a description speaks of this answer: its status, and the code of a problem."""
    found = operation["responses"].get(str(reply.status_code))
    code = code_of(reply)
    if found is None or (code is not None and CrmError(code).status != reply.status_code):
        return False
    return code is None or code in re.findall(r"`(\w+)`", found["description"])
