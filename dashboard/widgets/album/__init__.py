"""Widgets of the page Album: an album that is chosen, one that is kept, its spreads."""
