"""Widgets of the way in: photos are added, the sample is built, and how that stands."""
