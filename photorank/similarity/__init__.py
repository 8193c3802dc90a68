"""Similarity of photos: series, near-duplicates, versions, map, approximate search."""
