"""Whether a customer is with a colleague already: told on strong evidence alone, whom to ask and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crmdesk.core.answers import Elsewhere
from crmdesk.core.record import RecordKey
from sync_server import accounts, elsewhere
from sync_server.limits import ELSEWHERE
from sync_server.storage import people
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer

NAME, CODE, PHONE = "深圳市启邦精密机械有限公司", "91440300708461136T", "13800138000"
NOBODY = Elsewhere()


@pytest.fixture
def bo(server: RunningServer) -> Laptop:
    return enrolled(server, "Bo")


@pytest.fixture
def cai(server: RunningServer) -> Laptop:
    return enrolled(server, "Cai")


def ask(laptop: Laptop, name: str, **typed: str) -> Elsewhere:
    reply = laptop.http.post("/v1/customers/elsewhere", json={"name": name, **typed})
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=Elsewhere)


def has(laptop: Laptop, name: str = NAME, **values: Any) -> RecordKey:
    key = laptop.customer(name, **values)
    laptop.push()
    return key


def test_t32_what_is_told_of_a_colleagues_customer_is_whom_to_ask_and_nothing_of_it(
    server: RunningServer, bo: Laptop, cai: Laptop
) -> None:
    key = has(bo, credit_code=CODE, phone=PHONE, address="科技园 1 号")
    reply = cai.http.post("/v1/customers/elsewhere", json={"name": NAME, "credit_code": CODE})
    told = {"user": server.people["Bo"].user, "in_pool": False, "certainty": "certain"}
    assert reply.json() == told
    for secret in (key.id, NAME, CODE, PHONE, "科技园"):
        assert secret not in reply.text


EXAMPLES: tuple[tuple[str, dict[str, str], bool], ...] = (
    ("启邦精密机械", {"credit_code": CODE}, True),
    ("别的名称公司", {"credit_code": CODE}, True),
    ("启邦精密机械", {"phone": "138-0013-8000"}, True),
    ("完全不同贸易", {"phone": PHONE}, False),
    (NAME, {}, True),
    ("启邦精密机械有限公司", {}, True),
    ("北京启邦精密机械有限公司", {}, False),
    ("启邦精密仪器有限公司", {}, False),
    ("启邦精密机%", {}, False),
    (NAME, {"credit_code": "91110000600037341L"}, False),
    ("启-邦 -", {"phone": PHONE}, False),
)


def test_t32_only_strong_evidence_is_told(bo: Laptop, cai: Laptop) -> None:
    has(bo, credit_code=CODE, phone=PHONE)
    for name, typed, is_told in EXAMPLES:
        assert (ask(cai, name, **typed) != NOBODY) is is_told, (name, typed)


def test_t32_who_only_reads_and_who_asks_about_their_own_are_told_none_to_the_byte(
    server: RunningServer, bo: Laptop, cai: Laptop
) -> None:
    server.add_user("Eve", "auditor", "West")
    has(bo)
    asked = {"name": NAME}
    eve, unknown = enrolled(server, "Eve"), {"name": "无人知晓精密机械有限公司"}
    replies = [
        one.http.post("/v1/customers/elsewhere", json=json)
        for one, json in ((eve, asked), (bo, asked), (cai, unknown))
    ]
    assert len({reply.content for reply in replies}) == 1
    assert msgspec.json.decode(replies[0].content, type=Elsewhere) == NOBODY


def test_t32_phones_can_not_be_tried_out_for_long_and_each_question_is_in_the_audit(
    server: RunningServer, bo: Laptop, cai: Laptop
) -> None:
    key = has(bo, phone=PHONE)
    for at in range(ELSEWHERE.tries - 1):
        assert ask(cai, "恒远模具加工厂", phone=f"139{at:08}") == NOBODY
    ask(cai, NAME)
    reply = cai.http.post("/v1/customers/elsewhere", json={"name": NAME})
    assert (reply.status_code, reply.json()["code"]) == (429, "too_many_tries")
    assert ask(bo, NAME) == NOBODY, "what one person spends is nobody else's"
    with server.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT said FROM audit WHERE kind = 'elsewhere' ORDER BY number"
        ).fetchall()
        refused = connection.exec_driver_sql("SELECT said FROM audit WHERE kind = 'refused'").fetchall()
    assert len(rows) == ELSEWHERE.tries + 1
    assert key.id in rows[ELSEWHERE.tries - 1][0]
    assert "elsewhere" in refused[-1][0]
    assert all("启邦" not in said for (said,) in rows), "a digest of what was typed"


def test_what_changes_moves_or_goes_is_told_as_it_is_now(
    server: RunningServer, bo: Laptop, cai: Laptop
) -> None:
    key = has(bo)
    assert ask(cai, NAME).user == server.people["Bo"].user
    bo.write(key, {"name": "改了名的电子商务有限公司"})
    bo.push()
    assert ask(cai, NAME) == NOBODY
    bo.write(key, {"name": NAME})
    bo.push()
    assert (
        bo.http.post("/v1/commands/release", json={"id": "a" * 32, "customers": [key.id]}).status_code == 200
    )
    assert ask(cai, NAME) == Elsewhere(None, in_pool=True, certainty=ask(bo, NAME).certainty)


def test_of_an_owner_who_left_the_leader_is_named(server: RunningServer, bo: Laptop, cai: Laptop) -> None:
    has(bo)
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
        org = people.load_org(connection, 0)
    found = ask(cai, NAME)
    assert found.user == elsewhere.whom_to_ask(org, server.people["Bo"].user) != server.people["Bo"].user
    assert found.certainty


def test_the_server_reads_on_by_itself_until_nothing_is_left(
    server: RunningServer, bo: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_AT_ONCE", 2)
    for at in range(5):
        bo.customer(f"启邦{at}精密机械有限公司")
    bo.push()
    assert [elsewhere.read_on(server.database) for _ in range(4)] == [2, 2, 1, 0]
