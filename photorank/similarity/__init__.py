"""Similarity of photos: series, near-duplicates, versions, the map, approximate search."""
