"""Widgets for adding photos and for building the sample, with their progress."""
