"""Feeds a parser with spoilt samples, by number, and says which of them it did not bear.

A parser may return or raise an expected error; anything else is a fault, and so is taking too long or too much memory.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, NamedTuple, TypeAlias

from crmdesk.core.errors import PROBLEMS, CrmError
from tests.fuzz.mutation import mutated

if sys.platform != "win32":
    import resource

LONGEST_SECONDS: Final = 2.0
LARGEST_BYTES: Final = 300 * 2**20
_HARD_SECONDS: Final = 10.0
_HARD_BYTES: Final = 2 * 2**30

Parse: TypeAlias = Callable[[bytes], None]


class Ready(NamedTuple):
    """A parser that can be called, and valid samples of what it reads."""

    parse: Parse
    samples: Sequence[bytes]


@dataclass(frozen=True)
class Target:
    """A parser of foreign bytes. `open` makes what it needs in an empty folder; `examples` in the fast suite."""

    name: str
    open: Callable[[Path], AbstractContextManager[Ready]]
    examples: int = 300


@dataclass(frozen=True)
class Failure:
    """An input that a parser did not bear: `seed` makes it again, `content` is it."""

    target: str
    seed: int
    content: bytes
    fault: str

    def __str__(self) -> str:
        return (
            f"{self.target}, seed {self.seed}, {len(self.content)} bytes {self.content[:60]!r}: {self.fault}"
        )


class TookTooLongError(BaseException):
    """Not an Exception: no parser may swallow it."""


def plain(name: str, parse: Parse, samples: Sequence[bytes], examples: int = 300) -> Target:
    """A parser that needs nothing but its bytes."""
    return Target(name, lambda _folder: nullcontext(Ready(parse, samples)), examples)


def content_of(ready: Ready, target: str, seed: int) -> bytes:
    """What a seed stands for."""
    return mutated(Random(f"{target} {seed}"), ready.samples)


def tried(
    ready: Ready, target: str, seeds: Iterator[int] | range, seconds: float = 1e9, most: int = 20
) -> list[Failure]:
    """Feed it seed by seed until they or the time run out, or until it did not bear `most` of them."""
    found: list[Failure] = []
    until = time.monotonic() + seconds
    with _bounded():
        for seed in seeds:
            content = content_of(ready, target, seed)
            if fault := _fault(ready.parse, content):
                found.append(Failure(target, seed, content, fault))
            if time.monotonic() > until or len(found) >= most:
                break
    return found


def fed(ready: Ready, target: str, content: bytes) -> list[Failure]:
    """Feed it this very content."""
    with _bounded():
        fault = _fault(ready.parse, content)
    return [Failure(target, -1, content, fault)] if fault else []


def _fault(parse: Parse, content: bytes) -> str:
    before, begun = _peak(), time.process_time()
    _arm(_HARD_SECONDS)
    fault = _raised(parse, content)
    _arm(0)
    took, grew = time.process_time() - begun, _peak() - before
    if not fault and took > LONGEST_SECONDS:
        return f"took {took:.1f} s"
    if not fault and grew > LARGEST_BYTES:
        return f"took {grew / 2**20:.0f} MiB"
    return fault


def _raised(parse: Parse, content: bytes) -> str:
    try:
        parse(content)
    except CrmError as error:
        if error.code not in PROBLEMS:
            return f"a code that no catalogue knows: {error.code[:40]!r}"
        for language in ("zh_CN", "en"):
            str(error.sentence(language))
    except TookTooLongError:
        return f"took more than {_HARD_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the finding
        return f"{type(error).__module__}.{type(error).__qualname__}: {str(error)[:200]} ({_place(error)})"
    return ""


def _place(error: BaseException) -> str:
    """Where in the product it was raised."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "crmdesk" in file.parts or "sync_server" in file.parts:
            place = f"{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


@contextmanager
def _bounded() -> Iterator[None]:
    """Neither an endless loop nor endless memory takes the machine along (POSIX; elsewhere it is only measured)."""
    if sys.platform == "win32":
        yield
        return
    _forget_peak()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    most = _address_space() + _HARD_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most if limits[1] < 0 else min(most, limits[1]), limits[1]))
    old = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        yield
    finally:
        _arm(0)
        signal.signal(signal.SIGVTALRM, old)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _arm(seconds: float) -> None:
    """Interrupt whoever computes for so long; the machine's other work does not count. 0: nobody any more."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLongError


def _peak() -> int:
    """The most memory that this process has held at once, since `_forget_peak` where the system can (Linux)."""
    if sys.platform == "win32":
        return 0
    status = Path("/proc/self/status")
    if status.exists():
        line = next(
            line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")
        )
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _forget_peak() -> None:
    """Count the most from now on, where the system can (Linux)."""
    file = Path("/proc/self/clear_refs")
    if file.exists():
        file.write_text("5", encoding="ascii")


def _address_space() -> int:
    file = Path("/proc/self/statm")
    if sys.platform == "win32":
        return 0
    return int(file.read_text(encoding="ascii").split()[0]) * resource.getpagesize() if file.exists() else 0
