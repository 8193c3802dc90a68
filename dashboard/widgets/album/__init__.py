"""Widgets of the page Album: choice of photos, saved albums, spreads."""
