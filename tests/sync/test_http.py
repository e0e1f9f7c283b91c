from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.settings import Device, Server
from crmdesk.sync.enrolment import connect
from crmdesk.sync.http import Http
from crmdesk.sync.transport import checked_address
from sync_server import enrolment
from tests.support.server import RunningServer
from tests.sync.conftest import Hire


@contextmanager
def stranger(answer: bytes) -> Iterator[str]:
    """Something on a port of this machine that says `answer` to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    talk, _ = listener.accept()
                except OSError:
                    return
                with talk:
                    talk.recv(65536)
                    talk.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def reply(status: str, body: str, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def code_of(url: str) -> str:
    http = Http(url)
    try:
        with pytest.raises(CrmError) as caught:
            http.hello()
    finally:
        http.close()
    return caught.value.code


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com",
        "ftp://127.0.0.1",
        "crm.example.com",
        "",
        "https://",
        "http://127.0.0.1.example.com",
    ],
)
def test_only_https_or_this_machine_is_spoken_to(url):
    with pytest.raises(CrmError) as caught:
        checked_address(url)
    assert caught.value.code == "insecure_address"


def test_an_address_is_kept_without_its_last_slash():
    assert checked_address(" https://crm.example.com/ ") == "https://crm.example.com"


def test_nobody_there_is_offline():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}") == "offline"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply("200 OK", "<html>Welcome to the hotel</html>", "Content-Type: text/html"), "not_crmdesk"),
        (reply("302 Found", "", "Location: https://portal.example.com"), "not_crmdesk"),
        (reply("200 OK", '{"hello": 1}', "Content-Type: application/json"), "not_crmdesk"),
        (reply("200 OK", "{}", "Content-Type: application/json", "Content-Encoding: gzip"), "not_crmdesk"),
        (reply("404 Not Found", "no"), "not_crmdesk"),
        (reply("403 Forbidden", "[]", "Content-Type: application/problem+json"), "not_crmdesk"),
        (reply("502 Bad Gateway", "nginx"), "server_busy"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "offline"),
        (b"", "offline"),
    ],
)
def test_a_foreign_answer_is_told_from_the_server(answer, code):
    with stranger(answer) as url:
        assert code_of(url) == code


def test_the_wait_that_a_busy_server_asks_for_is_kept():
    with stranger(reply("503 Unavailable", "", "Retry-After: 7")) as url:
        http = Http(url)
        with pytest.raises(CrmError) as caught:
            http.hello()
        http.close()
    assert caught.value.about["retry_after"] == 7


def device(replica) -> Device:
    with replica.database.read() as connection:
        found = settings.read(connection, "device", Device)
    assert isinstance(found, Device)
    return found


def set_device(replica, **values) -> None:
    with replica.database.write() as connection:
        found = settings.read(connection, "device", Device)
        settings.write(connection, {"device": msgspec.structs.replace(found, **values)})


def test_an_expired_access_token_is_replaced_and_the_request_goes_through(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    before = device(ann.replica)
    set_device(ann.replica, access="worn-out")
    assert ann.http.heads().heads
    assert device(ann.replica).refresh != before.refresh


def test_a_lost_token_reply_locks_nobody_out(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    before = device(ann.replica)
    ann.http.token()
    set_device(ann.replica, refresh=before.refresh, access="")  # the reply never came
    assert ann.http.token().refresh != before.refresh
    assert ann.http.heads().heads


def test_tokens_that_could_not_be_stored_are_not_used(server: RunningServer, hire: Hire):
    ann = hire("Ann")

    def full(_device: Device) -> None:
        raise CrmError("disk_full")

    set_device(ann.replica, access="worn-out")
    session = ann.http._session
    assert session is not None
    http = Http(server.address, session._replace(keep=full))
    with pytest.raises(CrmError) as caught:
        http.heads()
    http.close()
    assert caught.value.code == "disk_full"
    assert ann.http.heads().heads  # the old refresh token is still good


def test_a_revoked_device_hears_it_and_keeps_its_unsent_work(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    with server.database.write() as connection:
        enrolment.revoke(connection, device(ann.replica).id, server.clock())
    report = ann.engine.sync()
    assert report.problem is not None
    assert report.problem.code == "device_wiped", (
        "an order to wipe; whoever obeys it seals what is unsent first"
    )
    assert len(ann.unsent()) == 1
    assert ann.names() == {"宏远机械"}


def test_another_company_at_the_same_address_gets_no_token(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    with ann.replica.database.write() as connection:
        settings.write(connection, {"server": Server(server.address, "f" * 32, "Other")})
    http = connect(ann.replica)
    with pytest.raises(CrmError) as caught:
        http.heads()
    http.close()
    assert caught.value.code == "wrong_server"
    assert len(ann.unsent()) == 1
