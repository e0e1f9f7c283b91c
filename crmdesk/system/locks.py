"""A lock on an open file that the system lets go when the process ends, however it ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def take(file: int) -> None:
        """Lock an open file for this process. Raises OSError where another one holds it."""
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take(file: int) -> None:
        """Lock an open file for this process. Raises OSError where another one holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
