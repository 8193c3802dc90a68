"""Building an index: find, decode, embed and record photos, locally or on a Ray cluster."""
