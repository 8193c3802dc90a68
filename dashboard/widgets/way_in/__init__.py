"""Widgets for adding photos and building the sample, with job progress."""
