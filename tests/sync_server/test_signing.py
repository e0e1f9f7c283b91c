from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.sync.pinned import verify
from sync_server.settings import Settings
from sync_server.signing import KEY_NAME, signer_of


def test_what_is_signed_for_one_purpose_passes_for_no_other(tmp_path: Path):
    signer = signer_of(Settings(tmp_path))
    key, signature = signer.public.hex(), signer.sign("wipe", b"device 7").hex()
    assert verify(key, "wipe", b"device 7", signature)
    assert not verify(key, "lease", b"device 7", signature)
    assert not verify(key, "wipe", b"device 8", signature)
    other = signer_of(Settings(tmp_path / "other")).public.hex()
    assert not verify(other, "wipe", b"device 7", signature)


@pytest.mark.parametrize("key", ["", "zz", "00"])
def test_what_is_no_key_verifies_nothing(key: str, tmp_path: Path):
    assert not verify(key, "wipe", b"", signer_of(Settings(tmp_path)).sign("wipe", b"").hex())


def test_the_key_stays_and_only_its_owner_may_read_it(tmp_path: Path):
    first = signer_of(Settings(tmp_path)).public
    assert signer_of(Settings(tmp_path)).public == first
    if os.name == "posix":
        assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


def test_processes_that_make_it_at_once_agree_on_one(tmp_path: Path):
    with ThreadPoolExecutor(16) as pool:
        keys = {signer.public for signer in pool.map(signer_of, [Settings(tmp_path)] * 64)}
    assert len(keys) == 1


@pytest.mark.parametrize("damage", ["", "no key\n", "00ff\n"])
def test_a_damaged_key_is_not_replaced(damage: str, tmp_path: Path):
    (tmp_path / KEY_NAME).write_text(damage)
    with pytest.raises(CrmError) as caught:
        signer_of(Settings(tmp_path))
    assert caught.value.code == "database_corrupt"
    assert (tmp_path / KEY_NAME).read_text() == damage
