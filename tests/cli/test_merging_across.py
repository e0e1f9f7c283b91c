"""Two customers of different owners made one: handed over and merged in one step, by whoever may, online or later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from crmdesk.cli.session import Given, session
from crmdesk.core.errors import CrmError
from crmdesk.core.values import Value
from crmdesk.store import settings
from crmdesk.store.settings import Server
from crmdesk.usecases import merging, merging_across
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.merging_across import Wish
from tests.support.desk import Desk
from tests.support.server import RunningServer, running_company

Hire = Callable[[str], Desk]
ONE, OTHER = "深圳市启航精密机械有限公司", "启航精密机械"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path) -> Hire:
    def hire(name: str) -> Desk:
        desk = Desk(tmp_path / name)
        desk("enrol", server.address, server.code(server.people[name].user))
        desk("sync")
        return desk

    return hire


def planted(hire: Hire) -> tuple[Desk, Desk, Desk, str, str]:
    """Ann's and Cai's, and Mei, who leads both; the ids of both customers."""
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    one = ann("customer", "add", ONE, "--field", "phone=16012345678")["customer"]
    other = cai("customer", "add", OTHER, "--field", "city=深圳")["customer"]
    cai("contact", "add", OTHER, "王强")
    for desk in (ann, cai, mei):
        desk("sync")
    return ann, cai, mei, one, other


def merged_into(desk: Desk, one: str) -> list[str]:
    with session(Given(profile=desk.profile)) as opened:
        return [found for found, _ in merging.merged_into(opened.reader, one)]


def test_who_leads_both_hands_over_and_merges_in_one_step_and_unmerging_leaves_it_with_its_new_owner(
    hire: Hire,
) -> None:
    ann, cai, mei, one, other = planted(hire)
    assert cai.fails("duplicates", "merge", other, other)["code"] == "merge_with_itself"
    done = mei("duplicates", "merge", one, other)
    assert (done["outcome"], done["merged"]) == ("merged", other)
    mei("sync")
    ann("sync")
    assert merged_into(ann, one) == [other]
    shown = ann("customer", "show", one)
    assert "王强" in str(shown)
    cai("sync")
    assert cai.fails("customer", "show", other)["code"] == "not_found"
    mei("duplicates", "unmerge", other)
    mei("sync")
    ann("sync")
    assert merged_into(ann, one) == []
    assert ann("customer", "show", other)["customer"] == other


def test_without_a_network_it_is_asked_for_kept_and_merged_after_the_sync_that_brings_it(
    server: RunningServer, hire: Hire
) -> None:
    ann, _, mei, one, other = planted(hire)
    with session(Given(profile=mei.profile)) as opened, opened.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        settings.write(connection, {"server": msgspec.structs.replace(known, url="http://127.0.0.1:9")})
    assert mei("duplicates", "merge", one, other)["outcome"] == "asked"
    assert merged_into(mei, one) == []
    with session(Given(profile=mei.profile)) as opened, opened.replica.database.write() as connection:
        settings.write(connection, {"server": known})
    mei("sync")
    mei("sync")
    with session(Given(profile=mei.profile)) as opened:
        assert merging_across.wishes(opened.reader) == []
    assert merged_into(mei, one) == [other]
    mei("sync")
    ann("sync")
    assert merged_into(ann, one) == [other]


def test_who_may_not_hand_over_is_told_whom_to_ask_and_nothing_is_kept(
    server: RunningServer, hire: Hire
) -> None:
    _, _, mei, one, other = planted(hire)
    with session(Given(profile=mei.profile)) as opened:
        led = read_directory(opened.reader)
        rep = replace(led, me=replace(led.me, role="rep"))
        buckets = dict(opened.reader.all("SELECT id, bucket FROM p_customer"))
        assert merging_across.taker(led, buckets[one], buckets[other]) == server.people["Ann"].user
        assert merging_across.taker(led, buckets[one], buckets[one]) is None
        with pytest.raises(CrmError, match="merge_apart"):
            merging_across.wish(opened.reader, rep, one, other, 0)
        assert merging_across.wishes(opened.reader) == []


def test_a_value_typed_while_it_waits_is_kept_and_what_can_not_be_done_is_given_up(hire: Hire) -> None:
    _, _, mei, one, other = planted(hire)
    with session(Given(profile=mei.profile)) as opened:
        names, now = read_directory(opened.reader), opened.workspace.clock.now_ms()
        chosen: dict[str, Value] = {"city": "深圳", "short_name": "启航"}
        wish = merging_across.wish(opened.reader, names, one, other, now, chosen)
        merging_across.remember(opened.replica, wish)
        assert merging_across.settle(opened.replica).value.waiting == 1
    mei("customer", "set", one, "--field", "city=广州")
    mei("transfer", other, "Ann")
    mei("sync")
    assert merged_into(mei, one) == [other]
    shown = opened_values(mei, one)
    assert (shown["city"], shown["short_name"]) == ("广州", "启航")
    with session(Given(profile=mei.profile)) as opened:
        merging_across.remember(opened.replica, replace_loser(wish, "0" * 32))
        assert merging_across.settle(opened.replica).value.given_up == (OTHER,)
        assert merging_across.wishes(opened.reader) == []


def opened_values(desk: Desk, customer: str) -> dict[str, Value]:
    with session(Given(profile=desk.profile)) as opened:
        rows = opened.reader.all("SELECT f_city, f_short_name FROM p_customer WHERE id = ?", (customer,))
        return dict(zip(("city", "short_name"), rows[0], strict=True))


def replace_loser(wish: Wish, loser: str) -> Wish:
    return msgspec.structs.replace(wish, loser=loser)
