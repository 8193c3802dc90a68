"""Widgets of the page Photos: grid and filters."""
