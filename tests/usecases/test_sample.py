"""Sample data is the same for the same seed, fits the declarations and says what it is."""

import time
from collections import Counter
from datetime import date
from itertools import islice

from crmdesk.core import values
from crmdesk.core.entities import REGISTRY
from crmdesk.core.registry import Type
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.dealings import KINDS
from crmdesk.usecases.sample import SAMPLE_TAG, SampleRecord, generate

TODAY = date(2026, 11, 22)
AUTHORS = ("amy", "tom", "林晓")


def sample(seed: int = 1, customers: int = 400) -> list[SampleRecord]:
    return list(generate(seed=seed, customers=customers, authors=AUTHORS, today=TODAY))


def test_the_same_seed_gives_the_same_records() -> None:
    assert sample() == sample()


def test_another_seed_gives_other_records() -> None:
    assert sample(1) != sample(2)


def test_there_are_as_many_customers_as_asked_for_and_something_under_them() -> None:
    counts = Counter(record.entity for record in sample())
    assert counts["customer"] == 400
    assert set(counts) == {"tag_group", "tag", "customer", "contact", "visit", "task", *KINDS}


def test_every_record_comes_after_what_it_hangs_under_or_names() -> None:
    made: set[str] = set()
    for record in sample():
        entity = REGISTRY[record.entity]
        assert record.home is None or record.home in made
        for key, value in record.values.items():
            name, _, element = key.partition(":")
            field = entity.find(key)
            assert field is not None
            if field.type is Type.REFERENCE:
                assert value in made
            assert name != "tag" or element in made
        assert record.key not in made
        made.add(record.key)


def test_every_value_fits_its_field() -> None:
    for record in sample():
        entity = REGISTRY[record.entity]
        for key, value in record.values.items():
            field = entity.find(key)
            assert field is not None
            values.check(key, value)
            if field.type is Type.CHOICE:
                assert value in {option.key for option in field.options}
            if field.type is Type.CODE:
                found = code_table(str(field.table)).find(str(value))
                assert found is not None
                assert found.is_current
            if field.type is Type.DATE:
                date.fromisoformat(str(value))


def test_every_required_field_is_filled() -> None:
    for record in sample():
        required = {field.name for field in REGISTRY[record.entity].fields if field.required}
        assert required <= set(record.values)


def test_every_customer_says_that_it_is_invented() -> None:
    tags = {record.key for record in sample() if record.values.get("name") == SAMPLE_TAG}
    customers = [record for record in sample() if record.entity == "customer"]
    assert all(record.values[f"tag:{tag}"] is True for record in customers for tag in tags)
    assert all(SAMPLE_TAG in str(record.values["remark"]) for record in customers)
    assert len(tags) == 1


def test_no_two_firms_share_a_name_and_one_in_ten_is_english() -> None:
    names = [str(record.values["name"]) for record in sample(customers=5000) if record.entity == "customer"]
    assert len(set(names)) == 5000
    assert 0.08 < sum(name.isascii() for name in names) / 5000 < 0.12


def test_the_work_is_spread_over_all_authors() -> None:
    assert {record.author for record in sample()} == set(AUTHORS)


def test_no_visit_lies_in_the_future() -> None:
    midnight = (TODAY - date(1970, 1, 1)).days * 86_400_000
    visits = [record.values["at"] for record in sample() if record.entity == "visit"]
    assert visits
    assert all(isinstance(at, int) and at < midnight for at in visits)


def test_a_hundred_thousand_customers_take_seconds() -> None:
    begun = time.process_time()
    for _ in islice(generate(seed=1, customers=100_000, authors=AUTHORS, today=TODAY), 20_000):
        pass
    assert time.process_time() - begun < 15 * 20_000 / 450_000
