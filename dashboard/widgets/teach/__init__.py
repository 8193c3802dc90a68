"""Widgets of the page Teach, redrawn at each click without the whole page."""
