from crmdesk.ui.tables.fit import Wish, fit

WISHES = (
    Wish("name", 60, 220, stretch=True),
    Wish("stage", 50, 84),
    Wish("tags", 50, 150, drop=2),
    Wish("owner", 60, 108, drop=4),
    Wish("visit", 70, 78, drop=3),
)


def test_spare_room_goes_to_the_column_that_stretches():
    assert fit(WISHES, 1000)["name"] == 220 + (1000 - 640)


def test_the_owner_goes_before_a_name_is_cut():
    widths = fit(WISHES, 600)
    assert "owner" not in widths
    assert widths["name"] >= 220


def test_columns_go_in_their_order():
    assert set(fit(WISHES, 470)) == {"name", "stage", "tags"}


def test_what_remains_fills_the_room_exactly():
    assert all(sum(fit(WISHES, room).values()) == room for room in range(130, 1500, 7))


def test_no_column_gets_narrower_than_its_header():
    assert fit(WISHES, 10) == {"name": 60, "stage": 50}


def test_no_columns_need_no_room():
    assert fit((), 100) == {}
