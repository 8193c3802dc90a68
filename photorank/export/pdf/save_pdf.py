"""PDF writer with a reproducible document ID, which tells if the disk is full."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf
    from typing_extensions import Buffer

_FIXED_ID = b"31415926535897932384626433832795"  # pikepdf's, in the place of which ours is put
_TRAILER_BYTES = 512  # of a PDF's end, in which it stands


def save_pdf(pdf: "pikepdf.Pdf", path: Path, content: str) -> None:
    """Write a PDF with the identity `content`, a digest in hexadecimal.

    pikepdf's own, a digest of all bytes that it writes, takes as long as all the rest.
    """
    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]
    with _PatientFile(path, "w+b") as file:
        pdf.save(file, static_id=True, min_version="1.6")
        if file.failed is None:
            start = file.seek(-_TRAILER_BYTES, os.SEEK_END)
            trailer = file.read()
            file.seek(start)
            file.write(trailer.replace(_FIXED_ID, content[: len(_FIXED_ID)].encode()))
        if file.failed is not None:
            raise file.failed


class _PatientFile(io.FileIO):
    """Writable file that stores a write error for later, which would crash pikepdf."""

    failed: OSError | None = None

    def write(self, data: "Buffer") -> int:
        """Write bytes; after a failure, count them without writing."""
        if self.failed is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failed = error
        return memoryview(data).nbytes
