"""Learning a vector from an index's judgements."""
