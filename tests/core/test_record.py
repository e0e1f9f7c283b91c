"""The kernel of synchronisation: writing, merging and the canonical form."""

from __future__ import annotations

import contextlib
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core import record as kernel
from crmdesk.core.clock import MAX_STAMP
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Dot, Edit, Placement, Record, Txn, merge, write
from crmdesk.core.values import MAX_INTEGER, MAX_RECORD_BYTES
from tests.support import strategies

A, B, C = "a" * 32, "b" * 32, "c" * 32
BOOK = Placement(0, "book")


def edit(actor: str, counter: int, **values: object) -> Edit:
    return Edit(Dot(actor, counter), counter * 10, "u", None, Txn("t", "form"), values)


def created(actor: str = A, counter: int = 1, **values: object) -> Record:
    return write(None, edit(actor, counter, **values), placement=BOOK)


def later(record: Record, change: Edit, **seen: set[Dot]) -> Record:
    """`change` by somebody whose form showed `seen` alone."""
    return write(record, change, placement=BOOK, seen=seen)


def shown(record: Record, field: str) -> list[object]:
    return [sibling.values[field] for sibling in record.siblings(field)]


# -- merging -----------------------------------------------------------------------------------------


@settings(max_examples=400)
@given(strategies.families(2))
def test_merging_is_commutative(family: list[Record]) -> None:
    one, other = family
    assert kernel.encode(merge(one, other)) == kernel.encode(merge(other, one))


@settings(max_examples=400)
@given(strategies.families(3))
def test_merging_is_associative(family: list[Record]) -> None:
    one, two, three = family
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(strategies.families(2))
def test_merging_again_changes_nothing(family: list[Record]) -> None:
    one, other = family
    both = merge(one, other)
    assert merge(one, one) == one
    assert merge(both, one) == merge(both, other) == merge(both, both) == both


@settings(max_examples=300)
@given(strategies.families(2))
def test_an_edit_leaves_only_where_a_copy_that_saw_it_dropped_it(family: list[Record]) -> None:
    one, other = family
    both = merge(one, other)
    kept = {(e.dot, field) for e in both.edits for field in e.values}
    for here, there in ((one, other), (other, one)):
        theirs = {(e.dot, field) for e in there.edits for field in e.values}
        for sibling in here.edits:
            for field in sibling.values:
                name = (sibling.dot, field)
                assert (name in kept) == (name in theirs or not there.has_seen(sibling.dot))


@given(strategies.families(2))
def test_a_merge_knows_what_either_copy_knew(family: list[Record]) -> None:
    one, other = family
    both = merge(one, other)
    for actor in strategies.ACTORS:
        assert both.clock.get(actor, 0) == max(one.clock.get(actor, 0), other.clock.get(actor, 0))
    assert both.placement.move_no == max(one.placement.move_no, other.placement.move_no)
    assert all(both.has_seen(e.dot) and e.values for e in both.edits)


def test_two_people_who_did_not_see_each_other_both_keep_their_value() -> None:
    base = created(name="first")
    one = write(base, edit(B, 1, name="mine"), placement=BOOK)
    other = write(base, edit(C, 1, name="yours"), placement=BOOK)
    assert shown(merge(one, other), "name") == ["mine", "yours"]


def test_a_value_overwritten_by_somebody_who_saw_it_does_not_return() -> None:
    base = created(name="first")
    newer = write(base, edit(B, 1, name="second"), placement=BOOK)
    assert merge(base, newer) == merge(newer, base) == newer


def test_one_edit_loses_only_the_fields_that_were_overwritten() -> None:
    base = created(name="n", remark="r", city="c")
    one = write(base, edit(B, 1, name="n2"), placement=BOOK)
    other = write(base, edit(C, 1, remark="r2"), placement=BOOK)
    both = merge(one, other)
    assert {field: shown(both, field) for field in both.fields()} == {
        "name": ["n2"],
        "remark": ["r2"],
        "city": ["c"],
    }


def test_the_effective_time_reaches_the_copy_that_lacks_it() -> None:
    base = created(name="n", remark="r")
    accepted = kernel.accept(base, {Dot(A, 1): 7})
    newer = write(base, edit(B, 1, name="n2"), placement=BOOK)
    assert [e.eff for e in merge(accepted, newer).edits] == [7, None]
    assert merge(base, accepted) == accepted


def test_the_placement_of_the_latest_move_wins() -> None:
    base = created(name="n")
    moved = kernel.moved(base, Placement(2, "pool"))
    newer = write(base, edit(B, 1, name="n2"), placement=BOOK)
    assert merge(newer, moved).placement == merge(moved, newer).placement == Placement(2, "pool")


# -- writing -----------------------------------------------------------------------------------------


def test_saving_a_form_keeps_what_arrived_while_it_was_open() -> None:
    base = created(name="shown")
    pulled = write(base, edit(B, 1, name="arrived"), placement=BOOK, seen={"name": set()})
    saved = later(pulled, edit(C, 1, name="typed"), name={Dot(A, 1)})
    assert shown(saved, "name") == ["arrived", "typed"]


def test_a_field_the_author_does_not_mention_as_seen_overwrites_nothing() -> None:
    saved = write(created(name="old"), edit(B, 1, name="new"), placement=BOOK, seen={})
    assert shown(saved, "name") == ["old", "new"]


def test_seeing_a_dot_in_one_field_does_not_overwrite_it_in_another() -> None:
    base = created(name="n", remark="r")
    saved = later(base, edit(B, 1, name="n2", remark="r2"), name={Dot(A, 1)})
    assert (shown(saved, "name"), shown(saved, "remark")) == (["n2"], ["r", "r2"])


def test_a_script_that_sees_the_present_state_overwrites_every_sibling() -> None:
    base = later(created(name="one"), edit(B, 1, name="two"))
    assert shown(write(base, edit(C, 1, name="three"), placement=BOOK), "name") == ["three"]


def test_creation_sets_the_placement_and_later_edits_leave_it() -> None:
    base = created(name="n")
    assert write(base, edit(B, 1, name="m"), placement=Placement(9, "else")).placement == BOOK


@given(strategies.records(), st.sampled_from(strategies.FIELDS))
def test_a_write_takes_its_own_dot_in_and_stays_well_formed(record: Record, field: str) -> None:
    change = edit("e" * 32, 1, **{field: "new"})
    written = write(record, change, placement=BOOK)
    kernel.check(written)
    assert shown(written, field) == ["new"]
    assert written.has_seen(change.dot)
    assert written.fields() == record.fields() | {field}


# -- acceptance --------------------------------------------------------------------------------------


def test_acceptance_sets_an_effective_time_once() -> None:
    once = kernel.accept(created(name="n"), {Dot(A, 1): 5})
    assert [e.eff for e in kernel.accept(once, {Dot(A, 1): 6}).edits] == [5]


def test_what_is_hashed_does_not_change_at_acceptance() -> None:
    base = created(name="n")
    assert kernel.accept(base, {Dot(A, 1): 5}).edits[0].content() == base.edits[0].content()


def test_a_clock_that_claims_undelivered_edits_is_held_to_what_was_delivered() -> None:
    base = created(name="n")
    forged = msgspec.structs.replace(base, clock={A: 1, B: 10**9})
    victim = later(base, edit(B, 1, name="victim"))
    assert shown(merge(victim, forged), "name") == ["n"]
    assert shown(merge(victim, kernel.bound_clock(forged, {A: 1})), "name") == ["n", "victim"]


@given(strategies.records(), st.dictionaries(st.sampled_from(strategies.ACTORS), st.integers(0, 5)))
def test_a_bounded_record_is_well_formed_and_keeps_every_edit(record: Record, known: dict[str, int]) -> None:
    bounded = kernel.bound_clock(record, known)
    kernel.check(bounded)
    assert bounded.edits == record.edits
    assert all(counter <= record.clock[actor] for actor, counter in bounded.clock.items())
    assert kernel.bound_clock(record, record.clock) is record


# -- the canonical form ------------------------------------------------------------------------------


@settings(max_examples=300)
@given(strategies.records())
def test_a_record_survives_the_round_trip_byte_for_byte(record: Record) -> None:
    state = kernel.encode(record)
    assert kernel.decode_foreign(state) == record
    assert kernel.encode(kernel.decode(state)) == state


@given(strategies.records())
def test_any_order_of_keys_in_memory_has_one_form_on_the_wire(record: Record) -> None:
    shuffled = msgspec.structs.replace(
        record,
        clock=dict(reversed(record.clock.items())),
        edits=tuple(
            msgspec.structs.replace(e, values=dict(reversed(e.values.items()))) for e in record.edits
        ),
    )
    assert kernel.encode(shuffled) == kernel.encode(record)


def test_fields_and_named_types_of_a_newer_program_survive_a_merge_byte_for_byte() -> None:
    newer = created(x_new={"hologram": {"mesh": ["α", 2**53 - 1], "axis": None}}, name="n")
    state = kernel.encode(newer)
    here = write(kernel.decode_foreign(state), edit(B, 1, name="edited"), placement=BOOK)
    back = kernel.decode_foreign(kernel.encode(merge(here, newer)))
    assert back.siblings("x_new")[0].values["x_new"] == newer.edits[0].values["x_new"]
    assert b'{"hologram":{"axis":null,"mesh":["\xce\xb1",9007199254740991]}}' in kernel.encode(back)


GOOD = b'[1,[0,"book"],{"%(a)s":1},[[["%(a)s",1],10,"u",null,["t","form"],{"name":"x"}]]]' % {
    b"a": A.encode()
}
NAME = b'{"name":"x"}'


def test_the_model_of_the_refusals_below_is_itself_accepted() -> None:
    assert kernel.encode(kernel.decode_foreign(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("part", "instead", "code"),
    [
        pytest.param(NAME, b'{"name":"x","name":"y"}', "not_canonical", id="duplicate keys"),
        pytest.param(NAME, b'{"name":"x","at":"y"}', "not_canonical", id="unsorted keys"),
        pytest.param(NAME, b'{"name": "x"}', "not_canonical", id="spaces"),
        pytest.param(NAME, b'{"name":"\\u0078"}', "not_canonical", id="an escape nobody needs"),
        pytest.param(b"],10", b"],1e1", "malformed_record", id="an exponent"),
        pytest.param(NAME, b'{"name":-0}', "not_canonical", id="minus nought"),
        pytest.param(NAME, b'{"name":NaN}', "malformed_record", id="NaN"),
        pytest.param(NAME, b'{"name":1e400}', "malformed_record", id="infinity"),
        pytest.param(NAME, b'{"name":1.5}', "invalid_value", id="a float"),
        pytest.param(NAME, b'{"name":["x",1.5]}', "invalid_value", id="a float in a list"),
        pytest.param(NAME, b'{"name":{"rate":[1.5]}}', "invalid_value", id="a float in a named type"),
        pytest.param(NAME, b'{"name":9007199254740992}', "invalid_value", id="an integer JavaScript rounds"),
        pytest.param(NAME, b'{"name":%s}' % (b"9" * 40), "invalid_value", id="a huge integer"),
        pytest.param(NAME, b'{"name":["x",1]}', "invalid_value", id="a list of more than strings"),
        pytest.param(NAME, b'{"name":{}}', "invalid_value", id="a named type without name"),
        pytest.param(NAME, b'{"name":{"a":1,"b":2}}', "invalid_value", id="a named type with two"),
        pytest.param(NAME, '{"name":"e\u0301"}'.encode(), "invalid_value", id="a spelling that is not NFC"),
        pytest.param(NAME, '{"e\u0301":"x"}'.encode(), "invalid_value", id="a field's name that is not NFC"),
        pytest.param(NAME, b'{"name":"\\u0000"}', "invalid_value", id="NUL"),
        pytest.param(NAME, b'{"na\\u0000me":"x"}', "invalid_value", id="NUL in a field's name"),
        pytest.param(NAME, b'{"":"x"}', "invalid_value", id="a field without name"),
        pytest.param(NAME, b'{"%s":"x"}' % (b"n" * 101), "invalid_value", id="a long field name"),
        pytest.param(NAME, b'{"name":"\xff"}', "malformed_record", id="bytes that are not UTF-8"),
        pytest.param(NAME, b'{"name":"\\ud800"}', "malformed_record", id="half a surrogate pair"),
        pytest.param(NAME, b"{}", "malformed_record", id="an empty edit"),
        pytest.param(NAME, b'{"name":"%s"}' % (b"x" * 65537), "field_too_long", id="a long text"),
        pytest.param(
            NAME, b'{"name":[%s]}' % b",".join([b'"xxxxxxx"'] * 6600), "field_too_long", id="a long list"
        ),
        pytest.param(
            NAME,
            b'{"name":%s"x"%s}' % (b'{"n":' * 9, b"}" * 9),
            "invalid_value",
            id="deeper than anybody needs",
        ),
        pytest.param(
            NAME,
            b'{"name":%s%s}' % (b"[" * 50000, b"]" * 50000),
            "malformed_record",
            id="deeper than the stack",
        ),
        pytest.param(b",1],10", b",2],10", "malformed_record", id="a dot above the clock"),
        pytest.param(b",1],10", b",0],10", "malformed_record", id="a dot before the first"),
        pytest.param(b'":1}', b'":0}', "malformed_record", id="a clock entry of nought"),
        pytest.param(b'":1}', b'":%d}' % (MAX_INTEGER + 1), "malformed_record", id="a clock beyond bounds"),
        pytest.param(b",10,", b",-1,", "malformed_record", id="a time before all times"),
        pytest.param(b",10,", b",%d," % (MAX_STAMP + 1), "malformed_record", id="a time no column holds"),
        pytest.param(b"null,[", b"%d,[" % (MAX_STAMP + 1), "malformed_record", id="such an effective time"),
        pytest.param(b"null,[", b"-1,[", "malformed_record", id="a negative effective time"),
        pytest.param(b'"u"', b'"\\u0000"', "malformed_record", id="NUL in a user's name"),
        pytest.param(b'"u"', b'"%s"' % (b"u" * 101), "malformed_record", id="a long user's name"),
        pytest.param(b'"book"', b'"%s"' % (b"b" * 101), "malformed_record", id="a long bucket's name"),
        pytest.param(b"[0,", b"[-1,", "malformed_record", id="a negative move"),
        pytest.param(b"[0,", b"[%d," % 2**60, "malformed_record", id="a huge move"),
        pytest.param(b"[1,[", b"[2,[", "malformed_record", id="a state of another version"),
        pytest.param(b"]]]", b"]],7]", "not_canonical", id="more than a record has"),
        pytest.param(b"]]]", b"]]] ", "not_canonical", id="something after the end"),
        pytest.param(b"]]]", b"]]", "malformed_record", id="a cut"),
    ],
)
def test_bytes_from_outside_are_refused(part: bytes, instead: bytes, code: str) -> None:
    assert part in GOOD
    head, _, tail = GOOD.rpartition(part)
    bad = head + instead + tail
    with pytest.raises(CrmError) as refusal:
        kernel.decode_foreign(bad)
    assert refusal.value.code == code
    before, refused, after = kernel.decode_foreign_all([GOOD, bad, GOOD])
    assert isinstance(refused, CrmError), "one among many is refused as it is alone"
    assert refused.code == code
    assert before == after == kernel.decode_foreign(GOOD)


@pytest.mark.parametrize("state", [b"", b"null", b"{}", b"[]", b"\x00", b"[1]", b'"x"'])
def test_what_is_no_record_at_all_is_refused(state: bytes) -> None:
    with pytest.raises(CrmError, match="malformed_record"):
        kernel.decode_foreign(state)


@settings(max_examples=300)
@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_arbitrary_bytes_are_a_record_or_an_expected_error(noise: bytes, at: int, cut: int) -> None:
    state = GOOD[:at] + noise + GOOD[at + cut :]
    with contextlib.suppress(CrmError):
        assert kernel.encode(kernel.decode_foreign(state)) == state


def test_a_record_without_edits_is_refused() -> None:
    with pytest.raises(CrmError, match="malformed_record"):
        kernel.check(Record(kernel.VERSION, BOOK, {A: 1}, ()))


def test_edits_out_of_order_or_twice_are_refused() -> None:
    first, second = edit(A, 1, name="x"), edit(A, 2, city="y")
    for edits in ((second, first), (first, first)):
        with pytest.raises(CrmError, match="malformed_record"):
            kernel.check(Record(kernel.VERSION, BOOK, {A: 2}, edits))


def test_a_record_beyond_256_kib_is_refused_before_it_is_read() -> None:
    with pytest.raises(CrmError, match="record_too_large"):
        kernel.decode_foreign(b"[" * (MAX_RECORD_BYTES + 1))


def test_a_record_beyond_256_kib_is_refused_among_others() -> None:
    texts = {f"field{n}": "x" * 60_000 for n in range(5)}
    state = kernel.encode(created(A, 1, **texts))
    assert len(state) > MAX_RECORD_BYTES
    one, other = kernel.decode_foreign_all([GOOD, state])
    assert isinstance(one, Record)
    assert isinstance(other, CrmError)
    assert other.code == "record_too_large"


def test_the_33rd_version_of_a_field_is_refused_by_name() -> None:
    crowd = created(name="n")
    for counter in range(2, kernel.MAX_SIBLINGS + 1):
        crowd = later(crowd, edit(A, counter, name=str(counter)))
    kernel.check(crowd)
    with pytest.raises(CrmError) as refusal:
        kernel.check(later(crowd, edit(B, 1, name="one too many")))
    assert (refusal.value.code, refusal.value.about) == ("too_many_versions", {"field": "name"})


def test_the_601st_key_of_an_edit_is_refused() -> None:
    fits = {f"tag:{n:04}": True for n in range(kernel.MAX_KEYS)}
    kernel.check_edit(edit(A, 1, **fits))
    with pytest.raises(CrmError, match="malformed_record"):
        kernel.check_edit(edit(A, 1, **fits, name="n"))


def test_the_characters_told_at_a_glance_join_with_nothing_and_are_normal() -> None:
    def is_at_a_glance(number: int) -> bool:
        return kernel._STABLE.fullmatch(chr(number)) is not None

    glance = [n for n in range(0x80, 0x110000) if not 0xD800 <= n < 0xE000 and is_at_a_glance(n)]
    assert (glance[0], glance[-1], len(glance)) == (0x2010, 0xFF5E, 24 + 42 + 0x6000 + 94)
    for number in glance:
        assert unicodedata.is_normalized("NFC", chr(number))
        assert unicodedata.combining(chr(number)) == 0
    seconds = {
        int(parts[1], 16)
        for number in range(0x110000)
        if len(parts := unicodedata.decomposition(chr(number)).split()) == 2 and parts[0][0] != "<"
    }
    assert seconds.isdisjoint(glance), "none is the second half of a composition"
