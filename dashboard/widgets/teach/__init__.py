"""Widgets of the page Teach: choices between photos, stars, and people's tastes."""
