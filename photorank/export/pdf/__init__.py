"""Books as files: PDF for a printer, numbered JPEG pages, previews; and the check of a PDF."""
