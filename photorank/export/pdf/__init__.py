"""Photo books as PDF for printing or as numbered JPEG pages."""
