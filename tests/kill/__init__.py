"""Real processes killed at random points: nothing that was acknowledged may be lost.

`python -m tests.kill [ROUNDS] [--seed N]`. A laptop says on a pipe what it is about to save and, once the save
returned, that it did; the demo's referee, which knows nothing of the product, judges what became of it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
