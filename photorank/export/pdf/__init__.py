"""Photo books as PDF for printing, with a check of the PDF, or as numbered JPEG pages."""
