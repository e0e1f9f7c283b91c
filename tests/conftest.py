"""What every test may ask for: Qt without a screen, the same on every machine."""

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import canaries
from tests.support.postgres import Postgres, postgres

# Files of tests are real, and need not outlive the machine: on some disks a database of PostgreSQL's takes 0.5 s to copy.
MEMORY, ROOM_BYTES = "/dev/shm", 6 * 2**30
if Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
    os.environ["TMPDIR"] = MEMORY
    tempfile.tempdir = None  # it is looked up anew

# Some images set PYTHONDONTWRITEBYTECODE. Here it would have every process, and tests start hundreds, compile the product
# again, and every worker rewrite the assertions of all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Before the first QApplication: pictures and sizes must not depend on the machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parent / "support" / "fonts.conf")

# How long an example takes says more about the machine than about the product.
settings.register_profile("crmdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crmdesk")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "tells_canaries: this test writes people's words to a log or the terminal on purpose"
    )
    canaries.listen()


def pytest_collection_finish() -> None:
    """What was loaded and collected stays: looking through it for cycles again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_runtest_setup() -> None:
    canaries.listen()


def pytest_runtest_teardown() -> None:
    """The log of a profile ends with the test whose it was: the next one's lines are not for it."""
    of_a_profile = logging.getLogger("crmdesk")
    for handler in [one for one in of_a_profile.handlers if isinstance(one, RotatingFileHandler)]:
        of_a_profile.removeHandler(handler)
        handler.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """T-48: whatever a test did, no log and no terminal holds what a person typed."""
    report = yield
    told = canaries.LISTENER.taken()
    if call.when == "call":
        told += [f"the terminal: {word}" for word in canaries.words_in(report.capstderr)]
    if told and report.passed and item.get_closest_marker("tells_canaries") is None:
        report.outcome = "failed"
        report.longrepr = "T-48, in the clear: " + "; ".join(told)
    return report


@pytest.fixture(scope="session")
def qapp():
    """The product's own QApplication in Chinese and light, its hooks into the process left to pytest."""
    from crmdesk.ui import application, theme

    app = application.dressed(["crmdesk"], look=theme.Look(), spoken="zh_CN")
    app.setCursorFlashTime(0)
    return app


@pytest.fixture(scope="session")
def postgres_service() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run, shared by its processes."""
    with postgres(os.environ.get("PYTEST_XDIST_TESTRUNUID", "")) as running:
        yield running
