"""How a person is told."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import PROBLEMS
from tests.support.desk import Desk


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_a_person_reads_three_parts_and_the_code_and_no_traceback(desk: Desk, lang: str) -> None:
    done = desk.run("customer", "show", "Nobody", "--lang", lang)
    sentence = PROBLEMS["not_found"].zh_CN if lang == "zh_CN" else PROBLEMS["not_found"].en
    assert done.code == 1
    assert done.out == ""
    assert done.err.splitlines() == [*sentence, "[not_found]"]
