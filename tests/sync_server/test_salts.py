"""R19: a commit's salt proves that this company's server made it, whether or not it still holds the commit."""

from __future__ import annotations

import pytest

from sync_server import salts

SECRET, OTHER = bytes(32), bytes(31) + b"\1"
COMMIT = ("book", 1, 7)
SALT = salts.make(SECRET, COMMIT, bytes(range(8)))


def test_a_salt_is_genuine_for_its_own_commit_alone() -> None:
    assert salts.is_genuine(SECRET, COMMIT, SALT)
    for other in (("book", 1, 8), ("book", 2, 7), ("book2", 1, 7)):
        assert not salts.is_genuine(SECRET, other, SALT)
    assert not salts.is_genuine(OTHER, COMMIT, SALT)


@pytest.mark.parametrize("forged", ["", "lost", SALT[:-2], SALT + "00", "0" * 32, SALT[:-1] + "z", "é" * 32])
def test_anything_else_is_no_proof(forged: str) -> None:
    assert not salts.is_genuine(SECRET, COMMIT, forged)


def test_two_commits_of_one_number_have_different_salts() -> None:
    assert salts.make(SECRET, COMMIT, bytes(8)) != SALT
