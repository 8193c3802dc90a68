"""Caches that outlive a page redraw: index data, ratings, images and encoder results."""
