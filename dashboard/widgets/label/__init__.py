"""Widgets of the page Teach that are redrawn at each click, without the rest of the page."""
