"""JavaScript component of the dashboard: photo grid, viewer, and side-by-side view."""
