"""The administrator's command line reads days as the client's does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crmdesk.core.errors import CrmError
from sync_server.console import instant


def test_until_a_week_from_now_includes_that_day() -> None:
    midnight = datetime.now(UTC).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    ends = datetime.fromtimestamp((instant("+7", "--until", is_end=True) or 0) / 1000, UTC).astimezone()
    assert ends.date() == (midnight + timedelta(days=8)).date()
    assert instant("2026-11-27", "--until", is_end=True) == instant("2026-11-28T00:00", "--until")


def test_what_is_no_day_is_answered_with_an_example() -> None:
    with pytest.raises(CrmError) as caught:
        instant("soon", "--until")
    assert caught.value.sentence("en").next.startswith("--until takes a day or an instant")
