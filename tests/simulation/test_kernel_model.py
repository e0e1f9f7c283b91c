"""The kernel in a world of stale forms, copied and restored files, forgers and a bad network."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.simulation.kernel_traces import run
from tests.simulation.kernel_world import PLAIN_FIELDS, RECORDS, TAGS, World

numbers = st.integers(0, 9)
records = st.sampled_from(RECORDS)
fields = st.frozensets(st.sampled_from(PLAIN_FIELDS), min_size=1, max_size=3)


class KernelMachine(RuleBasedStateMachine):
    """Any order of what people, machines and the network do."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def laptop(self, number: int):
        return self.world.laptops[number % len(self.world.laptops)]

    def replica(self, number: int):
        return [*self.world.laptops, self.world.server][number % (len(self.world.laptops) + 1)]

    @rule(number=numbers, record=records)
    def open_form(self, number, record):
        self.world.open_form(self.laptop(number), record)

    @rule(number=numbers, record=records, changed=fields)
    def save_form(self, number, record, changed):
        self.world.save_form(self.laptop(number), record, changed)

    @rule(number=numbers, record=records, tag=st.sampled_from(TAGS), present=st.sampled_from([True, None]))
    def set_tag(self, number, record, tag, present):
        self.world.set_tag(self.laptop(number), record, tag, present)

    @rule(number=numbers, record=records)
    def delete(self, number, record):
        self.world.delete(self.laptop(number), record)

    @rule(number=numbers, record=records)
    def restore(self, number, record):
        self.world.restore(self.laptop(number), record)

    @rule(number=numbers, record=records, choice=numbers)
    def settle(self, number, record, choice):
        self.world.settle(self.laptop(number), record, choice)

    @rule(number=numbers, record=records)
    def push(self, number, record):
        self.world.push(self.laptop(number), record)

    @rule(number=numbers, record=records)
    def pull(self, number, record):
        self.world.pull(self.laptop(number), record)

    @rule(number=numbers, record=records)
    def exchange(self, number, record):
        self.world.exchange(self.laptop(number), record)

    @rule(choice=numbers, again=st.booleans())
    def deliver(self, choice, again):
        self.world.deliver(choice, again=again)

    @rule(choice=numbers)
    def lose(self, choice):
        self.world.lose(choice)

    @rule(number=numbers)
    def clone(self, number):
        self.world.clone(self.laptop(number))

    @rule(number=numbers)
    def back_up(self, number):
        self.world.back_up(self.replica(number))

    @rule(number=numbers)
    def bring_back(self, number):
        self.world.bring_back(self.replica(number))

    @rule(record=records, bucket=st.sampled_from(["pool", "book2"]))
    def move(self, record, bucket):
        self.world.move(record, bucket)

    @rule(number=numbers, record=records, victim=numbers)
    def forge(self, number, record, victim):
        self.world.forge(self.laptop(number), record, self.laptop(victim))

    @rule(milliseconds=st.integers(0, 200))
    def wait(self, milliseconds):
        self.world.now_ms += milliseconds

    @invariant()
    def nothing_is_amiss(self):
        assert self.world.oracle.violations == []

    def teardown(self):
        self.world.finish()
        assert self.world.oracle.violations == []


KernelMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestKernelMachine = KernelMachine.TestCase


@pytest.mark.parametrize("hundred", range(4))
def test_a_hundred_traces_lose_invent_and_confuse_nothing(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        assert run(seed).violations == [], seed


def test_the_same_seed_is_the_same_trace() -> None:
    one, other = run(7), run(7)
    assert one.told == other.told
    assert one.dots == other.dots


def test_the_traces_reach_what_they_are_for() -> None:
    """Without many edits, deletions and restores nothing would have been shown."""
    told = [run(seed).told.values() for seed in range(20)]
    assert min(map(len, told)) >= 10
    assert sum("deleted" in edit.values for edits in told for edit in edits) >= 20
