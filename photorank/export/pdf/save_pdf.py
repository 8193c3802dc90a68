"""PDF writer with a reproducible document ID, which tells if the disk is full."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf
    from typing_extensions import Buffer


def save_pdf(pdf: "pikepdf.Pdf", path: Path) -> None:
    """Write a PDF whose ID is a digest of what it holds."""
    if "/ID" in pdf.trailer:  # of the captions' PDF, which would stay the first half
        del pdf.trailer["/ID"]
    with _PatientFile(path, "w+b") as file:
        pdf.save(file, deterministic_id=True, min_version="1.6")
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
