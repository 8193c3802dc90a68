"""Widgets of the page Teach, redrawn at each click without the rest of the page."""
