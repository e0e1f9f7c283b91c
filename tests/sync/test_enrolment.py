from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Server
from crmdesk.sync import commands, enrolment
from sync_server import enrolment as server_side
from sync_server.signing import signer_of
from sync_server.storage import devices
from tests.support.cut_proxy import cut_proxy
from tests.support.rep import Rep, new_replica
from tests.support.server import RunningServer
from tests.sync.conftest import Hire


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Replica]:
    """Somebody who works alone."""
    replica = new_replica(tmp_path / "alone" / "crmdesk.db")
    yield replica
    replica.close()


def code_of(action) -> str:
    with pytest.raises(CrmError) as caught:
        action()
    return caught.value.code


def test_what_was_typed_alone_comes_along_under_the_companys_name(
    server: RunningServer, hire: Hire, alone: Replica
):
    rep = Rep(alone, http=None)  # type: ignore[arg-type]
    customer = rep.customer("宏远机械")
    visit = rep.visit(customer, "谈价格")
    joined = enrolment.enrol(alone, server.address, server.code(server.people["Ann"].user), "laptop")
    assert (joined.company, joined.user_name, joined.is_pending) == ("Test company", "Ann", False)
    ann, bo = Rep(alone, enrolment.connect(alone)), hire("Bo")
    assert ann.sync().unsent == (0, 0)
    bo.sync()
    assert bo.name(customer) == "宏远机械"
    assert bo.shows(visit) is not None
    with bo.replica.database.read() as connection:
        authors = connection.exec_driver_sql(
            "SELECT DISTINCT bucket FROM record WHERE root = ?", (customer.id,)
        ).all()
    assert [tuple(row) for row in authors] == [(server.people["Ann"].book,)]
    ann.http.close()


def test_a_wrong_code_changes_nothing(server: RunningServer, alone: Replica):
    before = alone.identity()
    assert (
        code_of(lambda: enrolment.enrol(alone, server.address, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "laptop"))
        == "code_invalid"
    )
    assert alone.identity() == before
    assert code_of(lambda: enrolment.connect(alone)) == "not_enrolled"


def test_an_address_with_a_path_too_many_is_not_the_server(server: RunningServer, alone: Replica):
    assert code_of(lambda: enrolment.enrol(alone, f"{server.address}/crm", "CODE", "laptop")) == "not_crmdesk"


def test_a_lost_answer_is_healed_by_entering_the_same_code_again(server: RunningServer, alone: Replica):
    code = server.code(server.people["Ann"].user)
    with cut_proxy(server.address) as line:
        line.cut(b"POST /v1/enrol")
        assert code_of(lambda: enrolment.enrol(alone, line.address, code, "laptop")) == "offline"
        enrolment.enrol(alone, line.address, code, "laptop")
        ann = Rep(alone, enrolment.connect(alone))
        ann.sync()
        ann.http.close()


def test_a_profile_belongs_to_one_company(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    code = server.code(server.people["Ann"].user)
    assert code_of(lambda: enrolment.enrol(ann.replica, server.address, code, "laptop")) == "already_enrolled"


def test_a_held_device_shows_its_words_and_syncs_once_approved(server: RunningServer, alone: Replica):
    code = server.code(server.people["Ann"].user, hold=True)
    joined = enrolment.enrol(alone, server.address, code, "laptop")
    ann = Rep(alone, enrolment.connect(alone))
    ann.customer("宏远机械")
    report = ann.engine.sync()
    assert joined.is_pending
    assert report.problem is not None
    assert (report.problem.code, report.problem.about["words"]) == ("device_pending", joined.words)
    with server.database.write() as connection:
        (device,) = devices.devices(connection)
        server_side.approve(connection, device.id, server.clock())
    assert ann.sync().unsent == (0, 0)
    ann.http.close()


def test_a_manager_hands_a_customer_over_and_a_rep_may_not(server: RunningServer, hire: Hire):
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    customer = ann.customer("宏远机械")
    ann.sync()
    to = server.people["Cai"].user
    assert code_of(lambda: commands.change_owner(ann.replica, ann.http, [customer.id], to)) == "forbidden"
    assert commands.change_owner(mei.replica, mei.http, [customer.id], to).moved == 1
    assert code_of(lambda: commands.change_owner(bo.replica, bo.http, [customer.id], to)) == "not_found"


def test_a_records_past_can_be_fetched(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.write(customer, name="宏远重工")
    ann.sync()
    bo.sync()
    assert commands.fetch_history(bo.replica, bo.http, customer) == 2
    with bo.replica.database.read() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM edit WHERE id = ?", (customer.id,)).scalar()
    assert held == 2


def test_the_companys_key_is_pinned_on_joining(server: RunningServer, hire: Hire):
    assert known(hire("Ann")).key == signer_of(server.settings).public.hex()


def test_a_laptop_that_knows_no_key_pins_it_at_its_next_heads(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    joined = known(ann)
    remember(ann, msgspec.structs.replace(joined, key=""))
    ann.http.close()
    again = Rep(ann.replica, enrolment.connect(ann.replica))
    again.sync()
    again.http.close()
    assert known(ann) == joined


def test_a_server_with_another_key_gets_neither_token_nor_work(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.customer("宏远机械")
    remember(ann, msgspec.structs.replace(known(ann), key="0" * 64))
    ann.http.close()
    with cut_proxy(server.address) as line:
        remember(ann, msgspec.structs.replace(known(ann), url=line.address))
        other = Rep(ann.replica, enrolment.connect(ann.replica))
        problem = other.engine.sync().problem
        other.http.close()
        assert problem is not None
        assert problem.code == "server_key_changed"
        assert b"Bearer" not in bytes(line.sent)
        assert b"/v1/token" not in bytes(line.sent)
    assert len(ann.unsent()) == 1
    remember(
        ann,
        msgspec.structs.replace(known(ann), url=server.address, key=signer_of(server.settings).public.hex()),
    )
    healed = Rep(ann.replica, enrolment.connect(ann.replica))
    assert healed.sync().unsent == (0, 0)
    healed.http.close()


def known(rep: Rep) -> Server:
    with rep.replica.database.read() as connection:
        found = settings.read(connection, "server", Server)
    assert isinstance(found, Server)
    return found


def remember(rep: Rep, server: Server) -> None:
    with rep.replica.database.write() as connection:
        settings.write(connection, {"server": server})
