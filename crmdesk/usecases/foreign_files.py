"""Reading a foreign file from outside: a child process does it, and whatever becomes of that, this one goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.mapping import Found, Plan
from crmdesk.core.registry import Label
from crmdesk.store.reading import Reader
from crmdesk.system import confined
from crmdesk.usecases.codes import imported_lists
from crmdesk.usecases.directory import custom_declarations
from crmdesk.usecases.reading_child import PEEKED_ROWS, End, Frame, Job, Peeked, Rows, Trouble

if sys.platform == "linux":
    import fcntl

COMMAND: Final = confined.arguments("crmdesk.usecases.reading_child")
_PIPE: Final = 1024 * 1024
"""Bytes on their way: the child makes the next rows ready while those before are written."""
_MOST_FRAME: Final = 64 * 1024 * 1024
_decoder = msgspec.msgpack.Decoder(Frame)
_TIME: Final = Label("60 秒", "60 seconds")
_MEMORY: Final = Label("1.5 GB 内存", "1.5 GB of memory")


class Patience:
    """For how long somebody waits for a file: until they `end` it, from any thread."""

    def __init__(self) -> None:
        self.is_ended = False
        self._child: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """Wait no longer: a file may lie on a share that went away, and keep its reader for ever."""
        self.is_ended = True
        if self._child is not None:
            self._child.kill()

    def hold(self, child: subprocess.Popen[bytes]) -> None:
        """Note who is waited for."""
        self._child = child
        if self.is_ended:
            child.kill()


class Reading:
    """A file being read by a child process; close it to end that at once. Iterate for its rows.

    It ends early, and is not `is_whole`, once the `patience` with it does.
    Raises `import_unreadable`, `import_too_large`, `import_empty`, `import_protected` or `file_unreadable`.
    """

    def __init__(self, job: Job, patience: Patience | None = None) -> None:
        self._job, self._patience = job, patience or Patience()
        self.is_whole = False
        # What it would print might be what stands in the file.
        self._child = subprocess.Popen(
            [sys.executable, *COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=confined.FOLDER,
        )
        assert self._child.stdin is not None
        if sys.platform == "linux":
            with suppress(OSError):  # no more room for pipes: it is slower then
                fcntl.fcntl(self._child.stdout or -1, fcntl.F_SETPIPE_SZ, _PIPE)
        try:
            self._child.stdin.write(msgspec.msgpack.encode(job))
            self._child.stdin.close()
        except BrokenPipeError:
            pass  # it died at once: reading from it says how
        self._patience.hold(self._child)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Rows]:
        for frame in self.frames():
            if isinstance(frame, Rows):
                yield frame

    def frames(self) -> Iterator[Frame]:
        """What the child says, until it has said everything."""
        out = self._child.stdout
        assert out is not None
        while not self.is_whole:
            try:
                frame = self._next(out)
            except CrmError:
                if self._patience.is_ended:
                    return
                raise
            if isinstance(frame, Trouble):
                self.is_whole = True
                about = {name: Label(zh, en) for name, (zh, en) in frame.about.items()}
                raise CrmError(frame.code, **about)
            if isinstance(frame, (End, Peeked)):
                self.is_whole = True
            yield frame

    def _next(self, out: IO[bytes]) -> Frame:
        size = int.from_bytes(head, "big") if len(head := out.read(4)) == 4 else -1
        if size < 0 or size > _MOST_FRAME:
            raise self._ended()
        content = out.read(size)
        try:
            frame: Frame = _decoder.decode(content)
        except msgspec.DecodeError as error:
            raise self._ended() from error
        return frame

    def _ended(self) -> CrmError:
        """Why the child ended before its time."""
        self._child.kill()
        code = self._child.wait()
        name = Path(self._job.path).name
        if code == -getattr(signal, "SIGXCPU", 0):
            return CrmError("import_too_large", name=name, limit=_TIME)
        # Where no more memory is to be had, libraries end the process.
        if code in (-signal.SIGABRT, -signal.SIGSEGV):
            return CrmError("import_too_large", name=name, limit=_MEMORY)
        return CrmError("import_unreadable", name=name)

    def close(self) -> None:
        """End the child, if it has not come to its end."""
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


def peek(path: Path, today: date, *, rows: int = PEEKED_ROWS) -> list[Found]:
    """The first rows of each table of a file. Raises as `Reading` does."""
    with Reading(Job(str(path.absolute()), today.isoformat(), rows=rows)) as reading:
        return next((frame.tables for frame in reading.frames() if isinstance(frame, Peeked)), [])


def job_of(
    reader: Reader,
    path: Path,
    today: date,
    plan: Plan,
    *,
    skip: int = 0,
    limit: int = -1,
    is_searched: bool = False,
) -> Job:
    """The job of reading a whole file by a plan; `is_searched`: with what its records are found by."""
    return Job(
        str(path.absolute()), today.isoformat(), plan, custom_declarations(reader), skip, limit,
        is_searched=is_searched, codes=imported_lists(reader),
    )  # fmt: skip
