"""PDF writer with a reproducible document ID and a clear error for a full disk."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf
    from typing_extensions import Buffer


def save_pdf(pdf: "pikepdf.Pdf", path: Path) -> None:
    """Write a PDF with a document ID that is a digest of its content."""
    if "/ID" in pdf.trailer:  # of the captions' PDF, which would stay the first half
        del pdf.trailer["/ID"]
    with _ErrorRecordingFile(path, "w+b") as file:
        pdf.save(file, deterministic_id=True, min_version="1.6")
        if file.failed is not None:
            raise file.failed


class _ErrorRecordingFile(io.FileIO):
    """Writable file that stores a write error, because raising it would crash pikepdf."""

    failed: OSError | None = None

    def write(self, data: "Buffer") -> int:
        """Write bytes, or drop them after an earlier write error; return the number of bytes.

        After the first error all bytes are dropped, and the error is kept in `failed`.
        """
        if self.failed is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failed = error
        return memoryview(data).nbytes
