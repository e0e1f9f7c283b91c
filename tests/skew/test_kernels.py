"""The kernel of the version before and this one: what either writes, the other reads, merges and gives back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core import record as new
from crmdesk.core.entities import REGISTRY
from crmdesk.core.resolve import read_record
from crmdesk.core.wire import OLDEST, OURS, Versions
from tests.skew.frozen import record as old
from tests.skew.frozen import wire as old_wire
from tests.skew.frozen.entities import REGISTRY as OLD_REGISTRY
from tests.skew.frozen.resolve import read_record as old_read_record
from tests.support import strategies

THEIRS = Versions(old_wire.PROTOCOL, old_wire.MERGE, old.VERSION)


def test_r34_this_version_works_with_the_one_before() -> None:
    assert THEIRS.reach(OLDEST)
    assert Versions(old_wire.PROTOCOL, old_wire.MERGE, old.VERSION) <= OURS


@given(strategies.records())
def test_r10_i17_a_state_that_either_wrote_is_the_same_bytes_in_the_other(record: new.Record) -> None:
    state = new.encode(record)
    assert old.encode(old.decode_foreign(state)) == state
    assert new.encode(new.decode_foreign(old.encode(old.decode(state)))) == state


@given(strategies.families(3))
def test_r8_both_merge_to_the_same_bytes_in_any_order(family: list[new.Record]) -> None:
    assert THEIRS.merge == OURS.merge, (
        "with another merge function the versions differ, and this test must say how"
    )
    states = [new.encode(record) for record in family]
    one, other, third = states
    ours = new.merge(new.merge(new.decode(one), new.decode(other)), new.decode(third))
    theirs = old.merge(old.decode(third), old.merge(old.decode(other), old.decode(one)))
    assert new.encode(ours) == old.encode(theirs)


class Step(msgspec.Struct, frozen=True):
    """One edit of a conversation: by which program, of which field, and whether it heard the other before."""

    is_old: bool
    field: str
    value: str
    hears: bool


steps = st.builds(
    Step,
    st.booleans(),
    st.sampled_from(("name", "x_new", "tag:t1", "spare")),
    st.text("ab", max_size=3),
    st.booleans(),
)


@given(st.lists(steps, min_size=1, max_size=12))
def test_i17_two_programs_that_edit_one_record_by_turns_end_equal_and_lose_nothing(taken: list[Step]) -> None:
    """Each holds a copy of its own; a value is gone only where an edit of its field had seen it."""
    copies: dict[bool, bytes | None] = {True: None, False: None}
    counters = {True: 0, False: 0}
    visible: dict[tuple[str, int], Step] = {}
    seen: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    for step in taken:
        mine, theirs = copies[step.is_old], copies[not step.is_old]
        if step.hears and theirs is not None:
            mine = theirs if mine is None else _merged(mine, theirs, by_old=step.is_old)
            seen[step.is_old] |= seen[not step.is_old]
        counters[step.is_old] += 1
        actor = ("a" if step.is_old else "b") * 32
        if step.is_old:
            made = old.Edit(
                old.Dot(actor, counters[True]), 1, "u", None, old.Txn("t", "form"), {step.field: step.value}
            )
            before = None if mine is None else old.decode(mine)
            copies[True] = old.encode(old.write(before, made, placement=old.Placement(0, "book")))
        else:
            edit = new.Edit(
                new.Dot(actor, counters[False]), 1, "u", None, new.Txn("t", "form"), {step.field: step.value}
            )
            known = None if mine is None else new.decode(mine)
            copies[False] = new.encode(new.write(known, edit, placement=new.Placement(0, "book")))
        for dot in [d for d, s in visible.items() if s.field == step.field and d in seen[step.is_old]]:
            del visible[dot]
        visible[actor, counters[step.is_old]] = step
        seen[step.is_old].add((actor, counters[step.is_old]))
    ends = [state for state in copies.values() if state is not None]
    both = [ends[0]] * 2 if len(ends) == 1 else [_merged(*ends, by_old=True), _merged(*ends, by_old=False)]
    assert both[0] == both[1]
    survivors = {(tuple(edit.dot), field) for edit in new.decode(both[0]).edits for field in edit.values}
    assert survivors == {(dot, step.field) for dot, step in visible.items()}


def _merged(one: bytes, other: bytes, *, by_old: bool) -> bytes:
    if by_old:
        return old.encode(old.merge(old.decode(one), old.decode(other)))
    return new.encode(new.merge(new.decode(one), new.decode(other)))


@given(strategies.records())
def test_r14_both_display_the_same_for_the_fields_that_both_know(record: new.Record) -> None:
    ours = read_record(record, "customer", REGISTRY)
    theirs = old_read_record(old.decode(new.encode(record)), "customer", OLD_REGISTRY)
    for field in OLD_REGISTRY["customer"].by_name:
        assert ours.values.get(field) == theirs.values.get(field)


@pytest.mark.parametrize("entity", sorted(OLD_REGISTRY.entities))
def test_r34_no_field_of_the_version_before_changed_its_kind_or_its_merge_rule(entity: str) -> None:
    """A released field keeps its meaning for ever: laptops that were not updated go on writing it."""
    for name, field in OLD_REGISTRY[entity].by_name.items():
        now = REGISTRY.find(entity, f"{name}:x" if field.repeated else name)
        assert now is not None, name
        assert (now.type.value, now.rule.value, now.repeated) == (
            field.type.value,
            field.rule.value,
            field.repeated,
        )
