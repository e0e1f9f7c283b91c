"""A laptop that stayed away, and one that was wiped, as the person in front of it sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from crmdesk.core.lease import DAY_MS
from crmdesk.store import leases, settings
from crmdesk.sync import wiping
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect
from crmdesk.system import secrets
from crmdesk.system import wiping as system
from crmdesk.system.paths import Profile
from crmdesk.ui import opening
from crmdesk.ui.entrance import Entrance
from crmdesk.ui.runner import Runner
from crmdesk.usecases.workspace import Workspace
from sync_server import enrolment
from tests.support.desk import Desk
from tests.support.desks import customer
from tests.support.server import RunningServer

PASSPHRASE = "correct horse battery"


@pytest.fixture
def profile(tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """Ann's, synced once, with one customer that is unsent."""
    monkeypatch.setenv(secrets.PASSPHRASE_VARIABLE, PASSPHRASE)
    found = Profile(tmp_path / "profile")
    code = server.code(server.people["Ann"].user)
    workspace = opening.join(found, server.address, code, "laptop", PASSPHRASE)
    synced(workspace)
    customer(workspace, "宏远机械")
    workspace.close()
    return found


def synced(workspace: Workspace) -> None:
    from crmdesk.sync.engine import Engine
    from crmdesk.sync.enrolment import connect

    http = connect(workspace.replica)
    assert Engine(workspace.replica, http).sync().problem is None
    http.close()


def open_even_so(profile: Profile) -> Workspace:
    return opening._open(profile, lambda: PASSPHRASE, even_if_locked=True)


def away(profile: Profile, days: int, due_days: int | None = None) -> None:
    workspace = open_even_so(profile)
    now = workspace.clock.now_ms()
    with workspace.replica.database.write() as connection:
        kept = leases.kept(connection)
        assert kept is not None
        due = None if due_days is None else now - due_days * DAY_MS
        past = msgspec.structs.replace(kept, received_ms=now - days * DAY_MS, due_ms=due)
        settings.write(connection, {"lease": past})
    workspace.close()


def elsewhere(profile: Profile) -> str:
    """The company can't be reached from here; returns its real address."""
    workspace = open_even_so(profile)
    with workspace.replica.database.write() as connection:
        server = settings.read(connection, "server", settings.Server)
        settings.write(connection, {"server": msgspec.structs.replace(server, url="http://127.0.0.1:9")})
    workspace.close()
    return str(server.url)


def back(profile: Profile, address: str) -> None:
    workspace = open_even_so(profile)
    with workspace.replica.database.write() as connection:
        server = settings.read(connection, "server", settings.Server)
        settings.write(connection, {"server": msgspec.structs.replace(server, url=address)})
    workspace.close()


@pytest.fixture
def knock(qapp, profile: Profile) -> Iterator[Callable[[], Entrance]]:
    opened: list[Workspace] = []

    def knock() -> Entrance:
        entrance = Entrance(profile, Runner.inline())
        entrance.opened.connect(opened.append)
        entrance.workspaces = opened  # type: ignore[attr-defined]
        entrance.resize(1200, 720)
        entrance.show()
        entrance.begin()
        return entrance

    yield knock
    for workspace in opened:
        workspace.close()


def test_a_locked_laptop_that_reaches_its_company_opens_by_itself(knock, profile: Profile) -> None:
    away(profile, 22)
    (workspace,) = knock().workspaces
    assert workspace.reader.value("SELECT count(*) FROM outbox") == 0, "what was unsent went out"
    assert workspace.reader.all("SELECT f_name FROM p_customer") == [("宏远机械",)]


def test_out_of_reach_it_says_why_and_one_button_tries_again(knock, profile: Profile) -> None:
    away(profile, 22)
    address = elsewhere(profile)
    entrance = knock()
    assert entrance._stack.currentWidget() is entrance.locked
    assert "22 天" in entrance.locked.headline.title.text()
    assert entrance.locked.said.isVisible()
    assert entrance.locked.connect_button.isEnabled()
    assert entrance.workspaces == []
    back(profile, address)
    entrance.locked.connect_button.click()
    assert len(entrance.workspaces) == 1


def test_too_long_away_it_is_destroyed_and_the_page_says_what_became_of_the_work(
    knock, profile: Profile, server: RunningServer
) -> None:
    away(profile, 46, due_days=1)
    elsewhere(profile)
    entrance = knock()
    assert entrance._stack.currentWidget() is entrance.gone
    assert not profile.exists()
    assert system.still_sealed(profile) == 1
    assert entrance.gone.hand_in.isVisible()
    entrance.gone.start.click()
    assert entrance._stack.currentWidget() is entrance.first_start


def given_up(profile: Profile, server: RunningServer) -> None:
    """An administrator orders the laptop to be wiped, and it hears of that."""
    workspace = open_even_so(profile)
    with workspace.replica.database.read() as connection:
        device = settings.read(connection, "device", settings.Device).id
    with server.database.write() as connection:
        enrolment.revoke(connection, device, server.clock())
    http = connect(workspace.replica)
    problem = Engine(workspace.replica, http).sync().problem
    http.close()
    assert problem is not None
    workspace.reader.close()
    assert wiping.wipe(profile, workspace.replica, problem)


def shown(entrance: Entrance) -> dict[str, str]:
    return dict(zip(entrance.gone.facts._names, [v.text() for v in entrance.gone.facts._values], strict=True))


def test_a_wiped_laptop_says_what_became_of_its_work_once_it_was_handed_in(
    knock, profile: Profile, server: RunningServer
) -> None:
    given_up(profile, server)
    doctor = Desk(profile.folder)
    entrance = knock()
    assert entrance.gone.hand_in.isHidden(), "it went while the page came up"
    told = shown(entrance)["未发送的内容"]
    assert told == "没有发送的内容已交给公司：1 处留待管理员查看。公司已收到清除完成的通知。"
    found = doctor.run("doctor", "--lang", "en").out
    assert "What was unsent was handed in: 1 kept for your administrator." in " ".join(found.split())
    assert "will be handed in" not in found
    assert "handed in once it is reached" not in found


def test_a_wiped_laptop_with_nothing_unsent_does_not_promise_to_hand_it_in(
    knock, profile: Profile, server: RunningServer
) -> None:
    workspace = open_even_so(profile)
    synced(workspace)
    workspace.close()
    given_up(profile, server)
    assert shown(knock())["未发送的内容"].startswith("没有尚未发送的内容等待上交。")


def test_an_interrupted_destruction_goes_on_at_the_next_start(knock, profile: Profile) -> None:
    system.begin(
        profile, system.Wiped("order", 1_790_000_000_000, "d" * 32, "http://127.0.0.1:9", "远山工业", "")
    )
    entrance = knock()
    assert entrance._stack.currentWidget() is entrance.gone
    assert not profile.exists()
    assert "远山工业" in str(
        [label.text() for label in entrance.gone.findChildren(object) if hasattr(label, "text")]
    )
