"""Widgets of the page Teach, which rerun at each click without the rest of the page."""
