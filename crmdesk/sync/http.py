"""The server as a laptop sees it: one method per route, every failure a `CrmError` with the catalogue's code.

Bodies travel compressed; nothing is retried here but one request whose access token had expired.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple, TypeVar

import msgspec
import zstandard

from crmdesk.core.answers import (
    AuditPage,
    AuditStep,
    Devices,
    DeviceShown,
    Elsewhere,
    Enrolment,
    Foresight,
    Grants,
    Hello,
    History,
    IssuedCode,
    Judgement,
    Moved,
    Refusal,
    Refusals,
    RefusedContents,
    Standing,
    Tokens,
)
from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES, is_digest
from crmdesk.core.permissions import Own, Standings
from crmdesk.core.record import RecordKey
from crmdesk.core.roots import Signed
from crmdesk.core.sealed import HandedIn
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import (
    BRIEF,
    OLDEST,
    OURS,
    BlobState,
    Digests,
    Evidence,
    Groups,
    Heads,
    Leased,
    Lost,
    PullItem,
    PullPage,
    PushAnswer,
    Recover,
    RecoverAnswer,
    Roots,
    Shown,
    States,
    Wanted,
)
from crmdesk.store.settings import Device
from crmdesk.sync.device_key import device_id, public_key, sign
from crmdesk.sync.packing import MAX_ANSWER_BYTES, Parcel, parcel, unpacked
from crmdesk.sync.pinned import verify
from crmdesk.sync.plan import Told
from crmdesk.sync.transport import BY_STATUS, Line, Request, Transport, checked_address

T = TypeVar("T")

_CHALLENGE_BYTES: Final = 32
_OCTETS: Final = "application/octet-stream"
_RANGE: Final = re.compile(r"bytes (\d{1,12})-\d{1,12}/(\d{1,12})")
_EARLY_MS: Final = 30_000
"""An access token this close to its end is replaced before it is used."""
_AGAIN_S: Final = 60
"""When to try again where somebody counts tries and does not say."""


class _Answer(NamedTuple):
    """What came back, unfolded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "")


class Account(NamedTuple):
    """A name and password to sign in with."""

    name: str
    password: str


class Session(NamedTuple):
    """How a device's credentials are read and kept, so that every process of a profile uses the latest.

    `server_key` is the company's, if it is pinned; `see_as` whose eyes an administrator looks with.
    """

    server_id: str
    load: Callable[[], Device]
    keep: Callable[[Device], None]
    now_ms: Callable[[], int]
    server_key: str = ""
    see_as: str = ""


class Expected(NamedTuple):
    """Whose server it must be, and the company's key, if that is known."""

    server_id: str
    server_key: str = ""


class Http:
    """A server at `url`, over `transport` if one is given. Without a `session` only the routes that let a laptop in can be asked.

    `expected` is who must be there before there is a session, `pins` which certificates prove it.

    Raises `insecure_address` for anything but https, except on this machine.
    """

    def __init__(
        self,
        url: str,
        session: Session | None = None,
        transport: Transport | None = None,
        *,
        expected: Expected | None = None,
        pins: Collection[str] = (),
    ) -> None:
        self.url = checked_address(url)
        self._session = session
        self._expected = Expected(session.server_id, session.server_key) if session else expected
        self._known = False
        self._line = Line(self.url, pins=pins) if transport is None else transport

    def close(self) -> None:
        self._line.close()

    # -- the routes ---------------------------------------------------------------------------------

    def hello(self) -> Hello:
        """Who is there, if we understand each other. Raises what `_meet` raises, `upgrade_needed`, `server_outdated`."""
        found = self._meet()
        if not OURS.reach(found.oldest):
            raise CrmError("upgrade_needed")
        if not found.versions.reach(OLDEST):
            raise CrmError("server_outdated")
        return found

    def _meet(self) -> Hello:
        """Who is there, whatever it speaks. Raises `not_crmdesk`, `wrong_server`, `server_key_changed`."""
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        try:
            answer = self._send("GET", "/v1/hello", params={"challenge": challenge.hex()})
        except CrmError as error:
            if error.code != "not_found":
                raise
            raise CrmError("not_crmdesk", address=self.url) from error  # a path too many in the address
        found = self._decode(answer, Hello)
        expected = self._expected
        if expected is not None and found.server_id != expected.server_id:
            raise CrmError("wrong_server")  # what another company's server works with is nothing to us
        pinned = expected.server_key if expected is not None else ""
        if pinned and not verify(pinned, "hello", challenge, found.proof):
            raise CrmError("server_key_changed")
        return found

    def enrol(self, code: str, device_key: str, device_name: str) -> Enrolment:
        """Use a one-use code up for a device; `device_key` is its public key in hex. Raises `code_invalid`."""
        asked = {"code": code, "device_key": device_key, "device_name": device_name}
        return self._decode(self._send("POST", "/v1/enrol", msgspec.json.encode(asked)), Enrolment)

    def sign_in(self, account: Account, key: str, device_name: str, server_id: str) -> Enrolment:
        """Sign in by name and password with the device's private `key`. Raises `wrong_password`, `too_many_tries`."""
        public = public_key(key)
        device = device_id(public)
        asked = {
            "name": account.name,
            "password": account.password,
            "device_key": public,
            "device_name": device_name,
            "signature": sign(key, f"crmdesk-sign-in\n{device}\n{server_id}\n{account.name}".encode()),
        }
        return self._decode(self._send("POST", "/v1/sign-in", msgspec.json.encode(asked)), Enrolment)

    def set_password(self, old: str | None, new: str) -> None:
        """Choose a password. Raises `wrong_password`, `password_weak`, `code_invalid`, `too_many_tries`."""
        self._ask("POST", "/v1/password", msgspec.json.encode({"old": old, "new": new}))

    def reset_password(self, name: str, code: str, new: str) -> None:
        """Choose a password with an administrator's code. Raises `code_invalid`, `password_weak`, `too_many_tries`."""
        asked = {"name": name, "code": code, "new": new}
        self._send("POST", "/v1/password/reset", msgspec.json.encode(asked))

    def confirm_password(self, password: str) -> None:
        """Give one's password again, for what is dangerous. Raises `wrong_password`, `too_many_tries`."""
        self._ask("POST", "/v1/confirm-password", msgspec.json.encode({"password": password}))

    def token(self) -> Device:
        """Fresh tokens, kept before they are used: a lost reply leaves the old ones good.

        Raises `sign_in_needed`, `device_revoked` or `device_pending`.
        """
        session = self._signed_in()
        device = session.load()
        at_ms = session.now_ms()
        asked = {
            "device": device.id,
            "refresh": device.refresh,
            "at_ms": at_ms,
            "signature": sign(device.key, f"crmdesk-token\n{device.id}\n{device.refresh}\n{at_ms}".encode()),
        }
        try:
            got = self._decode(self._send("POST", "/v1/token", msgspec.json.encode(asked)), Tokens)
        except CrmError as error:
            if error.code != "session_expired":
                raise
            raise CrmError(
                "sign_in_needed"
            ) from error  # an expired access token is replaced; this one is not
        fresh = msgspec.structs.replace(
            device,
            refresh=got.refresh,
            access=got.access,
            access_until_ms=at_ms + got.access_expires_in * 1000,
            state="active",
        )
        session.keep(fresh)
        return fresh

    def hand_in(self, sealed: bytes) -> HandedIn:
        """Hand in what this laptop or another sealed to its company. Raises `sealed_unreadable`."""
        headers = {**_headers(None), "Content-Type": _OCTETS}
        return self._decode(self._json(self._exchange("POST", "/v1/sealed", sealed, None, headers)), HandedIn)

    def wiped(self, device: str, at_ms: int, signature: str) -> None:
        """Tell the company that a device of it was wiped."""
        asked = {"device": device, "at_ms": at_ms, "signature": signature}
        self._send("POST", "/v1/wiped", msgspec.json.encode(asked))

    def push(self, body: Parcel) -> PushAnswer:
        """Hand in a batch (a `Push`). Raises `actor_forked`, `counter_gap` or `body_too_large` for the whole of it."""
        return self._decode(self._ask("POST", "/v1/push", body, prefer=BRIEF), PushAnswer)

    def heads(self, challenge: str | None = None) -> Heads:
        """How far each bucket this person may see has come; with a challenge, a lease. Raises `wrong_server`."""
        asked: dict[str, str | int] = {} if challenge is None else {"challenge": challenge}
        found = self._decode(self._ask("GET", "/v1/heads", params=asked), Heads)
        if found.server_id != self._signed_in().server_id:
            raise CrmError("wrong_server")
        return found

    def lease(self, challenge: str) -> Leased:
        """A lease, from a server that may refuse this program everything else. Raises `device_revoked` and its kin."""
        self._meet()
        self._known = True  # for this one request: what else is asked must understand the answers
        try:
            answer = self._ask("GET", "/v1/lease", params={"challenge": challenge})
        finally:
            self._known = False
        return self._decode(answer, Leased)

    def pull(
        self,
        bucket: str,
        epoch: int,
        after: int,
        salt: str,
        head: int | None = None,
        *,
        told: Told | None = None,
        has_unsent: bool = False,
    ) -> PullPage:
        """The next page after a commit, up to `head` once known. Raises `regressed`, `not_found`.

        What this laptop was `told` of the server has to hold still.
        `has_unsent`: edits made before this pull still wait here, and are late work if what they are about moved.
        """
        asked: dict[str, str | int] = {"bucket": bucket, "epoch": epoch, "after": after, "salt": salt}
        if head is not None:
            asked["head"] = head
        if told is not None:
            asked |= {"told": told.seq, "told_salt": told.salt}
        if told is not None and told.heard_ms is not None:
            asked["heard"] = told.heard_ms
        if has_unsent:
            asked["unsent"] = 1
        return self._decode(self._ask("GET", "/v1/pull", params=asked), PullPage)

    @contextmanager
    def live(self) -> Iterator[Iterator[bytes]]:
        """The live channel's bytes as they come, until either end hangs up. Raises as any route, or `offline`."""
        with self._line.send(Request("GET", "/v1/live", {}, self._signed(self._access()), None)) as reply:
            kind = reply.headers.get("content-type", "")
            if reply.status != 200 or not kind.startswith("text/event-stream"):
                raise self._problem(_Answer(reply.status, reply.headers, self._read(reply.parts)))
            yield reply.parts

    def lost(self, shown: Sequence[Evidence]) -> Lost:
        """Which of these commits the server no longer holds; proof of a restore begins a recovery epoch there."""
        asked = msgspec.json.encode(Shown(tuple(shown)))
        return self._decode(self._ask("POST", "/v1/commits", asked), Lost)

    def groups(self, bucket: str) -> Groups:
        """A bucket's head and the sums of its groups. Raises `not_found`."""
        return self._decode(self._ask("GET", "/v1/reconcile/groups", params={"bucket": bucket}), Groups)

    def digests(self, bucket: str, groups: Sequence[str]) -> tuple[tuple[str, str, str, int], ...]:
        """Each record's digest in some groups. Raises `not_found`."""
        asked: dict[str, str | int] = {"bucket": bucket, "groups": ",".join(groups)}
        return self._decode(self._ask("GET", "/v1/reconcile/digests", params=asked), Digests).digests

    def states(self, bucket: str, keys: Sequence[RecordKey]) -> tuple[PullItem, ...]:
        """Records of a bucket by name, as many as one answer holds. Raises `not_found`."""
        asked = msgspec.json.encode(Wanted(bucket, tuple((k.entity, k.id, k.part) for k in keys)))
        return self._decode(self._ask("POST", "/v1/reconcile/states", asked), States).items

    def recover(self, brought: Recover) -> RecoverAnswer:
        """Bring records back that the server lost. Raises `not_recovering`."""
        return self._decode(self._ask("POST", "/v1/recover", msgspec.json.encode(brought)), RecoverAnswer)

    def audit(self, query: Mapping[str, str | int], before: str | None, limit: int) -> AuditPage:
        """Rows of the audit before a place, the latest first. Raises `forbidden`."""
        asked = {**query, "limit": limit} | ({"before": before} if before else {})
        return self._decode(self._ask("GET", "/v1/audit", params=asked), AuditPage)

    def verify_audit(self, after: str | None) -> AuditStep:
        """The next part of a verification of the audit. Raises `forbidden`."""
        asked = {"after": after} if after else {}
        return self._decode(self._ask("GET", "/v1/audit/verify", params=asked), AuditStep)

    def audit_roots(self, after: int) -> tuple[Signed, ...]:
        """The signed roots of the audit that follow a number."""
        return self._decode(self._ask("GET", "/v1/audit/roots", params={"after": after}), Roots).roots

    def show_root(self, held: Signed) -> None:
        """Show the server a root of its audit that it does not seem to know. Raises `malformed_body` for a forged one."""
        self._ask("POST", "/v1/audit/witness", msgspec.json.encode(msgspec.structs.asdict(held)))

    def history(self, entity: str, record_id: str) -> list[bytes]:
        """Every edit of a record, as canonical bytes. Raises `not_found`."""
        answer = self._ask("GET", f"/v1/records/{entity}/{record_id}/history")
        return [bytes(edit) for edit in self._decode(answer, History).edits]

    def blob_state(self, sha256: str, size: int) -> BlobState:
        """How far the upload of a content has come. Raises `not_found`."""
        _check_digest(sha256)
        answer = self._ask("GET", f"/v1/blobs/{sha256}/upload", params={"size": size})
        return self._decode(answer, BlobState)

    def put_blob(self, sha256: str, size: int, offset: int, piece: bytes) -> BlobState:
        """Send the piece of a content that begins at `offset`. Raises `blob_offset`, `blob_broken`, `storage_full`, `not_found`."""
        digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        headers = {"Content-Type": _OCTETS, "Content-Digest": f"sha-256=:{digest}:"}
        params = {"size": size, "offset": offset}

        def send(access: str) -> bytes:
            answer = self._exchange(
                "PUT", f"/v1/blobs/{sha256}", piece, params, {**headers, **self._signed(access)}
            )
            return self._json(answer)

        return self._decode(self._authorised(send), BlobState)

    def get_blob(self, sha256: str, offset: int) -> tuple[int, bytes]:
        """(size of the whole, the piece that begins at `offset`). Raises `blob_absent`, `not_found`."""
        _check_digest(sha256)
        wanted = {"Range": f"bytes={offset}-{offset + CHUNK_BYTES - 1}"}

        def send(access: str) -> _Answer:
            answer = self._exchange("GET", f"/v1/blobs/{sha256}", headers={**wanted, **self._signed(access)})
            if answer.status != 206 or answer.kind != _OCTETS:
                raise self._problem(answer)
            return answer

        answer = self._authorised(send)
        found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        if found is None or int(found[1]) != offset or len(answer.body) > CHUNK_BYTES:
            raise CrmError("not_crmdesk", address=self.url)
        return int(found[2]), answer.body

    def command(self, name: str, asked: Mapping[str, object]) -> Moved:
        """Ask for what only the server decides; `asked["id"]` names it: a repeat changes nothing. Raises `forbidden`, `not_found`."""
        answer = self._ask("POST", f"/v1/commands/{name}", msgspec.json.encode(asked))
        return self._decode(answer, Moved)

    def elsewhere(self, typed: Mapping[str, str]) -> Elsewhere:
        """Whom to ask about the customer that is typed: `name` and what else is known. Raises `too_many_tries`."""
        return self._decode(
            self._ask("POST", "/v1/customers/elsewhere", msgspec.json.encode(typed)), Elsewhere
        )

    def permissions(self) -> Own:
        """What this person may, and what of it they confirmed."""
        return self._decode(self._ask("GET", "/v1/permissions"), Own)

    def confirm_permissions(self, digest: str) -> Own:
        """Say that this list is right. Raises `permissions_changed`."""
        asked = msgspec.json.encode({"digest": digest})
        return self._decode(self._ask("POST", "/v1/permissions/confirm", asked), Own)

    def permission_states(self) -> Standings:
        """Who has confirmed what they may, for an administrator. Raises `forbidden`."""
        return self._decode(self._ask("GET", "/v1/permissions/state"), Standings)

    def standing(self, user: str) -> Standing:
        """What somebody answers for. Raises `not_found`."""
        return self._decode(self._ask("GET", f"/v1/people/{user}/standing"), Standing)

    def foresee(self, what: Literal["leaver", "transfer"], asked: Mapping[str, object]) -> Foresight:
        """What will happen if somebody leaves or gets other work. Raises `forbidden`, `not_found`."""
        return self._decode(self._ask("POST", f"/v1/foresee/{what}", msgspec.json.encode(asked)), Foresight)

    def devices(self) -> Devices:
        """Every laptop of the company. Raises `forbidden`."""
        return self._decode(self._ask("GET", "/v1/devices"), Devices)

    def grants(self) -> Grants:
        """What is shared in the company, and who stands in for whom. Raises `forbidden`."""
        return self._decode(self._ask("GET", "/v1/grants"), Grants)

    def change_device(
        self, device: str, what: Literal["approve", "revoke", "rename"], asked: Mapping[str, object]
    ) -> DeviceShown:
        """Let a laptop in, shut it out, or call it by another name. Raises `forbidden`, `not_found`, `device_revoked`."""
        answer = self._ask("POST", f"/v1/devices/{device}/{what}", msgspec.json.encode(asked))
        return self._decode(answer, DeviceShown)

    def issue_code(
        self, user: str, what: Literal["code", "reset-password"], asked: Mapping[str, object]
    ) -> IssuedCode:
        """A code for a person: to let a laptop in, or to choose a new password. Raises `forbidden`, `not_found`."""
        answer = self._ask("POST", f"/v1/people/{user}/{what}", msgspec.json.encode(asked))
        return self._decode(answer, IssuedCode)

    def refused(self) -> list[Refusal]:
        """What the server refused, for an administrator. Raises `forbidden`."""
        return self._decode(self._ask("GET", "/v1/refused"), Refusals).refused

    def refused_contents(self, name: str) -> RefusedContents:
        """One of them with what was written. Raises `forbidden`, `not_found`."""
        return self._decode(self._ask("GET", f"/v1/refused/{name}"), RefusedContents)

    def judge_refused(self, name: str, what: Literal["retry", "discard"]) -> Judgement:
        """Have it judged again, or keep it out. Raises `forbidden`, `not_found`."""
        return self._decode(self._ask("POST", f"/v1/refused/{name}/{what}", b"{}"), Judgement)

    # -- asking -------------------------------------------------------------------------------------

    def _signed_in(self) -> Session:
        if self._session is None:
            raise CrmError("not_enrolled")
        return self._session

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | Parcel | None = None,
        params: Mapping[str, str | int] | None = None,
        prefer: str | None = None,
    ) -> bytes:
        """A request in JSON with the device's access token."""
        return self._authorised(lambda access: self._send(method, path, body, params, access, prefer))

    def _authorised(self, send: Callable[[str], T]) -> T:
        """Send with the device's access token, which is replaced once if it has expired."""
        access = self._access()
        try:
            return send(access)
        except CrmError as error:
            if error.code != "session_expired":
                raise
        return send(self.token().access)

    def _access(self) -> str:
        """An access token that is good for a while yet."""
        session = self._signed_in()
        self._check_company()
        device = session.load()
        if device.access_until_ms - _EARLY_MS < session.now_ms():
            device = self.token()
        return device.access

    def _signed(self, access: str | None) -> dict[str, str]:
        """The headers of a request; who asks with an access token also says with whose eyes."""
        headers = _headers(access)
        if access and self._session is not None and self._session.see_as:
            headers["Crmdesk-See-As"] = self._session.see_as
        return headers

    def _check_company(self) -> None:
        """Ask who is there before the first token leaves this laptop."""
        if not self._known:
            self.hello()
            self._known = True

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | Parcel | None = None,
        params: Mapping[str, str | int] | None = None,
        access: str | None = None,
        prefer: str | None = None,
    ) -> bytes:
        headers = self._signed(access)
        if prefer:
            headers["Prefer"] = prefer
        if body is None:
            return self._json(self._exchange(method, path, None, params, headers))
        sent = body if isinstance(body, Parcel) else parcel(body)
        headers["Content-Type"] = "application/json"
        if sent.is_compressed:
            headers["Content-Encoding"] = "zstd"
        return self._json(self._exchange(method, path, sent.content, params, headers))

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        said = {"Accept-Encoding": "zstd, gzip", **(headers or {})}
        try:
            with self._line.send(Request(method, path, params or {}, said, body)) as reply:
                parts = unpacked(reply.headers.get("content-encoding", ""), reply.parts)
                return _Answer(reply.status, reply.headers, self._read(parts))
        except (zstandard.ZstdError, zlib.error) as error:
            raise CrmError("not_crmdesk", address=self.url) from error

    def _json(self, answer: _Answer) -> bytes:
        if answer.status == 200 and answer.kind.startswith("application/json"):
            return answer.body
        raise self._problem(answer)

    def _read(self, parts: Iterable[bytes]) -> bytes:
        found = bytearray()
        for part in parts:
            found += part
            if len(found) > MAX_ANSWER_BYTES:
                raise CrmError("not_crmdesk", address=self.url)
        return bytes(found)

    def _problem(self, answer: _Answer) -> CrmError:
        """The error an answer stands for: its problem document's, a proxy's, or that of a stranger."""
        about: dict[str, object] = {}
        code = BY_STATUS.get(answer.status, "not_crmdesk")
        if answer.kind.startswith("application/problem+json"):
            try:
                document = json.loads(answer.body)
                code, about = str(document["code"]), dict(document.get("about") or {})
            except (ValueError, TypeError, KeyError, RecursionError):
                code = "not_crmdesk"
        if code == "not_crmdesk":
            about["address"] = self.url
        if (retry_after := answer.headers.get("retry-after", "")).isdecimal():
            about["retry_after"] = int(retry_after[:6])
        elif code == "too_many_tries":
            about["retry_after"] = _AGAIN_S
        error = CrmError(code)
        error.about = about
        return error

    def _decode(self, answer: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(answer, type=kind)
        except NOT_JSON as error:
            raise CrmError("not_crmdesk", address=self.url) from error


def _check_digest(sha256: str) -> None:
    """A record may name anything as its content; no path of a request is made of it."""
    if not is_digest(sha256):
        raise CrmError("not_found")


def _headers(access: str | None) -> dict[str, str]:
    headers = {f"Crmdesk-{name.title()}": str(version) for name, version in OURS._asdict().items()}
    if access:
        headers["Authorization"] = f"Bearer {access}"
    return headers
