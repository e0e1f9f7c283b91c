"""How a request reaches a server and its answer comes back: the only file that knows the HTTP client.

What travels (tokens, compression, problems) is `http`'s; here is only the line, so that another one can be
put in its place.
"""

from __future__ import annotations

import socket
import ssl
import weakref
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from crmdesk.core.errors import CrmError
from crmdesk.sync.pinned import is_pinned

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
BY_STATUS: Final = {
    413: "body_too_large", 429: "too_many_tries", 500: "server_error",
    502: "server_busy", 503: "server_busy", 504: "server_busy",
}  # fmt: skip
"""What a proxy in between says without a problem document; anything else is not our server."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Request(NamedTuple):
    """What is asked: `path` begins with a slash, `content` is as it travels."""

    method: str
    path: str
    params: Mapping[str, str | int]
    headers: Mapping[str, str]
    content: bytes | None


class Reply(NamedTuple):
    """What came back. Header names are in lower case; `parts` are the body's bytes as they arrive."""

    status: int
    headers: Mapping[str, str]
    parts: Iterator[bytes]


class Transport(Protocol):
    """A line to one server."""

    def send(self, request: Request) -> AbstractContextManager[Reply]:
        """One exchange, open until its body was read. Raises `offline`, also while the body is read."""
        ...

    def close(self) -> None: ...


class UnreachedError(CrmError):
    """`offline`, and nothing was sent: the server can't have done what it was asked for."""

    def __init__(self) -> None:
        super().__init__("offline")


class Line:
    """HTTP over the network to the server at `url`. Raises `insecure_address` for what `checked_address` refuses.

    An answer that is silent for `read_seconds` counts as lost. The server's certificate is judged by what the system trusts,
    and where there are `pins` (`pinned.fingerprint`), by these as well: before anything is sent, or `server_untrusted`.
    """

    def __init__(self, url: str, read_seconds: float = READ_SECONDS, pins: Collection[str] = ()) -> None:
        import httpx2  # the desktop's first paint must not wait for it

        address = self._address = checked_address(url)
        self._pins = frozenset(pins)
        self._refused = httpx2.ConnectError
        self._unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
        self._failures = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)
        is_local = urlsplit(address).scheme == "http"
        self._client = httpx2.Client(
            base_url=address,
            timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            # Without TLS the system's certificates need not be read, and no proxy stands before this machine.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_local else _trusting(),
            trust_env=not is_local,
        )
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._is_hung_up = False

    @contextmanager
    def send(self, request: Request) -> Iterator[Reply]:
        try:
            with self._client.stream(
                request.method,
                request.path,
                content=request.content,
                params=request.params or None,
                headers=request.headers,
                extensions={"trace": self._note},
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                yield Reply(response.status_code, headers, response.iter_raw())
        except self._failures as error:
            if isinstance(error, self._refused) and _is_about_trust(error):
                raise CrmError("server_untrusted", address=self._address) from error
            raise (UnreachedError() if isinstance(error, self._unsent) else CrmError("offline")) from error

    def hang_up(self) -> None:
        """From any thread: whoever waits for an answer gets `offline` at once, and so does whoever asks later."""
        self._is_hung_up = True
        for each in list(self._sockets):
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # not TLS' own, which belongs to the reader

    def _note(self, event: str, about: Mapping[str, Any]) -> None:
        """Keep hold of each connection as it is made: closing a socket would not wake the one who reads from it."""
        is_tls = event.endswith(".start_tls.complete")  # to the server itself, or through a proxy
        if is_tls or event == "connection.connect_tcp.complete":
            stream = about["return_value"]
            self._sockets.add(stream.get_extra_info("socket"))
            if self._is_hung_up:
                self.hang_up()
            if is_tls and self._pins:
                self._check_pins(stream)

    def _check_pins(self, stream: Any) -> None:
        host = urlsplit(self._address).hostname or ""
        if not is_pinned(self._pins, _chain(stream.get_extra_info("ssl_object")), host):
            stream.close()
            raise CrmError("server_untrusted", address=self._address)

    def close(self) -> None:
        self._client.close()


def _trusting() -> ssl.SSLContext:
    """What the system trusts, by TLS 1.2 and later."""
    import httpx2

    found = httpx2.create_ssl_context()
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    return found


def _is_about_trust(error: BaseException) -> bool:
    """Whether a connection failed over who the server is, or how it speaks; a line that broke is no such thing."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError)
        cause = cause.__cause__ or cause.__context__
    return False


def _chain(connection: Any) -> list[bytes]:
    """The server's certificate, then all that came with it or that the system found above it (DER)."""
    inner = getattr(connection, "_sslobj", connection)  # what is asked here is public from Python 3.13 on
    leaf = inner.getpeercert(True)
    more = [*(inner.get_verified_chain() or ()), *(inner.get_unverified_chain() or ())]
    shown = [one if isinstance(one, bytes) else one.public_bytes(_DER) for one in more]
    return [leaf, *dict.fromkeys(one for one in shown if one != leaf)]


_DER: Final = 2
"""How the interpreter's own certificates name their bytes (`_ssl.ENCODING_DER`)."""


def checked_address(url: str) -> str:
    """The address without a trailing slash. Raises `insecure_address`: tokens never travel in the clear."""
    address = url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        _ = parts.port  # one that is no number is noticed here
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise CrmError("insecure_address") from error
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not address.isprintable() or not (parts.scheme == "https" or is_local):
        raise CrmError("insecure_address")
    return address
