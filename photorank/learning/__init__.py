"""Learning of a rating vector from people's judgements of photos, and its held-out test."""
