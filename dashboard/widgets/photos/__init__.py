"""Widgets of the page Photos: its grid and its filters."""
