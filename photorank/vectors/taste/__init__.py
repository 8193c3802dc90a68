"""Bayesian model of one person's taste: prior, posterior, and the next photo pair to ask about."""
