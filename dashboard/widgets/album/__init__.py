"""Widgets of the page Album: choice of photos, saved albums, double pages of the photo book."""
