"""Books as files: PDF for a printer, numbered JPEG pages; and the check of a PDF."""
