"""How a process that reads what strangers made is started, and its limits: memory and processor time, where the system can set them."""

from __future__ import annotations

import sys
from typing import Final

MEMORY_BYTES: Final = 1536 * 1024 * 1024
CPU_SECONDS: Final = 60
FOLDER: Final = sys.prefix
"""Where such a process starts: no folder of somebody's files."""


def arguments(module: str) -> tuple[str, ...]:
    """What the interpreter is told to run a module of ours, and nothing that lies beside somebody's files.

    Without `-P` the current folder comes first where modules are looked for: a `csv.py` in it would run before any limit.
    """
    return ("-P", "-m", module)


def confine(memory: int = MEMORY_BYTES, seconds: int = CPU_SECONDS) -> None:
    """Let this process take no more memory and processor time from now on than that, and write no file.

    Past the memory it fails to allocate, past the time the system ends it. Windows sets no such limits.
    """
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = memory if most == resource.RLIM_INFINITY else min(memory, most)
    if sys.platform != "darwin":  # which knows the limit's name and sets none
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    give_time(seconds)


def give_time(seconds: int = CPU_SECONDS) -> None:
    """Let this process work for so long from now on: what makes progress may go on."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
    )
