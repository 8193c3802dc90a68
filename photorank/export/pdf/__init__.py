"""Photo book as files: print PDF with a check, or numbered JPEG pages."""
