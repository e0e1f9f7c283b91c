"""`python -m tests.skew.freeze COMMIT`: put the kernel of a released version into `tests/skew/frozen`.

Run it after a release, with its commit. The copy is never edited: it stands for laptops and servers out there
that have not been updated, so what it can't read or merge, they can't.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FROZEN: Final = ROOT / "tests" / "skew" / "frozen"


def freeze(commit: str) -> None:
    """Replace the frozen kernel by that of `commit`, its imports led to the copy."""
    packed = subprocess.run(
        ["git", "archive", commit, "crmdesk/core"], cwd=ROOT, capture_output=True, check=True
    )
    if FROZEN.exists():
        shutil.rmtree(FROZEN)
    FROZEN.mkdir()
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member)
            if content is not None:
                text = content.read().decode().replace("crmdesk.core", "tests.skew.frozen")
                (FROZEN / Path(member.name).name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    freeze(sys.argv[1])
