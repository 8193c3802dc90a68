"""Ratings: what a master-vector says of a photo, a percentile, a probability."""
