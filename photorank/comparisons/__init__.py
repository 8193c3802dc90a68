"""The comparison graph: people's judgements as weighted pairs of photos."""
