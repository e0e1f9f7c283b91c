from __future__ import annotations

from tests.support.desk import Desk


def test_what_is_there_twice_is_listed_merged_and_taken_apart(desk: Desk) -> None:
    one = desk("customer", "add", "深圳市启邦精密机械有限公司", "--field", "phone=16012345678")["customer"]
    other = desk(
        "customer",
        "add",
        "启邦精密机械",
        "--field",
        "phone=+86 160 1234 5678",
        "--field",
        "email=a@b.example",
    )["customer"]
    (pair,) = desk("duplicates", "list")["pairs"]
    assert ([side["id"] for side in pair["customers"]], pair["proposed"]) == ([one, other], "merge")
    assert "same phone" in pair["why"]
    assert desk("duplicates", "merge", one, other)["merged"] == other
    assert desk("duplicates", "list")["pairs"] == []
    assert desk("customer", "show", one)["fields"]["email"] == "a@b.example"
    (merged,) = desk("duplicates", "merged")["merged"]
    assert (merged["id"], merged["into"]) == (other, one)
    desk("duplicates", "unmerge", other)
    assert len(desk("duplicates", "list")["pairs"]) == 1
    txn = desk("duplicates", "keep-apart", other, one)["txn"]
    assert desk("duplicates", "list")["pairs"] == []
    desk("undo", txn)
    assert len(desk("duplicates", "list")["pairs"]) == 1


def test_what_is_nearly_certain_is_not_called_certain(desk: Desk) -> None:
    for name in ("深圳市启邦精密机械有限公司", "深圳启邦精密机械有限公司"):
        desk(
            "customer",
            "add",
            name,
            "--field",
            "phone=16012345678",
            "--field",
            "email=a@qibang.example",
            "--field",
            "city=深圳",
        )
    (pair,) = desk("duplicates", "list")["pairs"]
    assert 0.995 < pair["certainty"] <= 1
    told = desk.run("duplicates", "list").out
    assert "99 %" in told
    assert "100" not in told
