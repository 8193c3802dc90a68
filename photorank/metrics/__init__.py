"""Metrics: agreement of ratings with people's judgements, with confidence intervals."""
