"""Run by a Python that has splink 5: dedupes the customers of a JSON file as its documentation tells, and says what CPU time it took.

`python splink_peer.py rows.json`; prints {"seconds": ..., "pairs": [[place, place], ...]}. Reading the file is not counted.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import pyarrow as pa  # type: ignore[import-not-found]
import splink.comparison_library as cl  # type: ignore[import-not-found]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COLUMNS = ("stem", "core", "trade", "sound", "stem_sound", "province", "phone", "mail", "code", "address")


def main(path: str) -> None:
    logging.disable(logging.CRITICAL)
    with Path(path).open(encoding="utf-8") as file:
        rows = json.load(file)
    table = pa.Table.from_pylist(
        [{"unique_id": at, **{c: row.get(c) for c in COLUMNS}} for at, row in enumerate(rows)]
    )
    started = time.process_time()
    rules = [block_on(c) for c in ("sound", "stem_sound", "phone", "mail", "code", "address")]
    rules += [
        block_on("substr(phone, -8)"),
        block_on("substr(stem, 1, 3)", "province"),
        block_on("core", "province"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("stem_sound", [0.95, 0.88]),
            cl.LevenshteinAtThresholds("core", [1]),
            cl.ExactMatch("trade"),
            cl.ExactMatch("province"),
            cl.LevenshteinAtThresholds("phone", [1]),
            cl.LevenshteinAtThresholds("mail", [1]),
            cl.LevenshteinAtThresholds("code", [1]),
            cl.LevenshteinAtThresholds("address", [2]),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(table), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("code")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=200_000)
    for rule in (block_on("stem_sound"), block_on("phone")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5).as_record_list()
    seconds = time.process_time() - started
    pairs = [[one["unique_id_l"], one["unique_id_r"]] for one in found]
    json.dump({"seconds": seconds, "pairs": pairs}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
