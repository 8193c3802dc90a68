"""Widgets of the page Label that are redrawn at each click, without the rest of the page."""
