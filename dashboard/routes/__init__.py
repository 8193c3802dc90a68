"""What the server answers beside the pages, and whom it refuses."""
