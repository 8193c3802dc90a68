"""Widgets for adding photos and for building the sample index, with progress of these jobs."""
