"""T-09: whom a laptop speaks to. Real sockets, real certificates; what each server heard is written down."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store.settings import Device
from crmdesk.sync.http import Account, Expected, Http, Session
from crmdesk.sync.pinned import fingerprint, is_pinned
from crmdesk.sync.transport import checked_address
from tests.support.cut_proxy import cut_proxy
from tests.support.impostor import Authority, Identity, Impostor, impostor
from tests.support.server import RunningServer, running_company

SECRETS = ("CODE-OF-ANN", "password-of-ann", "refresh-of-ann", "access-of-ann")
KEY = "07" * 32


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Authority, Authority]:
    """Two authorities that this machine trusts."""
    both = Authority("Company CA"), Authority("Somebody else's CA")
    bundle = tmp_path / "trusted.pem"
    bundle.write_bytes(b"".join(one.pem for one in both))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    return both


def told(url: str, pins: tuple[str, ...] = ()) -> list[str]:
    """What becomes of each way to hand credentials to a server: enrolling, signing in, refreshing, asking."""
    codes = []
    for fresh in (False, True):
        device = Device("d" * 32, KEY, SECRETS[2], SECRETS[3], 2**52 if fresh else 0)
        session = Session("s" * 32, lambda device=device: device, lambda _: None, lambda: 0)  # type: ignore[misc]
        for ask in (_enrol, _sign_in, _heads):
            try:
                with closing(Http(url, session, pins=pins)) as http:
                    ask(http)
            except CrmError as error:
                codes.append(error.code)
            else:
                codes.append("answered")
    return codes


def _enrol(http: Http) -> None:
    http.hello()
    http.enrol(SECRETS[0], "0" * 64, "laptop")


def _sign_in(http: Http) -> None:
    http.hello()
    http.sign_in(Account("Ann", SECRETS[1]), KEY, "laptop", "s" * 32)


def _heads(http: Http) -> None:
    http.heads()


def assert_refused(found: Impostor, codes: list[str], code: str = "server_untrusted") -> None:
    assert set(codes) == {code}
    assert bytes(found.heard) == b"", "not one byte was said to it"


def test_t09_a_certificate_that_nobody_vouches_for_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    unknown = Authority("Unknown").issue(tmp_path / "s")
    with impostor(unknown) as found:
        assert_refused(found, told(f"https://localhost:{found.port}"))
        assert found.calls == 6


def test_t09_a_certificate_of_yesterday_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    with impostor(trusted[0].issue(tmp_path / "s", lasts=timedelta(days=-1))) as found:
        assert_refused(found, told(f"https://localhost:{found.port}"))


def test_t09_a_certificate_for_another_host_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    with impostor(trusted[0].issue(tmp_path / "s", host="other.example")) as found:
        assert_refused(found, told(f"https://localhost:{found.port}"))


@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_t09_a_server_of_old_tls_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path, most: ssl.TLSVersion
) -> None:
    with impostor(trusted[0].issue(tmp_path / "s"), most=most) as found:
        assert_refused(found, told(f"https://localhost:{found.port}"))


def test_t09_a_server_in_the_clear_is_told_nothing(trusted: tuple[Authority, Authority]) -> None:
    with impostor(host="127.0.0.2") as found:
        for url in (f"http://127.0.0.2:{found.port}", f"http://127.0.0.1@127.0.0.2:{found.port}"):
            assert_refused(found, told(url), "insecure_address")
        assert found.calls == 0, "nobody came at all"


def test_t09_what_answers_in_the_clear_on_a_port_for_tls_is_told_nothing(
    trusted: tuple[Authority, Authority],
) -> None:
    with impostor(answer=b"HTTP/1.1 200 OK\r\n\r\n") as found:
        assert set(told(f"https://localhost:{found.port}")) == {"server_untrusted"}
        assert not any(secret.encode() in found.heard for secret in SECRETS)


def test_t09_no_redirect_is_followed_and_where_it_points_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    with impostor() as clear:
        away = f"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:{clear.port}/v1/hello\r\nContent-Length: 0\r\n\r\n"
        with impostor(trusted[0].issue(tmp_path / "s"), away.encode()) as found:
            assert set(told(f"https://localhost:{found.port}")) == {"not_crmdesk"}
        assert (clear.calls, bytes(clear.heard)) == (0, b"")
        for secret in SECRETS:
            assert secret.encode() not in found.heard, "hello went unanswered, so nothing followed it"


def test_t09_a_certificate_that_is_trusted_but_not_pinned_is_told_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    pins = (fingerprint(trusted[0].der),)
    with impostor(trusted[1].issue(tmp_path / "s")) as found:
        assert_refused(found, told(f"https://localhost:{found.port}", pins))


def test_t09_a_pinned_certificate_that_just_lies_in_the_chain_vouches_for_nothing(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    pins = (fingerprint(trusted[0].der),)
    with impostor(trusted[1].issue(tmp_path / "s", also=trusted[0].pem)) as found:
        assert_refused(found, told(f"https://localhost:{found.port}", pins))


@contextmanager
def served(tmp_path: Path, identity: Identity) -> Iterator[RunningServer]:
    with running_company(tmp_path / "served", certificate=identity.chain, private_key=identity.key) as server:
        yield server


def _of_ca(authority: Authority, _: Identity) -> tuple[str, ...]:
    return (fingerprint(authority.der),)


def _of_leaf(_: Authority, identity: Identity) -> tuple[str, ...]:
    return ("0" * 64, fingerprint(identity.der))


def _of_nothing(*_: object) -> tuple[str, ...]:
    return ()


@pytest.mark.parametrize("pinning", [_of_ca, _of_leaf, _of_nothing])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_t09_the_companys_own_server_is_spoken_to(
    trusted: tuple[Authority, Authority],
    tmp_path: Path,
    host: str,
    pinning: Callable[[Authority, Identity], tuple[str, ...]],
) -> None:
    identity = trusted[0].issue(tmp_path / "s", host=host)
    with served(tmp_path, identity) as server, cut_proxy(server.address) as line:
        assert server.address.startswith("https://")
        url = f"https://{host}:{line.address.rsplit(':', 1)[1]}"
        with closing(Http(url, pins=pinning(trusted[0], identity))) as http:
            assert http.hello().company == "Test company"
            code = server.code(server.people["Ann"].user)
            assert http.enrol(code, "0" * 64, "laptop").user_name == "Ann"
        assert code.encode() not in line.sent


def test_t09_a_server_with_another_key_than_the_invitation_says_gets_no_code(
    trusted: tuple[Authority, Authority], tmp_path: Path
) -> None:
    with served(tmp_path, trusted[0].issue(tmp_path / "s", host="127.0.0.1")) as server:
        with closing(Http(server.address)) as http:
            server_id = http.hello().server_id
        for expected, code in (
            (Expected("0" * 32), "wrong_server"),
            (Expected(server_id, KEY), "server_key_changed"),
        ):
            with (
                closing(Http(server.address, expected=expected)) as http,
                pytest.raises(CrmError, match=code),
            ):
                http.hello()


def test_t09_the_pins_are_of_keys_and_outlive_a_renewed_certificate(tmp_path: Path) -> None:
    authority, other = Authority("Company CA"), Authority("Other")
    leaf = authority.issue(tmp_path / "a").der
    pins = (fingerprint(authority.der),)
    assert is_pinned(pins, [leaf, authority.der], "localhost")
    assert not is_pinned(pins, [leaf, authority.der], "other.example")
    assert not is_pinned(pins, [leaf], "localhost")
    assert not is_pinned(pins, [leaf, other.der], "localhost")
    assert not is_pinned(pins, [b"no certificate", authority.der], "localhost")


@pytest.mark.parametrize(
    "address", ["ftp://x", "http://crm.example.com", "http://127.0.0.1.example.com", "https://", "x"]
)
def test_t09_an_address_that_is_not_safe_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(CrmError, match="insecure_address"):
        checked_address(address)
