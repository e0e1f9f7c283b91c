from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from crmdesk.core.credit_codes import is_true
from tests.support.foreign_tables import credit_code


def test_codes_and_their_slips_of_the_pen_are_told_as_the_library_tells_them() -> None:
    chance = Random(1)
    for _ in range(500):
        code = credit_code(chance)
        at = chance.randrange(18)
        slip = code[:at] + chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ") + code[at + 1 :]
        assert is_true(code)
        for text in (code, slip, code.lower(), f" {code[:6]}-{code[6:]} ", code[:-1], slip + "0"):
            assert is_true(text) == uscc.is_valid(text), text


@given(st.text(alphabet="0123456789AXYZix- ", min_size=14, max_size=20) | st.text(max_size=20))
def test_nothing_else_is_told_otherwise(text: str) -> None:
    assert is_true(text) == uscc.is_valid(text)
