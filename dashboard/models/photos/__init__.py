"""View-models of photo grids and of the page Photos."""
