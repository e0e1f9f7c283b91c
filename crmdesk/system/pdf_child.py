"""A process of its own that draws one page of a PDF file: `python -m crmdesk.system.pdf_child`.

It takes a line `page longest` and then the file on its standard input, and answers with a line `pages width height` and the
page's pixels, four bytes each (blue, green, red, none), or with nothing. A file that was made to break its reader breaks this process alone.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from crmdesk.system import confined

MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 20


def main() -> None:
    """Read the job, confine this process, answer."""
    import pypdfium2

    page, longest = map(int, sys.stdin.buffer.readline().split())
    content = sys.stdin.buffer.read()
    confined.confine(MEMORY_BYTES, CPU_SECONDS)
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        drawn = document[max(0, min(page, pages - 1))]
        scale = longest / max(*drawn.get_size(), 1)
        bitmap = drawn.render(
            scale=scale, rev_byteorder=False, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRx
        )
    except (pypdfium2.PdfiumError, MemoryError, ValueError, IndexError):
        os._exit(1)
    out = sys.stdout.buffer
    out.write(f"{pages} {bitmap.width} {bitmap.height}\n".encode())
    rows = memoryview(bitmap.buffer).cast("B")
    for row in range(bitmap.height):
        out.write(rows[row * bitmap.stride : row * bitmap.stride + bitmap.width * 4])
    out.flush()
    os._exit(0)  # nothing to tidy up, and a library's end must not be taken for the drawing's


if __name__ == "__main__":
    main()
