"""Ratings of photos by a master-vector, with percentiles and probabilities."""
