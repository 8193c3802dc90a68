"""Dashboard's JavaScript component: photo grid, viewer, and two photos side by side."""
