"""Every code of the catalogue is provoked through a real command, a real server or a real machine's limits.

A code that nothing in `tests/errors` provokes (`@provokes("...")`), nor the test named for it in `ELSEWHERE`, fails.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from crmdesk.core.errors import PROBLEMS

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE: Final = {
    "gate_closed": "test_nobody_goes_live_before_everything_is_met",
    "sealed_unreadable": "test_what_was_not_sealed_for_this_company_stays_closed",
    "forbidden_field": "test_t29_a_role_withholds_fields_from_whoever_has_it",
    "shared_with_owner": "test_a_customer_is_not_shared_with_its_owner",
    "too_many_views": "test_ones_own_views_are_bounded",
    "bad_period": "test_nobody_delegates_for_a_stranger_to_themselves_or_backwards",
    "permissions_changed": "test_what_changed_meanwhile_is_not_confirmed",
    "seeing_as": "test_every_other_route_refuses_it_and_changes_nothing",
    "seeing_past": "test_nothing_can_be_written_there_and_nothing_of_it_stays",
    "seeing_copy": "test_nothing_of_it_is_saved_or_handed_to_another_program",
    "pin_wrong": "test_the_right_pin_passes_and_a_wrong_one_does_not",
    "pin_wait": "test_a_clock_set_back_opens_no_way_around_a_wait",
    "pin_spent": "test_t02_ten_wrong_pins_with_growing_waits_then_only_the_company_vouches",
    "vouch_offline": "test_offline_it_says_that_nothing_is_lost_and_what_opens",
    "device_wiped": "test_t02_a_revoked_laptop_is_wiped_at_its_next_contact_within_five_seconds",
    "device_purged": "test_t03_too_long_away_the_work_is_sealed_and_arrives_as_if_it_had_been_sent",
    "account_closed": "test_a_laptop_whose_person_left_says_so_at_its_next_contact_and_whom_to_ask",
    "taken": "test_the_first_claim_wins_and_the_other_is_told_who",
    "blob_broken": "test_a_damaged_piece_is_refused_and_nothing_of_it_is_kept",
    "blob_offset": "test_a_repeated_piece_changes_nothing_and_says_where_to_go_on",
    "storage_full": "test_beyond_the_servers_limit_nothing_more_is_begun",
    "backup_elsewhere": "test_a_company_in_postgresql_is_backed_up_by_its_own_tools",
    "actor_forked": "test_a_stale_chain_with_a_new_batch_is_a_fork",
    "body_too_large": "test_a_small_route_takes_no_large_body",
    "counter_gap": "test_a_gap_in_the_log_stops_the_batch",
    "dot_reused": "test_a_number_used_for_another_edit_is_refused",
    "not_recovering": "test_r12_without_a_recovery_epoch_nothing_is_taken_back",
    "grave": "test_i15_work_of_a_laptop_that_was_away_longer_ends_in_quarantine_and_not_as_a_new_record",
    "mass_deletion": "test_r33_too_many_deletions_stop_before_they_are_taken_in_and_leave_a_copy",
    "malformed_record": "test_a_state_must_be_what_its_log_says",
    "record_left": "test_a_tag_for_a_customer_that_left_meanwhile_is_told_and_nothing_is_written",
    "regressed": "test_a_cursor_this_server_never_gave_is_answered_with_regressed",
    "wrong_password": "test_t07_it_takes_as_long_for_somebody_as_for_nobody",
    "password_weak": "test_a_password_that_is_guessed_at_once_is_refused",
    "password_needed": "test_a_dangerous_act_takes_the_password_again_for_ten_minutes",
    "code_list_wrong": "test_a_rep_takes_none_over_and_a_broken_file_changes_nothing",
    "too_many_versions": "test_too_many_versions_of_a_field_are_quarantined",
}


def test_every_code_is_provoked_by_a_test_of_errors_or_by_the_one_named_for_it() -> None:
    found = provoked()
    assert found & ELSEWHERE.keys() == set()
    assert found | ELSEWHERE.keys() == PROBLEMS.keys()


def test_the_tests_named_for_codes_exist_and_speak_of_them() -> None:
    found = {
        node.name: whole(source, node)
        for room in ("sync", "sync_server", "ui", "usecases")
        for source in sources(room)
        for node in functions(source)
    }
    assert [code for code, name in ELSEWHERE.items() if f'"{code}"' not in found.get(name, "")] == []


def sources(room: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / room).rglob("test_*.py"))]


def provoked() -> set[str]:
    """The codes that tests of errors say they provoke."""
    return {
        ast.literal_eval(mark.args[0])
        for source in sources("errors")
        for node in functions(source)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "provokes"
    }


def functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def whole(source: str, node: ast.FunctionDef) -> str:
    """A function's source with its decorators."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
