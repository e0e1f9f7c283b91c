"""A profile that exists twice."""

from __future__ import annotations

from tests.sync.conftest import Hire, settle


def test_a_copied_profile_that_nobody_noticed_loses_no_edit_on_either_side(hire: Hire, tmp_path):
    """R2, R3: the server notices by the chain."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    ann.sync()
    copy = ann.copied_to(tmp_path / "copy" / "crmdesk.db")
    ann.write(customer, city="上海")
    first = ann.customer("First")
    copy.write(customer, stage="quote")
    second = copy.customer("Second")
    settle(ann, copy, bo)
    assert copy.replica.identity().actor != ann.replica.identity().actor
    assert ann.states() == copy.states() == bo.states()
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海", "stage": "quote"}
    assert {ann.name(first), ann.name(second)} == {"First", "Second"}
    copy.close()
