"""Work outside of pages: long jobs, and the folders and uploads they read."""
