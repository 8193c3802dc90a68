"""Metrics: ratings and judgements in, numbers with their intervals out."""
