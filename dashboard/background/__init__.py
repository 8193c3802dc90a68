"""Work outside of pages: long jobs, folders to read, and uploads."""
