"""Ratings of photos by a rating vector, with percentiles and preference probabilities."""
