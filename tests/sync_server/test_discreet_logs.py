"""What the server writes to its terminal of a fault: where and what kind, not what it said."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from sync_server import pulling
from sync_server.serving import log_discreetly
from tests.support.laptop import enrolled
from tests.support.server import running_company


def test_t48_a_fault_of_the_server_is_written_by_kind_and_place(tmp_path: Path) -> None:
    said = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    with running_company(tmp_path) as server, pytest.MonkeyPatch.context() as patch:
        ann = enrolled(server, "Ann")
        patch.setattr(pulling, "heads", _quotes)
        try:
            log_discreetly(said)
            reply = ann.http.get("/v1/heads")
        finally:
            root.handlers[:] = before
            root.setLevel(level)
    assert reply.status_code == 500
    assert "宏远" not in reply.text
    assert "宏远" not in said.getvalue()
    assert "builtins.RuntimeError" in said.getvalue()
    assert "test_discreet_logs.py" in said.getvalue()


def _quotes(*_: object) -> None:
    raise RuntimeError("宏" + "远机械")  # a traceback quotes this line
