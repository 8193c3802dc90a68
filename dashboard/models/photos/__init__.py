"""View-models of photos in a grid, and of the page that shows them all."""
