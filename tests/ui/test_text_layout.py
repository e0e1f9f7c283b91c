"""Text for painters: what is elided stays on its lines."""

from __future__ import annotations

import pytest

from crmdesk.ui import text_layout
from crmdesk.ui.fonts import MEDIUM, SMALL, font

MIXED = (
    "Regional manager · East China Strategic Key Accounts and Distribution Partners 华东战略客户与渠道伙伴部"
)


@pytest.mark.parametrize("lines", [1, 2])
def test_text_of_two_scripts_is_elided_to_its_lines_at_every_width(qapp, lines: int) -> None:
    for width in range(40, 400):
        needed = text_layout.height(MIXED, font(SMALL, MEDIUM), width, lines=lines, line_height=16)
        assert needed <= 16 * lines, width


def test_a_text_that_fits_keeps_its_lines(qapp) -> None:
    assert text_layout.height("宏远机械", font(SMALL, MEDIUM), 200, lines=2, line_height=16) == 16
